/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "ioloop.h"
#include "istream.h"
#include "llist.h"
#include "safe-memset.h"
#include "http-server.h"
#include "directpush-admin.h"
#include "directpush-common.h"
#include "directpush-auth-name.h"
#include "directpush-connection.h"
#include "directpush-http.h"
#include "directpush-parked.h"
#include "directpush-user.h"
#include "directpush-request.h"

/* when the auth process does not answer */
#define REQUEST_AUTH_RETRY_AFTER_SECS 15

/*
 * Life
 */

static const char *request_get_name(const struct directpush_request *req)
{
	return req->command != NULL ? req->command->name :
		req->method == DIRECTPUSH_REQUEST_OPTIONS ? "OPTIONS" : "Request";
}

static void request_log(struct directpush_request *req)
{
	unsigned int msecs = directpush_timer_now_msecs() - req->asked_msecs;
	const char *user = req->login != NULL ? req->login->user->name :
		req->login_name != NULL ? req->login_name : "-";
	const char *line;
	struct event_passthrough *e;

	line = t_strdup_printf("%s: user=<%s>, device=%s, rip=%s, session=<%s>: "
		"%u%s%s%s, %u ms", request_get_name(req), str_sanitize(user, 128),
		req->eas.device_id == NULL ? "-" : req->eas.device_id,
		net_ip2addr(&req->remote_ip),
		directpush_connection_get_session_id(req->conn), req->status,
		req->eas_status == 0 ? "" :
			t_strdup_printf(", Status %u", req->eas_status),
		req->reason == NULL ? "" : ": ",
		req->reason == NULL ? "" : str_sanitize(req->reason, 256), msecs);
	e = event_create_passthrough(directpush_event)->
		set_name("directpush_request_finished")->
		add_str("user", user)->
		add_str("device_id", req->eas.device_id)->
		add_str("device_type", req->eas.device_type)->
		add_str("cmd", request_get_name(req))->
		add_str("session", directpush_connection_get_session_id(req->conn))->
		add_int("http_status", req->status)->
		add_int("status", req->eas_status)->
		add_int("msecs", msecs);
	directpush_counter_add(DIRECTPUSH_COUNTER_REQUESTS);
	if (req->status >= 400)
		directpush_counter_add(DIRECTPUSH_COUNTER_REQUESTS_FAILED);
	/* phones begin without credentials, to hear that they are asked for */
	if (req->status >= 400 && req->credentials != NULL)
		e_info(e->event(), "%s", line);
	else
		e_debug(e->event(), "%s", line);
}

void directpush_request_stop_reading(struct directpush_request *req)
{
	io_remove(&req->io_payload);
	i_stream_unref(&req->payload);
}

/* A Ping that comes next wants to know. */
static void request_sync_ended(struct directpush_request *req)
{
	if (req->device == NULL || req->eas.command != EAS_COMMAND_SYNC)
		return;
	if (!req->conn->lost) {
		if (req->status == 200)
			directpush_device_sync_answered(req->device, req->conn);
	} else if (req->job != NULL || req->reply != NULL || req->status != 0) {
		directpush_device_sync_lost(req->device);
	}
}

void directpush_request_free(struct directpush_request *req)
{
	request_sync_ended(req);
	directpush_timer_stop(&req->sleep_timer);
	directpush_connection_park_abort(req->conn, req);
	directpush_order_unref(&req->order);
	i_stream_unref(&req->reply_body);
	if (req->status != 0) T_BEGIN {
		request_log(req);
	} T_END;
	DLLIST_REMOVE(&req->conn->requests, req);
	if (req->auth_request != NULL)
		directpush_auth_abort(&req->auth_request);
	directpush_job_abort(&req->job);
	directpush_auth_id_forget(&req->auth_id);
	directpush_watch_stop(&req->watch);
	if (req->device != NULL) {
		req->device->requests_count--;
		directpush_device_unref(&req->device);
	}
	directpush_auth_login_unref(&req->login);
	directpush_request_stop_reading(req);
	buffer_free(&req->body);
	if (req->credentials != NULL) {
		safe_memset(req->credentials, 0, strlen(req->credentials));
		i_free(req->credentials);
	}
	if (req->http != NULL)
		http_server_request_unref(&req->http);
	pool_unref(&req->pool);
}

