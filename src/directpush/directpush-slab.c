/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "llist.h"
#include "directpush-slab.h"

#include <sys/mman.h>

/* A slab is so large and lies at a multiple of it, so that a block leads to its slab. */
#define SLAB_SIZE (64*1024)
#define SLAB_ALIGN 16
/* Block sizes: exact to 8 bytes for small ones, to 32 for the others. OpenSSL's struct
   of a session has 7624 bytes, of which 8 fit into a slab and 15 pages; its buffers
   have 16.5 kB. */
#define SLAB_SMALL_STEP 8
#define SLAB_SMALL_MAX 1024
#define SLAB_STEP 32
#define SLAB_MAX (20*1024)
#define SLAB_SMALL_CLASSES (SLAB_SMALL_MAX / SLAB_SMALL_STEP)
#define SLAB_CLASSES \
	(SLAB_SMALL_CLASSES + (SLAB_MAX - SLAB_SMALL_MAX) / SLAB_STEP)

struct slab_block {
	struct slab_block *next;
};

struct slab {
	/* of the class, while it has free blocks */
	struct slab *prev, *next;
	struct slab_class *class;
	size_t block_size;
	/* SLAB_SIZE, unless it is one block larger than that */
	size_t mapped_size;
	/* given back */
	struct slab_block *free;
	/* never used from here on */
	size_t fresh_offset;
	unsigned int used_count;
};

#define SLAB_HEADER_SIZE \
	((sizeof(struct slab) + SLAB_ALIGN - 1) & ~(size_t)(SLAB_ALIGN - 1))

struct slab_class {
	/* those with free blocks; the first one is used next */
	struct slab *head, *tail;
};

static struct slab_class slab_classes[SLAB_CLASSES];
static size_t slab_mapped;

/*
 * Slabs
 */

static struct slab *slab_of(void *mem)
{
	return (struct slab *)((uintptr_t)mem & ~(uintptr_t)(SLAB_SIZE - 1));
}

