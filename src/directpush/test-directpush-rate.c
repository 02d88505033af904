/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "directpush-rate.h"

static unsigned int
add_many(struct directpush_rate *rate, unsigned int per_minute, uint64_t now)
{
	unsigned int count = 0;

	while (count < 10000 && directpush_rate_add(rate, per_minute, now) == 0)
		count++;
	return count;
}

static void test_directpush_rate_minute(void)
{
	struct directpush_rate rate = { 0 };

	test_begin("rate: a minute's worth at once, then one by one");
	test_assert(add_many(&rate, 60, 1000000) == 60);
	test_assert(directpush_rate_add(&rate, 60, 1000000) == 1);
	test_assert(add_many(&rate, 60, 1001000) == 1);
	test_assert(add_many(&rate, 60, 1011000) == 10);
	test_assert(add_many(&rate, 60, 1071000) == 60);
	test_assert(add_many(&rate, 60, 9000000) == 60);
	test_end();
}

static void test_directpush_rate_refused_cost_nothing(void)
{
	struct directpush_rate rate = { 0 };

	test_begin("rate: those refused do not prolong it");
	test_assert(add_many(&rate, 6, 0) == 6);
	for (unsigned int i = 0; i < 1000; i++)
		test_assert_idx(directpush_rate_add(&rate, 6, 0) == 10, i);
	test_assert(directpush_rate_add(&rate, 6, 9999) == 1);
	test_assert(directpush_rate_add(&rate, 6, 10000) == 0);
	test_end();
}

static void test_directpush_rate_bounds(void)
{
	struct directpush_rate rate = { 0 };
	unsigned int secs;

	test_begin("rate: none, very many, and what is told");
	test_assert(add_many(&rate, 0, 5) == 10000);
	test_assert(add_many(&rate, UINT_MAX, 5) == 10000);
	for (unsigned int i = 0; i < 100; i++) {
		secs = directpush_rate_spread(10);
		test_assert_idx(secs >= 10 && secs <= 15, i);
	}
	test_assert(directpush_rate_spread(1) == 1);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_rate_minute,
		test_directpush_rate_refused_cost_nothing,
		test_directpush_rate_bounds,
		NULL
	};
	return test_run(test_functions);
}
