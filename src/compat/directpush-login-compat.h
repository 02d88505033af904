/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_LOGIN_COMPAT_H
#define DIRECTPUSH_LOGIN_COMPAT_H

/* The receiving end of the login protocol: a logged in user with the client's file descriptor,
   vouched for by the auth process. Dovecot 2.4 calls the same thing login-server. */

#include "net.h"

struct master_service;

struct directpush_login {
	/* belongs to the callee of the callback */
	int fd;
	const char *username, *session_id;
	/* what the auth process said of the user: NULL-terminated "key=value" */
	const char *const *userdb_fields;
	struct ip_addr local_ip, remote_ip;
	in_port_t local_port, remote_port;
	bool conn_secured, conn_ssl_secured;
};

typedef void directpush_login_callback_t(const struct directpush_login *login);
/* The login failed: nothing more comes of it; the file descriptor is closed by the caller. */
typedef void directpush_login_failure_callback_t(const char *reason);

void directpush_login_init(struct master_service *service,
			   directpush_login_callback_t *callback,
			   directpush_login_failure_callback_t *failure_callback);
void directpush_login_deinit(void);
/* A client of our listening socket (a login process) has connected. */
void directpush_login_add(int fd);

#endif
