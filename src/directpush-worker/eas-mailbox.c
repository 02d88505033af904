/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-index-alloc-cache.h"
#include "mail-storage.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "eas-mailbox.h"

/* The kept ones, the most recently used last. */
struct eas_mailbox_kept {
	char folder_id[EAS_FOLDER_ID_LENGTH + 1];
	struct mailbox *box;
};

/* A mailbox renamed meanwhile is not the folder's any more, though the id is the same. */
static struct mailbox *
mailbox_take_kept(struct eas_user *user, const struct eas_folder *folder)
{
	struct eas_mailbox_kept *kept;
	struct mailbox *box;

	if (!array_is_created(&user->kept_mailboxes))
		return NULL;
	array_foreach_modifiable(&user->kept_mailboxes, kept) {
		if (strcmp(kept->folder_id, folder->id) != 0)
			continue;
		box = kept->box;
		array_delete(&user->kept_mailboxes,
			     array_foreach_idx(&user->kept_mailboxes, kept), 1);
		if (strcmp(mailbox_get_vname(box), folder->vname) != 0) {
			mailbox_free(&box);
			return NULL;
		}
		return box;
	}
	return NULL;
}

static int
mailbox_try_open(struct eas_user *user, const struct eas_folder *folder,
		 struct mailbox **box_r)
{
	struct mailbox *box = eas_folder_mailbox_alloc(user, folder);
	enum mail_error error;
	const char *reason;

	/* a mailbox that nobody asked for modseqs has none (quirk 116) */
	if (mailbox_open(box) == 0 &&
	    mailbox_enable(box, MAILBOX_FEATURE_CONDSTORE) == 0 &&
	    mailbox_sync(box, 0) == 0) {
		*box_r = box;
		return 1;
	}
	reason = t_strdup(mailbox_get_last_internal_error(box, &error));
	mailbox_free(&box);
	if (error == MAIL_ERROR_NOTFOUND) {
		e_debug(user->event, "Mailbox %s is gone: %s", folder->vname, reason);
		return 0;
	}
	e_error(user->event, "Mailbox %s cannot be opened now: %s",
		folder->vname, reason);
	return -1;
}

/* Dovecot keeps an index for some seconds after it was closed, also one that somebody else deleted: the mailbox
   then seems gone, for as long as a phone asks for it. */
static int
mailbox_open_new(struct eas_user *user, const struct eas_folder *folder,
		 struct mailbox **box_r)
{
	int ret = mailbox_try_open(user, folder, box_r);

	if (ret != 0)
		return ret;
	mail_index_alloc_cache_destroy_unrefed();
	return mailbox_try_open(user, folder, box_r);
}

int eas_mailbox_open(struct eas_user *user, const struct eas_folder *folder,
		     struct mailbox **box_r)
{
	struct mailbox *box = mailbox_take_kept(user, folder);

	if (box != NULL) {
		/* Not MAILBOX_SYNC_FLAG_FAST, which for some seconds does not look:
		   an expunge is only a request in the log until somebody does. */
		if (mailbox_sync(box, 0) == 0) {
			*box_r = box;
			return 1;
		}
		/* deleted, or made anew */
		mailbox_free(&box);
	}
	return mailbox_open_new(user, folder, box_r);
}

void eas_mailbox_close(struct eas_user *user, const struct eas_folder *folder,
		       struct mailbox **_box)
{
	struct mailbox *box = *_box;
	struct eas_mailbox_kept *kept;

	*_box = NULL;
	i_assert(mailbox_transaction_get_count(box) == 0);
	if (!array_is_created(&user->kept_mailboxes))
		i_array_init(&user->kept_mailboxes, EAS_MAILBOX_MAX_KEPT);
	if (array_count(&user->kept_mailboxes) >= EAS_MAILBOX_MAX_KEPT) {
		kept = array_front_modifiable(&user->kept_mailboxes);
		mailbox_free(&kept->box);
		array_pop_front(&user->kept_mailboxes);
	}
	kept = array_append_space(&user->kept_mailboxes);
	i_strocpy(kept->folder_id, folder->id, sizeof(kept->folder_id));
	kept->box = box;
}

void eas_mailboxes_free(struct eas_user *user)
{
	struct eas_mailbox_kept *kept;

	if (!array_is_created(&user->kept_mailboxes))
		return;
	array_foreach_modifiable(&user->kept_mailboxes, kept)
		mailbox_free(&kept->box);
	array_free(&user->kept_mailboxes);
}
