/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elements -> properties. */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-text.h"
#include "directpush-compat.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

/* An element no row knows, with values that are plain: as in RFC 6321 and 6351, whatever its name. */
static bool kolab_unknown_decode(pool_t pool, const struct kolab_node *node, struct pim_property *property)
{
	string_t *value = t_str_new(128);
	unsigned int count = 0;

	if (node->head == NULL) {
		property->value = p_strdup(pool, pim_text_escape(kolab_value_text(node)));
		return TRUE;
	}
	for (const struct kolab_node *child = node->head; child != NULL; child = child->next) {
		const char *text = child->text == NULL ? "" : child->text;
		struct kolab_time time;

		if (strcmp(child->name, "parameters") == 0)
			continue;
		if (child->head != NULL)
			return FALSE;
		if (count++ > 0)
			str_append_c(value, ',');
		if (str_begins_with(child->name, "date") && kolab_time_parse(text, &time))
			str_append(value, kolab_time_ical(&time));
		else if (strcmp(child->name, "uri") == 0 || strcmp(child->name, "cal-address") == 0)
			str_append(value, t_strcut(text, '\n'));
		else
			str_append(value, pim_text_escape(text));
	}
	property->value = p_strdup(pool, str_c(value));
	return TRUE;
}

static bool
kolab_known_decode(pool_t pool, const struct kolab_rows *rows,
		   const struct kolab_node *node, struct pim_property *property)
{
	for (unsigned int i = 0; i < rows->count; i++) {
		const struct kolab_row *row = &rows->rows[i];

		if (strcmp(row->element, node->name) != 0 || (row->flags & KOLAB_ALIAS) != 0 ||
		    row->type->decode == NULL)
			continue;
		property->name = row->property;
		property->params_head = property->params_tail = NULL;
		kolab_params_decode(pool, node, property);
		if (row->type->decode(pool, row, node, property))
			return TRUE;
	}
	return FALSE;
}

/* It goes on in an element of its own: one property with a list. */
static bool
kolab_merged_decode(pool_t pool, const struct kolab_rows *rows,
		    struct pim_component *component, const struct pim_property *more)
{
	struct pim_property *property;

	for (unsigned int i = 0; i < rows->count; i++) {
		const struct kolab_row *row = &rows->rows[i];

		if ((row->flags & KOLAB_MERGE) == 0 || row->max > 0 || strcmp(row->property, more->name) != 0)
			continue;
		property = pim_property_find(component, more->name);
		if (property == NULL)
			return FALSE;
		property->value = p_strconcat(pool, property->value, ",", more->value, NULL);
		return TRUE;
	}
	return FALSE;
}

void kolab_property_decode(pool_t pool, const struct kolab_rows *rows,
			   const struct kolab_node *node, struct pim_component *component)
{
	struct pim_property *property = p_new(pool, struct pim_property, 1);

	if (!kolab_known_decode(pool, rows, node, property)) {
		property->name = p_strdup(pool, t_str_ucase(node->name));
		property->params_head = property->params_tail = NULL;
		kolab_params_decode(pool, node, property);
		if (!kolab_unknown_decode(pool, node, property)) {
			string_t *xml = t_str_new(256);

			kolab_xml_write(xml, node, 0);
			property->name = KOLAB_PROPERTY_ELEMENT;
			property->params_head = property->params_tail = NULL;
			property->value = p_strdup(pool, pim_text_escape(str_c(xml)));
		}
	}
	if (!kolab_merged_decode(pool, rows, component, property))
		DLLIST2_APPEND(&component->properties_head, &component->properties_tail, property);
}

/* Of a property that had no element when it was written, and has one now: another program has written it since. */
static bool
kolab_custom_is_stale(const struct kolab_rows *rows, const struct kolab_node *parent, const char *identifier)
{
	for (unsigned int i = 0; i < rows->count; i++) {
		const struct kolab_row *row = &rows->rows[i];

		if ((row->flags & KOLAB_ALONE) != 0 && strcasecmp(row->property, identifier) == 0)
			return kolab_node_find(parent, row->element) != NULL;
	}
	return FALSE;
}

static void
kolab_custom_apply(pool_t pool, const struct kolab_rows *rows, struct pim_component *component,
		   const struct kolab_node *parent, const struct kolab_node *custom)
{
	const char *identifier = kolab_node_text(custom, "identifier");
	const char *value = kolab_node_text(custom, "value");

	if (identifier == NULL || value == NULL)
		return;
	if (strcmp(identifier, KOLAB_CUSTOM_LINE) == 0)
		kolab_record_apply_properties(pool, component, value);
	else if (strcmp(identifier, KOLAB_CUSTOM_COMPONENT) == 0)
		kolab_record_apply_component(pool, component, value);
	else if (strcmp(identifier, KOLAB_CUSTOM_RRULE_OF) == 0)
		kolab_rule_apply(pool, component, parent, value);
	else if (strcmp(identifier, KOLAB_CUSTOM_CALENDAR) != 0 && strcmp(identifier, KOLAB_CUSTOM_RRULE) != 0 &&
		 !kolab_custom_is_stale(rows, parent, identifier))
		kolab_custom_decode(pool, component, identifier, value);
}

void kolab_properties_decode(pool_t pool, const struct kolab_rows *rows,
			     const struct kolab_node *parent, struct pim_component *component)
{
	const struct kolab_node *node;
	unsigned int groups = 0;

	for (node = parent->head; node != NULL; node = node->next) {
		if (strcmp(node->name, "group") == 0 && rows == &kolab_contact_rows)
			kolab_affiliation_decode(pool, node, ++groups, component);
		else if (strcmp(node->name, KOLAB_CUSTOM) != 0)
			kolab_property_decode(pool, rows, node, component);
	}
}

void kolab_customs_decode(pool_t pool, const struct kolab_rows *rows, const struct kolab_node *parent,
			  struct pim_component *component)
{
	const struct kolab_node *node;

	for (node = parent->head; node != NULL; node = node->next) {
		if (strcmp(node->name, KOLAB_CUSTOM) == 0) T_BEGIN {
			kolab_custom_apply(pool, rows, component, parent, node);
		} T_END;
	}
}
