/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "directpush-pace.h"

#define TIMEOUT_MSECS 60000
#define BEGIN_MSECS 1000000

/* Looks once a timeout, count times. Returns how many it keeps up. */
static unsigned int
count_timeouts(unsigned int bytes_per_timeout, unsigned int count)
{
	struct directpush_pace pace;
	uint64_t now = BEGIN_MSECS;
	uoff_t bytes = 100;

	directpush_pace_begin(&pace, bytes, now);
	for (unsigned int i = 0; i < count; i++) {
		now += TIMEOUT_MSECS;
		bytes += bytes_per_timeout;
		if (!directpush_pace_keeps_up(&pace, bytes, TIMEOUT_MSECS, now))
			return i;
	}
	return count;
}

static void test_directpush_pace_drip(void)
{
	test_begin("directpush pace: byte by byte is one timeout, nothing at all is none");
	test_assert(count_timeouts(60, 100) == 1);
	test_assert(count_timeouts(0, 100) == 0);
	test_end();
}

static void test_directpush_pace_slow(void)
{
	const unsigned int slowest = DIRECTPUSH_PACE_BYTES_PER_SEC * TIMEOUT_MSECS / 1000;

	test_begin("directpush pace: a slow line may take its time");
	test_assert(count_timeouts(slowest, 1000) == 1000);
	/* the first timeout is a gift: it takes long until that is used up */
	test_assert(count_timeouts(slowest / 2, 1000) == 2);
	test_assert(count_timeouts(slowest * 9 / 10, 1000) == 10);
	test_end();
}

static void test_directpush_pace_gap(void)
{
	struct directpush_pace pace;

	test_begin("directpush pace: what came fast makes up for a gap, but something has to come");
	directpush_pace_begin(&pace, 0, BEGIN_MSECS);
	test_assert(directpush_pace_keeps_up(&pace, 10*1024*1024, TIMEOUT_MSECS,
					     BEGIN_MSECS + TIMEOUT_MSECS));
	test_assert(directpush_pace_keeps_up(&pace, 10*1024*1024 + 1, TIMEOUT_MSECS,
					     BEGIN_MSECS + 3*TIMEOUT_MSECS));
	test_assert(!directpush_pace_keeps_up(&pace, 10*1024*1024 + 1, TIMEOUT_MSECS,
					      BEGIN_MSECS + 4*TIMEOUT_MSECS));
	test_end();
}

static void test_directpush_pace_held_up(void)
{
	struct directpush_pace pace;

	test_begin("directpush pace: time in which we took nothing does not count");
	directpush_pace_begin(&pace, 0, BEGIN_MSECS);
	directpush_pace_held_up(&pace, 100, TIMEOUT_MSECS);
	directpush_pace_held_up(&pace, 100, TIMEOUT_MSECS);
	test_assert(directpush_pace_keeps_up(&pace, 200, TIMEOUT_MSECS,
					     BEGIN_MSECS + 3*TIMEOUT_MSECS));
	test_assert(!directpush_pace_keeps_up(&pace, 300, TIMEOUT_MSECS,
					      BEGIN_MSECS + 4*TIMEOUT_MSECS));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_pace_drip,
		test_directpush_pace_slow,
		test_directpush_pace_gap,
		test_directpush_pace_held_up,
		NULL
	};
	return test_run(test_functions);
}
