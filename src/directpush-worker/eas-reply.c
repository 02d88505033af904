/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "ioloop.h"
#include "ostream-private.h"
#include "directpush-ipc-body.h"
#include "directpush-ipc-worker.h"
#include "wbxml-writer.h"
#include "eas-reply.h"

/* once the answer flows, that much is gathered before it goes on */
#define EAS_REPLY_FLOW_BYTES (32*1024)

struct eas_reply {
	struct ostream *output;
	struct directpush_ipc_reply head;
	string_t *headers;
	time_t started;

	/* What the handler writes into, and where it is held. The last byte of it leaves in
	   eas_reply_finish() only. */
	struct ostream *stream;
	buffer_t *held;
	/* set once the head has left; takes what is held, as frames */
	struct ostream *body;

	struct wbxml_writer *writer;
	/* encoded PARK line; NULL = answer now */
	string_t *park;
	/* the phone gets a broken line */
	bool aborted;
};

struct reply_ostream {
	struct ostream_private ostream;
	struct eas_reply *reply;
};

static void eas_reply_send_head(struct eas_reply *reply)
{
	if (str_len(reply->headers) > 0)
		reply->head.headers = str_c(reply->headers);
	T_BEGIN {
		string_t *str = t_str_new(256);

		directpush_ipc_reply_append(str, &reply->head);
		o_stream_nsend(reply->output, str_data(str), str_len(str));
	} T_END;
	reply->body = o_stream_create_directpush_ipc_body(reply->output);
	o_stream_set_no_error_handling(reply->body, TRUE);
}

/* Give the front all that is held but keep bytes. */
static void eas_reply_send_held(struct eas_reply *reply, size_t keep)
{
	size_t size;

	if (reply->held->used <= keep)
		return;
	size = reply->held->used - keep;
	o_stream_nsend(reply->body, reply->held->data, size);
	buffer_delete(reply->held, 0, size);
}

static void eas_reply_flow(struct eas_reply *reply)
{
	if (reply->body == NULL) {
		reply->head.content_length = UOFF_T_MAX;
		eas_reply_send_head(reply);
	}
	eas_reply_send_held(reply, 1);
}

static ssize_t
reply_ostream_sendv(struct ostream_private *stream, const struct const_iovec *iov,
		    unsigned int iov_count)
{
	struct reply_ostream *rstream =
		container_of(stream, struct reply_ostream, ostream);
	struct eas_reply *reply = rstream->reply;
	size_t max_held = reply->body != NULL ?
		EAS_REPLY_FLOW_BYTES : EAS_REPLY_BUFFER_BYTES;
	ssize_t size = 0;

	for (unsigned int i = 0; i < iov_count; i++) {
		if (!reply->aborted)
			buffer_append(reply->held, iov[i].iov_base, iov[i].iov_len);
		size += iov[i].iov_len;
		if (reply->held->used >= max_held)
			eas_reply_flow(reply);
	}
	if (reply->body == NULL && !reply->aborted &&
	    time(NULL) - reply->started >= EAS_REPLY_HOLD_SECS)
		eas_reply_flow(reply);
	stream->ostream.offset += size;
	return size;
}

static int reply_ostream_flush(struct ostream_private *stream ATTR_UNUSED)
{
	return 1;
}

static struct ostream *eas_reply_ostream_create(struct eas_reply *reply)
{
	struct reply_ostream *rstream;
	struct ostream *stream;

	rstream = i_new(struct reply_ostream, 1);
	rstream->reply = reply;
	rstream->ostream.sendv = reply_ostream_sendv;
	rstream->ostream.flush = reply_ostream_flush;
	rstream->ostream.ostream.blocking = TRUE;
	stream = o_stream_create(&rstream->ostream, NULL, -1);
	o_stream_set_no_error_handling(stream, TRUE);
	return stream;
}

struct eas_reply *eas_reply_create(struct ostream *output)
{
	struct eas_reply *reply;

	reply = i_new(struct eas_reply, 1);
	reply->output = output;
	o_stream_ref(output);
	reply->started = time(NULL);
	reply->headers = str_new(default_pool, 64);
	reply->held = buffer_create_dynamic(default_pool, 1024);
	reply->stream = eas_reply_ostream_create(reply);
	reply->head.status = 200;
	return reply;
}

