/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_SOURCE_H
#define EAS_PIM_SOURCE_H

/* A folder's index as a source of changes (eas-changes.h): an object's number stands for the UID,
   its revision for the digest. */

#include "eas-changes.h"

struct eas_pim_folder;

/* The folder must live until deinit; its index is as of now whenever the source is asked, but the
   header stays. */
struct eas_changes_source *eas_pim_source_init(struct eas_pim_folder *pim);
void eas_pim_source_deinit(struct eas_changes_source **source);

#endif
