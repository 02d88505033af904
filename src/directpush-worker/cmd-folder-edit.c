/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* FolderCreate, FolderDelete, FolderUpdate. The device knows of the change once it has the answer, and of
   nothing else: what others changed meanwhile is for its next FolderSync. The key moves on as in
   FolderSync, so a request whose answer was lost can be repeated and does nothing twice.
   MS-ASCMD "FolderCreate" (2.2.1.3), "FolderDelete" (2.2.1.4), "FolderUpdate" (2.2.1.6) */

#include "lib.h"
#include "array.h"
#include "strnum.h"
#include "eas-tag.h"
#include "eas-status.h"
#include "eas-device.h"
#include "eas-sync-state.h"
#include "wbxml-writer.h"
#include "eas-folder-edit.h"
#include "eas-cmd.h"

/* by enum eas_folder_edit_result */
static const struct {
	enum eas_status create, update, delete;
} edit_statuses[] = {
	[EAS_FOLDER_EDIT_OK] = {
		EAS_FOLDER_CREATE_STATUS_OK, EAS_FOLDER_UPDATE_STATUS_OK,
		EAS_FOLDER_DELETE_STATUS_OK },
	[EAS_FOLDER_EDIT_EXISTS] = {
		EAS_FOLDER_CREATE_STATUS_EXISTS, EAS_FOLDER_UPDATE_STATUS_EXISTS,
		EAS_FOLDER_DELETE_STATUS_UNKNOWN_ERROR },
	[EAS_FOLDER_EDIT_SPECIAL] = {
		EAS_FOLDER_CREATE_STATUS_SPECIAL_FOLDER, EAS_FOLDER_UPDATE_STATUS_EXISTS,
		EAS_FOLDER_DELETE_STATUS_SPECIAL_FOLDER },
	[EAS_FOLDER_EDIT_NOT_FOUND] = {
		EAS_FOLDER_CREATE_STATUS_PARENT_NOT_FOUND, EAS_FOLDER_UPDATE_STATUS_NOT_FOUND,
		EAS_FOLDER_DELETE_STATUS_NOT_FOUND },
	[EAS_FOLDER_EDIT_PARENT_NOT_FOUND] = {
		EAS_FOLDER_CREATE_STATUS_PARENT_NOT_FOUND,
		EAS_FOLDER_UPDATE_STATUS_PARENT_NOT_FOUND,
		EAS_FOLDER_DELETE_STATUS_UNKNOWN_ERROR },
	[EAS_FOLDER_EDIT_INVALID] = {
		EAS_FOLDER_CREATE_STATUS_PROTOCOL_ERROR, EAS_FOLDER_UPDATE_STATUS_PROTOCOL_ERROR,
		EAS_FOLDER_DELETE_STATUS_UNKNOWN_ERROR },
	[EAS_FOLDER_EDIT_OVER_QUOTA] = {
		EAS_STATUS_GLOBAL_MAILBOX_QUOTA_EXCEEDED, EAS_STATUS_GLOBAL_MAILBOX_QUOTA_EXCEEDED,
		EAS_FOLDER_DELETE_STATUS_SERVER_ERROR },
	[EAS_FOLDER_EDIT_TEMPFAIL] = {
		EAS_FOLDER_CREATE_STATUS_SERVER_ERROR, EAS_FOLDER_UPDATE_STATUS_SERVER_ERROR,
		EAS_FOLDER_DELETE_STATUS_SERVER_ERROR },
};

static const char *edit_value(struct eas_cmd_context *ctx, wbxml_tag_t tag)
{
	return wbxml_node_child_value(ctx->tree->root, tag);
}

/* The three commands give these two statuses the same numbers. Returns FALSE if the request was
   answered. */
