/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The front of Direct Push: HTTPS for phones.

   Talks to: phones (TLS, HTTP), auth (login/login), workers (login/directpush-worker),
   mail processes (FIFO directpush-notify), doveadm (directpush-admin). Opens no mail. */

#include "lib.h"
#include "restrict-access.h"
#include "master-service.h"
#include "directpush-master-compat.h"
#include "directpush-tls-compat.h"
#include "directpush-auth.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-device.h"
#include "directpush-http.h"
#include "directpush-job.h"
#include "directpush-memory.h"
#include "directpush-parked.h"
#include "directpush-remote.h"
#include "directpush-server.h"
#include "directpush-timer.h"
#include "directpush-user.h"
#include "directpush-worker.h"

/* Paths inside base_dir/login: we are chrooted there, or go there. */
#define AUTH_SOCKET "login"
#define WORKER_SOCKET "directpush-worker"

static void main_preinit(void)
{
	const char *error;

	if (directpush_remote_init(
		directpush_master_get_haproxy_networks(master_service),
		directpush_settings_get_login_networks(directpush_set), &error) < 0)
		i_fatal("%s", error);
	/* Keys and the config connection, while we may still read them. */
	directpush_tls_settings_init(master_service);
	directpush_connections_init();

	restrict_access_by_env(0, NULL);
	restrict_access_allow_coredumps(TRUE);
	if (restrict_access_get_current_chroot() == NULL && chdir("login") < 0)
		i_fatal("chdir(login) failed: %m");
}

static void main_init(void)
{
	directpush_timers_init();
	directpush_users_init();
	directpush_devices_init();
	directpush_parked_init();
	directpush_auth_init(AUTH_SOCKET);
	directpush_workers_init(WORKER_SOCKET);
	directpush_http_init();
	directpush_server_init();
}

static void main_deinit(void)
{
	directpush_server_deinit();
	directpush_connections_deinit();
	directpush_http_deinit();
	directpush_workers_deinit();
	directpush_jobs_deinit();
	directpush_auth_deinit();
	directpush_parked_deinit();
	directpush_devices_deinit();
	directpush_users_deinit();
	directpush_memory_deinit();
	directpush_timers_deinit();
	directpush_tls_settings_deinit();
	directpush_remote_deinit();
	event_unref(&directpush_event);
}

int main(int argc, char *argv[])
{
	const enum master_service_flags service_flags =
		MASTER_SERVICE_FLAG_NO_IDLE_DIE |
		DIRECTPUSH_TLS_MASTER_SERVICE_FLAGS;
	const void *set;
	const char *error;

	directpush_memory_init();
	master_service = master_service_init("directpush", service_flags,
					     &argc, &argv, "");
	if (master_getopt(master_service) > 0)
		return FATAL_DEFAULT;
	master_service_init_log(master_service);
	if (directpush_master_settings_read(master_service,
			&directpush_setting_parser_info, &set, &error) < 0)
		i_fatal("Error reading configuration: %s", error);
	directpush_common_init(set);

	main_preinit();
	main_init();
	master_service_init_finish(master_service);
	master_service_run(master_service, directpush_server_client_connected);
	main_deinit();
	directpush_master_settings_free(set);
	master_service_deinit(&master_service);
	return 0;
}
