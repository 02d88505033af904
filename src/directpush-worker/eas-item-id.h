/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_ITEM_ID_H
#define EAS_ITEM_ID_H

/* ServerId of a mail item: "<folder id>:<uid>". docs/architecture.md "A Sync" */

#include "eas-folder.h"

/* On the data stack. */
const char *eas_item_id_make(const char *folder_id, uint32_t uid);
/* Returns -1 if it is no id of ours. folder_id_r is on the data stack. */
int eas_item_id_parse(const char *id, const char **folder_id_r, uint32_t *uid_r);
/* Is it an id of an item in this folder, of whatever class? */
bool eas_item_id_is_in(const char *id, const char *folder_id);
/* The UID, if the id is one of an item in this folder, else 0. */
uint32_t eas_item_id_get_uid(const char *id, const char *folder_id);

#endif
