/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SYNC_LOOP_H
#define EAS_SYNC_LOOP_H

/* A phone that cannot digest one item asks for the same answer for ever. This counts how often,
   makes the answers smaller until the item is alone in one, and then names it.
   Every answer that arrives makes them larger again. (quirks 3, 4) */

struct eas_sync_loop {
	/* the answer to the same key was asked for again so often */
	unsigned int repeats;
	/* Add items one answer may have now; 0 = as many as the client wants */
	unsigned int limit;
	/* the item that was alone in the last answer, and how often it was in vain */
	uint32_t alone_uid;
	unsigned int alone_count;
};

#define EAS_SYNC_LOOP_LARGE_ANSWER 40
#define EAS_SYNC_LOOP_FIRST_LIMIT 25
#define EAS_SYNC_LOOP_MAX_ALONE 3

/* The answer with these Add items is asked for again. first_uid is the only one if
   count = 1. */
void eas_sync_loop_repeated(struct eas_sync_loop *loop, unsigned int count,
			    uint32_t first_uid);
/* The client used the key of its last answer. */
void eas_sync_loop_confirmed(struct eas_sync_loop *loop);
/* How many Add items the next answer may have, of the wanted ones. */
unsigned int eas_sync_loop_limit(const struct eas_sync_loop *loop, unsigned int wanted);
/* The item to leave out from now on, 0 = none. Asked once: it is forgotten here. */
uint32_t eas_sync_loop_take_stuck(struct eas_sync_loop *loop);

#endif
