/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "istream.h"
#include "istream-failure-at.h"
#include "ostream.h"
#include "unichar.h"
#include "test-common.h"
#include "directpush-compat.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-body.h"

#define TEST_MAX_BYTES (16*1024*1024)

static const struct wbxml_tree_settings tree_set = {
	.limits = {
		.max_depth = 8,
		.max_elements = 64,
		.max_value_bytes = TEST_MAX_BYTES,
		.max_document_bytes = TEST_MAX_BYTES
	},
	.max_memory_value = TEST_MAX_BYTES
};

/*
 * Options
 */

/* An Options element in few words: "body=TYPE,SIZE,ALL,PREVIEW part=... mime=N trunc=N" */
static struct wbxml_node *
test_node(pool_t pool, struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = p_new(pool, struct wbxml_node, 1);

	node->tag = tag;
	node->value = value;
	node->value_size = strlen(value);
	node->parent = parent;
	if (parent == NULL)
		return node;
	if (parent->last_child != NULL)
		parent->last_child->next = node;
	else
		parent->first_child = node;
	parent->last_child = node;
	return node;
}

static struct wbxml_node *test_options_node(pool_t pool, const char *text)
{
	static const wbxml_tag_t body_tags[] = {
		EAS_TAG_AIRSYNCBASE_TYPE, EAS_TAG_AIRSYNCBASE_TRUNCATION_SIZE,
		EAS_TAG_AIRSYNCBASE_ALL_OR_NONE, EAS_TAG_AIRSYNCBASE_PREVIEW
	};
	struct wbxml_node *root = test_node(pool, NULL, EAS_TAG_AIRSYNC_OPTIONS, ""), *body;
	const char *const *word, *const *part;
	unsigned int i;

	for (word = t_strsplit_spaces(text, " "); *word != NULL; word++) {
		if (str_begins_with(*word, "body=") || str_begins_with(*word, "part=")) {
			body = test_node(pool, root, **word == 'b' ?
					 EAS_TAG_AIRSYNCBASE_BODY_PREFERENCE :
					 EAS_TAG_AIRSYNCBASE_BODY_PART_PREFERENCE, "");
			part = t_strsplit(*word + 5, ",");
			for (i = 0; part[i] != NULL; i++) {
				/* "-" = not there */
				if (strcmp(part[i], "-") != 0)
					test_node(pool, body, body_tags[i], part[i]);
			}
		} else if (str_begins_with(*word, "mime=")) {
			test_node(pool, root, EAS_TAG_AIRSYNC_MIME_SUPPORT, *word + 5);
		} else {
			test_node(pool, root, EAS_TAG_AIRSYNC_MIME_TRUNCATION, *word + 6);
		}
	}
	return root;
}

