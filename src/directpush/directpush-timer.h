/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_TIMER_H
#define DIRECTPUSH_TIMER_H

/* Deadlines of connections, parked requests and workers. Thousands of them share one
   ioloop timeout: a deadline costs these few bytes, and nothing wakes the process up
   before the earliest one is due. Runs on the monotonic clock, so that a
   corrected wall clock neither shortens nor prolongs a wait. */

#include "priorityq.h"

typedef void directpush_timer_callback_t(void *context);

/* Zeroed memory is a timer that does not run. Lies inside its owner, who must stop
   it before the memory goes. */
struct directpush_timer {
	struct priorityq_item item;
	bool running;
	uint64_t due_msecs;
	directpush_timer_callback_t *callback;
	void *context;
};

void directpush_timers_init(void);
/* All timers must have been stopped. */
void directpush_timers_deinit(void);
/* How many run now. */
unsigned int directpush_timers_count(void);

/* Milliseconds of the monotonic clock. */
uint64_t directpush_timer_now_msecs(void);

/* (Re)start: callback is called once, not before msecs have passed. The timer is
   stopped when the callback runs; it may be started again or freed there. */
void directpush_timer_start(struct directpush_timer *timer, unsigned int msecs,
			    directpush_timer_callback_t *callback, void *context);
#define directpush_timer_start(timer, msecs, callback, context) \
	directpush_timer_start(timer, msecs - \
		CALLBACK_TYPECHECK(callback, void (*)(typeof(context))), \
		(directpush_timer_callback_t *)callback, context)
/* No-op when it does not run. */
void directpush_timer_stop(struct directpush_timer *timer);
/* 0 when it is due or does not run */
unsigned int directpush_timer_left_msecs(const struct directpush_timer *timer);

#endif
