/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_EDIT_H
#define EAS_FOLDER_EDIT_H

/* A client makes, renames, moves or deletes a folder. A mailbox keeps its GUID through all of
   that, and so the folder its id. Knows nothing of documents and keys: cmd-folder-edit.c has those.

   Folders are found in a list that is read anew by the caller and is out of date once one of
   these functions has succeeded. Errors of ours are logged. */

#include "eas-folder.h"

enum eas_folder_edit_result {
	EAS_FOLDER_EDIT_OK,
	/* the parent has a folder of this name already */
	EAS_FOLDER_EDIT_EXISTS,
	/* one of those every account has, one with such a folder below it, or one
	   that the user may not change */
	EAS_FOLDER_EDIT_SPECIAL,
	EAS_FOLDER_EDIT_NOT_FOUND,
	EAS_FOLDER_EDIT_PARENT_NOT_FOUND,
	/* no mailbox can have this name, or be at this place */
	EAS_FOLDER_EDIT_INVALID,
	EAS_FOLDER_EDIT_OVER_QUOTA,
	EAS_FOLDER_EDIT_TEMPFAIL
};

struct eas_folder_edit {
	struct eas_user *user;
	struct event *event;
	const struct eas_folder_list *list;
};

/* parent_id "0" is the top. One that is not for mail is annotated and not subscribed, so that
   mail clients do not show it; INVALID where it cannot be annotated. id_r is set on success. */
enum eas_folder_edit_result
eas_folder_edit_create(struct eas_folder_edit *edit, const char *parent_id,
		       const char *name, enum eas_class class,
		       char id_r[EAS_FOLDER_ID_LENGTH + 1]);
/* Give the folder this parent and name; what is below goes with it. Already so: OK. */
enum eas_folder_edit_result
eas_folder_edit_move(struct eas_folder_edit *edit, const char *id, const char *parent_id,
		     const char *name);
/* Delete the folder, all mail in it, and all folders below it. When a folder below cannot be
   deleted, those deleted before are gone. ids: those that are gone are appended,
   allocated as long as the list. */
enum eas_folder_edit_result
eas_folder_edit_delete(struct eas_folder_edit *edit, const char *id,
		       ARRAY_TYPE(const_string) *ids);

#endif
