/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hex-binary.h"
#include "ioloop.h"
#include "llist.h"
#include "safe-memset.h"
#include "str.h"
#include "directpush-compat.h"
#include "directpush-auth-cache.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-memory.h"
#include "directpush-timer.h"
#include "directpush-user.h"
#include "directpush-auth.h"

#include <unistd.h>

/* Longer than the auth process takes with its penalty and failure delays. */
#define AUTH_TIMEOUT_MSECS (60*1000)
/* how long a request waits for an auth process that is just starting */
#define AUTH_CONNECT_TIMEOUT_MSECS (10*1000)
#define AUTH_CONNECT_RETRY_SECS 1

struct directpush_auth_request {
	struct directpush_auth_request *prev, *next;
	struct directpush_auth_info info;
	char *credentials, *device_id;
	unsigned char digest[SHA256_RESULTLEN];

	/* NULL while waiting for a connection or for the answer below */
	struct auth_client_request *request;
	struct directpush_timer timer;
	/* answered without asking, from the ioloop */
	struct timeout *to_wrong;

	/* NULL: nobody waits any more */
	directpush_auth_callback_t *callback;
	void *context;
};

static struct auth_client *auth_client;
static time_t auth_last_connect;
/* all that are not answered */
static struct directpush_auth_request *auth_requests;

static void auth_request_send(struct directpush_auth_request *request);

/*
 * Logins
 */

void directpush_auth_login_ref(struct directpush_auth_login *login)
{
	i_assert(login->refcount > 0);
	login->refcount++;
}

void directpush_auth_login_unref(struct directpush_auth_login **_login)
{
	struct directpush_auth_login *login = *_login;

	*_login = NULL;
	if (login == NULL)
		return;
	i_assert(login->refcount > 0);
	if (--login->refcount > 0)
		return;
	directpush_user_unref(&login->user);
	safe_memset(login->digest, 0, sizeof(login->digest));
	p_free(directpush_memory_get_pool(), login->key);
	p_free(directpush_memory_get_pool(), login);
}

static enum auth_request_flags
auth_get_flags(const struct directpush_connection *conn, const char **cert_user_r)
{
	enum auth_request_flags flags = 0;

	*cert_user_r = NULL;
	if (conn->secured)
		flags |= AUTH_REQUEST_FLAG_SECURED;
	if (conn->tls)
		flags |= AUTH_REQUEST_FLAG_TRANSPORT_SECURITY_TLS;
	if (conn->transport.ssl != NULL &&
	    directpush_tls_has_valid_client_cert(conn->transport.ssl, cert_user_r))
		flags |= AUTH_REQUEST_FLAG_VALID_CLIENT_CERT;
	return flags;
}

static void
auth_info_digest(const struct directpush_auth_info *info,
		 unsigned char digest_r[STATIC_ARRAY SHA256_RESULTLEN])
{
	const char *cert_user, *local_name = directpush_connection_get_local_name(info->conn);
	enum auth_request_flags flags = auth_get_flags(info->conn, &cert_user);
	const char *how = t_strdup_printf("%x %s %s", flags, local_name != NULL ? local_name : "",
					  cert_user != NULL ? cert_user : "");

	directpush_auth_digest(info->credentials, &info->remote_ip, how, digest_r);
}

struct directpush_auth_login *
directpush_auth_cached(const struct directpush_auth_info *info)
{
	struct directpush_auth_login *login = info->conn->login;
	unsigned char digest[SHA256_RESULTLEN];

	if (login == NULL || login->expires_msecs <= directpush_timer_now_msecs())
		return NULL;
	auth_info_digest(info, digest);
	return mem_equals_timing_safe(login->digest, digest, sizeof(digest)) ?
		login : NULL;
}

/* What the auth process said, in an order of its own: the same words make
   the same key. */
