/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "hex-binary.h"
#include "istream.h"
#include "ostream.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"

#define HEAD "03016a00"

static struct wbxml_tree_settings set = {
	.limits = {
		.max_depth = 8,
		.max_elements = 32,
		.max_value_bytes = 64,
		.max_document_bytes = 256
	},
	.max_memory_value = 16,
	.temp_path_prefix = ".test-wbxml-tree-"
};

static pool_t pool;
static struct wbxml_tree *tree;
static const char *error;

static int test_read(const char *hex)
{
	buffer_t *data = t_buffer_create(256);
	struct istream *input;
	int ret;

	test_assert(hex_to_binary(hex, data) == 0);
	input = test_istream_create_data(data->data, data->used);
	ret = wbxml_tree_read(pool, input, &set, &tree, &error);
	i_stream_unref(&input);
	return ret;
}

/* "5(6=abc,7=#00)": tags and values in hex where they are opaque, ~ for a stream */
static void test_describe(string_t *dest, const struct wbxml_node *node)
{
	const struct wbxml_node *child;
	const char *sep = "(";

	str_printfa(dest, "%x", node->tag);
	if (node->stream != NULL)
		str_printfa(dest, "~%zu", node->value_size);
	else if (node->opaque) {
		str_append(dest, "=#");
		binary_to_hex_append(dest, (const void *)node->value,
				     node->value_size);
	} else if (node->value_size > 0) {
		str_printfa(dest, "=%s", node->value);
	}
	wbxml_node_foreach(node, child) {
		test_assert(child->parent == node);
		str_append(dest, sep);
		test_describe(dest, child);
		sep = ",";
	}
	if (node->first_child != NULL)
		str_append_c(dest, ')');
}

static const struct {
	const char *hex, *tree;
} good_tests[] = {
	{ HEAD "05", "5" },
	{ HEAD "4501", "5" },
	{ HEAD "45030001", "5" },
	{ HEAD "45" "46036162630001" "0011" "47c3010001" "01", "5(6=abc,1107=#00)" },
	{ HEAD "45" "46" "46" "07" "01" "01" "08" "01", "5(6(6(7)),8)" },
	/* strings after each other are one value */
	{ HEAD "450361000362000300" "01", "5=ab" },
	{ HEAD "45" "036100" "c30162" "01", "5=#6162" },
	/* white space between elements */
	{ HEAD "45" "030d0a20200006" "030a00" "01", "5(6)" },
	/* long values: exactly at the limit of memory, over it, in two strings */
	{ HEAD "4503" "31323334353637383132333435363738" "0001",
	  "5=1234567812345678" },
	{ HEAD "4503" "3132333435363738313233343536373839" "0001", "5~17" },
	{ HEAD "45" "46c311" "3132333435363738313233343536373839" "01" "0701",
	  "5(6~17,7)" },
	{ HEAD "4503" "31323334353637383132333435363738" "00" "0333343500" "01",
	  "5~19" },
};

