/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "process-title.h"
#include "master-service.h"
#include "directpush-ipc-admin.h"
#include "directpush-ipc-notify.h"
#include "directpush-admin.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-notify-listener.h"
#include "directpush-parked.h"
#include "directpush-timer.h"
#include "directpush-server.h"

/* speaks TLS also without ssl=yes */
#define SERVER_TLS_LISTENER "directpushs"
/* how often the ending looks whether all are gone */
#define SERVER_DIE_CHECK_MSECS 100

const struct directpush_settings *directpush_set;
struct event *directpush_event;
bool directpush_dying;

static struct event_category event_category_directpush = {
	.name = "directpush"
};

static struct directpush_timer die_timer, proctitle_timer;

void directpush_common_init(const struct directpush_settings *set)
{
	directpush_set = set;
	directpush_event = event_create(NULL);
	event_add_category(directpush_event, &event_category_directpush);
}

static void server_set_proctitle(void *context ATTR_UNUSED)
{
	process_title_set(t_strdup_printf("[%u connections, %u parked]",
					  directpush_connections_count(),
					  directpush_parked_count()));
}

void directpush_refresh_proctitle(void)
{
	/* once a second is enough for those who look */
	if (directpush_set->verbose_proctitle && !proctitle_timer.running) {
		directpush_timer_start(&proctitle_timer, 1000,
				       server_set_proctitle, (void *)NULL);
	}
}

static void server_die_check(void *context ATTR_UNUSED)
{
	if (directpush_connections_count() == 0) {
		master_service_stop(master_service);
		return;
	}
	directpush_timer_start(&die_timer, SERVER_DIE_CHECK_MSECS,
			       server_die_check, (void *)NULL);
}

/* doveadm reload or stop. The next front may be reading already. */
static void server_die(void)
{
	directpush_notify_listener_deinit();
	directpush_dying = TRUE;
	directpush_parked_shutdown(directpush_set->directpush_shutdown_spread);
	directpush_connections_die();
	server_die_check(NULL);
}

void directpush_server_init(void)
{
	master_service_set_die_callback(master_service, server_die);
	directpush_refresh_proctitle();
}

void directpush_server_deinit(void)
{
	directpush_timer_stop(&die_timer);
	directpush_timer_stop(&proctitle_timer);
	directpush_notify_listener_deinit();
	directpush_admin_deinit();
}

void directpush_server_client_connected(struct master_service_connection *conn)
{
	if (conn->fifo && strcmp(conn->name, DIRECTPUSH_IPC_NOTIFY_FIFO) == 0) {
		master_service_client_connection_accept(conn);
		directpush_notify_listener_init(conn->fd);
	} else if (strcmp(conn->name, DIRECTPUSH_IPC_ADMIN_SOCKET) == 0) {
		master_service_client_connection_accept(conn);
		directpush_admin_connection_create(conn->fd);
	} else if (!directpush_dying) {
		master_service_client_connection_accept(conn);
		/* so that a port in the configuration is enough */
		if (strcmp(conn->name, SERVER_TLS_LISTENER) == 0)
			conn->ssl = TRUE;
		directpush_connection_create(conn);
	}
}
