/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_AUTH_H
#define DIRECTPUSH_AUTH_H

/* Credentials to user, by Dovecot's auth process. A success can start one worker (the
   login protocol's hand-over) and is remembered by the connection it came over, as a
   keyed hash. Wrong credentials are remembered for a short while too: a phone that keeps
   on trying an old password would otherwise slow down everybody behind
   the same address (auth penalty). */

#include "net.h"
#include "directpush-auth-compat.h"
#include "sha2.h"

struct directpush_connection;
struct directpush_user;

/* Somebody who authenticated. */
struct directpush_auth_login {
	int refcount;
	struct directpush_user *user;
	/* All that the auth process said. Requests share a worker only if it
	   said the same of both. */
	char *key;
	/* of the credentials, keyed */
	unsigned char digest[SHA256_RESULTLEN];
	/* monotonic clock */
	uint64_t expires_msecs;
};

/* What starts one worker. */
struct directpush_auth_id {
	/* 0: none */
	unsigned int id;
	pid_t server_pid;
	uint8_t cookie[MASTER_AUTH_COOKIE_SIZE];
};

/* With what to ask. */
struct directpush_auth_info {
	struct directpush_connection *conn;
	/* SASL PLAIN response in base64. Secret. */
	const char *credentials;
	/* "" if not known */
	const char *device_id;
	/* the phone's, behind all proxies */
	struct ip_addr remote_ip;
};

enum directpush_auth_status {
	DIRECTPUSH_AUTH_OK,
	/* wrong user or password */
	DIRECTPUSH_AUTH_WRONG,
	/* right, but not allowed here */
	DIRECTPUSH_AUTH_DENIED,
	/* nobody could say */
	DIRECTPUSH_AUTH_UNAVAILABLE
};

struct directpush_auth_reply {
	enum directpush_auth_status status;
	/* for the log, NULL if there is nothing to say */
	const char *reason;
	/* if OK */
	struct directpush_auth_login *login;
	struct directpush_auth_id id;
};
typedef void directpush_auth_callback_t(const struct directpush_auth_reply *reply,
					void *context);

void directpush_auth_init(const char *socket_path);
void directpush_auth_deinit(void);

/* Who these credentials belong to, if this connection saw them authenticate
   not long ago; else NULL. No reference is given. */
struct directpush_auth_login *
directpush_auth_cached(const struct directpush_auth_info *info);

/* callback is called once, never from within. Its reply->login must be
   referenced to be kept, its id used for a worker or forgotten. */
struct directpush_auth_request *
directpush_auth_start(const struct directpush_auth_info *info,
		      directpush_auth_callback_t *callback, void *context);
#define directpush_auth_start(info, callback, context) \
	directpush_auth_start(info, \
		(directpush_auth_callback_t *)callback, TRUE ? context : \
		CALLBACK_TYPECHECK(callback, void (*)( \
			const struct directpush_auth_reply *, typeof(context))))
/* The callback is not called any more. */
void directpush_auth_abort(struct directpush_auth_request **request);
/* No worker will be started by it. */
void directpush_auth_id_forget(struct directpush_auth_id *id);

void directpush_auth_login_ref(struct directpush_auth_login *login);
void directpush_auth_login_unref(struct directpush_auth_login **login);

#endif
