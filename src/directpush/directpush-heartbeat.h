/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_HEARTBEAT_H
#define DIRECTPUSH_HEARTBEAT_H

/* How long a device's way through the network bears a request that says nothing, learned
   from how its waits ended. Firewalls forget quiet connections without telling
   either side: the phone hears nothing and tries again on a new one. Two such
   cuts lower what the device is allowed to ask for; a day later it may try again.

   Also the average of all heartbeats: when it is low, something between cuts everybody. */

struct directpush_heartbeat {
	/* the last wait that the phone's side closed, and how many such in a row were
	   about as long */
	unsigned int closed_secs, closed_count;
	/* 0: nothing learned */
	unsigned int limit_secs;
	/* the monotonic clock when the limit was set */
	uint64_t limit_msecs;
	/* longest wait that was borne, below cut_secs */
	unsigned int good_secs;
	/* shortest wait that was cut since a longer one was borne; 0: none */
	unsigned int cut_secs;
	unsigned int cuts;
};

/* The answer after secs of silence arrived. */
void directpush_heartbeat_add_good(struct directpush_heartbeat *heartbeat,
				   unsigned int secs);
/* It did not. TRUE: a limit was set or lowered. min_secs: no limit is lower */
bool directpush_heartbeat_add_cut(struct directpush_heartbeat *heartbeat,
				  unsigned int secs, unsigned int min_secs,
				  uint64_t now_msecs);
/* The phone's side closed after secs of waiting, and the phone asked again at once. TRUE: it
   happens again and again after about that time, as if something
   between did it (a proxy's read timeout), which counts as a cut. */
bool directpush_heartbeat_add_closed(struct directpush_heartbeat *heartbeat,
				     unsigned int secs);
/* 0: no limit */
unsigned int directpush_heartbeat_get_limit(struct directpush_heartbeat *heartbeat,
					    uint64_t now_msecs);

/* A ring of the last heartbeats asked for by all devices. */
struct directpush_heartbeat_average *
directpush_heartbeat_average_init(unsigned int window);
void directpush_heartbeat_average_deinit(struct directpush_heartbeat_average **average);
/* TRUE when the ring is full and its average falls below alert_secs; again
   only after it was above. */
bool directpush_heartbeat_average_add(struct directpush_heartbeat_average *average,
				      unsigned int secs, unsigned int alert_secs);
unsigned int
directpush_heartbeat_average_get(const struct directpush_heartbeat_average *average);

#endif
