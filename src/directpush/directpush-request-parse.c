/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "http-request.h"
#include "http-server.h"
#include "eas-query.h"
#include "directpush-auth-name.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-http.h"
#include "directpush-remote.h"
#include "directpush-request.h"

/* MS-ASHTTP "Request-Line" (2.2.1.1.1); also behind a prefix, where a proxy has one */
#define REQUEST_PATH "/Microsoft-Server-ActiveSync"
#define REQUEST_MAX_TARGET_BYTES (4*1024)
/* nothing in a Ping is large */
#define REQUEST_PING_MAX_BODY (64*1024)

static bool path_is_ours(const char *path)
{
	size_t len = strlen(path), our_len = strlen(REQUEST_PATH);

	if (len > 0 && path[len - 1] == '/')
		path = t_strndup(path, --len);
	return len >= our_len && strcasecmp(path + len - our_len, REQUEST_PATH) == 0;
}

/* All headers of that name as one: some proxies add a line of their own behind
   those that came. */
static const char *request_get_forwarded_for(const struct http_request *http)
{
	const ARRAY_TYPE(http_header_field) *fields =
		http_request_header_get_fields(http);
	const struct http_header_field *field;
	string_t *value = t_str_new(64);

	if (fields == NULL)
		return "";
	array_foreach(fields, field) {
		if (http_header_field_is(field, "X-Forwarded-For"))
			str_printfa(value, "%s,", field->value);
	}
	return str_c(value);
}

/* The phone's address, if a proxy of ours tells another one than its own. */
static void request_parse_remote_ip(struct directpush_request *req,
				    const struct http_request *http)
{
	req->remote_ip = req->conn->peer.remote_ip;
	if (!req->conn->from_proxy)
		return;
	(void)directpush_remote_parse_forwarded_for(request_get_forwarded_for(http),
						    &req->remote_ip);
}

static bool request_parse_method(struct directpush_request *req,
				 const struct http_request *http)
{
	if (http_request_method_is(http, "POST"))
		req->method = DIRECTPUSH_REQUEST_POST;
	else if (http_request_method_is(http, "OPTIONS"))
		req->method = DIRECTPUSH_REQUEST_OPTIONS;
	else {
		/* MS-ASHTTP "Status Line" (2.2.2.1.1); a browser's GET sees the same from
		   Exchange, and administrators test with it */
		directpush_request_fail(req, 501, 0, "method is neither OPTIONS nor POST");
		return FALSE;
	}
	return TRUE;
}

static bool request_parse_query(struct directpush_request *req,
				const struct http_request *http, const char *query)
{
	struct eas_query_headers headers;
	enum eas_query_error error;
	enum eas_version max_version;
	int ret;

	i_zero(&headers);
	headers.protocol_version = http_request_header_get(http, "MS-ASProtocolVersion");
	headers.policy_key = http_request_header_get(http, "X-MS-PolicyKey");
	headers.accept_multipart = http_request_header_get(http, "MS-ASAcceptMultiPart");
	headers.user_agent = http_request_header_get(http, "User-Agent");
	headers.content_type = http_request_header_get(http, "Content-Type");
	headers.accept_language = http_request_header_get(http, "Accept-Language");
	ret = eas_query_parse(req->pool, query, &headers, &req->eas, &error);
	if (req->method == DIRECTPUSH_REQUEST_OPTIONS) {
		/* it asks what we speak: nothing in it has to be right */
		req->eas.command = EAS_COMMAND_NONE;
		return TRUE;
	}
	if (ret < 0) {
		directpush_request_fail(req, eas_query_error_get_http(error), 0,
					eas_query_error_get_text(error));
		return FALSE;
	}
	if (eas_version_parse(directpush_set->directpush_max_version,
			      &max_version) == 0 &&
	    req->eas.version > max_version) {
		directpush_request_fail(req, 400, 0, "version is over directpush_max_version");
		return FALSE;
	}
	req->command = eas_command_get(req->eas.command);
	return TRUE;
}

static bool request_check_body_size(struct directpush_request *req)
{
	if (req->command == NULL)
		req->max_body_size = directpush_set->directpush_max_request_size;
	else if (req->eas.command == EAS_COMMAND_PING)
		req->max_body_size = REQUEST_PING_MAX_BODY;
	else if ((req->command->flags & EAS_COMMAND_FLAG_LARGE_BODY) != 0)
		req->max_body_size = directpush_set->directpush_max_send_size;
	else
		req->max_body_size = directpush_set->directpush_max_request_size;
	if (req->body_size != UOFF_T_MAX && req->body_size > req->max_body_size) {
		directpush_request_fail(req, 413, 0, "request is too large");
		return FALSE;
	}
	return TRUE;
}

bool directpush_request_parse(struct directpush_request *req)
{
	const struct http_request *http = http_server_request_get(req->http);
	const char *query;

	request_parse_remote_ip(req, http);
	req->http10 = http->version_minor == 0;
	req->close = http->connection_close;

	if (strlen(http->target_raw) > REQUEST_MAX_TARGET_BYTES) {
		/* lib-http's own limit is only looked at when more has to be read */
		directpush_request_fail(req, 414, 0, "request target is too long");
		return FALSE;
	}
	query = strchr(http->target_raw, '?');
	if (!path_is_ours(query == NULL ? http->target_raw :
			  t_strdup_until(http->target_raw, query))) {
		directpush_request_fail(req, 404, 0, "path is not ours");
		return FALSE;
	}
	return request_parse_method(req, http) &&
		request_parse_query(req, http, query == NULL ? NULL : query + 1) &&
		request_check_body_size(req);
}

bool directpush_request_parse_credentials(struct directpush_request *req)
{
	struct http_auth_credentials creds;
	const char *user, *password;

	if (http_server_request_get_auth(req->http, &creds) <= 0 ||
	    strcasecmp(creds.scheme, "Basic") != 0 || creds.data == NULL ||
	    directpush_auth_basic_parse(creds.data, &user, &password) < 0) {
		directpush_request_fail(req, 401, 0, "no credentials");
		return FALSE;
	}
	if (!req->conn->secured && !directpush_settings_is_plaintext_allowed(directpush_set)) {
		directpush_request_fail(req, 403, 0,
			"password over a connection without TLS (disable_plaintext_auth)");
		return FALSE;
	}
	user = directpush_auth_name_normalize(user);
	req->login_name = p_strdup(req->pool, user);
	req->credentials = i_strdup(directpush_auth_plain_response(user, password));
	return TRUE;
}
