/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GetHierarchy: the mail folders as they are, for clients of 12.1 that want to know one by its
   type. There is no key: later ones have FolderSync. MS-ASCMD "GetHierarchy" (2.2.1.8) */

#include "lib.h"
#include "array.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-folder.h"
#include "eas-cmd.h"

/* This command knows no other type for folders of the user. MS-ASCMD "Type(GetHierarchy)"
   (2.2.3.186.4) */
static enum eas_folder_type hierarchy_type(const struct eas_folder *folder)
{
	return eas_folder_type_is_default(folder->type) ?
		folder->type : EAS_FOLDER_TYPE_USER_GENERIC;
}

static void write_folder(struct wbxml_writer *writer, const struct eas_folder *folder)
{
	wbxml_writer_start(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDER);
	wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_DISPLAY_NAME,
			     folder->display_name);
	wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_SERVER_ID, folder->id);
	wbxml_writer_element_uint(writer, EAS_TAG_FOLDER_HIERARCHY_TYPE,
				  hierarchy_type(folder));
	wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_PARENT_ID, folder->parent_id);
	wbxml_writer_end(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDER);
}

void eas_cmd_get_hierarchy(struct eas_cmd_context *ctx)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;
	struct wbxml_writer *writer;

	if (eas_folder_list_get(ctx->user, TRUE, &list) < 0) {
		eas_reply_http_status(ctx->reply, 500);
		return;
	}
	writer = eas_reply_wbxml(ctx->reply);
	wbxml_writer_start(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDERS);
	array_foreach(&list->folders, folder) {
		if (folder->class == EAS_CLASS_EMAIL)
			write_folder(writer, folder);
	}
	wbxml_writer_end(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDERS);
}
