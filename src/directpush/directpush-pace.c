/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "directpush-pace.h"

void directpush_pace_begin(struct directpush_pace *pace, uoff_t bytes, uint64_t now_msecs)
{
	pace->begin = pace->last = bytes;
	pace->since_msecs = now_msecs;
}

void directpush_pace_held_up(struct directpush_pace *pace, uoff_t bytes, unsigned int msecs)
{
	pace->last = bytes;
	pace->since_msecs += msecs;
}

bool directpush_pace_keeps_up(struct directpush_pace *pace, uoff_t bytes,
			      unsigned int timeout_msecs, uint64_t now_msecs)
{
	uint64_t msecs = now_msecs - I_MIN(pace->since_msecs, now_msecs);
	bool came = bytes > pace->last;

	pace->last = bytes;
	return came && (msecs <= timeout_msecs || (bytes - pace->begin) * 1000 >=
			(msecs - timeout_msecs) * DIRECTPUSH_PACE_BYTES_PER_SEC);
}
