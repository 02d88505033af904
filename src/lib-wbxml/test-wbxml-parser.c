/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "hex-binary.h"
#include "istream.h"
#include "test-common.h"
#include "wbxml-parser.h"

#define HEAD "03016a00"

static const struct wbxml_limits limits = {
	.max_depth = 4,
	.max_elements = 6,
	.max_value_bytes = 8,
	.max_document_bytes = 64
};

/* One parser fed as a test wants it, its events as text. */
struct test_run {
	struct istream *input;
	struct wbxml_parser *parser;
	string_t *events;
	bool in_value;
	int ret;
};

static void test_run_add(struct test_run *run, const struct wbxml_event *event)
{
	switch (event->type) {
	case WBXML_EVENT_START:
		str_printfa(run->events, "<%x", event->tag);
		break;
	case WBXML_EVENT_TEXT:
	case WBXML_EVENT_OPAQUE:
		if (!run->in_value) {
			str_append(run->events,
				   event->type == WBXML_EVENT_TEXT ? " '" : " #");
		}
		if (event->type == WBXML_EVENT_TEXT) {
			str_append_data(run->events, event->data, event->size);
		} else {
			binary_to_hex_append(run->events, event->data,
					     event->size);
		}
		if (!event->more)
			str_append_c(run->events, ' ');
		run->in_value = event->more;
		return;
	case WBXML_EVENT_END:
		str_printfa(run->events, ">");
		break;
	case WBXML_EVENT_DOCUMENT_END:
		str_append_c(run->events, '.');
		break;
	}
	test_assert(!run->in_value);
}

/* Reads until the end, an error, or the stream has no more for now. */
static void test_run_continue(struct test_run *run)
{
	struct wbxml_event event;

	do {
		run->ret = wbxml_parser_next(run->parser, &event);
		if (run->ret > 0)
			test_run_add(run, &event);
	} while (run->ret > 0 && event.type != WBXML_EVENT_DOCUMENT_END);
}

static void
test_run_begin(struct test_run *run, const buffer_t *data, size_t size)
{
	i_zero(run);
	run->events = t_str_new(128);
	run->input = test_istream_create_data(data->data, size);
	run->parser = wbxml_parser_init(run->input, &limits);
}

static void test_run_end(struct test_run *run)
{
	wbxml_parser_deinit(&run->parser);
	i_stream_unref(&run->input);
}

static void
test_document(const char *hex, const char *events, const char *error,
	      unsigned int idx)
{
	buffer_t *copy, *data = t_buffer_create(256);
	struct test_run run;

	test_assert_idx(hex_to_binary(hex, data) == 0, idx);
	/* exactly sized, for valgrind */
	copy = buffer_create_dynamic(default_pool, I_MAX(data->used, 1));
	buffer_append(copy, data->data, data->used);

	test_run_begin(&run, copy, copy->used);
	test_run_continue(&run);
	test_assert_strcmp_idx(str_c(run.events), events, idx);
	test_assert_idx(run.ret == (error == NULL ? 1 : -1), idx);
	if (error != NULL && run.ret < 0) {
		test_assert_strcmp_idx(wbxml_parser_get_error(run.parser),
				       error, idx);
		/* stays failed */
		test_run_continue(&run);
		test_assert_idx(run.ret == -1, idx);
		test_assert_idx(!wbxml_parser_has_stream_error(run.parser), idx);
	}
	test_run_end(&run);

	/* byte by byte */
	test_run_begin(&run, copy, copy->used);
	test_istream_set_allow_eof(run.input, FALSE);
	for (size_t size = 0; size <= copy->used; size++) {
		test_istream_set_size(run.input, size);
		if (size == copy->used)
			test_istream_set_allow_eof(run.input, TRUE);
		test_run_continue(&run);
		if (run.ret != 0)
			break;
	}
	test_assert_strcmp_idx(str_c(run.events), events, idx);
	test_assert_idx(run.ret == (error == NULL ? 1 : -1), idx);
	if (error != NULL && run.ret < 0) {
		test_assert_strcmp_idx(wbxml_parser_get_error(run.parser),
				       error, idx);
	}
	test_run_end(&run);

	/* cut off everywhere: an error, and never more events than before */
	for (size_t size = 0; error == NULL && size < copy->used; size++) T_BEGIN {
		test_run_begin(&run, copy, size);
		test_run_continue(&run);
		test_assert_idx(run.ret == -1, idx);
		test_assert_idx(strncmp(events, str_c(run.events),
					str_len(run.events)) == 0, idx);
		test_run_end(&run);
	} T_END;
	buffer_free(&copy);
}

