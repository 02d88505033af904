/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "hex-binary.h"
#include "istream.h"
#include "test-common.h"
#include "wbxml-dump.h"
#include "wbxml-tree.h"

#define HEAD "03016a00"

static const char *test_tag_name(wbxml_tag_t tag)
{
	switch (tag) {
	case WBXML_TAG(0, 5): return "Root";
	case WBXML_TAG(0, 6): return "Text";
	case WBXML_TAG(1, 5): return "Other";
	case WBXML_TAG(1, 6): return "Text";
	case WBXML_TAG(1, 7): return "Secret";
	default: return NULL;
	}
}

static const char *test_page_name(unsigned int page)
{
	return page == 0 ? "Zero" : page == 1 ? "One" : NULL;
}

static bool test_redact(wbxml_tag_t tag)
{
	return tag == WBXML_TAG(1, 7);
}

static const struct wbxml_dump_names names = {
	.tag_name = test_tag_name,
	.page_name = test_page_name
};

static const struct wbxml_tree_settings set = {
	.limits = {
		.max_depth = 8,
		.max_elements = 32,
		.max_value_bytes = 64,
		.max_document_bytes = 256
	},
	.max_memory_value = 16,
	.temp_path_prefix = ".test-wbxml-dump-"
};

static const struct {
	const char *hex;
	size_t max_value;
	const char *dump;
} dump_tests[] = {
	{ HEAD "05", 0, "Root\n" },
	{ HEAD "45" "4603610001" "0001" "46" "036200" "01" "45" "06" "0000" "06" "01" "01", 0,
	  "Root\n"
	  "  Text \"a\"\n"
	  "  One:Text \"b\"\n"
	  "  One:Other\n"
	  "    Text\n"
	  "    Zero:Text\n" },
	/* a root is bare when no lower page has its name */
	{ HEAD "000105", 0, "Other\n" },
	{ HEAD "000106", 0, "One:Text\n" },
	/* unknown tag, unknown page */
	{ HEAD "45" "3f" "0001" "09" "0002" "05" "01", 0,
	  "Root\n"
	  "  Zero:0x3f\n"
	  "  One:0x09\n"
	  "  2:0x05\n" },
	/* escapes */
	{ HEAD "4503" "225c0a0d09017f" "c3a4" "c328" "e282ac" "0001", 0,
	  "Root \"\\\"\\\\\\n\\r\\t\\x01\\x7f\xc3\xa4\\xc3(\xe2\x82\xac\"\n" },
	{ HEAD "45c3020aff01", 0, "Root hex:0aff\n" },
	{ HEAD "45c30001", 0, "Root hex:\n" },
	/* secrets, however they come */
	{ HEAD "45" "0001" "4703616200" "01" "47c3036162" "6301" "07" "01", 0,
	  "Root\n"
	  "  One:Secret (2 bytes)\n"
	  "  One:Secret (3 bytes)\n"
	  "  One:Secret\n" },
	/* shortened; in memory, in a file */
	{ HEAD "450361626364656600" "01", 6, "Root \"abcdef\"\n" },
	{ HEAD "45036162636465666700" "01", 6, "Root \"abc\"...7\n" },
	{ HEAD "45c3076162636465666701", 6, "Root hex:616263...7\n" },
	{ HEAD "4503" "3132333435363738313233343536373839" "0001", 0,
	  "Root \"12345678123456789\"\n" },
	{ HEAD "4503" "3132333435363738313233343536373839" "0001", 6,
	  "Root \"123\"...17\n" },
};

static void test_wbxml_dump(void)
{
	test_begin("wbxml dump");
	for (unsigned int i = 0; i < N_ELEMENTS(dump_tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 1024);
		buffer_t *data = t_buffer_create(128);
		string_t *dump = t_str_new(128);
		struct wbxml_tree *tree;
		struct istream *input;
		const char *error;

		test_assert_idx(hex_to_binary(dump_tests[i].hex, data) == 0, i);
		input = i_stream_create_from_buffer(data);
		test_assert_idx(wbxml_tree_read(pool, input, &set,
						&tree, &error) == 1, i);
		i_stream_unref(&input);
		if (tree != NULL) {
			wbxml_dump(dump, tree->root, &names,
				   dump_tests[i].max_value, test_redact);
		}
		test_assert_strcmp_idx(str_c(dump), dump_tests[i].dump, i);
		wbxml_tree_free(&tree);
		pool_unref(&pool);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_wbxml_dump,
		NULL
	};
	return test_run(test_functions);
}
