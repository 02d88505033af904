/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_USER_H
#define DIRECTPUSH_USER_H

/* Everything the front holds of one user, found by the name that the auth process gave:
   workers, devices, and jobs that wait for a worker. Exists while something refers to it. */

#include "directpush-rate.h"

struct directpush_user {
	int refcount;
	char *name;

	struct directpush_worker *workers;
	unsigned int workers_count;
	/* oldest first */
	struct directpush_job *jobs_head, *jobs_tail;

	struct directpush_device *devices;
	unsigned int unused_devices_count;
	unsigned int parked_count;
	/* of all the user's devices */
	struct directpush_rate rate;
};

void directpush_users_init(void);
void directpush_users_deinit(void);

/* The user of that name, with a reference. */
struct directpush_user *directpush_user_get(const char *name);
/* NULL if nothing is held of it */
struct directpush_user *directpush_user_find(const char *name);
void directpush_user_ref(struct directpush_user *user);
void directpush_user_unref(struct directpush_user **user);

/* All of them, in no order. The callback must not end users but its own. */
typedef void directpush_user_callback_t(struct directpush_user *user, void *context);
void directpush_users_foreach(directpush_user_callback_t *callback, void *context);

#endif
