/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "test-common.h"
#include "directpush-timer.h"

struct test_timer {
	struct directpush_timer timer;
	unsigned int id;
	uint64_t fired_msecs;
};

static struct ioloop *ioloop;
static ARRAY(unsigned int) fired;
static unsigned int stop_after;

static void test_fired(struct test_timer *timer)
{
	timer->fired_msecs = directpush_timer_now_msecs();
	test_assert(!timer->timer.running);
	array_push_back(&fired, &timer->id);
	if (array_count(&fired) == stop_after)
		io_loop_stop(ioloop);
}

static void test_begin_timers(const char *name, unsigned int count)
{
	test_begin(name);
	ioloop = io_loop_create();
	directpush_timers_init();
	i_array_init(&fired, 8);
	stop_after = count;
}

static void test_end_timers(void)
{
	array_free(&fired);
	directpush_timers_deinit();
	io_loop_destroy(&ioloop);
	test_end();
}

static void test_directpush_timer_order(void)
{
	static const unsigned int msecs[] = { 30, 5, 20, 5, 10 };
	struct test_timer timers[N_ELEMENTS(msecs)];
	uint64_t due_msecs[N_ELEMENTS(msecs)];

	test_begin_timers("timer: fire in the order of their deadlines, none early",
			  N_ELEMENTS(msecs));
	memset(timers, 0, sizeof(timers));
	for (unsigned int i = 0; i < N_ELEMENTS(msecs); i++) {
		timers[i].id = i;
		directpush_timer_start(&timers[i].timer, msecs[i],
				       test_fired, &timers[i]);
		due_msecs[i] = timers[i].timer.due_msecs;
	}
	io_loop_run(ioloop);
	test_assert(array_count(&fired) == N_ELEMENTS(msecs));
	for (unsigned int i = 0; i < N_ELEMENTS(msecs); i++)
		test_assert_idx(timers[i].fired_msecs >= due_msecs[i], i);
	for (unsigned int i = 1; i < N_ELEMENTS(msecs); i++) {
		test_assert_idx(due_msecs[*array_idx(&fired, i - 1)] <=
				due_msecs[*array_idx(&fired, i)], i);
	}
	test_end_timers();
}

static void test_directpush_timer_stop(void)
{
	struct test_timer timers[3];

	test_begin_timers("timer: stopped ones do not fire, restarted ones fire once", 2);
	memset(timers, 0, sizeof(timers));
	for (unsigned int i = 0; i < N_ELEMENTS(timers); i++) {
		timers[i].id = i;
		directpush_timer_start(&timers[i].timer, 5, test_fired, &timers[i]);
	}
	directpush_timer_stop(&timers[0].timer);
	directpush_timer_stop(&timers[0].timer);
	directpush_timer_start(&timers[1].timer, 15, test_fired, &timers[1]);
	test_assert(directpush_timer_left_msecs(&timers[0].timer) == 0);
	test_assert(directpush_timer_left_msecs(&timers[1].timer) > 0);
	io_loop_run(ioloop);
	test_assert(array_count(&fired) == 2);
	test_assert(*array_idx(&fired, 0) == 2);
	test_assert(*array_idx(&fired, 1) == 1);
	test_end_timers();
}

static void test_restart(struct test_timer *timer)
{
	test_fired(timer);
	if (array_count(&fired) < stop_after)
		directpush_timer_start(&timer->timer, 1, test_restart, timer);
}

static void test_directpush_timer_restart(void)
{
	struct test_timer timer;

	test_begin_timers("timer: may be started again when it fires", 3);
	i_zero(&timer.timer);
	timer.id = 7;
	directpush_timer_start(&timer.timer, 0, test_restart, &timer);
	io_loop_run(ioloop);
	test_assert(array_count(&fired) == 3);
	test_end_timers();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_timer_order,
		test_directpush_timer_stop,
		test_directpush_timer_restart,
		NULL
	};
	return test_run(test_functions);
}
