/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "iostream-temp.h"
#include "wbxml-parser.h"
#include "wbxml-tree.h"

#include <ctype.h>

/* The value of the innermost open element as it grows. */
struct wbxml_tree_value {
	buffer_t *buf;
	/* set instead once the value has outgrown memory */
	struct ostream *temp;
	uoff_t size;
	bool opaque;
	bool started;
};

struct wbxml_tree_reader {
	const struct wbxml_tree_settings *set;
	struct wbxml_parser *parser;
	struct wbxml_tree *tree;
	/* innermost open element */
	struct wbxml_node *node;
	struct wbxml_tree_value value;
	const char *error;
	bool stream_error;
};

static int wbxml_tree_fail(struct wbxml_tree_reader *reader, const char *error)
{
	reader->error = error;
	return -1;
}

static int wbxml_tree_fail_temp(struct wbxml_tree_reader *reader)
{
	reader->stream_error = TRUE;
	return wbxml_tree_fail(reader, t_strdup_printf(
		"A value could not be written to a temporary file %s*",
		reader->set->temp_path_prefix));
}

static void wbxml_tree_value_reset(struct wbxml_tree_value *value)
{
	o_stream_destroy(&value->temp);
	buffer_set_used_size(value->buf, 0);
	value->size = 0;
	value->opaque = FALSE;
	value->started = FALSE;
}

static int wbxml_tree_value_spill(struct wbxml_tree_reader *reader,
				  const void *data, size_t size)
{
	struct wbxml_tree_value *value = &reader->value;

	if (value->temp == NULL) {
		value->temp = iostream_temp_create_sized(
			reader->set->temp_path_prefix, 0, "wbxml value", 0);
		if (o_stream_send(value->temp, value->buf->data,
				  value->buf->used) < 0)
			return wbxml_tree_fail_temp(reader);
		buffer_set_used_size(value->buf, 0);
	}
	/* When the file fails, iostream-temp goes on in memory. We must not. */
	if (o_stream_send(value->temp, data, size) < 0 ||
	    o_stream_get_fd(value->temp) == -1)
		return wbxml_tree_fail_temp(reader);
	return 0;
}

static int wbxml_tree_value_add(struct wbxml_tree_reader *reader,
				const struct wbxml_event *event)
{
	struct wbxml_tree_value *value = &reader->value;

	value->started = TRUE;
	value->size += event->size;
	if (event->type == WBXML_EVENT_OPAQUE)
		value->opaque = TRUE;
	/* an element may hold several strings; together they are one value */
	if (value->size > reader->set->limits.max_value_bytes) {
		return wbxml_tree_fail(reader, t_strdup_printf(
			"A value is longer than %"PRIuUOFF_T" bytes",
			reader->set->limits.max_value_bytes));
	}
	if (event->size == 0)
		return 0;
	if (value->size > reader->set->max_memory_value)
		return wbxml_tree_value_spill(reader, event->data, event->size);
	buffer_append(value->buf, event->data, event->size);
	return 0;
}

/* White space between elements means nothing; anything else does not belong there. */
static int wbxml_tree_value_drop_blank(struct wbxml_tree_reader *reader)
{
	const unsigned char *data = reader->value.buf->data;
	bool blank = reader->value.temp == NULL && !reader->value.opaque;

	for (size_t i = 0; blank && i < reader->value.buf->used; i++)
		blank = i_isspace(data[i]);
	if (!blank) {
		return wbxml_tree_fail(reader, t_strdup_printf(
			"Element 0x%04x has text beside elements",
			reader->node->tag));
	}
	wbxml_tree_value_reset(&reader->value);
	return 0;
}

static int wbxml_tree_value_finish(struct wbxml_tree_reader *reader)
{
	struct wbxml_tree_value *value = &reader->value;
	struct wbxml_node *node = reader->node;
	char *copy;

	if (!value->started)
		return 0;
	if (node->first_child != NULL)
		return wbxml_tree_value_drop_blank(reader);

	node->opaque = value->opaque;
	node->value_size = value->size;
	if (value->temp != NULL) {
		node->stream = iostream_temp_finish(&value->temp, IO_BLOCK_SIZE);
		array_push_back(&reader->tree->streams, &node);
	} else {
		copy = p_malloc(reader->tree->pool, value->size + 1);
		memcpy(copy, value->buf->data, value->size);
		node->value = copy;
	}
	wbxml_tree_value_reset(value);
	return 0;
}

