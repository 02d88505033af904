/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-storage.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-device.h"
#include "eas-status.h"
#include "eas-tag.h"
#include "eas-changes.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-item-id.h"
#include "eas-mail-move.h"
#include "eas-mailbox.h"
#include "eas-pim-move.h"

struct move_item {
	const char *src_msg_id;
	const struct eas_folder *src, *dst;
	uint32_t src_uid;
	/* EAS_STATUS_NONE: to be done */
	enum eas_status status;
	const char *dst_msg_id;
};

struct move_items {
	struct eas_cmd_context *ctx;
	ARRAY(struct move_item) items;
};

static enum eas_status
move_find_folder(struct move_items *moves, const char *id, enum eas_status not_found,
		 const struct eas_folder **folder_r)
{
	int ret;

	if (id == NULL)
		return not_found;
	ret = eas_folder_find(moves->ctx->user, id, folder_r);
	if (ret < 0)
		return EAS_MOVE_ITEMS_STATUS_LOCKED;
	if (ret == 0 || (*folder_r)->vname == NULL || !(*folder_r)->selectable)
		return not_found;
	return EAS_STATUS_NONE;
}

/* Moved before: the same answer again (quirk 2). */
static bool
move_find_done(struct move_items *moves, const char *dst_folder_id, struct move_item *item)
{
	const struct eas_device_move *done =
		eas_device_find_move(moves->ctx->device, item->src_msg_id);

	if (done == NULL || dst_folder_id == NULL ||
	    !eas_item_id_is_in(done->dst_id, dst_folder_id))
		return FALSE;
	item->status = EAS_MOVE_ITEMS_STATUS_OK;
	item->dst_msg_id = done->dst_id;
	return TRUE;
}

/* MS-ASCMD "Status (MoveItems)" (2.2.3.177.10) */
static enum eas_status
move_check(struct move_items *moves, const struct wbxml_node *node, struct move_item *item)
{
	const char *src_id = wbxml_node_child_value(node, EAS_TAG_MOVE_SRC_FLD_ID);
	const struct wbxml_node *dst = wbxml_node_child(node, EAS_TAG_MOVE_DST_FLD_ID);
	const char *dst_id = dst == NULL ? NULL : dst->value;
	enum eas_status status;

	if (dst != NULL && wbxml_node_next_same(dst) != NULL)
		return EAS_MOVE_ITEMS_STATUS_CANNOT_MOVE;
	status = move_find_folder(moves, src_id, EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE,
				  &item->src);
	/* An object that comes back has the same id again: there the source decides, move_item(). */
	if ((status != EAS_STATUS_NONE || item->src->class == EAS_CLASS_EMAIL) &&
	    move_find_done(moves, dst_id, item))
		return item->status;
	if (status != EAS_STATUS_NONE)
		return status;
	status = move_find_folder(moves, dst_id,
				  EAS_MOVE_ITEMS_STATUS_INVALID_DESTINATION,
				  &item->dst);
	if (status != EAS_STATUS_NONE)
		return move_find_done(moves, dst_id, item) ? item->status : status;
	if (strcmp(item->src->id, item->dst->id) == 0)
		return EAS_MOVE_ITEMS_STATUS_SAME_FOLDER;
	/* an item stays what it is */
	if (item->src->class != item->dst->class)
		return EAS_MOVE_ITEMS_STATUS_CANNOT_MOVE;
	if (item->src->class != EAS_CLASS_EMAIL)
		return EAS_STATUS_NONE;
	item->src_uid = eas_item_id_get_uid(
		eas_collection_find_item(moves->ctx->user, moves->ctx->device,
					 item->src_msg_id), src_id);
	return item->src_uid == 0 ? EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE :
		EAS_STATUS_NONE;
}

static void move_add(struct move_items *moves, const struct wbxml_node *node)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_MOVE_SRC_MSG_ID);
	struct move_item *item;

	if (id == NULL || *id == '\0')
		return;
	item = array_append_space(&moves->items);
	item->src_msg_id = id;
	item->status = move_check(moves, node, item);
}

