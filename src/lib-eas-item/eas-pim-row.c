/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-value.h"
#include "eas-pim-row.h"

/* MS-ASCNTC "Category" (2.2.2.20), MS-ASTASK "Category" (2.2.2.6) */
#define PIM_MAX_CATEGORIES 300

void eas_pim_write_text(struct wbxml_writer *writer, wbxml_tag_t tag, const char *text)
{
	if (text != NULL && *text != '\0')
		wbxml_writer_element(writer, tag, text);
}

/*
 * Text
 */

static void text_write(struct eas_pim_context *ctx ATTR_UNUSED,
		       const struct eas_pim_property *row,
		       const struct pim_component *component, struct wbxml_writer *writer)
{
	eas_pim_write_text(writer, row->tag, pim_component_get_text(component, row->name));
}

static int text_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		    struct pim_component *component, const struct wbxml_node *node)
{
	pim_component_set_text(ctx->pool, component, row->name,
			       node == NULL ? NULL : eas_pim_node_text(ctx, node));
	return 0;
}

const struct eas_pim_type eas_pim_type_text = { text_write, text_set, NULL };
const struct eas_pim_type eas_pim_type_ignored = { NULL, NULL, NULL };

/*
 * Lists
 */

const char *const *eas_pim_list_get(const struct pim_component *component, const char *name)
{
	const struct pim_property *property;
	ARRAY_TYPE(const_string) texts;
	const char *const *text;

	t_array_init(&texts, 8);
	for (property = pim_property_find(component, name); property != NULL;
	     property = pim_property_find_next(property)) {
		for (text = pim_value_texts(property->value); *text != NULL; text++)
			array_push_back(&texts, text);
	}
	array_append_zero(&texts);
	return array_front(&texts);
}

/* Take out of a property what is not in texts. Its value stays as written if that is nothing. */
static void list_filter(struct eas_pim_context *ctx, struct pim_component *component,
			struct pim_property *property, const char *const *texts)
{
	const char *const *value;
	ARRAY_TYPE(const_string) kept;
	const char *text;
	bool removed = FALSE;

	t_array_init(&kept, 8);
	for (value = pim_value_split(property->value, ','); *value != NULL; value++) {
		text = pim_text_unescape(*value);
		if (*text != '\0' && str_array_find(texts, text))
			array_push_back(&kept, value);
		else
			removed = TRUE;
	}
	if (!removed)
		return;
	if (array_count(&kept) == 0) {
		pim_property_remove(component, property);
		return;
	}
	array_append_zero(&kept);
	property->value = p_strdup(ctx->pool, t_strarray_join(array_front(&kept), ","));
}

void eas_pim_list_set(struct eas_pim_context *ctx, struct pim_component *component,
		      const char *name, const char *const *texts)
{
	struct pim_property *property, *next;
	const char *const *present, *text;

	for (property = pim_property_find(component, name); property != NULL; property = next) {
		next = pim_property_find_next(property);
		list_filter(ctx, component, property, texts);
	}
	present = eas_pim_list_get(component, name);
	for (; *texts != NULL; texts++) {
		if (str_array_find(present, *texts))
			continue;
		text = pim_text_escape(*texts);
		property = pim_property_find(component, name);
		if (property == NULL) {
			pim_property_add(ctx->pool, component, name, text);
		} else {
			property->value = p_strconcat(ctx->pool, property->value, ",",
						      text, NULL);
		}
	}
}

static bool texts_has(const ARRAY_TYPE(const_string) *texts, const char *text)
{
	const char *const *other;

	array_foreach(texts, other) {
		if (strcmp(*other, text) == 0)
			return TRUE;
	}
	return FALSE;
}

int eas_pim_node_get_texts(struct eas_pim_context *ctx, const struct wbxml_node *node,
			   wbxml_tag_t tag, unsigned int max, const char *const **texts_r)
{
	const struct wbxml_node *child;
	ARRAY_TYPE(const_string) texts;
	const char *text;

	t_array_init(&texts, 8);
	for (child = wbxml_node_child(node, tag); child != NULL;
	     child = wbxml_node_next_same(child)) {
		text = child->value;
		if (*text == '\0' || texts_has(&texts, text))
			continue;
		if (array_count(&texts) == max)
			return eas_pim_refuse(ctx, child, "too many");
		array_push_back(&texts, &text);
	}
	array_append_zero(&texts);
	*texts_r = array_front(&texts);
	return 0;
}

static void categories_write(struct eas_pim_context *ctx ATTR_UNUSED,
			     const struct eas_pim_property *row,
			     const struct pim_component *component,
			     struct wbxml_writer *writer)
{
	const char *const *text = eas_pim_list_get(component, "CATEGORIES");
	unsigned int count = 0;

	wbxml_writer_start_optional(writer, row->tag);
	for (; *text != NULL && count < PIM_MAX_CATEGORIES; text++, count++)
		wbxml_writer_element(writer, row->idx, *text);
	wbxml_writer_end(writer, row->tag);
}

static int categories_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			  struct pim_component *component, const struct wbxml_node *node)
{
	static const char *const none[] = { NULL };
	const char *const *texts = none;

	if (node != NULL &&
	    eas_pim_node_get_texts(ctx, node, row->idx, PIM_MAX_CATEGORIES, &texts) < 0)
		return -1;
	eas_pim_list_set(ctx, component, "CATEGORIES", texts);
	return 0;
}

const struct eas_pim_type eas_pim_type_categories = { categories_write, categories_set, NULL };

/*
 * Sensitivity
 */

/* RFC 5545 has no word for "personal". A reader that takes an unknown one as public would tell
   everybody: PRIVATE it is, and which of the two stands beside it. */
#define SENSITIVITY_PROPERTY "X-EAS-SENSITIVITY"

static const char *const sensitivity_classes[] = {
	"PUBLIC", "PRIVATE", "PRIVATE", "CONFIDENTIAL"
};

static unsigned int sensitivity_get(const struct pim_component *component)
{
	const char *class = pim_component_get(component, "CLASS");
	const char *own = pim_component_get(component, SENSITIVITY_PROPERTY);

	if (class == NULL || strcasecmp(class, "PUBLIC") == 0)
		return 0;
	if (strcasecmp(class, "CONFIDENTIAL") == 0)
		return 3;
	if (strcasecmp(class, "X-PERSONAL") == 0 || (own != NULL && strcmp(own, "1") == 0))
		return 1;
	/* RFC 5545 3.8.1.3: what is not known is private */
	return 2;
}

static void sensitivity_write(struct eas_pim_context *ctx ATTR_UNUSED,
			      const struct eas_pim_property *row,
			      const struct pim_component *component,
			      struct wbxml_writer *writer)
{
	wbxml_writer_element_uint(writer, row->tag, sensitivity_get(component));
}

static int sensitivity_set(struct eas_pim_context *ctx,
			   const struct eas_pim_property *row ATTR_UNUSED,
			   struct pim_component *component, const struct wbxml_node *node)
{
	unsigned int value = 0;

	if (node != NULL && eas_uint_parse_range(node->value, 0, 3, &value) < 0)
		return eas_pim_refuse(ctx, node, "not 0..3");
	if (value == sensitivity_get(component))
		return 0;
	pim_property_set(ctx->pool, component, SENSITIVITY_PROPERTY, value == 1 ? "1" : NULL);
	pim_property_set(ctx->pool, component, "CLASS",
			 value == 0 && pim_component_get(component, "CLASS") == NULL ?
			 NULL : sensitivity_classes[value]);
	return 0;
}

const struct eas_pim_type eas_pim_type_sensitivity = {
	sensitivity_write, sensitivity_set, NULL
};
