/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SPECIAL_H
#define EAS_SPECIAL_H

/* The folders every account has, where the server itself puts mail: Deleted Items and
   Sent Items. */

#include "eas-folder-type.h"

struct eas_user;
struct mailbox;

/* Open the user's folder of this type (DELETED_ITEMS or SENT_ITEMS); where there is none, one
   is made. Returns 0, -1 if it cannot be opened now (logged). */
int eas_special_open(struct eas_user *user, enum eas_folder_type type,
		     struct mailbox **box_r);

#endif
