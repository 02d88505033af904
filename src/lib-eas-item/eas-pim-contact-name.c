/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The names of a contact: N, FN, FileAs. */

#include "lib.h"
#include "str.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-pim-contact-private.h"

/* RFC 6350 "N" (6.2.2): the order of its fields */
enum name_field {
	NAME_FAMILY, NAME_GIVEN, NAME_ADDITIONAL, NAME_PREFIX, NAME_SUFFIX,
	NAME_COUNT
};

#define FILE_AS_PROPERTY "X-EAS-FILEAS"

/* Ways in which programs make FN of N: fields, -1 ends. The first is ours. */
static const int fn_forms[][NAME_COUNT + 1] = {
	{ NAME_PREFIX, NAME_GIVEN, NAME_ADDITIONAL, NAME_FAMILY, NAME_SUFFIX, -1 },
	{ NAME_GIVEN, NAME_ADDITIONAL, NAME_FAMILY, NAME_SUFFIX, -1 },
	{ NAME_GIVEN, NAME_ADDITIONAL, NAME_FAMILY, -1 },
	{ NAME_GIVEN, NAME_FAMILY, -1 },
	{ NAME_FAMILY, NAME_GIVEN, -1 },
};

static const char *name_get(const struct pim_component *card, unsigned int field)
{
	const char *value = pim_component_get(card, "N");

	return value == NULL ? "" : eas_pim_field_get(value, field, " ");
}

static const char *fn_make(const struct pim_component *card, const int *form)
{
	string_t *fn = t_str_new(64);
	const char *text;

	for (; *form >= 0; form++) {
		text = name_get(card, *form);
		if (*text == '\0')
			continue;
		if (str_len(fn) > 0)
			str_append_c(fn, ' ');
		str_append(fn, text);
	}
	return str_c(fn);
}

/* How FN was made of N; NULL = it says something else. */
static const int *fn_find_form(const struct pim_component *card)
{
	const char *fn = pim_component_get_text(card, "FN");
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(fn_forms); i++) {
		if (fn == NULL || *fn == '\0' || strcmp(fn, fn_make(card, fn_forms[i])) == 0)
			return fn_forms[i];
	}
	return NULL;
}

static void name_write(struct eas_pim_context *ctx ATTR_UNUSED,
		       const struct eas_pim_property *row,
		       const struct pim_component *card, struct wbxml_writer *writer)
{
	eas_pim_write_text(writer, row->tag, name_get(card, row->idx));
}

static int name_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		    struct pim_component *card, const struct wbxml_node *node)
{
	const char *text = node == NULL ? "" : eas_pim_node_text(ctx, node);
	const char *value = pim_component_get(card, "N");
	const int *form = fn_find_form(card);

	pim_property_set(ctx->pool, card, "N",
			 eas_pim_field_put(value == NULL ? "" : value, row->idx, text,
					   NAME_COUNT));
	if (form != NULL)
		pim_component_set_text(ctx->pool, card, "FN", fn_make(card, form));
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_name = { name_write, name_set, NULL };

static const char *first_email(const struct pim_component *card)
{
	const char *email = pim_component_get_text(card, "EMAIL");

	return email == NULL ? "" : email;
}

void eas_pim_contact_fill_fn(struct eas_pim_context *ctx, struct pim_component *card)
{
	const char *fn = pim_component_get_text(card, "FN"), *org;

	if (fn != NULL && *fn != '\0')
		return;
	fn = fn_make(card, fn_forms[0]);
	if (*fn == '\0' && (org = pim_component_get(card, "ORG")) != NULL)
		fn = eas_pim_field_get(org, 0, " ");
	if (*fn == '\0')
		fn = first_email(card);
	pim_component_set_text(ctx->pool, card, "FN", fn);
}

/*
 * FileAs: "Last, First Middle" if nothing else is said; FN where there is no name to make it of.
 */

static const char *file_as_make(const struct pim_component *card)
{
	static const int given[] = { NAME_GIVEN, NAME_ADDITIONAL, -1 };
	const char *family = name_get(card, NAME_FAMILY), *first = fn_make(card, given);

	if (*family == '\0' || *first == '\0')
		return *family == '\0' ? first : family;
	return t_strconcat(family, ", ", first, NULL);
}

static const char *file_as_get(const struct pim_component *card)
{
	const char *text = pim_component_get_text(card, FILE_AS_PROPERTY);

	if (text != NULL && *text != '\0')
		return text;
	text = file_as_make(card);
	return *text != '\0' ? text : pim_component_get_text(card, "FN");
}

static void file_as_write(struct eas_pim_context *ctx ATTR_UNUSED,
			  const struct eas_pim_property *row,
			  const struct pim_component *card, struct wbxml_writer *writer)
{
	eas_pim_write_text(writer, row->tag, file_as_get(card));
}

static int file_as_set(struct eas_pim_context *ctx,
		       const struct eas_pim_property *row ATTR_UNUSED,
		       struct pim_component *card, const struct wbxml_node *node)
{
	const char *text = node == NULL ? "" : eas_pim_node_text(ctx, node);
	const char *made = file_as_make(card);

	if (*made == '\0' && *text != '\0') {
		pim_component_set_text(ctx->pool, card, FILE_AS_PROPERTY, NULL);
		pim_component_set_text(ctx->pool, card, "FN", text);
		return 0;
	}
	if (*text == '\0' || strcmp(text, made) == 0)
		text = NULL;
	pim_component_set_text(ctx->pool, card, FILE_AS_PROPERTY, text);
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_file_as = { file_as_write, file_as_set, NULL };
