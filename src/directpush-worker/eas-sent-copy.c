/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "mail-search-build.h"
#include "mail-storage.h"
#include "eas-mail-save.h"
#include "eas-outgoing.h"
#include "eas-special.h"
#include "eas-user.h"
#include "eas-sent-copy.h"

/* Returns 1 if a mail with this Message-ID is there, 0 if not, -1 on error. */
static int sent_find(struct mailbox *box, const char *message_id)
{
	struct mail_search_args *args = mail_search_build_init();
	struct mailbox_transaction_context *trans;
	struct mail_search_context *search;
	struct mail *mail;
	bool found;

	mail_search_build_add(args, SEARCH_HEADER)->hdr_field_name = "Message-ID";
	args->args->value.str = p_strdup(args->pool, message_id);
	trans = mailbox_transaction_begin(box, 0, __func__);
	search = mailbox_search_init(trans, args, NULL, 0, NULL);
	mail_search_args_unref(&args);
	found = mailbox_search_next(search, &mail);
	if (mailbox_search_deinit(&search) < 0 && !found) {
		mailbox_transaction_rollback(&trans);
		return -1;
	}
	(void)mailbox_transaction_commit(&trans);
	return found ? 1 : 0;
}

static int sent_append(struct mailbox *box, const struct eas_outgoing *mail)
{
	struct mailbox_transaction_context *trans;
	struct istream *input;
	int ret;

	trans = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL,
					  "directpush sent copy");
	input = eas_outgoing_open(mail, TRUE);
	ret = eas_mail_save(trans, input, MAIL_SEEN, NULL);
	i_stream_unref(&input);
	if (ret < 0) {
		mailbox_transaction_rollback(&trans);
		return -1;
	}
	return mailbox_transaction_commit(&trans);
}

int eas_sent_copy_save(struct eas_user *user, struct event *event,
		       const struct eas_outgoing *mail, bool once)
{
	struct mailbox *box;
	int ret = 0;

	if (eas_special_open(user, EAS_FOLDER_TYPE_SENT_ITEMS, &box) < 0)
		return -1;
	if (once && mailbox_sync(box, 0) < 0)
		ret = -1;
	if (ret == 0 && once)
		ret = sent_find(box, mail->message_id);
	if (ret == 0)
		ret = sent_append(box, mail);
	if (ret < 0) {
		e_error(event, "Mail was sent, but its copy could not be saved to %s: %s",
			mailbox_get_vname(box),
			mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
	return ret < 0 ? -1 : 0;
}
