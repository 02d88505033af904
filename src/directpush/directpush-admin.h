/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_ADMIN_H
#define DIRECTPUSH_ADMIN_H

/* `doveadm directpush who | kick | stats` asks here (directpush-ipc-admin.h). */

/* Takes fd, a connection to the socket directpush-admin. */
void directpush_admin_connection_create(int fd);
void directpush_admin_deinit(void);

/* Counters since the start, for STATS. */
enum directpush_counter {
	DIRECTPUSH_COUNTER_REQUESTS,
	DIRECTPUSH_COUNTER_REQUESTS_FAILED,
	DIRECTPUSH_COUNTER_PARKED,
	DIRECTPUSH_COUNTER_PARKED_WITHOUT_WORKER,
	DIRECTPUSH_COUNTER_EXPIRED,
	DIRECTPUSH_COUNTER_WOKEN,
	DIRECTPUSH_COUNTER_LOOKED_AGAIN,
	DIRECTPUSH_COUNTER_WORKERS_STARTED,
	DIRECTPUSH_COUNTER_NOTIFICATIONS,
	DIRECTPUSH_COUNTER_THROTTLED,
	DIRECTPUSH_COUNTERS
};
void directpush_counter_add(enum directpush_counter counter);

#endif
