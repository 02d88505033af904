/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAIL_SAVE_H
#define EAS_MAIL_SAVE_H

/* Saving a message. */

#include "mail-types.h"

struct istream;
struct mailbox_transaction_context;

/* Save what the stream has, up to its end, as a mail of the transaction. Its lines end with CRLF. keywords:
   NULL-terminated, those the mailbox cannot have are left out; NULL = none. Returns 0, -1: the mailbox's last
   error says why, and the transaction is to be rolled back. */
int eas_mail_save(struct mailbox_transaction_context *trans, struct istream *input,
		  enum mail_flags flags, const char *const *keywords);

#endif
