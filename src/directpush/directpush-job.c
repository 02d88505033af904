/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "llist.h"
#include "directpush-common.h"
#include "directpush-rate.h"
#include "directpush-user.h"
#include "directpush-job.h"

/* what a phone is told to wait when there is no worker for it */
#define JOB_RETRY_AFTER_SECS 30
/* how long to wait for a worker of the user that is busy or just starting, before another
   one is started: that takes longer than most requests, and more of the processor */
#define JOB_PATIENCE_MSECS 100

struct directpush_job {
	/* in user->jobs, while it waits for a worker of the user, or is authenticated to start one:
	   in the order in which they came. Two of one connection are answered in that order, so
	   the second one must not keep a worker from the first. */
	struct directpush_job *prev, *next;
	uint64_t number;
	bool queued;
	/* in waiting too, while all workers of all users are busy */
	struct directpush_job *waiting_prev, *waiting_next;
	bool waiting;
	/* how long it may wait altogether */
	struct directpush_timer queue_timer;
	/* and for those workers that are there */
	struct directpush_timer patience_timer;
	bool impatient;

	struct directpush_job_params params;
	/* of our own, since the connection's may be replaced meanwhile */
	struct directpush_auth_login *login;
	struct directpush_auth_request *auth_request;
	struct directpush_worker *worker;
	struct timeout *to_start;

	const struct directpush_job_callbacks *callbacks;
	void *context;
};

/* those that wait until directpush_worker_max allows another worker, oldest first */
static struct directpush_job *waiting_head, *waiting_tail;
/* workers that became free for them since they were looked at */
static unsigned int waiting_places;
static uint64_t jobs_started;
static struct timeout *to_waiting;

static bool job_find_worker(struct directpush_job *job);

static void job_unwait(struct directpush_job *job)
{
	if (job->waiting) {
		DLLIST2_REMOVE_FULL(&waiting_head, &waiting_tail, job,
				    waiting_prev, waiting_next);
		job->waiting = FALSE;
	}
}

static void job_unqueue(struct directpush_job *job)
{
	struct directpush_user *user = job->login->user;

	if (job->queued) {
		DLLIST2_REMOVE(&user->jobs_head, &user->jobs_tail, job);
		job->queued = FALSE;
	}
}

static void job_stop_waiting(struct directpush_job *job)
{
	job_unqueue(job);
	job_unwait(job);
	directpush_timer_stop(&job->queue_timer);
	directpush_timer_stop(&job->patience_timer);
}

static void job_free(struct directpush_job *job)
{
	job_stop_waiting(job);
	timeout_remove(&job->to_start);
	if (job->auth_request != NULL)
		directpush_auth_abort(&job->auth_request);
	directpush_auth_id_forget(&job->params.id);
	directpush_auth_login_unref(&job->login);
	i_free(job);
}

static void job_fail(struct directpush_job *job, unsigned int status,
		     unsigned int retry_after_secs, const char *reason)
{
	const struct directpush_job_callbacks *callbacks = job->callbacks;
	void *context = job->context;

	job_free(job);
	/* those that are refused together shall not come back together */
	if (retry_after_secs > 0)
		retry_after_secs = directpush_rate_spread(retry_after_secs);
	callbacks->failed(context, status, retry_after_secs, reason);
}

/*
 * Running
 */

static void job_worker_reply(void *context, const struct directpush_ipc_reply *reply,
			     struct istream *body)
{
	struct directpush_job *job = context;
	const struct directpush_job_callbacks *callbacks = job->callbacks;
	void *owner = job->context;

	job_free(job);
	callbacks->reply(owner, reply, body);
}

static void job_worker_park(void *context, const char *fields)
{
	struct directpush_job *job = context;
	const struct directpush_job_callbacks *callbacks = job->callbacks;
	void *owner = job->context;

	job_free(job);
	callbacks->park(owner, fields);
}

static void job_worker_failed(void *context, const char *reason)
{
	job_fail(context, 503, JOB_RETRY_AFTER_SECS,
		 t_strconcat("worker failed: ", reason, NULL));
}

static void job_worker_body_failed(void *context, unsigned int status)
{
	job_fail(context, status, 0, status == 413 ?
		 "request is too large" : "request's body is broken");
}

static const struct directpush_worker_callbacks job_worker_callbacks = {
	.reply = job_worker_reply,
	.park = job_worker_park,
	.failed = job_worker_failed,
	.body_failed = job_worker_body_failed
};

