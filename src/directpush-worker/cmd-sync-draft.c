/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Drafts the device makes, changes and sends (16.0). A changed draft is a new mail in place of the
   old one; the ServerId stays: docs/decisions/070.

   MS-ASEMAIL "Sync Command Request" (3.1.5.4), "Send" (2.2.2.69) */

#include "lib.h"
#include "array.h"
#include "guid.h"
#include "ioloop.h"
#include "iostream-temp.h"
#include "istream.h"
#include "istream-crlf.h"
#include "ostream.h"
#include "sha2.h"
#include "str.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "wbxml-tree.h"
#include "eas-draft.h"
#include "eas-email-flags.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-compose.h"
#include "eas-device.h"
#include "eas-folder.h"
#include "eas-mail-save.h"
#include "eas-mail-source.h"
#include "eas-user.h"
#include "cmd-sync-apply.h"

struct draft_mail {
	struct istream *mime;
	enum mail_flags flags;
	const char *const *keywords;
};

bool sync_draft_is_folder(const struct sync_apply *apply)
{
	return apply->collection->folder->type == EAS_FOLDER_TYPE_DRAFTS &&
		apply->ctx->cmd->request->version >= EAS_VERSION_16_0;
}

/*
 * Which command it is
 */

static void digest_node(struct sha256_ctx *sha, const struct wbxml_node *node)
{
	const struct wbxml_node *child;
	const unsigned char *data;
	struct istream *input;
	size_t size;

	sha256_loop(sha, &node->tag, sizeof(node->tag));
	input = wbxml_node_get_stream(node);
	while (i_stream_read_more(input, &data, &size) > 0) {
		sha256_loop(sha, data, size);
		i_stream_skip(input, size);
	}
	i_stream_unref(&input);
	wbxml_node_foreach(node, child)
		digest_node(sha, child);
}

/* The same for the same content; for an item, only if it is for the same item. */
static uint64_t command_digest(const struct wbxml_node *data, const char *id)
{
	unsigned char result[SHA256_RESULTLEN];
	struct sha256_ctx sha;
	uint64_t digest;

	sha256_init(&sha);
	sha256_loop(&sha, id, strlen(id) + 1);
	if (data != NULL)
		digest_node(&sha, data);
	sha256_result(&sha, result);
	memcpy(&digest, result, sizeof(digest));
	return digest;
}

/* What a repeated request has again: the key it was asked with, and the item's id. */
static const char *command_key(struct sync_apply *apply, const char *id)
{
	return p_strdup_printf(apply->ctx->pool, "draft:%s:%s:%s", apply->coll->id,
			       eas_sync_key_format(&apply->coll->key), id);
}

/*
 * Making the mail
 */

/* old: NULL for a new one. Returns NULL if it cannot be made now (logged). */
static struct istream *
draft_make_mime(struct sync_apply *apply, const struct wbxml_node *data,
		struct istream *old, const char *unique)
{
	struct eas_user *user = apply->ctx->cmd->user;
	string_t *prefix = t_str_new(128);
	struct eas_draft_source source = {
		.data = data,
		.old = old,
		.from = eas_user_get_addresses(user)[0],
		.unique = t_strdup_printf("%s\t%s\t%s", user->username,
			apply->ctx->cmd->request->device_id, unique),
		.now = ioloop_time
	};
	struct ostream *output;
	const char *error = "";
	guid_128_t guid;
	int ret;

	guid_128_generate(guid);
	source.boundary = guid_128_to_string(guid);
	mail_user_set_get_temp_prefix(prefix, user->mail_user->set);
	output = iostream_temp_create(str_c(prefix), 0);
	o_stream_set_no_error_handling(output, TRUE);
	ret = eas_draft_write(&source, output, &error);
	if (ret == 0 && o_stream_flush(output) < 0) {
		error = t_strdup(o_stream_get_error(output));
		ret = -1;
	}
	if (ret < 0) {
		e_error(apply->collection->event, "Draft cannot be made now: %s", error);
		o_stream_destroy(&output);
		return NULL;
	}
	return iostream_temp_finish(&output, IO_BLOCK_SIZE);
}

static int draft_save(struct mailbox_transaction_context *trans, const struct draft_mail *mail)
{
	struct istream *input;
	int ret;

	i_stream_seek(mail->mime, 0);
	input = i_stream_create_crlf(mail->mime);
	ret = eas_mail_save(trans, input, mail->flags, mail->keywords);
	i_stream_unref(&input);
	return ret;
}

static enum eas_status draft_append_failed(struct sync_apply *apply)
{
	enum mail_error error;
	const char *reason;

