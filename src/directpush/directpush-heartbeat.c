/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "directpush-heartbeat.h"

/* One cut may be a phone that changed from one network to another. */
#define HEARTBEAT_CUTS_NEEDED 2
#define HEARTBEAT_LIMIT_KEPT_MSECS (24*60*60*1000ULL)

/* A phone that closes on its own account keeps no fixed time. */
#define HEARTBEAT_CLOSED_NEEDED 2

struct directpush_heartbeat_average {
	unsigned int window, count, next;
	uint64_t sum;
	bool alerted;
	unsigned int secs[];
};

void directpush_heartbeat_add_good(struct directpush_heartbeat *heartbeat,
				   unsigned int secs)
{
	if (secs > heartbeat->closed_secs)
		heartbeat->closed_count = 0;
	if (heartbeat->cut_secs != 0 && secs >= heartbeat->cut_secs) {
		/* so it was not the length that cut */
		heartbeat->cut_secs = 0;
		heartbeat->cuts = 0;
	}
	heartbeat->good_secs = I_MAX(heartbeat->good_secs, secs);
}

bool directpush_heartbeat_add_cut(struct directpush_heartbeat *heartbeat,
				  unsigned int secs, unsigned int min_secs,
				  uint64_t now_msecs)
{
	unsigned int limit;

	if (secs == 0)
		return FALSE;
	heartbeat->cut_secs = heartbeat->cut_secs == 0 ? secs :
		I_MIN(heartbeat->cut_secs, secs);
	if (heartbeat->good_secs >= heartbeat->cut_secs)
		heartbeat->good_secs = 0;
	if (++heartbeat->cuts < HEARTBEAT_CUTS_NEEDED)
		return FALSE;
	/* what is known to work, else a good deal less than what did not */
	limit = heartbeat->good_secs != 0 ? heartbeat->good_secs :
		heartbeat->cut_secs - I_MAX(heartbeat->cut_secs / 5, 1);
	limit = I_MAX(limit, min_secs);
	if (limit >= heartbeat->cut_secs ||
	    (heartbeat->limit_secs != 0 && limit >= heartbeat->limit_secs))
		return FALSE;
	heartbeat->limit_secs = limit;
	heartbeat->limit_msecs = now_msecs;
	return TRUE;
}

bool directpush_heartbeat_add_closed(struct directpush_heartbeat *heartbeat,
				     unsigned int secs)
{
	unsigned int last = heartbeat->closed_secs;
	unsigned int difference = last > secs ? last - secs : secs - last;

	heartbeat->closed_secs = secs;
	if (secs == 0 || difference > I_MAX(secs / 20, 1))
		heartbeat->closed_count = 0;
	return secs > 0 && ++heartbeat->closed_count >= HEARTBEAT_CLOSED_NEEDED;
}

unsigned int directpush_heartbeat_get_limit(struct directpush_heartbeat *heartbeat,
					    uint64_t now_msecs)
{
	if (heartbeat->limit_secs != 0 &&
	    now_msecs >= heartbeat->limit_msecs + HEARTBEAT_LIMIT_KEPT_MSECS) {
		/* the phone may be in another network by now */
		i_zero(heartbeat);
	}
	return heartbeat->limit_secs;
}

struct directpush_heartbeat_average *
directpush_heartbeat_average_init(unsigned int window)
{
	struct directpush_heartbeat_average *average;

	average = i_malloc(sizeof(*average) + window * sizeof(average->secs[0]));
	average->window = window;
	return average;
}

void directpush_heartbeat_average_deinit(struct directpush_heartbeat_average **average)
{
	i_free(*average);
}

bool directpush_heartbeat_average_add(struct directpush_heartbeat_average *average,
				      unsigned int secs, unsigned int alert_secs)
{
	bool low;

	if (average->count == average->window)
		average->sum -= average->secs[average->next];
	else
		average->count++;
	average->secs[average->next] = secs;
	average->sum += secs;
	average->next = (average->next + 1) % average->window;

	low = average->count == average->window &&
		directpush_heartbeat_average_get(average) < alert_secs;
	if (low && !average->alerted) {
		average->alerted = TRUE;
		return TRUE;
	}
	average->alerted = low;
	return FALSE;
}

unsigned int
directpush_heartbeat_average_get(const struct directpush_heartbeat_average *average)
{
	return average->count == 0 ? 0 : average->sum / average->count;
}