static bool edit_begin(struct eas_cmd_context *ctx, struct eas_folder_edit *edit_r)
{
	const char *key_str = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_SYNC_KEY);
	uint32_t key;

	edit_r->user = ctx->user;
	edit_r->event = ctx->event;
	/* before the key, as in FolderSync */
	if (eas_folder_list_get(ctx->user, TRUE, &edit_r->list) < 0) {
		eas_cmd_reply_status(ctx, EAS_FOLDER_CREATE_STATUS_SERVER_ERROR);
		return FALSE;
	}
	/* 0 would start anew, which is FolderSync's */
	if (str_to_uint32(key_str, &key) < 0 || key == 0 ||
	    !eas_device_hierarchy_confirm(ctx->device, key)) {
		eas_cmd_reply_status(ctx, EAS_FOLDER_CREATE_STATUS_INVALID_SYNC_KEY);
		return FALSE;
	}
	return TRUE;
}

/* id: of a folder that was made, or NULL */
static void
edit_answer(struct eas_cmd_context *ctx, wbxml_tag_t root, uint32_t key, const char *id)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);

	wbxml_writer_start(writer, root);
	wbxml_writer_element_uint(writer, EAS_TAG_FOLDER_HIERARCHY_STATUS,
				  EAS_FOLDER_CREATE_STATUS_OK);
	wbxml_writer_element_uint(writer, EAS_TAG_FOLDER_HIERARCHY_SYNC_KEY, key);
	if (id != NULL)
		wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_SERVER_ID, id);
	wbxml_writer_end(writer, root);
	eas_reply_set_eas_status(ctx->reply, EAS_FOLDER_CREATE_STATUS_OK);
}

/* What the device knows with this answer: what it knew, but for the folder with this id, which
   is now so (NULL = gone). Returns the new key. */
static uint32_t
edit_tell(struct eas_cmd_context *ctx, const char *id, const struct eas_device_folder *now)
{
	ARRAY_TYPE(eas_device_folder) after;
	const struct eas_device_folder *folder;

	t_array_init(&after, 32);
	array_foreach(&ctx->device->hierarchy.confirmed, folder) {
		if (strcmp(folder->id, id) != 0)
			array_push_back(&after, folder);
	}
	if (now != NULL)
		array_push_back(&after, now);
	return eas_device_hierarchy_tell(ctx->device, &after);
}

/* The key the device was told under last. */
static uint32_t edit_told_key(const struct eas_device_hierarchy *hierarchy)
{
	i_assert(hierarchy->have_pending);
	return hierarchy->key + 1;
}

/*
 * FolderCreate
 */

/* A folder that was made for this very request before, and is still there. */
static const struct eas_device_folder *
create_find_repeated(struct eas_cmd_context *ctx, const struct eas_folder_edit *edit,
		     const char *parent_id, const char *name)
{
	const struct eas_device_hierarchy *hierarchy = &ctx->device->hierarchy;
	const struct eas_device_folder *folder;

	array_foreach(&hierarchy->pending, folder) {
		if (strcmp(folder->parent_id, parent_id) == 0 &&
		    strcmp(folder->display_name, name) == 0 &&
		    eas_device_folder_find(&hierarchy->confirmed, folder->id) == NULL &&
		    eas_folder_list_find(edit->list, folder->id) != NULL)
			return folder;
	}
	return NULL;
}

/* The class of the folder that is wanted. Returns FALSE if no user can make such a one.
   MS-ASCMD "Type(FolderCreate)" (2.2.3.186.2) */
static bool create_get_class(struct eas_cmd_context *ctx, enum eas_class *class_r)
{
	const char *value = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_TYPE);
	unsigned int type;

	if (str_to_uint(value, &type) < 0 || eas_folder_type_is_default(type))
		return FALSE;
	*class_r = eas_folder_type_get_class(type);
	return eas_class_is_in_version(*class_r, ctx->request->version);
}

