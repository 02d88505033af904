/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "hex-binary.h"
#include "istream.h"
#include "ostream.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"

#define TAG_A WBXML_TAG(0, 0x05)
#define TAG_B WBXML_TAG(0, 0x06)
#define TAG_OTHER WBXML_TAG(17, 0x3f)

#define HEAD "03016a00"

static buffer_t *dest;
static struct ostream *output;
static struct wbxml_writer *writer;

static void begin(void)
{
	dest = buffer_create_dynamic(default_pool, 128);
	output = o_stream_create_buffer(dest);
	writer = wbxml_writer_create(output);
}

static void finish(const char *hex)
{
	test_assert(wbxml_writer_check(writer) == 0);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
	T_BEGIN {
		test_assert_strcmp(binary_to_hex(dest->data, dest->used), hex);
	} T_END;
	buffer_free(&dest);
}

static void test_wbxml_writer_elements(void)
{
	test_begin("wbxml writer: elements, empty tags, page switches");
	begin();
	test_assert(!wbxml_writer_has_output(writer));
	wbxml_writer_start(writer, TAG_A);
	test_assert(!wbxml_writer_has_output(writer));
	wbxml_writer_element(writer, TAG_B, "x");
	test_assert(wbxml_writer_has_output(writer));
	wbxml_writer_element(writer, TAG_B, "");
	wbxml_writer_element_uint(writer, TAG_OTHER, 4294967296);
	wbxml_writer_empty(writer, TAG_OTHER);
	wbxml_writer_start(writer, TAG_B);
	wbxml_writer_end(writer, TAG_B);
	wbxml_writer_end(writer, TAG_A);
	finish(HEAD "45" "46" "037800" "01" "06"
	       "0011" "7f" "033432393439363732393600" "01" "3f"
	       "0000" "06" "01");
	test_end();
}

static void test_wbxml_writer_optional(void)
{
	test_begin("wbxml writer: containers that turn out empty");
	/* a document may turn out to be nothing at all */
	begin();
	wbxml_writer_start_optional(writer, TAG_A);
	wbxml_writer_start_optional(writer, TAG_OTHER);
	wbxml_writer_text(writer, "");
	wbxml_writer_end(writer, TAG_OTHER);
	wbxml_writer_end(writer, TAG_A);
	test_assert(!wbxml_writer_has_output(writer));
	finish("");

	/* the page of a dropped tag is not switched to */
	begin();
	wbxml_writer_start(writer, TAG_A);
	wbxml_writer_start_optional(writer, TAG_OTHER);
	wbxml_writer_end(writer, TAG_OTHER);
	wbxml_writer_start_optional(writer, TAG_B);
	wbxml_writer_start_optional(writer, TAG_B);
	wbxml_writer_empty(writer, TAG_A);
	wbxml_writer_end(writer, TAG_B);
	wbxml_writer_end(writer, TAG_B);
	wbxml_writer_end(writer, TAG_A);
	finish(HEAD "45" "46" "46" "05" "01" "01" "01");

	begin();
	wbxml_writer_start(writer, TAG_A);
	wbxml_writer_start_optional(writer, TAG_B);
	wbxml_writer_end(writer, TAG_B);
	wbxml_writer_end(writer, TAG_A);
	finish(HEAD "05");
	test_end();
}

static void test_wbxml_writer_opaque(void)
{
	static const unsigned char big[200] = { 0 };
	string_t *expected = t_str_new(512);

	test_begin("wbxml writer: opaque data");
	begin();
	wbxml_writer_start(writer, TAG_A);
	wbxml_writer_element_opaque(writer, TAG_B, "\x00\x01", 2);
	wbxml_writer_element_opaque(writer, TAG_B, "", 0);
	wbxml_writer_element_opaque(writer, TAG_B, big, sizeof(big));
	wbxml_writer_text(writer, "text");
	wbxml_writer_opaque(writer, "o", 1);
	wbxml_writer_end(writer, TAG_A);
	str_append(expected, HEAD "45" "46c302000101" "46c30001" "46c38148");
	for (unsigned int i = 0; i < sizeof(big); i++)
		str_append(expected, "00");
	str_append(expected, "01" "037465787400" "c3016f" "01");
	finish(str_c(expected));
	test_end();
}

