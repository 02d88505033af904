/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_JOB_H
#define DIRECTPUSH_JOB_H

/* One request's way to a worker and back: takes an idle worker of the user, or
   starts one (authenticating again if need be), or waits for one. */

#include "directpush-auth.h"
#include "directpush-ipc-worker.h"
#include "directpush-worker.h"

struct directpush_job_callbacks {
	/* as in struct directpush_worker_callbacks; the job is over */
	void (*reply)(void *context, const struct directpush_ipc_reply *reply,
		      struct istream *body);
	void (*park)(void *context, const char *fields);
	/* Answer with that HTTP status. retry_after_secs 0: no such header */
	void (*failed)(void *context, unsigned int status,
		       unsigned int retry_after_secs, const char *reason);
};

struct directpush_job_params {
	/* Everything here must stay as it is until the job is over. */
	struct directpush_auth_login *login;
	struct directpush_auth_info auth;
	/* of an authentication just done; id.id = 0: none */
	struct directpush_auth_id id;
	struct directpush_ipc_run run;
	struct directpush_worker_body body;
};

/* No callback is called from within. */
struct directpush_job *
directpush_job_start(const struct directpush_job_params *params,
		     const struct directpush_job_callbacks *callbacks,
		     void *context);
/* FALSE while it waits for one. */
bool directpush_job_has_worker(const struct directpush_job *job);
/* Nobody wants the answer any more. */
void directpush_job_abort(struct directpush_job **job);

/* Called by workers: it can take another request; one is gone. */
void directpush_jobs_worker_idle(struct directpush_worker *worker);
void directpush_jobs_worker_gone(struct directpush_user *user);

/* When there are no workers any more. */
void directpush_jobs_deinit(void);

#endif
