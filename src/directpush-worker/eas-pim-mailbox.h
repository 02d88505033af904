/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_MAILBOX_H
#define EAS_PIM_MAILBOX_H

/* A mailbox as a backend of objects: one message is one object, its version is the UID. */

#include "eas-pim-backend.h"

struct eas_user;
struct eas_folder;

/* The folder must be selectable and live as long. Returns 1, 0 = there is no such mailbox, -1 = it
   cannot be opened now (logged). */
int eas_pim_mailbox_open(struct eas_user *user, const struct eas_folder *folder,
			 struct event *event, struct eas_pim_backend **backend_r);

#endif
