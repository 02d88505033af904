/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-search-build.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "directpush-worker-settings.h"
#include "eas-folder.h"
#include "eas-folder-kept.h"
#include "eas-folder-name.h"
#include "eas-folder-pim.h"
#include "eas-user.h"

/* "Calendar", "Calendar 2", ... */
#define PIM_MAX_NAMES 9
/* A mailbox in which so many messages are objects holds objects. */
#define PIM_LOOK_MESSAGES 32

static const char *pim_folder_name(struct eas_user *user, enum eas_class class)
{
	switch (class) {
	case EAS_CLASS_CALENDAR:
		return user->set->directpush_calendar_folder;
	case EAS_CLASS_CONTACTS:
		return user->set->directpush_contacts_folder;
	case EAS_CLASS_TASKS:
		return user->set->directpush_tasks_folder;
	case EAS_CLASS_NOTES:
		return user->set->directpush_notes_folder;
	case EAS_CLASS_NONE:
	case EAS_CLASS_EMAIL:
		break;
	}
	return "";
}

enum eas_class
eas_folder_pim_class_by_path(struct eas_user *user, struct mail_namespace *ns,
			     const char *path)
{
	const char *name;

	if ((ns->flags & NAMESPACE_FLAG_INBOX_USER) == 0)
		return EAS_CLASS_EMAIL;
	for (enum eas_class class = EAS_CLASS_FIRST_PIM; class <= EAS_CLASS_LAST_PIM; class++) {
		name = eas_folder_path(pim_folder_name(user, class),
				       mail_namespace_get_sep(ns), "", FALSE);
		if (*name != '\0' && strcmp(name, path) == 0)
			return class;
	}
	return EAS_CLASS_EMAIL;
}

/*
 * Mailboxes that are there already
 */

/* Headers that the objects of a class have: what their value begins with, and what is in it:
   docs/decisions/110. */
static const struct {
	enum eas_class class;
	const char *header, *prefix, *part;
} object_headers[] = {
	{ EAS_CLASS_CALENDAR, "X-Kolab-Type", "application/x-vnd.kolab.event", "" },
	{ EAS_CLASS_CALENDAR, "Content-Type", "text/calendar", "component=vevent" },
	{ EAS_CLASS_CONTACTS, "X-Kolab-Type", "application/x-vnd.kolab.contact", "" },
	{ EAS_CLASS_CONTACTS, "X-Kolab-Type", "application/x-vnd.kolab.distribution-list", "" },
	{ EAS_CLASS_CONTACTS, "Content-Type", "text/vcard", "" },
	{ EAS_CLASS_TASKS, "X-Kolab-Type", "application/x-vnd.kolab.task", "" },
	{ EAS_CLASS_TASKS, "Content-Type", "text/calendar", "component=vtodo" },
	{ EAS_CLASS_NOTES, "X-Kolab-Type", "application/x-vnd.kolab.note", "" },
	{ EAS_CLASS_NOTES, "Content-Type", "text/calendar", "component=vjournal" },
	{ EAS_CLASS_NOTES, "X-Uniform-Type-Identifier", "com.apple.mail-note", "" }
};

