/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "wbxml-text.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"

/* A clean run of text at least this long goes to the stream without being copied
   first. */
#define WBXML_WRITER_DIRECT_BYTES 512

/* no page: the next tag needs a switch */
#define WBXML_WRITER_PAGE_NONE 0x100

struct wbxml_writer_element {
	wbxml_tag_t tag;
	bool optional;
};

struct wbxml_writer {
	struct ostream *output;
	/* bytes of the call in progress */
	buffer_t *buf;
	struct wbxml_text_cleaner cleaner;

	/* Open elements. The tags of the first `written` of them are out; the others
	   wait to see whether they get any content. */
	struct wbxml_writer_element open[WBXML_MAX_DEPTH];
	unsigned int depth, written;

	unsigned int page;
	/* no head, any number of roots */
	bool fragment;
	/* an inline string is open: its NUL is missing */
	bool in_text;
	bool has_output;
};

struct wbxml_writer *wbxml_writer_create(struct ostream *output)
{
	struct wbxml_writer *writer;

	writer = i_new(struct wbxml_writer, 1);
	writer->output = output;
	o_stream_ref(output);
	writer->buf = buffer_create_dynamic(default_pool, 1024);
	return writer;
}

struct wbxml_writer *wbxml_writer_create_fragment(struct ostream *output)
{
	struct wbxml_writer *writer = wbxml_writer_create(output);

	writer->fragment = TRUE;
	writer->page = WBXML_WRITER_PAGE_NONE;
	return writer;
}

static void wbxml_writer_free(struct wbxml_writer *writer)
{
	buffer_free(&writer->buf);
	o_stream_unref(&writer->output);
	i_free(writer);
}

void wbxml_writer_destroy(struct wbxml_writer **_writer)
{
	struct wbxml_writer *writer = *_writer;

	*_writer = NULL;
	i_assert(writer->depth == 0 || !writer->has_output);
	wbxml_writer_free(writer);
}

void wbxml_writer_abort(struct wbxml_writer **_writer)
{
	struct wbxml_writer *writer = *_writer;

	*_writer = NULL;
	if (writer != NULL)
		wbxml_writer_free(writer);
}

int wbxml_writer_check(struct wbxml_writer *writer)
{
	return writer->output->closed || writer->output->stream_errno != 0 ?
		-1 : 0;
}

bool wbxml_writer_has_output(struct wbxml_writer *writer)
{
	return writer->has_output;
}

static void wbxml_writer_send(struct wbxml_writer *writer)
{
	if (writer->buf->used == 0)
		return;
	o_stream_nsend(writer->output, writer->buf->data, writer->buf->used);
	buffer_set_used_size(writer->buf, 0);
}

static void wbxml_writer_put_tag(struct wbxml_writer *writer,
				 wbxml_tag_t tag, bool content)
{
	static const unsigned char head[] = {
		WBXML_VERSION_13, WBXML_PUBLIC_ID_UNKNOWN, WBXML_CHARSET_UTF8,
		0 /* no string table */
	};

	if (!writer->has_output) {
		if (!writer->fragment)
			buffer_append(writer->buf, head, sizeof(head));
		writer->has_output = TRUE;
	}
	if (WBXML_TAG_PAGE(tag) != writer->page) {
		writer->page = WBXML_TAG_PAGE(tag);
		buffer_append_c(writer->buf, WBXML_SWITCH_PAGE);
		buffer_append_c(writer->buf, writer->page);
	}
	buffer_append_c(writer->buf, WBXML_TAG_TOKEN(tag) |
			(content ? WBXML_TAG_CONTENT : 0));
}

/* The next bytes are no text of the string that may be open. */
static void wbxml_writer_end_text(struct wbxml_writer *writer)
{
	if (!writer->in_text)
		return;
	wbxml_text_cleaner_finish(&writer->cleaner, writer->buf);
	buffer_append_c(writer->buf, '\0');
	writer->in_text = FALSE;
}

