/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_KEPT_H
#define EAS_FOLDER_KEPT_H

/* What folders hold, where mailboxes cannot say it themselves (eas-folder-kind.h): the user's state remembers, by GUID. When
   mailbox attributes are switched on later, what is remembered becomes annotations. docs/decisions/110 */

#include "eas-folder-kind.h"

struct eas_user;
struct eas_followups;

/* What is remembered. Returns 0, -1 = it cannot be said now (logged). */
int eas_folder_kept_load(struct eas_user *user, struct eas_followups **kept_r);
void eas_folder_kept_free(struct eas_followups **kept);
/* As eas_folder_kind_read(), but never NO_ATTRIBUTES: what nobody said is NOT_SAID. A failure, which
   is the mailbox's, is logged, but if it is not allowed to look. */
enum eas_folder_kind_result
eas_folder_kept_read(struct eas_user *user, struct mailbox *box,
		     const struct eas_followups *kept, struct eas_folder_kind *kind_r);
/* As eas_folder_kind_write(), or remember it. SAID or FAILED (logged). */
enum eas_folder_kind_result
eas_folder_kept_write(struct eas_user *user, struct mailbox *box,
		      const struct eas_folder_kind *kind);

#endif
