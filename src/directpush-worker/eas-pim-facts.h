/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_FACTS_H
#define EAS_PIM_FACTS_H

/* What the index remembers of an object. */

#include "eas-pim-index.h"

struct pim_object;

/* version: for an object without UID, which is another one with each version. */
void eas_pim_facts_make(const struct pim_object *object, uint32_t version,
			struct eas_pim_facts *facts_r);

#endif
