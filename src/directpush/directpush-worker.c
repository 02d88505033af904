/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "istream.h"
#include "ostream.h"
#include "llist.h"
#include "str.h"
#include "master-service.h"
#include "directpush-compat.h"
#include "directpush-ipc-body.h"
#include "directpush-ipc-worker.h"
#include "directpush-admin.h"
#include "directpush-auth.h"
#include "directpush-common.h"
#include "directpush-connection.h"
#include "directpush-job.h"
#include "directpush-memory.h"
#include "directpush-user.h"
#include "directpush-worker-body.h"
#include "directpush-worker.h"

#include <unistd.h>
#include <sys/socket.h>

/* RUN lines and one frame of a body */
#define WORKER_MAX_OUTPUT_BYTES (64*1024)

/* So many times directpush_worker_timeout may a worker be silent while it works:
   mailboxes and mail servers take their time. */
#define WORKER_SILENCE_FACTOR 4

struct directpush_worker {
	struct directpush_worker *prev, *next;
	/* of all that are idle, the longest idle first */
	struct directpush_worker *idle_prev, *idle_next;
	/* of the memory: directpush_worker_destroy() may come while it is in use */
	int refcount;
	struct directpush_auth_login *login;

	int fd;
	struct io *io;
	struct istream *input;
	struct ostream *output;
	/* while starting: until its first line; while running: until it is found
	   silent; when idle: until it is ended */
	struct directpush_timer timer;
	/* bytes in both directions when it was last looked at */
	uoff_t last_progress;
	/* it could not even be asked for; told from the ioloop */
	struct timeout *to_failed;
	/* of the hand-over, 0 when it is done */
	unsigned int master_tag;

	/* of the current run; callbacks is NULL when nobody listens */
	const struct directpush_worker_callbacks *callbacks;
	void *context;
	struct directpush_worker_sender *sender;
	/* the body of a reply, while it is read */
	struct istream *body;
	/* what its reader has; NULL when that is gone */
	struct istream *given_body;
	struct io *io_drain;

	bool handshaked:1;
	bool running:1;
	/* is in the list of idle ones */
	bool idle:1;
	bool destroyed:1;
};

static struct master_auth *master_auth;
static unsigned int workers_count;
static struct directpush_worker *idle_head, *idle_tail;

static void worker_input(struct directpush_worker *worker);
static void worker_drain(struct directpush_worker *worker);

void directpush_workers_init(const char *socket_path)
{
	master_auth = master_auth_init(master_service, socket_path);
}

static void worker_destroy_of_user(struct directpush_user *user,
				   void *context ATTR_UNUSED)
{
	struct directpush_worker *worker, *next;

	for (worker = user->workers; worker != NULL; worker = next) {
		next = worker->next;
		directpush_worker_destroy(worker, "shutting down");
	}
}

void directpush_workers_deinit(void)
{
	directpush_users_foreach(worker_destroy_of_user, NULL);
	master_auth_deinit(&master_auth);
}

unsigned int directpush_workers_count(void)
{
	return workers_count;
}

/*
 * Life
 */

static void worker_failed(struct directpush_worker *worker)
{
	directpush_worker_destroy(worker, "could not be started");
}

static void worker_master_callback(const struct master_auth_reply *reply,
				   void *context)
{
	struct directpush_worker *worker = context;

	worker->master_tag = 0;
	if (reply != NULL && reply->status == MASTER_AUTH_STATUS_OK)
		return;
	/* perhaps from within master_auth_request_full() */
	if (worker->to_failed == NULL)
		worker->to_failed = timeout_add_short(0, worker_failed, worker);
}

static void worker_set_idle(struct directpush_worker *worker, bool idle)
{
	if (worker->idle == idle)
		return;
	worker->idle = idle;
	if (idle) {
		DLLIST2_APPEND_FULL(&idle_head, &idle_tail, worker,
				    idle_prev, idle_next);
	} else {
		DLLIST2_REMOVE_FULL(&idle_head, &idle_tail, worker,
				    idle_prev, idle_next);
	}
}