static const struct {
	const char *hex, *events;
} good_tests[] = {
	{ HEAD "05", "<5>." },
	{ HEAD "4501", "<5>." },
	{ HEAD "45036162630001", "<5 'abc >." },
	{ HEAD "45030001", "<5 ' >." },
	{ HEAD "45c30001", "<5 # >." },
	{ HEAD "45c303610062" "01", "<5 #610062 >." },
	/* length with leading zeros in two bytes */
	{ HEAD "45c3800261" "6201", "<5 #6162 >." },
	{ HEAD "4506070801", "<5<6><7><8>>." },
	{ HEAD "4546470801" "0101", "<5<6<7<8>>>>." },
	/* pages: switch, switch back, switch twice, before the root, before an end */
	{ HEAD "0011" "45" "0000" "06" "0011" "0002" "7f" "0003" "01" "01",
	  "<1105<6><23f>>." },
	{ HEAD "00ff05", "<ff05>." },
	/* strings after each other and beside elements */
	{ HEAD "4503610003620006" "c30163" "01", "<5 'a  'b <6> #63 >." },
	/* version 1.1 and 1.2, other public ids and charsets that are UTF-8 too */
	{ "01016a0005", "<5>." },
	{ "028f756a0005", "<5>." },
	{ "0301000005", "<5>." },
	{ "0301030005", "<5>." },
	/* exactly at the limits: depth, elements, value */
	{ HEAD "454647080101" "06" "07" "01", "<5<6<7<8>>><6><7>>." },
	{ HEAD "4503313233343536373800" "01", "<5 '12345678 >." },
	{ HEAD "45c308313233343536373801", "<5 #3132333435363738 >." },
};

static const struct {
	const char *hex, *events, *error;
} bad_tests[] = {
	{ "", "", "byte 0: document ends too early" },
	{ "00016a0005", "", "byte 0: not WBXML 1.x: version byte 0x00" },
	{ "04016a0005", "", "byte 0: not WBXML 1.x: version byte 0x04" },
	{ "3c3f786d6c", "", "byte 0: not WBXML 1.x: version byte 0x3c" },
	{ "0300006a0005", "", "byte 0: public identifier by name is not used in EAS" },
	{ "0301040005", "", "byte 0: charset 4 is not UTF-8" },
	{ "03016a036162000545", "", "byte 0: string tables are not used in EAS" },
	{ "03ffffffffff", "", "byte 0: number is too large" },
	{ "039080808001" "6a00", "", "byte 0: number is too large" },
	{ HEAD, "", "byte 4: document ends too early" },
	{ HEAD "01", "", "byte 4: token 0x01 outside of an element" },
	{ HEAD "036100", "", "byte 4: token 0x03 outside of an element" },
	{ HEAD "c3016100", "", "byte 4: token 0xc3 outside of an element" },
	{ HEAD "4502", "<5", "byte 5: token 0x02 is not used in EAS" },
	{ HEAD "4504", "<5", "byte 5: token 0x04 is not used in EAS" },
	{ HEAD "4540", "<5", "byte 5: token 0x40 is not used in EAS" },
	{ HEAD "4543", "<5", "byte 5: token 0x43 is not used in EAS" },
	{ HEAD "4583", "<5", "byte 5: token 0x83 is not used in EAS" },
	{ HEAD "45c0", "<5", "byte 5: token 0xc0 is not used in EAS" },
	/* attributes */
	{ HEAD "85", "", "byte 4: token 0x85 is not used in EAS" },
	{ HEAD "c5", "", "byte 4: token 0xc5 is not used in EAS" },
	/* limits */
	{ HEAD "45464748" "09", "<5<6<7<8", "byte 8: more than 4 elements deep" },
	{ HEAD "45060606060606", "<5<6><6><6><6><6>",
	  "byte 10: more than 6 elements" },
	{ HEAD "45c309", "<5", "byte 5: value of 9 bytes is longer than 8" },
	{ HEAD "45c38fffffff7f", "<5",
	  "byte 5: value of 4294967295 bytes is longer than 8" },
	{ HEAD "45c39080808000", "<5", "byte 5: number is too large" },
	{ HEAD "0001000100010001000100010001000100010001000100010001000100010001"
	       "0001000100010001000100010001000100010001000100010001000100010001",
	  "", "byte 66: document is longer than 64 bytes" },
	/* ends inside something */
	{ HEAD "4503", "<5", "byte 6: document ends too early" },
	{ HEAD "45c3", "<5", "byte 5: document ends too early" },
	{ HEAD "4500", "<5", "byte 5: document ends too early" },
	{ HEAD "4506", "<5<6>", "byte 6: document ends too early" },
};

