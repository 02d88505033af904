/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_REQUEST_H
#define DIRECTPUSH_REQUEST_H

/* One HTTP request from its header to its answer: what does it ask, who asks, and who
   answers: we (OPTIONS, errors), a worker, or later, when it is parked. */

#include "directpush-auth.h"
#include "directpush-device.h"
#include "directpush-job.h"
#include "directpush-order.h"

struct directpush_connection;
struct http_server_request;
struct istream;

enum directpush_request_method {
	DIRECTPUSH_REQUEST_OPTIONS,
	DIRECTPUSH_REQUEST_POST
};

struct directpush_request {
	/* of the connection */
	struct directpush_request *prev, *next;
	struct directpush_connection *conn;
	/* NULL while it is asleep: the connection let lib-http go, as for a parked
	   request, since the worker takes its time to answer */
	struct http_server_request *http;
	pool_t pool;
	/* monotonic clock */
	uint64_t asked_msecs;

	enum directpush_request_method method;
	struct eas_request eas;
	const struct eas_command *command;
	/* the phone's address, behind all proxies */
	struct ip_addr remote_ip;
	bool http10, close;

	/* SASL PLAIN response, wiped when the request ends; the name in it */
	char *credentials;
	const char *login_name;
	struct directpush_auth_request *auth_request;
	struct directpush_auth_login *login;
	struct directpush_auth_id auth_id;
	struct directpush_device *device;

	/* the body: of requests that may wait it is gathered first, up to a limit */
	struct istream *payload;
	struct io *io_payload;
	buffer_t *body;
	uoff_t body_size, max_body_size;

	struct directpush_job *job;
	struct directpush_watch watch;
	unsigned int seq;
	struct directpush_order_key order_key;
	/* while it is about to be parked */
	struct directpush_order *order;

	/* when it falls asleep, and the answer that came then */
	struct directpush_timer sleep_timer;
	struct directpush_ipc_reply *reply;
	struct istream *reply_body;
	/* of a reply that is not a worker's; NULL otherwise */
	const char *reply_reason;

	/* for the log */
	unsigned int status, eas_status;
	const char *reason;
};

/* lib-http got a request. */
void directpush_request_create(struct directpush_connection *conn,
			       struct http_server_request *http);
/* A parked one that is known already, and its answer. body may be NULL. */
void directpush_request_create_answered(struct directpush_connection *conn,
					struct http_server_request *http,
					struct directpush_auth_login *login,
					const struct eas_request *eas,
					const struct directpush_ipc_reply *reply,
					struct istream *body);
/* Of one that is asleep: wake lib-http for it, which soon calls the second one (-1: the
   connection is destroyed); the connection goes. */
int directpush_request_replay(struct directpush_request *req);
void directpush_request_awake(struct directpush_request *req,
			      struct http_server_request *http);
void directpush_request_lost(struct directpush_request *req);
/* Parked, or answered without lib-http: it is no longer needed. */
void directpush_request_free(struct directpush_request *req);
/* lib-http may go, the request stays. */
void directpush_request_detach(struct directpush_request *req);

/* Of one with an order: answer that nothing happened. */
void directpush_request_answer_expired(struct directpush_request *req);

/* The answer was given to lib-http, though it may not have left yet. */
bool directpush_request_is_answered(const struct directpush_request *req);

/* Answer without a body. reason: for the log */
void directpush_request_fail(struct directpush_request *req, unsigned int status,
			     unsigned int retry_after_secs, const char *reason);

/* What a worker answered. body may be NULL. */
void directpush_request_respond(struct directpush_request *req,
				const struct directpush_ipc_reply *reply,
				struct istream *body);
/* Leave the rest of the body to lib-http, which skips it. */
void directpush_request_stop_reading(struct directpush_request *req);
void directpush_request_get_auth_info(const struct directpush_request *req,
				      struct directpush_auth_info *info_r);

/* What the request asks, from target and headers. FALSE: it was answered. */
bool directpush_request_parse(struct directpush_request *req);
/* Whose credentials it carries. FALSE: it was answered. */
bool directpush_request_parse_credentials(struct directpush_request *req);

/* The user is known: to a worker, and what comes of it. */
void directpush_request_run(struct directpush_request *req);

#endif
