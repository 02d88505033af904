/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_TRASH_H
#define EAS_TRASH_H

/* Where deleted mail goes. */

struct eas_user;
struct mailbox;

/* Open the user's trash: the folder shown as Deleted Items; where there is none, one is
   made. Returns 0, -1 if it cannot be opened now (logged). */
int eas_trash_open(struct eas_user *user, struct mailbox **box_r);

#endif
