/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-text.h"
#include "pim-tree.h"

static const struct {
	const char *text, *value;
} text_tests[] = {
	{ "plain", "plain" },
	{ "a,b;c\\d", "a\\,b\\;c\\\\d" },
	{ "a\nb\tc", "a\\nb\tc" },
	{ "\xc3\xa4", "\xc3\xa4" },
};

static void test_pim_text(void)
{
	test_begin("pim text: escapes");
	for (unsigned int i = 0; i < N_ELEMENTS(text_tests); i++) {
		test_assert_strcmp_idx(pim_text_escape(text_tests[i].text),
				       text_tests[i].value, i);
		test_assert_strcmp_idx(pim_text_unescape(text_tests[i].value),
				       text_tests[i].text, i);
	}
	test_assert_strcmp(pim_text_escape("a\r\nb\x01"), "a\\nb");
	test_assert_strcmp(pim_text_unescape("a\\N\\:\\x\\"), "a\n:\\x\\");
	test_end();
}

static void test_pim_value_split(void)
{
	const char *const *fields;

	test_begin("pim text: lists and structured values");
	fields = pim_value_split("a\\;b;;c\\\\;", ';');
	test_assert(str_array_length(fields) == 4);
	test_assert_strcmp(fields[0], "a\\;b");
	test_assert_strcmp(fields[1], "");
	test_assert_strcmp(fields[2], "c\\\\");
	test_assert_strcmp(fields[3], "");
	fields = pim_value_texts("A,B\\,C,,\\n");
	test_assert(str_array_length(fields) == 3);
	test_assert_strcmp(fields[1], "B,C");
	test_assert_strcmp(pim_value_join(fields, ','), "A,B\\,C,\\n");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_text,
		test_pim_value_split,
		NULL
	};
	return test_run(test_functions);
}