static const struct {
	const char *in, *out;
} text_tests[] = {
	{ "plain\r\n\ttext", "plain\r\n\ttext" },
	{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "\x01\x1f\x7f", "\xef\xbf\xbd\xef\xbf\xbd\x7f" },
	/* Latin-1 */
	{ "\xe9t\xe9", "\xef\xbf\xbdt\xef\xbf\xbd" },
	/* cut characters, at the end and inside */
	{ "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe2\x82z\xf0\x9f\x98\xc3\xa4",
	  "\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xc3\xa4" },
	/* longer than needed, surrogate, above U+10FFFF */
	{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf8\x88", "\xef\xbf\xbd\xef\xbf\xbd" },
	/* U+FFFD itself, U+FFFE, U+FFFF */
	{ "\xef\xbf\xbd", "\xef\xbf\xbd" },
	{ "\xef\xbf\xbe\xef\xbf\xbf",
	  "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
};

static void test_wbxml_writer_text(void)
{
	test_begin("wbxml writer: text made legal, in pieces of any size");
	for (unsigned int i = 0; i < N_ELEMENTS(text_tests); i++) {
		const char *in = text_tests[i].in, *out = text_tests[i].out;
		size_t len = strlen(in);

		for (size_t piece = 1; piece <= len; piece++) T_BEGIN {
			/* exactly sized, for valgrind */
			unsigned char *data = i_memdup(in, len);

			begin();
			wbxml_writer_start(writer, TAG_A);
			for (size_t pos = 0; pos < len; pos += piece) {
				wbxml_writer_text_data(writer, data + pos,
						       I_MIN(piece, len - pos));
			}
			wbxml_writer_end(writer, TAG_A);
			finish(t_strconcat(HEAD "4503",
				binary_to_hex((const void *)out, strlen(out)),
				"0001", NULL));
			i_free(data);
		} T_END;
	}

	begin();
	wbxml_writer_start(writer, TAG_A);
	wbxml_writer_text_data(writer, "a\0b", 3);
	wbxml_writer_end(writer, TAG_A);
	finish(HEAD "450361efbfbd620001");
	test_end();
}

static void test_wbxml_writer_long_text(void)
{
	struct istream *input;
	string_t *text = t_str_new(8192), *expected = t_str_new(20480);

	test_begin("wbxml writer: long text and streams");
	for (unsigned int i = 0; i < 3000; i++)
		str_append(text, i % 700 == 699 ? "\xff" : "a");
	str_append(expected, HEAD "4503");
	for (unsigned int i = 0; i < 3000; i++)
		str_append(expected, i % 700 == 699 ? "efbfbd" : "61");
	str_append(expected, "0001");

	begin();
	wbxml_writer_element(writer, TAG_A, str_c(text));
	finish(str_c(expected));

	begin();
	input = test_istream_create_data(str_data(text), str_len(text));
	wbxml_writer_start(writer, TAG_A);
	test_assert(wbxml_writer_text_stream(writer, input) == 0);
	wbxml_writer_end(writer, TAG_A);
	i_stream_unref(&input);
	finish(str_c(expected));

	begin();
	input = i_stream_create_error_str(EIO, "test");
	wbxml_writer_start(writer, TAG_A);
	wbxml_writer_text(writer, "a");
	test_assert(wbxml_writer_text_stream(writer, input) == -1);
	wbxml_writer_end(writer, TAG_A);
	i_stream_unref(&input);
	finish(HEAD "4503610001");
	test_end();
}

static void test_wbxml_writer_fragment(void)
{
	buffer_t *piece = t_buffer_create(64);
	struct ostream *piece_output = o_stream_create_buffer(piece);
	struct wbxml_writer *piece_writer =
		wbxml_writer_create_fragment(piece_output);

	test_begin("wbxml writer: fragments stand in any document, after any page");
	wbxml_writer_element(piece_writer, TAG_B, "x");
	wbxml_writer_empty(piece_writer, TAG_OTHER);
	wbxml_writer_destroy(&piece_writer);
	o_stream_destroy(&piece_output);
	T_BEGIN {
		test_assert_strcmp(binary_to_hex(piece->data, piece->used),
				   "0000" "46" "037800" "01" "0011" "3f");
	} T_END;

	begin();
	wbxml_writer_start(writer, TAG_A);
	wbxml_writer_start_optional(writer, TAG_B);
	wbxml_writer_fragment(writer, NULL, 0);
	wbxml_writer_end(writer, TAG_B);
	wbxml_writer_start_optional(writer, TAG_B);
	wbxml_writer_fragment(writer, piece->data, 5);
	wbxml_writer_fragment(writer, CONST_PTR_OFFSET(piece->data, 5),
			      piece->used - 5);
	wbxml_writer_end(writer, TAG_B);
	wbxml_writer_empty(writer, TAG_OTHER);
	wbxml_writer_empty(writer, TAG_B);
	wbxml_writer_end(writer, TAG_A);
	finish(HEAD "45" "46" "0000" "46" "037800" "01" "0011" "3f" "01"
	       "0011" "3f" "0000" "06" "01");
	test_end();
}

static void test_wbxml_writer_failed_output(void)
{
	test_begin("wbxml writer: failed stream, document given up");
	begin();
	wbxml_writer_start(writer, TAG_A);
	wbxml_writer_element(writer, TAG_B, "x");
	o_stream_close(output);
	wbxml_writer_element(writer, TAG_B, "x");
	test_assert(wbxml_writer_check(writer) == -1);
	wbxml_writer_abort(&writer);
	test_assert(writer == NULL);
	wbxml_writer_abort(&writer);
	o_stream_destroy(&output);
	buffer_free(&dest);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_wbxml_writer_elements,
		test_wbxml_writer_optional,
		test_wbxml_writer_opaque,
		test_wbxml_writer_text,
		test_wbxml_writer_long_text,
		test_wbxml_writer_fragment,
		test_wbxml_writer_failed_output,
		NULL
	};
	return test_run(test_functions);
}
