/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What happens in mailboxes, told as changes to the queue. The notify plugin calls these
   around each transaction; what a commit brings at hand was measured: docs/decisions/063. */

#include "lib.h"
#include "array.h"
#include "mail-storage-private.h"
#include "mail-namespace.h"
#include "mail-index-modseq.h"
#include "notify-plugin.h"
#include "directpush-compat.h"
#include "directpush-ipc-notify.h"
#include "directpush-notify-queue.h"
#include "directpush-plugin.h"

struct directpush_mail_txn {
	struct mailbox *box;
	enum directpush_change changes;
};

static struct notify_context *notify_ctx;

/* Changes in a shared mailbox are its owner's. */
static const char *mailbox_get_username(struct mailbox *box)
{
	struct mail_namespace *ns = mailbox_get_namespace(box);

	return ns->owner != NULL ? ns->owner->username : ns->user->username;
}

static bool mailbox_get_guid(struct mailbox *box, guid_128_t guid_r)
{
	struct mailbox_metadata metadata;
	int ret;

	/* whoever made the change must not see an error of ours */
	mail_storage_last_error_push(box->storage);
	ret = mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata);
	mail_storage_last_error_pop(box->storage);
	if (ret < 0)
		return FALSE;
	guid_128_copy(guid_r, metadata.guid);
	return TRUE;
}

static uint64_t mailbox_get_modseq(struct mailbox *box)
{
	struct mail_index_view *view;
	uint64_t modseq;

	if (!box->opened || mail_index_refresh(box->index) < 0)
		return 0;
	view = mail_index_view_open(box->index);
	modseq = mail_index_modseq_get_highest(view);
	mail_index_view_close(&view);
	return modseq;
}

static void
directpush_notify(struct mailbox *box, enum directpush_change changes,
		  const struct mail_transaction_commit_changes *commit)
{
	struct mail_user *user = mailbox_get_namespace(box)->user;
	struct directpush_plugin_user *duser = directpush_plugin_user_get(user);
	struct directpush_ipc_notify notify;
	const struct seq_range *range;

	if (duser == NULL)
		return;
	i_zero(&notify);
	notify.user = mailbox_get_username(box);
	notify.changes = changes;
	notify.origin_device_id = duser->origin_device_id;
	/* A mailbox without a GUID is any of the user's. */
	if (changes != DIRECTPUSH_CHANGE_HIERARCHY &&
	    mailbox_get_guid(box, notify.mailbox_guid))
		notify.modseq = mailbox_get_modseq(box);
	if (commit != NULL && array_is_created(&commit->saved_uids)) {
		array_foreach(&commit->saved_uids, range) {
			if (notify.first_uid == 0 || notify.first_uid > range->seq1)
				notify.first_uid = range->seq1;
			notify.last_uid = I_MAX(notify.last_uid, range->seq2);
		}
	}
	e_debug(user->event, "directpush: Changes 0x%x in mailbox %s",
		(unsigned int)changes, box->vname);
	directpush_notify_queue_add(directpush_plugin_queue_get(), &notify);
}

static void *directpush_mail_transaction_begin(struct mailbox_transaction_context *t)
{
	struct directpush_mail_txn *txn = i_new(struct directpush_mail_txn, 1);

	txn->box = t->box;
	return txn;
}

static void directpush_mail_save(void *_txn, struct mail *mail ATTR_UNUSED)
{
	struct directpush_mail_txn *txn = _txn;

	txn->changes |= DIRECTPUSH_CHANGE_NEW;
}

static void
directpush_mail_copy(void *_txn, struct mail *src ATTR_UNUSED,
		     struct mail *dest ATTR_UNUSED)
{
	struct directpush_mail_txn *txn = _txn;

	txn->changes |= DIRECTPUSH_CHANGE_NEW;
}

static void directpush_mail_expunge(void *_txn, struct mail *mail ATTR_UNUSED)
{
	struct directpush_mail_txn *txn = _txn;

	txn->changes |= DIRECTPUSH_CHANGE_EXPUNGE;
}