static void
worker_hand_over(struct directpush_worker *worker, int fd,
		 const struct directpush_auth_id *id,
		 const struct directpush_auth_info *info)
{
	struct directpush_connection *conn = info->conn;
	const char *session_id = directpush_connection_get_session_id(conn);
	struct master_auth_request_params params;

	i_zero(&params);
	params.client_fd = fd;
	params.request.auth_pid = id->server_pid;
	params.request.auth_id = id->id;
	params.request.client_pid = getpid();
	memcpy(params.request.cookie, id->cookie, sizeof(id->cookie));
	params.request.local_ip = conn->peer.local_ip;
	params.request.local_port = conn->local_port;
	params.request.remote_ip = info->remote_ip;
	params.request.remote_port = conn->remote_port;
	if (conn->secured)
		params.request.flags |= MAIL_AUTH_REQUEST_FLAG_CONN_SECURED;
	if (conn->tls)
		params.request.flags |= MAIL_AUTH_REQUEST_FLAG_CONN_SSL_SECURED;
	params.request.data_size = strlen(session_id) + 1;
	params.data = (const unsigned char *)session_id;
	master_auth_request_full(master_auth, &params, worker_master_callback,
				 worker, &worker->master_tag);
}

static void worker_timeout(struct directpush_worker *worker)
{
	directpush_worker_destroy(worker, worker->running ?
				  "did not start in time" : "idle");
}

static void worker_wake(struct directpush_worker *worker)
{
	io_remove(&worker->io);
	worker->input = i_stream_create_fd(worker->fd, DIRECTPUSH_IPC_MAX_LINE);
	worker->output = o_stream_create_fd(worker->fd, WORKER_MAX_OUTPUT_BYTES);
	o_stream_set_no_error_handling(worker->output, TRUE);
	worker->io = io_add_istream(worker->input, worker_input, worker);
}

static void worker_idle_input(struct directpush_worker *worker)
{
	char byte;

	if (recv(worker->fd, &byte, 1, MSG_PEEK) > 0) {
		e_error(directpush_event, "user %s: worker says something without "
			"having been asked", worker->login->user->name);
	}
	directpush_worker_destroy(worker, "closed its connection");
}

/* An idle worker keeps no buffers: hundreds of them would leave as many holes
   between what stays. */
static void worker_sleep(struct directpush_worker *worker)
{
	if (i_stream_get_data_size(worker->input) > 0 ||
	    o_stream_get_buffer_used_size(worker->output) > 0)
		return;
	io_remove(&worker->io);
	i_stream_destroy(&worker->input);
	o_stream_destroy(&worker->output);
	worker->io = io_add(worker->fd, IO_READ, worker_idle_input, worker);
}

struct directpush_worker *
directpush_worker_start(struct directpush_auth_login *login,
			struct directpush_auth_id *id,
			const struct directpush_auth_info *info)
{
	struct directpush_worker *worker;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0) {
		e_error(directpush_event, "socketpair() failed: %m");
		return NULL;
	}
	net_set_nonblock(fd[0], TRUE);

	worker = i_new(struct directpush_worker, 1);
	worker->refcount = 1;
	worker->login = login;
	directpush_auth_login_ref(login);
	worker->fd = fd[0];
	worker_wake(worker);
	DLLIST_PREPEND(&login->user->workers, worker);
	login->user->workers_count++;
	workers_count++;
	directpush_memory_active_begin();
	directpush_counter_add(DIRECTPUSH_COUNTER_WORKERS_STARTED);

	o_stream_nsend_str(worker->output, DIRECTPUSH_IPC_WORKER_HANDSHAKE);
	directpush_timer_start(&worker->timer,
			       directpush_set->directpush_worker_timeout * 1000,
			       worker_timeout, worker);
	worker_hand_over(worker, fd[1], id, info);
	i_close_fd(&fd[1]);
	id->id = 0;
	return worker;
}

