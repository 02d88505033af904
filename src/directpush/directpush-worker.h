/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_WORKER_H
#define DIRECTPUSH_WORKER_H

/* One worker process of one user, at the other end of a socketpair that the login protocol
   handed to it. Runs one request at a time (directpush-ipc-worker.h). A worker whose
   request lost its owner finishes it, and nobody hears the answer. */

#include "directpush-timer.h"

struct istream;
struct directpush_auth_id;
struct directpush_auth_info;
struct directpush_auth_login;
struct directpush_ipc_reply;
struct directpush_ipc_run;
struct directpush_worker;

/* Exactly one of them is called for a run, never from within directpush_worker_run(). */
struct directpush_worker_callbacks {
	/* body has to be read to its end or just unreferenced. *reply lives until return. */
	void (*reply)(void *context, const struct directpush_ipc_reply *reply,
		      struct istream *body);
	/* fields of the PARK line, until return */
	void (*park)(void *context, const char *fields);
	/* It died, or never came to life. */
	void (*failed)(void *context, const char *reason);
	/* The phone's body is at fault or too large; the worker answers too, but
	   that is not heard. status: HTTP */
	void (*body_failed)(void *context, unsigned int status);
};

/* What goes to the worker behind the RUN line. */
struct directpush_worker_body {
	/* first these bytes, which must stay until the run ends */
	const void *prefix;
	size_t prefix_size;
	/* then what comes from here; NULL if nothing does */
	struct istream *rest;
	/* of prefix and rest together: more is an error (413) */
	uoff_t max_size;
};

void directpush_workers_init(const char *socket_path);
/* Ends them all. */
void directpush_workers_deinit(void);
unsigned int directpush_workers_count(void);

/* Start one by a successful authentication, which is used up. */
struct directpush_worker *
directpush_worker_start(struct directpush_auth_login *login,
			struct directpush_auth_id *id,
			const struct directpush_auth_info *info);
/* At once. The owner of its run is told that it failed. */
void directpush_worker_destroy(struct directpush_worker *worker, const char *reason);

void directpush_worker_run(struct directpush_worker *worker,
			   const struct directpush_ipc_run *run,
			   const struct directpush_worker_body *body,
			   const struct directpush_worker_callbacks *callbacks,
			   void *context);
/* Nobody waits for the answer any more. A body that is not complete is given up. */
void directpush_worker_abandon(struct directpush_worker *worker);

/* For the pool */
/* May one more be started? At directpush_worker_max, the one idle longest ends for it.
   FALSE if all are busy. */
bool directpush_workers_make_room(void);
bool directpush_worker_is_idle(const struct directpush_worker *worker);
const struct directpush_auth_login *
directpush_worker_get_login(const struct directpush_worker *worker);
struct directpush_worker *directpush_worker_next(const struct directpush_worker *worker);

#endif
