/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_H
#define EAS_FOLDER_H

/* The user's mailboxes as EAS folders: id, type, parent, class.

   An id is base32 of 80 bits of SHA-256(mailbox GUID), 16 characters: the same
   for ever, without anything being stored. Where the class is not mail, it is hashed with the GUID, so that a
   folder whose class changes is gone and another one comes (docs/decisions/110). Folders that are no mailbox
   (\Noselect parents, the Outbox) have no GUID; their id is made of their name. */

#include "guid.h"
#include "eas-folder-type.h"
#include "eas-value.h"

struct eas_user;
struct mailbox;
struct mail_namespace;

#define EAS_FOLDER_ID_LENGTH EAS_ID_LENGTH
/* further ones are not shown (logged) */
#define EAS_FOLDER_MAX_COUNT 10000

struct eas_folder {
	const char *id;
	/* "0" for the top */
	const char *parent_id;
	/* UTF-8, last component */
	const char *display_name;
	enum eas_folder_type type;
	/* of the items in it: the type's. A mailbox of another class is another folder to
	   phones, with another id. */
	enum eas_class class;
	/* UTF-8 name for mailbox_alloc(); NULL for one that only EAS has (Outbox) */
	const char *vname;
	struct mail_namespace *ns;
	guid_128_t guid;
	/* FALSE: it holds folders only, or nothing; it never has changes */
	bool selectable;
	bool subscribed;
};

ARRAY_DEFINE_TYPE(eas_folder, struct eas_folder);

/* The user's folders at one moment. */
struct eas_folder_list {
	pool_t pool;
	struct eas_folder_list *older;
	/* Parents before children, in an order that does not change without cause. */
	ARRAY_TYPE(eas_folder) folders;
	/* There are folders which could not be read now (logged): names of single ones, and
	   whether a whole namespace is missing. They are not gone. */
	ARRAY_TYPE(const_string) unread_names;
	bool namespace_unread;
	struct eas_folder_stamp *stamp;
};

/* A new request: lists of the one before are forgotten; the last one too if it is known
   that the folders changed. */
void eas_folder_request_begin(struct eas_user *user, bool changed);
void eas_folder_lists_free(struct eas_user *user);

/* The list as it is now. One read earlier is used again while the mailbox list's own
   files say that nothing changed, but not with fresh. Lives until
   eas_folder_request_begin(). Returns 0, or -1 when it cannot be had now (logged). */
int eas_folder_list_get(struct eas_user *user, bool fresh,
			const struct eas_folder_list **list_r);
/* NULL if there is none with this id. */
const struct eas_folder *
eas_folder_list_find(const struct eas_folder_list *list, const char *id);
/* May a folder of this name be there though the list does not have it? */
bool eas_folder_list_is_unread(const struct eas_folder_list *list, const char *display_name);

/* Find one folder by id; one that is not known is looked for once more in a fresh list.
   Returns 1, 0 = there is none, -1 = cannot be said now (logged). The
   folder lives until eas_folder_request_begin(). */
int eas_folder_find(struct eas_user *user, const char *id,
		    const struct eas_folder **folder_r);
/* Do other users have it too? */
bool eas_folder_is_shared(const struct eas_folder *folder);
/* Not yet opened. The folder must be selectable. */
struct mailbox *eas_folder_mailbox_alloc(struct eas_user *user,
					 const struct eas_folder *folder);

void eas_folder_id_make(const guid_128_t guid, enum eas_class class,
			char id_r[EAS_FOLDER_ID_LENGTH + 1]);

#endif
