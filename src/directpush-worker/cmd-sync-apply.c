/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "crc32.h"
#include "mail-storage.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-email-flags.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-device.h"
#include "eas-folder.h"
#include "eas-item-id.h"
#include "eas-mail-move.h"
#include "eas-mail-source.h"
#include "eas-special.h"
#include "eas-user.h"
#include "eas-draft.h"
#include "cmd-sync-apply.h"

/* MS-ASCMD "ClientId (Sync)" (2.2.3.28.2) */
#define SYNC_MAX_CLIENT_ID_LENGTH 64

struct sync_response *
sync_apply_respond(struct sync_apply *apply, wbxml_tag_t tag, enum eas_status status,
		   const char *server_id)
{
	struct sync_response *response;

	response = array_append_space(&apply->coll->responses);
	response->tag = tag;
	response->status = status;
	response->server_id = p_strdup(apply->ctx->pool, server_id);
	if (status != EAS_SYNC_STATUS_OK) {
		e_debug(apply->collection->event, "%s of %s has Status %u",
			eas_tag_get_name(tag), server_id == NULL ? "?" : server_id,
			status);
	}
	return response;
}

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

/*
 * Add
 */

/* Mail but drafts cannot be added: MS-ASCMD "Add (Sync)" (2.2.3.7.2) wants Status 6. A phone that syncs
   its text messages sends them here; a Status makes it try for ever, so they get an id and are
   forgotten (quirk 71). */
static void apply_add(struct sync_apply *apply, const struct wbxml_node *node)
{
	pool_t pool = apply->ctx->pool;
	const char *client_id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_CLIENT_ID);
	const char *class = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_CLASS);
	struct sync_response *response;
	struct eas_sync_add *add;
	const char *server_id;

	if (client_id == NULL || *client_id == '\0' ||
	    strlen(client_id) > SYNC_MAX_CLIENT_ID_LENGTH) {
		response = sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD,
					 EAS_SYNC_STATUS_PROTOCOL_ERROR, NULL);
		response->client_id = client_id;
		return;
	}
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
	add = array_append_space(&apply->coll->next->adds);
	add->client_id = p_strdup(pool, client_id);
	add->server_id = p_strdup(pool, server_id);
	response = sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD, EAS_SYNC_STATUS_OK,
				 server_id);
	response->client_id = add->client_id;
}

/*
 * Change
 */

/* The digest the mail has for the device after its change. */
static uint32_t
apply_wished_digest(struct mail *mail, const struct eas_email_flags_update *update)
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
	uint32_t shown, now = eas_mail_digest(apply->mail);
	uint32_t server_changed, client_changed;

	if (apply->coll->options.client_wins ||
	    !eas_sync_generation_has(apply->coll->next, uid, &shown) ||
	    shown == EAS_SYNC_DIGEST_UNKNOWN)
		return FALSE;
	server_changed = eas_email_digest_changes(shown, now);
	client_changed = eas_email_digest_changes(now, wished);
	return (server_changed & client_changed) != 0;
}

static bool apply_is_draft_change(struct sync_apply *apply, const struct wbxml_node *node)
{
	return sync_draft_is_folder(apply) &&
		(wbxml_node_child(node, EAS_TAG_EMAIL2_SEND) != NULL ||
		 eas_draft_is_content(wbxml_node_child(node,
					EAS_TAG_AIRSYNC_APPLICATION_DATA)));
}

