/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Addresses of a contact: the first of each use. */

#include "lib.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-pim-contact-private.h"

/* RFC 6350 "ADR" (6.3.1): post box, extension, street, town, region, code, country */
#define ADDRESS_FIELDS 7
#define ADDRESS_STREET 2

/* An address of Kolab's group of an employer: with nothing but a street it is the room. */
#define OFFICE_PARAM "X-KOLAB-AFFILIATION"
#define OFFICE_PROPERTY "X-EAS-OFFICELOCATION"

static bool address_is_of_employer(const struct pim_property *property)
{
	return pim_param_get(property, OFFICE_PARAM) != NULL;
}

static bool address_is_room(const struct pim_property *property)
{
	return address_is_of_employer(property) &&
		*eas_pim_field_get(property->value, ADDRESS_STREET, " ") != '\0' &&
		eas_pim_fields_are_empty(eas_pim_field_put(property->value, ADDRESS_STREET, "",
							   ADDRESS_FIELDS));
}

static bool address_match(const struct pim_property *property, const char *use)
{
	if (strcmp(use, "other") != 0)
		return pim_param_has(property, "TYPE", use);
	return !pim_param_has(property, "TYPE", "work") &&
		!pim_param_has(property, "TYPE", "home") && !address_is_room(property);
}

/* An employer's counts only where there is no other. */
static unsigned int address_rank(const struct pim_property *property)
{
	const char *pref = pim_param_get(property, "PREF");

	if (pim_param_has(property, "TYPE", "pref") || (pref != NULL && strcmp(pref, "1") == 0))
		return 2;
	return address_is_of_employer(property) ? 0 : 1;
}

static struct pim_property *
address_find(const struct pim_component *card, const char *use)
{
	struct pim_property *property, *found = NULL;

	for (property = pim_property_find(card, "ADR"); property != NULL;
	     property = pim_property_find_next(property)) {
		if (address_match(property, use) &&
		    (found == NULL || address_rank(property) > address_rank(found)))
			found = property;
	}
	return found;
}

static void address_write(struct eas_pim_context *ctx ATTR_UNUSED,
			  const struct eas_pim_property *row,
			  const struct pim_component *card, struct wbxml_writer *writer)
{
	const struct pim_property *property = address_find(card, row->name);

	if (property != NULL) {
		eas_pim_write_text(writer, row->tag,
				   eas_pim_field_get(property->value, row->idx, "\n"));
	}
}

static void address_put(struct eas_pim_context *ctx, struct pim_component *card,
			struct pim_property *property, unsigned int idx, const char *text)
{
	const char *value = eas_pim_field_put(property->value, idx, text, ADDRESS_FIELDS);

	if (eas_pim_fields_are_empty(value))
		eas_pim_contact_remove(card, property);
	else
		property->value = p_strdup(ctx->pool, value);
}

static int address_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		       struct pim_component *card, const struct wbxml_node *node)
{
	struct pim_property *property = address_find(card, row->name);
	const char *text = node == NULL ? "" : eas_pim_node_text(ctx, node);

	if (property == NULL) {
		if (*text == '\0')
			return 0;
		property = pim_property_add(ctx->pool, card, "ADR", "");
		if (strcmp(row->name, "other") != 0)
			pim_param_add(ctx->pool, property, "TYPE", row->name);
	}
	address_put(ctx, card, property, row->idx, text);
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_address = {
	address_write, address_set, NULL
};

/*
 * OfficeLocation
 */

static struct pim_property *room_find(const struct pim_component *card)
{
	struct pim_property *property = pim_property_find(card, "ADR");

	if (pim_component_get(card, OFFICE_PROPERTY) != NULL)
		return NULL;
	while (property != NULL && !address_is_room(property))
		property = pim_property_find_next(property);
	return property;
}

static void office_write(struct eas_pim_context *ctx ATTR_UNUSED,
			 const struct eas_pim_property *row,
			 const struct pim_component *card, struct wbxml_writer *writer)
{
	const struct pim_property *room = room_find(card);

	eas_pim_write_text(writer, row->tag, room == NULL ?
			   pim_component_get_text(card, OFFICE_PROPERTY) :
			   eas_pim_field_get(room->value, ADDRESS_STREET, "\n"));
}

static int office_set(struct eas_pim_context *ctx,
		      const struct eas_pim_property *row ATTR_UNUSED,
		      struct pim_component *card, const struct wbxml_node *node)
{
	struct pim_property *room = room_find(card);
	const char *text = node == NULL ? NULL : eas_pim_node_text(ctx, node);

	if (room == NULL)
		pim_component_set_text(ctx->pool, card, OFFICE_PROPERTY, text);
	else
		address_put(ctx, card, room, ADDRESS_STREET, text == NULL ? "" : text);
	return 0;
}

const struct eas_pim_type eas_pim_type_contact_office = { office_write, office_set, NULL };
