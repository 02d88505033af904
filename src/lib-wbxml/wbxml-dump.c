/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "hex-binary.h"
#include "istream.h"
#include "wbxml-text.h"
#include "wbxml-tree.h"
#include "wbxml-dump.h"

struct wbxml_dump_context {
	string_t *dest;
	const struct wbxml_dump_names *names;
	size_t max_value;
	bool (*redact)(wbxml_tag_t tag);
};

/* Does a lower page have a tag of this name? Then the root must say its page. */
static bool wbxml_dump_root_is_unclear(struct wbxml_dump_context *ctx,
				       wbxml_tag_t tag, const char *name)
{
	const char *other;

	for (unsigned int page = 0; page < WBXML_TAG_PAGE(tag); page++) {
		for (unsigned int token = WBXML_TAG_TOKEN_MIN; token <= 0x3f; token++) {
			other = ctx->names->tag_name(WBXML_TAG(page, token));
			if (other != NULL && strcmp(other, name) == 0)
				return TRUE;
		}
	}
	return FALSE;
}

static void wbxml_dump_name(struct wbxml_dump_context *ctx,
			    const struct wbxml_node *node,
			    const struct wbxml_node *parent)
{
	unsigned int page = WBXML_TAG_PAGE(node->tag);
	const char *name = ctx->names->tag_name(node->tag);
	const char *page_name = ctx->names->page_name(page);
	bool with_page;

	if (name == NULL)
		with_page = TRUE;
	else if (parent == NULL)
		with_page = wbxml_dump_root_is_unclear(ctx, node->tag, name);
	else
		with_page = WBXML_TAG_PAGE(parent->tag) != page;

	if (with_page && page_name != NULL)
		str_printfa(ctx->dest, "%s:", page_name);
	else if (with_page)
		str_printfa(ctx->dest, "%u:", page);
	if (name != NULL)
		str_append(ctx->dest, name);
	else
		str_printfa(ctx->dest, "0x%02x", WBXML_TAG_TOKEN(node->tag));
}

static void wbxml_dump_escaped(string_t *dest, unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		str_append_c(dest, '\\');
		str_append_c(dest, c);
		break;
	case '\n':
		str_append(dest, "\\n");
		break;
	case '\r':
		str_append(dest, "\\r");
		break;
	case '\t':
		str_append(dest, "\\t");
		break;
	default:
		str_printfa(dest, "\\x%02x", c);
		break;
	}
}

static void wbxml_dump_text(string_t *dest, const unsigned char *data, size_t size)
{
	size_t pos = 0;
	int len;

	str_append_c(dest, '"');
	while (pos < size) {
		len = wbxml_text_char(data + pos, size - pos);
		if (len <= 0 || data[pos] < 0x20 || data[pos] == 0x7f ||
		    data[pos] == '"' || data[pos] == '\\') {
			wbxml_dump_escaped(dest, data[pos]);
			pos++;
		} else {
			str_append_data(dest, data + pos, len);
			pos += len;
		}
	}
	str_append_c(dest, '"');
}

/* The first bytes of a value that went to a file. */
static void wbxml_dump_read(const struct wbxml_node *node, size_t want,
			    buffer_t *dest)
{
	struct istream *input = wbxml_node_get_stream(node);
	const unsigned char *data;
	size_t size;

	while (dest->used < want && i_stream_read_more(input, &data, &size) > 0) {
		size = I_MIN(size, want - dest->used);
		buffer_append(dest, data, size);
		i_stream_skip(input, size);
	}
	/* reading failed: show that something is missing */
	while (dest->used < want)
		buffer_append_c(dest, '?');
	i_stream_unref(&input);
}

static void wbxml_dump_data(string_t *dest, const struct wbxml_node *node,
			    const unsigned char *data, size_t size)
{
	str_append_c(dest, ' ');
	if (node->opaque) {
		str_append(dest, "hex:");
		binary_to_hex_append(dest, data, size);
	} else {
		wbxml_dump_text(dest, data, size);
	}
	if (size < node->value_size)
		str_printfa(dest, "...%zu", node->value_size);
}

static void wbxml_dump_value(struct wbxml_dump_context *ctx,
			     const struct wbxml_node *node)
{
	size_t size = node->value_size;
	buffer_t *copy;

	if (size == 0 && !node->opaque)
		return;
	if (ctx->redact != NULL && ctx->redact(node->tag)) {
		str_printfa(ctx->dest, " (%zu bytes)", node->value_size);
		return;
	}
	if (ctx->max_value > 0 && size > ctx->max_value)
		size = ctx->max_value / 2;
	if (node->stream == NULL) {
		wbxml_dump_data(ctx->dest, node,
				(const unsigned char *)node->value, size);
	} else {
		/* not in the data stack, where dest may be growing */
		copy = buffer_create_dynamic(default_pool, size);
		wbxml_dump_read(node, size, copy);
		wbxml_dump_data(ctx->dest, node, copy->data, size);
		buffer_free(&copy);
	}
}

static void wbxml_dump_node(struct wbxml_dump_context *ctx,
			    const struct wbxml_node *node,
			    const struct wbxml_node *parent, unsigned int depth)
{
	const struct wbxml_node *child;

	for (unsigned int i = 0; i < depth; i++)
		str_append(ctx->dest, "  ");
	wbxml_dump_name(ctx, node, parent);
	wbxml_dump_value(ctx, node);
	str_append_c(ctx->dest, '\n');
	wbxml_node_foreach(node, child)
		wbxml_dump_node(ctx, child, node, depth + 1);
}

void wbxml_dump(string_t *dest, const struct wbxml_node *node,
		const struct wbxml_dump_names *names, size_t max_value,
		bool (*redact)(wbxml_tag_t tag))
{
	struct wbxml_dump_context ctx = {
		.dest = dest,
		.names = names,
		.max_value = max_value,
		.redact = redact
	};

	wbxml_dump_node(&ctx, node, NULL, 0);
}
