/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The golden pairs of tests/fixtures/wbxml. */

#include "lib.h"
#include "buffer.h"
#include "hex-binary.h"
#include "str.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "test-eas-file.h"
#include "test-eas-text.h"

#include <stdio.h>

static void test_golden_pair(const char *name)
{
	const char *text = test_eas_file_read_text(t_strconcat(name, ".txt", NULL));
	const char *hex = test_eas_file_read_text(t_strconcat(name, ".hex", NULL));
	buffer_t *data = t_buffer_create(4096);
	buffer_t *encoded = test_eas_text_encode(text);
	pool_t pool = pool_alloconly_create("test", 4096);
	struct wbxml_tree *tree;
	const char *error;

	hex = t_strarray_join(t_strsplit_spaces(hex, " \n"), "");
	test_assert(hex_to_binary(hex, data) == 0);
	tree = test_eas_text_decode(pool, data->data, data->used, &error);
	if (tree == NULL) {
		printf("%s: %s\n", name, error);
		test_assert(tree != NULL);
	} else {
		test_assert_strcmp(test_eas_text_dump(tree), text);
	}
	test_assert_strcmp(binary_to_hex(encoded->data, encoded->used),
			   binary_to_hex(data->data, data->used));
	wbxml_tree_free(&tree);
	pool_unref(&pool);
}

static void test_eas_wbxml_golden(void)
{
	test_begin("eas wbxml: golden pairs");
	test_assert(test_eas_file_each(t_strconcat(getenv("top_srcdir"),
		"/tests/fixtures/wbxml", NULL), ".hex", test_golden_pair) >= 10);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_wbxml_golden,
		NULL
	};
	return test_run(test_functions);
}
