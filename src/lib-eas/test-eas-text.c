/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "hex-binary.h"
#include "hex-dec.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "wbxml-dump.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "test-eas-text.h"

#define TEST_EAS_TEXT_INDENT 2

struct test_eas_text {
	struct wbxml_writer *writer;
	wbxml_tag_t open[WBXML_MAX_DEPTH];
	unsigned int depth;
};

/* "Name", "Namespace:Name" */
static wbxml_tag_t test_eas_text_tag(struct test_eas_text *text, const char *name)
{
	const char *colon = strchr(name, ':');
	wbxml_tag_t tag = WBXML_TAG_NONE;
	unsigned int page;

	if (colon != NULL) {
		if (eas_page_find_name(t_strdup_until(name, colon), &page) == 0)
			tag = eas_tag_find_name(page, colon + 1);
	} else if (text->depth > 0) {
		page = WBXML_TAG_PAGE(text->open[text->depth - 1]);
		tag = eas_tag_find_name(page, name);
	} else {
		for (page = 0; page < EAS_PAGE_COUNT && tag == WBXML_TAG_NONE; page++)
			tag = eas_tag_find_name(page, name);
	}
	if (tag == WBXML_TAG_NONE)
		i_fatal("test text: no element %s", name);
	return tag;
}

static const char *test_eas_text_unescape(const char *p)
{
	string_t *str = t_str_new(128);

	for (; *p != '"'; p++) {
		if (*p == '\0')
			i_fatal("test text: string does not end");
		if (*p != '\\') {
			str_append_c(str, *p);
			continue;
		}
		switch (*++p) {
		case 'n':
			str_append_c(str, '\n');
			break;
		case 'r':
			str_append_c(str, '\r');
			break;
		case 't':
			str_append_c(str, '\t');
			break;
		case 'x':
			str_append_c(str, hex2dec((const void *)(p + 1), 2));
			p += 2;
			break;
		default:
			str_append_c(str, *p);
			break;
		}
	}
	if (p[1] != '\0')
		i_fatal("test text: %s after a string", p + 1);
	return str_c(str);
}

static void test_eas_text_value(struct test_eas_text *text, const char *value)
{
	buffer_t *data;

	if (*value == '"') {
		wbxml_writer_text(text->writer, test_eas_text_unescape(value + 1));
	} else if (strncmp(value, "hex:", 4) == 0) {
		data = t_buffer_create(128);
		if (hex_to_binary(value + 4, data) < 0)
			i_fatal("test text: bad %s", value);
		wbxml_writer_opaque(text->writer, data->data, data->used);
	} else {
		i_fatal("test text: bad value %s", value);
	}
}

static void test_eas_text_close(struct test_eas_text *text, unsigned int depth)
{
	while (text->depth > depth) {
		text->depth--;
		wbxml_writer_end(text->writer, text->open[text->depth]);
	}
}

static void test_eas_text_line(struct test_eas_text *text, const char *line)
{
	size_t indent = strspn(line, " ");
	const char *name = t_strcut(line + indent, ' ');
	const char *value = line + indent + strlen(name);
	wbxml_tag_t tag;

	if (*name == '\0')
		return;
	test_eas_text_close(text, indent / TEST_EAS_TEXT_INDENT);
	if (text->depth * TEST_EAS_TEXT_INDENT != indent)
		i_fatal("test text: bad indentation: %s", line);
	tag = test_eas_text_tag(text, name);
	text->open[text->depth++] = tag;
	wbxml_writer_start(text->writer, tag);
	if (*value != '\0')
		test_eas_text_value(text, value + 1);
}

buffer_t *test_eas_text_encode(const char *str)
{
	buffer_t *dest = t_buffer_create(1024);
	struct ostream *output = o_stream_create_buffer(dest);
	struct test_eas_text text;

	i_zero(&text);
	text.writer = wbxml_writer_create(output);
	for (const char *const *lines = t_strsplit(str, "\n"); *lines != NULL; lines++)
		test_eas_text_line(&text, *lines);
	test_eas_text_close(&text, 0);
	wbxml_writer_destroy(&text.writer);
	o_stream_destroy(&output);
	return dest;
}

struct wbxml_tree *
test_eas_text_decode(pool_t pool, const void *data, size_t size,
		     const char **error_r)
{
	const struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = WBXML_DEFAULT_MAX_VALUE_BYTES
	};
	struct istream *input = i_stream_create_from_data(data, size);
	struct wbxml_tree *tree;

	(void)wbxml_tree_read(pool, input, &set, &tree, error_r);
	i_stream_unref(&input);
	return tree;
}

struct wbxml_tree *test_eas_text_tree(pool_t pool, const char *text)
{
	buffer_t *data = test_eas_text_encode(text);
	struct wbxml_tree *tree;
	const char *error;

	tree = test_eas_text_decode(pool, data->data, data->used, &error);
	if (tree == NULL)
		i_fatal("test text: %s", error);
	return tree;
}

const char *test_eas_text_dump(const struct wbxml_tree *tree)
{
	static const struct wbxml_dump_names names = {
		.tag_name = eas_tag_get_name,
		.page_name = eas_page_get_name
	};
	string_t *str = t_str_new(1024);

	wbxml_dump(str, tree->root, &names, 0, NULL);
	return str_c(str);
}
