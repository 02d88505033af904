/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "test-common.h"
#include "directpush-compat.h"
#include "eas-tag.h"
#include "wbxml-writer.h"
#include "directpush-ipc-body.h"
#include "directpush-ipc-worker.h"
#include "eas-reply.h"

/* what the front gets */
static struct {
	pool_t pool;
	buffer_t *line;
	struct ostream *output;
	struct eas_reply *reply;

	struct directpush_ipc_reply head;
	buffer_t *body;
	bool whole;
} test;

static void test_reply_begin(const char *name)
{
	test_begin(name);
	i_zero(&test);
	test.pool = pool_alloconly_create("test reply", 1024);
	test.line = buffer_create_dynamic(default_pool, 1024);
	test.body = buffer_create_dynamic(default_pool, 1024);
	test.output = o_stream_create_buffer(test.line);
	o_stream_set_no_error_handling(test.output, TRUE);
	test.reply = eas_reply_create(test.output);
}

static void test_reply_read(void)
{
	struct istream *input, *body;
	const unsigned char *data;
	const char *line, *error;
	size_t size;

	test_assert(eas_reply_finish(&test.reply) == 0);
	input = i_stream_create_from_data(test.line->data, test.line->used);
	line = i_stream_read_next_line(input);
	if (line == NULL || !str_begins_with(line, "REPLY\t") ||
	    directpush_ipc_reply_parse(test.pool, line + 6, &test.head, &error) < 0)
		i_fatal("not a REPLY line");
	body = i_stream_create_directpush_ipc_body(input);
	while (i_stream_read_more(body, &data, &size) > 0) {
		buffer_append(test.body, data, size);
		i_stream_skip(body, size);
	}
	test.whole = body->stream_errno == 0;
	i_stream_unref(&body);
	/* nothing comes after it */
	test_assert(i_stream_read_next_line(input) == NULL);
	i_stream_unref(&input);
}

static void test_reply_end(void)
{
	o_stream_destroy(&test.output);
	buffer_free(&test.body);
	buffer_free(&test.line);
	pool_unref(&test.pool);
	test_end();
}

static void test_reply_write(size_t size)
{
	struct ostream *stream = eas_reply_stream(test.reply, "text/x");
	unsigned char block[1000];

	memset(block, 'b', sizeof(block));
	for (; size > 0; size -= I_MIN(size, sizeof(block)))
		o_stream_nsend(stream, block, I_MIN(size, sizeof(block)));
}

static void test_eas_reply_empty(void)
{
	test_reply_begin("eas reply: nothing written is an empty 200");
	test_reply_read();
	test_assert(test.head.status == 200 && test.head.content_length == 0);
	test_assert_strcmp(test.head.content_type, EAS_CONTENT_TYPE_WBXML);
	test_assert(test.whole && test.body->used == 0);
	test_reply_end();
}

static void test_eas_reply_held(void)
{
	test_reply_begin("eas reply: a short answer has a length");
	test_reply_write(EAS_REPLY_BUFFER_BYTES - 1);
	eas_reply_add_header(test.reply, "X-One", "1");
	eas_reply_add_header(test.reply, "X-Two", "2");
	eas_reply_set_eas_status(test.reply, 7);
	/* nothing leaves before it is finished */
	test_assert(test.line->used == 0);
	test_reply_read();
	test_assert(test.head.content_length == EAS_REPLY_BUFFER_BYTES - 1);
	test_assert(test.body->used == EAS_REPLY_BUFFER_BYTES - 1 && test.whole);
	test_assert_strcmp(test.head.content_type, "text/x");
	test_assert_strcmp(test.head.headers, "X-One: 1\nX-Two: 2");
	test_assert(test.head.eas_status == 7);
	test_reply_end();
}

static void test_eas_reply_flows(void)
{
	size_t size = EAS_REPLY_BUFFER_BYTES * 3 + 17;

	test_reply_begin("eas reply: a long answer flows, but for its last byte");
	test_reply_write(size);
	test_assert(test.line->used > EAS_REPLY_BUFFER_BYTES);
	eas_reply_flush(test.reply);
	test_assert(memchr(test.line->data, '\n', test.line->used) != NULL);
	test_assert(!eas_reply_restart(test.reply));
	test_reply_read();
	test_assert(test.head.content_length == UOFF_T_MAX);
	test_assert(test.body->used == size && test.whole);
	test_reply_end();
}

static void test_eas_reply_flushed(void)
{
	struct istream *input, *body;

	test_reply_begin("eas reply: flushed early, the last byte stays");
	test_reply_write(10);
	eas_reply_flush(test.reply);
	input = i_stream_create_from_data(test.line->data, test.line->used);
	(void)i_stream_read_next_line(input);
	body = i_stream_create_directpush_ipc_body(input);
	test_assert(i_stream_read(body) == 9);
	i_stream_unref(&body);
	i_stream_unref(&input);
	test_reply_read();
	test_assert(test.body->used == 10 && test.whole);
	test_reply_end();
}

static void test_eas_reply_status_after_text(void)
{
	struct wbxml_writer *writer;

	test_reply_begin("eas reply: an HTTP status replaces what is held");
	writer = eas_reply_wbxml(test.reply);
	wbxml_writer_start(writer, EAS_TAG_PING_PING);
	test_assert(eas_reply_wbxml(test.reply) == writer);
	eas_reply_unavailable(test.reply, 30);
	test_reply_read();
	test_assert(test.head.status == 503 && test.head.retry_after_secs == 30);
	test_assert(test.head.content_type == NULL);
	test_assert(test.whole && test.body->used == 0);
	test_reply_end();
}

static void test_eas_reply_aborted(void)
{
	test_reply_begin("eas reply: a failure after bytes have left breaks the line");
	test_reply_write(EAS_REPLY_BUFFER_BYTES * 2);
	eas_reply_unavailable(test.reply, 30);
	/* whoever goes on writing does no harm */
	test_reply_write(EAS_REPLY_BUFFER_BYTES * 2);
	test_reply_read();
	test_assert(test.head.status == 200);
	test_assert(!test.whole);
	test_assert(test.body->used < EAS_REPLY_BUFFER_BYTES * 2);
	test_reply_end();
}

static void test_eas_reply_park(void)
{
	struct directpush_ipc_park park = {
		.heartbeat_secs = 480,
		.expired = (const unsigned char *)"x",
		.expired_size = 1,
	};

	test_reply_begin("eas reply: a park order instead of an answer");
	eas_reply_park(test.reply, &park);
	test_assert(test.line->used == 0);
	test_assert(eas_reply_finish(&test.reply) == 0);
	test_assert(memcmp(test.line->data, "PARK\t", 5) == 0);
	test_assert(memchr(test.line->data, '\n', test.line->used) ==
		    CONST_PTR_OFFSET(test.line->data, test.line->used - 1));
	test_reply_end();

	test_reply_begin("eas reply: a park order taken back");
	eas_reply_park(test.reply, &park);
	eas_reply_unavailable(test.reply, 30);
	test_reply_read();
	test_assert(test.head.status == 503);
	test_reply_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_reply_empty,
		test_eas_reply_held,
		test_eas_reply_flows,
		test_eas_reply_flushed,
		test_eas_reply_status_after_text,
		test_eas_reply_aborted,
		test_eas_reply_park,
		NULL
	};
	return test_run(test_functions);
}
