/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A request whose user is known: to a worker with it, its answer back, or to the
   parked ones. */

#include "lib.h"
#include "buffer.h"
#include "ioloop.h"
#include "istream.h"
#include "str.h"
#include "http-server.h"
#include "directpush-admin.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-foreign.h"
#include "directpush-http.h"
#include "directpush-parked.h"
#include "directpush-user.h"
#include "directpush-request.h"

/* A body that may come again is gathered up to this to be compared. */
#define REQUEST_MAX_GATHERED_BYTES (64*1024)
#define REQUEST_BUSY_RETRY_AFTER_SECS 10
/* A Ping whose worker does not answer at once (it is just being started) lets lib-http
   go: when many phones come at once, what they all need for a moment leaves holes. So does
   a Sync that no worker has taken after this time: a mail for everybody makes thousands of
   them wait, and lib-http needs two more file descriptors for each. */
#define REQUEST_SLEEP_MSECS 5
#define REQUEST_QUEUED_SLEEP_MSECS 200

static bool request_may_park(const struct directpush_request *req)
{
	return (req->command->flags & EAS_COMMAND_FLAG_MAY_PARK) != 0;
}

/*
 * Parking
 */

/* Nobody waits: the answer to a wait that is over at once. */
void directpush_request_answer_expired(struct directpush_request *req)
{
	const struct directpush_ipc_park *park = &req->order->park;
	struct http_server_response *resp;

	req->status = 200;
	resp = directpush_http_response(req->http, 200);
	if (park->expired_size > 0) {
		http_server_response_add_header(resp, "Content-Type",
						DIRECTPUSH_HTTP_WBXML_TYPE);
		http_server_response_set_payload_data(resp, park->expired,
						      park->expired_size);
	}
	http_server_response_submit(resp);
}

static void request_create_parked(struct directpush_request *req)
{
	struct directpush_parked_params params;

	i_zero(&params);
	params.conn = req->conn;
	params.device = req->device;
	params.login = req->login;
	params.order = req->order;
	params.request = &req->eas;
	params.credentials = req->credentials;
	params.remote_ip = req->remote_ip;
	params.asked_msecs = req->asked_msecs;
	params.http10 = req->http10;
	params.close = req->close;
	params.look = directpush_watch_concerns(&req->watch, req->order);
	directpush_parked_create(&params);
}

static void request_parked(bool parked, void *context)
{
	struct directpush_request *req = context;

	if (parked)
		request_create_parked(req);
	else {
		req->reason = "ended by the next request";
		directpush_request_answer_expired(req);
	}
}

/* The order came while the request was asleep. */
static void request_park_asleep(struct directpush_request *req, bool over)
{
	const struct directpush_ipc_park *park = &req->order->park;
	struct directpush_connection *conn = req->conn;
	bool close = req->close;
	string_t *response;

	if (!over) {
		request_create_parked(req);
		directpush_request_free(req);
		directpush_connection_asked(conn);
		return;
	}
	response = t_str_new(512);
	directpush_http_append_response(response, park->expired, park->expired_size,
					req->http10, close);
	req->status = 200;
	directpush_request_free(req);
	(void)directpush_connection_answer(conn, response, close);
}

/* Takes the reference to order. */
static void request_park(struct directpush_request *req,
			 struct directpush_order *order)
{
	bool over = TRUE;

	req->order = order;
	if (directpush_dying)
		req->reason = "shutting down";
	else if (req->seq != *directpush_device_get_seq(req->device, req->eas.command))
		req->reason = "ended by a newer request of the device";
	else
		over = FALSE;

	if (req->http == NULL) {
		/* else lib-http is being woken for it */
		if (req->conn->state == DIRECTPUSH_CONNECTION_ASKING)
			request_park_asleep(req, over);
	} else {
		directpush_request_stop_reading(req);
		if (over)
			directpush_request_answer_expired(req);
		else
			directpush_connection_park(req->conn, request_parked, req);
	}
}

/*
 * The worker's answer
 */

/* Keep the answer until lib-http is there again. */
static void request_answer_later(struct directpush_request *req,
				 const struct directpush_ipc_reply *reply,
				 struct istream *body, const char *reason)
{
	req->reply = p_new(req->pool, struct directpush_ipc_reply, 1);
	*req->reply = *reply;
	req->reply->content_type = p_strdup(req->pool, reply->content_type);
	req->reply->headers = p_strdup(req->pool, reply->headers);
	req->reply_reason = p_strdup(req->pool, reason);
	if (body != NULL && reply->content_length > 0) {
		req->reply_body = body;
		i_stream_ref(body);
	}
	/* else it is already on its way: the phone sent something */
	if (req->conn->state == DIRECTPUSH_CONNECTION_ASKING)
		(void)directpush_request_replay(req);
}

static void request_job_over(struct directpush_request *req)
{
	req->job = NULL;
	directpush_timer_stop(&req->sleep_timer);
	/* it may be about to fall asleep */
	directpush_connection_park_abort(req->conn, req);
}

