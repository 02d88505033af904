/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "eas-header-text.h"

static const struct {
	const char *value, *text;
} decode_tests[] = {
	{ "", "" },
	{ " plain  text ", "plain  text" },
	{ "=?utf-8?q?a_b?=", "a b" },
	{ "=?UTF-8?B?w6Q=?=", "\xc3\xa4" },
	{ "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
	{ "=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c" },
	/* cut inside a character */
	{ "=?utf-8?b?w4Q=?= =?utf-8?b?w5Y=?=", "\xc3\x84\xc3\x96" },
	{ "=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "\xc3\xa4" },
	{ "=?utf-8?q?=C3?=", "\xef\xbf\xbd" },
	{ "=?iso-8859-1*de?q?=E4?=", "\xc3\xa4" },
	{ "=?nothing?q?=E4?=", "\xc3\xa4" },
	{ "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
	{ "=?utf-8?q?a", "=?utf-8?q?a" },
	{ "=?", "=?" },
	/* raw bytes */
	{ "Gr\xc3\xbc\xc3\x9f" "e", "Gr\xc3\xbc\xc3\x9f" "e" },
	{ "Gr\xfc\xdf" "e", "Gr\xc3\xbc\xc3\x9f" "e" },
	/* what would break a line or a document */
	{ "=?utf-8?q?a=0D=0ABcc:_x=00=01?=", "a Bcc: x" },
	{ "a\tb", "a b" },
};

static void test_eas_header_decode(void)
{
	test_begin("eas header text: words");
	for (unsigned int i = 0; i < N_ELEMENTS(decode_tests); i++) T_BEGIN {
		test_assert_strcmp_idx(eas_header_decode(pool_datastack_create(),
							 decode_tests[i].value),
				       decode_tests[i].text, i);
	} T_END;
	test_assert_strcmp(eas_header_decode_extended(pool_datastack_create(),
				"utf-8'de'%e2%82%ac%20rates%zz%"), "\xe2\x82\xac rates%zz%");
	test_assert_strcmp(eas_header_decode_extended(pool_datastack_create(),
				"iso-8859-1''%E4"), "\xc3\xa4");
	test_assert_strcmp(eas_header_decode_extended(pool_datastack_create(),
				"no quotes"), "no quotes");
	test_end();
}

static const struct {
	const char *value, *list, *display;
} address_tests[] = {
	{ "", "", "" },
	{ "a@x", "a@x", "a@x" },
	{ "<a@x>", "a@x", "a@x" },
	{ "A B <a@x>, c@y", "\"A B\" <a@x>, c@y", "A B; c@y" },
	{ "\"B, \\\"A\\\"\" <a@x>", "\"B, \\\"A\\\"\" <a@x>", "B, \"A\"" },
	{ "=?utf-8?q?=C3=84?= <a@x>", "\"\xc3\x84\" <a@x>", "\xc3\x84" },
	{ "\"=?utf-8?q?=C3=84?=\" <a@x>", "\"\xc3\x84\" <a@x>", "\xc3\x84" },
	{ "undisclosed-recipients:;", "", "" },
	{ "G: a@x, b@x;, c@x", "a@x, b@x, c@x", "a@x; b@x; c@x" },
	{ "a@x (Comment)", "\"Comment\" <a@x>", "Comment" },
	{ "root", "root", "root" },
	{ ",,,", "", "" },
	{ "A <a@x>; b@y;c@z", "\"A\" <a@x>, b@y, c@z", "A; b@y; c@z" },
	{ "a@x (one, two; (three)), \"x;y\" <b@x>", "\"one, two; (three)\" <a@x>, \"x;y\" <b@x>",
	  "one, two; (three); x;y" },
};

static void test_eas_header_addresses(void)
{
	pool_t pool = pool_datastack_create();

	test_begin("eas header text: addresses");
	for (unsigned int i = 0; i < N_ELEMENTS(address_tests); i++) T_BEGIN {
		pool_t frame_pool = pool_datastack_create();

		test_assert_strcmp_idx(eas_header_address_list(frame_pool,
				address_tests[i].value, ", ", 1000),
				address_tests[i].list, i);
		test_assert_strcmp_idx(eas_header_display_list(frame_pool,
				address_tests[i].value, 1000),
				address_tests[i].display, i);
	} T_END;
	/* whole addresses only */
	test_assert_strcmp(eas_header_address_list(pool, "a@x, b@x, c@x", ", ", 10), "a@x, b@x");
	test_assert_strcmp(eas_header_address_list(pool, "a@x", ", ", 2), "");
	test_assert_strcmp(eas_header_first_address(pool, "G:;, A <a@x>, b@x"), "a@x");
	test_assert(eas_header_first_address(pool, "G:;") == NULL);
	test_assert_strcmp(eas_header_first_message_id(pool, "junk <a@x> <b@x>"), "a@x");
	test_assert(eas_header_first_message_id(pool, "a@x <>") == NULL);
	test_end();
}

static void test_eas_header_topic(void)
{
	static const struct {
		const char *subject, *topic;
	} tests[] = {
		{ "", "" },
		{ "Lunch", "Lunch" },
		{ "Re: Lunch", "Lunch" },
		{ "RE: AW: Fwd: Lunch", "Lunch" },
		{ "Re[2]: Lunch", "Lunch" },
		{ "Antw: Lunch", "Lunch" },
		{ "Re:Lunch", "Re:Lunch" },
		{ "Note: Lunch", "Note: Lunch" },
		{ "Re[x]: Lunch", "Re[x]: Lunch" },
		{ "Re: ", "" },
		{ ": x", ": x" },
	};

	test_begin("eas header text: topic");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(eas_header_topic(tests[i].subject),
				       tests[i].topic, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_header_decode,
		test_eas_header_addresses,
		test_eas_header_topic,
		NULL
	};
	return test_run(test_functions);
}
