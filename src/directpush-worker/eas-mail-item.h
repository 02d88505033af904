/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAIL_ITEM_H
#define EAS_MAIL_ITEM_H

/* One mail, found by its ServerId: for commands that look at single mails. */

#include "eas-item-email.h"

struct eas_user;
struct eas_folder;
struct mail;
struct mailbox;

struct eas_mail_item {
	struct eas_user *user;
	/* the caller's */
	struct event *event;
	const struct eas_folder *folder;
	struct mailbox *box;
	struct mailbox_transaction_context *trans;
	struct mail *mail;
	/* ready for eas-item-email.h; lives as long as the item */
	struct eas_email_source source;
};

/* id: "folder:uid". The mailbox is opened, and closed again by _close(). Returns 1, 0 = there is no
   such mail (any more), -1 = it cannot be read now (logged). */
int eas_mail_item_open(struct eas_user *user, struct event *event, const char *id,
		       struct eas_mail_item **item_r);
void eas_mail_item_close(struct eas_mail_item **item);
/* The same, and what was changed through item->trans is committed. Returns 0, -1 (logged). */
int eas_mail_item_commit(struct eas_mail_item **item);

/* Fill source_r from a mail that is open already; id must live as long. Its stream, flags and keywords
   live as long as the mail stands at its message. Returns 0, -1 with a reason. */
int eas_mail_item_get_source(struct eas_user *user, struct mail *mail, const char *id,
			     bool is_draft, struct eas_email_source *source_r,
			     const char **error_r);

#endif
