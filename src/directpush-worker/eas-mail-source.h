/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAIL_SOURCE_H
#define EAS_MAIL_SOURCE_H

/* A mailbox as a source of changes (eas-changes.h): header and flags come from the index,
   dates from the cache where they are there. */

#include "eas-changes.h"

struct mail;
struct mailbox;
struct eas_user;

/* The mailbox is open and synced, and stays so until deinit; so does the folder's id. */
struct eas_changes_source *
eas_mail_source_init(struct eas_user *user, struct mailbox *box, const char *folder_id);
void eas_mail_source_deinit(struct eas_changes_source **source);

/* Digest of what a phone sees of this mail's flags. */
uint32_t eas_mail_digest(struct eas_user *user, struct mail *mail);

#endif
