/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "test-common.h"
#include "eas-search-text.h"

/* One term as text: "|" or_previous, "!" match_not, fields as letters, "text". */
static void append_term(string_t *dest, const struct eas_search_term *term)
{
	static const char letters[] = "ftcbsB";

	if (str_len(dest) > 0)
		str_append_c(dest, ' ');
	if (term->or_previous)
		str_append_c(dest, '|');
	if (term->match_not)
		str_append_c(dest, '!');
	for (unsigned int i = 0; letters[i] != '\0'; i++) {
		if ((term->fields & BIT(i)) != 0)
			str_append_c(dest, letters[i]);
	}
	str_printfa(dest, "<%s>", term->text);
}

/* NULL if it was refused */
static const char *parse(const char *text)
{
	ARRAY_TYPE(eas_search_term) terms;
	const struct eas_search_term *term;
	string_t *dest = t_str_new(128);
	const char *error = NULL;

	t_array_init(&terms, 8);
	if (eas_search_text_parse(pool_datastack_create(), text, &terms, &error) < 0) {
		test_assert(error != NULL);
		return NULL;
	}
	array_foreach(&terms, term)
		append_term(dest, term);
	return str_c(dest);
}

static void test_eas_search_text(void)
{
	static const struct { const char *text, *terms; } tests[] = {
		{ "lunch", "<lunch>" },
		{ "  two   words ", "<two> <words>" },
		{ "\"a phrase\" word", "<a phrase> <word>" },
		{ "\xe2\x80\x9c""curly quotes\xe2\x80\x9d", "<curly quotes>" },
		{ "\"never closed", "<never closed>" },
		{ "from:bob", "f<bob>" },
		{ "FROM:bob Subject=lunch", "f<bob> s<lunch>" },
		{ "from: bob", "f<bob>" },
		{ "from:\"Bob B\" x", "f<Bob B> <x>" },
		{ "from:(bob)", "f<bob>" },
		{ "recipients:a participants:b", "tcb<a> ftcb<b>" },
		{ "http://example.com/", "<http://example.com/>" },
		{ "a AND b", "<a> <b>" },
		{ "a OR b c", "<a> |<b> <c>" },
		{ "(subject:a OR body:b) AND NOT to:c", "s<a> |B<b> !t<c>" },
		{ "-a b", "!<a> <b>" },
		{ "-", "<->" },
		{ "OR a", "<a>" },
		{ "and or", "<and> <or>" },
		{ "lun*", "<lun>" },
		{ "\xc3\xbc""ber", "<\xc3\xbc""ber>" },
		{ "", NULL },
		{ " \t ", NULL },
		{ "\"\"", NULL },
		{ "AND OR NOT", NULL },
		{ "from:", NULL },
		{ "***", NULL },
		{ "bad\xff", NULL },
	};
	string_t *text = t_str_new(2048);

	test_begin("eas search text: what people type");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++)
		test_assert_strcmp_idx(parse(tests[i].text), tests[i].terms, i);
	for (unsigned int i = 0; i < EAS_SEARCH_TEXT_MAX_TERMS; i++)
		str_append(text, "a ");
	test_assert(parse(str_c(text)) != NULL);
	str_append(text, "a");
	test_assert(parse(str_c(text)) == NULL);
	str_truncate(text, 0);
	for (unsigned int i = 0; i < EAS_SEARCH_TEXT_MAX_BYTES; i++)
		str_append_c(text, 'a');
	test_assert(parse(str_c(text)) != NULL);
	str_append_c(text, 'a');
	test_assert(parse(str_c(text)) == NULL);
	test_end();
}

static void test_eas_search_range(void)
{
	static const struct {
		const char *text;
		int ret;
		unsigned int first, last;
	} tests[] = {
		{ "0-99", 0, 0, 99 },
		{ "0-0", 0, 0, 0 },
		{ "10-999", 0, 10, 999 },
		{ "0-1000", -1, 0, 0 },
		{ "5-4", -1, 0, 0 },
		{ "5", -1, 0, 0 },
		{ "", -1, 0, 0 },
		{ "-5", -1, 0, 0 },
		{ "0-", -1, 0, 0 },
		{ "0-5-6", -1, 0, 0 },
		{ "a-b", -1, 0, 0 },
	};

	test_begin("eas search text: ranges");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		unsigned int first = 0, last = 0;

		test_assert_idx(eas_search_range_parse(tests[i].text, &first, &last) ==
				tests[i].ret, i);
		if (tests[i].ret == 0) {
			test_assert_idx(first == tests[i].first && last == tests[i].last, i);
		}
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_search_text,
		test_eas_search_range,
		NULL
	};
	return test_run(test_functions);
}