	reason = mailbox_get_last_internal_error(apply->collection->box, &error);
	if (error == MAIL_ERROR_NOQUOTA || error == MAIL_ERROR_PERM) {
		e_debug(apply->collection->event, "Draft was refused: %s", reason);
		return EAS_SYNC_STATUS_CANNOT_COMPLETE;
	}
	e_error(apply->collection->event, "Draft cannot be saved now: %s", reason);
	return EAS_SYNC_STATUS_SERVER_ERROR;
}

/* Returns EAS_SYNC_STATUS_OK, or what is to be responded. */
static enum eas_status
draft_append(struct sync_apply *apply, const struct draft_mail *mail, uint32_t *uid_r)
{
	struct mailbox *box = apply->collection->box;
	struct mail_transaction_commit_changes changes;
	struct mailbox_transaction_context *trans;
	struct seq_range_iter iter;
	bool have_uid;

	trans = mailbox_transaction_begin(box, MAILBOX_TRANSACTION_FLAG_EXTERNAL |
					  MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS,
					  "eas draft");
	if (draft_save(trans, mail) < 0) {
		enum eas_status status = draft_append_failed(apply);

		mailbox_transaction_rollback(&trans);
		return status;
	}
	if (mailbox_transaction_commit_get_changes(&trans, &changes) < 0)
		return draft_append_failed(apply);
	seq_range_array_iter_init(&iter, &changes.saved_uids);
	have_uid = seq_range_array_iter_nth(&iter, 0, uid_r);
	pool_unref(&changes.pool);
	return have_uid ? EAS_SYNC_STATUS_OK : EAS_SYNC_STATUS_SERVER_ERROR;
}

static void draft_expunge(struct sync_apply *apply, uint32_t uid)
{
	/* left in trans: committed by the flush */
	if (sync_apply_set_uid(apply, uid))
		mail_expunge(apply->mail);
	sync_apply_flush(apply);
}

/* See what was committed; and what stands in the state now must be there if we die. */
static int draft_settle(struct sync_apply *apply)
{
	if (eas_collection_sync(apply->collection) < 0)
		return -1;
	return eas_collection_write_state(apply->collection);
}

/*
 * Sending
 */

static enum eas_status draft_item_status(enum eas_status status)
{
	switch (status) {
	case EAS_STATUS_NONE:
		return EAS_SYNC_STATUS_OK;
	case EAS_STATUS_GLOBAL_MESSAGE_HAS_NO_RECIPIENT:
	case EAS_STATUS_GLOBAL_MESSAGE_RECIPIENT_UNRESOLVED:
		/* MS-ASCMD "Common Status Codes" (2.2.2) */
		return EAS_STATUS_GLOBAL_INVALID_RECIPIENTS;
	case EAS_STATUS_GLOBAL_INVALID_MIME:
		return EAS_SYNC_STATUS_CONVERSION_ERROR;
	case EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER:
		return EAS_SYNC_STATUS_SERVER_ERROR;
	default:
		return status;
	}
}

static enum eas_status
draft_send(struct sync_apply *apply, const char *key, struct istream *mime)
{
	struct eas_cmd_context *cmd = apply->ctx->cmd;
	struct eas_compose compose;
	enum eas_status status = EAS_STATUS_NONE;

	i_stream_seek(mime, 0);
	eas_compose_init_draft(cmd, key, mime, &compose);
	if (!eas_compose_was_sent(cmd, &compose))
		status = eas_compose_submit(cmd, &compose, mime);
	eas_compose_free(&compose);
	return draft_item_status(status);
}

/*
 * Add
 */

static const char *const *
draft_attachment_ids(struct sync_apply *apply, const struct wbxml_node *data)
{
	const struct wbxml_node *node, *list;
	ARRAY_TYPE(const_string) ids;
	const char *id;

	list = wbxml_node_child(data, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	if (list == NULL)
		return NULL;
	p_array_init(&ids, apply->ctx->pool, 4);
	wbxml_node_foreach(list, node) {
		if (node->tag != EAS_TAG_AIRSYNCBASE_ADD)
			continue;
		id = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_CLIENT_ID);
		array_push_back(&ids, &id);
	}
	array_append_zero(&ids);
	return array_front(&ids);
}

/* The flags a new draft has. Returns -1 if they are not legal. */
static int draft_new_flags(struct sync_apply *apply, const struct wbxml_node *data,
			   struct draft_mail *mail, const char **error_r)
{
	static const char *const none[] = { NULL };
	struct eas_email_flags_change change;
	struct eas_email_flags_update update;

	if (eas_email_flags_change_parse(data, apply->ctx->pool, &change, error_r) < 0)
		return -1;
	eas_email_flags_change_apply(&change, none, apply->ctx->pool, &update);
	mail->flags = ((MAIL_DRAFT | MAIL_SEEN) & (enum mail_flags)~update.remove_flags) |
		update.add_flags;
	mail->keywords = update.add_keywords;
	return 0;
}

