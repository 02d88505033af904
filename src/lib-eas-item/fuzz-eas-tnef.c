/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes are TNEF or not, and what comes out of them can be read. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "fuzzer.h"
#include "eas-tnef.h"

static unsigned int sum;

static void fuzz_read(const struct eas_tnef_value *value)
{
	for (size_t i = 0; i < value->size; i++)
		sum += value->data[i];
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	const struct eas_tnef_attachment *attachment;
	struct eas_tnef tnef;
	/* of its exact size, so that a step beyond is seen */
	void *copy = size == 0 ? NULL : i_memdup(data, size);

	if (eas_tnef_parse(pool, copy, size, &tnef)) {
		fuzz_read(&tnef.text);
		fuzz_read(&tnef.html);
		fuzz_read(&tnef.rtf);
		array_foreach(&tnef.attachments, attachment)
			fuzz_read(&attachment->data);
	}
	i_free(copy);
	pool_unref(&pool);
}
FUZZ_END
