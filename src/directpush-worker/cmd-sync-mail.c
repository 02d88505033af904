/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mail in a Sync: the class of all that is not calendar, contacts, tasks or notes; and what the device does
   to it. */

#include "lib.h"
#include "array.h"
#include "crc32.h"
#include "mail-storage.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-email-flags.h"
#include "eas-header-text.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-mail-followup.h"
#include "eas-mail-move.h"
#include "eas-mail-source.h"
#include "eas-special.h"
#include "eas-draft.h"
#include "cmd-sync-apply.h"
#include "cmd-sync-mail.h"

bool sync_apply_set_uid(struct sync_apply *apply, uint32_t uid)
{
	if (uid == 0 || apply->collection->box == NULL)
		return FALSE;
	if (apply->trans == NULL) {
		apply->trans = mailbox_transaction_begin(apply->collection->box,
							 0, "eas Sync");
		apply->mail = mail_alloc(apply->trans, MAIL_FETCH_FLAGS, NULL);
	}
	return mail_set_uid(apply->mail, uid);
}

static void mail_begin(struct sync_apply *apply)
{
	p_array_init(&apply->changed, apply->ctx->pool, 8);
	p_array_init(&apply->followups, apply->ctx->pool, 1);
	p_array_init(&apply->expunged_uids, apply->ctx->pool, 8);
	p_array_init(&apply->moves, apply->ctx->pool, 8);
}

/*
 * Add
 */

/* Mail but drafts cannot be added: MS-ASCMD "Add (Sync)" (2.2.3.7.2) wants Status 6. A phone that syncs
   its text messages sends them here; a Status makes it try for ever, so they get an id and are
   forgotten (quirk 71). */
static void mail_add(struct sync_apply *apply, const struct wbxml_node *node,
		     const char *client_id)
{
	pool_t pool = apply->ctx->pool;
	const char *class = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_CLASS);
	struct sync_response *response;
	const char *server_id;

	if (sync_draft_is_folder(apply) &&
	    (class == NULL || strcasecmp(class, "Email") == 0)) {
		sync_draft_add(apply, node, client_id);
		return;
	}
	server_id = eas_sync_state_find_add(apply->collection->state, client_id);
	if (server_id == NULL && (class == NULL || strcasecmp(class, "SMS") != 0)) {
		response = sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD,
					 EAS_SYNC_STATUS_CONVERSION_ERROR, NULL);
		response->client_id = client_id;
		return;
	}
	if (server_id == NULL) {
		server_id = p_strdup_printf(pool, "%s:sms-%08x", apply->coll->id,
					    crc32_str(client_id));
	}
	sync_apply_added(apply, client_id, server_id);
	response = sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD, EAS_SYNC_STATUS_OK,
				 server_id);
	response->client_id = client_id;
}

/*
 * Change
 */

/* The digest the mail has for the device after its change. */
static uint32_t
apply_wished_digest(struct mail *mail, const struct eas_email_flags_update *update,
		    const struct eas_email_followup *followup)
{
	ARRAY_TYPE(const_string) wished;
	struct eas_email_flags flags;
	const char *const *keywords = mail_get_keywords(mail);

	t_array_init(&wished, 8);
	for (; *keywords != NULL; keywords++) {
		if (!str_array_icase_find(update->remove_keywords, *keywords))
			array_push_back(&wished, keywords);
	}
	for (keywords = update->add_keywords; *keywords != NULL; keywords++)
		array_push_back(&wished, keywords);
	array_append_zero(&wished);
	eas_email_flags_read((mail_get_flags(mail) | update->add_flags) &
			     (enum mail_flags)~update->remove_flags,
			     array_front(&wished), &flags);
	flags.followup = eas_email_followup_is_empty(followup) ? NULL : followup;
	return eas_email_flags_digest(&flags);
}

static void
apply_update_keywords(struct mail *mail, enum modify_type modify,
		      const char *const *names)
{
	struct mail_keywords *keywords;

	if (*names == NULL)
		return;
	keywords = mailbox_keywords_create_valid(mail->box, names);
	mail_update_keywords(mail, modify, keywords);
	mailbox_keywords_unref(&keywords);
}

/* Has the server changed since what the device was shown, in what the device changes too,
   and to something else? Then the server's value stays, unless the client says
   otherwise. MS-ASCMD "Conflict" (2.2.3.34) */
