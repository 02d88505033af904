/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "eas-trash.h"

#define TRASH_SPECIAL_USE "\\Trash"
#define TRASH_NAME "Trash"

static const struct eas_folder *trash_find(const struct eas_folder_list *list)
{
	const struct eas_folder *folder;

	array_foreach(&list->folders, folder) {
		if (folder->type == EAS_FOLDER_TYPE_DELETED_ITEMS &&
		    folder->vname != NULL && folder->selectable)
			return folder;
	}
	return NULL;
}

/* The one that is configured as \Trash, or else the one everybody has. */
static struct mailbox *trash_alloc_new(struct eas_user *user)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(user->mail_user->namespaces);
	struct mailbox *box;

	box = mailbox_alloc_for_user(user->mail_user, TRASH_SPECIAL_USE,
				     MAILBOX_FLAG_SPECIAL_USE);
	/* where none is configured, the name is a sentence in parentheses */
	if (mailbox_open(box) == 0 ||
	    (mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND &&
	     mailbox_get_vname(box)[0] != '('))
		return box;
	mailbox_free(&box);
	return mailbox_alloc(ns->list, t_strconcat(ns->prefix, TRASH_NAME, NULL), 0);
}

static int trash_open(struct mailbox *box)
{
	if (mailbox_open(box) == 0)
		return 0;
	if (mailbox_get_last_mail_error(box) != MAIL_ERROR_NOTFOUND ||
	    mailbox_create(box, NULL, FALSE) < 0)
		return -1;
	return mailbox_open(box);
}

int eas_trash_open(struct eas_user *user, struct mailbox **box_r)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;
	struct mailbox *box;

	if (eas_folder_list_get(user, FALSE, &list) < 0)
		return -1;
	folder = trash_find(list);
	box = folder != NULL ? eas_folder_mailbox_alloc(user, folder) :
		trash_alloc_new(user);
	if (trash_open(box) < 0) {
		e_error(user->event, "Mailbox %s cannot be opened now: %s",
			mailbox_get_vname(box),
			mailbox_get_last_internal_error(box, NULL));
		mailbox_free(&box);
		return -1;
	}
	*box_r = box;
	return 0;
}
