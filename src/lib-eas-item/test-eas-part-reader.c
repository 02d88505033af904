/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "eas-part-reader.h"

static const struct {
	const char *data;
	/* 0 = strlen(data) */
	size_t size;
	enum message_cte cte;
	const char *charset;
	enum eas_part_form form;
	const char *text;
	size_t text_size;
} tests[] = {
	/* line ends and control characters */
	{ "a\nb\r\nc\rd\x01\x7f", 0, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_UTF8,
	  "a\r\nb\r\nc\rd \x7f", 0 },
	{ "a\nb\r\n\x01", 0, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_CRLF, "a\r\nb\r\n\x01", 0 },
	{ "a\n\0\xff", 4, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_BINARY, "a\n\0\xff", 4 },
	{ "a\0b", 3, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_UTF8, "a b", 0 },
	{ "", 0, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_UTF8, "", 0 },
	/* base64 */
	{ "w6TD\r\nvMO2\r\n", 0, MESSAGE_CTE_BASE64, "utf-8", EAS_PART_FORM_UTF8,
	  "\xc3\xa4\xc3\xbc\xc3\xb6", 0 },
	{ "YWI=\r\n-- \r\nA footer that somebody added\r\n", 0, MESSAGE_CTE_BASE64, NULL,
	  EAS_PART_FORM_UTF8, "ab", 0 },
	{ "YWI!YWI=", 0, MESSAGE_CTE_BASE64, NULL, EAS_PART_FORM_UTF8, "ab", 0 },
	{ "YWIK", 0, MESSAGE_CTE_BASE64, NULL, EAS_PART_FORM_BINARY, "ab\n", 0 },
	/* quoted-printable */
	{ "=C3=A4 =\r\nb=3D\nc =  \r\nd", 0, MESSAGE_CTE_QP, "utf-8", EAS_PART_FORM_UTF8,
	  "\xc3\xa4 b=\r\nc d", 0 },
	{ "=C3=\r\n=A4", 0, MESSAGE_CTE_QP, "utf-8", EAS_PART_FORM_UTF8, "\xc3\xa4", 0 },
	{ "=C3", 0, MESSAGE_CTE_QP, "utf-8", EAS_PART_FORM_UTF8, "\xef\xbf\xbd", 0 },
	{ "=ZZ=", 0, MESSAGE_CTE_QP, NULL, EAS_PART_FORM_UTF8, "=ZZ=", 0 },
	/* charsets */
	{ "\x93\xfa\x96{", 0, MESSAGE_CTE_78BIT, "shift_jis", EAS_PART_FORM_UTF8,
	  "\xe6\x97\xa5\xe6\x9c\xac", 0 },
	{ "\xe4", 0, MESSAGE_CTE_78BIT, "iso-8859-1", EAS_PART_FORM_UTF8, "\xc3\xa4", 0 },
	{ "\xff\xfe" "a\0\xe4\0", 6, MESSAGE_CTE_BINARY, "utf-16", EAS_PART_FORM_UTF8,
	  "a\xc3\xa4", 0 },
	{ "\xe4\x80", 0, MESSAGE_CTE_78BIT, "us-ascii", EAS_PART_FORM_UTF8,
	  "\xc3\xa4\xe2\x82\xac", 0 },
	{ "\xc3\xa4\xe2\x82", 0, MESSAGE_CTE_78BIT, "utf-8", EAS_PART_FORM_UTF8,
	  "\xc3\xa4\xef\xbf\xbd", 0 },
	{ "\xe4", 0, MESSAGE_CTE_78BIT, "nothing-like-this", EAS_PART_FORM_UTF8, "\xc3\xa4", 0 },
	{ "a=E4", 0, MESSAGE_CTE_UNKNOWN, NULL, EAS_PART_FORM_UTF8, "a=E4", 0 },
	/* conversions */
	{ "<p>&auml;</p>", 0, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_HTML_TO_TEXT,
	  "\xc3\xa4\r\n", 0 },
	{ "a < b\n c", 0, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_TEXT_TO_HTML,
	  "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">"
	  "</head><body>\r\na &lt; b<br>\r\n&nbsp;c\r\n</body></html>\r\n", 0 },
	{ "<meta charset=x>\xe4\n", 0, MESSAGE_CTE_78BIT, "iso-8859-1", EAS_PART_FORM_HTML,
	  "<meta charset=utf-8>\xc3\xa4\r\n", 0 },
	{ "\xe4=\n", 0, MESSAGE_CTE_78BIT, NULL, EAS_PART_FORM_QUOTED_PRINTABLE,
	  "=E4=3D\r\n", 0 },
	{ "\xe4=\n", 0, MESSAGE_CTE_BINARY, NULL, EAS_PART_FORM_QUOTED_PRINTABLE,
	  "=E4=3D=0A", 0 },
};

/* The part stands between other bytes, which must not be touched. */
static void test_part(unsigned int i, size_t visible)
{
	size_t size = tests[i].size != 0 ? tests[i].size : strlen(tests[i].data);
	size_t text_size = tests[i].text_size != 0 ?
		tests[i].text_size : strlen(tests[i].text);
	struct eas_part_place place = {
		.offset = 2, .size = size, .cte = tests[i].cte, .charset = tests[i].charset
	};
	buffer_t *data = t_buffer_create(256), *dest = t_buffer_create(256);
	struct eas_part_reader *reader;
	struct istream *input;
	int ret;

	buffer_append(data, "\xc3\xff", 2);
	buffer_append(data, tests[i].data, size);
	buffer_append(data, "\xa4z=", 3);
	input = test_istream_create_data(data->data, data->used);
	test_istream_set_max_buffer_size(input, visible);
	reader = eas_part_reader_init(input, &place, tests[i].form);
	while ((ret = eas_part_reader_more(reader, dest)) > 0) {
		/* somebody else uses the stream */
		i_stream_seek(input, 0);
	}
	test_assert_idx(ret == 0, i);
	test_assert_idx(eas_part_reader_more(reader, data) == 0, i);
	eas_part_reader_deinit(&reader);
	i_stream_unref(&input);
	test_assert_idx(dest->used == text_size, i);
	test_assert_idx(memcmp(dest->data, tests[i].text,
			       I_MIN(text_size, dest->used)) == 0, i);
}

static void test_eas_part_reader(void)
{
	test_begin("eas part reader");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		/* from a buffer in which a character just fits */
		for (size_t visible = 8; visible <= 64; visible += 7) T_BEGIN {
			test_part(i, visible);
		} T_END;
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_part_reader,
		NULL
	};
	return test_run(test_functions);
}
