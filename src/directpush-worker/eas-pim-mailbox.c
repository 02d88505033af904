/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "ioloop.h"
#include "istream.h"
#include "mail-storage-private.h"
#include "directpush-worker-settings.h"
#include "eas-folder.h"
#include "eas-mail-move.h"
#include "eas-mailbox.h"
#include "eas-user.h"
#include "eas-pim-mailbox.h"

#define PIM_WANTED_FIELDS \
	(MAIL_FETCH_FLAGS | MAIL_FETCH_STREAM_HEADER | MAIL_FETCH_STREAM_BODY)

struct eas_pim_mailbox {
	struct eas_pim_backend backend;
	struct eas_user *user;
	const struct eas_folder *folder;
	struct mailbox *box;
	/* synced since somebody asked */
	bool fresh;
	/* for reading: begun with the first object after a refresh */
	struct mailbox_transaction_context *trans;
	struct mail *mail;
};

static struct eas_pim_mailbox *pim_mailbox(struct eas_pim_backend *backend)
{
	return container_of(backend, struct eas_pim_mailbox, backend);
}

/* What was added to the cache; failing to add it is no loss. */
static void pim_mailbox_end_reading(struct eas_pim_mailbox *pim)
{
	if (pim->trans == NULL)
		return;
	mail_free(&pim->mail);
	(void)mailbox_transaction_commit(&pim->trans);
}

static void pim_mailbox_close(struct eas_pim_backend *backend)
{
	struct eas_pim_mailbox *pim = pim_mailbox(backend);

	pim_mailbox_end_reading(pim);
	eas_mailbox_close(pim->user, pim->folder, &pim->box);
	i_free(pim);
}

static enum eas_pim_result pim_mailbox_failed(struct eas_pim_mailbox *pim, const char *what)
{
	enum mail_error error;
	const char *reason = mailbox_get_last_internal_error(pim->box, &error);

	switch (error) {
	case MAIL_ERROR_EXPUNGED:
		return EAS_PIM_NOT_FOUND;
	case MAIL_ERROR_PERM:
	case MAIL_ERROR_NOQUOTA:
	case MAIL_ERROR_NOTPOSSIBLE:
		e_debug(pim->backend.event, "%s was refused: %s", what, reason);
		return EAS_PIM_REFUSED;
	default:
		e_error(pim->backend.event, "%s failed: %s", what, reason);
		return EAS_PIM_TEMPFAIL;
	}
}

/*
 * Looking
 */

static int
pim_mailbox_refresh(struct eas_pim_backend *backend, struct eas_pim_token *token_r)
{
	struct eas_pim_mailbox *pim = pim_mailbox(backend);
	struct mailbox_status status;

	pim_mailbox_end_reading(pim);
	if (!pim->fresh && mailbox_sync(pim->box, 0) < 0) {
		(void)pim_mailbox_failed(pim, "Looking at the mailbox");
		return -1;
	}
	pim->fresh = FALSE;
	mailbox_get_open_status(pim->box, STATUS_UIDVALIDITY | STATUS_UIDNEXT |
				STATUS_MESSAGES | STATUS_HIGHESTMODSEQ, &status);
	token_r->validity = status.uidvalidity;
	token_r->next = status.uidnext;
	token_r->count = status.messages;
	token_r->modseq = status.highest_modseq;
	return 0;
}

/* A message marked as deleted is gone: Kolab's clients mark first and expunge later. */
static int
pim_mailbox_list(struct eas_pim_backend *backend, ARRAY_TYPE(seq_range) *versions)
{
	struct mail_index_view *view = pim_mailbox(backend)->box->view;
	const struct mail_index_record *rec;
	uint32_t seq, count = mail_index_view_get_messages_count(view);

	for (seq = 1; seq <= count; seq++) {
		rec = mail_index_lookup(view, seq);
		if ((rec->flags & MAIL_DELETED) == 0)
			(void)seq_range_array_add(versions, rec->uid);
	}
	return 0;
}

static bool pim_mailbox_set_uid(struct eas_pim_mailbox *pim, uint32_t uid)
{
	if (pim->trans == NULL) {
		pim->trans = mailbox_transaction_begin(pim->box, 0, "eas object");
		pim->mail = mail_alloc(pim->trans, PIM_WANTED_FIELDS, NULL);
	}
	return mail_set_uid(pim->mail, uid);
}