/* lib-http is done with it: answered, or the connection goes. */
static void request_destroyed(struct directpush_request *req)
{
	if (req->http != NULL)
		directpush_request_free(req);
}

void directpush_request_detach(struct directpush_request *req)
{
	http_server_request_unref(&req->http);
	req->http = NULL;
}

static void request_attach(struct directpush_request *req,
			   struct http_server_request *http)
{
	req->http = http;
	http_server_request_ref(http);
	http_server_request_set_destroy_callback(http, request_destroyed, req);
}

int directpush_request_replay(struct directpush_request *req)
{
	return directpush_connection_replay(req->conn, req->http10, req->close);
}

void directpush_request_awake(struct directpush_request *req,
			      struct http_server_request *http)
{
	i_assert(req->http == NULL);
	request_attach(req, http);
	if (req->order != NULL) {
		/* it would have been parked, but the phone sent another one */
		directpush_request_answer_expired(req);
		return;
	}
	if (req->reply == NULL)
		return;
	if (req->reply_reason != NULL) {
		directpush_request_fail(req, req->reply->status,
					req->reply->retry_after_secs,
					req->reply_reason);
	} else
		directpush_request_respond(req, req->reply, req->reply_body);
}

void directpush_request_lost(struct directpush_request *req)
{
	i_assert(req->http == NULL);
	directpush_request_free(req);
}

static struct directpush_request *
request_alloc(struct directpush_connection *conn, struct http_server_request *http)
{
	pool_t pool = pool_alloconly_create("directpush request", 2048);
	struct directpush_request *req = p_new(pool, struct directpush_request, 1);
	struct directpush_request **last;

	req->pool = pool;
	req->conn = conn;
	req->http = http;
	req->asked_msecs = directpush_timer_now_msecs();
	req->remote_ip = conn->peer.remote_ip;
	/* oldest first; there are two at most, usually one */
	for (last = &conn->requests; *last != NULL; last = &(*last)->next)
		req->prev = *last;
	*last = req;
	request_attach(req, http);
	return req;
}

bool directpush_request_is_answered(const struct directpush_request *req)
{
	return req->status != 0;
}

void directpush_request_fail(struct directpush_request *req, unsigned int status,
			     unsigned int retry_after_secs, const char *reason)
{
	i_assert(req->status == 0);
	req->status = status;
	req->reason = p_strdup(req->pool, reason);
	if (status == 401)
		directpush_http_fail_auth(req->http);
	else
		directpush_http_fail(req->http, status, retry_after_secs);
	/* lib-http has words of its own for a broken body, unless it has ours */
	directpush_request_stop_reading(req);
}

/* lib-http asserts that nobody breaks out of the header. */
static bool header_is_one_line(const char *header)
{
	return strpbrk(header, "\r\n") == NULL;
}

void directpush_request_respond(struct directpush_request *req,
				const struct directpush_ipc_reply *reply,
				struct istream *body)
{
	struct http_server_response *resp;
	const char *const *header, *value;

	i_assert(req->status == 0);
	req->status = reply->status;
	req->eas_status = reply->eas_status;
	resp = directpush_http_response(req->http, reply->status);
	if (reply->content_type != NULL && header_is_one_line(reply->content_type)) {
		http_server_response_add_header(resp, "Content-Type",
						reply->content_type);
	}
	directpush_http_retry_after(resp, reply->retry_after_secs);
	if (reply->announce)
		directpush_http_announce(resp, TRUE);
	header = reply->headers == NULL ? NULL : t_strsplit(reply->headers, "\n");
	for (; header != NULL && *header != NULL; header++) {
		value = strchr(*header, ':');
		if (value != NULL && header_is_one_line(*header)) {
			http_server_response_add_header(resp,
				t_strdup_until(*header, value),
				value + (value[1] == ' ' ? 2 : 1));
		}
	}
	if (body != NULL && reply->content_length > 0)
		http_server_response_set_payload(resp, body);
	http_server_response_submit(resp);
	directpush_request_stop_reading(req);
}

/*
 * Who asks
 */