void eas_cmd_folder_create(struct eas_cmd_context *ctx)
{
	const wbxml_tag_t root = EAS_TAG_FOLDER_HIERARCHY_FOLDER_CREATE;
	char id[EAS_FOLDER_ID_LENGTH + 1];
	struct eas_device_folder now = {
		.id = id,
		.parent_id = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_PARENT_ID),
		.display_name = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_DISPLAY_NAME)
	};
	const struct eas_device_folder *repeated;
	struct eas_folder_edit edit;
	enum eas_folder_edit_result result;
	enum eas_class class;

	if (!edit_begin(ctx, &edit))
		return;
	if (!create_get_class(ctx, &class)) {
		eas_cmd_reply_status(ctx, EAS_FOLDER_CREATE_STATUS_PROTOCOL_ERROR);
		return;
	}
	/* what FolderSync says of both types for mail */
	now.type = eas_folder_type_by_class(class, FALSE);
	repeated = create_find_repeated(ctx, &edit, now.parent_id, now.display_name);
	if (repeated != NULL) {
		edit_answer(ctx, root, edit_told_key(&ctx->device->hierarchy), repeated->id);
		return;
	}
	result = eas_folder_edit_create(&edit, now.parent_id, now.display_name, class, id);
	if (result != EAS_FOLDER_EDIT_OK)
		eas_cmd_reply_status(ctx, edit_statuses[result].create);
	else
		edit_answer(ctx, root, edit_tell(ctx, id, &now), id);
}

/*
 * FolderUpdate
 */

void eas_cmd_folder_update(struct eas_cmd_context *ctx)
{
	const char *id = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_SERVER_ID);
	struct eas_device_folder now = {
		.id = id,
		.parent_id = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_PARENT_ID),
		.display_name = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_DISPLAY_NAME),
		.type = EAS_FOLDER_TYPE_USER_MAIL
	};
	const struct eas_device_folder *known;
	struct eas_folder_edit edit;
	enum eas_folder_edit_result result;

	if (!edit_begin(ctx, &edit))
		return;
	result = eas_folder_edit_move(&edit, id, now.parent_id, now.display_name);
	if (result != EAS_FOLDER_EDIT_OK) {
		eas_cmd_reply_status(ctx, edit_statuses[result].update);
		return;
	}
	known = eas_device_folder_find(&ctx->device->hierarchy.confirmed, id);
	if (known != NULL)
		now.type = known->type;
	edit_answer(ctx, EAS_TAG_FOLDER_HIERARCHY_FOLDER_UPDATE,
		    edit_tell(ctx, id, &now), NULL);
}

/*
 * FolderDelete
 */

/* Did this very request delete it before? */
static bool delete_is_repeated(struct eas_cmd_context *ctx, const char *id)
{
	const struct eas_device_hierarchy *hierarchy = &ctx->device->hierarchy;

	return hierarchy->have_pending &&
		eas_device_folder_find(&hierarchy->confirmed, id) != NULL &&
		eas_device_folder_find(&hierarchy->pending, id) == NULL;
}

void eas_cmd_folder_delete(struct eas_cmd_context *ctx)
{
	const wbxml_tag_t root = EAS_TAG_FOLDER_HIERARCHY_FOLDER_DELETE;
	const char *id = edit_value(ctx, EAS_TAG_FOLDER_HIERARCHY_SERVER_ID), *gone_id;
	ARRAY_TYPE(const_string) gone_ids;
	struct eas_folder_edit edit;
	enum eas_folder_edit_result result;

	if (!edit_begin(ctx, &edit))
		return;
	t_array_init(&gone_ids, 8);
	result = eas_folder_edit_delete(&edit, id, &gone_ids);
	array_foreach_elem(&gone_ids, gone_id)
		(void)eas_sync_state_delete(ctx->device->store, gone_id);
	if (result == EAS_FOLDER_EDIT_NOT_FOUND && delete_is_repeated(ctx, id)) {
		edit_answer(ctx, root, edit_told_key(&ctx->device->hierarchy), NULL);
	} else if (result != EAS_FOLDER_EDIT_OK) {
		eas_cmd_reply_status(ctx, edit_statuses[result].delete);
	} else {
		/* those below are told as deleted by the next FolderSync */
		edit_answer(ctx, root, edit_tell(ctx, id, NULL), NULL);
	}
}