static void
draft_added(struct sync_apply *apply, const struct wbxml_node *data,
	    const char *client_id, uint32_t uid)
{
	pool_t pool = apply->ctx->pool;
	struct sync_response *response;
	struct eas_sync_add *add;

	if (sync_apply_set_uid(apply, uid)) {
		eas_sync_generation_set(pool, apply->coll->next, uid,
					eas_mail_digest(apply->collection->user,
							apply->mail));
	}
	response = sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD, EAS_SYNC_STATUS_OK,
				      eas_collection_item_id(apply->collection, uid));
	response->client_id = client_id;
	response->uid = uid;
	response->attachment_ids = draft_attachment_ids(apply, data);
	add = array_append_space(&apply->coll->next->adds);
	add->client_id = p_strdup(pool, client_id);
	add->server_id = response->server_id;
}

/* Save it, unless the device has saved the same before: a repeated request, or a device that adds
   its drafts again and again. */
static enum eas_status
draft_add_save(struct sync_apply *apply, const struct wbxml_node *data,
	       struct draft_mail *mail, const char *client_id)
{
	struct eas_sync_state *state = apply->collection->state;
	uint64_t command = command_digest(data, "");
	const struct eas_sync_draft *same = eas_sync_draft_find(state, command);
	enum eas_status status;
	uint32_t uid;

	if (same != NULL && sync_apply_set_uid(apply, same->uid)) {
		e_debug(apply->collection->event,
			"Draft is there already (UID %u): not added again", same->uid);
		draft_added(apply, data, client_id, same->uid);
		return EAS_SYNC_STATUS_OK;
	}
	sync_apply_flush(apply);
	status = draft_append(apply, mail, &uid);
	if (status != EAS_SYNC_STATUS_OK)
		return status;
	(void)eas_sync_draft_set(state, uid, uid, command);
	if (draft_settle(apply) < 0)
		return EAS_SYNC_STATUS_SERVER_ERROR;
	draft_added(apply, data, client_id, uid);
	return EAS_SYNC_STATUS_OK;
}

static enum eas_status
draft_add(struct sync_apply *apply, const struct wbxml_node *node, const char *client_id,
	  bool *responded_r)
{
	const struct wbxml_node *data =
		wbxml_node_child(node, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	const char *key = command_key(apply, client_id), *error = "It has no content";
	struct draft_mail mail;
	enum eas_status status;

	i_zero(&mail);
	if (data == NULL || eas_draft_check(data, &error) < 0 ||
	    draft_new_flags(apply, data, &mail, &error) < 0) {
		e_debug(apply->collection->event, "Add %s: %s", client_id, error);
		return EAS_SYNC_STATUS_CONVERSION_ERROR;
	}
	if (apply->collection->box == NULL)
		return EAS_SYNC_STATUS_CANNOT_COMPLETE;
	mail.mime = draft_make_mime(apply, data, NULL, key);
	if (mail.mime == NULL)
		return EAS_SYNC_STATUS_SERVER_ERROR;
	if (wbxml_node_child(node, EAS_TAG_EMAIL2_SEND) != NULL) {
		status = draft_send(apply, key, mail.mime);
	} else {
		status = draft_add_save(apply, data, &mail, client_id);
		*responded_r = status == EAS_SYNC_STATUS_OK;
	}
	i_stream_unref(&mail.mime);
	return status;
}

void sync_draft_add(struct sync_apply *apply, const struct wbxml_node *node,
		    const char *client_id)
{
	bool responded = FALSE;
	enum eas_status status = draft_add(apply, node, client_id, &responded);

	if (!responded) {
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD, status, NULL)->client_id =
			client_id;
	}
}

/*
 * Change
 */

/* Put the new mail in the place of the old one. */
static enum eas_status
draft_replace(struct sync_apply *apply, const struct draft_mail *mail, uint32_t id_uid,
	      uint32_t old_uid, uint64_t command)
{
	struct eas_sync_state *state = apply->collection->state;
	enum eas_status status;
	uint32_t uid;

	status = draft_append(apply, mail, &uid);
	if (status != EAS_SYNC_STATUS_OK)
		return status;
	draft_expunge(apply, old_uid);
	/* without room it is another item: one gone, one new */
	if (eas_sync_draft_set(state, id_uid, uid, command)) {
		eas_sync_generation_replace(apply->ctx->pool, state->confirmed,
					    old_uid, uid);
		if (state->pending != NULL) {
			eas_sync_generation_replace(apply->ctx->pool, state->pending,
						    old_uid, uid);
		}
		eas_sync_generation_replace(apply->ctx->pool, apply->coll->next,
					    old_uid, uid);
	}
	return draft_settle(apply) < 0 ? EAS_SYNC_STATUS_SERVER_ERROR : EAS_SYNC_STATUS_OK;
}

