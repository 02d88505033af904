/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_SLAB_H
#define DIRECTPUSH_SLAB_H

/* Memory for what thousands of waiting phones keep: small blocks, each beside others of its
   size. What a handshake or a request needs for a moment leaves holes there that the next
   one fits into; in the common heap they lie between what stays, and stay too.

   For one thread. Blocks are aligned to 16 bytes if their size is a multiple of it, else to 8:
   no type of another size asks for more. */

/* Not zeroed. NULL if size is 0 or the memory is out. */
void *directpush_slab_alloc(size_t size);
/* As realloc(3). */
void *directpush_slab_realloc(void *mem, size_t size);
/* NULL is allowed. */
void directpush_slab_free(void *mem);

/* The same as a pool, whose memory is zeroed; running out of it is fatal. */
pool_t directpush_slab_pool_get(void);

/* Bytes taken from the system now. */
size_t directpush_slab_get_mapped(void);

#endif