static void worker_unref(struct directpush_worker *worker)
{
	if (--worker->refcount == 0)
		i_free(worker);
}

static void worker_close(struct directpush_worker *worker)
{
	directpush_timer_stop(&worker->timer);
	timeout_remove(&worker->to_failed);
	if (worker->master_tag != 0)
		master_auth_request_abort(master_auth, worker->master_tag);
	if (worker->sender != NULL)
		directpush_worker_sender_abort(&worker->sender, FALSE);
	io_remove(&worker->io_drain);
	io_remove(&worker->io);
	i_stream_unref(&worker->body);
	i_stream_destroy(&worker->input);
	o_stream_destroy(&worker->output);
	i_close_fd(&worker->fd);
}

void directpush_worker_destroy(struct directpush_worker *worker, const char *reason)
{
	const struct directpush_worker_callbacks *callbacks = worker->callbacks;
	struct directpush_user *user = worker->login->user;

	i_assert(!worker->destroyed);
	if (worker->given_body != NULL) {
		/* Its reader finds an early end, and we come back here. */
		(void)shutdown(worker->fd, SHUT_RDWR);
		return;
	}
	e_debug(directpush_event, "user %s: worker ended: %s", user->name, reason);
	worker->destroyed = TRUE;
	worker->callbacks = NULL;
	worker_set_idle(worker, FALSE);
	DLLIST_REMOVE(&user->workers, worker);
	user->workers_count--;
	workers_count--;
	worker_close(worker);
	directpush_memory_active_end();

	directpush_user_ref(user);
	if (callbacks != NULL)
		callbacks->failed(worker->context, reason);
	directpush_auth_login_unref(&worker->login);
	worker_unref(worker);
	directpush_jobs_worker_gone(user);
	directpush_user_unref(&user);
}

/*
 * A run
 */

static void worker_finish_run(struct directpush_worker *worker)
{
	i_assert(worker->sender == NULL);
	worker->running = FALSE;
	worker->callbacks = NULL;
	directpush_timer_start(&worker->timer,
			       directpush_set->directpush_worker_idle_timeout * 1000,
			       worker_timeout, worker);
	worker->refcount++;
	directpush_jobs_worker_idle(worker);
	if (!worker->destroyed && !worker->running) {
		worker_set_idle(worker, TRUE);
		worker_sleep(worker);
	}
	worker_unref(worker);
}

/* An answer before all of the body was sent: the rest does not matter. */
static void worker_stop_sending(struct directpush_worker *worker)
{
	if (worker->sender != NULL)
		directpush_worker_sender_abort(&worker->sender, TRUE);
}

static void worker_watch_silence(struct directpush_worker *worker);

static uoff_t worker_get_progress(const struct directpush_worker *worker)
{
	return worker->input->v_offset + i_stream_get_data_size(worker->input) +
		worker->output->offset - o_stream_get_buffer_used_size(worker->output);
}

static void worker_check_silence(struct directpush_worker *worker)
{
	uoff_t progress = worker_get_progress(worker);
	/* Or is it the phone that does not send its body, or take its answer? */
	bool phone = (worker->sender != NULL &&
		      o_stream_get_buffer_used_size(worker->output) == 0) ||
		(worker->given_body != NULL &&
		 i_stream_get_data_size(worker->given_body) > 0);

	if (progress == worker->last_progress && !phone) {
		e_error(directpush_event, "user %s: worker is silent for too long",
			worker->login->user->name);
		directpush_worker_destroy(worker, "silent for too long");
		return;
	}
	worker_watch_silence(worker);
}

static void worker_watch_silence(struct directpush_worker *worker)
{
	worker->last_progress = worker_get_progress(worker);
	directpush_timer_start(&worker->timer, WORKER_SILENCE_FACTOR *
			       directpush_set->directpush_worker_timeout * 1000,
			       worker_check_silence, worker);
}

