/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "str.h"
#include "http-server.h"
#include "http-date.h"
#include "directpush-http-compat.h"
#include "eas-command.h"
#include "eas-version.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-rate.h"
#include "directpush-request.h"
#include "directpush-http.h"

#define HTTP_MAX_HEADER_BYTES (32*1024)
#define HTTP_MAX_HEADER_FIELD_BYTES (8*1024)
#define HTTP_MAX_HEADER_FIELDS 100
#define HTTP_MAX_TARGET_BYTES (4*1024)
/* More than one, else lib-http stops reading while a request is unanswered and never
   sees the phone go. */
#define HTTP_MAX_PIPELINED_REQUESTS 4

/* lib-http would leave out the quotes, which RFC 7235 2.2 wants */
#define HTTP_CHALLENGE "Basic realm=\"ActiveSync\""
#define HTTP_METHODS "OPTIONS,POST"
/* quirk 21: without it one client does not use 16.x */
#define HTTP_ASPNET_VERSION "4.0.30319"

static struct http_server *http_server;
/* "Sync,SendMail,..." as in MS-ASProtocolCommands, of directpush_max_version */
static char *http_commands;
static char *http_versions;
static char *http_max_version;
/* the header's value, NULL = none (RFC 6797) */
static char *http_hsts;

static const struct {
	unsigned int status;
	const char *reason;
} http_reasons[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 411, "Length Required" },
	{ 413, "Payload Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 429, "Too Many Requests" },
	/* MS-ASHTTP "Status Line" (2.2.2.1.1) */
	{ 449, "Retry after sending a PROVISION command" },
	{ 451, "Redirect" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 507, "Insufficient Disk Space" }
};

const char *directpush_http_reason(unsigned int status)
{
	for (unsigned int i = 0; i < N_ELEMENTS(http_reasons); i++) {
		if (http_reasons[i].status == status)
			return http_reasons[i].reason;
	}
	return status < 400 ? "OK" : "Error";
}

static enum eas_version http_get_max_version(void)
{
	enum eas_version version;

	if (eas_version_parse(directpush_set->directpush_max_version, &version) < 0)
		i_unreached();
	return version;
}

static char *http_make_commands(enum eas_version max)
{
	static const enum eas_command_id ids[] = {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
		EAS_COMMAND_##ident,
#include "eas-commands.def"
	};
	const struct eas_command *command;
	string_t *str = t_str_new(256);

	for (unsigned int i = 0; i < N_ELEMENTS(ids); i++) {
		command = eas_command_get(ids[i]);
		if (command->since > max)
			continue;
		if (str_len(str) > 0)
			str_append_c(str, ',');
		str_append(str, command->name);
	}
	return i_strdup(str_c(str));
}

void directpush_http_init(void)
{
	enum eas_version max = http_get_max_version();
	struct directpush_http_limits limits;

	http_commands = http_make_commands(max);
	http_versions = i_strdup(eas_version_list(max));
	http_max_version = i_strdup(eas_version_get_name(max));
	if (directpush_set->directpush_hsts > 0)
		http_hsts = i_strdup_printf("max-age=%u", directpush_set->directpush_hsts);

	i_zero(&limits);
	limits.idle_msecs = directpush_set->directpush_body_timeout * 1000;
	limits.pipelined_requests = HTTP_MAX_PIPELINED_REQUESTS;
	limits.target = HTTP_MAX_TARGET_BYTES;
	limits.payload =
		I_MAX(directpush_set->directpush_max_request_size,
		      directpush_set->directpush_max_send_size);
	limits.headers = HTTP_MAX_HEADER_BYTES;
	limits.header_field = HTTP_MAX_HEADER_FIELD_BYTES;
	limits.header_fields = HTTP_MAX_HEADER_FIELDS;
	http_server = directpush_http_server_create(&limits);
}

void directpush_http_deinit(void)
{
	http_server_deinit(&http_server);
	i_free(http_commands);
	i_free(http_versions);
	i_free(http_max_version);
	i_free(http_hsts);
}

/*
 * Connections
 */

/* What lib-http knows of a connection. It may outlive it: lib-http can still be at work
   further up the stack when a connection goes. */
struct http_link {
	/* NULL when we are done with lib-http */
	struct directpush_connection *conn;
};

static void http_handle_request(void *context, struct http_server_request *req)
{
	struct http_link *link = context;

	directpush_request_create(link->conn, req);
}