static enum eas_pim_result
pim_mailbox_read(struct eas_pim_backend *backend, uint32_t version, pool_t pool,
		 struct pim_object **object_r, uoff_t *size_r, const char **error_r)
{
	struct eas_pim_mailbox *pim = pim_mailbox(backend);
	struct istream *input;
	int ret;

	if (!pim_mailbox_set_uid(pim, version))
		return EAS_PIM_NOT_FOUND;
	if (mail_get_stream(pim->mail, NULL, NULL, &input) < 0)
		return pim_mailbox_failed(pim, "Opening a message");
	ret = pim_object_read(pool, input, backend->kind, object_r, error_r);
	*size_r = input->v_offset;
	if (input->stream_errno != 0) {
		if (pim->mail->expunged)
			return EAS_PIM_NOT_FOUND;
		e_error(backend->event, "Message UID %u cannot be read now: %s", version,
			i_stream_get_error(input));
		return EAS_PIM_TEMPFAIL;
	}
	if (ret > 0 && (*object_r)->kind != backend->kind) {
		/* a distribution list, an event among contacts */
		return EAS_PIM_OTHER;
	}
	return ret > 0 ? EAS_PIM_OK : ret == 0 ? EAS_PIM_OTHER : EAS_PIM_UNREADABLE;
}

static bool
pim_mailbox_get_saved(struct eas_pim_backend *backend, uint32_t version,
		      time_t *saved_utc_r)
{
	struct eas_pim_mailbox *pim = pim_mailbox(backend);

	if (!pim_mailbox_set_uid(pim, version))
		return FALSE;
	return mail_get_save_date(pim->mail, saved_utc_r) > 0 ||
		mail_get_received_date(pim->mail, saved_utc_r) == 0;
}

/*
 * Changing
 */

/* Flags and keywords of the message it stands for; a new object is nothing unread. */
static void
pim_mailbox_set_flags(struct eas_pim_mailbox *pim, struct mail_save_context *save,
		      uint32_t old)
{
	if (old != 0 && pim_mailbox_set_uid(pim, old))
		mailbox_save_copy_flags(save, pim->mail);
	else
		mailbox_save_set_flags(save, MAIL_SEEN, NULL);
}

static int
pim_mailbox_save(struct eas_pim_mailbox *pim, struct mailbox_transaction_context *trans,
		 const buffer_t *message, uint32_t old)
{
	struct mail_save_context *save = mailbox_save_alloc(trans);
	struct istream *input =
		i_stream_create_from_data(message->data, message->used);
	int ret;

	pim_mailbox_set_flags(pim, save, old);
	ret = mailbox_save_begin(&save, input);
	while (ret == 0 && i_stream_read(input) > 0)
		ret = mailbox_save_continue(save);
	if (ret == 0)
		ret = mailbox_save_finish(&save);
	else if (save != NULL)
		mailbox_save_cancel(&save);
	i_stream_unref(&input);
	return ret;
}

static enum eas_pim_result
pim_mailbox_put_message(struct eas_pim_mailbox *pim, const buffer_t *message, uint32_t old,
			uint32_t *version_r)
{
	struct mail_transaction_commit_changes changes;
	struct mailbox_transaction_context *trans;
	enum eas_pim_result result;
	struct seq_range_iter iter;

	trans = mailbox_transaction_begin(pim->box, MAILBOX_TRANSACTION_FLAG_EXTERNAL |
					  MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS,
					  "eas object");
	if (pim_mailbox_save(pim, trans, message, old) < 0) {
		result = pim_mailbox_failed(pim, "Saving an object");
		mailbox_transaction_rollback(&trans);
		return result;
	}
	if (mailbox_transaction_commit_get_changes(&trans, &changes) < 0)
		return pim_mailbox_failed(pim, "Saving an object");
	seq_range_array_iter_init(&iter, &changes.saved_uids);
	if (!seq_range_array_iter_nth(&iter, 0, version_r))
		*version_r = 0;
	pool_unref(&changes.pool);
	return EAS_PIM_OK;
}