/* Something comes inside the innermost open element: all waiting tags go out. */
static void wbxml_writer_put_waiting(struct wbxml_writer *writer)
{
	wbxml_writer_end_text(writer);
	for (; writer->written < writer->depth; writer->written++) {
		wbxml_writer_put_tag(writer, writer->open[writer->written].tag,
				     TRUE);
	}
}

static void
wbxml_writer_open(struct wbxml_writer *writer, wbxml_tag_t tag, bool optional)
{
	struct wbxml_writer_element *element;

	i_assert(writer->depth < WBXML_MAX_DEPTH);
	i_assert(WBXML_TAG_TOKEN(tag) >= WBXML_TAG_TOKEN_MIN);
	/* one root */
	i_assert(writer->depth > 0 || !writer->has_output || writer->fragment);

	wbxml_writer_end_text(writer);
	element = &writer->open[writer->depth++];
	element->tag = tag;
	element->optional = optional;
}

void wbxml_writer_start(struct wbxml_writer *writer, wbxml_tag_t tag)
{
	wbxml_writer_open(writer, tag, FALSE);
	wbxml_writer_send(writer);
}

void wbxml_writer_start_optional(struct wbxml_writer *writer, wbxml_tag_t tag)
{
	wbxml_writer_open(writer, tag, TRUE);
	wbxml_writer_send(writer);
}

static void wbxml_writer_close(struct wbxml_writer *writer, wbxml_tag_t tag)
{
	const struct wbxml_writer_element *element;

	i_assert(writer->depth > 0);
	element = &writer->open[writer->depth - 1];
	i_assert(element->tag == tag);

	if (writer->written == writer->depth) {
		wbxml_writer_end_text(writer);
		buffer_append_c(writer->buf, WBXML_END);
		writer->depth--;
		writer->written--;
		return;
	}
	writer->depth--;
	if (!element->optional) {
		wbxml_writer_put_waiting(writer);
		wbxml_writer_put_tag(writer, tag, FALSE);
	}
}

void wbxml_writer_end(struct wbxml_writer *writer, wbxml_tag_t tag)
{
	wbxml_writer_close(writer, tag);
	wbxml_writer_send(writer);
}

static void wbxml_writer_put_text(struct wbxml_writer *writer,
				  const unsigned char *data, size_t size)
{
	size_t clean;

	i_assert(writer->depth > 0);
	if (size == 0)
		return;
	if (!writer->in_text) {
		wbxml_writer_put_waiting(writer);
		buffer_append_c(writer->buf, WBXML_STR_I);
		wbxml_text_cleaner_init(&writer->cleaner);
		writer->in_text = TRUE;
	}
	while (size > 0) {
		clean = wbxml_text_clean_prefix(&writer->cleaner, data, size);
		if (clean >= WBXML_WRITER_DIRECT_BYTES) {
			wbxml_writer_send(writer);
			o_stream_nsend(writer->output, data, clean);
		} else {
			buffer_append(writer->buf, data, clean);
		}
		data += clean;
		size -= clean;
		if (size > 0) {
			clean = wbxml_text_cleaner_step(&writer->cleaner, data,
							size, writer->buf);
			data += clean;
			size -= clean;
		}
		if (writer->buf->used >= WBXML_WRITER_DIRECT_BYTES)
			wbxml_writer_send(writer);
	}
}

void wbxml_writer_text(struct wbxml_writer *writer, const char *text)
{
	wbxml_writer_text_data(writer, text, strlen(text));
}

void wbxml_writer_text_data(struct wbxml_writer *writer,
			    const void *data, size_t size)
{
	wbxml_writer_put_text(writer, data, size);
	wbxml_writer_send(writer);
}

int wbxml_writer_text_stream(struct wbxml_writer *writer,
			     struct istream *input)
{
	const unsigned char *data;
	size_t size;
	int ret;

