/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_TYPE_H
#define EAS_FOLDER_TYPE_H

/* What a folder is for: rows of eas-folder-types.def. */

#include "eas-class.h"

enum eas_folder_type {
	EAS_FOLDER_TYPE_NONE = 0,
#define EAS_FOLDER_TYPE(ident, code, class, is_default) \
	EAS_FOLDER_TYPE_##ident = code,
#include "eas-folder-types.def"
};

/* The class of the items, NONE for a type whose items are not synced and for an
   unknown number. */
enum eas_class eas_folder_type_get_class(enum eas_folder_type type);
/* The type of a folder of this class: of the one every account has, or of one that a user made.
   NONE for a class without such a one, and for no class. */
enum eas_folder_type eas_folder_type_by_class(enum eas_class class, bool is_default);
/* One of the folders every account has once (Inbox, Drafts, ...)? They can be neither
   created nor renamed nor deleted by a client. */
bool eas_folder_type_is_default(enum eas_folder_type type);

#endif
