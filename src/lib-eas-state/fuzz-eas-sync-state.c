/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "fuzzer.h"
#include "eas-sync-state.h"

FUZZ_BEGIN_DATA(const unsigned char *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz sync state", 4096);
	struct eas_sync_state *state;
	const char *error;

	if (eas_sync_state_decode(pool, EAS_SYNC_STATE_FORMAT, data, size, &state, &error) == 0) {
		/* what was read can be written and read again */
		buffer_t *buf = buffer_create_dynamic(pool, 1024);

		eas_sync_state_encode(buf, state);
		if (eas_sync_state_decode(pool, EAS_SYNC_STATE_FORMAT, buf->data, buf->used,
					  &state, &error) < 0)
			i_panic("written bytes are refused: %s", error);
	}
	pool_unref(&pool);
}
FUZZ_END
