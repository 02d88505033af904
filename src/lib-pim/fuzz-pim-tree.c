/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes are refused or become a tree; what is written of a tree is read as the same tree. */

#include "lib.h"
#include "str.h"
#include "fuzzer.h"
#include "pim-tree.h"

static bool fuzz_parse(const void *data, size_t size, string_t *dest,
		       uint64_t *digest_r)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct pim_component *root;
	const char *error;
	bool ok;

	ok = pim_tree_parse(pool, data, size, &root, &error) == 0;
	*digest_r = 0;
	for (; ok && root != NULL; root = root->next) {
		pim_tree_write(dest, root);
		*digest_r ^= pim_tree_digest(root);
	}
	pool_unref(&pool);
	return ok;
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	string_t *first = str_new(default_pool, 1024);
	string_t *second = str_new(default_pool, 1024);
	uint64_t digest, digest2;

	if (fuzz_parse(data, size, first, &digest)) {
		if (!fuzz_parse(str_data(first), str_len(first), second,
				&digest2))
			i_unreached();
		i_assert(digest == digest2);
		i_assert(strcmp(str_c(first), str_c(second)) == 0);
	}
	str_free(&first);
	str_free(&second);
}
FUZZ_END