static int
wbxml_tree_start(struct wbxml_tree_reader *reader, wbxml_tag_t tag)
{
	struct wbxml_node *node, *parent = reader->node;

	if (reader->value.started && wbxml_tree_value_drop_blank(reader) < 0)
		return -1;

	node = p_new(reader->tree->pool, struct wbxml_node, 1);
	node->parent = parent;
	node->tag = tag;
	node->value = "";
	if (parent == NULL)
		reader->tree->root = node;
	else if (parent->last_child == NULL)
		parent->first_child = parent->last_child = node;
	else {
		parent->last_child->next = node;
		parent->last_child = node;
	}
	reader->node = node;
	return 0;
}

static int wbxml_tree_event(struct wbxml_tree_reader *reader,
			    const struct wbxml_event *event)
{
	switch (event->type) {
	case WBXML_EVENT_START:
		return wbxml_tree_start(reader, event->tag);
	case WBXML_EVENT_TEXT:
	case WBXML_EVENT_OPAQUE:
		return wbxml_tree_value_add(reader, event);
	case WBXML_EVENT_END:
		if (wbxml_tree_value_finish(reader) < 0)
			return -1;
		reader->node = reader->node->parent;
		return 0;
	case WBXML_EVENT_DOCUMENT_END:
		return 1;
	}
	i_unreached();
}

/* Returns 1 = done, -1 = error */
static int wbxml_tree_read_events(struct wbxml_tree_reader *reader)
{
	struct wbxml_event event;
	int ret;

	do {
		ret = wbxml_parser_next(reader->parser, &event);
		/* the caller promised a blocking stream */
		i_assert(ret != 0);
		if (ret < 0) {
			reader->stream_error =
				wbxml_parser_has_stream_error(reader->parser);
			return wbxml_tree_fail(reader, t_strdup(
				wbxml_parser_get_error(reader->parser)));
		}
	} while ((ret = wbxml_tree_event(reader, &event)) == 0);
	return ret;
}

int wbxml_tree_read(pool_t pool, struct istream *input,
		    const struct wbxml_tree_settings *set,
		    struct wbxml_tree **tree_r, const char **error_r)
{
	struct wbxml_tree_reader reader;
	const unsigned char *data;
	size_t size;
	int ret;

	i_assert(set->temp_path_prefix != NULL ||
		 set->max_memory_value >= set->limits.max_value_bytes);
	*tree_r = NULL;
	*error_r = NULL;

	if (i_stream_read_more(input, &data, &size) < 0 &&
	    input->stream_errno == 0)
		return 0;

	i_zero(&reader);
	reader.set = set;
	reader.value.buf = buffer_create_dynamic(default_pool, 256);
	reader.parser = wbxml_parser_init(input, &set->limits);
	reader.tree = p_new(pool, struct wbxml_tree, 1);
	reader.tree->pool = pool;
	p_array_init(&reader.tree->streams, pool, 2);

	ret = wbxml_tree_read_events(&reader);
	wbxml_parser_deinit(&reader.parser);
	o_stream_destroy(&reader.value.temp);
	buffer_free(&reader.value.buf);
	if (ret < 0) {
		*error_r = reader.error;
		wbxml_tree_free(&reader.tree);
		return reader.stream_error ? -2 : -1;
	}
	*tree_r = reader.tree;
	return 1;
}

void wbxml_tree_free(struct wbxml_tree **_tree)
{
	struct wbxml_tree *tree = *_tree;
	struct wbxml_node *node;

	*_tree = NULL;
	if (tree == NULL)
		return;
	array_foreach_elem(&tree->streams, node)
		i_stream_unref(&node->stream);
	array_clear(&tree->streams);
}

struct wbxml_node *
wbxml_node_child(const struct wbxml_node *node, wbxml_tag_t tag)
{
	struct wbxml_node *child;

	if (node == NULL)
		return NULL;
	wbxml_node_foreach(node, child) {
		if (child->tag == tag)
			return child;
	}
	return NULL;
}

struct wbxml_node *wbxml_node_next_same(const struct wbxml_node *node)
{
	struct wbxml_node *next;

	for (next = node->next; next != NULL; next = next->next) {
		if (next->tag == node->tag)
			return next;
	}
	return NULL;
}

const char *
wbxml_node_child_value(const struct wbxml_node *node, wbxml_tag_t tag)
{
	struct wbxml_node *child = wbxml_node_child(node, tag);

	return child == NULL ? NULL : child->value;
}

struct istream *wbxml_node_get_stream(const struct wbxml_node *node)
{
	if (node->stream == NULL) {
		return i_stream_create_from_data(node->value,
						 node->value_size);
	}
	i_stream_seek(node->stream, 0);
	i_stream_ref(node->stream);
	return node->stream;
}
