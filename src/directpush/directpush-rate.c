/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "directpush-rate.h"

#define MINUTE_MSECS 60000

unsigned int directpush_rate_add(struct directpush_rate *rate, unsigned int per_minute,
				 uint64_t now_msecs)
{
	uint64_t cost, full;

	if (per_minute == 0)
		return 0;
	cost = I_MAX(MINUTE_MSECS / per_minute, 1);
	full = I_MAX(rate->full_msecs, now_msecs) + cost;
	if (full > now_msecs + MINUTE_MSECS)
		return (full - now_msecs - MINUTE_MSECS + 999) / 1000;
	rate->full_msecs = full;
	return 0;
}

unsigned int directpush_rate_spread(unsigned int secs)
{
	return secs + i_rand_limit(secs / 2 + 1);
}