static void request_job_reply(void *context, const struct directpush_ipc_reply *reply,
			      struct istream *body)
{
	struct directpush_request *req = context;

	request_job_over(req);
	if (req->http == NULL)
		request_answer_later(req, reply, body, NULL);
	else
		directpush_request_respond(req, reply, body);
}

static void request_job_failed(void *context, unsigned int status,
			       unsigned int retry_after_secs, const char *reason)
{
	struct directpush_request *req = context;
	struct directpush_ipc_reply reply;

	request_job_over(req);
	if (req->http != NULL) {
		directpush_request_fail(req, status, retry_after_secs, reason);
		return;
	}
	i_zero(&reply);
	reply.status = status;
	reply.retry_after_secs = retry_after_secs;
	request_answer_later(req, &reply, NULL, reason);
}

static void request_job_park(void *context, const char *fields)
{
	struct directpush_request *req = context;
	struct directpush_order **device_order, *order;
	const char *error;

	request_job_over(req);
	device_order = directpush_device_get_order(req->device, req->eas.command);
	if (device_order == NULL)
		error = "command does not wait";
	else if ((order = directpush_order_create(fields, &req->order_key,
						  &error)) != NULL) {
		order->looked_msecs = directpush_timer_now_msecs();
		directpush_order_unref(device_order);
		directpush_order_ref(order);
		*device_order = order;
		directpush_foreign_add(req->device, order);
		request_park(req, order);
		return;
	}
	e_error(directpush_event, "user %s: worker sent a broken order: %s",
		req->login->user->name, error);
	request_job_failed(req, 500, 0, "broken order from worker");
}

static const struct directpush_job_callbacks request_job_callbacks = {
	.reply = request_job_reply,
	.park = request_job_park,
	.failed = request_job_failed
};

/* rest: of the body, behind what was gathered; NULL if there is none */
static void request_start_job(struct directpush_request *req, struct istream *rest)
{
	struct directpush_order **order =
		directpush_device_get_order(req->device, req->eas.command);
	struct directpush_job_params params;

	i_zero(&params);
	params.login = req->login;
	directpush_request_get_auth_info(req, &params.auth);
	params.id = req->auth_id;
	req->auth_id.id = 0;
	params.run.request = req->eas;
	params.run.remote_ip = req->remote_ip;
	params.run.session_id = directpush_connection_get_session_id(req->conn);
	params.run.sync_lost = req->device->sync_lost;
	params.run.folders_changed = order != NULL && *order != NULL &&
		(*order)->folders_changed;
	params.run.heartbeat_max_secs =
		directpush_heartbeat_get_limit(&req->device->heartbeat,
					       req->asked_msecs);
	if (req->body != NULL) {
		params.body.prefix = req->body->data;
		params.body.prefix_size = req->body->used;
	}
	params.run.body_size = rest == NULL ? params.body.prefix_size :
		req->body_size;
	params.body.rest = rest;
	params.body.max_size = req->max_body_size;
	req->job = directpush_job_start(&params, &request_job_callbacks, req);
}

/*
 * The body of requests that may wait
 */

/* Not every change tells us: a process may be killed between its commit and its line, or
   be on another host. */
static bool request_order_is_old(const struct directpush_request *req,
				 const struct directpush_order *order)
{
	return req->asked_msecs >= order->looked_msecs +
		directpush_set->directpush_look_interval * 1000ULL;
}

/* The same request again, and nothing happened: no worker is needed. */
static bool request_try_repeat(struct directpush_request *req)
{
	struct directpush_order *order =
		*directpush_device_get_order(req->device, req->eas.command);
	unsigned int limit_secs =
		directpush_heartbeat_get_limit(&req->device->heartbeat,
					       req->asked_msecs);

	/* after a lost Sync only a worker knows what the phone has */
	if (req->device->sync_lost)
		return FALSE;
	if (order == NULL || !directpush_order_can_repeat(order, &req->order_key) ||
	    request_order_is_old(req, order) ||
	    (limit_secs != 0 && order->park.heartbeat_secs > limit_secs))
		return FALSE;
	directpush_counter_add(DIRECTPUSH_COUNTER_PARKED_WITHOUT_WORKER);
	directpush_auth_id_forget(&req->auth_id);
	directpush_order_ref(order);
	request_park(req, order);
	return TRUE;
}

static void request_asleep(bool asleep, void *context)
{
	struct directpush_request *req = context;

	if (asleep)
		directpush_request_detach(req);
}

static void request_sleep(struct directpush_request *req)
{
	/* a Sync's worker has something to say soon */
	if (req->eas.command != EAS_COMMAND_PING && directpush_job_has_worker(req->job))
		return;
	if (req->conn->requests == req && req->next == NULL &&
	    req->conn->to_park == NULL)
		directpush_connection_park(req->conn, request_asleep, req);
}

