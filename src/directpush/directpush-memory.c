/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "directpush-timer.h"
#include "directpush-memory.h"

#ifdef __GLIBC__
#  include <malloc.h>
#endif

/* It takes some milliseconds for thousands of phones, so not for a few holes, and
   not while more are about to be made. */
#define MEMORY_MIN_PEAK 16
#define MEMORY_TRIM_DELAY_MSECS 1000

static unsigned int active, active_peak;
static struct directpush_timer trim_timer;

static void memory_trim(void *context);

static void memory_trim_later(void)
{
	if (active_peak >= MEMORY_MIN_PEAK && !trim_timer.running) {
		directpush_timer_start(&trim_timer, MEMORY_TRIM_DELAY_MSECS,
				       memory_trim, (void *)NULL);
	}
}

static void memory_trim(void *context ATTR_UNUSED)
{
	if (active > active_peak / 2) {
		memory_trim_later();
		return;
	}
	active_peak = active;
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

void directpush_memory_active_begin(void)
{
	if (++active > active_peak)
		active_peak = active;
}

void directpush_memory_active_end(void)
{
	i_assert(active > 0);
	active--;
	memory_trim_later();
}

void directpush_memory_deinit(void)
{
	directpush_timer_stop(&trim_timer);
}