static void test_eas_body_options(void)
{
	static const struct {
		const char *text;
		/* -1 = not legal */
		int preferences;
		enum eas_body_type type;
		uoff_t size;
		bool all_or_none;
		unsigned int preview;
		bool mime_sent;
		enum eas_mime_support mime;
		uoff_t mime_size;
	} tests[] = {
		{ "", 0, 0, 0, FALSE, 0, FALSE, 0, UOFF_T_MAX },
		{ "body=1", 1, 1, UOFF_T_MAX, FALSE, 0, FALSE, 0, UOFF_T_MAX },
		{ "body=2,0", 1, 2, 0, FALSE, 0, FALSE, 0, UOFF_T_MAX },
		{ "body=2,4294967295", 1, 2, UOFF_T_MAX, FALSE, 0, FALSE, 0, UOFF_T_MAX },
		{ "body=4,500,1,255 mime=2 trunc=1", 1, 4, 500, TRUE, 255, TRUE, 2, 4096 },
		{ "body=1,500,0", 1, 1, 500, FALSE, 0, FALSE, 0, UOFF_T_MAX },
		/* empty elements: a boolean that is there is true */
		{ "body=1,,,", 1, 1, UOFF_T_MAX, TRUE, 0, FALSE, 0, UOFF_T_MAX },
		{ "body=1 body=2 body=3 body=4 mime=0", 4, 1, UOFF_T_MAX, FALSE, 0, TRUE, 0,
		  UOFF_T_MAX },
		{ "trunc=0", 0, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "trunc=8", 0, 0, 0, FALSE, 0, FALSE, 0, UOFF_T_MAX },
		{ "body=", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=-,5", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=5", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=x", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=1,4294967296", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=1,-1", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=1,1,2", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=1,1,1,256", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "body=1 body=1", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "mime=3", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
		{ "trunc=9", -1, 0, 0, FALSE, 0, FALSE, 0, 0 },
	};
	struct eas_body_options options;
	const char *error;

	test_begin("eas body: options");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 2048);
		struct wbxml_node *node = test_options_node(pool, tests[i].text);
		int ret = eas_body_options_parse(node, EAS_VERSION_14_1, &options, &error);

		test_assert_idx((ret < 0) == (tests[i].preferences < 0), i);
		if (ret == 0) {
			test_assert_idx((int)options.preferences_count ==
					tests[i].preferences, i);
			test_assert_idx(options.mime_support_sent == tests[i].mime_sent, i);
			test_assert_idx(options.mime_support == tests[i].mime, i);
			test_assert_idx(options.mime_truncation_size ==
					tests[i].mime_size, i);
		}
		if (ret == 0 && options.preferences_count > 0) {
			const struct eas_body_preference *pref = &options.preferences[0];

			test_assert_idx(pref->type == tests[i].type, i);
			test_assert_idx(pref->truncation_size == tests[i].size, i);
			test_assert_idx(pref->all_or_none == tests[i].all_or_none, i);
			test_assert_idx(pref->preview == tests[i].preview, i);
		}
		pool_unref(&pool);
	} T_END;
	/* no Options at all; no Preview in 12.1 */
	test_assert(eas_body_options_parse(NULL, EAS_VERSION_12_1, &options, &error) == 0 &&
		    options.preferences_count == 0);
	test_end();
}

static void test_eas_body_options_part(void)
{
	static const struct {
		const char *text;
		int ret;
		bool refused, body_wanted;
		enum eas_body_type type;
		uoff_t size;
		bool all_or_none;
		unsigned int preview;
	} tests[] = {
		{ "", 0, FALSE, TRUE, 0, 0, FALSE, 0 },
		{ "part=2", 0, FALSE, FALSE, 2, UOFF_T_MAX, FALSE, 0 },
		{ "part=2 mime=2", 0, FALSE, FALSE, 2, UOFF_T_MAX, FALSE, 0 },
		{ "body=1,7 part=2,500,1,255", 0, FALSE, TRUE, 2, 500, TRUE, 255 },
		{ "part=1", -1, TRUE, FALSE, 0, 0, FALSE, 0 },
		{ "part=4", -1, TRUE, FALSE, 0, 0, FALSE, 0 },
		{ "part=5", -1, TRUE, FALSE, 0, 0, FALSE, 0 },
		{ "part=2 part=1", -1, TRUE, FALSE, 0, 0, FALSE, 0 },
		{ "part=2 part=2", -1, FALSE, FALSE, 0, 0, FALSE, 0 },
		{ "part=x", -1, FALSE, FALSE, 0, 0, FALSE, 0 },
		{ "part=2,1,1,256", -1, FALSE, FALSE, 0, 0, FALSE, 0 },
		{ "body=5 part=1", -1, FALSE, FALSE, 0, 0, FALSE, 0 }
	};
	struct eas_body_options options;
	const char *error;

	test_begin("eas body: options ask for a message part, since 14.1");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 2048);
		struct wbxml_node *node = test_options_node(pool, tests[i].text);

		test_assert_idx(eas_body_options_parse(node, EAS_VERSION_14_1, &options,
						       &error) == tests[i].ret, i);
		test_assert_idx(options.part_type_refused == tests[i].refused, i);
		if (tests[i].ret == 0) {
			test_assert_idx(eas_body_is_wanted(&options) ==
					tests[i].body_wanted, i);
			test_assert_idx(options.part.type == tests[i].type, i);
			test_assert_idx(options.part.truncation_size == tests[i].size, i);
			test_assert_idx(options.part.all_or_none == tests[i].all_or_none, i);
			test_assert_idx(options.part.preview == tests[i].preview, i);
		}
		/* it is none of the older versions' */
		if (tests[i].refused) {
			test_assert_idx(eas_body_options_parse(node, EAS_VERSION_14_0,
							       &options, &error) == 0, i);
			test_assert_idx(options.part.type == EAS_BODY_TYPE_NONE, i);
		}
		pool_unref(&pool);
	} T_END;
	test_end();
}

