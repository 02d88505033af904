/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_LISTER_H
#define EAS_FOLDER_LISTER_H

/* The list of folders while it is being made: eas-folder-list.c reads the mailboxes,
   eas-folder-complete.c makes of them what EAS wants. */

#include "hash.h"
#include "eas-folder.h"
#include "eas-folder-kind.h"

struct mailbox_info;

#define EAS_FOLDER_INBOX_NAME "Inbox"
/* parent of those at the top */
#define EAS_FOLDER_TOP_ID "0"

/* a folder on its way into the list */
struct eas_listed_folder {
	struct eas_folder folder;
	const char *path;
	const char *special_use;
	struct eas_folder_kind kind;
};
ARRAY_DEFINE_TYPE(eas_listed_folder, struct eas_listed_folder);

struct eas_folder_lister {
	struct eas_user *user;
	struct eas_folder_list *list;
	/* while reading */
	pool_t pool;
	ARRAY_TYPE(eas_listed_folder) listed;
	/* eas-folder-kept.h's; NULL = not asked yet */
	struct eas_followups *kept;
	HASH_TABLE(uint8_t *, uint8_t *) guids;
	/* path -> id */
	HASH_TABLE(const char *, const char *) paths;
};

/* A folder that is no mailbox yet: at the top, of the user's. */
struct eas_listed_folder *
eas_folder_lister_append(struct eas_folder_lister *lister, const char *path,
			 const char *id);
/* Does nothing for one that is not to be shown. */
void eas_folder_lister_add_mailbox(struct eas_folder_lister *lister,
				   const struct mailbox_info *info);

/* All mailboxes are in: add what EAS wants besides, give types and parents, and fill the
   list. */
void eas_folder_lister_complete(struct eas_folder_lister *lister);

#endif
