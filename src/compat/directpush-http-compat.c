/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "http-server.h"
#include "directpush-http-compat.h"

#ifdef HAVE_HTTP_SERVER_EVENT_PARENT

struct http_server *
directpush_http_server_create(const struct directpush_http_limits *limits)
{
	pool_t pool = pool_alloconly_create("http server settings", 512);
	struct http_server_settings *set = p_new(pool, struct http_server_settings, 1);
	struct http_server *server;

	http_server_settings_init(pool, set);
	set->max_client_idle_time_msecs = limits->idle_msecs;
	set->max_pipelined_requests = limits->pipelined_requests;
	set->request_max_target_length = limits->target;
	set->request_max_payload_size = limits->payload;
	set->request_hdr_max_size = limits->headers;
	set->request_hdr_max_field_size = limits->header_field;
	set->request_hdr_max_fields = limits->header_fields;
	/* the server keeps the struct, by its pool */
	server = http_server_init(set, NULL);
	pool_unref(&pool);
	return server;
}

#else

struct http_server *
directpush_http_server_create(const struct directpush_http_limits *limits)
{
	struct http_server_settings set;

	i_zero(&set);
	set.max_client_idle_time_msecs = limits->idle_msecs;
	set.max_pipelined_requests = limits->pipelined_requests;
	set.request_limits.max_target_length = limits->target;
	set.request_limits.max_payload_size = limits->payload;
	set.request_limits.header.max_size = limits->headers;
	set.request_limits.header.max_field_size = limits->header_field;
	set.request_limits.header.max_fields = limits->header_fields;
	return http_server_init(&set);
}

#endif
