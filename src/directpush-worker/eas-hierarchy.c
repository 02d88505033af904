/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "eas-folder.h"
#include "eas-hierarchy.h"

HASH_TABLE_DEFINE_TYPE(device_folder_id, const char *, const struct eas_device_folder *);

static bool
folder_is_equal(const struct eas_device_folder *f1, const struct eas_device_folder *f2)
{
	return f1->type == f2->type && strcmp(f1->parent_id, f2->parent_id) == 0 &&
		strcmp(f1->display_name, f2->display_name) == 0;
}

/* for whom folders are looked at */
struct hierarchy_viewer {
	enum eas_version version;
	bool one_address_book;
};

static bool
folder_is_shown(const struct eas_folder *folder, const struct hierarchy_viewer *viewer)
{
	if (viewer->one_address_book && folder->class == EAS_CLASS_CONTACTS &&
	    !eas_folder_type_is_default(folder->type))
		return FALSE;
	return eas_class_is_in_version(folder->class, viewer->version);
}

static const struct eas_folder *
find_folder(const struct eas_folder_list *list, const char *id)
{
	const struct eas_folder *folder;

	array_foreach(&list->folders, folder) {
		if (strcmp(folder->id, id) == 0)
			return folder;
	}
	return NULL;
}

/* A folder is never told without its parent (quirk 105): what is below one that is not shown
   is in its place. */
static const char *
find_parent_id(const struct eas_folder_list *list, const struct eas_folder *folder,
	       const struct hierarchy_viewer *viewer)
{
	const char *parent_id;

	/* all are shown */
	if (viewer->version >= EAS_VERSION_14_0 && !viewer->one_address_book)
		return folder->parent_id;
	do {
		parent_id = folder->parent_id;
		folder = find_folder(list, parent_id);
	} while (folder != NULL && !folder_is_shown(folder, viewer));
	return parent_id;
}

/* What is there, against what is known. Takes from known_ids those that are still there. */
static void
find_there(const struct eas_folder_list *list, const struct hierarchy_viewer *viewer,
	   HASH_TABLE_TYPE(device_folder_id) known_ids,
	   struct eas_hierarchy_changes *changes)
{
	const struct eas_folder *folder;
	const struct eas_device_folder *known;

	array_foreach(&list->folders, folder) {
		struct eas_device_folder now = {
			.id = folder->id, .display_name = folder->display_name,
			.type = folder->type,
		};

		if (!folder_is_shown(folder, viewer))
			continue;
		now.parent_id = find_parent_id(list, folder, viewer);
		array_push_back(&changes->after, &now);
		known = hash_table_lookup(known_ids, folder->id);
		if (known == NULL)
			array_push_back(&changes->added, &now);
		else {
			if (!folder_is_equal(known, &now))
				array_push_back(&changes->updated, &now);
			hash_table_remove(known_ids, folder->id);
		}
	}
}

void eas_hierarchy_changes_find(const struct eas_folder_list *list,
				const ARRAY_TYPE(eas_device_folder) *known,
				enum eas_version version, bool one_address_book,
				pool_t pool, struct eas_hierarchy_changes *changes_r)
{
	const struct hierarchy_viewer viewer = { version, one_address_book };
	HASH_TABLE_TYPE(device_folder_id) known_ids;
	const struct eas_device_folder *folder;

	p_array_init(&changes_r->after, pool, 32);
	p_array_init(&changes_r->updated, pool, 8);
	p_array_init(&changes_r->added, pool, 8);
	p_array_init(&changes_r->deleted, pool, 8);

	hash_table_create(&known_ids, default_pool, array_count(known), str_hash, strcmp);
	array_foreach(known, folder)
		hash_table_update(known_ids, folder->id, folder);
	find_there(list, &viewer, known_ids, changes_r);

	/* in the order they were told in */
	array_foreach(known, folder) {
		if (hash_table_lookup(known_ids, folder->id) == NULL)
			continue;
		/* what cannot be read now is not gone */
		if (eas_folder_list_is_unread(list, folder->display_name))
			array_push_back(&changes_r->after, folder);
		else
			array_push_back(&changes_r->deleted, &folder->id);
	}
	hash_table_destroy(&known_ids);
}

unsigned int
eas_hierarchy_changes_count(const struct eas_hierarchy_changes *changes)
{
	return array_count(&changes->updated) + array_count(&changes->added) +
		array_count(&changes->deleted);
}
