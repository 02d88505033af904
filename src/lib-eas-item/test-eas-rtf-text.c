/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "str.h"
#include "test-common.h"
#include "eas-rtf-text.h"

static const struct {
	const char *rtf, *text;
} tests[] = {
	{ "{\\rtf1\\ansi Hello\\par\nWorld}", "Hello\nWorld" },
	{ "{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\*\\generator x;}\\f0\\b Bold\\b0  text}", "Bold text" },
	{ "{\\rtf1 M\\'fcller \\{1\\\\2\\}\\tab x}", "M\303\274ller {1\\2}\tx" },
	{ "{\\rtf1\\uc1 \\u8364?5 \\u-10179?\\u-8704?}", "\342\202\2545 \360\237\230\200" },
	{ "{\\rtf1{\\uc2\\u8364xyz}\\u233e!}", "\342\202\254z\303\251!" },
	{ "{\\rtf1\\emdash\\~\\bogus-12 a\\'zz}", "\342\200\224\302\240azz" },
	{ "{\\rtf1 open {groups", "open groups" },
	{ "{\\rtf1 closed}}}} more\\", "closed more" },
	{ "{\\rtf1 }", "" },
};

static const char *const no_rtf[] = {
	"", "!!!", "SGVsbG8=", "e1w=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
};

static void test_rtf_text(void)
{
	test_begin("rtf text: words are taken, looks are not");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		string_t *data = t_str_new(256), *text = t_str_new(256);

		base64_encode(tests[i].rtf, strlen(tests[i].rtf), data);
		test_assert_idx(eas_rtf_text(str_c(data), text), i);
		test_assert_strcmp(str_c(text), tests[i].text);
	}
	for (unsigned int i = 0; i < N_ELEMENTS(no_rtf); i++)
		test_assert_idx(!eas_rtf_text(no_rtf[i], t_str_new(16)), i);
	test_end();
}

/* MS-OXRTFCP "Example 1: Simple Compressed RTF" (4.1.1) */
static void test_rtf_compressed(void)
{
	static const unsigned char example[] = {
		0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1,
		0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32,
		0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62,
		0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0
	};
	string_t *data = t_str_new(256), *text = t_str_new(256);

	test_begin("rtf text: compressed");
	base64_encode(example, sizeof(example), data);
	test_assert(eas_rtf_text(str_c(data), text));
	test_assert_strcmp(str_c(text), "hello world");
	test_end();
}

/* 600 letters that each have a word of their own: longer than any buffer begins */
static void test_rtf_long(void)
{
	string_t *rtf = t_str_new(8192), *data = t_str_new(16384), *text = t_str_new(16);
	string_t *expected = t_str_new(2048);

	test_begin("rtf text: text that grows with each word");
	str_append(rtf, "{\\rtf1 ");
	for (unsigned int i = 0; i < 600; i++) {
		str_append(rtf, "\\u1055?");
		str_append(expected, "\320\237");
	}
	str_append_c(rtf, '}');
	base64_encode(str_data(rtf), str_len(rtf), data);
	test_assert(eas_rtf_text(str_c(data), text));
	test_assert_strcmp(str_c(text), str_c(expected));
	test_end();
}

static void test_rtf_deep(void)
{
	string_t *rtf = t_str_new(1024), *data = t_str_new(2048), *text = t_str_new(256);

	test_begin("rtf text: groups without end");
	str_append(rtf, "{\\rtf1 a");
	for (unsigned int i = 0; i < 500; i++)
		str_append(rtf, "{b");
	for (unsigned int i = 0; i < 500; i++)
		str_append_c(rtf, '}');
	str_append(rtf, "c}");
	base64_encode(str_data(rtf), str_len(rtf), data);
	test_assert(eas_rtf_text(str_c(data), text));
	test_assert(strncmp(str_c(text), "ab", 2) == 0 &&
		    str_c(text)[str_len(text) - 1] == 'c');
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_rtf_text,
		test_rtf_compressed,
		test_rtf_long,
		test_rtf_deep,
		NULL
	};
	return test_run(test_functions);
}
