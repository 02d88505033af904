/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "mail-namespace.h"
#include "mail-search-build.h"
#include "mail-storage.h"
#include "mail-storage-settings.h"
#include "mail-user.h"
#include "eas-outgoing.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "eas-sent-copy.h"

#define SENT_DEFAULT_NAME "Sent"
#define SENT_SPECIAL_USE "\\Sent"

/* The configured mailbox that is to be the Sent folder, though it does not exist yet. */
static const char *sent_configured_name(const struct mail_namespace *ns)
{
	struct mailbox_settings *const *box_set;

	if (!array_is_created(&ns->set->mailboxes))
		return SENT_DEFAULT_NAME;
	array_foreach(&ns->set->mailboxes, box_set) {
		if (str_array_icase_find(t_strsplit_spaces((*box_set)->special_use, " "),
					 SENT_SPECIAL_USE))
			return (*box_set)->name;
	}
	return SENT_DEFAULT_NAME;
}

static int sent_mailbox_alloc(struct eas_user *user, struct mailbox **box_r)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->mail_user->namespaces);
	const struct eas_folder_list *list;
	const struct eas_folder *folder;
	const char *vname;

	if (eas_folder_list_get(user, FALSE, &list) < 0)
		return -1;
	array_foreach(&list->folders, folder) {
		if (folder->type == EAS_FOLDER_TYPE_SENT_ITEMS && folder->selectable) {
			*box_r = eas_folder_mailbox_alloc(user, folder);
			return 0;
		}
	}
	vname = t_strconcat(ns->prefix, sent_configured_name(ns), NULL);
	*box_r = mailbox_alloc(ns->list, vname, 0);
	return 0;
}

static int sent_mailbox_open(struct mailbox *box)
{
	enum mail_error error;

	if (mailbox_open(box) == 0)
		return 0;
	(void)mailbox_get_last_error(box, &error);
	if (error != MAIL_ERROR_NOTFOUND)
		return -1;
	if (mailbox_create(box, NULL, FALSE) < 0) {
		/* somebody else may have been faster */
		(void)mailbox_get_last_error(box, &error);
		if (error != MAIL_ERROR_EXISTS)
			return -1;
	}
	(void)mailbox_set_subscribed(box, TRUE);
	return mailbox_open(box);
}

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
	struct mail_save_context *save;
	struct istream *input;
	int ret;

	trans = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL,
					  "directpush sent copy");
	save = mailbox_save_alloc(trans);
	mailbox_save_set_flags(save, MAIL_SEEN, NULL);
	input = eas_outgoing_open(mail, TRUE);
	ret = mailbox_save_begin(&save, input);
	while (ret == 0 && i_stream_read(input) > 0)
		ret = mailbox_save_continue(save);
	if (input->stream_errno != 0)
		ret = -1;
	if (ret == 0)
		ret = mailbox_save_finish(&save);
	else if (save != NULL)
		mailbox_save_cancel(&save);
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

	if (sent_mailbox_alloc(user, &box) < 0)
		return -1;
	if (sent_mailbox_open(box) < 0 ||
	    (once && mailbox_sync(box, 0) < 0))
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
