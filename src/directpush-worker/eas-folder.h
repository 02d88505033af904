/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_H
#define EAS_FOLDER_H

/* The user's mailboxes as EAS folders: id, type, parent, class.

   An id is base32 of 80 bits of SHA-256(mailbox GUID), 16 characters: the same
   for ever, without anything being stored. design.md 4 "Identifiers". */

#include "guid.h"
#include "eas-folder-type.h"

struct eas_user;
struct mailbox;
struct mail_namespace;

#define EAS_FOLDER_ID_LENGTH 16

struct eas_folder {
	const char *id;
	/* "0" for the top */
	const char *parent_id;
	/* UTF-8, last component */
	const char *display_name;
	enum eas_folder_type type;
	/* UTF-8 name for mailbox_alloc(); NULL for one that only EAS has (Outbox) */
	const char *vname;
	struct mail_namespace *ns;
	guid_128_t guid;
	bool selectable;
	bool subscribed;
};

ARRAY_DEFINE_TYPE(eas_folder, struct eas_folder);

/* All folders, parents before children, in an order that does not change without cause.
   Returns 0, or -1 when the list cannot be had now (logged). Lives in pool. */
int eas_folder_list_read(struct eas_user *user, pool_t pool,
			 ARRAY_TYPE(eas_folder) *folders_r);
/* NULL if there is none with this id. */
const struct eas_folder *
eas_folder_list_find(const ARRAY_TYPE(eas_folder) *folders, const char *id);

/* Find one folder by id without reading the whole list when it is known already; a
   folder that is not known is looked for once more. Returns 1, 0 = there is none,
   -1 = cannot be said now (logged). The folder lives as long as the user's list: until the
   next change of the hierarchy is seen between requests. */
int eas_folder_find(struct eas_user *user, const char *id,
		    const struct eas_folder **folder_r);
/* Not yet opened. */
struct mailbox *eas_folder_mailbox_alloc(struct eas_user *user,
					 const struct eas_folder *folder);

void eas_folder_id_make(const guid_128_t guid, char id_r[EAS_FOLDER_ID_LENGTH + 1]);

#endif
