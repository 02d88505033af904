/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_HTTP_COMPAT_H
#define DIRECTPUSH_HTTP_COMPAT_H

/* How an HTTP server of lib-http is made. */

struct http_server;

struct directpush_http_limits {
	unsigned int idle_msecs;
	unsigned int pipelined_requests;
	/* bytes */
	uoff_t target, payload, headers, header_field;
	/* lines */
	unsigned int header_fields;
};

struct http_server *
directpush_http_server_create(const struct directpush_http_limits *limits);

#endif
