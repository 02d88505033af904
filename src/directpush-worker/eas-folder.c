/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "eas-folder-list.h"
#include "eas-folder.h"
#include "eas-user.h"

static void eas_folder_lists_free_older(struct eas_folder_list *list)
{
	struct eas_folder_list *older;

	while ((older = list->older) != NULL) {
		list->older = older->older;
		eas_folder_list_free(&older);
	}
}

void eas_folder_request_begin(struct eas_user *user, bool changed)
{
	if (user->folders == NULL)
		return;
	eas_folder_lists_free_older(user->folders);
	if (changed || !eas_folder_list_is_current(user, user->folders))
		eas_folder_list_free(&user->folders);
}

void eas_folder_lists_free(struct eas_user *user)
{
	if (user->folders == NULL)
		return;
	eas_folder_lists_free_older(user->folders);
	eas_folder_list_free(&user->folders);
}

int eas_folder_list_get(struct eas_user *user, bool fresh,
			const struct eas_folder_list **list_r)
{
	struct eas_folder_list *list;

	if (user->folders == NULL || fresh) {
		if (eas_folder_list_read(user, &list) < 0)
			return -1;
		list->older = user->folders;
		user->folders = list;
	}
	*list_r = user->folders;
	return 0;
}

const struct eas_folder *
eas_folder_list_find(const struct eas_folder_list *list, const char *id)
{
	const struct eas_folder *folder;

	array_foreach(&list->folders, folder) {
		if (strcmp(folder->id, id) == 0)
			return folder;
	}
	return NULL;
}

bool eas_folder_list_is_unread(const struct eas_folder_list *list, const char *display_name)
{
	const char *name;

	if (list->namespace_unread)
		return TRUE;
	array_foreach_elem(&list->unread_names, name) {
		if (strcmp(name, display_name) == 0)
			return TRUE;
	}
	return FALSE;
}

int eas_folder_find(struct eas_user *user, const char *id,
		    const struct eas_folder **folder_r)
{
	const struct eas_folder_list *list;
	bool was_known = user->folders != NULL;

	*folder_r = NULL;
	if (!eas_id_is_valid(id))
		return 0;
	if (eas_folder_list_get(user, FALSE, &list) < 0)
		return -1;
	*folder_r = eas_folder_list_find(list, id);
	if (*folder_r == NULL && was_known) {
		if (eas_folder_list_get(user, TRUE, &list) < 0)
			return -1;
		*folder_r = eas_folder_list_find(list, id);
	}
	return *folder_r != NULL ? 1 : 0;
}

bool eas_folder_is_shared(const struct eas_folder *folder)
{
	return folder->ns != NULL && folder->ns->type != MAIL_NAMESPACE_TYPE_PRIVATE;
}

struct mailbox *eas_folder_mailbox_alloc(struct eas_user *user ATTR_UNUSED,
					 const struct eas_folder *folder)
{
	i_assert(folder->selectable);

	return mailbox_alloc(folder->ns->list, folder->vname, 0);
}

void eas_folder_id_make(const guid_128_t guid, enum eas_class class,
			char id_r[EAS_FOLDER_ID_LENGTH + 1])
{
	const char *name = class == EAS_CLASS_EMAIL ? "" : eas_class_get_name(class);
	size_t name_size = strlen(name);
	unsigned char *data = t_malloc_no0(GUID_128_SIZE + name_size);

	memcpy(data, guid, GUID_128_SIZE);
	memcpy(data + GUID_128_SIZE, name, name_size);
	eas_id_make(data, GUID_128_SIZE + name_size, id_r);
}
