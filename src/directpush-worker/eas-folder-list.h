/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_LIST_H
#define EAS_FOLDER_LIST_H

/* Reading the folders from Dovecot's mailbox lists: the expensive half of eas-folder.h, used by
   eas-folder.c only. */

#include "eas-folder.h"

/* Returns 0, or -1 when the list cannot be had now (logged). */
int eas_folder_list_read(struct eas_user *user, struct eas_folder_list **list_r);
void eas_folder_list_free(struct eas_folder_list **list);
/* Do the mailbox lists' own files still look as they did before the list was read? FALSE
   also when that cannot be seen. */
bool eas_folder_list_is_current(struct eas_user *user, const struct eas_folder_list *list);

/* Those that list what they hold, once. */
bool eas_folder_namespace_is_listed(const struct mail_namespace *ns);
/* The namespaces whose folders are shown. */
bool eas_folder_namespace_is_shown(struct eas_user *user, struct mail_namespace *ns);

struct eas_folder_stamp *eas_folder_stamp_create(struct eas_user *user, pool_t pool);
bool eas_folder_stamp_is_equal(const struct eas_folder_stamp *stamp1,
			       const struct eas_folder_stamp *stamp2);

#endif