static void job_run(struct directpush_job *job, struct directpush_worker *worker)
{
	job_stop_waiting(job);
	timeout_remove(&job->to_start);
	if (job->auth_request != NULL)
		directpush_auth_abort(&job->auth_request);
	directpush_auth_id_forget(&job->params.id);
	job->worker = worker;
	T_BEGIN {
		directpush_worker_run(worker, &job->params.run, &job->params.body,
				      &job_worker_callbacks, job);
	} T_END;
}

/*
 * Finding a worker
 */

static bool job_may_use(const struct directpush_job *job,
			const struct directpush_worker *worker)
{
	return strcmp(directpush_worker_get_login(worker)->key, job->login->key) == 0;
}

static struct directpush_worker *
job_find_idle_worker(const struct directpush_job *job)
{
	struct directpush_worker *worker = job->login->user->workers;

	for (; worker != NULL; worker = directpush_worker_next(worker)) {
		if (directpush_worker_is_idle(worker) && job_may_use(job, worker))
			return worker;
	}
	return NULL;
}

/* Does the user have one for it, busy or starting? */
static bool job_may_expect_worker(const struct directpush_job *job)
{
	struct directpush_worker *worker = job->login->user->workers;

	for (; worker != NULL; worker = directpush_worker_next(worker)) {
		if (job_may_use(job, worker))
			return TRUE;
	}
	return FALSE;
}

/* May another one be started? One that is idle for another login of the user
   makes room. */
static bool job_make_room(const struct directpush_job *job)
{
	struct directpush_worker *worker = job->login->user->workers;

	if (job->login->user->workers_count <
	    directpush_set->directpush_worker_max_per_user)
		return TRUE;
	for (; worker != NULL; worker = directpush_worker_next(worker)) {
		if (directpush_worker_is_idle(worker)) {
			directpush_worker_destroy(worker, "made room");
			return TRUE;
		}
	}
	return FALSE;
}

static void job_start_worker(struct directpush_job *job)
{
	struct directpush_worker *worker;

	worker = directpush_worker_start(job->login, &job->params.id,
					 &job->params.auth);
	if (worker == NULL) {
		job_fail(job, 503, JOB_RETRY_AFTER_SECS, "worker could not be started");
		return;
	}
	job_run(job, worker);
}

static void job_auth_callback(const struct directpush_auth_reply *reply,
			      struct directpush_job *job)
{
	job->auth_request = NULL;
	switch (reply->status) {
	case DIRECTPUSH_AUTH_OK:
		job->params.id = reply->id;
		if (reply->login->user != job->login->user) {
			job_fail(job, 403, 0, "credentials now belong to another user");
			return;
		}
		directpush_auth_login_ref(reply->login);
		directpush_auth_login_unref(&job->login);
		job->login = reply->login;
		(void)job_find_worker(job);
		break;
	case DIRECTPUSH_AUTH_WRONG:
		job_fail(job, 401, 0, "credentials are no longer valid");
		break;
	case DIRECTPUSH_AUTH_DENIED:
		job_fail(job, 403, 0, reply->reason);
		break;
	case DIRECTPUSH_AUTH_UNAVAILABLE:
		job_fail(job, 503, JOB_RETRY_AFTER_SECS, reply->reason);
		break;
	}
}

static void job_queue_timeout(struct directpush_job *job)
{
	job_fail(job, 503, JOB_RETRY_AFTER_SECS, job->waiting ?
		 "directpush_worker_max workers are busy" :
		 "directpush_worker_max_per_user workers are busy");
}

static void job_enqueue(struct directpush_job *job)
{
	struct directpush_user *user = job->login->user;
	struct directpush_job *before = user->jobs_tail;

	if (job->queued)
		return;
	while (before != NULL && before->number > job->number)
		before = before->prev;
	if (before == NULL)
		DLLIST2_PREPEND(&user->jobs_head, &user->jobs_tail, job);
	else
		DLLIST2_INSERT_AFTER(&user->jobs_head, &user->jobs_tail, before, job);
	job->queued = TRUE;
}

static void job_wait(struct directpush_job *job)
{
	/* the auth process does not remember it for long */
	directpush_auth_id_forget(&job->params.id);
	job_enqueue(job);
	if (!job->queue_timer.running) {
		directpush_timer_start(&job->queue_timer,
			directpush_set->directpush_worker_timeout * 1000,
			job_queue_timeout, job);
	}
}

