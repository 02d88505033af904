/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "directpush-heartbeat.h"

#define DAY_MSECS (24*60*60*1000ULL)

static void test_directpush_heartbeat_ladder(void)
{
	struct directpush_heartbeat hb;

	test_begin("heartbeat: the ladder: 15 cut, 8 and 12 good, 16 cut");
	i_zero(&hb);
	test_assert(!directpush_heartbeat_add_cut(&hb, 15, 1, 1000));
	test_assert(directpush_heartbeat_get_limit(&hb, 1000) == 0);
	directpush_heartbeat_add_good(&hb, 8);
	directpush_heartbeat_add_good(&hb, 12);
	directpush_heartbeat_add_good(&hb, 4);
	test_assert(directpush_heartbeat_add_cut(&hb, 16, 1, 1000));
	test_assert(directpush_heartbeat_get_limit(&hb, 1000) == 12);
	/* nothing more to learn from the same */
	test_assert(!directpush_heartbeat_add_cut(&hb, 16, 1, 1000));
	test_assert(directpush_heartbeat_get_limit(&hb, 1000) == 12);
	test_end();
}

static void test_directpush_heartbeat_no_good(void)
{
	struct directpush_heartbeat hb;

	test_begin("heartbeat: without a good one the limit goes down step by step");
	i_zero(&hb);
	test_assert(!directpush_heartbeat_add_cut(&hb, 1000, 60, 1000));
	test_assert(directpush_heartbeat_add_cut(&hb, 1000, 60, 1000));
	test_assert(directpush_heartbeat_get_limit(&hb, 1000) == 800);
	test_assert(directpush_heartbeat_add_cut(&hb, 800, 60, 1000));
	test_assert(directpush_heartbeat_get_limit(&hb, 1000) == 640);
	/* never below the smallest that is allowed */
	test_assert(directpush_heartbeat_add_cut(&hb, 70, 60, 1000));
	test_assert(directpush_heartbeat_get_limit(&hb, 1000) == 60);
	test_assert(!directpush_heartbeat_add_cut(&hb, 60, 60, 1000));
	test_end();
}

static void test_directpush_heartbeat_not_the_length(void)
{
	struct directpush_heartbeat hb;

	test_begin("heartbeat: single cuts between longer good ones mean nothing");
	i_zero(&hb);
	for (unsigned int i = 0; i < 10; i++) {
		test_assert_idx(!directpush_heartbeat_add_cut(&hb, 300 + i, 60, 1000), i);
		directpush_heartbeat_add_good(&hb, 900);
	}
	test_assert(!directpush_heartbeat_add_cut(&hb, 0, 60, 1000));
	test_assert(directpush_heartbeat_get_limit(&hb, 1000) == 0);
	test_end();
}

static void test_directpush_heartbeat_closed(void)
{
	struct directpush_heartbeat hb;

	test_begin("heartbeat: closed again and again after the same time");
	i_zero(&hb);
	test_assert(!directpush_heartbeat_add_closed(&hb, 300));
	test_assert(directpush_heartbeat_add_closed(&hb, 301));
	test_assert(directpush_heartbeat_add_closed(&hb, 299));
	test_assert(!directpush_heartbeat_add_closed(&hb, 120));
	test_assert(!directpush_heartbeat_add_closed(&hb, 400));
	test_assert(!directpush_heartbeat_add_closed(&hb, 0));
	test_assert(!directpush_heartbeat_add_closed(&hb, 400));
	directpush_heartbeat_add_good(&hb, 900);
	test_assert(!directpush_heartbeat_add_closed(&hb, 400));
	test_assert(directpush_heartbeat_add_closed(&hb, 400));
	test_end();
}

static void test_directpush_heartbeat_forget(void)
{
	struct directpush_heartbeat hb;

	test_begin("heartbeat: a day later the device may try again");
	i_zero(&hb);
	(void)directpush_heartbeat_add_cut(&hb, 500, 60, 1000);
	test_assert(directpush_heartbeat_add_cut(&hb, 500, 60, 1000));
	/* asked in the millisecond before it was learned */
	test_assert(directpush_heartbeat_get_limit(&hb, 999) == 400);
	test_assert(directpush_heartbeat_get_limit(&hb, 999 + DAY_MSECS) == 400);
	test_assert(directpush_heartbeat_get_limit(&hb, 1000 + DAY_MSECS) == 0);
	test_assert(!directpush_heartbeat_add_cut(&hb, 500, 60, 1000 + DAY_MSECS));
	test_end();
}

static void test_directpush_heartbeat_average(void)
{
	struct directpush_heartbeat_average *average;

	test_begin("heartbeat: the average warns once when it falls");
	average = directpush_heartbeat_average_init(4);
	test_assert(directpush_heartbeat_average_get(average) == 0);
	for (unsigned int i = 0; i < 3; i++)
		test_assert_idx(!directpush_heartbeat_average_add(average, 100, 540), i);
	test_assert(directpush_heartbeat_average_add(average, 100, 540));
	test_assert(!directpush_heartbeat_average_add(average, 100, 540));
	test_assert(directpush_heartbeat_average_get(average) == 100);
	for (unsigned int i = 0; i < 4; i++)
		test_assert_idx(!directpush_heartbeat_average_add(average, 900, 540), i);
	test_assert(directpush_heartbeat_average_get(average) == 900);
	/* 900, 900, 900, 100 -> 700; then 500, below */
	test_assert(!directpush_heartbeat_average_add(average, 100, 540));
	test_assert(directpush_heartbeat_average_add(average, 100, 540));
	directpush_heartbeat_average_deinit(&average);
	test_assert(average == NULL);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_heartbeat_ladder,
		test_directpush_heartbeat_no_good,
		test_directpush_heartbeat_not_the_length,
		test_directpush_heartbeat_closed,
		test_directpush_heartbeat_forget,
		test_directpush_heartbeat_average,
		NULL
	};
	return test_run(test_functions);
}