static bool
apply_is_conflict(struct sync_apply *apply, uint32_t uid, uint32_t wished)
{
	uint32_t shown, now = eas_mail_digest(apply->collection->user, apply->mail);
	uint32_t server_changed, client_changed;

	if (apply->coll->options.client_wins ||
	    !eas_sync_generation_has(apply->coll->next, uid, &shown) ||
	    shown == EAS_SYNC_DIGEST_UNKNOWN)
		return FALSE;
	server_changed = eas_email_digest_changes(shown, now);
	client_changed = eas_email_digest_changes(now, wished);
	return (server_changed & client_changed) != 0;
}

static void
apply_update(struct sync_apply *apply, const struct eas_email_flags_change *change,
	     const struct eas_email_flags_update *update,
	     const struct eas_email_followup *followup)
{
	static const char *const followup_keyword[] = { EAS_MAIL_FOLLOWUP_KEYWORD, NULL };
	bool had_keyword = str_array_icase_find(mail_get_keywords(apply->mail),
						EAS_MAIL_FOLLOWUP_KEYWORD);

	if (change->have_flag &&
	    eas_mail_followup_note(apply->collection->user, apply->mail, followup,
				   apply->ctx->pool, &apply->followups)) {
		apply_update_keywords(apply->mail, had_keyword ? MODIFY_REMOVE : MODIFY_ADD,
				      followup_keyword);
	}
	if (update->add_flags != 0)
		mail_update_flags(apply->mail, MODIFY_ADD, update->add_flags);
	if (update->remove_flags != 0)
		mail_update_flags(apply->mail, MODIFY_REMOVE, update->remove_flags);
	apply_update_keywords(apply->mail, MODIFY_ADD, update->add_keywords);
	apply_update_keywords(apply->mail, MODIFY_REMOVE, update->remove_keywords);
}

/* NULL if there is none. */
static const char *apply_get_subject(struct sync_apply *apply)
{
	const char *value;

	if (mail_get_first_header(apply->mail, "Subject", &value) <= 0)
		return NULL;
	value = eas_email_followup_text(eas_header_decode(apply->ctx->pool, value),
					apply->ctx->pool);
	return *value == '\0' ? NULL : value;
}

/* What the mail's flag says after the change. One that is set has a subject: the mail's, if the device gave none.
   MS-ASEMAIL "Subject (Tasks Namespace)" (2.2.2.75.2) */
static struct eas_email_followup
apply_wished_followup(struct sync_apply *apply, const struct eas_email_flags_change *change)
{
	const struct eas_email_followup *before =
		eas_mail_followup_get(apply->collection->user, apply->mail, apply->ctx->pool);
	struct eas_email_followup followup;

	i_zero(&followup);
	if (before != NULL)
		followup = *before;
	eas_email_flags_change_followup(change, &followup);
	if (change->have_flag && change->flag == EAS_EMAIL_FLAG_ACTIVE &&
	    followup.values[EAS_EMAIL_FOLLOWUP_SUBJECT] == NULL)
		followup.values[EAS_EMAIL_FOLLOWUP_SUBJECT] = apply_get_subject(apply);
	return followup;
}

static bool apply_is_draft_change(struct sync_apply *apply, const struct wbxml_node *node)
{
	return sync_draft_is_folder(apply) &&
		(wbxml_node_child(node, EAS_TAG_EMAIL2_SEND) != NULL ||
		 eas_draft_is_content(wbxml_node_child(node,
					EAS_TAG_AIRSYNC_APPLICATION_DATA)));
}

