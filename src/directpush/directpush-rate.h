/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_RATE_H
#define DIRECTPUSH_RATE_H

/* So many requests a minute and no more: a phone that asks the same thing several times a
   second (quirks 32, 33) burns its battery and our processor. A minute's worth may come at
   once; after that they come one by one. */

/* Zeroed memory has seen no request. */
struct directpush_rate {
	/* when the minute's worth is whole again; monotonic clock */
	uint64_t full_msecs;
};

/* May a request go on? Returns 0 and counts it; or the seconds after which there is room for it again.
   per_minute 0 = always. */
unsigned int directpush_rate_add(struct directpush_rate *rate, unsigned int per_minute,
				 uint64_t now_msecs);
/* Seconds to tell a client: the same and up to half as many more, so that those refused together do
   not come back together. */
unsigned int directpush_rate_spread(unsigned int secs);

#endif
