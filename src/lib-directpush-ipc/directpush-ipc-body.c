/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "strnum.h"
#include "istream-private.h"
#include "ostream-private.h"
#include "directpush-compat.h"
#include "directpush-ipc-worker.h"
#include "directpush-ipc-body.h"

#define FRAME_PREFIX "BODY\t"
#define FRAME_END "BODY\t0\n"
#define FRAME_ABORT "ABORT\n"
/* "BODY \t <number> \n", with room */
#define FRAME_HEAD_MAX_BYTES 32
/* bytes are gathered up to this before they become a frame */
#define FRAME_GATHER_BYTES (16*1024)

/*
 * Reading
 */

struct body_istream {
	struct istream_private istream;

	/* bytes of the current frame not yet read */
	size_t frame_left;
	bool ended;
};

static void ATTR_FORMAT(3, 4)
body_istream_fail(struct body_istream *bstream, int stream_errno, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	io_stream_set_verror(&bstream->istream.iostream, fmt, args);
	va_end(args);
	bstream->istream.istream.stream_errno = stream_errno;
}

/* Returns 1 if parent has buffered bytes, 0 if it has to be waited for, -1 on error. */
static int body_istream_read_parent(struct body_istream *bstream, bool more)
{
	struct istream *parent = bstream->istream.parent;
	size_t have = i_stream_get_data_size(parent);
	ssize_t ret;

	while (have == 0 || more) {
		if ((ret = i_stream_read_memarea(parent)) > 0)
			return 1;
		if (ret == 0)
			return 0;
		if (ret == -2) {
			body_istream_fail(bstream, EINVAL, "frame head is too long");
		} else if (parent->stream_errno != 0) {
			bstream->istream.istream.stream_errno = parent->stream_errno;
		} else {
			body_istream_fail(bstream, EPIPE, "body ended early");
		}
		return -1;
	}
	return 1;
}

static int body_istream_parse_head(struct body_istream *bstream, const char *head)
{
	uintmax_t size;

	if (strcmp(head, "ABORT") == 0) {
		body_istream_fail(bstream, EPIPE, "body was given up by its sender");
		return -1;
	}
	if (!str_begins_with(head, FRAME_PREFIX) ||
	    str_to_uintmax(head + strlen(FRAME_PREFIX), &size) < 0 ||
	    size > DIRECTPUSH_IPC_MAX_FRAME) {
		body_istream_fail(bstream, EINVAL, "not the head of a frame");
		return -1;
	}
	bstream->frame_left = size;
	bstream->ended = size == 0;
	return 1;
}

static int body_istream_read_head(struct body_istream *bstream)
{
	struct istream *parent = bstream->istream.parent;
	const unsigned char *data, *lf;
	size_t size;
	bool more = FALSE;
	int ret;

	for (;;) {
		if ((ret = body_istream_read_parent(bstream, more)) <= 0)
			return ret;
		data = i_stream_get_data(parent, &size);
		lf = memchr(data, '\n', I_MIN(size, FRAME_HEAD_MAX_BYTES));
		if (lf != NULL)
			break;
		if (size >= FRAME_HEAD_MAX_BYTES) {
			body_istream_fail(bstream, EINVAL, "frame head is too long");
			return -1;
		}
		more = TRUE;
	}
	T_BEGIN {
		ret = body_istream_parse_head(bstream, t_strdup_until(data, lf));
	} T_END;
	i_stream_skip(parent, lf - data + 1);
	return ret;
}

static ssize_t body_istream_read(struct istream_private *stream)
{
	struct body_istream *bstream =
		container_of(stream, struct body_istream, istream);
	const unsigned char *data;
	size_t size, avail;
	int ret;

	while (bstream->frame_left == 0 && !bstream->ended) {
		if ((ret = body_istream_read_head(bstream)) <= 0)
			return ret;
	}
	if (bstream->ended) {
		stream->istream.eof = TRUE;
		return -1;
	}
	if ((ret = body_istream_read_parent(bstream, FALSE)) <= 0)
		return ret;
	data = i_stream_get_data(stream->parent, &size);
	size = I_MIN(size, bstream->frame_left);
	if (!i_stream_try_alloc(stream, size, &avail))
		return -2;
	size = I_MIN(size, avail);
	memcpy(stream->w_buffer + stream->pos, data, size);
	stream->pos += size;
	bstream->frame_left -= size;
	i_stream_skip(stream->parent, size);
	return size;
}

struct istream *i_stream_create_directpush_ipc_body(struct istream *parent)
{
	struct body_istream *bstream;

	bstream = i_new(struct body_istream, 1);
	bstream->istream.max_buffer_size = parent->real_stream->max_buffer_size;
	bstream->istream.read = body_istream_read;
	bstream->istream.istream.blocking = parent->blocking;
	return i_stream_create(&bstream->istream, parent, i_stream_get_fd(parent), 0);
}

/*
 * Writing
 */

struct body_ostream {
	struct ostream_private ostream;

	buffer_t *gathered;
	bool end_sent;
};

/* Give parent bytes that make whole frames, all or none, so that it always stands between
   frames. Returns 1 if it took them, 0 if it has no room now, -1 on error. */
