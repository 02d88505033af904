/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "istream.h"
#include "ostream.h"
#include "net.h"
#include "process-title.h"
#include "mail-user.h"
#include "mail-user.h"
#include "mail-autoexpunge.h"
#include "master-service.h"
#include "directpush-compat.h"
#include "directpush-ipc-body.h"
#include "directpush-ipc-worker.h"
#include "directpush-worker-settings.h"
#include "eas-cmd.h"
#include "eas-user.h"
#include "worker-front-connection.h"

#include <unistd.h>

#define RUN_PREFIX "RUN\t"
/* of a body whose end was on its way already when the front gave it up */
#define LATE_ABORT "ABORT"

struct worker_front_connection {
	int fd;
	struct io *io;
	struct istream *input;
	struct ostream *output;
	struct eas_user *user;

	bool version_received;
};

/* client_limit=1: there is never another one */
static struct worker_front_connection *front_connection = NULL;

static void
worker_front_connection_set_title(struct worker_front_connection *conn,
				  const char *command)
{
	if (!conn->user->set->verbose_proctitle)
		return;
	if (command == NULL)
		process_title_set(t_strdup_printf("[%s]", conn->user->username));
	else
		process_title_set(t_strdup_printf("[%s %s]", conn->user->username,
						  command));
}

static void worker_front_connection_destroy(struct worker_front_connection **_conn)
{
	struct worker_front_connection *conn = *_conn;

	*_conn = NULL;
	front_connection = NULL;
	io_remove(&conn->io);
	i_stream_destroy(&conn->input);
	o_stream_destroy(&conn->output);
	net_disconnect(conn->fd);
	/* as at the end of an IMAP session; nobody waits for it */
	worker_front_connection_set_title(conn, "autoexpunge");
	(void)mail_user_autoexpunge(conn->user->mail_user);
	eas_user_destroy(&conn->user);
	i_free(conn);
	master_service_client_connection_destroyed(master_service);
}

static int
worker_front_connection_run(struct worker_front_connection *conn, const char *fields)
{
	struct directpush_ipc_run run;
	struct istream *body;
	const char *error;
	pool_t pool;
	int ret;

	pool = pool_alloconly_create("worker run", 1024);
	if (directpush_ipc_run_parse(pool, fields, &run, &error) < 0) {
		e_error(conn->user->event, "Front sent a broken RUN line: %s", error);
		pool_unref(&pool);
		return -1;
	}
	worker_front_connection_set_title(conn,
		eas_command_get(run.request.command)->name);
	body = i_stream_create_directpush_ipc_body(conn->input);
	ret = eas_cmd_run(conn->user, &run, body, conn->output);
	i_stream_unref(&body);
	worker_front_connection_set_title(conn, NULL);
	pool_unref(&pool);
	return ret;
}

static int
worker_front_connection_line(struct worker_front_connection *conn, const char *line)
{
	if (!conn->version_received) {
		if (!version_string_verify(line, DIRECTPUSH_IPC_WORKER_SERVICE,
					   DIRECTPUSH_IPC_WORKER_MAJOR)) {
			e_error(conn->user->event, "Front speaks another version "
				"of the worker protocol (mixed installation?)");
			return -1;
		}
		conn->version_received = TRUE;
		return 0;
	}
	if (strcmp(line, LATE_ABORT) == 0)
		return 0;
	if (!str_begins_with(line, RUN_PREFIX)) {
		e_error(conn->user->event, "Front sent an unknown line");
		return -1;
	}
	return worker_front_connection_run(conn, line + strlen(RUN_PREFIX));
}

static void worker_front_connection_input(struct worker_front_connection *conn)
{
	const char *line;
	int ret = 0;

	do T_BEGIN {
		line = i_stream_read_next_line(conn->input);
		ret = line == NULL ? -1 : worker_front_connection_line(conn, line);
	} T_END; while (ret == 0 && i_stream_get_data_size(conn->input) > 0);
	if (ret < 0)
		worker_front_connection_destroy(&conn);
}

void worker_front_connection_create(int fd, struct eas_user *user)
{
	struct worker_front_connection *conn;

	i_assert(front_connection == NULL);

	conn = front_connection = i_new(struct worker_front_connection, 1);
	conn->fd = fd;
	conn->user = user;
	/* docs/decisions/001: all reading and writing blocks, only the
	   wait for the next request does not */
	net_set_nonblock(fd, FALSE);
	conn->input = i_stream_create_fd(fd, DIRECTPUSH_IPC_MAX_LINE);
	conn->input->blocking = TRUE;
	conn->output = o_stream_create_fd(fd, SIZE_MAX);
	conn->output->blocking = TRUE;
	o_stream_set_no_error_handling(conn->output, TRUE);
	o_stream_nsend_str(conn->output, DIRECTPUSH_IPC_WORKER_HANDSHAKE);
	conn->io = io_add_istream(conn->input, worker_front_connection_input, conn);
	worker_front_connection_set_title(conn, NULL);
}

void worker_front_connections_destroy(void)
{
	if (front_connection != NULL)
		worker_front_connection_destroy(&front_connection);
}
