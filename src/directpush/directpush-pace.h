/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_PACE_H
#define DIRECTPUSH_PACE_H

/* Does a body come fast enough? Something has to come within each timeout, and all of it within
   one timeout and the time it takes at DIRECTPUSH_PACE_BYTES_PER_SEC: who sends byte by byte
   does not stay for as long as he likes. Looked at once a timeout. */

/* the worst lines of phones manage more */
#define DIRECTPUSH_PACE_BYTES_PER_SEC 512

struct directpush_pace {
	/* bytes that had come: at the beginning, and when it was last looked at */
	uoff_t begin, last;
	/* since when more could come; monotonic clock */
	uint64_t since_msecs;
};

void directpush_pace_begin(struct directpush_pace *pace, uoff_t bytes, uint64_t now_msecs);
/* Nothing more was taken for so long: that time does not count. */
void directpush_pace_held_up(struct directpush_pace *pace, uoff_t bytes, unsigned int msecs);
bool directpush_pace_keeps_up(struct directpush_pace *pace, uoff_t bytes,
			      unsigned int timeout_msecs, uint64_t now_msecs);

#endif