static void
directpush_mail_update_flags(void *_txn, struct mail *mail ATTR_UNUSED,
			     enum mail_flags old_flags ATTR_UNUSED)
{
	struct directpush_mail_txn *txn = _txn;

	txn->changes |= DIRECTPUSH_CHANGE_FLAGS;
}

static void
directpush_mail_update_keywords(void *_txn, struct mail *mail ATTR_UNUSED,
				const char *const *old_keywords ATTR_UNUSED)
{
	struct directpush_mail_txn *txn = _txn;

	txn->changes |= DIRECTPUSH_CHANGE_FLAGS;
}

static void
directpush_mail_transaction_commit(void *_txn,
				   struct mail_transaction_commit_changes *changes)
{
	struct directpush_mail_txn *txn = _txn;

	/* METADATA has no callback of its own. */
	if ((changes->changes_mask & MAIL_INDEX_TRANSACTION_CHANGE_ATTRIBUTE) != 0)
		txn->changes |= DIRECTPUSH_CHANGE_ATTRIBUTES;
	if (txn->changes != 0) T_BEGIN {
		directpush_notify(txn->box, txn->changes, changes);
	} T_END;
	i_free(txn);
}

static void directpush_mail_transaction_rollback(void *_txn)
{
	struct directpush_mail_txn *txn = _txn;

	i_free(txn);
}

static void directpush_mailbox_create(struct mailbox *box)
{
	directpush_notify(box, DIRECTPUSH_CHANGE_HIERARCHY, NULL);
}

/* UIDVALIDITY, GUID or such was changed: look at everything of it. */
static void directpush_mailbox_update(struct mailbox *box)
{
	directpush_notify(box, DIRECTPUSH_CHANGE_FLAGS | DIRECTPUSH_CHANGE_EXPUNGE |
			  DIRECTPUSH_CHANGE_HIERARCHY, NULL);
}

static void
directpush_mailbox_delete_commit(void *txn ATTR_UNUSED, struct mailbox *box)
{
	directpush_notify(box, DIRECTPUSH_CHANGE_HIERARCHY, NULL);
}

static void directpush_mailbox_rename(struct mailbox *src, struct mailbox *dest)
{
	directpush_notify(src, DIRECTPUSH_CHANGE_HIERARCHY, NULL);
	if (strcmp(mailbox_get_username(src), mailbox_get_username(dest)) != 0)
		directpush_notify(dest, DIRECTPUSH_CHANGE_HIERARCHY, NULL);
}

static void
directpush_mailbox_set_subscribed(struct mailbox *box, bool subscribed ATTR_UNUSED)
{
	directpush_notify(box, DIRECTPUSH_CHANGE_HIERARCHY, NULL);
}

static const struct notify_vfuncs directpush_notify_vfuncs = {
	.mail_transaction_begin = directpush_mail_transaction_begin,
	.mail_save = directpush_mail_save,
	.mail_copy = directpush_mail_copy,
	.mail_expunge = directpush_mail_expunge,
	.mail_update_flags = directpush_mail_update_flags,
	.mail_update_keywords = directpush_mail_update_keywords,
	.mail_transaction_commit = directpush_mail_transaction_commit,
	.mail_transaction_rollback = directpush_mail_transaction_rollback,
	.mailbox_create = directpush_mailbox_create,
	.mailbox_update = directpush_mailbox_update,
	.mailbox_delete_commit = directpush_mailbox_delete_commit,
	.mailbox_rename = directpush_mailbox_rename,
	.mailbox_set_subscribed = directpush_mailbox_set_subscribed
};

void directpush_notify_storage_init(void)
{
	notify_ctx = notify_register(&directpush_notify_vfuncs);
}

void directpush_notify_storage_deinit(void)
{
	directpush_compat_notify_unregister(&notify_ctx);
}
