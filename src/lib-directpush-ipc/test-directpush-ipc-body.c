/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "istream.h"
#include "ostream.h"
#include "ioloop.h"
#include "randgen.h"
#include "net.h"
#include "fd-util.h"
#include "directpush-ipc-worker.h"
#include "directpush-ipc-body.h"
#include "test-common.h"

#include <unistd.h>

static void
body_write(buffer_t *dest, const unsigned char *data, size_t size, size_t piece)
{
	struct ostream *parent = o_stream_create_buffer(dest);
	struct ostream *body = o_stream_create_directpush_ipc_body(parent);
	size_t pos;

	for (pos = 0; pos < size; pos += piece)
		o_stream_nsend(body, data + pos, I_MIN(piece, size - pos));
	test_assert(o_stream_finish(body) == 1);
	o_stream_destroy(&body);
	test_assert(parent->stream_errno == 0 && !parent->closed);
	o_stream_nsend_str(parent, "NEXT\n");
	test_assert(o_stream_finish(parent) == 1);
	o_stream_destroy(&parent);
}

/* Read everything; the parent gives its bytes in pieces. Returns the stream's errno. */
static int body_read(struct istream *parent, size_t piece, buffer_t *dest)
{
	struct istream *body = i_stream_create_directpush_ipc_body(parent);
	const unsigned char *data;
	size_t size, allowed = 0;
	ssize_t ret;
	int stream_errno;

	do {
		if (piece > 0)
			test_istream_set_size(parent, allowed += piece);
		ret = i_stream_read(body);
		data = i_stream_get_data(body, &size);
		buffer_append(dest, data, size);
		i_stream_skip(body, size);
	} while (ret != -1);
	stream_errno = body->stream_errno;
	i_stream_unref(&body);
	return stream_errno;
}

static void test_directpush_ipc_body_round_trip(void)
{
	static const struct {
		size_t size, write_piece, read_piece;
	} tests[] = {
		{ 0, 1, 0 }, { 1, 1, 1 }, { 100, 1, 1 }, { 100, 100, 7 },
		{ 16384, 16384, 1000 }, { 16385, 16385, 1000 },
		{ 300000, 299999, 4096 }, { 300000, 17, 65536 }
	};
	unsigned char *bytes = i_malloc(300000);
	unsigned int i;

	test_begin("ipc body: bytes come back as they were, and the next line follows");
	random_fill(bytes, 300000);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		buffer_t *wire = buffer_create_dynamic(default_pool, 1024);
		buffer_t *out = buffer_create_dynamic(default_pool, 1024);
		struct istream *parent;

		body_write(wire, bytes, tests[i].size, tests[i].write_piece);
		parent = test_istream_create_data(wire->data, wire->used);
		test_istream_set_allow_eof(parent, tests[i].read_piece == 0);
		test_assert_idx(body_read(parent, tests[i].read_piece, out) == 0, i);
		test_assert_idx(out->used == tests[i].size &&
				memcmp(out->data, bytes, out->used) == 0, i);
		test_istream_set_size(parent, wire->used);
		test_assert_strcmp_idx(i_stream_read_next_line(parent), "NEXT", i);
		i_stream_unref(&parent);
		buffer_free(&wire);
		buffer_free(&out);
	}
	i_free(bytes);
	test_end();
}

static void test_directpush_ipc_body_truncated(void)
{
	static const char wire[] = "BODY\t5\nhelloBODY\t1\n!BODY\t0\n";
	buffer_t *out = buffer_create_dynamic(default_pool, 64);
	size_t i;

	test_begin("ipc body: an end that comes early is an error");
	for (i = 0; i < sizeof(wire)-1; i++) {
		struct istream *parent = i_stream_create_from_data(wire, i);

		buffer_set_used_size(out, 0);
		test_assert_idx(body_read(parent, 0, out) == EPIPE, i);
		test_assert_idx(out->used <= 6 && memcmp(out->data, "hello!", out->used) == 0, i);
		i_stream_unref(&parent);
	}
	buffer_free(&out);
	test_end();
}