static void apply_change(struct sync_apply *apply, const struct wbxml_node *node)
{
	struct eas_email_flags_change change;
	struct eas_email_flags_update update;
	const char *error, *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	uint32_t wished, uid;

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
	wished = apply_wished_digest(apply->mail, &update);
	if (apply_is_conflict(apply, uid, wished)) {
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE,
			      EAS_SYNC_STATUS_CONFLICT, id);
	} else {
		if (update.add_flags != 0)
			mail_update_flags(apply->mail, MODIFY_ADD, update.add_flags);
		if (update.remove_flags != 0) {
			mail_update_flags(apply->mail, MODIFY_REMOVE,
					  update.remove_flags);
		}
		apply_update_keywords(apply->mail, MODIFY_ADD, update.add_keywords);
		apply_update_keywords(apply->mail, MODIFY_REMOVE,
				      update.remove_keywords);
		array_push_back(&apply->changed_uids, &uid);
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

static void apply_delete(struct sync_apply *apply, const struct wbxml_node *node)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	uint32_t uid = eas_collection_item_uid(apply->collection, id);
	struct eas_mail_move *move;

	/* one that is gone already is a success: the answer to it may have been lost */
	if (sync_apply_set_uid(apply, uid)) {
		if (apply->coll->deletes_as_moves &&
		    apply->collection->folder->type != EAS_FOLDER_TYPE_DELETED_ITEMS) {
			move = array_append_space(&apply->moves);
			move->src_uid = uid;
		} else {
			/* in the trash itself there is no other place (quirk 68) */
			mail_expunge(apply->mail);
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
		eas_mail_move(apply->collection->box, trash, apply->collection->event,
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
 * Fetch
 */

static void apply_fetch(struct sync_apply *apply, const struct wbxml_node *node)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	uint32_t uid = eas_collection_item_uid(apply->collection, id);
	bool found = sync_apply_set_uid(apply, uid);

	sync_apply_respond(apply, EAS_TAG_AIRSYNC_FETCH, found ? EAS_SYNC_STATUS_OK :
		      EAS_SYNC_STATUS_OBJECT_NOT_FOUND, id)->uid = uid;
}

/*
 * All of them
 */

static const struct {
	wbxml_tag_t tag;
	void (*apply)(struct sync_apply *apply, const struct wbxml_node *node);
} sync_apply_commands[] = {
	{ EAS_TAG_AIRSYNC_ADD, apply_add },
	{ EAS_TAG_AIRSYNC_CHANGE, apply_change },
	{ EAS_TAG_AIRSYNC_DELETE, apply_delete },
	{ EAS_TAG_AIRSYNC_FETCH, apply_fetch }
};

static void apply_command(struct sync_apply *apply, const struct wbxml_node *node)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(sync_apply_commands); i++) {
		if (sync_apply_commands[i].tag == node->tag) T_BEGIN {
			sync_apply_commands[i].apply(apply, node);
		} T_END;
	}
}

void sync_apply_flush(struct sync_apply *apply)
{
	uint32_t uid;

	if (apply->trans == NULL)
		return;
	mail_free(&apply->mail);
	if (mailbox_transaction_commit(&apply->trans) == 0)
		return;
	e_error(apply->collection->event, "Changes cannot be made now: %s",
		mailbox_get_last_internal_error(apply->collection->box, NULL));
	array_foreach_elem(&apply->changed_uids, uid) {
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE,
				   EAS_SYNC_STATUS_SERVER_ERROR,
				   eas_collection_item_id(apply->collection, uid));
	}
	array_foreach_elem(&apply->expunged_uids, uid) {
		apply_delete_failed(apply, uid, EAS_SYNC_STATUS_SERVER_ERROR);
	}
}

static void apply_commit(struct sync_apply *apply)
{
	sync_apply_flush(apply);
	apply_commit_moves(apply);
	if (array_is_empty(&apply->changed_uids) && array_is_empty(&apply->moves) &&
	    array_is_empty(&apply->expunged_uids))
		return;
	if (eas_collection_sync(apply->collection) < 0) {
		/* What was done is done; the device repeats it, which does no harm. */
		apply->coll->status = EAS_SYNC_STATUS_SERVER_ERROR;
		apply->coll->answer = TRUE;
	}
}

void sync_collection_apply(struct sync_context *ctx, struct sync_collection *coll)
{
	struct sync_apply apply = {
		.ctx = ctx,
		.coll = coll,
		.collection = coll->collection
	};
	const struct wbxml_node *node;
	unsigned int count = 0;

	if (coll->status != EAS_SYNC_STATUS_OK || coll->commands == NULL)
		return;
	wbxml_node_foreach(coll->commands, node)
		count++;
	if (count == 0)
		return;
	if (count > SYNC_MAX_CLIENT_COMMANDS) {
		e_debug(coll->collection->event, "%u commands are more than %u",
			count, SYNC_MAX_CLIENT_COMMANDS);
		coll->status = EAS_SYNC_STATUS_PROTOCOL_ERROR;
		coll->answer = TRUE;
		return;
	}
	p_array_init(&apply.changed_uids, ctx->pool, 8);
	p_array_init(&apply.expunged_uids, ctx->pool, 8);
	p_array_init(&apply.moves, ctx->pool, 8);
	coll->next = eas_sync_state_next(coll->collection->state);
	wbxml_node_foreach(coll->commands, node)
		apply_command(&apply, node);
	apply_commit(&apply);
}
