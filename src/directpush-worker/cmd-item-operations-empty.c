/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* EmptyFolderContents: everything in a folder is gone for good, which is how phones empty
   their trash. MS-ASCMD "EmptyFolderContents" (2.2.3.59) */

#include "lib.h"
#include "array.h"
#include "mail-search-build.h"
#include "mail-storage.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-mailbox.h"
#include "eas-user.h"
#include "cmd-item-operations.h"

static int expunge_all(struct mailbox *box)
{
	struct mail_search_args *args;
	struct mailbox_transaction_context *trans;
	struct mail_search_context *search;
	struct mail *mail;
	int ret = 0;

	args = mail_search_build_init();
	mail_search_build_add_all(args);
	trans = mailbox_transaction_begin(box, 0, "directpush empty folder");
	search = mailbox_search_init(trans, args, NULL, 0, NULL);
	mail_search_args_unref(&args);
	while (mailbox_search_next(search, &mail))
		mail_expunge(mail);
	if (mailbox_search_deinit(&search) < 0)
		ret = -1;
	if (mailbox_transaction_commit(&trans) < 0 ||
	    mailbox_sync(box, 0) < 0)
		ret = -1;
	return ret;
}

static unsigned int
folder_expunge_all(struct eas_cmd_context *ctx, const struct eas_folder *folder)
{
	struct mailbox *box;
	enum mail_error error;
	const char *reason;
	unsigned int status;
	int ret;

	ret = eas_mailbox_open(ctx->user, folder, &box);
	if (ret <= 0) {
		return ret == 0 ? EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND :
			EAS_ITEM_OPERATIONS_STATUS_SERVER_ERROR;
	}
	status = EAS_ITEM_OPERATIONS_STATUS_OK;
	if (expunge_all(box) < 0) {
		reason = mailbox_get_last_internal_error(box, &error);
		if (error == MAIL_ERROR_PERM) {
			status = EAS_ITEM_OPERATIONS_STATUS_RESOURCE_DENIED;
			e_debug(ctx->event, "Mailbox %s must not be emptied: %s",
				folder->vname, reason);
		} else {
			status = EAS_ITEM_OPERATIONS_STATUS_SERVER_ERROR;
			e_error(ctx->event, "Mailbox %s cannot be emptied: %s",
				folder->vname, reason);
		}
	}
	eas_mailbox_close(ctx->user, folder, &box);
	return status;
}

/* Those below the folder, deepest first, so that none is left without its parent. */
static int folder_delete_children(struct eas_cmd_context *ctx,
				  const struct eas_folder_list *list, const char *parent_id)
{
	const struct eas_folder *folder;
	struct mailbox *box;
	int ret = 0;

	array_foreach(&list->folders, folder) {
		if (strcmp(folder->parent_id, parent_id) != 0 || folder->vname == NULL)
			continue;
		if (folder_delete_children(ctx, list, folder->id) < 0) {
			ret = -1;
			continue;
		}
		box = mailbox_alloc(folder->ns->list, folder->vname, 0);
		if (mailbox_delete(box) < 0) {
			e_error(ctx->event, "Mailbox %s cannot be deleted: %s",
				folder->vname, mailbox_get_last_internal_error(box, NULL));
			ret = -1;
		}
		mailbox_free(&box);
	}
	return ret;
}

static unsigned int
empty_folder(struct eas_cmd_context *ctx, const char *collection_id, bool with_children)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;
	unsigned int status;
	int ret;

	ret = eas_folder_find(ctx->user, collection_id, &folder);
	if (ret == 0 || (ret > 0 && (folder->vname == NULL || !folder->selectable)))
		return EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND;
	if (ret < 0)
		return EAS_ITEM_OPERATIONS_STATUS_SERVER_ERROR;
	status = folder_expunge_all(ctx, folder);
	if (status != EAS_ITEM_OPERATIONS_STATUS_OK || !with_children)
		return status;
	if (eas_folder_list_get(ctx->user, FALSE, &list) < 0 ||
	    folder_delete_children(ctx, list, folder->id) < 0)
		return EAS_ITEM_OPERATIONS_STATUS_PARTIAL_SUCCESS;
	return EAS_ITEM_OPERATIONS_STATUS_OK;
}

void item_operations_empty_folder(struct item_operations *op,
				  const struct wbxml_node *node)
{
	const struct wbxml_node *options =
		wbxml_node_child(node, EAS_TAG_ITEM_OPERATIONS_OPTIONS);
	const char *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_COLLECTION_ID);
	bool with_children =
		wbxml_node_child(options, EAS_TAG_ITEM_OPERATIONS_DELETE_SUB_FOLDERS) != NULL;

	wbxml_writer_start(op->writer, EAS_TAG_ITEM_OPERATIONS_EMPTY_FOLDER_CONTENTS);
	wbxml_writer_element_uint(op->writer, EAS_TAG_ITEM_OPERATIONS_STATUS,
				  empty_folder(op->ctx, id, with_children));
	wbxml_writer_element(op->writer, EAS_TAG_AIRSYNC_COLLECTION_ID, id);
	wbxml_writer_end(op->writer, EAS_TAG_ITEM_OPERATIONS_EMPTY_FOLDER_CONTENTS);
}
