/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is read and written again is, read once more, written the same. */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "fuzzer.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"

static struct wbxml_tree_settings set = {
	.limits = {
		.max_depth = 32,
		.max_elements = 2000,
		.max_value_bytes = 65536,
		.max_document_bytes = 262144
	},
	.max_memory_value = 65536
};

static struct wbxml_tree *
fuzz_read(pool_t pool, const void *data, size_t size)
{
	struct istream *input = i_stream_create_from_data(data, size);
	struct wbxml_tree *tree;
	const char *error;

	(void)wbxml_tree_read(pool, input, &set, &tree, &error);
	i_stream_unref(&input);
	return tree;
}

static void fuzz_write(const struct wbxml_tree *tree, buffer_t *dest)
{
	struct ostream *output = o_stream_create_buffer(dest);
	struct wbxml_writer *writer = wbxml_writer_create(output);

	wbxml_writer_node(writer, tree->root);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	buffer_t *first = buffer_create_dynamic(default_pool, 1024);
	buffer_t *second = buffer_create_dynamic(default_pool, 1024);
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct wbxml_tree *tree = NULL, *again;

	/* a byte of text may become three */
	if (size < set.limits.max_value_bytes / 3)
		tree = fuzz_read(pool, data, size);
	if (tree != NULL) {
		fuzz_write(tree, first);
		again = fuzz_read(pool, first->data, first->used);
		i_assert(again != NULL);
		fuzz_write(again, second);
		i_assert(buffer_cmp(first, second));
		wbxml_tree_free(&again);
	}
	wbxml_tree_free(&tree);
	pool_unref(&pool);
	buffer_free(&first);
	buffer_free(&second);
}
FUZZ_END