static void request_set_login(struct directpush_request *req,
			      struct directpush_auth_login *login)
{
	req->login = login;
	directpush_auth_login_ref(login);
	if (req->eas.query_user != NULL &&
	    directpush_auth_name_conflicts(req->eas.query_user, req->login_name,
					   login->user->name)) {
		directpush_request_fail(req, 403, 0,
					"query names another user than the credentials");
		return;
	}
	if (req->method == DIRECTPUSH_REQUEST_OPTIONS) {
		req->status = 200;
		directpush_http_options(req->http);
		directpush_request_stop_reading(req);
		return;
	}
	directpush_request_run(req);
}

static void request_log_login(struct directpush_request *req)
{
	struct directpush_connection *conn = req->conn;

	e_info(directpush_event, "Login: user=<%s>, method=PLAIN, rip=%s, lip=%s, "
	       "device=%s, session=<%s>%s", req->login->user->name,
	       net_ip2addr(&req->remote_ip), net_ip2addr(&conn->peer.local_ip),
	       req->eas.device_id == NULL ? "-" : req->eas.device_id,
	       directpush_connection_get_session_id(conn),
	       conn->transport.ssl != NULL ? ", TLS" :
	       conn->secured ? ", secured" : "");
}

static void request_auth_callback(const struct directpush_auth_reply *reply,
				  struct directpush_request *req)
{
	const char *reason = reply->reason;

	req->auth_request = NULL;
	switch (reply->status) {
	case DIRECTPUSH_AUTH_OK:
		req->auth_id = reply->id;
		request_set_login(req, reply->login);
		/* not again with each password that is asked for a second time */
		if (!req->conn->login_logged) {
			req->conn->login_logged = TRUE;
			request_log_login(req);
		}
		break;
	case DIRECTPUSH_AUTH_WRONG:
		directpush_request_fail(req, 401, 0, reason != NULL ? reason :
					"wrong user or password");
		break;
	case DIRECTPUSH_AUTH_DENIED:
		directpush_request_fail(req, 403, 0, reason != NULL ? reason :
					"user may not log in");
		break;
	case DIRECTPUSH_AUTH_UNAVAILABLE:
		directpush_request_fail(req, 503, REQUEST_AUTH_RETRY_AFTER_SECS,
					reason != NULL ? reason :
					"temporary authentication failure");
		break;
	}
}

static void request_authenticate(struct directpush_request *req)
{
	struct directpush_auth_info info;
	struct directpush_auth_login *login;

	directpush_request_get_auth_info(req, &info);
	login = directpush_auth_cached(&info);
	if (login != NULL)
		request_set_login(req, login);
	else {
		req->auth_request = directpush_auth_start(&info,
							  request_auth_callback, req);
	}
}

void directpush_request_get_auth_info(const struct directpush_request *req,
				      struct directpush_auth_info *info_r)
{
	i_zero(info_r);
	info_r->conn = req->conn;
	info_r->credentials = req->credentials;
	info_r->device_id = req->eas.device_id == NULL ? "" : req->eas.device_id;
	info_r->remote_ip = req->remote_ip;
}

void directpush_request_create(struct directpush_connection *conn,
			       struct http_server_request *http)
{
	struct directpush_request *req;
	uoff_t body_size;

	if (http_request_get_payload_size(http_server_request_get(http),
					  &body_size) <= 0)
		body_size = UOFF_T_MAX;
	directpush_connection_request_begin(conn, body_size);
	if (conn->parked != NULL) {
		directpush_parked_replayed(conn->parked, http);
		return;
	}
	if (conn->requests != NULL && conn->requests->http == NULL) {
		directpush_request_awake(conn->requests, http);
		return;
	}
	req = request_alloc(conn, http);
	req->body_size = body_size;
	if (!directpush_request_parse(req) ||
	    !directpush_request_parse_credentials(req))
		return;
	req->payload = http_server_request_get_payload_input(http, FALSE);
	request_authenticate(req);
}

void directpush_request_create_answered(struct directpush_connection *conn,
					struct http_server_request *http,
					struct directpush_auth_login *login,
					const struct eas_request *eas,
					const struct directpush_ipc_reply *reply,
					struct istream *body)
{
	struct directpush_request *req = request_alloc(conn, http);

	eas_request_copy(req->pool, eas, &req->eas);
	req->command = eas_command_get(eas->command);
	req->login = login;
	directpush_auth_login_ref(login);
	if (reply->status == 401)
		directpush_request_fail(req, 401, 0, "credentials are no longer valid");
	else
		directpush_request_respond(req, reply, body);
}