/* apply->mail is the draft. */
static enum eas_status
draft_rewrite(struct sync_apply *apply, const struct wbxml_node *data, const char *id)
{
	uint32_t old_uid = apply->mail->uid;
	/* id may have come from a search, which tells the mail's own */
	uint32_t id_uid = eas_sync_draft_get_id_uid(apply->collection->state, old_uid);
	uint64_t command = command_digest(data, id);
	const struct eas_sync_draft *same;
	struct draft_mail mail;
	struct istream *old;
	enum eas_status status;

	same = eas_sync_draft_find(apply->collection->state, command);
	if (same != NULL && same->id_uid == id_uid && same->uid == old_uid) {
		e_debug(apply->collection->event, "Draft %s is like that already", id);
		return EAS_SYNC_STATUS_OK;
	}
	if (mail_get_stream(apply->mail, NULL, NULL, &old) < 0)
		return draft_append_failed(apply);
	mail.flags = (mail_get_flags(apply->mail) & MAIL_FLAGS_NONRECENT) | MAIL_DRAFT;
	mail.keywords = p_strarray_dup(apply->ctx->pool, mail_get_keywords(apply->mail));
	mail.mime = draft_make_mime(apply, data, old, id);
	if (mail.mime == NULL)
		return EAS_SYNC_STATUS_SERVER_ERROR;
	sync_apply_flush(apply);
	status = draft_replace(apply, &mail, id_uid, old_uid, command);
	i_stream_unref(&mail.mime);
	return status;
}

/* apply->mail is the draft. It goes when it is sent, and the device is told so. */
static enum eas_status draft_send_saved(struct sync_apply *apply, const char *id)
{
	uint32_t uid = apply->mail->uid;
	struct istream *mime;
	enum eas_status status;

	if (mail_get_stream(apply->mail, NULL, NULL, &mime) < 0)
		return draft_append_failed(apply);
	status = draft_send(apply, command_key(apply, id), mime);
	if (status != EAS_SYNC_STATUS_OK)
		return status;
	draft_expunge(apply, uid);
	return eas_collection_sync(apply->collection) < 0 ?
		EAS_SYNC_STATUS_SERVER_ERROR : EAS_SYNC_STATUS_OK;
}

static bool draft_was_sent(struct sync_apply *apply, const char *id)
{
	return eas_device_find_sent(apply->ctx->cmd->device,
				    command_key(apply, id)) != NULL;
}

static enum eas_status
draft_change(struct sync_apply *apply, const struct wbxml_node *node, const char *id)
{
	const struct wbxml_node *data =
		wbxml_node_child(node, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	bool send = wbxml_node_child(node, EAS_TAG_EMAIL2_SEND) != NULL;
	enum eas_status status = EAS_SYNC_STATUS_OK;
	const char *error;

	if (!sync_apply_set_uid(apply, eas_collection_item_uid(apply->collection, id))) {
		/* the answer to it was lost */
		return send && draft_was_sent(apply, id) ? EAS_SYNC_STATUS_OK :
			EAS_SYNC_STATUS_OBJECT_NOT_FOUND;
	}
	if (eas_draft_check(data, &error) < 0) {
		e_debug(apply->collection->event, "Change of %s: %s", id, error);
		return EAS_SYNC_STATUS_CONVERSION_ERROR;
	}
	if (eas_draft_is_content(data))
		status = draft_rewrite(apply, data, id);
	if (status != EAS_SYNC_STATUS_OK || !send)
		return status;
	if (!sync_apply_set_uid(apply, eas_collection_item_uid(apply->collection, id)))
		return EAS_SYNC_STATUS_OBJECT_NOT_FOUND;
	return draft_send_saved(apply, id);
}

bool sync_draft_change(struct sync_apply *apply, const struct wbxml_node *node, const char *id)
{
	enum eas_status status = draft_change(apply, node, id);

	if (status != EAS_SYNC_STATUS_OK)
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE, status, id);
	return status == EAS_SYNC_STATUS_OK &&
		wbxml_node_child(node, EAS_TAG_EMAIL2_SEND) == NULL;
}

void sync_draft_tell_attachments(struct sync_apply *apply, const struct wbxml_node *node,
				 const char *id)
{
	struct eas_sync_generation *next = apply->coll->next;
	uint32_t uid = eas_collection_item_uid(apply->collection, id);

	if (!eas_draft_has_attachments(wbxml_node_child(node,
					EAS_TAG_AIRSYNC_APPLICATION_DATA)))
		return;
	/* MS-ASCMD "Change" (2.2.3.24) */
	sync_apply_respond(apply, EAS_TAG_AIRSYNC_CHANGE, EAS_SYNC_STATUS_OK, id);
	if (!eas_sync_generation_has(next, uid, NULL))
		return;
	eas_sync_generation_set(apply->ctx->pool, next, uid, EAS_SYNC_DIGEST_UNKNOWN);
	(void)seq_range_array_add(&next->left_changed, uid);
}
