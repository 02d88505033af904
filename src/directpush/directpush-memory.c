/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "directpush-slab.h"
#include "directpush-timer.h"
#include "directpush-memory.h"

#include <openssl/crypto.h>
#ifdef __GLIBC__
#  include <malloc.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#  define MEMORY_IS_WATCHED TRUE
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define MEMORY_IS_WATCHED TRUE
#  endif
#endif
#ifndef MEMORY_IS_WATCHED
#  define MEMORY_IS_WATCHED FALSE
#endif

/* It takes some milliseconds for thousands of phones, so not for a few holes, and
   not while more are about to be made. */
#define MEMORY_MIN_PEAK 16
#define MEMORY_TRIM_DELAY_MSECS 1000

static bool memory_slabs;
static unsigned int active, active_peak;
static struct directpush_timer trim_timer;

/*
 * Slabs
 */

static void *memory_openssl_malloc(size_t size, const char *file ATTR_UNUSED,
				   int line ATTR_UNUSED)
{
	return directpush_slab_alloc(size);
}

static void *memory_openssl_realloc(void *mem, size_t size,
				    const char *file ATTR_UNUSED, int line ATTR_UNUSED)
{
	return directpush_slab_realloc(mem, size);
}

static void memory_openssl_free(void *mem, const char *file ATTR_UNUSED,
				int line ATTR_UNUSED)
{
	directpush_slab_free(mem);
}

static bool memory_is_watched(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return MEMORY_IS_WATCHED ||
		(preload != NULL && strstr(preload, "vgpreload") != NULL);
}

void directpush_memory_init(void)
{
	/* It refuses if it has some of malloc() already. */
	if (!memory_is_watched() &&
	    CRYPTO_set_mem_functions(memory_openssl_malloc, memory_openssl_realloc,
				     memory_openssl_free) == 1)
		memory_slabs = TRUE;
}

pool_t directpush_memory_get_pool(void)
{
	return memory_slabs ? directpush_slab_pool_get() : system_pool;
}

/*
 * Giving back
 */

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