static enum eas_status move_result_status(enum eas_mail_move_result result)
{
	switch (result) {
	case EAS_MAIL_MOVED:
		return EAS_MOVE_ITEMS_STATUS_OK;
	case EAS_MAIL_MOVE_NOT_FOUND:
		return EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE;
	case EAS_MAIL_MOVE_REFUSED:
		return EAS_MOVE_ITEMS_STATUS_CANNOT_MOVE;
	case EAS_MAIL_MOVE_TEMPFAIL:
		break;
	}
	return EAS_MOVE_ITEMS_STATUS_LOCKED;
}

/* The device knows of its own move: neither folder tells it again (quirks 45, 46). */
static void
move_tell_states(struct move_items *moves, const struct move_item *pair,
		 const struct eas_mail_move *mails, unsigned int count)
{
	struct eas_cmd_context *ctx = moves->ctx;
	struct eas_collection *src, *dst;
	unsigned int i;

	src = eas_collection_init(ctx->pool, ctx->user, ctx->device, pair->src);
	dst = eas_collection_init(ctx->pool, ctx->user, ctx->device, pair->dst);
	(void)eas_collection_read_state(src, ctx->pool);
	(void)eas_collection_read_state(dst, ctx->pool);
	for (i = 0; i < count; i++) {
		if (mails[i].result != EAS_MAIL_MOVED || mails[i].dst_uid == 0)
			continue;
		if (dst->state != NULL && mails[i].digest != EAS_DIGEST_HIDDEN) {
			/* what others changed since goes with it untold: the
			   destination tells it */
			eas_sync_state_item_came(dst->state, mails[i].dst_uid,
				eas_sync_state_shown_digest(src->state, mails[i].src_uid,
							    mails[i].digest));
		}
		if (src->state != NULL && mails[i].stayed)
			eas_sync_state_item_stayed(src->state, mails[i].src_uid);
		else if (src->state != NULL)
			eas_sync_state_item_went(src->state, mails[i].src_uid);
	}
	/* Failing to write is logged there, and means an echo. */
	if (src->state != NULL)
		(void)eas_collection_write_state(src);
	if (dst->state != NULL)
		(void)eas_collection_write_state(dst);
	eas_collection_deinit(&src);
	eas_collection_deinit(&dst);
}

static enum eas_status
move_open(struct move_items *moves, const struct eas_folder *folder,
	  enum eas_status not_found, struct mailbox **box_r)
{
	int ret = eas_mailbox_open(moves->ctx->user, folder, box_r);

	if (ret < 0)
		return EAS_MOVE_ITEMS_STATUS_LOCKED;
	return ret == 0 ? not_found : EAS_STATUS_NONE;
}

/* Returns EAS_STATUS_NONE if the mails have their results. */
static enum eas_status
move_mails(struct move_items *moves, const struct move_item *pair,
	   struct eas_mail_move *mails, unsigned int count)
{
	struct mailbox *src, *dst;
	enum eas_status status;

	status = move_open(moves, pair->src, EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE, &src);
	if (status != EAS_STATUS_NONE)
		return status;
	status = move_open(moves, pair->dst, EAS_MOVE_ITEMS_STATUS_INVALID_DESTINATION,
			   &dst);
	if (status == EAS_STATUS_NONE) {
		eas_mail_move(moves->ctx->user, src, dst, moves->ctx->event, mails,
			      count);
		if (mailbox_sync(src, 0) < 0) {
			e_error(moves->ctx->event, "Mailbox %s cannot be synced now: %s",
				pair->src->vname,
				mailbox_get_last_internal_error(src, NULL));
		}
		eas_mail_moves_check(src, mails, count);
		eas_mailbox_close(moves->ctx->user, pair->dst, &dst);
	}
	eas_mailbox_close(moves->ctx->user, pair->src, &src);
	return status;
}

static bool move_is_same_pair(const struct move_item *item, const struct move_item *pair)
{
	return item->status == EAS_STATUS_NONE &&
		strcmp(item->src->id, pair->src->id) == 0 &&
		strcmp(item->dst->id, pair->dst->id) == 0;
}

static struct eas_mail_move *
move_find_mail(struct eas_mail_move *mails, unsigned int count, uint32_t uid)
{
	for (unsigned int i = 0; i < count; i++) {
		if (mails[i].src_uid == uid)
			return &mails[i];
	}
	return NULL;
}

/* All items that go the same way as this one. One that is named twice goes once, and is
   answered twice. */