static void http_connection_destroyed(void *context, const char *reason ATTR_UNUSED)
{
	struct http_link *link = context;

	if (link->conn != NULL) {
		link->conn->http = NULL;
		link->conn->http_link = NULL;
	}
	i_free(link);
}

static const struct http_server_callbacks http_callbacks = {
	.handle_request = http_handle_request,
	.connection_destroy = http_connection_destroyed
};

void directpush_http_open(struct directpush_connection *conn, int fd)
{
	conn->http_link = i_new(struct http_link, 1);
	conn->http_link->conn = conn;
	conn->http = http_server_connection_create(http_server, fd, fd, FALSE,
						   &http_callbacks, conn->http_link);
}

void directpush_http_close(struct directpush_connection *conn, const char *reason)
{
	struct http_server_connection *http = conn->http;

	if (http == NULL)
		return;
	conn->http_link->conn = NULL;
	conn->http_link = NULL;
	conn->http = NULL;
	http_server_connection_close(&http, reason);
}

/*
 * Answers
 */

struct http_server_response *
directpush_http_response(struct http_server_request *req, unsigned int status)
{
	struct http_server_response *resp;

	resp = http_server_response_create(req, status, directpush_http_reason(status));
	http_server_response_add_header(resp, "Cache-Control", "private");
	http_server_response_add_header(resp, "MS-Server-ActiveSync", http_max_version);
	if (http_hsts != NULL)
		http_server_response_add_header(resp, "Strict-Transport-Security", http_hsts);
	if (directpush_dying)
		http_server_request_connection_close(req, TRUE);
	return resp;
}

void directpush_http_retry_after(struct http_server_response *resp, unsigned int secs)
{
	if (secs > 0) {
		http_server_response_add_header(resp, "Retry-After",
						dec2str(directpush_rate_spread(secs)));
	}
}

void directpush_http_fail(struct http_server_request *req, unsigned int status,
			  unsigned int retry_after_secs)
{
	struct http_server_response *resp = directpush_http_response(req, status);

	directpush_http_retry_after(resp, retry_after_secs);
	if (status == 501)
		http_server_response_add_header(resp, "Allow", HTTP_METHODS);
	/* the rest of a body that is too large is not worth waiting for */
	if (status == 413)
		http_server_response_submit_close(resp);
	else
		http_server_response_submit(resp);
}

void directpush_http_fail_auth(struct http_server_request *req)
{
	struct http_server_response *resp = directpush_http_response(req, 401);

	http_server_response_add_header(resp, "WWW-Authenticate", HTTP_CHALLENGE);
	http_server_response_submit(resp);
}

void directpush_http_announce(struct http_server_response *resp, bool again)
{
	http_server_response_add_header(resp, "MS-ASProtocolVersions", http_versions);
	http_server_response_add_header(resp, "MS-ASProtocolCommands", http_commands);
	if (again)
		http_server_response_add_header(resp, "X-MS-RP", http_versions);
}

void directpush_http_options(struct http_server_request *req)
{
	struct http_server_response *resp = directpush_http_response(req, 200);

	http_server_response_add_header(resp, "Allow", HTTP_METHODS);
	http_server_response_add_header(resp, "Public", HTTP_METHODS);
	directpush_http_announce(resp, FALSE);
	http_server_response_add_header(resp, "X-AspNet-Version", HTTP_ASPNET_VERSION);
	http_server_response_submit(resp);
}

void directpush_http_append_response(string_t *dest, const void *body,
				     size_t body_size, bool keep_alive_header,
				     bool close)
{
	str_printfa(dest, "HTTP/1.1 200 OK\r\nDate: %s\r\n"
		    "Cache-Control: private\r\nMS-Server-ActiveSync: %s\r\n"
		    "Content-Length: %zu\r\n", http_date_create(ioloop_time),
		    http_max_version, body_size);
	if (http_hsts != NULL)
		str_printfa(dest, "Strict-Transport-Security: %s\r\n", http_hsts);
	if (body_size > 0)
		str_append(dest, "Content-Type: "DIRECTPUSH_HTTP_WBXML_TYPE"\r\n");
	if (close || directpush_dying)
		str_append(dest, "Connection: close\r\n");
	else if (keep_alive_header)
		str_append(dest, "Connection: Keep-Alive\r\n");
	str_append(dest, "\r\n");
	str_append_data(dest, body, body_size);
}
