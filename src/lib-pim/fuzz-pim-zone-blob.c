/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any 172 bytes are a blob or not; one that is reads the same when written, has offsets in bounds, and means a zone
   that agrees, or none. */

#include "lib.h"
#include "buffer.h"
#include "fuzzer.h"
#include "pim-zone-blob.h"

#define FUZZ_YEAR 2026
#define FUZZ_FIRST_SECS 1767225600
#define FUZZ_STEP_SECS (37*86400)

static void fuzz_offsets(pool_t pool, const struct pim_zone_blob *blob)
{
	struct pim_zone *zone = pim_zone_blob_to_zone(pool, "fuzz", blob);

	for (unsigned int i = 0; i < 20; i++) {
		int64_t utc = FUZZ_FIRST_SECS + (int64_t)i * FUZZ_STEP_SECS;
		int offset = pim_zone_offset(zone, utc);

		i_assert(offset >= -PIM_ZONE_MAX_OFFSET_SECS && offset <= PIM_ZONE_MAX_OFFSET_SECS);
		i_assert(pim_zone_to_wall(zone, utc) == utc + offset);
	}
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct pim_zone_hints hints = { .year = FUZZ_YEAR, .this_year = FUZZ_YEAR };
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	buffer_t *bytes = t_buffer_create(PIM_ZONE_BLOB_SIZE);
	struct pim_zone_blob blob, again;
	const struct pim_zone *zone;
	const char *error;

	if (pim_zone_blob_parse(pool, data, size, &blob, &error)) {
		pim_zone_blob_write(bytes, &blob);
		if (!pim_zone_blob_parse(pool, bytes->data, bytes->used, &again, &error))
			i_panic("%s", error);
		fuzz_offsets(pool, &again);
		zone = pim_zone_blob_find(&again, &hints);
		i_assert(zone == NULL || pim_zone_blob_is_zone(&blob, zone, FUZZ_YEAR));
	}
	pool_unref(&pool);
}
FUZZ_END