static void request_gathered(struct directpush_request *req)
{
	io_remove(&req->io_payload);
	directpush_order_key_init(&req->order_key, &req->eas,
				  req->body->data, req->body->used);
	if (request_try_repeat(req))
		return;
	request_start_job(req, NULL);
	directpush_request_stop_reading(req);
	directpush_timer_start(&req->sleep_timer, req->eas.command == EAS_COMMAND_PING ?
			       REQUEST_SLEEP_MSECS : REQUEST_QUEUED_SLEEP_MSECS,
			       request_sleep, req);
}

static void request_gathered_too_much(struct directpush_request *req)
{
	if (req->eas.command == EAS_COMMAND_PING) {
		directpush_request_fail(req, 413, 0, "request is too large");
		return;
	}
	io_remove(&req->io_payload);
	i_zero(&req->order_key);
	request_start_job(req, req->payload);
}

static void request_gather(struct directpush_request *req)
{
	const unsigned char *data;
	size_t size;
	int ret;

	while ((ret = i_stream_read_more(req->payload, &data, &size)) > 0) {
		if (req->body->used + size > REQUEST_MAX_GATHERED_BYTES) {
			request_gathered_too_much(req);
			return;
		}
		buffer_append(req->body, data, size);
		i_stream_skip(req->payload, size);
	}
	if (ret == 0)
		return;
	if (req->payload->stream_errno == 0)
		request_gathered(req);
	else {
		directpush_request_fail(req, req->payload->stream_errno == EMSGSIZE ?
					413 : 400, 0, "request's body is broken");
	}
}

/*
 * From the user on
 */

static void request_run_may_park(struct directpush_request *req)
{
	struct directpush_device *device = req->device;

	/* The newest of a device is the only one (quirks 9, 117). */
	req->seq = ++*directpush_device_get_seq(device, req->eas.command);
	directpush_parked_end_older(device, req->eas.command);
	/* before anybody looks at the mailboxes */
	directpush_watch_start(&req->watch, device);
	if (req->eas.command != EAS_COMMAND_PING) {
		/* it may change what a Ping would wait for */
		directpush_order_unref(&device->ping_order);
		directpush_device_sync_begin(device);
	}
	req->body = buffer_create_dynamic(default_pool, 512);
	req->io_payload = io_add_istream(req->payload, request_gather, req);
	request_gather(req);
}

/* lib-http says it only for bodies that it handles itself. Not before the user
   is known: nobody shall send a large mail for nothing. */
static void request_send_100_continue(struct directpush_request *req)
{
	static const char response[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const struct http_request *http = http_server_request_get(req->http);

	if (!http->expect_100_continue || http->version_minor == 0 ||
	    req->conn->requests != req)
		return;
	/* whether it is lost shows when the body is read */
	(void)directpush_transport_send(&req->conn->transport, response,
					strlen(response));
}

/* Returns FALSE if it is refused. */
static bool request_check_rate(struct directpush_request *req)
{
	const struct directpush_settings *set = directpush_set;
	struct directpush_device *device = req->device;
	const char *setting = "directpush_device_rate";
	unsigned int limit = set->directpush_device_rate, wait_secs;

	wait_secs = directpush_rate_add(&device->rate, limit, req->asked_msecs);
	if (wait_secs == 0) {
		setting = "directpush_user_rate";
		limit = set->directpush_user_rate;
		wait_secs = directpush_rate_add(&device->user->rate, limit,
						req->asked_msecs);
	}
	if (wait_secs == 0) {
		device->rate_logged = FALSE;
		return TRUE;
	}
	directpush_counter_add(DIRECTPUSH_COUNTER_THROTTLED);
	if (!device->rate_logged) {
		device->rate_logged = TRUE;
		e_info(directpush_event, "user %s: device %s: More than %u requests "
		       "a minute (%s), the last one is a %s: "
		       "answering 503 until it slows down", device->user->name,
		       device->id, limit, setting, req->command->name);
	}
	directpush_request_fail(req, 503,
				I_MAX(wait_secs, REQUEST_BUSY_RETRY_AFTER_SECS),
				"too many requests a minute");
	return FALSE;
}

void directpush_request_run(struct directpush_request *req)
{
	req->device = directpush_device_get(req->login->user, req->eas.device_id);
	req->device->requests_count++;
	directpush_device_asks(req->device, req->conn);
	if (req->device->requests_count >
	    directpush_set->directpush_max_requests_per_device) {
		directpush_request_fail(req, 503, REQUEST_BUSY_RETRY_AFTER_SECS,
					"directpush_max_requests_per_device reached");
		return;
	}
	if (!request_check_rate(req))
		return;
	request_send_100_continue(req);
	if (request_may_park(req)) {
		request_run_may_park(req);
		return;
	}
	directpush_device_forget_orders(req->device);
	request_start_job(req, req->body_size == 0 ? NULL : req->payload);
}