static void worker_body_sent(enum directpush_worker_sender_result result,
			     struct directpush_worker *worker)
{
	const struct directpush_worker_callbacks *callbacks = worker->callbacks;

	worker->sender = NULL;
	switch (result) {
	case DIRECTPUSH_WORKER_SENDER_DONE:
		if (worker->handshaked)
			worker_watch_silence(worker);
		break;
	case DIRECTPUSH_WORKER_SENDER_WORKER_LOST:
		/* worker_input() sees it too, and first what it had to say */
		break;
	case DIRECTPUSH_WORKER_SENDER_BODY_BROKEN:
	case DIRECTPUSH_WORKER_SENDER_BODY_TOO_LARGE:
		worker->callbacks = NULL;
		if (callbacks != NULL) {
			callbacks->body_failed(worker->context, result ==
				DIRECTPUSH_WORKER_SENDER_BODY_TOO_LARGE ? 413 : 400);
		}
		break;
	}
}

void directpush_worker_run(struct directpush_worker *worker,
			   const struct directpush_ipc_run *run,
			   const struct directpush_worker_body *body,
			   const struct directpush_worker_callbacks *callbacks,
			   void *context)
{
	string_t *line = t_str_new(512);

	i_assert(!worker->running);
	worker_set_idle(worker, FALSE);
	if (worker->input == NULL)
		worker_wake(worker);
	worker->running = TRUE;
	worker->callbacks = callbacks;
	worker->context = context;
	directpush_ipc_run_append(line, run);
	o_stream_nsend(worker->output, str_data(line), str_len(line));
	worker->sender = directpush_worker_sender_create(worker->output, body,
							 worker_body_sent, worker);
	if (worker->handshaked)
		worker_watch_silence(worker);
}

void directpush_worker_abandon(struct directpush_worker *worker)
{
	worker->callbacks = NULL;
	worker_stop_sending(worker);
}

/*
 * Answers
 */

static void worker_body_ended(struct directpush_worker *worker)
{
	const char *error = NULL;

	io_remove(&worker->io_drain);
	if (worker->body->stream_errno != 0)
		error = t_strdup(i_stream_get_error(worker->body));
	i_stream_unref(&worker->body);
	if (error != NULL) {
		directpush_worker_destroy(worker, error);
		return;
	}
	worker->io = io_add_istream(worker->input, worker_input, worker);
	i_stream_set_input_pending(worker->input, TRUE);
	worker_finish_run(worker);
}

/* Read the rest of a body that nobody wants, at least its end frame. */
static void worker_drain(struct directpush_worker *worker)
{
	ssize_t ret;

	while ((ret = i_stream_read(worker->body)) > 0 || ret == -2) {
		i_stream_skip(worker->body,
			      i_stream_get_data_size(worker->body));
	}
	if (ret < 0)
		worker_body_ended(worker);
	else if (worker->io_drain == NULL) {
		worker->io_drain = io_add_istream(worker->body, worker_drain, worker);
	}
}

static void worker_body_released(struct directpush_worker *worker)
{
	worker->given_body = NULL;
	worker_drain(worker);
}

/* Give the body to who asked, in a stream whose end we notice. */
static void worker_give_body(struct directpush_worker *worker,
			     const struct directpush_ipc_reply *reply)
{
	const struct directpush_worker_callbacks *callbacks = worker->callbacks;
	struct istream *given;

	worker_stop_sending(worker);
	io_remove(&worker->io);
	worker->body = i_stream_create_directpush_ipc_body(worker->input);
	if (callbacks == NULL) {
		worker_drain(worker);
		return;
	}
	worker->callbacks = NULL;
	given = directpush_worker_body_istream(worker->body, reply->content_length);
	worker->given_body = given;
	i_stream_add_destroy_callback(given, worker_body_released, worker);
	callbacks->reply(worker->context, reply, given);
	i_stream_unref(&given);
}

