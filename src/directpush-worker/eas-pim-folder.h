/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_FOLDER_H
#define EAS_PIM_FOLDER_H

/* A folder of objects: its backend and its index side by side. The index is brought up to date
   under the user's lock, and written before anybody is told what it says; looking at an
   unchanged folder takes no lock and reads nothing. The last few indexes are kept in memory. */

#include "eas-element-digest.h"
#include "eas-pim-backend.h"

struct eas_user;
struct eas_folder;

/* kept in memory at most, while the worker lives */
#define EAS_PIM_MAX_KEPT 4
/* An older copy of an object is removed when the object is written or deleted, if it is at least so old: a younger one
   may be that of another program which is about to. */
#define EAS_PIM_DUPLICATE_SECS (5*60)

struct eas_pim_folder {
	struct eas_user *user;
	const struct eas_folder *folder;
	struct event *event;
	struct eas_pim_backend *backend;
	/* as of the last update */
	struct eas_pim_index *index;
	struct eas_state_stamp stamp;
};

/* Returns 1, 0 = there is no such folder any more, -1 = cannot be opened now (logged). event's log
   prefix names the folder. */
int eas_pim_folder_open(struct eas_user *user, const struct eas_folder *folder,
			struct event *event, struct eas_pim_folder **pim_r);
void eas_pim_folder_close(struct eas_pim_folder **pim);
/* See what changed. Returns 0, -1 (logged): nothing may be told. */
int eas_pim_folder_update(struct eas_pim_folder *pim);
/* Forget kept indexes. */
void eas_pim_folders_free(struct eas_user *user);

/* Returns FALSE if it is no ServerId of this folder's; NULL is none. */
bool eas_pim_folder_parse_id(const struct eas_pim_folder *pim, const char *id,
			     unsigned char hash_r[EAS_PIM_HASH_SIZE]);
/* "folder:hash", on the data stack */
const char *eas_pim_folder_hash_id(const struct eas_pim_folder *pim,
				   const unsigned char hash[EAS_PIM_HASH_SIZE]);
/* The row that has this ServerId, also of one that is gone; NULL = there is none. */
const struct eas_pim_row *
eas_pim_folder_find(struct eas_pim_folder *pim, const char *id);
/* Of this object; the index must have the number. */
const char *eas_pim_folder_item_id(const struct eas_pim_folder *pim, uint32_t number);

/* What the object said at that revision. FALSE: it is not known. */
bool eas_pim_folder_find_base(struct eas_pim_folder *pim, const struct eas_pim_row *row,
			      uint32_t revision, pool_t pool,
			      ARRAY_TYPE(eas_element_digest) *elements_r);
/* Read the object as it is now, in pool. NOT_FOUND: it changed or went since the last update. */
enum eas_pim_result
eas_pim_folder_read(struct eas_pim_folder *pim, const struct eas_pim_row *row,
		    pool_t pool, struct pim_object **object_r, uoff_t *size_r);
/* Store the object: instead of the row's, or as a new one (row NULL). The index knows after the next
   update; *version_r is what it has then, unless somebody else wrote as well. */
enum eas_pim_result
eas_pim_folder_put(struct eas_pim_folder *pim, const struct eas_pim_row *row,
		   const struct pim_object *object, uint32_t *version_r);
enum eas_pim_result
eas_pim_folder_remove(struct eas_pim_folder *pim, const struct eas_pim_row *row);
/* To another folder of the same class, where there must be no object of this UID. */
enum eas_pim_result
eas_pim_folder_move(struct eas_pim_folder *pim, const struct eas_pim_row *row,
		    struct eas_pim_folder *dest);
/* What a new object of this folder is written as: Apple notes where there are some. */
enum pim_format eas_pim_folder_new_format(const struct eas_pim_folder *pim);

#endif