/*
 * Bodies
 */

struct test_result {
	unsigned int type;
	uoff_t estimated;
	bool truncated, have_data;
	const char *data, *preview;
	size_t data_size;
};

/* What a device with one preference gets of a text. Returns what eas_body_write() does. */
static int test_body(pool_t pool, struct istream *input, uoff_t size,
		     const struct eas_body_options *options, struct test_result *result_r)
{
	struct eas_part_place place = { .size = size, .cte = MESSAGE_CTE_78BIT };
	struct eas_body_source source = { .input = input, .text = &place };
	buffer_t *dest = buffer_create_dynamic(default_pool, 1024);
	struct ostream *output = o_stream_create_buffer(dest);
	struct wbxml_writer *writer = wbxml_writer_create(output);
	struct wbxml_node *root;
	struct wbxml_tree *tree;
	struct eas_body *body;
	struct istream *doc;
	const char *error;
	int ret;

	i_zero(result_r);
	if (eas_body_open(&source, options, &body) < 0) {
		wbxml_writer_destroy(&writer);
		o_stream_destroy(&output);
		buffer_free(&dest);
		return -2;
	}
	ret = eas_body_write(body, writer);
	eas_body_close(&body);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);

	doc = i_stream_create_from_buffer(dest);
	if (wbxml_tree_read(pool, doc, &tree_set, &tree, &error) != 1)
		i_fatal("body is no WBXML: %s", error);
	i_stream_unref(&doc);
	root = tree->root;
	test_assert(str_to_uint(wbxml_node_child_value(root, EAS_TAG_AIRSYNCBASE_TYPE),
				&result_r->type) == 0);
	test_assert(str_to_uoff(wbxml_node_child_value(root,
				EAS_TAG_AIRSYNCBASE_ESTIMATED_DATA_SIZE),
				&result_r->estimated) == 0);
	result_r->truncated = wbxml_node_child_value(root,
				EAS_TAG_AIRSYNCBASE_TRUNCATED)[0] == '1';
	if (wbxml_node_child(root, EAS_TAG_AIRSYNCBASE_DATA) != NULL) {
		result_r->have_data = TRUE;
		result_r->data = wbxml_node_child(root, EAS_TAG_AIRSYNCBASE_DATA)->value;
		result_r->data_size =
			wbxml_node_child(root, EAS_TAG_AIRSYNCBASE_DATA)->value_size;
	}
	result_r->preview = wbxml_node_child_value(root, EAS_TAG_AIRSYNCBASE_PREVIEW);
	wbxml_tree_free(&tree);
	buffer_free(&dest);
	return ret;
}

static void test_options_init(struct eas_body_options *options, enum eas_body_type type,
			      uoff_t size)
{
	i_zero(options);
	options->version = EAS_VERSION_16_1;
	options->preferences[0].type = type;
	options->preferences[0].truncation_size = size;
	options->preferences_count = 1;
	options->mime_truncation_size = UOFF_T_MAX;
}

/* Whatever the size: a beginning of the text, whole characters only, as long as can be. */
static void test_truncation(const char *text, size_t piece)
{
	struct eas_body_options options;
	struct test_result result;
	struct istream *input;
	size_t len = strlen(text), size, max_cut;

	for (size = 0; size <= len + 1; size++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 2048);

		input = test_istream_create_data(text, len);
		test_istream_set_max_buffer_size(input, piece);
		test_options_init(&options, EAS_BODY_TYPE_TEXT, size);
		test_assert_idx(test_body(pool, input, len, &options, &result) == 0, size);
		test_assert_idx(result.truncated == (size < len), size);
		test_assert_idx(result.estimated == len, size);
		test_assert_idx(result.have_data == (size > 0), size);
		if (result.have_data) {
			test_assert_idx(result.data_size <= size, size);
			test_assert_idx(memcmp(result.data, text, result.data_size) == 0,
					size);
			test_assert_idx(uni_utf8_data_is_valid(
				(const unsigned char *)result.data,
				result.data_size), size);
			/* no character more would have fitted */
			max_cut = I_MIN(size, len);
			test_assert_idx(max_cut - result.data_size < 4, size);
			test_assert_idx(result.data_size == len || result.data_size +
				uni_utf8_char_bytes(text[result.data_size]) > size, size);
		}
		i_stream_unref(&input);
		pool_unref(&pool);
	} T_END;
}