static char *auth_login_make_key(const char *const *args)
{
	ARRAY_TYPE(const_string) fields;
	string_t *key = t_str_new(128);
	const char *field;

	t_array_init(&fields, 8);
	for (; *args != NULL; args++) {
		if (!str_begins_with(*args, "resp="))
			array_push_back(&fields, args);
	}
	array_sort(&fields, i_strcmp_p);
	array_foreach_elem(&fields, field) {
		str_append(key, field);
		str_append_c(key, '\n');
	}
	return p_strdup(directpush_memory_get_pool(), str_c(key));
}

static struct directpush_auth_login *
auth_login_create(struct directpush_auth_request *request, const char *user,
		  const char *const *args)
{
	struct directpush_auth_login *login;

	login = p_new(directpush_memory_get_pool(), struct directpush_auth_login, 1);
	login->refcount = 1;
	login->user = directpush_user_get(user);
	login->key = auth_login_make_key(args);
	memcpy(login->digest, request->digest, sizeof(login->digest));
	login->expires_msecs = directpush_timer_now_msecs() +
		directpush_set->directpush_auth_cache_ttl * 1000;
	return login;
}

/*
 * Answers
 */

static void auth_request_free(struct directpush_auth_request **_request)
{
	struct directpush_auth_request *request = *_request;

	*_request = NULL;
	DLLIST_REMOVE(&auth_requests, request);
	directpush_timer_stop(&request->timer);
	timeout_remove(&request->to_wrong);
	if (request->credentials != NULL) {
		safe_memset(request->credentials, 0, strlen(request->credentials));
		i_free(request->credentials);
	}
	i_free(request->device_id);
	i_free(request);
}

static void auth_request_finish(struct directpush_auth_request *request,
				const struct directpush_auth_reply *reply)
{
	directpush_auth_callback_t *callback = request->callback;
	void *context = request->context;

	auth_request_free(&request);
	callback(reply, context);
}

static void auth_request_fail(struct directpush_auth_request *request,
			      enum directpush_auth_status status,
			      const char *reason)
{
	struct directpush_auth_reply reply;

	i_zero(&reply);
	reply.status = status;
	reply.reason = reason;
	auth_request_finish(request, &reply);
}

static void auth_request_timeout(struct directpush_auth_request *request)
{
	if (request->request != NULL)
		auth_client_request_abort(&request->request, "Timed out");
	auth_request_fail(request, DIRECTPUSH_AUTH_UNAVAILABLE,
			  "auth process did not answer in time");
}

static void auth_request_wrong(struct directpush_auth_request *request)
{
	auth_request_fail(request, DIRECTPUSH_AUTH_WRONG,
			  "the same credentials were refused a moment ago");
}

static const char *auth_args_get(const char *const *args, const char *key)
{
	size_t len = strlen(key);

	for (; args != NULL && *args != NULL; args++) {
		if (strncmp(*args, key, len) != 0)
			continue;
		if ((*args)[len] == '=')
			return *args + len + 1;
		if ((*args)[len] == '\0')
			return "";
	}
	return NULL;
}

static void auth_request_refused(struct directpush_auth_request *request,
				 const char *const *args)
{
	const char *code = auth_args_get(args, "code");
	const char *reason = auth_args_get(args, "reason");
	enum directpush_auth_status status = DIRECTPUSH_AUTH_WRONG;

	if (auth_args_get(args, "temp") != NULL ||
	    null_strcmp(code, AUTH_CLIENT_FAIL_CODE_TEMPFAIL) == 0)
		status = DIRECTPUSH_AUTH_UNAVAILABLE;
	else if (null_strcmp(code, AUTH_CLIENT_FAIL_CODE_AUTHZFAILED) == 0 ||
		 null_strcmp(code, AUTH_CLIENT_FAIL_CODE_USER_DISABLED) == 0 ||
		 auth_args_get(args, "authz") != NULL ||
		 auth_args_get(args, "user_disabled") != NULL)
		status = DIRECTPUSH_AUTH_DENIED;
	else {
		directpush_auth_cache_add_wrong(request->digest,
			directpush_timer_now_msecs(),
			directpush_set->directpush_auth_negative_ttl);
	}
	auth_request_fail(request, status, reason != NULL ? reason : code);
}