static void test_wbxml_parser_good(void)
{
	test_begin("wbxml parser: documents");
	for (unsigned int i = 0; i < N_ELEMENTS(good_tests); i++) T_BEGIN {
		test_document(good_tests[i].hex, good_tests[i].events, NULL, i);
	} T_END;
	test_end();
}

static void test_wbxml_parser_bad(void)
{
	test_begin("wbxml parser: broken documents and limits");
	for (unsigned int i = 0; i < N_ELEMENTS(bad_tests); i++) T_BEGIN {
		test_document(bad_tests[i].hex, bad_tests[i].events,
			      bad_tests[i].error, i);
	} T_END;
	test_end();
}

static void test_wbxml_parser_long_text(void)
{
	buffer_t *data = t_buffer_create(32);
	struct test_run run;

	test_begin("wbxml parser: text over the limit, whole and in pieces");
	hex_to_binary(HEAD "4503" "313233343536373839" "0001", data);
	test_run_begin(&run, data, data->used);
	test_run_continue(&run);
	test_assert(run.ret == -1);
	test_assert_strcmp(wbxml_parser_get_error(run.parser),
			   "byte 6: value is longer than 8 bytes");
	test_run_end(&run);

	test_run_begin(&run, data, data->used);
	test_istream_set_max_buffer_size(run.input, 4);
	test_run_continue(&run);
	test_assert(run.ret == -1);
	test_assert(strncmp("<5 '12345678", str_c(run.events),
			    str_len(run.events)) == 0);
	test_run_end(&run);
	test_end();
}

static void test_wbxml_parser_after_end(void)
{
	buffer_t *data = t_buffer_create(32);
	struct wbxml_event event;
	struct test_run run;

	test_begin("wbxml parser: what follows the document is not read");
	hex_to_binary(HEAD "0505ff", data);
	test_run_begin(&run, data, data->used);
	test_run_continue(&run);
	test_assert(run.ret == 1);
	test_assert_strcmp(str_c(run.events), "<5>.");
	test_assert(run.input->v_offset == 5);
	test_assert(wbxml_parser_next(run.parser, &event) == 1);
	test_assert(event.type == WBXML_EVENT_DOCUMENT_END);
	test_run_end(&run);
	test_end();
}

static void test_wbxml_parser_stream_error(void)
{
	struct istream *input = i_stream_create_error_str(EIO, "disk on fire");
	struct wbxml_parser *parser;
	struct wbxml_event event;

	test_begin("wbxml parser: reading fails");
	parser = wbxml_parser_init(input, &wbxml_default_limits);
	test_assert(wbxml_parser_next(parser, &event) == -1);
	test_assert(wbxml_parser_has_stream_error(parser));
	test_assert(strstr(wbxml_parser_get_error(parser), "disk on fire") != NULL);
	wbxml_parser_deinit(&parser);
	i_stream_unref(&input);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_wbxml_parser_good,
		test_wbxml_parser_bad,
		test_wbxml_parser_long_text,
		test_wbxml_parser_after_end,
		test_wbxml_parser_stream_error,
		NULL
	};
	return test_run(test_functions);
}
