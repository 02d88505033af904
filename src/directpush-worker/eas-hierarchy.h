/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_HIERARCHY_H
#define EAS_HIERARCHY_H

/* The folders as they are against those a device was told: what FolderSync answers, and what
   makes a Ping say that one is due. */

#include "eas-device.h"

struct eas_folder_list;

struct eas_hierarchy_changes {
	/* what the device knows once it was told */
	ARRAY_TYPE(eas_device_folder) after;
	ARRAY_TYPE(eas_device_folder) updated, added;
	/* ids */
	ARRAY_TYPE(const_string) deleted;
};

/* Everything lives in pool, strings in list or known. A folder that cannot be read now is not
   deleted. One of a class that version has not is not there, nor, with
   one_address_book, further ones of contacts. */
void eas_hierarchy_changes_find(const struct eas_folder_list *list,
				const ARRAY_TYPE(eas_device_folder) *known,
				enum eas_version version, bool one_address_book,
				pool_t pool,
				struct eas_hierarchy_changes *changes_r);
unsigned int
eas_hierarchy_changes_count(const struct eas_hierarchy_changes *changes);

#endif
