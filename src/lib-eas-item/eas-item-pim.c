/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-object.h"
#include "eas-tag.h"
#include "eas-pim-class.h"

/* Ours read back: as large as an object may be, and what XML makes longer. */
#define PIM_MAX_PROJECTION_BYTES (64*1024*1024)

static const struct eas_pim_class *const pim_classes[] = {
	&eas_pim_class_calendar,
	&eas_pim_class_contact,
	&eas_pim_class_note,
	&eas_pim_class_task,
};

const struct eas_pim_class *eas_pim_class_find(enum eas_class class)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(pim_classes); i++) {
		if (pim_classes[i]->class == class)
			return pim_classes[i];
	}
	return NULL;
}

/*
 * Projecting
 */

bool eas_pim_row_is_in_version(const struct eas_pim_property *row, enum eas_version version)
{
	return (row->since == EAS_VERSION_ANY || version >= row->since) &&
		(row->until == EAS_VERSION_ANY || version <= row->until);
}

void eas_pim_rows_write(struct eas_pim_context *ctx, const struct eas_pim_property *rows,
			unsigned int count, const struct pim_component *component,
			struct wbxml_writer *writer)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (rows[i].type->write == NULL || !eas_pim_row_is_in_version(&rows[i], ctx->version))
			continue;
		T_BEGIN {
			rows[i].type->write(ctx, &rows[i], component, writer);
		} T_END;
	}
}

static struct wbxml_node *projection_read(pool_t pool, const buffer_t *document)
{
	const struct wbxml_tree_settings set = {
		.limits = {
			.max_depth = WBXML_DEFAULT_MAX_DEPTH,
			.max_elements = WBXML_DEFAULT_MAX_ELEMENTS,
			.max_value_bytes = PIM_MAX_PROJECTION_BYTES,
			.max_document_bytes = PIM_MAX_PROJECTION_BYTES
		},
		.max_memory_value = PIM_MAX_PROJECTION_BYTES
	};
	struct istream *input = i_stream_create_from_buffer(document);
	struct wbxml_tree *tree;
	const char *error;
	int ret;

	ret = wbxml_tree_read(pool, input, &set, &tree, &error);
	i_stream_unref(&input);
	if (ret <= 0) {
		/* longer than anything that is ever read: the device was shown nothing either */
		tree = p_new(pool, struct wbxml_tree, 1);
		tree->root = p_new(pool, struct wbxml_node, 1);
		tree->root->tag = EAS_TAG_AIRSYNC_APPLICATION_DATA;
		tree->root->value = "";
	}
	return tree->root;
}

struct wbxml_node *
eas_pim_rows_project(struct eas_pim_context *ctx, const struct eas_pim_property *rows,
		     unsigned int count, const struct pim_component *component, pool_t pool)
{
	buffer_t *document = buffer_create_dynamic(default_pool, 4096);
	struct ostream *output = o_stream_create_buffer(document);
	struct wbxml_writer *writer = wbxml_writer_create(output);
	struct wbxml_node *root;

	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	eas_pim_rows_write(ctx, rows, count, component, writer);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
	root = projection_read(pool, document);
	buffer_free(&document);
	return root;
}

void eas_item_pim_write(struct eas_pim_context *ctx, struct wbxml_writer *writer)
{
	const struct eas_pim_class *class = eas_pim_class_find(ctx->class);

	eas_pim_rows_write(ctx, class->rows, class->rows_count,
			   pim_object_main(ctx->object), writer);
}

struct wbxml_node *eas_item_pim_project(struct eas_pim_context *ctx, pool_t pool)
{
	const struct eas_pim_class *class = eas_pim_class_find(ctx->class);

	return eas_pim_rows_project(ctx, class->rows, class->rows_count,
				    pim_object_main(ctx->object), pool);
}

/*
 * Comparing
 */

static bool row_is_same(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			const struct pim_component *component,
			const struct wbxml_node *shown, const struct wbxml_node *sent)
{
	if (shown == NULL && eas_pim_node_is_empty(sent))
		return TRUE;
	if (row->type->same != NULL)
		return row->type->same(ctx, row, component, shown, sent);
	return eas_pim_node_equal(shown, sent);
}

/* Does the absence of the element from a Change leave what there is? MS-ASCMD "Supported" (2.2.3.179), MS-ASCAL
   "Omitting Ghosted Properties from a Sync Change Request" */
bool eas_pim_row_keeps_when_absent(const struct eas_pim_context *ctx,
				   const struct eas_pim_property *row)
{
	const wbxml_tag_t *tag;

	if ((row->flags & EAS_PIM_KEEP) != 0)
		return TRUE;
	if ((row->flags & EAS_PIM_GHOSTABLE) == 0)
		return FALSE;
	if (ctx->class == EAS_CLASS_CALENDAR && ctx->version >= EAS_VERSION_16_0)
		return TRUE;
	if (ctx->supported == NULL)
		return FALSE;
	array_foreach(ctx->supported, tag) {
		if (*tag == row->tag)
			return FALSE;
	}
	return TRUE;
}

/* Returns as set(); 0 also if there is nothing to do, *done_r says which. */
static int row_patch(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     struct pim_component *component, const struct wbxml_node *shown_root,
		     const struct wbxml_node *data, bool *done_r)
{
	const struct wbxml_node *shown = wbxml_node_child(shown_root, row->tag);
	const struct wbxml_node *sent = wbxml_node_child(data, row->tag);

	*done_r = FALSE;
	if (row->type->set == NULL)
		return 0;
	if (sent == NULL && (ctx->filling || eas_pim_row_keeps_when_absent(ctx, row)))
		return 0;
	if ((row->flags & EAS_PIM_ALWAYS) != 0) {
		if (sent == NULL)
			return 0;
	} else if (row_is_same(ctx, row, component, shown, sent)) {
		return 0;
	}
	*done_r = TRUE;
	return row->type->set(ctx, row, component,
			      eas_pim_node_is_empty(sent) ? NULL : sent);
}