static void test_directpush_ipc_body_broken(void)
{
	static const struct {
		const char *wire;
		int stream_errno;
	} tests[] = {
		{ "ABORT\n", EPIPE },
		{ "BODY\t5\nhelloABORT\n", EPIPE },
		{ "BODY\t\n", EINVAL },
		{ "BODY\t-1\n", EINVAL },
		{ "BODY\t5 \nhello", EINVAL },
		{ "BODY\t65537\n", EINVAL },
		{ "BODY\t99999999999999999999\n", EINVAL },
		{ "BODY\t4\nhelloBODY\t0\n", EINVAL },
		{ "REPLY\tstatus=200\n", EINVAL },
		{ "BODY\t000000000000000000000000000000000000000000000000005\n", EINVAL },
	};
	unsigned int i;

	test_begin("ipc body: what is not a frame is an error");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		buffer_t *out = buffer_create_dynamic(default_pool, 64);
		struct istream *parent =
			i_stream_create_from_data(tests[i].wire, strlen(tests[i].wire));

		test_assert_idx(body_read(parent, 0, out) == tests[i].stream_errno, i);
		i_stream_unref(&parent);
		buffer_free(&out);
	}
	test_end();
}

static void test_directpush_ipc_body_abort(void)
{
	buffer_t *wire = buffer_create_dynamic(default_pool, 64);
	struct ostream *parent = o_stream_create_buffer(wire);
	struct ostream *body = o_stream_create_directpush_ipc_body(parent);

	test_begin("ipc body: a writer can give up between frames");
	o_stream_nsend_str(body, "sent");
	test_assert(o_stream_flush(body) == 1);
	o_stream_nsend_str(body, "not sent any more");
	o_stream_abort(body);
	o_stream_destroy(&body);
	directpush_ipc_body_abort(parent);
	test_assert(o_stream_finish(parent) == 1);
	o_stream_destroy(&parent);
	test_assert_strcmp(str_c(wire), "BODY\t4\nsentABORT\n");
	buffer_free(&wire);
	test_end();
}

/* Both ends nonblocking, and the pipe fills up often. */
static void test_directpush_ipc_body_nonblocking(void)
{
	enum { SIZE = 700000 };
	unsigned char *bytes = i_malloc(SIZE);
	buffer_t *out = buffer_create_dynamic(default_pool, SIZE);
	struct istream *input, *body_in;
	struct ostream *output, *body_out;
	struct ioloop *ioloop = io_loop_create();
	const unsigned char *data;
	size_t size, pos = 0;
	ssize_t ret;
	unsigned int waits = 0;
	int fd[2], finished = 0;

	test_begin("ipc body: nothing is lost when the other side is slow");
	random_fill(bytes, SIZE);
	test_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	net_set_nonblock(fd[0], TRUE);
	net_set_nonblock(fd[1], TRUE);
	output = o_stream_create_fd(fd[0], 4096);
	input = i_stream_create_fd(fd[1], 4096);
	body_out = o_stream_create_directpush_ipc_body(output);
	body_in = i_stream_create_directpush_ipc_body(input);
	for (;;) {
		while (pos < SIZE) {
			ret = o_stream_send(body_out, bytes + pos, I_MIN(3333, SIZE - pos));
			test_assert(ret >= 0);
			if (ret < (ssize_t)I_MIN(3333, SIZE - pos))
				waits++;
			pos += ret;
			if (ret == 0 || test_has_failed())
				break;
		}
		if (pos == SIZE && finished == 0)
			finished = o_stream_finish(body_out);
		ret = i_stream_read(body_in);
		data = i_stream_get_data(body_in, &size);
		buffer_append(out, data, size);
		i_stream_skip(body_in, size);
		if (ret == -1 || test_has_failed())
			break;
	}
	test_assert(body_in->stream_errno == 0 && finished == 1 && waits > 0);
	test_assert(out->used == SIZE && memcmp(out->data, bytes, SIZE) == 0);
	o_stream_destroy(&body_out);
	o_stream_destroy(&output);
	i_stream_destroy(&body_in);
	i_stream_destroy(&input);
	i_close_fd(&fd[0]);
	i_close_fd(&fd[1]);
	io_loop_destroy(&ioloop);
	buffer_free(&out);
	i_free(bytes);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_ipc_body_round_trip,
		test_directpush_ipc_body_truncated,
		test_directpush_ipc_body_broken,
		test_directpush_ipc_body_abort,
		test_directpush_ipc_body_nonblocking,
		NULL
	};
	return test_run(test_functions);
}
