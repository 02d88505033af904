/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "path-util.h"
#include "master-service.h"
#include "directpush-login-compat.h"

#ifdef HAVE_LOGIN_SERVER
#  include "login-server.h"
#  define master_login login_server
#  define master_login_client login_server_request
#  define master_login_settings login_server_settings
#  define master_login_init login_server_init
#  define master_login_deinit login_server_deinit
#  define master_login_add login_server_add
#  define master_auth_request login_request
#  define MASTER_POSTLOGIN_TIMEOUT_DEFAULT LOGIN_SERVER_POSTLOGIN_TIMEOUT_DEFAULT
#  define MAIL_AUTH_REQUEST_FLAG_CONN_SECURED \
	LOGIN_REQUEST_FLAG_END_CLIENT_SECURED_TLS
#  define MAIL_AUTH_REQUEST_FLAG_CONN_SSL_SECURED \
	LOGIN_REQUEST_FLAG_END_CLIENT_SECURED_TLS
#else
#  include "master-login.h"
#endif

static struct master_login *master_login = NULL;
static directpush_login_callback_t *login_callback;
static directpush_login_failure_callback_t *login_failure_callback;

static void
login_client_connected(const struct master_login_client *client, const char *username,
		       const char *const *extra_fields)
{
	const struct master_auth_request *req = &client->auth_req;
	struct directpush_login login;

	i_zero(&login);
	login.fd = client->fd;
	login.username = username;
	login.session_id = client->session_id;
	login.userdb_fields = extra_fields;
	login.local_ip = req->local_ip;
	login.remote_ip = req->remote_ip;
	login.local_port = req->local_port;
	login.remote_port = req->remote_port;
	login.conn_secured =
		(req->flags & MAIL_AUTH_REQUEST_FLAG_CONN_SECURED) != 0;
	login.conn_ssl_secured =
		(req->flags & MAIL_AUTH_REQUEST_FLAG_CONN_SSL_SECURED) != 0;
	login_callback(&login);
}

static void
login_client_failed(const struct master_login_client *client ATTR_UNUSED,
		    const char *errormsg)
{
	login_failure_callback(errormsg);
}

void directpush_login_init(struct master_service *service,
			   directpush_login_callback_t *callback,
			   directpush_login_failure_callback_t *failure_callback)
{
	struct master_login_settings set;
	const char *error;

	i_assert(master_login == NULL);

	login_callback = callback;
	login_failure_callback = failure_callback;
	i_zero(&set);
	if (t_abspath("auth-master", &set.auth_socket_path, &error) < 0)
		i_fatal("t_abspath(auth-master) failed: %s", error);
	set.postlogin_timeout_secs = MASTER_POSTLOGIN_TIMEOUT_DEFAULT;
	set.callback = login_client_connected;
	set.failure_callback = login_client_failed;
	master_login = master_login_init(service, &set);
}

void directpush_login_deinit(void)
{
	if (master_login != NULL)
		master_login_deinit(&master_login);
}

void directpush_login_add(int fd)
{
	master_login_add(master_login, fd);
}