static enum eas_pim_result
pim_mailbox_put(struct eas_pim_backend *backend, const struct pim_object *object,
		uint32_t old, uint32_t *version_r)
{
	buffer_t *message = buffer_create_dynamic(default_pool, 8192);
	enum eas_pim_result result;
	const char *error;

	if (pim_object_write(object, backend->owner, ioloop_time, message, &error) < 0) {
		e_debug(backend->event, "Object %s cannot be written: %s", object->uid, error);
		result = EAS_PIM_UNREADABLE;
	} else {
		result = pim_mailbox_put_message(pim_mailbox(backend), message,
						 old, version_r);
	}
	buffer_free(&message);
	return result;
}

static enum eas_pim_result
pim_mailbox_remove(struct eas_pim_backend *backend, const ARRAY_TYPE(uint32_t) *versions)
{
	struct eas_pim_mailbox *pim = pim_mailbox(backend);
	struct mailbox_transaction_context *trans;
	struct mail *mail;
	uint32_t uid;

	pim_mailbox_end_reading(pim);
	trans = mailbox_transaction_begin(pim->box, MAILBOX_TRANSACTION_FLAG_REFRESH,
					  "eas object");
	mail = mail_alloc(trans, 0, NULL);
	array_foreach_elem(versions, uid) {
		if (mail_set_uid(mail, uid))
			mail_expunge(mail);
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&trans) < 0)
		return pim_mailbox_failed(pim, "Removing an object");
	return EAS_PIM_OK;
}

static enum eas_pim_result
pim_mailbox_move(struct eas_pim_backend *backend, uint32_t version,
		 struct eas_pim_backend *dest)
{
	struct eas_pim_mailbox *pim = pim_mailbox(backend);
	struct eas_mail_move move = { .src_uid = version };

	if (dest->v != backend->v)
		return EAS_PIM_REFUSED;
	pim_mailbox_end_reading(pim);
	eas_mail_move(pim->user, pim->box, pim_mailbox(dest)->box, backend->event, &move, 1);
	switch (move.result) {
	case EAS_MAIL_MOVED:
		return EAS_PIM_OK;
	case EAS_MAIL_MOVE_NOT_FOUND:
		return EAS_PIM_NOT_FOUND;
	case EAS_MAIL_MOVE_REFUSED:
		return EAS_PIM_REFUSED;
	case EAS_MAIL_MOVE_TEMPFAIL:
		break;
	}
	return EAS_PIM_TEMPFAIL;
}

static const struct eas_pim_backend_vfuncs pim_mailbox_vfuncs = {
	.close = pim_mailbox_close,
	.refresh = pim_mailbox_refresh,
	.list = pim_mailbox_list,
	.read = pim_mailbox_read,
	.put = pim_mailbox_put,
	.remove = pim_mailbox_remove,
	.move = pim_mailbox_move,
	.get_saved = pim_mailbox_get_saved
};

static enum pim_kind class_get_kind(enum eas_class class)
{
	switch (class) {
	case EAS_CLASS_CALENDAR:
		return PIM_KIND_EVENT;
	case EAS_CLASS_CONTACTS:
		return PIM_KIND_CONTACT;
	case EAS_CLASS_TASKS:
		return PIM_KIND_TASK;
	case EAS_CLASS_NOTES:
		return PIM_KIND_NOTE;
	case EAS_CLASS_NONE:
	case EAS_CLASS_EMAIL:
		break;
	}
	i_unreached();
}

int eas_pim_mailbox_open(struct eas_user *user, const struct eas_folder *folder,
			 struct event *event, struct eas_pim_backend **backend_r)
{
	struct eas_pim_mailbox *pim;
	struct mailbox *box;
	int ret;

	if ((ret = eas_mailbox_open(user, folder, &box)) <= 0)
		return ret;
	pim = i_new(struct eas_pim_mailbox, 1);
	pim->backend.v = &pim_mailbox_vfuncs;
	pim->backend.event = event;
	pim->backend.kind = class_get_kind(folder->class);
	pim->backend.format = user->set->parsed_pim_format == DIRECTPUSH_PIM_FORMAT_RAW ?
		PIM_FORMAT_RAW : PIM_FORMAT_KOLAB3;
	pim->backend.owner = eas_user_get_addresses(user)[0];
	pim->user = user;
	pim->folder = folder;
	pim->box = box;
	pim->fresh = TRUE;
	*backend_r = &pim->backend;
	return 1;
}
