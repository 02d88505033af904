/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Contacts <-> vCard. MS-ASCNTC "Elements" (2.2.2) */

#include "lib.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-pim-contact-private.h"

bool eas_pim_contact_is_v4(const struct pim_component *card)
{
	const char *version = pim_component_get(card, "VERSION");

	return version == NULL || *version >= '4';
}

/*
 * Structured values
 */

const char *eas_pim_field_get(const char *value, unsigned int idx, const char *separator)
{
	const char *const *fields = pim_value_split(value, ';');

	if (idx >= str_array_length(fields))
		return "";
	return t_strarray_join(pim_value_texts(fields[idx]), separator);
}

const char *eas_pim_field_put(const char *value, unsigned int idx, const char *text,
			      unsigned int min_count)
{
	const char *const *old = pim_value_split(value, ';'), **fields;
	unsigned int i, old_count = str_array_length(old);
	unsigned int count = I_MAX(I_MAX(old_count, min_count), idx + 1);

	fields = t_new(const char *, count + 1);
	for (i = 0; i < count; i++)
		fields[i] = i < old_count ? old[i] : "";
	fields[idx] = pim_text_escape(text);
	return t_strarray_join(fields, ";");
}

bool eas_pim_fields_are_empty(const char *value)
{
	return value[strspn(value, "; ,")] == '\0';
}

/*
 * Groups
 */

const char *eas_pim_contact_label(const struct pim_component *card,
				  const struct pim_property *property)
{
	const struct pim_property *label;

	if (property->group == NULL)
		return NULL;
	for (label = pim_property_find(card, "X-ABLabel"); label != NULL;
	     label = pim_property_find_next(label)) {
		if (label->group != NULL && strcasecmp(label->group, property->group) == 0)
			return label->value;
	}
	return NULL;
}

void eas_pim_contact_remove(struct pim_component *card, struct pim_property *property)
{
	struct pim_property *other, *label = NULL;
	unsigned int others = 0;

	for (other = card->properties_head; other != NULL; other = other->next) {
		if (property->group == NULL || other == property || other->group == NULL ||
		    strcasecmp(other->group, property->group) != 0)
			continue;
		others++;
		if (pim_property_is(other, "X-ABLabel"))
			label = other;
	}
	pim_property_remove(card, property);
	if (others == 1 && label != NULL)
		pim_property_remove(card, label);
}

static const struct eas_pim_property contact_rows[] = {
#define EAS_PIM_CONTACT(tag, type, name, idx) \
	{ EAS_TAG_##tag, EAS_VERSION_ANY, EAS_VERSION_ANY, EAS_PIM_GHOSTABLE, \
	  &eas_pim_type_##type, name, idx },
#include "eas-pim-contact.def"
	{ EAS_TAG_CONTACTS_PICTURE, EAS_VERSION_ANY, EAS_VERSION_ANY,
	  EAS_PIM_KEEP, &eas_pim_type_contact_picture, "PHOTO", 0 },
	{ EAS_TAG_AIRSYNCBASE_BODY, EAS_VERSION_ANY, EAS_VERSION_ANY,
	  EAS_PIM_KEEP, &eas_pim_type_body, "NOTE", 0 },
	{ EAS_TAG_AIRSYNCBASE_NATIVE_BODY_TYPE, EAS_VERSION_ANY, EAS_VERSION_ANY,
	  0, &eas_pim_type_native_body, "NOTE", 0 },
};

static int contact_finish(struct eas_pim_context *ctx, struct pim_component *card)
{
	eas_pim_contact_slots_finish(card);
	eas_pim_contact_fill_fn(ctx, card);
	return 0;
}

const struct eas_pim_class eas_pim_class_contact = {
	.class = EAS_CLASS_CONTACTS,
	.rows = contact_rows,
	.rows_count = N_ELEMENTS(contact_rows),
	.finish = contact_finish
};
