/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rows -> elements. What comes out is decoded at once: where that differs from what went in, a record says so. */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

struct kolab_encoder {
	pool_t pool;
	const struct kolab_rows *rows;
	unsigned int affiliation;
	struct pim_component *component;
	struct kolab_node *parent, *customs;
};

/* An element of the property, or NULL: the schema has none. */
static struct kolab_node *
kolab_element_encode(struct kolab_encoder *encoder, const struct kolab_row *row,
		     const struct pim_property *property)
{
	struct kolab_node *node = kolab_node_add(encoder->pool, NULL, row->element, NULL);

	if ((row->flags & KOLAB_ALIAS) == 0)
		kolab_params_encode(encoder->pool, encoder->rows, row, property, node);
	return row->type->encode(encoder->pool, row, property, node) ? node : NULL;
}

void kolab_node_append(struct kolab_node *parent, struct kolab_node *node)
{
	node->parent = parent;
	if (parent->tail == NULL)
		parent->head = node;
	else
		parent->tail->next = node;
	parent->tail = node;
}

/* The elements from first to the last are what was original. */
static void
kolab_elements_check(struct kolab_encoder *encoder, const struct kolab_node *first,
		     const struct pim_component *original)
{
	struct pim_component *back = pim_component_new(encoder->pool, "X");

	for (; first != NULL; first = first->next)
		kolab_property_decode(encoder->pool, encoder->rows, first, back);
	if (encoder->affiliation > 0 && back->properties_tail != NULL)
		kolab_affiliation_mark(encoder->pool, back->properties_tail, encoder->affiliation);
	kolab_record_properties(encoder->pool, encoder->customs, original, back);
}

static void kolab_property_move(struct pim_component *from, struct pim_component *to, struct pim_property *property)
{
	pim_property_remove(from, property);
	property->prev = property->next = NULL;
	DLLIST2_APPEND(&to->properties_head, &to->properties_tail, property);
}

static unsigned int kolab_node_count(const struct kolab_node *parent, const char *name)
{
	unsigned int count = 0;

	for (const struct kolab_node *node = parent->head; node != NULL; node = node->next) {
		if (strcmp(node->name, name) == 0)
			count++;
	}
	return count;
}

static void
kolab_move_all(struct kolab_encoder *encoder, const struct kolab_row *row, struct pim_component *original)
{
	struct pim_property *property;

	while ((property = pim_property_find(encoder->component, row->property)) != NULL)
		kolab_property_move(encoder->component, original, property);
}

static void kolab_row_encode(struct kolab_encoder *encoder, const struct kolab_row *row)
{
	struct pim_property *property, *next;

	for (property = pim_property_find(encoder->component, row->property); property != NULL; property = next) {
		struct pim_component *original;
		struct kolab_node *node;

		next = pim_property_find_next(property);
		if (row->max > 0 && kolab_node_count(encoder->parent, row->element) >= row->max)
			break;
		node = kolab_element_encode(encoder, row, property);
		if (node == NULL)
			continue;
		original = pim_component_new(encoder->pool, "X");
		kolab_node_append(encoder->parent, node);
		if ((row->flags & KOLAB_ALONE) != 0) {
			kolab_move_all(encoder, row, original);
			next = NULL;
		} else {
			kolab_property_move(encoder->component, original, property);
		}
		kolab_elements_check(encoder, node, original);
	}
}

static bool kolab_params_equal(const struct pim_property *a, const struct pim_property *b)
{
	string_t *heads[2] = { t_str_new(64), t_str_new(64) };

	kolab_line_append(heads[0], a, FALSE);
	kolab_line_append(heads[1], b, FALSE);
	return strcasecmp(str_c(heads[0]), str_c(heads[1])) == 0;
}

/* One property with the values of all that can be one with the first; these are moved to original. */
static struct pim_property
kolab_merge(struct kolab_encoder *encoder, struct pim_property *first, struct pim_component *original)
{
	struct pim_property merged = *first, *property, *next;
	string_t *value = t_str_new(256);

	for (property = first; property != NULL; property = next) {
		next = pim_property_find_next(property);
		if (!kolab_params_equal(first, property))
			continue;
		if (str_len(value) > 0)
			str_append_c(value, ',');
		str_append(value, property->value);
		kolab_property_move(encoder->component, original, property);
	}
	merged.prev = merged.next = NULL;
	merged.value = p_strdup(encoder->pool, str_c(value));
	return merged;
}

/* Append an element for each value. */
static struct kolab_node *
kolab_values_encode(struct kolab_encoder *encoder, const struct kolab_row *row,
		    struct pim_property merged)
{
	struct kolab_node *first = NULL, *node;

	for (const char *const *value = pim_value_split(merged.value, ','); *value != NULL; value++) {
		merged.value = *value;
		node = kolab_element_encode(encoder, row, &merged);
		if (node == NULL)
			continue;
		kolab_node_append(encoder->parent, node);
		if (first == NULL)
			first = node;
	}
	return first;
}

static void kolab_merged_encode(struct kolab_encoder *encoder, const struct kolab_row *row)
{
	struct pim_component *original = pim_component_new(encoder->pool, "X");
	struct pim_property *first = pim_property_find(encoder->component, row->property), *property, merged;
	struct kolab_node *node;

	if (first == NULL)
		return;
	merged = kolab_merge(encoder, first, original);
	if (row->max == 0) {
		node = kolab_values_encode(encoder, row, merged);
	} else {
		node = kolab_element_encode(encoder, row, &merged);
		if (node != NULL)
			kolab_node_append(encoder->parent, node);
	}
	if (node != NULL) {
		kolab_elements_check(encoder, node, original);
		return;
	}
	while ((property = original->properties_head) != NULL)
		kolab_property_move(original, encoder->component, property);
}

void kolab_properties_encode(pool_t pool, const struct kolab_rows *rows, unsigned int affiliation,
			     struct pim_component *component, struct kolab_node *parent,
			     struct kolab_node *customs)
{
	struct kolab_encoder encoder = {
		.pool = pool,
		.rows = rows,
		.affiliation = affiliation,
		.component = component,
		.parent = parent,
		.customs = customs,
	};

	for (unsigned int i = 0; i < rows->count; i++) {
		const struct kolab_row *row = &rows->rows[i];

		if (row->type == &kolab_type_group)
			kolab_affiliations_encode(pool, component, parent, customs);
		else if ((row->flags & KOLAB_MERGE) != 0)
			kolab_merged_encode(&encoder, row);
		else
			kolab_row_encode(&encoder, row);
	}
}