static void auth_request_success(struct directpush_auth_request *request,
				 struct auth_client_request *client_request,
				 const char *const *args)
{
	struct directpush_connection *conn = request->info.conn;
	const char *user = auth_args_get(args, "user");
	const char *cookie = auth_client_request_get_cookie(client_request);
	struct directpush_auth_reply reply;
	buffer_t *binary = t_buffer_create(MASTER_AUTH_COOKIE_SIZE);

	i_zero(&reply);
	reply.id.id = auth_client_request_get_id(client_request);
	reply.id.server_pid = auth_client_request_get_server_pid(client_request);
	if (hex_to_binary(cookie, binary) == 0 &&
	    binary->used == sizeof(reply.id.cookie))
		memcpy(reply.id.cookie, binary->data, binary->used);

	if (user == NULL || auth_args_get(args, "nologin") != NULL ||
	    auth_args_get(args, "proxy") != NULL ||
	    auth_args_get(args, "anonymous") != NULL) {
		directpush_auth_id_forget(&reply.id);
		auth_request_fail(request, DIRECTPUSH_AUTH_DENIED,
			auth_args_get(args, "proxy") != NULL ?
			"user belongs on another server (proxy), "
			"which ActiveSync cannot be sent to" :
			"user may not log in (nologin)");
		return;
	}
	reply.status = DIRECTPUSH_AUTH_OK;
	reply.login = auth_login_create(request, user, args);
	directpush_auth_login_unref(&conn->login);
	conn->login = reply.login;
	auth_request_finish(request, &reply);
}

/* The answer to a phone that is gone. */
static void
auth_request_abandoned(struct directpush_auth_request *request,
		       struct auth_client_request *client_request,
		       enum auth_request_status status)
{
	switch (status) {
	case AUTH_REQUEST_STATUS_OK:
		/* else it waits for a worker to ask about it */
		auth_client_send_cancel(auth_client,
			auth_client_request_get_id(client_request));
		break;
	case AUTH_REQUEST_STATUS_CONTINUE:
		auth_client_request_abort(&request->request, "Nobody waits");
		break;
	case AUTH_REQUEST_STATUS_FAIL:
	case AUTH_REQUEST_STATUS_INTERNAL_FAIL:
		break;
	case AUTH_REQUEST_STATUS_ABORT:
		/* by us, who free it */
		return;
	}
	auth_request_free(&request);
}

static void
auth_callback(struct auth_client_request *client_request,
	      enum auth_request_status status, const char *data_base64 ATTR_UNUSED,
	      const char *const *args, void *context)
{
	struct directpush_auth_request *request = context;

	if (request->callback == NULL) {
		auth_request_abandoned(request, client_request, status);
		return;
	}
	switch (status) {
	case AUTH_REQUEST_STATUS_OK:
		request->request = NULL;
		auth_request_success(request, client_request, args);
		break;
	case AUTH_REQUEST_STATUS_CONTINUE:
		auth_client_request_abort(&request->request, "PLAIN has no more to say");
		auth_request_fail(request, DIRECTPUSH_AUTH_UNAVAILABLE,
				  "auth process wants another step");
		break;
	case AUTH_REQUEST_STATUS_FAIL:
		request->request = NULL;
		auth_request_refused(request, args);
		break;
	case AUTH_REQUEST_STATUS_INTERNAL_FAIL:
		request->request = NULL;
		auth_request_fail(request, DIRECTPUSH_AUTH_UNAVAILABLE,
				  "auth process failed");
		break;
	case AUTH_REQUEST_STATUS_ABORT:
		/* by us, who know already */
		break;
	}
}

/*
 * Questions
 */

static void auth_connect(void)
{
	if (!auth_client_is_disconnected(auth_client) ||
	    ioloop_time - auth_last_connect < AUTH_CONNECT_RETRY_SECS)
		return;
	auth_last_connect = ioloop_time;
	auth_client_connect(auth_client);
}

