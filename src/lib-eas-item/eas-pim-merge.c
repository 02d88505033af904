/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "crc32.h"
#include "ostream.h"
#include "wbxml-writer.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "eas-pim-calendar-private.h"
#include "eas-pim-row.h"
#include "eas-pim-merge.h"

enum merge_how {
	MERGE_PART,
	MERGE_LIST,
	MERGE_DELTA,
	MERGE_NOT
};

static const struct merge_row {
	wbxml_tag_t tag, group;
	enum merge_how how;
} merge_rows[] = {
#define EAS_PIM_MERGE(tag, group, how) { EAS_TAG_##tag, EAS_TAG_##group, MERGE_##how },
#include "eas-pim-merge.def"
};

static wbxml_tag_t merge_find(wbxml_tag_t tag, enum merge_how *how_r)
{
	unsigned int i;

	*how_r = MERGE_PART;
	for (i = 0; i < N_ELEMENTS(merge_rows); i++) {
		if (merge_rows[i].tag == tag) {
			*how_r = merge_rows[i].how;
			return merge_rows[i].group;
		}
	}
	return tag;
}

static uint32_t digests_find(const ARRAY_TYPE(eas_element_digest) *digests, wbxml_tag_t tag)
{
	const struct eas_element_digest *element;

	array_foreach(digests, element) {
		if (element->tag == tag)
			return element->digest;
	}
	return 0;
}

/* data: what the row wrote; none = the element is not there. */
static void digests_add(ARRAY_TYPE(eas_element_digest) *digests, wbxml_tag_t group,
			wbxml_tag_t tag, const unsigned char *data, size_t size)
{
	struct eas_element_digest *element;
	unsigned char tag_bytes[4];

	if (size == 0)
		return;
	array_foreach_modifiable(digests, element) {
		if (element->tag == group)
			break;
	}
	if (array_foreach_idx(digests, element) == array_count(digests)) {
		element = array_append_space(digests);
		element->tag = group;
	}
	cpu32_to_be_unaligned(tag, tag_bytes);
	element->digest = crc32_data_more(element->digest, tag_bytes, sizeof(tag_bytes));
	element->digest = crc32_data_more(element->digest, data, size);
	if (element->digest == 0)
		element->digest = 1;
}

/*
 * What an object says
 */

/* The words, and, as the form of the text, all of it. */
static void digests_add_body(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			     const struct pim_component *component,
			     ARRAY_TYPE(eas_element_digest) *digests)
{
	const char *words, *whole;

	eas_pim_body_get_words(ctx, component, row->name, &words, &whole);
	digests_add(digests, EAS_TAG_AIRSYNCBASE_BODY, row->tag,
		    (const unsigned char *)words, strlen(words));
	digests_add(digests, EAS_TAG_AIRSYNCBASE_NATIVE_BODY_TYPE, row->tag,
		    (const unsigned char *)whole, strlen(whole));
}

static void digests_add_row(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			    const struct pim_component *component,
			    struct wbxml_writer *writer, buffer_t *written,
			    ARRAY_TYPE(eas_element_digest) *digests)
{
	enum merge_how how;
	wbxml_tag_t group = merge_find(row->tag, &how);
	const unsigned char *data;
	size_t size;

	if (row->tag == EAS_TAG_AIRSYNCBASE_BODY) {
		digests_add_body(ctx, row, component, digests);
		return;
	}
	if (how == MERGE_NOT || group == EAS_TAG_AIRSYNCBASE_BODY)
		return;
	buffer_set_used_size(written, 0);
	row->type->write(ctx, row, component, writer);
	data = written->data;
	size = written->used;
	/* which page it was before depends on other rows */
	if (size >= 2 && *data == WBXML_SWITCH_PAGE) {
		data += 2;
		size -= 2;
	}
	digests_add(digests, group, row->tag, data, size);
}

void eas_item_pim_elements(enum eas_class class_id, struct pim_object *object,
			   ARRAY_TYPE(eas_element_digest) *elements)
{
	static const struct eas_body_options body = {
		.version = EAS_VERSION_16_1,
		.preferences = { {
			.type = EAS_BODY_TYPE_TEXT, .truncation_size = UOFF_T_MAX
		} },
		.preferences_count = 1
	};
	struct eas_pim_context ctx = {
		.pool = object->pool, .class = class_id, .version = EAS_VERSION_16_1,
		.body = &body, .item_id = "", .object = object
	};
	const struct eas_pim_class *class = eas_pim_class_find(class_id);
	const struct pim_component *component = pim_object_main(object);
	buffer_t *written = buffer_create_dynamic(default_pool, 1024);
	struct ostream *output = o_stream_create_buffer(written);
	struct wbxml_writer *writer = wbxml_writer_create_fragment(output);
	unsigned int i;

	for (i = 0; i < class->rows_count; i++) {
		if (class->rows[i].type->write == NULL ||
		    !eas_pim_row_is_in_version(&class->rows[i], ctx.version))
			continue;
		digests_add_row(&ctx, &class->rows[i], component, writer, written, elements);
	}
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
	buffer_free(&written);
}