static void test_eas_body_truncation(void)
{
	test_begin("eas body: truncation at every byte");
	test_truncation("a\xc3\xa4" "b\xe2\x82\xac\xf0\x9f\x98\x80" "c\r\n\xc3\x9f", 64);
	test_truncation("\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80", 5);
	test_truncation("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 4);
	test_end();
}

static void test_eas_body_large(void)
{
	/* not a multiple of anything in the code */
	const size_t chars = (EAS_BODY_MEMORY_BYTES * 3 + 1234) / 3;
	const uoff_t sizes[] = {
		100, EAS_BODY_MEMORY_BYTES - 1, EAS_BODY_MEMORY_BYTES,
		EAS_BODY_MEMORY_BYTES + 1, EAS_BODY_MEMORY_BYTES * 2 + 1,
		chars * 3 - 1, chars * 3, chars * 3 + 1, UOFF_T_MAX
	};
	struct eas_body_options options;
	struct test_result result;
	buffer_t *text = buffer_create_dynamic(default_pool, chars * 3);
	struct istream *input;
	size_t expected;

	test_begin("eas body: larger than what is kept in memory");
	for (size_t i = 0; i < chars; i++)
		buffer_append(text, "\xe2\x82\xac", 3);
	for (unsigned int i = 0; i < N_ELEMENTS(sizes); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 2048);

		input = i_stream_create_from_buffer(text);
		test_options_init(&options, EAS_BODY_TYPE_TEXT, sizes[i]);
		test_assert_idx(test_body(pool, input, text->used, &options,
					  &result) == 0, i);
		expected = I_MIN(sizes[i], text->used);
		expected -= expected % 3;
		test_assert_idx(result.data_size == expected, i);
		test_assert_idx(memcmp(result.data, text->data, expected) == 0, i);
		test_assert_idx(result.truncated == (sizes[i] < text->used), i);
		test_assert_idx(result.estimated == text->used, i);
		i_stream_unref(&input);
		pool_unref(&pool);
	} T_END;
	buffer_free(&text);
	test_end();
}

static void test_eas_body_preview(void)
{
	static const struct {
		unsigned int max;
		const char *preview;
	} tests[] = {
		{ 0, NULL },
		{ 1, "\xc3\x84" },
		{ 2, "\xc3\x84" "b" },
		/* no space at the end */
		{ 3, "\xc3\x84" "b" },
		{ 4, "\xc3\x84" "b c" },
		{ 255, "\xc3\x84" "b c" },
	};
	const char *text = " \r\n\xc3\x84" "b \t\r\n c  \r\n";
	struct eas_body_options options;
	struct test_result result;
	struct istream *input;

	test_begin("eas body: preview");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 2048);

		input = i_stream_create_from_data(text, strlen(text));
		test_options_init(&options, EAS_BODY_TYPE_HTML, UOFF_T_MAX);
		options.preferences[0].preview = tests[i].max;
		test_assert_idx(test_body(pool, input, strlen(text), &options,
					  &result) == 0, i);
		test_assert_strcmp_idx(result.preview, tests[i].preview, i);
		i_stream_unref(&input);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_eas_body_parts(void)
{
	struct eas_body_parts parts;
	struct eas_body_options options;
	struct test_result result;
	buffer_t *dest = buffer_create_dynamic(default_pool, 64);
	struct istream *input = i_stream_create_from_data("one two", 7);
	pool_t pool = pool_alloconly_create("test", 2048);

	test_begin("eas body: data in a part of its own");
	parts.output = o_stream_create_buffer(dest);
	i_array_init(&parts.sizes, 4);
	test_options_init(&options, EAS_BODY_TYPE_TEXT, 3);
	options.parts = &parts;
	test_assert(test_body(pool, input, 7, &options, &result) == 0);
	test_assert(!result.have_data && result.truncated && result.estimated == 7);
	options.preferences[0].truncation_size = UOFF_T_MAX;
	test_assert(test_body(pool, input, 7, &options, &result) == 0);
	/* an empty body is no part */
	test_assert(test_body(pool, input, 0, &options, &result) == 0);
	o_stream_destroy(&parts.output);
	test_assert(array_count(&parts.sizes) == 2 &&
		    *array_idx(&parts.sizes, 0) == 3 && *array_idx(&parts.sizes, 1) == 7);
	test_assert(dest->used == 10 && memcmp(dest->data, "oneone two", 10) == 0);
	array_free(&parts.sizes);
	buffer_free(&dest);
	i_stream_unref(&input);
	pool_unref(&pool);
	test_end();
}

