/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "ioloop.h"
#include "directpush-timer.h"

#include <time.h>

static struct priorityq *timers;
static struct timeout *timers_to;
/* when timers_to fires; the earliest deadline or before it */
static uint64_t timers_to_msecs;

static void directpush_timers_arm(void);

static int directpush_timer_cmp(const void *p1, const void *p2)
{
	const struct directpush_timer *t1 = p1, *t2 = p2;

	if (t1->due_msecs == t2->due_msecs)
		return 0;
	return t1->due_msecs < t2->due_msecs ? -1 : 1;
}

void directpush_timers_init(void)
{
	timers = priorityq_init(directpush_timer_cmp, 128);
}

void directpush_timers_deinit(void)
{
	i_assert(priorityq_count(timers) == 0);
	timeout_remove(&timers_to);
	priorityq_deinit(&timers);
}

unsigned int directpush_timers_count(void)
{
	return priorityq_count(timers);
}

uint64_t directpush_timer_now_msecs(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		i_fatal("clock_gettime() failed: %m");
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void directpush_timers_fire(void *context ATTR_UNUSED)
{
	struct directpush_timer *timer;
	uint64_t now = directpush_timer_now_msecs();

	timeout_remove(&timers_to);
	while ((timer = (struct directpush_timer *)priorityq_peek(timers)) != NULL &&
	       timer->due_msecs <= now) {
		(void)priorityq_pop(timers);
		timer->running = FALSE;
		T_BEGIN {
			timer->callback(timer->context);
		} T_END;
	}
	directpush_timers_arm();
}

static void directpush_timers_arm(void)
{
	const struct directpush_timer *first =
		(const struct directpush_timer *)priorityq_peek(timers);
	uint64_t now;

	if (first == NULL) {
		timeout_remove(&timers_to);
		return;
	}
	/* An earlier wakeup than needed is harmless, and cheaper than moving
	   the timeout with each timer that is stopped. */
	if (timers_to != NULL && timers_to_msecs <= first->due_msecs)
		return;
	timeout_remove(&timers_to);
	now = directpush_timer_now_msecs();
	timers_to_msecs = I_MAX(first->due_msecs, now);
	/* the clock is cut to whole milliseconds: round up */
	timers_to = timeout_add_short(timers_to_msecs - now + 1,
				      directpush_timers_fire, NULL);
}

#undef directpush_timer_start
void directpush_timer_start(struct directpush_timer *timer, unsigned int msecs,
			    directpush_timer_callback_t *callback, void *context)
{
	if (timer->running)
		priorityq_remove(timers, &timer->item);
	timer->running = TRUE;
	timer->due_msecs = directpush_timer_now_msecs() + msecs;
	timer->callback = callback;
	timer->context = context;
	priorityq_add(timers, &timer->item);
	directpush_timers_arm();
}

void directpush_timer_stop(struct directpush_timer *timer)
{
	if (!timer->running)
		return;
	timer->running = FALSE;
	priorityq_remove(timers, &timer->item);
	if (priorityq_count(timers) == 0)
		timeout_remove(&timers_to);
}

unsigned int directpush_timer_left_msecs(const struct directpush_timer *timer)
{
	uint64_t now = directpush_timer_now_msecs();

	if (!timer->running || timer->due_msecs <= now)
		return 0;
	return timer->due_msecs - now;
}
