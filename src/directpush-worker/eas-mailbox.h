/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAILBOX_H
#define EAS_MAILBOX_H

/* Opening a folder's mailbox. The last few stay open between requests: a phone comes back to
   the same folder every few seconds while it is used, and opening a large one reads all
   its index. */

struct eas_user;
struct eas_folder;
struct mailbox;

/* kept open at most, while the worker lives */
#define EAS_MAILBOX_MAX_KEPT 4

/* Open (or take out of the kept ones) and sync, with modseqs enabled. Returns 1, 0 = there is
   no such mailbox any more, -1 = it cannot be opened now (logged). The folder must be
   selectable. */
int eas_mailbox_open(struct eas_user *user, const struct eas_folder *folder,
		     struct mailbox **box_r);
/* Done for now. No transaction may be open. */
void eas_mailbox_close(struct eas_user *user, const struct eas_folder *folder,
		       struct mailbox **box);
/* Close all kept ones. */
void eas_mailboxes_free(struct eas_user *user);

#endif