static void job_patience_over(struct directpush_job *job)
{
	job->impatient = TRUE;
	if (job->queued && !job->waiting && job->auth_request == NULL)
		(void)job_find_worker(job);
}

/* Returns FALSE if it waits for a worker of its own user, who has as many as he may or one that
   will soon be there: it takes no place among all workers. */
static bool job_find_worker(struct directpush_job *job)
{
	struct directpush_worker *worker = job_find_idle_worker(job);

	if (worker != NULL) {
		job_run(job, worker);
		return TRUE;
	}
	if (!job->impatient && job_may_expect_worker(job)) {
		job_wait(job);
		directpush_timer_start(&job->patience_timer, JOB_PATIENCE_MSECS,
				       job_patience_over, job);
		return FALSE;
	}
	if (!job_make_room(job)) {
		job_wait(job);
		return FALSE;
	}
	if (!directpush_workers_make_room()) {
		if (!job->waiting) {
			DLLIST2_APPEND_FULL(&waiting_head, &waiting_tail, job,
					    waiting_prev, waiting_next);
			job->waiting = TRUE;
		}
		job_wait(job);
	} else if (job->params.id.id != 0) {
		job_start_worker(job);
	} else {
		job_unwait(job);
		job_enqueue(job);
		job->auth_request = directpush_auth_start(&job->params.auth,
							  job_auth_callback, job);
	}
	return TRUE;
}

static void jobs_run_waiting(void *context ATTR_UNUSED)
{
	struct directpush_job *job;

	timeout_remove(&to_waiting);
	while (waiting_places > 0 && waiting_head != NULL) {
		job = waiting_head;
		job_unwait(job);
		if (job_find_worker(job))
			waiting_places--;
	}
	waiting_places = 0;
}

/* A worker is idle or gone: one that waits may have its place, soon. */
static void jobs_place_free(void)
{
	if (waiting_head == NULL)
		return;
	waiting_places++;
	if (to_waiting == NULL)
		to_waiting = timeout_add_short(0, jobs_run_waiting, NULL);
}

void directpush_jobs_deinit(void)
{
	timeout_remove(&to_waiting);
}

static void job_start(struct directpush_job *job)
{
	timeout_remove(&job->to_start);
	(void)job_find_worker(job);
}

struct directpush_job *
directpush_job_start(const struct directpush_job_params *params,
		     const struct directpush_job_callbacks *callbacks,
		     void *context)
{
	struct directpush_worker *worker;
	struct directpush_job *job;

	job = i_new(struct directpush_job, 1);
	job->number = ++jobs_started;
	job->params = *params;
	job->login = params->login;
	directpush_auth_login_ref(job->login);
	job->callbacks = callbacks;
	job->context = context;
	worker = job_find_idle_worker(job);
	if (worker != NULL)
		job_run(job, worker);
	else
		job->to_start = timeout_add_short(0, job_start, job);
	return job;
}

bool directpush_job_has_worker(const struct directpush_job *job)
{
	return job->worker != NULL;
}

void directpush_job_abort(struct directpush_job **_job)
{
	struct directpush_job *job = *_job;

	*_job = NULL;
	if (job == NULL)
		return;
	if (job->worker != NULL)
		directpush_worker_abandon(job->worker);
	job_free(job);
}

/*
 * Called by workers
 */

void directpush_jobs_worker_idle(struct directpush_worker *worker)
{
	struct directpush_user *user = directpush_worker_get_login(worker)->user;
	struct directpush_job *job;

	for (job = user->jobs_head; job != NULL; job = job->next) {
		if (job_may_use(job, worker)) {
			job_run(job, worker);
			return;
		}
	}
	if (directpush_dying)
		directpush_worker_destroy(worker, "shutting down");
	else if (user->jobs_head != NULL) {
		/* somebody waits for a worker of another login */
		directpush_worker_destroy(worker, "made room");
	} else
		jobs_place_free();
}

void directpush_jobs_worker_gone(struct directpush_user *user)
{
	struct directpush_job *job = user->jobs_head;

	/* those that are about to start one already */
	while (job != NULL && (job->to_start != NULL || job->auth_request != NULL))
		job = job->next;
	if (job == NULL)
		jobs_place_free();
	else
		/* no further than this one: what it finds decides about the next */
		job->to_start = timeout_add_short(0, job_start, job);
}