/*
 * Comparing
 */

struct merge {
	struct eas_pim_context *ctx;
	const struct eas_pim_class *class;
	const struct wbxml_node *data;
	struct eas_pim_merge *merge;
	/* the object as it is now, and as the device would be shown it */
	ARRAY_TYPE(eas_element_digest) now;
	const struct wbxml_node *shown;
	/* what the others changed and the device did not */
	ARRAY_TYPE(wbxml_tag) theirs;
	const char **error_r;
};

/* Of a text its form too. */
static bool group_is_equal(const ARRAY_TYPE(eas_element_digest) *digests1,
			   const ARRAY_TYPE(eas_element_digest) *digests2, wbxml_tag_t group)
{
	return digests_find(digests1, group) == digests_find(digests2, group) &&
		(group != EAS_TAG_AIRSYNCBASE_BODY ||
		 digests_find(digests1, EAS_TAG_AIRSYNCBASE_NATIVE_BODY_TYPE) ==
		 digests_find(digests2, EAS_TAG_AIRSYNCBASE_NATIVE_BODY_TYPE));
}

static bool group_was_changed(const struct merge *merge, wbxml_tag_t group)
{
	return !group_is_equal(merge->merge->base, &merge->now, group);
}

/* How much of it does the device say? unsaid_r: it leaves out, and means to keep, what the object has. */
static bool group_is_sent(const struct merge *merge, wbxml_tag_t group, bool *unsaid_r)
{
	const struct eas_pim_property *row;
	enum merge_how how;
	bool sent = FALSE;
	unsigned int i;

	*unsaid_r = FALSE;
	for (i = 0; i < merge->class->rows_count; i++) {
		row = &merge->class->rows[i];
		if (row->type->set == NULL || merge_find(row->tag, &how) != group ||
		    !eas_pim_row_is_in_version(row, merge->ctx->version))
			continue;
		if (wbxml_node_child(merge->data, row->tag) != NULL ||
		    !eas_pim_row_keeps_when_absent(merge->ctx, row))
			sent = TRUE;
		else if (wbxml_node_child(merge->shown, row->tag) != NULL)
			*unsaid_r = TRUE;
	}
	return sent;
}

/* A list that the device has in another order is the same list. */
static void group_clear(struct merge *merge, wbxml_tag_t group)
{
	struct pim_component *component = pim_object_main(merge->ctx->object);
	const struct eas_pim_property *row;
	enum merge_how how;
	unsigned int i;

	for (i = 0; i < merge->class->rows_count; i++) {
		row = &merge->class->rows[i];
		if (merge_find(row->tag, &how) != group || how != MERGE_LIST ||
		    wbxml_node_child(merge->data, row->tag) == NULL)
			continue;
		if (row->tag == EAS_TAG_CALENDAR_EXCEPTIONS)
			calendar_exceptions_remove(component);
		else
			(void)row->type->set(merge->ctx, row, component, NULL);
	}
}

/* What the object would say if only this were taken from the device. Returns 0, -1 = not legal. */
static int group_try(struct merge *merge, wbxml_tag_t group,
		     ARRAY_TYPE(eas_element_digest) *tried)
{
	struct eas_pim_filter filter = { .only = group };
	struct eas_pim_saved saved;
	int ret;

	eas_pim_object_save(merge->ctx, &saved);
	group_clear(merge, group);
	merge->ctx->filter = &filter;
	ret = eas_pim_class_patch(merge->ctx, merge->class, merge->data);
	merge->ctx->filter = NULL;
	if (ret >= 0)
		eas_item_pim_elements(merge->ctx->class, merge->ctx->object, tried);
	eas_pim_object_restore(merge->ctx, &saved);
	if (ret < 0) {
		*merge->error_r = merge->ctx->error;
		return -1;
	}
	return 0;
}

static bool body_is_cut(const struct merge *merge, wbxml_tag_t group)
{
	return group == EAS_TAG_AIRSYNCBASE_BODY &&
		eas_pim_body_is_cut(wbxml_node_child(merge->data, group));
}

/* Of a text that is as long as one that was cut nobody can tell whether it is the old one, or was typed: the
   whole one is not lost for it, and the device hears that its own was not taken. */
static bool client_wins(const struct merge *merge, wbxml_tag_t group)
{
	return merge->merge->client_wins &&
		(group != EAS_TAG_AIRSYNCBASE_BODY ||
		 !eas_pim_body_may_be_cut(merge->ctx, wbxml_node_child(merge->data, group)));
}

