/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "strnum.h"
#include "eas-item-id.h"

const char *eas_item_id_make(const char *folder_id, uint32_t uid)
{
	return t_strdup_printf("%s:%u", folder_id, uid);
}

int eas_item_id_parse(const char *id, const char **folder_id_r, uint32_t *uid_r)
{
	if (strlen(id) <= EAS_FOLDER_ID_LENGTH || id[EAS_FOLDER_ID_LENGTH] != ':' ||
	    str_to_uint32(id + EAS_FOLDER_ID_LENGTH + 1, uid_r) < 0 || *uid_r == 0)
		return -1;
	*folder_id_r = t_strndup(id, EAS_FOLDER_ID_LENGTH);
	return 0;
}

bool eas_item_id_is_in(const char *id, const char *folder_id)
{
	return strncmp(id, folder_id, EAS_FOLDER_ID_LENGTH) == 0 &&
		id[EAS_FOLDER_ID_LENGTH] == ':';
}

uint32_t eas_item_id_get_uid(const char *id, const char *folder_id)
{
	const char *item_folder_id;
	uint32_t uid;

	if (eas_item_id_parse(id, &item_folder_id, &uid) < 0 ||
	    strcmp(item_folder_id, folder_id) != 0)
		return 0;
	return uid;
}
