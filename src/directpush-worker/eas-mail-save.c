/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "istream.h"
#include "mail-storage.h"
#include "eas-mail-save.h"

static void save_set_flags(struct mail_save_context *save, struct mailbox *box,
			   enum mail_flags flags, const char *const *names)
{
	struct mail_keywords *keywords = NULL;

	if (names != NULL)
		keywords = mailbox_keywords_create_valid(box, names);
	mailbox_save_set_flags(save, flags, keywords);
	if (keywords != NULL)
		mailbox_keywords_unref(&keywords);
}

int eas_mail_save(struct mailbox_transaction_context *trans, struct istream *input,
		  enum mail_flags flags, const char *const *keywords)
{
	struct mail_save_context *save = mailbox_save_alloc(trans);
	int ret;

	save_set_flags(save, mailbox_transaction_get_mailbox(trans), flags, keywords);
	ret = mailbox_save_begin(&save, input);
	while (ret == 0 && i_stream_read(input) > 0)
		ret = mailbox_save_continue(save);
	if (input->stream_errno != 0)
		ret = -1;
	if (ret == 0)
		ret = mailbox_save_finish(&save);
	else if (save != NULL)
		mailbox_save_cancel(&save);
	return ret;
}