static void move_pair(struct move_items *moves, const struct move_item *pair)
{
	ARRAY(struct eas_mail_move) mails;
	struct eas_mail_move *all;
	const struct move_item first = *pair;
	struct move_item *item;
	struct eas_mail_move *mail;
	enum eas_status status;
	unsigned int count;

	t_array_init(&mails, 16);
	array_foreach_modifiable(&moves->items, item) {
		if (!move_is_same_pair(item, &first))
			continue;
		all = array_get_modifiable(&mails, &count);
		if (move_find_mail(all, count, item->src_uid) != NULL)
			continue;
		mail = array_append_space(&mails);
		mail->src_uid = item->src_uid;
	}
	all = array_get_modifiable(&mails, &count);
	status = move_mails(moves, &first, all, count);

	array_foreach_modifiable(&moves->items, item) {
		if (!move_is_same_pair(item, &first))
			continue;
		mail = move_find_mail(all, count, item->src_uid);
		item->status = status != EAS_STATUS_NONE ? status :
			move_result_status(mail->result);
		if (item->status == EAS_MOVE_ITEMS_STATUS_OK && mail->dst_uid != 0) {
			item->dst_msg_id = p_strdup(moves->ctx->pool,
				eas_item_id_make(first.dst->id, mail->dst_uid));
			eas_device_add_move(moves->ctx->device, item->src_msg_id,
					    item->dst_msg_id);
		}
	}
	/* Not before it is known for certain what a repeated request is answered: else a device that
	   lost this answer would never see the items again. Without, they are an echo. */
	if (status == EAS_STATUS_NONE && eas_device_write(moves->ctx->device) == 0)
		move_tell_states(moves, &first, all, count);
}

static void move_pim(struct move_items *moves, struct move_item *item)
{
	struct eas_device *device = moves->ctx->device;
	struct eas_pim_move *move;

	item->status = eas_pim_move(moves->ctx, item->src, item->dst, item->src_msg_id,
				    &item->dst_msg_id, &move);
	if (move == NULL)
		return;
	eas_device_add_move(device, item->src_msg_id, item->dst_msg_id);
	/* as with mails */
	if (eas_device_write(device) == 0)
		eas_pim_move_tell(move);
	eas_pim_move_free(&move);
}

static void move_item(struct move_items *moves, struct move_item *item)
{
	if (item->src->class == EAS_CLASS_EMAIL) {
		move_pair(moves, item);
		return;
	}
	move_pim(moves, item);
	/* named twice, or asked again: the first time was it */
	if (item->status == EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE)
		(void)move_find_done(moves, item->dst->id, item);
}

static void move_write(struct move_items *moves)
{
	struct wbxml_writer *writer = eas_reply_wbxml(moves->ctx->reply);
	const struct move_item *item;

	wbxml_writer_start(writer, EAS_TAG_MOVE_MOVE_ITEMS);
	array_foreach(&moves->items, item) {
		wbxml_writer_start(writer, EAS_TAG_MOVE_RESPONSE);
		wbxml_writer_element(writer, EAS_TAG_MOVE_SRC_MSG_ID, item->src_msg_id);
		wbxml_writer_element_uint(writer, EAS_TAG_MOVE_STATUS, item->status);
		if (item->dst_msg_id != NULL) {
			wbxml_writer_element(writer, EAS_TAG_MOVE_DST_MSG_ID,
					     item->dst_msg_id);
		}
		wbxml_writer_end(writer, EAS_TAG_MOVE_RESPONSE);
	}
	wbxml_writer_end(writer, EAS_TAG_MOVE_MOVE_ITEMS);
	eas_reply_set_eas_status(moves->ctx->reply, EAS_MOVE_ITEMS_STATUS_OK);
}

void eas_cmd_move_items(struct eas_cmd_context *ctx)
{
	struct move_items moves = { .ctx = ctx };
	const struct wbxml_node *node;
	struct move_item *item;

	p_array_init(&moves.items, ctx->pool, 16);
	for (node = wbxml_node_child(ctx->tree->root, EAS_TAG_MOVE_MOVE);
	     node != NULL; node = wbxml_node_next_same(node))
		move_add(&moves, node);
	array_foreach_modifiable(&moves.items, item) {
		if (item->status == EAS_STATUS_NONE) T_BEGIN {
			move_item(&moves, item);
		} T_END;
	}
	move_write(&moves);
}