static void eas_reply_send_rest(struct eas_reply *reply)
{
	if (reply->body == NULL) {
		if (reply->head.status == 200 && reply->head.content_type == NULL)
			reply->head.content_type = EAS_CONTENT_TYPE_WBXML;
		reply->head.content_length = reply->held->used;
		eas_reply_send_head(reply);
	}
	eas_reply_send_held(reply, 0);
	(void)o_stream_finish(reply->body);
}

int eas_reply_finish(struct eas_reply **_reply)
{
	struct eas_reply *reply = *_reply;
	int ret;

	*_reply = NULL;
	if (reply->writer != NULL && (reply->aborted || reply->park != NULL))
		wbxml_writer_abort(&reply->writer);
	else if (reply->writer != NULL)
		wbxml_writer_destroy(&reply->writer);

	if (reply->park != NULL)
		o_stream_nsend(reply->output, str_data(reply->park), str_len(reply->park));
	else if (!reply->aborted)
		eas_reply_send_rest(reply);
	/* 0 = a signal came between */
	while ((ret = o_stream_flush(reply->output)) == 0) ;

	o_stream_destroy(&reply->stream);
	o_stream_destroy(&reply->body);
	o_stream_unref(&reply->output);
	buffer_free(&reply->held);
	str_free(&reply->headers);
	str_free(&reply->park);
	i_free(reply);
	return ret < 0 ? -1 : 0;
}

struct wbxml_writer *eas_reply_wbxml(struct eas_reply *reply)
{
	i_assert(reply->park == NULL);

	if (reply->writer == NULL) {
		reply->head.content_type = EAS_CONTENT_TYPE_WBXML;
		reply->writer = wbxml_writer_create(reply->stream);
	}
	return reply->writer;
}

struct ostream *eas_reply_stream(struct eas_reply *reply, const char *content_type)
{
	i_assert(reply->park == NULL && reply->writer == NULL);

	reply->head.content_type = content_type;
	return reply->stream;
}

bool eas_reply_restart(struct eas_reply *reply)
{
	if (reply->body != NULL || reply->aborted)
		return FALSE;
	wbxml_writer_abort(&reply->writer);
	buffer_set_used_size(reply->held, 0);
	str_free(&reply->park);
	reply->head.content_type = NULL;
	reply->head.eas_status = 0;
	return TRUE;
}

static void eas_reply_abort(struct eas_reply *reply)
{
	if (reply->aborted)
		return;
	reply->aborted = TRUE;
	buffer_set_used_size(reply->held, 0);
	(void)o_stream_flush(reply->body);
	o_stream_abort(reply->body);
	directpush_ipc_body_abort(reply->output);
}

void eas_reply_http_status(struct eas_reply *reply, unsigned int status)
{
	if (!eas_reply_restart(reply)) {
		eas_reply_abort(reply);
		return;
	}
	reply->head.status = status;
}

void eas_reply_unavailable(struct eas_reply *reply, unsigned int retry_after_secs)
{
	eas_reply_http_status(reply, 503);
	reply->head.retry_after_secs = retry_after_secs;
}

void eas_reply_add_header(struct eas_reply *reply, const char *name, const char *value)
{
	i_assert(strpbrk(name, ":\r\n") == NULL && strpbrk(value, "\r\n") == NULL);

	if (str_len(reply->headers) > 0)
		str_append_c(reply->headers, '\n');
	str_printfa(reply->headers, "%s: %s", name, value);
}

void eas_reply_park(struct eas_reply *reply, const struct directpush_ipc_park *park)
{
	i_assert(reply->body == NULL && reply->park == NULL);

	reply->park = str_new(default_pool, 1024);
	directpush_ipc_park_append(reply->park, park);
}

void eas_reply_announce(struct eas_reply *reply)
{
	reply->head.announce = TRUE;
}

void eas_reply_set_eas_status(struct eas_reply *reply, unsigned int eas_status)
{
	reply->head.eas_status = eas_status;
}

void eas_reply_flush(struct eas_reply *reply)
{
	if (reply->aborted || reply->held->used == 0)
		return;
	eas_reply_flow(reply);
	(void)o_stream_flush(reply->body);
}
