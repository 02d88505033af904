/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The worker: one process for one active user, started by the front's hand-over.
   Talks to: the front (login protocol, then its socketpair), auth-master, the submission
   server or sendmail. Opens the user's mailboxes; listens to nobody in the world. */

#include "lib.h"
#include "restrict-access.h"
#include "master-service.h"
#include "directpush-login-compat.h"
#include "directpush-storage-compat.h"
#include "directpush-ipc-worker.h"
#include "directpush-worker-settings.h"
#include "eas-user.h"
#include "worker-front-connection.h"

static void login_succeeded(const struct directpush_login *login)
{
	struct eas_user *user;
	const char *error;

	if (eas_user_create(login, &user, &error) < 0) {
		i_error("%s", error);
		i_close_fd_path(&(int){ login->fd }, "front");
		master_service_client_connection_destroyed(master_service);
		return;
	}
	restrict_access_allow_coredumps(TRUE);
	worker_front_connection_create(login->fd, user);
}

static void login_failed(const char *reason)
{
	/* the auth process has logged why; the front sees its end closed */
	i_debug("Login failed: %s", reason);
}

static void client_connected(struct master_service_connection *conn)
{
	master_service_client_connection_accept(conn);
	directpush_login_add(conn->fd);
}

int main(int argc, char *argv[])
{
	master_service = master_service_init(DIRECTPUSH_IPC_WORKER_SERVICE,
					     DIRECTPUSH_STORAGE_MASTER_SERVICE_FLAGS,
					     &argc, &argv, "");
	if (master_getopt(master_service) > 0)
		return FATAL_DEFAULT;
	master_service_init_log(master_service);

	directpush_login_init(master_service, login_succeeded, login_failed);
	directpush_storage_init(master_service, &directpush_worker_setting_parser_info);
	master_service_init_finish(master_service);

	master_service_run(master_service, client_connected);

	worker_front_connections_destroy();
	directpush_login_deinit();
	directpush_storage_deinit();
	master_service_deinit(&master_service);
	return 0;
}
