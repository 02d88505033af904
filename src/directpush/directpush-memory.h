/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_MEMORY_H
#define DIRECTPUSH_MEMORY_H

/* What a phone costs that waits. A handshake, a request and a worker need some ten times of
   that, and what they leave are holes between the small things that stay. So what stays
   lies apart (directpush-slab.h), and the rest is given back to the system after many were
   active at once. */

/* Before OpenSSL is used: its memory comes from the slabs too. Without it the pool below
   is the system's, as it is for sanitizers and valgrind, which watch over malloc(3). */
void directpush_memory_init(void);

/* For what a waiting phone keeps: connection, device, login, order, parked request. */
pool_t directpush_memory_get_pool(void);

/* A handshake, a request or a worker begins; is over. */
void directpush_memory_active_begin(void);
void directpush_memory_active_end(void);

void directpush_memory_deinit(void);

#endif
