/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "strnum.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-changes.h"
#include "eas-sync-state.h"
#include "eas-sync-options.h"

#define CLASS_SMS "SMS"

int eas_sync_options_find(const struct wbxml_node *collection,
			  const struct wbxml_node **options_r, const char **error_r)
{
	const struct wbxml_node *node;
	bool have_sms = FALSE;

	*options_r = NULL;
	for (node = wbxml_node_child(collection, EAS_TAG_AIRSYNC_OPTIONS);
	     node != NULL; node = wbxml_node_next_same(node)) {
		const char *class =
			wbxml_node_child_value(node, EAS_TAG_AIRSYNC_CLASS);
		bool sms = class != NULL && strcasecmp(class, CLASS_SMS) == 0;

		if (sms ? have_sms : *options_r != NULL) {
			*error_r = "Options are defined twice for one class";
			return -1;
		}
		if (sms)
			have_sms = TRUE;
		else
			*options_r = node;
	}
	return 0;
}

static int
options_get_uint(const struct wbxml_node *node, wbxml_tag_t tag, unsigned int *value_r,
		 const char **error_r)
{
	const char *value = wbxml_node_child_value(node, tag);

	if (value == NULL || *value == '\0')
		return 0;
	if (str_to_uint(value, value_r) < 0) {
		*error_r = t_strdup_printf("%s is not a number: %s",
					   eas_tag_get_name(tag), value);
		return -1;
	}
	return 1;
}

int eas_sync_options_parse(const struct wbxml_node *node, enum eas_version version,
			   enum eas_class class, struct eas_sync_options *options_r,
			   const char **error_r)
{
	unsigned int conflict = 1;
	const char *name;

	i_zero(options_r);
	if (node != NULL) {
		name = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_CLASS);
		if (name != NULL && *name != '\0' && eas_class_find(name) != class) {
			*error_r = t_strdup_printf(
				"A folder of class %s has no items of class %s",
				eas_class_get_name(class), name);
			return -1;
		}
		if (options_get_uint(node, EAS_TAG_AIRSYNC_FILTER_TYPE,
				     &options_r->filter_type, error_r) < 0 ||
		    options_get_uint(node, EAS_TAG_AIRSYNC_CONFLICT,
				     &conflict, error_r) < 0)
			return -1;
	}
	if (!eas_changes_filter_is_valid(class, options_r->filter_type)) {
		*error_r = t_strdup_printf("Class %s has no FilterType %u",
					   eas_class_get_name(class), options_r->filter_type);
		return -1;
	}
	if (conflict > 1) {
		*error_r = t_strdup_printf("Conflict is neither 0 nor 1: %u", conflict);
		return -1;
	}
	options_r->client_wins = conflict == 0;
	return eas_body_options_parse(node, version, &options_r->body, error_r);
}

static buffer_t *node_to_bytes(pool_t pool, const struct wbxml_node *node)
{
	buffer_t *buf = buffer_create_dynamic(pool, 128);
	struct ostream *output = o_stream_create_buffer(buf);
	struct wbxml_writer *writer = wbxml_writer_create(output);

	wbxml_writer_node(writer, node);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
	return buf;
}

static const struct wbxml_node *
node_from_bytes(pool_t pool, const unsigned char *data, size_t size)
{
	struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = WBXML_DEFAULT_MAX_VALUE_BYTES
	};
	struct wbxml_tree *tree = NULL;
	struct istream *input;
	const char *error;

	if (size == 0)
		return NULL;
	input = i_stream_create_from_data(data, size);
	if (wbxml_tree_read(pool, input, &set, &tree, &error) <= 0)
		tree = NULL;
	i_stream_unref(&input);
	return tree == NULL ? NULL : tree->root;
}

bool eas_sync_options_keep(struct eas_sync_state *state, const struct wbxml_node *node)
{
	buffer_t *buf = node_to_bytes(state->pool, node);

	if (state->options_size == buf->used &&
	    memcmp(state->options, buf->data, buf->used) == 0)
		return FALSE;
	state->options = buf->data;
	state->options_size = buf->used;
	return TRUE;
}

const struct wbxml_node *
eas_sync_options_kept(const struct eas_sync_state *state, pool_t pool)
{
	return node_from_bytes(pool, state->options, state->options_size);
}

void eas_sync_supported_keep(struct eas_sync_state *state, const struct wbxml_node *node)
{
	buffer_t *buf;

	state->supported = NULL;
	state->supported_size = 0;
	if (node == NULL)
		return;
	buf = node_to_bytes(state->pool, node);
	state->supported = buf->data;
	state->supported_size = buf->used;
}

const ARRAY_TYPE(wbxml_tag) *
eas_sync_supported_kept(const struct eas_sync_state *state, pool_t pool)
{
	const struct wbxml_node *node, *supported =
		node_from_bytes(pool, state->supported, state->supported_size);
	ARRAY_TYPE(wbxml_tag) *tags;

	if (supported == NULL)
		return NULL;
	tags = p_malloc(pool, sizeof(*tags));
	p_array_init(tags, pool, 16);
	wbxml_node_foreach(supported, node)
		array_push_back(tags, &node->tag);
	return tags;
}
