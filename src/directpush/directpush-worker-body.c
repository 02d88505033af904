/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "iostream-pump.h"
#include "istream.h"
#include "istream-sized.h"
#include "ostream.h"
#include "directpush-ipc-body.h"
#include "directpush-worker.h"
#include "directpush-worker-body.h"

struct directpush_worker_sender {
	struct ostream *output, *body_output;
	/* what is still to be sent: the bytes at hand, then the rest */
	struct istream *prefix, *rest;
	uoff_t max_size;
	struct iostream_pump *pump;

	directpush_worker_sender_callback_t *callback;
	void *context;
};

static void sender_next(struct directpush_worker_sender *sender);

static void sender_free(struct directpush_worker_sender *sender)
{
	if (sender->pump != NULL)
		iostream_pump_destroy(&sender->pump);
	i_stream_unref(&sender->prefix);
	i_stream_unref(&sender->rest);
	o_stream_unset_flush_callback(sender->body_output);
	o_stream_unref(&sender->body_output);
	o_stream_unref(&sender->output);
	i_free(sender);
}

static void sender_give_up(struct directpush_worker_sender *sender, bool tell_worker)
{
	o_stream_abort(sender->body_output);
	if (tell_worker)
		directpush_ipc_body_abort(sender->output);
}

static void sender_done(struct directpush_worker_sender *sender,
			enum directpush_worker_sender_result result)
{
	directpush_worker_sender_callback_t *callback = sender->callback;
	void *context = sender->context;

	if (result != DIRECTPUSH_WORKER_SENDER_DONE) {
		sender_give_up(sender, result !=
			       DIRECTPUSH_WORKER_SENDER_WORKER_LOST);
	}
	sender_free(sender);
	callback(result, context);
}

static void sender_pumped(enum iostream_pump_status status,
			  struct directpush_worker_sender *sender)
{
	iostream_pump_destroy(&sender->pump);
	switch (status) {
	case IOSTREAM_PUMP_STATUS_INPUT_EOF:
		if (sender->prefix != NULL)
			i_stream_unref(&sender->prefix);
		else if (sender->rest->v_offset > sender->max_size) {
			sender_done(sender, DIRECTPUSH_WORKER_SENDER_BODY_TOO_LARGE);
			return;
		} else
			i_stream_unref(&sender->rest);
		sender_next(sender);
		break;
	case IOSTREAM_PUMP_STATUS_INPUT_ERROR:
		sender_done(sender, DIRECTPUSH_WORKER_SENDER_BODY_BROKEN);
		break;
	case IOSTREAM_PUMP_STATUS_OUTPUT_ERROR:
		sender_done(sender, DIRECTPUSH_WORKER_SENDER_WORKER_LOST);
		break;
	}
}

static int sender_flush(struct directpush_worker_sender *sender)
{
	int ret = o_stream_finish(sender->body_output);

	if (ret != 0) {
		sender_done(sender, ret > 0 ? DIRECTPUSH_WORKER_SENDER_DONE :
			    DIRECTPUSH_WORKER_SENDER_WORKER_LOST);
	}
	return ret;
}

static void sender_next(struct directpush_worker_sender *sender)
{
	struct istream *input = sender->prefix != NULL ?
		sender->prefix : sender->rest;
	struct ostream *output;

	if (input == NULL) {
		o_stream_set_flush_callback(sender->body_output,
					    sender_flush, sender);
		o_stream_set_flush_pending(sender->body_output, TRUE);
		return;
	}
	/* 2.4's pump finishes its output: more may have to follow, or the body turn out too large */
	output = o_stream_create_passthrough(sender->body_output);
	o_stream_set_finish_also_parent(output, FALSE);
	sender->pump = iostream_pump_create(input, output);
	o_stream_unref(&output);
	iostream_pump_set_completion_callback(sender->pump, sender_pumped, sender);
	iostream_pump_start(sender->pump);
}

/* The usual small request: everything leaves at once. */
static bool sender_try_send(struct directpush_worker_sender *sender,
			    const struct directpush_worker_body *body)
{
	ssize_t ret;

	if (body->rest != NULL)
		return FALSE;
	ret = o_stream_send(sender->body_output, body->prefix, body->prefix_size);
	if (ret < 0)
		return FALSE;
	if ((size_t)ret < body->prefix_size) {
		sender->prefix = i_stream_create_from_data(
			CONST_PTR_OFFSET(body->prefix, ret), body->prefix_size - ret);
		return FALSE;
	}
	return o_stream_finish(sender->body_output) > 0;
}

#undef directpush_worker_sender_create
struct directpush_worker_sender *
directpush_worker_sender_create(struct ostream *output,
				const struct directpush_worker_body *body,
				directpush_worker_sender_callback_t *callback,
				void *context)
{
	struct directpush_worker_sender *sender;

	sender = i_new(struct directpush_worker_sender, 1);
	sender->output = output;
	o_stream_ref(output);
	sender->body_output = o_stream_create_directpush_ipc_body(output);
	o_stream_set_no_error_handling(sender->body_output, TRUE);
	sender->callback = callback;
	sender->context = context;
	if (sender_try_send(sender, body)) {
		sender_free(sender);
		return NULL;
	}
	if (body->rest != NULL) {
		if (body->prefix_size > 0) {
			sender->prefix = i_stream_create_from_data(body->prefix,
								   body->prefix_size);
		}
		/* one byte more tells that it is too large */
		sender->max_size = body->max_size - body->prefix_size;
		sender->rest = i_stream_create_limit(body->rest, sender->max_size + 1);
	}
	sender_next(sender);
	return sender;
}

void directpush_worker_sender_abort(struct directpush_worker_sender **_sender,
				    bool tell_worker)
{
	struct directpush_worker_sender *sender = *_sender;

	*_sender = NULL;
	sender_give_up(sender, tell_worker);
	sender_free(sender);
}

struct istream *
directpush_worker_body_istream(struct istream *body, uoff_t content_length)
{
	if (content_length == UOFF_T_MAX)
		return i_stream_create_limit(body, UOFF_T_MAX);
	return i_stream_create_sized(body, content_length);
}
