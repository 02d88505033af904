/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* FolderSync: the folders a device does not know yet, knows otherwise, or knows in vain.
   Two generations as in Sync: an answer is computed from what the device has shown to know, so a
   lost one is computed again. MS-ASCMD "FolderSync" (2.2.1.5) */

#include "lib.h"
#include "array.h"
#include "strnum.h"
#include "eas-tag.h"
#include "eas-status.h"
#include "eas-device.h"
#include "eas-sync-state.h"
#include "wbxml-writer.h"
#include "eas-folder.h"
#include "eas-folder-pim.h"
#include "eas-hierarchy.h"
#include "eas-user.h"
#include "eas-quirk.h"
#include "eas-cmd.h"

static void
write_folders(struct wbxml_writer *writer, enum eas_tag tag,
	      const ARRAY_TYPE(eas_device_folder) *folders)
{
	const struct eas_device_folder *folder;

	array_foreach(folders, folder) {
		wbxml_writer_start(writer, tag);
		wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_SERVER_ID,
				     folder->id);
		wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_PARENT_ID,
				     folder->parent_id);
		wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_DISPLAY_NAME,
				     folder->display_name);
		wbxml_writer_element_uint(writer, EAS_TAG_FOLDER_HIERARCHY_TYPE,
					  folder->type);
		wbxml_writer_end(writer, tag);
	}
}

static void
write_answer(struct wbxml_writer *writer, uint32_t key,
	     const struct eas_hierarchy_changes *changes)
{
	const char *id;

	wbxml_writer_start(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDER_SYNC);
	wbxml_writer_element_uint(writer, EAS_TAG_FOLDER_HIERARCHY_STATUS,
				  EAS_FOLDER_SYNC_STATUS_OK);
	wbxml_writer_element_uint(writer, EAS_TAG_FOLDER_HIERARCHY_SYNC_KEY, key);
	wbxml_writer_start(writer, EAS_TAG_FOLDER_HIERARCHY_CHANGES);
	wbxml_writer_element_uint(writer, EAS_TAG_FOLDER_HIERARCHY_COUNT,
				  eas_hierarchy_changes_count(changes));
	write_folders(writer, EAS_TAG_FOLDER_HIERARCHY_UPDATE, &changes->updated);
	array_foreach_elem(&changes->deleted, id) {
		wbxml_writer_start(writer, EAS_TAG_FOLDER_HIERARCHY_DELETE);
		wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_SERVER_ID, id);
		wbxml_writer_end(writer, EAS_TAG_FOLDER_HIERARCHY_DELETE);
	}
	write_folders(writer, EAS_TAG_FOLDER_HIERARCHY_ADD, &changes->added);
	wbxml_writer_end(writer, EAS_TAG_FOLDER_HIERARCHY_CHANGES);
	wbxml_writer_end(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDER_SYNC);
}

/* A device that starts over, or has to, is told what is spoken here: MS-ASHTTP "Handling HTTP
   Requests" (3.2.5.1) */
void eas_cmd_folder_sync(struct eas_cmd_context *ctx)
{
	struct eas_device_hierarchy *hierarchy = &ctx->device->hierarchy;
	const struct eas_folder_list *list;
	struct eas_hierarchy_changes changes;
	const char *key_str, *id;
	uint32_t key;

	/* before the key: state stays as it is when the folders cannot be seen */
	if (eas_folder_list_get(ctx->user, TRUE, &list) < 0) {
		eas_cmd_reply_status(ctx, EAS_FOLDER_SYNC_STATUS_SERVER_ERROR);
		return;
	}
	key_str = wbxml_node_child_value(ctx->tree->root,
					 EAS_TAG_FOLDER_HIERARCHY_SYNC_KEY);
	if (str_to_uint32(key_str, &key) < 0 ||
	    !eas_device_hierarchy_confirm(ctx->device, key)) {
		eas_reply_announce(ctx->reply);
		eas_cmd_reply_status(ctx, EAS_FOLDER_SYNC_STATUS_INVALID_SYNC_KEY);
		return;
	}
	if (key == 0)
		eas_reply_announce(ctx->reply);
	if (eas_folder_pim_complete(ctx->user, list, key == 0) > 0)
		(void)eas_folder_list_get(ctx->user, TRUE, &list);
	eas_hierarchy_changes_find(list, &hierarchy->confirmed, ctx->request->version,
				   eas_quirk_has(ctx->request, EAS_QUIRK_ONE_ADDRESS_BOOK),
				   ctx->pool, &changes);
	key = hierarchy->key;
	if (eas_hierarchy_changes_count(&changes) > 0)
		key = eas_device_hierarchy_tell(ctx->device, &changes.after);
	/* no id ever comes back */
	array_foreach_elem(&changes.deleted, id)
		(void)eas_sync_state_delete(ctx->device->store, id);
	write_answer(eas_reply_wbxml(ctx->reply), key, &changes);
	eas_reply_set_eas_status(ctx->reply, EAS_FOLDER_SYNC_STATUS_OK);
}