static int
body_ostream_send_whole(struct body_ostream *bstream, const struct const_iovec *iov,
			unsigned int iov_count)
{
	struct ostream *parent = bstream->ostream.parent;
	size_t size = 0;
	unsigned int i;
	ssize_t ret;

	for (i = 0; i < iov_count; i++)
		size += iov[i].iov_len;
	if (!parent->blocking && o_stream_get_buffer_avail_size(parent) < size) {
		if (o_stream_flush(parent) < 0) {
			o_stream_copy_error_from_parent(&bstream->ostream);
			return -1;
		}
		if (o_stream_get_buffer_avail_size(parent) < size)
			return 0;
	}
	if ((ret = o_stream_sendv(parent, iov, iov_count)) < 0) {
		o_stream_copy_error_from_parent(&bstream->ostream);
		return -1;
	}
	i_assert((size_t)ret == size);
	return 1;
}

static int body_ostream_send_gathered(struct body_ostream *bstream)
{
	struct const_iovec iov[2];
	char head[FRAME_HEAD_MAX_BYTES];
	int ret;

	if (bstream->gathered->used == 0)
		return 1;
	if (i_snprintf(head, sizeof(head), FRAME_PREFIX"%zu\n",
		       bstream->gathered->used) < 0)
		i_unreached();
	iov[0].iov_base = head;
	iov[0].iov_len = strlen(head);
	iov[1].iov_base = bstream->gathered->data;
	iov[1].iov_len = bstream->gathered->used;
	if ((ret = body_ostream_send_whole(bstream, iov, N_ELEMENTS(iov))) > 0)
		buffer_set_used_size(bstream->gathered, 0);
	return ret;
}

static ssize_t
body_ostream_sendv(struct ostream_private *stream, const struct const_iovec *iov,
		   unsigned int iov_count)
{
	struct body_ostream *bstream =
		container_of(stream, struct body_ostream, ostream);
	size_t size, pos, sent = 0;
	unsigned int i;
	int ret = 1;

	for (i = 0; i < iov_count && ret > 0; i++) {
		for (pos = 0; pos < iov[i].iov_len; pos += size) {
			if (bstream->gathered->used == FRAME_GATHER_BYTES &&
			    (ret = body_ostream_send_gathered(bstream)) <= 0)
				break;
			size = I_MIN(iov[i].iov_len - pos,
				     FRAME_GATHER_BYTES - bstream->gathered->used);
			buffer_append(bstream->gathered,
				      CONST_PTR_OFFSET(iov[i].iov_base, pos), size);
			sent += size;
		}
	}
	if (ret < 0)
		return -1;
	stream->ostream.offset += sent;
	return sent;
}

static int body_ostream_flush(struct ostream_private *stream)
{
	static const struct const_iovec end = { FRAME_END, sizeof(FRAME_END)-1 };
	struct body_ostream *bstream =
		container_of(stream, struct body_ostream, ostream);
	int ret;

	if ((ret = body_ostream_send_gathered(bstream)) <= 0)
		return ret;
	if (stream->finished && !bstream->end_sent) {
		if ((ret = body_ostream_send_whole(bstream, &end, 1)) <= 0)
			return ret;
		bstream->end_sent = TRUE;
	}
	return o_stream_flush_parent(stream);
}

static size_t
body_ostream_get_buffer_used_size(const struct ostream_private *stream)
{
	const struct body_ostream *bstream =
		container_of(stream, const struct body_ostream, ostream);

	return bstream->gathered->used + o_stream_get_buffer_used_size(stream->parent);
}

static void body_ostream_close(struct iostream_private *stream, bool close_parent)
{
	struct body_ostream *bstream =
		container_of(stream, struct body_ostream, ostream.iostream);

	i_assert(bstream->ostream.finished ||
		 bstream->ostream.ostream.stream_errno != 0 ||
		 bstream->ostream.error_handling_disabled);
	if (close_parent)
		o_stream_close(bstream->ostream.parent);
}

static void body_ostream_destroy(struct iostream_private *stream)
{
	struct body_ostream *bstream =
		container_of(stream, struct body_ostream, ostream.iostream);

	buffer_free(&bstream->gathered);
	o_stream_unref(&bstream->ostream.parent);
}

struct ostream *o_stream_create_directpush_ipc_body(struct ostream *parent)
{
	struct body_ostream *bstream;
	struct ostream *output;

	if (o_stream_get_max_buffer_size(parent) <
	    FRAME_GATHER_BYTES + FRAME_HEAD_MAX_BYTES) {
		o_stream_set_max_buffer_size(parent, FRAME_GATHER_BYTES +
					     FRAME_HEAD_MAX_BYTES);
	}
	bstream = i_new(struct body_ostream, 1);
	bstream->gathered = buffer_create_dynamic(default_pool, 1024);
	bstream->ostream.sendv = body_ostream_sendv;
	bstream->ostream.flush = body_ostream_flush;
	bstream->ostream.get_buffer_used_size = body_ostream_get_buffer_used_size;
	bstream->ostream.iostream.close = body_ostream_close;
	bstream->ostream.iostream.destroy = body_ostream_destroy;
	output = o_stream_create(&bstream->ostream, parent, o_stream_get_fd(parent));
	/* the parent lives on */
	o_stream_set_finish_also_parent(output, FALSE);
	return output;
}

void directpush_ipc_body_abort(struct ostream *parent)
{
	o_stream_nsend_str(parent, FRAME_ABORT);
}
