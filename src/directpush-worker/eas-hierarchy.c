/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "eas-folder.h"
#include "eas-hierarchy.h"

static bool
folder_is_equal(const struct eas_device_folder *f1, const struct eas_device_folder *f2)
{
	return f1->type == f2->type && strcmp(f1->parent_id, f2->parent_id) == 0 &&
		strcmp(f1->display_name, f2->display_name) == 0;
}

void eas_hierarchy_changes_find(const struct eas_folder_list *list,
				const ARRAY_TYPE(eas_device_folder) *known, pool_t pool,
				struct eas_hierarchy_changes *changes_r)
{
	const struct eas_folder *folder;
	const struct eas_device_folder *device_folder;

	p_array_init(&changes_r->after, pool, 32);
	p_array_init(&changes_r->updated, pool, 8);
	p_array_init(&changes_r->added, pool, 8);
	p_array_init(&changes_r->deleted, pool, 8);
	array_foreach(&list->folders, folder) {
		struct eas_device_folder now = {
			.id = folder->id, .parent_id = folder->parent_id,
			.display_name = folder->display_name, .type = folder->type,
		};

		array_push_back(&changes_r->after, &now);
		device_folder = eas_device_folder_find(known, now.id);
		if (device_folder == NULL)
			array_push_back(&changes_r->added, &now);
		else if (!folder_is_equal(device_folder, &now))
			array_push_back(&changes_r->updated, &now);
	}
	array_foreach(known, device_folder) {
		if (eas_folder_list_find(list, device_folder->id) != NULL)
			continue;
		/* what cannot be read now is not gone */
		if (eas_folder_list_is_unread(list, device_folder->display_name))
			array_push_back(&changes_r->after, device_folder);
		else
			array_push_back(&changes_r->deleted, &device_folder->id);
	}
}

unsigned int
eas_hierarchy_changes_count(const struct eas_hierarchy_changes *changes)
{
	return array_count(&changes->updated) + array_count(&changes->added) +
		array_count(&changes->deleted);
}
