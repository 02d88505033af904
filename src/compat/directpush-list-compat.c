/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage-settings.h"
#include "mail-user.h"
#include "mailbox-list-private.h"
#include "directpush-list-compat.h"

#ifdef HAVE_SETTINGS_GET

const char *directpush_list_get_index_name(const struct mail_namespace *ns)
{
	return !ns->list->mail_set->mailbox_list_index ? NULL :
		ns->list->mail_set->parsed_list_index_fname;
}

const char *
directpush_list_get_attributes_path(const struct mail_namespace *ns ATTR_UNUSED)
{
	return NULL;
}

void directpush_list_foreach_mailbox(const struct mail_namespace *ns,
				     bool (*callback)(const char *name,
						      const char *special_use,
						      void *context),
				     void *context)
{
	const struct mailbox_settings *set;

	if (!array_is_created(&ns->set->parsed_mailboxes))
		return;
	array_foreach_elem(&ns->set->parsed_mailboxes, set) {
		const char *special_use = array_is_created(&set->special_use) ?
			t_array_const_string_join(&set->special_use, " ") : "";

		if (!callback(set->name, special_use, context))
			break;
	}
}

#else

#define DICT_FILE_PREFIX "file:"

const char *directpush_list_get_index_name(const struct mail_namespace *ns)
{
	return !ns->mail_set->mailbox_list_index ? NULL :
		ns->list->set.list_index_fname;
}

const char *directpush_list_get_attributes_path(const struct mail_namespace *ns)
{
	const char *dict = ns->mail_set->mail_attribute_dict;
	const size_t prefix_len = strlen(DICT_FILE_PREFIX);

	return strncmp(dict, DICT_FILE_PREFIX, prefix_len) != 0 ? NULL :
		t_strcut(dict + prefix_len, ':');
}

void directpush_list_foreach_mailbox(const struct mail_namespace *ns,
				     bool (*callback)(const char *name,
						      const char *special_use,
						      void *context),
				     void *context)
{
	struct mailbox_settings *set;

	if (!array_is_created(&ns->set->mailboxes))
		return;
	array_foreach_elem(&ns->set->mailboxes, set) {
		if (!callback(set->name, set->special_use, context))
			break;
	}
}

#endif
