/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "eas-sync-loop.h"

#define WINDOW 100

static void test_eas_sync_loop_large(void)
{
	struct eas_sync_loop loop;

	test_begin("sync loop: a large answer shrinks to 25 and then to one item");
	i_zero(&loop);
	test_assert(eas_sync_loop_limit(&loop, WINDOW) == WINDOW);
	eas_sync_loop_repeated(&loop, 100, 7);
	test_assert(eas_sync_loop_limit(&loop, WINDOW) == 25);
	test_assert(eas_sync_loop_limit(&loop, 10) == 10);
	eas_sync_loop_repeated(&loop, 25, 7);
	test_assert(eas_sync_loop_limit(&loop, WINDOW) == 1);
	test_assert(eas_sync_loop_take_stuck(&loop) == 0);
	test_end();
}

static void test_eas_sync_loop_lost_answer(void)
{
	struct eas_sync_loop loop;

	test_begin("sync loop: one lost answer of few items changes nothing");
	i_zero(&loop);
	eas_sync_loop_repeated(&loop, 40, 7);
	test_assert(eas_sync_loop_limit(&loop, WINDOW) == WINDOW);
	eas_sync_loop_confirmed(&loop);
	eas_sync_loop_repeated(&loop, 40, 7);
	test_assert(eas_sync_loop_limit(&loop, WINDOW) == WINDOW);
	/* nor any number of answers without items */
	for (unsigned int i = 0; i < 10; i++)
		eas_sync_loop_repeated(&loop, 0, 0);
	test_assert(eas_sync_loop_limit(&loop, WINDOW) == WINDOW);
	test_end();
}

static void test_eas_sync_loop_stuck(void)
{
	struct eas_sync_loop loop;

	test_begin("sync loop: the item that was alone three times in vain is named once");
	i_zero(&loop);
	eas_sync_loop_repeated(&loop, 1, 7);
	eas_sync_loop_repeated(&loop, 1, 7);
	test_assert(eas_sync_loop_take_stuck(&loop) == 0);
	eas_sync_loop_repeated(&loop, 1, 7);
	test_assert(eas_sync_loop_take_stuck(&loop) == 7);
	test_assert(eas_sync_loop_take_stuck(&loop) == 0);

	/* another item alone begins from the start */
	eas_sync_loop_repeated(&loop, 1, 8);
	eas_sync_loop_repeated(&loop, 1, 8);
	eas_sync_loop_repeated(&loop, 1, 9);
	test_assert(eas_sync_loop_take_stuck(&loop) == 0);
	eas_sync_loop_repeated(&loop, 2, 9);
	eas_sync_loop_repeated(&loop, 1, 9);
	eas_sync_loop_repeated(&loop, 1, 9);
	test_assert(eas_sync_loop_take_stuck(&loop) == 0);
	test_end();
}

static void test_eas_sync_loop_recovers(void)
{
	static const unsigned int limits[] = { 2, 4, 8, 16, 32, WINDOW, WINDOW };
	struct eas_sync_loop loop;
	unsigned int i;

	test_begin("sync loop: answers that arrive make the next ones larger");
	i_zero(&loop);
	eas_sync_loop_repeated(&loop, 100, 7);
	eas_sync_loop_repeated(&loop, 25, 7);
	for (i = 0; i < N_ELEMENTS(limits); i++) {
		eas_sync_loop_confirmed(&loop);
		test_assert_idx(eas_sync_loop_limit(&loop, WINDOW) == limits[i], i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_sync_loop_large,
		test_eas_sync_loop_lost_answer,
		test_eas_sync_loop_stuck,
		test_eas_sync_loop_recovers,
		NULL
	};
	return test_run(test_functions);
}
