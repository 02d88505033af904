/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hostpid.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "mailbox-list-iter.h"
#include "directpush-compat.h"
#include "directpush-worker-settings.h"
#include "eas-folder-kind.h"
#include "eas-folder-list.h"
#include "eas-freebusy.h"
#include "eas-freebusy-shared.h"
#include "eas-user.h"

struct shared_finder {
	struct eas_user *user;
	pool_t pool;
	ARRAY_TYPE(eas_shared_calendar) *calendars;
	unsigned int opened;
};

static const char *owner_address(const struct mail_user *owner)
{
	return strchr(owner->username, '@') != NULL ? owner->username :
		t_strconcat(owner->username, "@", my_hostdomain(), NULL);
}

/* Without annotations the name has to do: the one that this server's users' calendars have. */
static bool name_is_calendar(struct eas_user *user, const struct mailbox_info *info)
{
	const char *name = user->set->directpush_calendar_folder;

	return *name != '\0' && str_begins_with(info->vname, info->ns->prefix) &&
		strcmp(info->vname + strlen(info->ns->prefix), name) == 0;
}

static bool box_is_calendar(struct eas_user *user, const struct mailbox_info *info,
			    struct mailbox *box)
{
	struct eas_folder_kind kind;

	switch (eas_folder_kind_read(box, &kind)) {
	case EAS_FOLDER_KIND_SAID:
		return kind.class == EAS_CLASS_CALENDAR;
	case EAS_FOLDER_KIND_NO_ATTRIBUTES:
		return name_is_calendar(user, info);
	case EAS_FOLDER_KIND_NOT_SAID:
		return FALSE;
	case EAS_FOLDER_KIND_FAILED:
		e_error(user->event, "Mailbox %s: Cannot get folder type: %s",
			info->vname, mailbox_get_last_internal_error(box, NULL));
		return FALSE;
	}
	i_unreached();
}

/* The right to look it up is not the one to read it: then it cannot be opened. */
static bool box_get_guid(struct eas_user *user, struct mailbox *box, guid_128_t guid_r)
{
	struct mailbox_metadata metadata;
	enum mail_error error;

	if (mailbox_open(box) == 0 &&
	    mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) == 0) {
		memcpy(guid_r, metadata.guid, GUID_128_SIZE);
		return TRUE;
	}
	(void)mailbox_get_last_error(box, &error);
	if (error != MAIL_ERROR_NOTFOUND && error != MAIL_ERROR_PERM) {
		e_error(user->event, "Mailbox %s: Cannot be opened: %s", mailbox_get_vname(box),
			mailbox_get_last_internal_error(box, NULL));
	}
	return FALSE;
}

static void
calendar_add(struct shared_finder *finder, const struct mailbox_info *info, const guid_128_t guid)
{
	struct eas_shared_calendar *calendar = array_append_space(finder->calendars);
	struct eas_folder *folder = &calendar->folder;
	char id[EAS_FOLDER_ID_LENGTH + 1];

	eas_folder_id_make(guid, EAS_CLASS_CALENDAR, id);
	calendar->owner_address = p_strdup(finder->pool, owner_address(info->ns->owner));
	folder->id = p_strdup(finder->pool, id);
	folder->display_name = folder->vname = p_strdup(finder->pool, info->vname);
	folder->type = EAS_FOLDER_TYPE_USER_CALENDAR;
	folder->class = EAS_CLASS_CALENDAR;
	folder->ns = info->ns;
	folder->selectable = TRUE;
	memcpy(folder->guid, guid, GUID_128_SIZE);
}

static bool finder_is_full(const struct shared_finder *finder)
{
	return array_count(finder->calendars) >= EAS_FREEBUSY_MAX_SHARED ||
		finder->opened >= EAS_FREEBUSY_MAX_OPENED;
}

static void finder_look_at(struct shared_finder *finder, const struct mailbox_info *info)
{
	struct mailbox *box;
	guid_128_t guid;

	if ((info->flags & (MAILBOX_NOSELECT | MAILBOX_NONEXISTENT)) != 0 ||
	    info->ns->type != MAIL_NAMESPACE_TYPE_SHARED || info->ns->owner == NULL)
		return;
	finder->opened++;
	box = mailbox_alloc(info->ns->list, info->vname, MAILBOX_FLAG_READONLY);
	if (box_get_guid(finder->user, box, guid) && box_is_calendar(finder->user, info, box))
		calendar_add(finder, info, guid);
	mailbox_free(&box);
}

void eas_shared_calendars_find(struct eas_user *user, pool_t pool,
			       ARRAY_TYPE(eas_shared_calendar) *calendars)
{
	struct shared_finder finder = { .user = user, .pool = pool, .calendars = calendars };
	struct mail_namespace *ns = user->mail_user->namespaces;
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;

	for (; ns != NULL && !finder_is_full(&finder); ns = ns->next) {
		if (ns->type != MAIL_NAMESPACE_TYPE_SHARED || !eas_folder_namespace_is_listed(ns))
			continue;
		iter = mailbox_list_iter_init(ns->list, "*", 0);
		while (!finder_is_full(&finder) &&
		       (info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
			finder_look_at(&finder, info);
		} T_END;
		if (mailbox_list_iter_deinit(&iter) < 0) {
			e_error(user->event, "Namespace \"%s\": Cannot list mailboxes: %s",
				ns->prefix, mailbox_list_get_last_internal_error(ns->list, NULL));
		}
	}
}