	while ((ret = i_stream_read_more(input, &data, &size)) > 0) {
		wbxml_writer_text_data(writer, data, size);
		i_stream_skip(input, size);
	}
	i_assert(ret == -1);
	return input->stream_errno == 0 ? 0 : -1;
}

static void wbxml_writer_put_opaque_head(struct wbxml_writer *writer,
					 uint32_t size)
{
	unsigned char bytes[5];
	unsigned int i = sizeof(bytes);

	wbxml_writer_put_waiting(writer);
	buffer_append_c(writer->buf, WBXML_OPAQUE);
	/* multi-byte integer: 7 bits a byte, all but the last with the high bit */
	bytes[--i] = size & 0x7f;
	while ((size >>= 7) != 0)
		bytes[--i] = 0x80 | (size & 0x7f);
	buffer_append(writer->buf, bytes + i, sizeof(bytes) - i);
}

void wbxml_writer_opaque(struct wbxml_writer *writer,
			 const void *data, size_t size)
{
	i_assert(writer->depth > 0);
	i_assert(size <= UINT32_MAX);

	wbxml_writer_put_opaque_head(writer, size);
	if (size < WBXML_WRITER_DIRECT_BYTES) {
		buffer_append(writer->buf, data, size);
		wbxml_writer_send(writer);
	} else {
		wbxml_writer_send(writer);
		o_stream_nsend(writer->output, data, size);
	}
}

void wbxml_writer_element(struct wbxml_writer *writer,
			  wbxml_tag_t tag, const char *text)
{
	wbxml_writer_open(writer, tag, FALSE);
	wbxml_writer_put_text(writer, (const unsigned char *)text, strlen(text));
	wbxml_writer_close(writer, tag);
	wbxml_writer_send(writer);
}

void wbxml_writer_element_uint(struct wbxml_writer *writer,
			       wbxml_tag_t tag, uintmax_t number)
{
	char text[MAX_INT_STRLEN];

	wbxml_writer_element(writer, tag, dec2str_buf(text, number));
}

void wbxml_writer_element_opaque(struct wbxml_writer *writer, wbxml_tag_t tag,
				 const void *data, size_t size)
{
	wbxml_writer_open(writer, tag, FALSE);
	wbxml_writer_opaque(writer, data, size);
	wbxml_writer_end(writer, tag);
}

void wbxml_writer_empty(struct wbxml_writer *writer, wbxml_tag_t tag)
{
	wbxml_writer_open(writer, tag, FALSE);
	wbxml_writer_close(writer, tag);
	wbxml_writer_send(writer);
}

void wbxml_writer_fragment(struct wbxml_writer *writer, const void *data, size_t size)
{
	i_assert(writer->depth > 0);

	if (size == 0)
		return;
	wbxml_writer_put_waiting(writer);
	wbxml_writer_send(writer);
	o_stream_nsend(writer->output, data, size);
	/* whichever page the fragment ended in */
	writer->page = WBXML_WRITER_PAGE_NONE;
}

static void wbxml_writer_node_stream(struct wbxml_writer *writer,
				     const struct wbxml_node *node)
{
	i_stream_seek(node->stream, 0);
	if (!node->opaque) {
		(void)wbxml_writer_text_stream(writer, node->stream);
		return;
	}
	i_assert(node->value_size <= UINT32_MAX);
	wbxml_writer_put_opaque_head(writer, node->value_size);
	wbxml_writer_send(writer);
	o_stream_nsend_istream(writer->output, node->stream);
}

void wbxml_writer_node(struct wbxml_writer *writer,
		       const struct wbxml_node *node)
{
	const struct wbxml_node *child;

	wbxml_writer_start(writer, node->tag);
	if (node->stream != NULL)
		wbxml_writer_node_stream(writer, node);
	else if (node->opaque)
		wbxml_writer_opaque(writer, node->value, node->value_size);
	else
		wbxml_writer_text_data(writer, node->value, node->value_size);
	wbxml_node_foreach(node, child)
		wbxml_writer_node(writer, child);
	wbxml_writer_end(writer, node->tag);
}
