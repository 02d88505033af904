/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes are refused or become a tree of the kind the first byte chooses; what is written of it is read as the
   same tree. */

#include "lib.h"
#include "str.h"
#include "fuzzer.h"
#include "pim-tree.h"
#include "pim-kolab.h"

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	string_t *xml = str_new(pool, 4096);
	enum pim_kind kind = size == 0 ? PIM_KIND_EVENT : data[0] % PIM_KIND_OTHER;
	struct pim_component *root, *again;
	const char *error;

	if (size > 0 && pim_kolab_decode(pool, kind, data + 1, size - 1, &root, &error) == 0 &&
	    pim_kolab_encode(xml, kind, root, &error) == 0) {
		if (pim_kolab_decode(pool, kind, str_data(xml), str_len(xml), &again, &error) < 0)
			i_panic("%s: %s", error, str_c(xml));
	}
	pool_unref(&pool);
}
FUZZ_END
