/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mailbox-list.h"
#include "directpush-list-compat.h"
#include "eas-followups.h"
#include "eas-folder-list.h"
#include "eas-user.h"

#include <sys/stat.h>

/* What tells that a mailbox list may have changed: its index's log, which every
   Dovecot process writes that changes folders, the directory of the mailboxes, which others
   change, and the file of the mailbox attributes, which say what a folder is. A changed stamp may mean nothing; an equal one means that nothing changed. */

struct folder_stamp_file {
	dev_t dev;
	ino_t ino;
	uoff_t size;
	struct timespec mtime;
};

struct eas_folder_stamp {
	ARRAY(struct folder_stamp_file) files;
	/* what is remembered of folders, eas-folder-kept.h */
	struct eas_state_stamp kept;
	/* there is something whose change cannot be seen */
	bool blind;
};

static void eas_folder_stamp_add(struct eas_folder_stamp *stamp, const char *path)
{
	struct folder_stamp_file *file = array_append_space(&stamp->files);
	struct stat st;

	/* one that is not there is all zero */
	if (stat(path, &st) < 0)
		return;
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	file->size = st.st_size;
	file->mtime = st.st_mtim;
}

static void
eas_folder_stamp_add_namespace(struct eas_folder_stamp *stamp, struct mail_namespace *ns)
{
	const char *index_name = directpush_list_get_index_name(ns);
	const char *path;

	if (index_name == NULL ||
	    !mailbox_list_get_root_path(ns->list, MAILBOX_LIST_PATH_TYPE_LIST_INDEX,
					&path)) {
		stamp->blind = TRUE;
		return;
	}
	eas_folder_stamp_add(stamp, t_strdup_printf("%s/%s.log", path, index_name));
	if (mailbox_list_get_root_path(ns->list, MAILBOX_LIST_PATH_TYPE_MAILBOX, &path))
		eas_folder_stamp_add(stamp, path);
	path = directpush_list_get_attributes_path(ns);
	if (path != NULL)
		eas_folder_stamp_add(stamp, path);
}

struct eas_folder_stamp *eas_folder_stamp_create(struct eas_user *user, pool_t pool)
{
	struct eas_folder_stamp *stamp = p_new(pool, struct eas_folder_stamp, 1);
	struct mail_namespace *ns;

	p_array_init(&stamp->files, pool, 4);
	eas_state_store_get_stamp(user->state_store, EAS_FOLLOWUPS_FOLDERS, &stamp->kept);
	for (ns = user->mail_user->namespaces; ns != NULL; ns = ns->next) T_BEGIN {
		if (eas_folder_namespace_is_shown(user, ns))
			eas_folder_stamp_add_namespace(stamp, ns);
	} T_END;
	return stamp;
}

static bool
eas_folder_stamp_file_is_equal(const struct folder_stamp_file *file1,
			       const struct folder_stamp_file *file2)
{
	return CMP_DEV_T(file1->dev, file2->dev) && file1->ino == file2->ino &&
		file1->size == file2->size &&
		file1->mtime.tv_sec == file2->mtime.tv_sec &&
		file1->mtime.tv_nsec == file2->mtime.tv_nsec;
}

bool eas_folder_stamp_is_equal(const struct eas_folder_stamp *stamp1,
			       const struct eas_folder_stamp *stamp2)
{
	if (stamp1->blind || stamp2->blind ||
	    memcmp(&stamp1->kept, &stamp2->kept, sizeof(stamp1->kept)) != 0 ||
	    array_count(&stamp1->files) != array_count(&stamp2->files))
		return FALSE;
	for (unsigned int i = 0; i < array_count(&stamp1->files); i++) {
		if (!eas_folder_stamp_file_is_equal(array_idx(&stamp1->files, i),
						    array_idx(&stamp2->files, i)))
			return FALSE;
	}
	return TRUE;
}
