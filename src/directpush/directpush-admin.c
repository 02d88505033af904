/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "connection.h"
#include "ostream.h"
#include "str.h"
#include "strescape.h"
#include "master-service.h"
#include "directpush-ipc-admin.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-parked.h"
#include "directpush-request.h"
#include "directpush-timer.h"
#include "directpush-user.h"
#include "directpush-worker.h"
#include "directpush-admin.h"

#define ADMIN_MAX_INPUT 4096

static struct connection_list *admin_connections;
static uint64_t counters[DIRECTPUSH_COUNTERS];

static const char *const counter_names[] = {
	"requests", "requests_failed", "parked", "parked_without_worker",
	"expired", "woken", "looked_again", "workers_started", "notifications",
	"throttled"
};

void directpush_counter_add(enum directpush_counter counter)
{
	counters[counter]++;
}

/*
 * WHO
 */

struct admin_who {
	struct ostream *output;
	/* NULL: all */
	const char *user;
};

static void admin_who_send(const struct admin_who *ctx,
			   const struct directpush_ipc_admin_who *who)
{
	if (ctx->user != NULL && strcmp(ctx->user, who->user) != 0)
		return;
	T_BEGIN {
		string_t *line = t_str_new(256);

		directpush_ipc_admin_who_append(line, who);
		o_stream_nsend(ctx->output, str_data(line), str_len(line));
	} T_END;
}

static void admin_who_parked(const struct directpush_ipc_admin_who *who, void *context)
{
	const struct admin_who *ctx = context;

	admin_who_send(ctx, who);
}

static void admin_who_request(const struct directpush_request *req, void *context)
{
	const struct admin_who *ctx = context;
	struct directpush_ipc_admin_who who;

	/* not known yet, or OPTIONS */
	if (req->device == NULL)
		return;
	i_zero(&who);
	who.user = req->login->user->name;
	who.device_id = req->eas.device_id;
	who.device_type = req->eas.device_type;
	who.user_agent = req->eas.user_agent;
	who.remote_ip = req->remote_ip;
	who.command = req->eas.command;
	who.version = req->eas.version;
	who.age_secs = (directpush_timer_now_msecs() - req->asked_msecs) / 1000;
	who.heartbeat_limit_secs = req->device->heartbeat.limit_secs;
	admin_who_send(ctx, &who);
}

static int admin_cmd_who(struct connection *conn, const char *const *args)
{
	struct admin_who ctx = { .output = conn->output, .user = args[0] };

	directpush_parked_foreach(admin_who_parked, &ctx);
	directpush_connections_foreach_request(admin_who_request, &ctx);
	return 0;
}

/*
 * KICK, STATS
 */

static int admin_cmd_kick(struct connection *conn, const char *const *args)
{
	struct directpush_ipc_admin_kicked kicked;
	struct directpush_user *user;
	string_t *line = t_str_new(64);

	if (args[0] == NULL)
		return -1;
	i_zero(&kicked);
	user = directpush_user_find(args[0]);
	if (user != NULL) {
		directpush_user_ref(user);
		kicked.count = directpush_parked_kick(user, args[1] == NULL ? "" : args[1]);
		kicked.count += directpush_connections_kick(user,
							    args[1] == NULL ? "" : args[1]);
		directpush_user_unref(&user);
	}
	directpush_ipc_admin_kicked_append(line, &kicked);
	o_stream_nsend(conn->output, str_data(line), str_len(line));
	return 0;
}

static int admin_cmd_stats(struct connection *conn,
			   const char *const *args ATTR_UNUSED)
{
	string_t *str = t_str_new(512);

	str_printfa(str, "connections\t%u\n", directpush_connections_count());
	str_printfa(str, "parked_now\t%u\n", directpush_parked_count());
	str_printfa(str, "workers\t%u\n", directpush_workers_count());
	str_printfa(str, "timers\t%u\n", directpush_timers_count());
	for (unsigned int i = 0; i < DIRECTPUSH_COUNTERS; i++)
		str_printfa(str, "%s\t%"PRIu64"\n", counter_names[i], counters[i]);
	o_stream_nsend(conn->output, str_data(str), str_len(str));
	return 0;
}

static const struct {
	const char *name;
	int (*func)(struct connection *conn, const char *const *args);
} admin_commands[] = {
	{ "WHO", admin_cmd_who },
	{ "KICK", admin_cmd_kick },
	{ "STATS", admin_cmd_stats }
};

/*
 * Connections
 */

static int admin_input_args(struct connection *conn, const char *const *args)
{
	for (unsigned int i = 0; i < N_ELEMENTS(admin_commands); i++) {
		if (strcmp(args[0], admin_commands[i].name) != 0)
			continue;
		if (admin_commands[i].func(conn, args + 1) < 0)
			break;
		o_stream_nsend_str(conn->output, "\n");
		return 1;
	}
	o_stream_nsend_str(conn->output, "-\tunknown request or missing parameter\n");
	return 1;
}

static void admin_destroy(struct connection *conn)
{
	connection_deinit(conn);
	i_free(conn);
	master_service_client_connection_destroyed(master_service);
}

static const struct connection_settings admin_settings = {
	.service_name_in = DIRECTPUSH_IPC_ADMIN_SERVICE,
	.service_name_out = DIRECTPUSH_IPC_ADMIN_SERVICE,
	.major_version = DIRECTPUSH_IPC_ADMIN_MAJOR,
	.minor_version = 0,
	.input_max_size = ADMIN_MAX_INPUT,
	/* all parked requests, in one answer */
	.output_max_size = SIZE_MAX,
	.client = FALSE
};

static const struct connection_vfuncs admin_vfuncs = {
	.destroy = admin_destroy,
	.input_args = admin_input_args
};

void directpush_admin_connection_create(int fd)
{
	struct connection *conn;

	if (admin_connections == NULL)
		admin_connections = connection_list_init(&admin_settings, &admin_vfuncs);
	conn = i_new(struct connection, 1);
	connection_init_server(admin_connections, conn, "admin", fd, fd);
}

void directpush_admin_deinit(void)
{
	if (admin_connections != NULL)
		connection_list_deinit(&admin_connections);
}
