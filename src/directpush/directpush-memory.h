/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_MEMORY_H
#define DIRECTPUSH_MEMORY_H

/* Gives memory back to the system after many were active at once: a handshake, a request
   and a worker need some ten times of what a phone needs that waits, and what they leave
   are holes between the small things that stay. */

/* A handshake, a request or a worker begins; is over. */
void directpush_memory_active_begin(void);
void directpush_memory_active_end(void);

void directpush_memory_deinit(void);

#endif
