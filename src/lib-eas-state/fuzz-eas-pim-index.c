/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "fuzzer.h"
#include "eas-pim-index.h"

FUZZ_BEGIN_DATA(const unsigned char *data, size_t size)
{
	struct eas_pim_index *index;
	const char *error;

	if (eas_pim_index_decode(data, size, &index, &error) == 0) {
		/* what was read can be written and read again */
		buffer_t *buf = buffer_create_dynamic(default_pool, 1024);

		eas_pim_index_encode(buf, index);
		eas_pim_index_free(&index);
		if (eas_pim_index_decode(buf->data, buf->used, &index, &error) < 0)
			i_panic("written bytes are refused: %s", error);
		buffer_free(&buf);
		eas_pim_index_free(&index);
	}
	/* as what an update changed */
	index = eas_pim_index_new();
	if (size > 0)
		index->instance = data[0];
	(void)eas_pim_index_apply_news(index, data, size, &error);
	eas_pim_index_free(&index);
}
FUZZ_END