static void auth_connect_notify(struct auth_client *client ATTR_UNUSED,
				bool connected, void *context ATTR_UNUSED)
{
	struct directpush_auth_request *request, *next;

	if (!connected)
		return;
	for (request = auth_requests; request != NULL; request = next) {
		next = request->next;
		if (request->request == NULL && request->to_wrong == NULL)
			auth_request_send(request);
	}
}

static void auth_request_send(struct directpush_auth_request *request)
{
	struct directpush_connection *conn = request->info.conn;
	const SSL *ssl = conn->transport.ssl;
	struct auth_request_info info;

	i_zero(&info);
	info.mech = "PLAIN";
	directpush_auth_info_set_service(&info, "directpush");
	info.session_id = directpush_connection_get_session_id(conn);
	info.local_name = directpush_connection_get_local_name(conn);
	/* auth policy servers see it as device_id=%{client_id} */
	info.client_id = request->device_id;
	info.flags = auth_get_flags(conn, &info.cert_username);
	if (ssl != NULL) {
		info.ssl_cipher = SSL_get_cipher_name(ssl);
		info.ssl_cipher_bits = SSL_get_cipher_bits(ssl, NULL);
		info.ssl_protocol = SSL_get_version(ssl);
	}
	info.local_ip = conn->peer.local_ip;
	info.local_port = conn->local_port;
	info.remote_ip = request->info.remote_ip;
	info.remote_port = conn->remote_port;
	info.real_remote_ip = conn->real_remote_ip;
	info.real_remote_port = conn->real_remote_port;
	info.initial_resp_base64 = request->credentials;

	directpush_timer_start(&request->timer, AUTH_TIMEOUT_MSECS,
			       auth_request_timeout, request);
	request->request = auth_client_request_new(auth_client, &info,
						   auth_callback, request);
}

#undef directpush_auth_start
struct directpush_auth_request *
directpush_auth_start(const struct directpush_auth_info *info,
		      directpush_auth_callback_t *callback, void *context)
{
	struct directpush_auth_request *request;

	request = i_new(struct directpush_auth_request, 1);
	request->info = *info;
	request->info.credentials = request->credentials = i_strdup(info->credentials);
	request->info.device_id = request->device_id = i_strdup(info->device_id);
	request->callback = callback;
	request->context = context;
	auth_info_digest(info, request->digest);
	DLLIST_PREPEND(&auth_requests, request);

	if (directpush_auth_cache_is_wrong(request->digest,
					   directpush_timer_now_msecs())) {
		request->to_wrong = timeout_add_short(0, auth_request_wrong, request);
		return request;
	}
	if (auth_client_is_connected(auth_client)) {
		auth_request_send(request);
		return request;
	}
	directpush_timer_start(&request->timer, AUTH_CONNECT_TIMEOUT_MSECS,
			       auth_request_timeout, request);
	auth_connect();
	return request;
}

void directpush_auth_abort(struct directpush_auth_request **_request)
{
	struct directpush_auth_request *request = *_request;

	*_request = NULL;
	if (request->request == NULL) {
		auth_request_free(&request);
		return;
	}
	/* The answer may be on its way. Aborted now, lib-auth would not know what it
	   belongs to and log an error. */
	directpush_timer_stop(&request->timer);
	request->callback = NULL;
}

void directpush_auth_id_forget(struct directpush_auth_id *id)
{
	if (id->id != 0 && auth_client_is_connected(auth_client))
		auth_client_send_cancel(auth_client, id->id);
	id->id = 0;
}

void directpush_auth_init(const char *socket_path)
{
	directpush_auth_cache_init();
	auth_client = auth_client_init(socket_path, (unsigned int)getpid(), FALSE);
	auth_client_set_connect_notify(auth_client, auth_connect_notify, NULL);
	auth_connect();
}

void directpush_auth_deinit(void)
{
	struct directpush_auth_request *request;

	while ((request = auth_requests) != NULL) {
		i_assert(request->callback == NULL);
		auth_client_request_abort(&request->request, "Shutting down");
		auth_request_free(&request);
	}
	auth_client_set_connect_notify(auth_client, NULL, NULL);
	auth_client_deinit(&auth_client);
	directpush_auth_cache_deinit();
}
