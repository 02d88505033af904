/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any change patched into any object: refused, nothing is changed; else the object can be shown, written and read
   again, and what is shown, sent back, changes nothing.

   Input: class, version, the object's text up to a NUL, then lines: the row, and the value of its element; in a
   container children apart by TAB, each a tag of the row's page and its value. */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "fuzzer.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "eas-pim-class.h"

static const struct {
	const struct eas_pim_class *class;
	enum pim_kind kind;
} fuzz_classes[] = {
	{ &eas_pim_class_contact, PIM_KIND_CONTACT },
	{ &eas_pim_class_note, PIM_KIND_NOTE },
	{ &eas_pim_class_task, PIM_KIND_TASK },
	{ &eas_pim_class_calendar, PIM_KIND_EVENT },
};
static const enum eas_version fuzz_versions[] = {
	EAS_VERSION_12_1, EAS_VERSION_14_1, EAS_VERSION_16_1
};

static struct wbxml_node *
fuzz_node_add(pool_t pool, struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = p_new(pool, struct wbxml_node, 1);

	node->tag = tag;
	node->value = value;
	node->value_size = strlen(value);
	node->parent = parent;
	if (parent != NULL && parent->last_child != NULL)
		parent->last_child->next = node;
	else if (parent != NULL)
		parent->first_child = node;
	if (parent != NULL)
		parent->last_child = node;
	return node;
}

static void fuzz_element_add(pool_t pool, const struct eas_pim_class *class,
			     struct wbxml_node *root, const char *line)
{
	const struct eas_pim_property *row;
	const struct eas_tag_info *info;
	struct wbxml_node *node;
	const char *const *part;
	wbxml_tag_t tag;

	if (*line == '\0')
		return;
	row = &class->rows[(unsigned char)*line++ % class->rows_count];
	info = eas_tag_find(row->tag);
	if (info->kind != EAS_TAG_KIND_CONTAINER) {
		(void)fuzz_node_add(pool, root, row->tag, p_strdup(pool, line));
		return;
	}
	node = fuzz_node_add(pool, root, row->tag, "");
	for (part = t_strsplit(line, "\t"); *part != NULL; part++) {
		tag = WBXML_TAG(WBXML_TAG_PAGE(row->tag), WBXML_TAG_TOKEN(**part));
		if (**part != '\0' && eas_tag_find(tag) != NULL)
			(void)fuzz_node_add(pool, node, tag, p_strdup(pool, *part + 1));
	}
}

static const char *fuzz_tree_text(const struct pim_component *root)
{
	string_t *text = t_str_new(1024);

	pim_tree_write(text, root);
	return str_c(text);
}

static void fuzz_check(struct eas_pim_context *ctx, pool_t pool)
{
	const char *text = fuzz_tree_text(ctx->object->root), *error;
	struct pim_component *root;
	bool changed;

	if (pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) < 0)
		i_panic("written and cannot be read: %s", error);
	if (eas_item_pim_patch(ctx, eas_item_pim_project(ctx, pool), &changed, &error) < 0)
		i_panic("refuses what it shows: %s", error);
	if (changed)
		i_panic("changed by its echo:\n%s", text);
}

static void fuzz_patch(pool_t pool, unsigned int class_idx, enum eas_version version,
		       struct pim_object *object, const char *lines)
{
	struct eas_body_options body = {
		.version = version,
		.preferences = { { .type = EAS_BODY_TYPE_HTML, .truncation_size = 100 } },
		.preferences_count = 1
	};
	struct eas_pim_context ctx = {
		.pool = pool, .class = fuzz_classes[class_idx].class->class,
		.version = version, .body = &body, .item_id = "a:b", .now = 1768464000,
		.object = object
	};
	struct wbxml_node *data = fuzz_node_add(pool, NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, "");
	const char *before = fuzz_tree_text(object->root), *error;
	const char *const *line;
	bool changed;

	for (line = t_strsplit(lines, "\n"); *line != NULL; line++)
		fuzz_element_add(pool, fuzz_classes[class_idx].class, data, *line);
	if (eas_item_pim_patch(&ctx, data, &changed, &error) < 0) {
		if (strcmp(before, fuzz_tree_text(object->root)) != 0)
			i_panic("refused (%s), and changed", error);
		return;
	}
	fuzz_check(&ctx, pool);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct pim_component *root;
	struct pim_object *object;
	unsigned int class_idx;
	const uint8_t *end;
	const char *error;

	if (size > 2 && (end = memchr(data + 2, '\0', size - 2)) != NULL &&
	    pim_tree_parse(pool, data + 2, end - data - 2, &root, &error) == 0) {
		class_idx = data[0] % N_ELEMENTS(fuzz_classes);
		object = pim_object_new(pool, fuzz_classes[class_idx].kind, PIM_FORMAT_RAW, "x");
		object->root = root;
		if (pim_object_main(object) != NULL) {
			fuzz_patch(pool, class_idx,
				   fuzz_versions[data[1] % N_ELEMENTS(fuzz_versions)], object,
				   p_strndup(pool, end + 1, size - (end + 1 - data)));
		}
	}
	pool_unref(&pool);
}
FUZZ_END
