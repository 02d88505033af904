/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_HTTP_H
#define DIRECTPUSH_HTTP_H

/* lib-http for the front: its limits, and answers that all requests share. */

#define DIRECTPUSH_HTTP_WBXML_TYPE "application/vnd.ms-sync.wbxml"

struct directpush_connection;
struct http_server_request;
struct http_server_response;

void directpush_http_init(void);
void directpush_http_deinit(void);

/* Takes fd. conn->http is NULL again when lib-http is done with it. */
void directpush_http_open(struct directpush_connection *conn, int fd);
/* An unanswered request is dropped without a word. */
void directpush_http_close(struct directpush_connection *conn, const char *reason);

/* A response with the headers that all ours have. */
struct http_server_response *
directpush_http_response(struct http_server_request *req, unsigned int status);
/* A phone that cannot be served now shall come back after so many seconds, or somewhat later: those
   that are refused together do not come back together. 0: no such header */
void directpush_http_retry_after(struct http_server_response *resp, unsigned int secs);
/* Answer without a body. retry_after_secs 0: no such header */
void directpush_http_fail(struct http_server_request *req, unsigned int status,
			  unsigned int retry_after_secs);
/* 401: with no body, some phones show it (quirk 24) */
void directpush_http_fail_auth(struct http_server_request *req);
/* Headers that say what we speak. again: to one that was told before */
void directpush_http_announce(struct http_server_response *resp, bool again);
/* What we speak. MS-ASHTTP "Response" of OPTIONS (2.2.4) */
void directpush_http_options(struct http_server_request *req);

/* "OK", "Service Unavailable", … */
const char *directpush_http_reason(unsigned int status);

/* A whole 200 response for a request that lib-http no longer knows. body_size may be 0. */
void directpush_http_append_response(string_t *dest, const void *body,
				     size_t body_size, bool keep_alive_header,
				     bool close);

#endif