static void test_eas_body_failure(void)
{
	const size_t size = EAS_BODY_MEMORY_BYTES * 2;
	const uoff_t failures[] = { 0, 1, 8192, EAS_BODY_MEMORY_BYTES + 1, size - 1 };
	struct eas_body_options options;
	struct test_result result;
	struct istream *input, *failing;
	char *text = i_malloc(size);
	int ret;

	test_begin("eas body: the stream fails");
	memset(text, 'x', size);
	test_options_init(&options, EAS_BODY_TYPE_TEXT, UOFF_T_MAX);
	for (unsigned int i = 0; i < N_ELEMENTS(failures); i++) {
		pool_t pool = pool_alloconly_create("test", 2048);

		input = i_stream_create_from_data(text, size);
		failing = i_stream_create_failure_at(input, failures[i], EIO, "test");
		ret = test_body(pool, failing, size, &options, &result);
		/* while nothing is written yet, or in the middle */
		test_assert_idx(ret == (failures[i] <= EAS_BODY_MEMORY_BYTES ? -2 : -1), i);
		if (ret == -1)
			test_assert_idx(result.data_size < size, i);
		i_stream_unref(&failing);
		i_stream_unref(&input);
		pool_unref(&pool);
	}
	i_free(text);
	test_end();
}

/* A body and a part of it read the same stream by turns. */
static void test_eas_body_and_part(void)
{
	const size_t size = EAS_BODY_MEMORY_BYTES * 2;
	struct eas_body_options options;
	struct eas_part_place place = { .size = size, .cte = MESSAGE_CTE_78BIT };
	struct eas_body_source source = { .html = &place };
	buffer_t *dest = buffer_create_dynamic(default_pool, size * 2 + 1024);
	struct ostream *output = o_stream_create_buffer(dest);
	struct wbxml_writer *writer = wbxml_writer_create(output);
	const struct wbxml_node *root, *child;
	struct wbxml_tree *tree;
	struct eas_body *body, *part;
	pool_t pool = pool_alloconly_create("test", 2048);
	char *text = i_malloc(size);
	struct istream *doc;
	const char *error;

	test_begin("eas body: a large body and a large part beside it");
	for (size_t i = 0; i < size; i++)
		text[i] = 'a' + i % 23;
	source.input = i_stream_create_from_data(text, size);
	test_options_init(&options, EAS_BODY_TYPE_HTML, UOFF_T_MAX);
	options.part = options.preferences[0];
	options.part.truncation_size = size - 1;
	test_assert(eas_body_open(&source, &options, &body) == 0);
	test_assert(eas_body_open_part(&source, &options, &part) == 0);
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	test_assert(eas_body_write(body, writer) == 0);
	test_assert(eas_body_write(part, writer) == 0);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	eas_body_close(&body);
	eas_body_close(&part);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);

	doc = i_stream_create_from_buffer(dest);
	if (wbxml_tree_read(pool, doc, &tree_set, &tree, &error) != 1)
		i_fatal("bodies are no WBXML: %s", error);
	i_stream_unref(&doc);
	root = tree->root;
	child = wbxml_node_child(wbxml_node_child(root, EAS_TAG_AIRSYNCBASE_BODY),
				 EAS_TAG_AIRSYNCBASE_DATA);
	test_assert(child->value_size == size && memcmp(child->value, text, size) == 0);
	child = wbxml_node_child(wbxml_node_child(root, EAS_TAG_AIRSYNCBASE_BODY_PART),
				 EAS_TAG_AIRSYNCBASE_DATA);
	test_assert(child->value_size == size - 1 &&
		    memcmp(child->value, text, size - 1) == 0);
	wbxml_tree_free(&tree);
	buffer_free(&dest);
	i_stream_unref(&source.input);
	pool_unref(&pool);
	i_free(text);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_body_options,
		test_eas_body_options_part,
		test_eas_body_truncation,
		test_eas_body_large,
		test_eas_body_preview,
		test_eas_body_parts,
		test_eas_body_failure,
		test_eas_body_and_part,
		NULL
	};
	return test_run(test_functions);
}
