/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-sync-loop.h"

void eas_sync_loop_repeated(struct eas_sync_loop *loop, unsigned int count,
			    uint32_t first_uid)
{
	if (count == 0)
		return;
	loop->repeats++;

	if (count > EAS_SYNC_LOOP_LARGE_ANSWER && loop->repeats == 1)
		loop->limit = EAS_SYNC_LOOP_FIRST_LIMIT;
	else if (loop->repeats > 1)
		loop->limit = 1;
	/* the first repeat of a small answer: most likely it was only lost */

	if (count > 1 || loop->alone_uid != first_uid)
		loop->alone_count = 0;
	loop->alone_uid = count == 1 ? first_uid : 0;
	if (count == 1)
		loop->alone_count++;
}

void eas_sync_loop_confirmed(struct eas_sync_loop *loop)
{
	loop->repeats = 0;
	loop->alone_uid = 0;
	loop->alone_count = 0;
	loop->limit *= 2;
	if (loop->limit > EAS_SYNC_LOOP_LARGE_ANSWER)
		loop->limit = 0;
}

unsigned int eas_sync_loop_limit(const struct eas_sync_loop *loop, unsigned int wanted)
{
	return loop->limit == 0 ? wanted : I_MIN(loop->limit, wanted);
}

uint32_t eas_sync_loop_take_stuck(struct eas_sync_loop *loop)
{
	uint32_t uid = loop->alone_uid;

	if (loop->alone_count < EAS_SYNC_LOOP_MAX_ALONE)
		return 0;
	loop->repeats = 0;
	loop->alone_uid = 0;
	loop->alone_count = 0;
	return uid;
}