static bool mail_is_object(struct mail *mail, enum eas_class class)
{
	const char *value;

	for (unsigned int i = 0; i < N_ELEMENTS(object_headers); i++) {
		if (object_headers[i].class != class ||
		    mail_get_first_header(mail, object_headers[i].header, &value) <= 0)
			continue;
		value = t_str_lcase(t_str_trim(value, " \t"));
		if (strncmp(value, object_headers[i].prefix,
			    strlen(object_headers[i].prefix)) == 0 &&
		    strstr(value, object_headers[i].part) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* Are there any, and no other? *empty_r is set if there is no message at all. */
static bool mailbox_holds_only(struct mailbox *box, enum eas_class class, bool *empty_r)
{
	struct mailbox_transaction_context *trans;
	struct mail_search_args *args;
	struct mail_search_context *search;
	struct mail *mail;
	unsigned int seen = 0;
	bool only = TRUE;

	*empty_r = FALSE;
	if (mailbox_sync(box, 0) < 0)
		return FALSE;
	args = mail_search_build_init();
	mail_search_build_add_all(args);
	trans = mailbox_transaction_begin(box, 0, __func__);
	search = mailbox_search_init(trans, args, NULL, 0, NULL);
	mail_search_args_unref(&args);
	while (only && seen < PIM_LOOK_MESSAGES && mailbox_search_next(search, &mail)) T_BEGIN {
		only = mail_is_object(mail, class);
		seen++;
	} T_END;
	if (mailbox_search_deinit(&search) < 0)
		only = FALSE;
	(void)mailbox_transaction_commit(&trans);
	*empty_r = only && seen == 0;
	return only && seen > 0;
}

static enum eas_folder_kind_result
mailbox_get_kind(struct eas_user *user, struct mailbox *box, struct eas_folder_kind *kind_r)
{
	struct eas_followups *kept;
	enum eas_folder_kind_result result;

	if (eas_folder_kept_load(user, &kept) < 0)
		return EAS_FOLDER_KIND_FAILED;
	result = eas_folder_kept_read(user, box, kept, kind_r);
	eas_folder_kept_free(&kept);
	return result;
}

/* It is nobody's and there is nothing else in it, or somebody else just made it. */
static bool
mailbox_can_be_taken(struct eas_user *user, struct mailbox *box, enum eas_class class)
{
	struct eas_folder_kind kind;
	bool empty;

	if (mailbox_open(box) < 0)
		return FALSE;
	switch (mailbox_get_kind(user, box, &kind)) {
	case EAS_FOLDER_KIND_SAID:
		return kind.class == class;
	case EAS_FOLDER_KIND_NOT_SAID:
		return mailbox_holds_only(box, class, &empty) || empty;
	case EAS_FOLDER_KIND_NO_ATTRIBUTES:
	case EAS_FOLDER_KIND_FAILED:
		break;
	}
	return FALSE;
}

/* Is an empty mailbox of the name meant for it? Where there are no attributes, its name is all that whoever made it could
   say. */
static bool empty_is_taken(struct eas_user *user, struct mailbox *box)
{
	struct eas_folder_kind kind;

	return user->set->directpush_pim_create ||
		eas_folder_kind_read(box, &kind) == EAS_FOLDER_KIND_NO_ATTRIBUTES;
}

/* It says nothing itself, but what is in it does. */
static bool pim_adopt(struct eas_user *user, enum eas_class class, const char *vname)
{
	const struct eas_folder_kind kind = { .class = class, .is_default = TRUE };
	struct mail_namespace *ns = mail_namespace_find_inbox(user->mail_user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, vname, 0);
	struct eas_folder_kind now;
	bool adopted = FALSE, empty;

	if (mailbox_open(box) == 0 &&
	    mailbox_get_kind(user, box, &now) == EAS_FOLDER_KIND_NOT_SAID &&
	    (mailbox_holds_only(box, class, &empty) ||
	     (empty && empty_is_taken(user, box))))
		adopted = eas_folder_kept_write(user, box, &kind) == EAS_FOLDER_KIND_SAID;
	mailbox_free(&box);
	return adopted;
}

/*
 * Making them
 */

/* Returns 1, 0 = the name is taken, -1 = it cannot be done (logged). */
static int
pim_create_mailbox(struct eas_user *user, enum eas_class class, struct mailbox *box)
{
	const struct eas_folder_kind kind = { .class = class, .is_default = TRUE };

	if (mailbox_create(box, NULL, FALSE) < 0 &&
	    mailbox_get_last_mail_error(box) == MAIL_ERROR_EXISTS) {
		if (!mailbox_can_be_taken(user, box, class))
			return 0;
	}
	if (mailbox_open(box) == 0 &&
	    eas_folder_kept_write(user, box, &kind) == EAS_FOLDER_KIND_SAID)
		return 1;
	e_warning(user->event, "Mailbox %s: Cannot create: %s", mailbox_get_vname(box),
		  mailbox_get_last_internal_error(box, NULL));
	return -1;
}

/* Returns TRUE if there is one now. */
static bool pim_create(struct eas_user *user, enum eas_class class, const char *vname)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->mail_user->namespaces);
	struct mailbox *box;
	int ret = 0;

	for (unsigned int i = 1; i <= PIM_MAX_NAMES && ret == 0; i++) {
		box = mailbox_alloc(ns->list, i == 1 ? vname :
				    t_strdup_printf("%s %u", vname, i), 0);
		ret = pim_create_mailbox(user, class, box);
		mailbox_free(&box);
	}
	if (ret == 0) {
		e_warning(user->event, "Mailbox %s: There is one with mail in it, and %u more",
			  vname, PIM_MAX_NAMES - 1);
	}
	return ret > 0;
}

static bool list_has_type(const struct eas_folder_list *list, enum eas_folder_type type)
{
	const struct eas_folder *folder;

	array_foreach(&list->folders, folder) {
		if (folder->type == type)
			return TRUE;
	}
	return FALSE;
}

static bool list_has_vname(const struct eas_folder_list *list, const char *vname)
{
	const struct eas_folder *folder;

	array_foreach(&list->folders, folder) {
		if (folder->vname != NULL && strcmp(folder->vname, vname) == 0)
			return TRUE;
	}
	return FALSE;
}

unsigned int eas_folder_pim_complete(struct eas_user *user, const struct eas_folder_list *list,
				     bool create)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(user->mail_user->namespaces);
	const char *name, *vname;
	unsigned int count = 0;

	if (list->namespace_unread || array_count(&list->unread_names) > 0)
		return 0;
	create = create && user->set->directpush_pim_create;
	for (enum eas_class class = EAS_CLASS_FIRST_PIM; class <= EAS_CLASS_LAST_PIM; class++) {
		name = pim_folder_name(user, class);
		if (*name == '\0' ||
		    list_has_type(list, eas_folder_type_by_class(class, TRUE)))
			continue;
		vname = t_strconcat(ns->prefix, name, NULL);
		if ((create && pim_create(user, class, vname)) ||
		    (!create && list_has_vname(list, vname) && pim_adopt(user, class, vname)))
			count++;
	}
	return count;
}
