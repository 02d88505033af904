/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_NAME_H
#define EAS_FOLDER_NAME_H

/* What a mailbox's name and flags say about it. Pure: no storage.

   A path is a name whose levels are separated by EAS_FOLDER_PATH_SEP, whatever the separator
   of its namespace; in the order of their bytes parents come before children. */

#include "eas-folder-type.h"

#define EAS_FOLDER_PATH_SEP '\001'
/* MS-ASCMD "DisplayName (FolderSync)": no longer than that in
   characters; bytes are counted here */
#define EAS_FOLDER_MAX_DISPLAY_NAME 256

/* The path of a mailbox name. ns_prefix is the namespace's; when the namespace holds the
   INBOX (is_inbox_ns), its prefix is no level of its own: "INBOX.Sent" is "Sent". */
const char *eas_folder_path(const char *vname, char ns_sep, const char *ns_prefix,
			    bool is_inbox_ns);
/* Path of the level above; NULL if there is none. */
const char *eas_folder_path_parent(const char *path);
/* Last level, as people may see it: legal UTF-8 without control characters, not
   empty, not longer than allowed. */
const char *eas_folder_path_display_name(const char *path);

/* The name a client gave a folder, as one level of a mailbox name whose separator is sep:
   without spaces around it. On the data stack. Returns NULL if it cannot be one: empty, longer than
   EAS_FOLDER_MAX_DISPLAY_NAME characters, not UTF-8, or with control characters or separators in
   it. MS-ASCMD "DisplayName(FolderCreate and FolderUpdate)" (2.2.3.49.3) */
const char *eas_folder_name_from_client(const char *display_name, char sep);

/* By the SPECIAL-USE flags ("\Sent \Important"), NONE if they name no such type. */
enum eas_folder_type eas_folder_type_by_special_use(const char *special_use);
/* By the name. rank_r: of two folders of a type the lower rank is taken. */
enum eas_folder_type
eas_folder_type_by_name(const char *display_name, unsigned int *rank_r);

#endif