int eas_pim_rows_patch(struct eas_pim_context *ctx, const struct eas_pim_property *rows,
		       unsigned int count, struct pim_component *component,
		       const struct wbxml_node *shown, const struct wbxml_node *data)
{
	const struct wbxml_node *outer = ctx->data, *outer_shown = ctx->shown;
	unsigned int i, changes = 0;
	bool done;
	int ret = 0;
	/* of the object itself; below it all rows count */
	const struct eas_pim_filter *filter =
		component == pim_object_main(ctx->object) ? ctx->filter : NULL;

	ctx->data = data;
	ctx->shown = shown;
	for (i = 0; i < count && ret == 0; i++) {
		if (!eas_pim_row_is_in_version(&rows[i], ctx->version) ||
		    (filter != NULL && !eas_pim_filter_wants(filter, rows[i].tag)))
			continue;
		T_BEGIN {
			ret = row_patch(ctx, &rows[i], component, shown, data, &done);
			/* rows say it in the data stack too */
			if (ret < 0)
				ctx->error = p_strdup(ctx->pool, ctx->error);
		} T_END;
		if (done)
			changes++;
	}
	ctx->data = outer;
	ctx->shown = outer_shown;
	return ret < 0 ? -1 : (int)changes;
}

/*
 * Patching
 */

void eas_pim_object_save(struct eas_pim_context *ctx, struct eas_pim_saved *saved_r)
{
	struct pim_component *component, *copy, *last = NULL;
	struct pim_object *object = ctx->object;

	/* rows work on a copy, so that pointers into the old tree stay what they are */
	saved_r->root = object->root;
	object->root = NULL;
	for (component = saved_r->root; component != NULL; component = component->next) {
		copy = pim_component_copy(ctx->pool, component);
		copy->prev = last;
		if (last == NULL)
			object->root = copy;
		else
			last->next = copy;
		last = copy;
	}
	p_array_init(&saved_r->parts, ctx->pool, 4);
	if (array_is_created(&object->parts))
		array_append_array(&saved_r->parts, &object->parts);
}

void eas_pim_object_restore(struct eas_pim_context *ctx, const struct eas_pim_saved *saved)
{
	ctx->object->root = saved->root;
	if (array_is_created(&ctx->object->parts)) {
		array_clear(&ctx->object->parts);
		array_append_array(&ctx->object->parts, &saved->parts);
	}
}

static bool object_differs(const struct eas_pim_context *ctx, const struct eas_pim_saved *saved)
{
	return pim_tree_digest(ctx->object->root) != pim_tree_digest(saved->root) ||
		(array_is_created(&ctx->object->parts) &&
		 array_count(&ctx->object->parts) != array_count(&saved->parts));
}

int eas_pim_class_patch(struct eas_pim_context *ctx, const struct eas_pim_class *class,
			const struct wbxml_node *data)
{
	struct pim_component *component = pim_object_main(ctx->object);
	const struct wbxml_node *shown;
	pool_t pool;
	int ret;

	pool = pool_alloconly_create("eas pim projection", 8192);
	shown = eas_pim_rows_project(ctx, class->rows, class->rows_count, component, pool);
	ret = eas_pim_rows_patch(ctx, class->rows, class->rows_count, component, shown, data);
	pool_unref(&pool);
	if (ret < 0)
		return -1;
	if ((ret > 0 || ctx->filling) && class->finish != NULL)
		return class->finish(ctx, component);
	return 0;
}

static int object_finish(struct eas_pim_context *ctx, const struct eas_pim_saved *saved, int ret,
			 bool *changed_r, const char **error_r)
{
	if (ret < 0) {
		eas_pim_object_restore(ctx, saved);
		*error_r = ctx->error;
		return -1;
	}
	*changed_r = object_differs(ctx, saved);
	if (*changed_r)
		pim_object_touch(ctx->object, ctx->now);
	else
		eas_pim_object_restore(ctx, saved);
	return ret;
}

int eas_item_pim_patch(struct eas_pim_context *ctx, const struct wbxml_node *data,
		       bool *changed_r, const char **error_r)
{
	struct eas_pim_saved saved;
	int ret;

	ctx->error = NULL;
	eas_pim_object_save(ctx, &saved);
	ret = eas_pim_class_patch(ctx, eas_pim_class_find(ctx->class), data);
	return object_finish(ctx, &saved, ret, changed_r, error_r);
}

int eas_item_pim_fill(struct eas_pim_context *ctx, const struct wbxml_node *data,
		      const char **error_r)
{
	bool changed;
	int ret;

	ctx->filling = TRUE;
	ctx->own_name = NULL;
	ret = eas_item_pim_patch(ctx, data, &changed, error_r);
	ctx->filling = FALSE;
	return ret;
}

int eas_item_pim_patch_instance(struct eas_pim_context *ctx, time_t instance_utc,
				const struct wbxml_node *data, bool *changed_r,
				const char **error_r)
{
	const struct eas_pim_class *class = eas_pim_class_find(ctx->class);
	struct eas_pim_saved saved;
	int ret;

	if (class->patch_instance == NULL)
		return 0;
	ctx->error = NULL;
	eas_pim_object_save(ctx, &saved);
	ret = class->patch_instance(ctx, pim_object_main(ctx->object), instance_utc, data);
	return object_finish(ctx, &saved, ret, changed_r, error_r);
}