static int worker_handle_reply(struct directpush_worker *worker,
			       const char *fields, const char **error_r)
{
	pool_t pool = pool_alloconly_create("directpush reply", 256);
	struct directpush_ipc_reply reply;
	int ret;

	ret = directpush_ipc_reply_parse(pool, fields, &reply, error_r);
	if (ret < 0)
		*error_r = t_strdup(*error_r);
	else if (reply.status < 200 || reply.status > 599) {
		*error_r = t_strdup_printf("sent HTTP status %u", reply.status);
		ret = -1;
	} else
		worker_give_body(worker, &reply);
	pool_unref(&pool);
	return ret;
}

static void worker_handle_park(struct directpush_worker *worker, const char *fields)
{
	const struct directpush_worker_callbacks *callbacks = worker->callbacks;
	void *context = worker->context;

	worker->callbacks = NULL;
	worker_stop_sending(worker);
	if (callbacks != NULL)
		callbacks->park(context, fields);
	worker_finish_run(worker);
}

static int worker_handle_line(struct directpush_worker *worker, const char *line,
			      const char **error_r)
{
	if (!worker->handshaked) {
		if (!version_string_verify(line, DIRECTPUSH_IPC_WORKER_SERVICE,
					   DIRECTPUSH_IPC_WORKER_MAJOR)) {
			*error_r = "speaks another version";
			return -1;
		}
		worker->handshaked = TRUE;
		worker_watch_silence(worker);
		return 0;
	}
	if (!worker->running) {
		*error_r = "answers without having been asked";
		return -1;
	}
	if (str_begins_with(line, "REPLY\t"))
		return worker_handle_reply(worker, line + strlen("REPLY\t"), error_r);
	if (str_begins_with(line, "PARK\t")) {
		worker_handle_park(worker, line + strlen("PARK\t"));
		return 0;
	}
	*error_r = "sent an unknown line";
	return -1;
}

static void worker_input_line(struct directpush_worker *worker, const char *line)
{
	const char *error;

	if (worker_handle_line(worker, line, &error) < 0) {
		e_error(directpush_event, "user %s: worker %s",
			worker->login->user->name, error);
		directpush_worker_destroy(worker, error);
	}
}

static void worker_input_ended(struct directpush_worker *worker)
{
	const char *reason = worker->input->stream_errno != 0 ?
		t_strdup(i_stream_get_error(worker->input)) :
		worker->input->eof ? "closed its connection" : "line too long";

	if (worker->running && worker->callbacks != NULL && !directpush_dying) {
		e_error(directpush_event, "user %s: worker lost: %s",
			worker->login->user->name, reason);
	}
	directpush_worker_destroy(worker, reason);
}

static void worker_input(struct directpush_worker *worker)
{
	const char *line;

	worker->refcount++;
	/* While a body is there, somebody else reads; then there are lines again. */
	while (!worker->destroyed && worker->body == NULL && worker->input != NULL &&
	       (line = i_stream_read_next_line(worker->input)) != NULL) {
		T_BEGIN {
			worker_input_line(worker, line);
		} T_END;
	}
	if (!worker->destroyed && worker->body == NULL && worker->input != NULL &&
	    (worker->input->eof || worker->input->stream_errno != 0 ||
	     i_stream_get_data_size(worker->input) >= DIRECTPUSH_IPC_MAX_LINE))
		worker_input_ended(worker);
	worker_unref(worker);
}

/*
 * For the pool
 */

bool directpush_workers_make_room(void)
{
	if (workers_count < directpush_set->directpush_worker_max)
		return TRUE;
	if (idle_head == NULL)
		return FALSE;
	directpush_worker_destroy(idle_head, "made room for another user");
	return TRUE;
}

bool directpush_worker_is_idle(const struct directpush_worker *worker)
{
	return !worker->running;
}

const struct directpush_auth_login *
directpush_worker_get_login(const struct directpush_worker *worker)
{
	return worker->login;
}

struct directpush_worker *
directpush_worker_next(const struct directpush_worker *worker)
{
	return worker->next;
}
