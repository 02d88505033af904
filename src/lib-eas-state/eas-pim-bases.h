/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_BASES_H
#define EAS_PIM_BASES_H

/* What the objects of a folder said at revisions before, as digests of their elements: what a device saw that changes an
   object which others have changed meanwhile. Beside the index (eas-pim-index.h), appended to at each update of it, and read
   only for such a change. It can be lost at any time: then the change is a conflict. docs/decisions/190 */

#include "eas-element-digest.h"
#include "eas-pim-index.h"

#define EAS_PIM_BASES_FORMAT 1
/* revisions of one object that are kept at least */
#define EAS_PIM_BASES_MIN_REVISIONS 4

/* Add to an update's. */
void eas_pim_bases_add(buffer_t *update, uint32_t number, uint32_t revision,
		       const ARRAY_TYPE(eas_element_digest) *elements);
/* Write it beside the index, whose update has ended and which is not written yet. The store is locked. What cannot be
   written is logged. */
void eas_pim_bases_write(struct eas_state_store *store, const char *folder_id,
			 struct eas_pim_index *index, const buffer_t *update);
/* FALSE: it is not known (any more), or cannot be read now (logged). *elements_r is of pool. */
bool eas_pim_bases_find(struct eas_state_store *store, const char *folder_id,
			const struct eas_pim_index *index, uint32_t number,
			uint32_t revision, pool_t pool,
			ARRAY_TYPE(eas_element_digest) *elements_r);

#endif