static void test_wbxml_tree_good(void)
{
	test_begin("wbxml tree: documents");
	for (unsigned int i = 0; i < N_ELEMENTS(good_tests); i++) T_BEGIN {
		string_t *str = t_str_new(128);

		pool = pool_alloconly_create("test", 1024);
		test_assert_idx(test_read(good_tests[i].hex) == 1, i);
		if (tree != NULL) {
			test_describe(str, tree->root);
			test_assert_strcmp_idx(str_c(str), good_tests[i].tree, i);
		}
		wbxml_tree_free(&tree);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static const struct {
	const char *hex, *error;
} bad_tests[] = {
	{ HEAD, "byte 4: document ends too early" },
	{ HEAD "45", "byte 5: document ends too early" },
	{ "ff", "byte 0: document ends too early" },
	{ HEAD "4503610006" "01", "Element 0x0005 has text beside elements" },
	{ HEAD "450603610001", "Element 0x0005 has text beside elements" },
	{ HEAD "45c3012006" "01", "Element 0x0005 has text beside elements" },
	/* text that went to a file already */
	{ HEAD "4503" "3132333435363738313233343536373839" "0006" "01",
	  "Element 0x0005 has text beside elements" },
	{ HEAD "4503" "31323334353637383132333435363738" "31323334353637383132333435363738" "00"
	  "03" "31323334353637383132333435363738" "31323334353637383132333435363738" "33" "0001",
	  "A value is longer than 64 bytes" },
};

static void test_wbxml_tree_bad(void)
{
	test_begin("wbxml tree: broken documents");
	for (unsigned int i = 0; i < N_ELEMENTS(bad_tests); i++) T_BEGIN {
		pool = pool_alloconly_create("test", 1024);
		test_assert_idx(test_read(bad_tests[i].hex) == -1, i);
		test_assert_strcmp_idx(error, bad_tests[i].error, i);
		test_assert_idx(tree == NULL, i);
		pool_unref(&pool);
	} T_END;

	/* no bytes are no error */
	pool = pool_alloconly_create("test", 1024);
	test_assert(test_read("") == 0);
	test_assert(tree == NULL);
	pool_unref(&pool);
	test_end();
}

static void test_wbxml_tree_stream_fails(void)
{
	struct istream *input = i_stream_create_error_str(EIO, "disk on fire");
	struct wbxml_tree_settings bad_set = set;
	struct istream *doc;

	test_begin("wbxml tree: reading or the temporary file fails");
	pool = pool_alloconly_create("test", 1024);
	test_assert(wbxml_tree_read(pool, input, &set, &tree, &error) == -2);
	test_assert(strstr(error, "disk on fire") != NULL);
	i_stream_unref(&input);

	bad_set.temp_path_prefix = ".no-such-folder/x";
	doc = i_stream_create_from_data("\x03\x01\x6a\x00\x45\x03"
					"12345678123456789\0\x01", 25);
	test_expect_error_string(".no-such-folder");
	test_assert(wbxml_tree_read(pool, doc, &bad_set, &tree, &error) == -2);
	test_expect_no_more_errors();
	test_assert(strstr(error, "temporary file .no-such-folder/x") != NULL);
	i_stream_unref(&doc);
	pool_unref(&pool);
	test_end();
}

static void test_wbxml_tree_lookup(void)
{
	const struct wbxml_node *node;

	test_begin("wbxml tree: lookups");
	pool = pool_alloconly_create("test", 1024);
	test_assert(test_read(HEAD "45" "460361000107460362000101") == 1);
	node = wbxml_node_child(tree->root, 6);
	test_assert(node != NULL && strcmp(node->value, "a") == 0);
	node = wbxml_node_next_same(node);
	test_assert(node != NULL && strcmp(node->value, "b") == 0);
	test_assert(wbxml_node_next_same(node) == NULL);
	test_assert(wbxml_node_child(tree->root, 8) == NULL);
	test_assert(wbxml_node_child(NULL, 8) == NULL);
	test_assert_strcmp(wbxml_node_child_value(tree->root, 6), "a");
	test_assert_strcmp(wbxml_node_child_value(tree->root, 7), "");
	test_assert(wbxml_node_child_value(tree->root, 8) == NULL);
	wbxml_tree_free(&tree);
	pool_unref(&pool);
	test_end();
}

/* The stream of a value, whether it is in memory or in a file, twice. */
static void test_wbxml_tree_streams(void)
{
	static const char *const values[] = { "", "short", "123456781234567890" };
	const unsigned char *data;
	size_t size;

	test_begin("wbxml tree: values as streams, written again");
	for (unsigned int i = 0; i < N_ELEMENTS(values); i++) T_BEGIN {
		const char *hex = t_strconcat(HEAD "45" "4603",
			binary_to_hex((const void *)values[i], strlen(values[i])),
			"0001" "01", NULL);
		buffer_t *again = t_buffer_create(128);
		struct ostream *output = o_stream_create_buffer(again);
		struct wbxml_writer *writer = wbxml_writer_create(output);

		pool = pool_alloconly_create("test", 1024);
		test_assert_idx(test_read(hex) == 1, i);
		for (unsigned int j = 0; j < 2; j++) {
			struct istream *input =
				wbxml_node_get_stream(tree->root->first_child);

			while (i_stream_read(input) > 0) ;
			data = i_stream_get_data(input, &size);
			test_assert_idx(size == strlen(values[i]), i);
			test_assert_idx(memcmp(data, values[i], size) == 0, i);
			i_stream_unref(&input);
		}
		wbxml_writer_node(writer, tree->root);
		wbxml_writer_destroy(&writer);
		o_stream_destroy(&output);
		if (values[i][0] == '\0')
			hex = HEAD "450601";
		test_assert_strcmp_idx(binary_to_hex(again->data, again->used),
				       hex, i);
		wbxml_tree_free(&tree);
		pool_unref(&pool);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_wbxml_tree_good,
		test_wbxml_tree_bad,
		test_wbxml_tree_stream_fails,
		test_wbxml_tree_lookup,
		test_wbxml_tree_streams,
		NULL
	};
	return test_run(test_functions);
}