static void *slab_map(size_t size)
{
	/* with room to choose the place, which goes back */
	unsigned char *start = mmap(NULL, size + SLAB_SIZE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (start == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)start & (SLAB_SIZE - 1);
	if (before > 0)
		(void)munmap(start, before);
	(void)munmap(start + before + size, SLAB_SIZE - before);
	slab_mapped += size;
	return start + before;
}

static struct slab *
slab_create(struct slab_class *class, size_t block_size, size_t mapped_size)
{
	struct slab *slab;

	slab = slab_map(mapped_size);
	if (slab == NULL)
		return NULL;
	slab->class = class;
	slab->block_size = block_size;
	slab->mapped_size = mapped_size;
	slab->fresh_offset = SLAB_HEADER_SIZE;
	if (class != NULL)
		DLLIST2_PREPEND(&class->head, &class->tail, slab);
	return slab;
}

static void slab_destroy(struct slab *slab)
{
	if (slab->class != NULL)
		DLLIST2_REMOVE(&slab->class->head, &slab->class->tail, slab);
	slab_mapped -= slab->mapped_size;
	(void)munmap(slab, slab->mapped_size);
}

static bool slab_is_full(const struct slab *slab)
{
	return slab->free == NULL &&
		slab->fresh_offset + slab->block_size > slab->mapped_size;
}

static void *slab_take(struct slab *slab)
{
	struct slab_block *block = slab->free;

	if (block != NULL)
		slab->free = block->next;
	else {
		block = PTR_OFFSET(slab, slab->fresh_offset);
		slab->fresh_offset += slab->block_size;
	}
	slab->used_count++;
	if (slab->class != NULL && slab_is_full(slab))
		DLLIST2_REMOVE(&slab->class->head, &slab->class->tail, slab);
	return block;
}

/*
 * Blocks
 */

static struct slab_class *slab_class_get(size_t size, size_t *block_size_r)
{
	size_t i;

	if (size <= SLAB_SMALL_MAX) {
		i = (size - 1) / SLAB_SMALL_STEP;
		*block_size_r = (i + 1) * SLAB_SMALL_STEP;
		return &slab_classes[i];
	}
	i = (size - 1 - SLAB_SMALL_MAX) / SLAB_STEP;
	*block_size_r = SLAB_SMALL_MAX + (i + 1) * SLAB_STEP;
	return &slab_classes[SLAB_SMALL_CLASSES + i];
}

void *directpush_slab_alloc(size_t size)
{
	struct slab_class *class = NULL;
	size_t block_size, mapped_size = SLAB_SIZE;
	struct slab *slab = NULL;

	if (size == 0 || size > SSIZE_T_MAX - 2 * SLAB_SIZE)
		return NULL;
	if (size <= SLAB_MAX) {
		class = slab_class_get(size, &block_size);
		slab = class->head;
	} else {
		mapped_size = (size + SLAB_HEADER_SIZE + SLAB_SIZE - 1) &
			~(size_t)(SLAB_SIZE - 1);
		block_size = mapped_size - SLAB_HEADER_SIZE;
	}
	if (slab == NULL)
		slab = slab_create(class, block_size, mapped_size);
	return slab == NULL ? NULL : slab_take(slab);
}

void directpush_slab_free(void *mem)
{
	struct slab *slab = slab_of(mem);
	struct slab_class *class;
	struct slab_block *block = mem;
	bool was_full;

	if (mem == NULL)
		return;
	i_assert(slab->used_count > 0);
	class = slab->class;
	was_full = slab_is_full(slab);
	block->next = slab->free;
	slab->free = block;
	slab->used_count--;
	/* behind those that are used already: they may become empty */
	if (class != NULL && was_full)
		DLLIST2_APPEND(&class->head, &class->tail, slab);
	/* the last one of its size stays, it is wanted again soon */
	if (slab->used_count == 0 && (class == NULL || class->head != class->tail))
		slab_destroy(slab);
}

void *directpush_slab_realloc(void *mem, size_t size)
{
	size_t block_size;
	void *new_mem;

	if (mem == NULL)
		return directpush_slab_alloc(size);
	if (size == 0) {
		directpush_slab_free(mem);
		return NULL;
	}
	block_size = slab_of(mem)->block_size;
	if (size <= block_size && size > block_size / 2)
		return mem;
	new_mem = directpush_slab_alloc(size);
	if (new_mem == NULL)
		return NULL;
	memcpy(new_mem, mem, I_MIN(size, block_size));
	directpush_slab_free(mem);
	return new_mem;
}

size_t directpush_slab_get_mapped(void)
{
	return slab_mapped;
}

/*
 * The pool
 */

static const char *slab_pool_get_name(pool_t pool ATTR_UNUSED)
{
	return "directpush slab";
}

static void slab_pool_ref(pool_t pool ATTR_UNUSED)
{
}

static void slab_pool_unref(pool_t *pool)
{
	*pool = NULL;
}

static void *slab_pool_malloc(pool_t pool ATTR_UNUSED, size_t size)
{
	void *mem = directpush_slab_alloc(size);

	if (mem == NULL) {
		i_fatal_status(FATAL_OUTOFMEM, "directpush slab: Out of memory "
			       "(%zu bytes)", size);
	}
	memset(mem, 0, size);
	return mem;
}

static void slab_pool_free(pool_t pool ATTR_UNUSED, void *mem)
{
	directpush_slab_free(mem);
}

static void *slab_pool_realloc(pool_t pool ATTR_UNUSED, void *mem,
			       size_t old_size, size_t new_size)
{
	mem = directpush_slab_realloc(mem, new_size);
	if (mem == NULL) {
		i_fatal_status(FATAL_OUTOFMEM, "directpush slab: Out of memory "
			       "(%zu bytes)", new_size);
	}
	if (new_size > old_size)
		memset(PTR_OFFSET(mem, old_size), 0, new_size - old_size);
	return mem;
}

static void slab_pool_clear(pool_t pool ATTR_UNUSED)
{
	i_panic("directpush slab can't be cleared");
}

static size_t slab_pool_get_max_easy_alloc_size(pool_t pool ATTR_UNUSED)
{
	return 0;
}

static const struct pool_vfuncs slab_pool_vfuncs = {
	.get_name = slab_pool_get_name,
	.ref = slab_pool_ref,
	.unref = slab_pool_unref,
	.malloc = slab_pool_malloc,
	.free = slab_pool_free,
	.realloc = slab_pool_realloc,
	.clear = slab_pool_clear,
	.get_max_easy_alloc_size = slab_pool_get_max_easy_alloc_size
};

static struct pool slab_pool = {
	.v = &slab_pool_vfuncs
};

pool_t directpush_slab_pool_get(void)
{
	return &slab_pool;
}