static enum eas_pim_merge_result
merge_group(struct merge *merge, wbxml_tag_t group, enum merge_how how)
{
	ARRAY_TYPE(eas_element_digest) tried;
	uint32_t digest;
	bool unsaid;

	if (how == MERGE_DELTA || !group_is_sent(merge, group, &unsaid)) {
		merge->merge->news = TRUE;
		return EAS_PIM_MERGE_OK;
	}
	t_array_init(&tried, 16);
	if (group_try(merge, group, &tried) < 0) {
		/* maybe only together with what the others did */
		return merge->merge->client_wins ? EAS_PIM_MERGE_NOT_LEGAL :
			EAS_PIM_MERGE_CONFLICT;
	}
	/* both want the same */
	if (group_is_equal(&tried, &merge->now, group)) {
		merge->merge->news = merge->merge->news || unsaid;
		return EAS_PIM_MERGE_OK;
	}
	digest = digests_find(&tried, group);
	/* the device did not touch it, or wants the same text in another form */
	if (digest == digests_find(merge->merge->base, group) ||
	    digest == digests_find(&merge->now, group) || body_is_cut(merge, group)) {
		array_push_back(&merge->theirs, &group);
		merge->merge->news = TRUE;
		return EAS_PIM_MERGE_OK;
	}
	return client_wins(merge, group) ? EAS_PIM_MERGE_OK : EAS_PIM_MERGE_CONFLICT;
}

/* Every group once: at the row that it is named after, which each version has. */
static enum eas_pim_merge_result merge_groups(struct merge *merge)
{
	enum eas_pim_merge_result result = EAS_PIM_MERGE_OK;
	enum merge_how how;
	wbxml_tag_t tag;
	unsigned int i;

	for (i = 0; i < merge->class->rows_count && result == EAS_PIM_MERGE_OK; i++) {
		tag = merge->class->rows[i].tag;
		if (merge_find(tag, &how) != tag || how == MERGE_NOT ||
		    !group_was_changed(merge, tag))
			continue;
		result = merge_group(merge, tag, how);
	}
	return result;
}

static void merge_init(struct merge *merge_r, struct eas_pim_context *ctx,
		       const struct wbxml_node *data, struct eas_pim_merge *merge,
		       const char **error_r)
{
	i_zero(merge_r);
	merge_r->ctx = ctx;
	merge_r->class = eas_pim_class_find(ctx->class);
	merge_r->data = data;
	merge_r->merge = merge;
	merge_r->error_r = error_r;
	merge->changed = merge->news = FALSE;
	if (merge->base == NULL)
		return;
	p_array_init(&merge_r->now, ctx->pool, 16);
	p_array_init(&merge_r->theirs, ctx->pool, 4);
	eas_item_pim_elements(ctx->class, ctx->object, &merge_r->now);
	merge_r->shown = eas_item_pim_project(ctx, ctx->pool);
}

bool eas_pim_filter_wants(const struct eas_pim_filter *filter, wbxml_tag_t tag)
{
	enum merge_how how;
	wbxml_tag_t group = merge_find(tag, &how), other;

	if (filter->without == NULL)
		return group == filter->only;
	array_foreach_elem(filter->without, other) {
		if (group == other)
			return FALSE;
	}
	return TRUE;
}

enum eas_pim_merge_result
eas_item_pim_merge(struct eas_pim_context *ctx, const struct wbxml_node *data,
		   struct eas_pim_merge *set, const char **error_r)
{
	struct eas_pim_filter filter = { .only = 0 };
	enum eas_pim_merge_result result;
	struct merge merge;
	int ret;

	merge_init(&merge, ctx, data, set, error_r);
	if (set->base != NULL) {
		result = merge_groups(&merge);
		if (result != EAS_PIM_MERGE_OK)
			return result;
		filter.without = &merge.theirs;
		ctx->filter = &filter;
	}
	ret = eas_item_pim_patch(ctx, data, &set->changed, error_r);
	ctx->filter = NULL;
	return ret < 0 ? EAS_PIM_MERGE_NOT_LEGAL : EAS_PIM_MERGE_OK;
}

enum eas_pim_merge_result
eas_item_pim_merge_instance(struct eas_pim_context *ctx, time_t instance_utc,
			    const struct wbxml_node *data, struct eas_pim_merge *set,
			    const char **error_r)
{
	struct merge merge;
	bool touched = FALSE;
	unsigned int i;
	int ret;

	merge_init(&merge, ctx, data, set, error_r);
	if (set->base != NULL) {
		touched = group_was_changed(&merge, EAS_TAG_CALENDAR_START_TIME);
		for (i = 0; i < merge.class->rows_count && !set->news; i++)
			set->news = group_was_changed(&merge, merge.class->rows[i].tag);
	}
	ret = eas_item_pim_patch_instance(ctx, instance_utc, data, &set->changed, error_r);
	if (ret <= 0)
		return ret < 0 ? EAS_PIM_MERGE_NOT_LEGAL : EAS_PIM_MERGE_NO_INSTANCE;
	return set->changed && touched && !set->client_wins ?
		EAS_PIM_MERGE_CONFLICT : EAS_PIM_MERGE_OK;
}