static void mail_change(struct sync_apply *apply, const struct wbxml_node *node)
{
	struct eas_email_flags_change change;
	struct eas_email_flags_update update;
	struct eas_email_followup followup;
	struct sync_mail_change *changed;
	const char *error, *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	uint32_t before, wished, uid;

	if (id != NULL && strstr(id, ":sms-") != NULL)
		return;
	if (apply_is_draft_change(apply, node) &&
	    !sync_draft_change(apply, node, id == NULL ? "" : id))
		return;
	/* a changed draft is another mail */
	uid = eas_collection_item_uid(apply->collection, id);
	if (!sync_apply_set_uid(apply, uid)) {
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE,
			      EAS_SYNC_STATUS_OBJECT_NOT_FOUND, id);
		return;
	}
	if (eas_email_flags_change_parse(
			wbxml_node_child(node, EAS_TAG_AIRSYNC_APPLICATION_DATA),
			apply->ctx->pool, &change, &error) < 0) {
		e_debug(apply->collection->event, "Change of %s: %s", id, error);
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE,
			      EAS_SYNC_STATUS_CONVERSION_ERROR, id);
		return;
	}
	eas_email_flags_change_apply(&change, mail_get_keywords(apply->mail),
				     apply->ctx->pool, &update);
	before = eas_mail_digest(apply->collection->user, apply->mail);
	followup = apply_wished_followup(apply, &change);
	wished = apply_wished_digest(apply->mail, &update, &followup);
	if (apply_is_conflict(apply, uid, wished)) {
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE,
			      EAS_SYNC_STATUS_CONFLICT, id);
	} else {
		apply_update(apply, &change, &update, &followup);
		changed = array_append_space(&apply->changed);
		changed->uid = uid;
		changed->before = before;
		changed->wished = wished;
	}
	if (eas_sync_generation_has(apply->coll->next, uid, NULL)) {
		/* This is what the device has now. Where the mailbox has something else
		   in the end, the device is told. */
		eas_sync_generation_set(apply->ctx->pool, apply->coll->next,
					uid, wished);
		(void)seq_range_array_add(&apply->coll->next->left_changed, uid);
	}
	if (apply_is_draft_change(apply, node))
		sync_draft_tell_attachments(apply, node, id);
}

/*
 * Delete
 */

static void mail_delete(struct sync_apply *apply, const struct wbxml_node *node)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	uint32_t uid = eas_collection_item_uid(apply->collection, id);
	struct eas_mail_move *move;

	/* named twice: it goes once */
	array_foreach_modifiable(&apply->moves, move) {
		if (move->src_uid == uid)
			return;
	}
	/* one that is gone already is a success: the answer to it may have been lost */
	if (sync_apply_set_uid(apply, uid)) {
		if (apply->coll->deletes_as_moves &&
		    apply->collection->folder->type != EAS_FOLDER_TYPE_DELETED_ITEMS) {
			move = array_append_space(&apply->moves);
			move->src_uid = uid;
		} else {
			/* in the trash itself there is no other place (quirk 68) */
			array_push_back(&apply->expunged_uids, &uid);
		}
	}
	if (uid != 0)
		eas_sync_generation_remove(apply->coll->next, uid);
}

/* It is still there: respond, and give it to the device again. */
static void
apply_delete_failed(struct sync_apply *apply, uint32_t uid, enum eas_status status)
{
	sync_apply_respond(apply, EAS_TAG_AIRSYNC_DELETE, status,
		      eas_collection_item_id(apply->collection, uid));
	(void)seq_range_array_add(&apply->coll->next->left_new, uid);
}

static void apply_commit_moves(struct sync_apply *apply)
{
	const struct eas_mail_move *move;
	struct mailbox *trash = NULL;
	unsigned int count;

	if (array_is_empty(&apply->moves))
		return;
	if (eas_special_open(apply->ctx->cmd->user, EAS_FOLDER_TYPE_DELETED_ITEMS,
			     &trash) == 0) {
		eas_mail_move(apply->collection->user, apply->collection->box, trash,
			      apply->collection->event,
			      array_get_modifiable(&apply->moves, &count),
			      array_count(&apply->moves));
		mailbox_free(&trash);
	} else {
		struct eas_mail_move *failed;

		array_foreach_modifiable(&apply->moves, failed)
			failed->result = EAS_MAIL_MOVE_TEMPFAIL;
	}
	array_foreach(&apply->moves, move) {
		if (move->result == EAS_MAIL_MOVE_REFUSED) {
			apply_delete_failed(apply, move->src_uid,
					    EAS_SYNC_STATUS_CANNOT_COMPLETE);
		} else if (move->result == EAS_MAIL_MOVE_TEMPFAIL) {
			apply_delete_failed(apply, move->src_uid,
					    EAS_SYNC_STATUS_SERVER_ERROR);
		}
	}
}

/*
 * All of them
 */

