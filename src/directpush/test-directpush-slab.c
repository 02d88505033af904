/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "directpush-slab.h"

#define MANY 4000

/* Its size is written all over a block, to see that nobody else writes there. */
static void block_fill(void *mem, size_t size)
{
	memset(mem, size % 251, size);
}

static bool block_is_filled(const void *mem, size_t size)
{
	const unsigned char *bytes = mem;

	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != size % 251)
			return FALSE;
	}
	return TRUE;
}

static size_t block_size(unsigned int i)
{
	static const size_t sizes[] = {
		1, 15, 16, 17, 224, 1023, 1024, 1025, 1057, 7624, 16717,
		20480, 20481, 65536, 200000
	};

	return sizes[i % N_ELEMENTS(sizes)];
}

static void test_directpush_slab_sizes(void)
{
	void *blocks[MANY / 10];
	unsigned int i;

	test_begin("slab: blocks of all sizes are aligned and don't touch each other");
	for (i = 0; i < N_ELEMENTS(blocks); i++) {
		blocks[i] = directpush_slab_alloc(block_size(i));
		test_assert_idx(blocks[i] != NULL && (uintptr_t)blocks[i] %
				(block_size(i) % 16 == 0 ? 16 : 8) == 0, i);
		block_fill(blocks[i], block_size(i));
	}
	for (i = 0; i < N_ELEMENTS(blocks); i++) {
		test_assert_idx(block_is_filled(blocks[i], block_size(i)), i);
		directpush_slab_free(blocks[i]);
	}
	test_assert(directpush_slab_alloc(0) == NULL);
	test_assert(directpush_slab_alloc(SIZE_MAX) == NULL);
	directpush_slab_free(NULL);
	test_end();
}

static void test_directpush_slab_reuse(void)
{
	void *blocks[MANY];
	size_t mapped, before = directpush_slab_get_mapped();
	unsigned int i;

	test_begin("slab: what is given back is used again, or goes to the system");
	for (i = 0; i < MANY; i++)
		blocks[i] = directpush_slab_alloc(368);
	mapped = directpush_slab_get_mapped();
	test_assert(mapped - before < MANY * 368 * 11 / 10);
	/* every other one, and again */
	for (i = 0; i < MANY; i += 2)
		directpush_slab_free(blocks[i]);
	for (i = 0; i < MANY; i += 2)
		blocks[i] = directpush_slab_alloc(361);
	test_assert(directpush_slab_get_mapped() == mapped);
	for (i = 0; i < MANY; i++)
		directpush_slab_free(blocks[i]);
	/* one is kept for the next */
	test_assert(directpush_slab_get_mapped() <= before + 64*1024);
	test_end();
}

static void test_directpush_slab_realloc(void)
{
	static const size_t sizes[] = { 10, 16, 100, 20000, 30000, 500000, 40, 3 };
	unsigned char *mem = NULL;
	unsigned int i;

	test_begin("slab: realloc keeps what fits");
	for (i = 0; i < N_ELEMENTS(sizes); i++) {
		mem = directpush_slab_realloc(mem, sizes[i]);
		if (i > 0)
			test_assert_idx(mem[0] == 'a' && mem[2] == 'c', i);
		memset(mem, 'x', sizes[i]);
		memcpy(mem, "abc", 3);
	}
	test_assert(directpush_slab_realloc(mem, 0) == NULL);
	test_end();
}

static void test_directpush_slab_pool(void)
{
	pool_t pool = directpush_slab_pool_get();
	unsigned char *mem;
	bool zero = TRUE;

	test_begin("slab: its pool gives zeroed memory");
	mem = directpush_slab_alloc(200);
	memset(mem, 'x', 200);
	directpush_slab_free(mem);
	mem = p_malloc(pool, 200);
	for (unsigned int i = 0; i < 200; i++)
		zero = zero && mem[i] == 0;
	memset(mem, 'x', 100);
	mem = p_realloc(pool, mem, 100, 300);
	test_assert(mem[99] == 'x');
	for (unsigned int i = 100; i < 300; i++)
		zero = zero && mem[i] == 0;
	test_assert(zero);
	p_free(pool, mem);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_slab_sizes,
		test_directpush_slab_reuse,
		test_directpush_slab_realloc,
		test_directpush_slab_pool,
		NULL
	};
	return test_run(test_functions);
}
