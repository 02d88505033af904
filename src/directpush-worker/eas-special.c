/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "eas-special.h"

struct special_folder {
	enum eas_folder_type type;
	/* RFC 6154 */
	const char *special_use;
	/* where none is configured */
	const char *name;
};

static const struct special_folder special_folders[] = {
	{ EAS_FOLDER_TYPE_DELETED_ITEMS, "\\Trash", "Trash" },
	{ EAS_FOLDER_TYPE_SENT_ITEMS, "\\Sent", "Sent" }
};

static const struct special_folder *special_get(enum eas_folder_type type)
{
	for (unsigned int i = 0; i < N_ELEMENTS(special_folders); i++) {
		if (special_folders[i].type == type)
			return &special_folders[i];
	}
	i_unreached();
}

static const struct eas_folder *
special_find(const struct eas_folder_list *list, enum eas_folder_type type)
{
	const struct eas_folder *folder;

	array_foreach(&list->folders, folder) {
		if (folder->type == type &&
		    folder->vname != NULL && folder->selectable)
			return folder;
	}
	return NULL;
}

/* The one that is configured as such, or else the one everybody has. */
static struct mailbox *
special_alloc_new(struct eas_user *user, const struct special_folder *special)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(user->mail_user->namespaces);
	struct mailbox *box;

	box = mailbox_alloc_for_user(user->mail_user, special->special_use,
				     MAILBOX_FLAG_SPECIAL_USE);
	/* where none is configured, the name is a sentence in parentheses */
	if (mailbox_open(box) == 0 ||
	    (mailbox_get_last_mail_error(box) == MAIL_ERROR_NOTFOUND &&
	     mailbox_get_vname(box)[0] != '('))
		return box;
	mailbox_free(&box);
	return mailbox_alloc(ns->list, t_strconcat(ns->prefix, special->name, NULL), 0);
}

static int special_open_or_create(struct mailbox *box)
{
	if (mailbox_open(box) == 0)
		return 0;
	if (mailbox_get_last_mail_error(box) != MAIL_ERROR_NOTFOUND ||
	    (mailbox_create(box, NULL, FALSE) < 0 &&
	     mailbox_get_last_mail_error(box) != MAIL_ERROR_EXISTS))
		return -1;
	(void)mailbox_set_subscribed(box, TRUE);
	return mailbox_open(box);
}

int eas_special_open(struct eas_user *user, enum eas_folder_type type,
		     struct mailbox **box_r)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;
	struct mailbox *box;

	if (eas_folder_list_get(user, FALSE, &list) < 0)
		return -1;
	folder = special_find(list, type);
	box = folder != NULL ? eas_folder_mailbox_alloc(user, folder) :
		special_alloc_new(user, special_get(type));
	if (special_open_or_create(box) < 0) {
		e_error(user->event, "Mailbox %s cannot be opened now: %s",
			mailbox_get_vname(box),
			mailbox_get_last_internal_error(box, NULL));
		mailbox_free(&box);
		return -1;
	}
	*box_r = box;
	return 0;
}