void sync_apply_flush(struct sync_apply *apply)
{
	const struct sync_mail_change *change;

	if (apply->trans == NULL)
		return;
	mail_free(&apply->mail);
	if (eas_mail_followups_write(apply->collection->user, &apply->followups) < 0)
		mailbox_transaction_rollback(&apply->trans);
	else if (mailbox_transaction_commit(&apply->trans) == 0) {
		array_clear(&apply->followups);
		return;
	} else {
		e_error(apply->collection->event, "Changes cannot be made now: %s",
			mailbox_get_last_internal_error(apply->collection->box, NULL));
	}
	array_clear(&apply->followups);
	array_foreach(&apply->changed, change) {
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE,
				   EAS_SYNC_STATUS_SERVER_ERROR,
				   eas_collection_item_id(apply->collection, change->uid));
	}
	array_clear(&apply->changed);
}

/* In a transaction of their own: where they are refused, the other changes are not. */
static void apply_commit_expunges(struct sync_apply *apply)
{
	enum eas_status status = EAS_SYNC_STATUS_SERVER_ERROR;
	const char *reason;
	enum mail_error error;
	uint32_t uid;

	if (array_is_empty(&apply->expunged_uids))
		return;
	array_foreach_elem(&apply->expunged_uids, uid) {
		if (sync_apply_set_uid(apply, uid))
			mail_expunge(apply->mail);
	}
	if (apply->trans == NULL)
		return;
	mail_free(&apply->mail);
	if (mailbox_transaction_commit(&apply->trans) == 0)
		return;
	reason = mailbox_get_last_internal_error(apply->collection->box, &error);
	if (error == MAIL_ERROR_PERM) {
		status = EAS_SYNC_STATUS_CANNOT_COMPLETE;
		e_debug(apply->collection->event, "Mails must not be deleted: %s", reason);
	} else {
		e_error(apply->collection->event, "Mails cannot be deleted now: %s", reason);
	}
	array_foreach_elem(&apply->expunged_uids, uid)
		apply_delete_failed(apply, uid, status);
	array_clear(&apply->expunged_uids);
}

/* The mailbox accepted the deletions; could it do them? */
static void apply_check_gone(struct sync_apply *apply)
{
	struct eas_changes_source *source = apply->collection->source;
	struct eas_mail_move *move;
	unsigned int count;
	uint32_t uid;

	move = array_get_modifiable(&apply->moves, &count);
	eas_mail_moves_check(apply->collection->box, move, count);
	for (unsigned int i = 0; i < count; i++) {
		if (move[i].stayed) {
			apply_delete_failed(apply, move[i].src_uid,
					    EAS_SYNC_STATUS_SERVER_ERROR);
		}
	}
	array_foreach_elem(&apply->expunged_uids, uid) {
		if (source->count(source, uid, uid) > 0)
			apply_delete_failed(apply, uid, EAS_SYNC_STATUS_SERVER_ERROR);
	}
}

/* What the user may not change is left silently as it is. The device is told what the server has when the changes are
   looked for. */
static void apply_check_changed(struct sync_apply *apply)
{
	struct eas_changes_source *source = apply->collection->source;
	const struct sync_mail_change *change;
	uint32_t now;

	array_foreach(&apply->changed, change) {
		if (change->before != change->wished &&
		    source->digest(source, change->uid, &now) > 0 &&
		    now == change->before) {
			sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE,
					   EAS_SYNC_STATUS_CANNOT_COMPLETE,
					   eas_collection_item_id(apply->collection,
								  change->uid));
		}
	}
}

static void mail_commit(struct sync_apply *apply)
{
	sync_apply_flush(apply);
	apply_commit_expunges(apply);
	apply_commit_moves(apply);
	if (array_is_empty(&apply->changed) && array_is_empty(&apply->moves) &&
	    array_is_empty(&apply->expunged_uids))
		return;
	if (eas_collection_sync(apply->collection) < 0) {
		/* What was done is done; the device repeats it, which does no harm. */
		apply->coll->status = EAS_SYNC_STATUS_SERVER_ERROR;
		apply->coll->answer = TRUE;
		return;
	}
	apply_check_gone(apply);
	apply_check_changed(apply);
}

const struct sync_class sync_class_mail = {
	.begin = mail_begin,
	.add = mail_add,
	.change = mail_change,
	.delete = mail_delete,
	.commit = mail_commit,

	.open = sync_mail_reader_open,
	.write = sync_mail_reader_write,
	.changes_whole = sync_mail_changes_whole,
	.write_changes = sync_mail_reader_write_changes,
	.write_added = sync_mail_reader_write_added,
	.close = sync_mail_reader_close
};
