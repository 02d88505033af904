/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "eas-folder-edit.h"
#include "eas-folder-kept.h"
#include "eas-folder-lister.h"
#include "eas-folder-name.h"
#include "eas-user.h"

static const struct {
	enum mail_error error;
	enum eas_folder_edit_result result;
} mail_errors[] = {
	{ MAIL_ERROR_EXISTS, EAS_FOLDER_EDIT_EXISTS },
	{ MAIL_ERROR_NOTFOUND, EAS_FOLDER_EDIT_NOT_FOUND },
	{ MAIL_ERROR_PERM, EAS_FOLDER_EDIT_SPECIAL },
	{ MAIL_ERROR_PARAMS, EAS_FOLDER_EDIT_INVALID },
	{ MAIL_ERROR_NOTPOSSIBLE, EAS_FOLDER_EDIT_INVALID },
	{ MAIL_ERROR_NOQUOTA, EAS_FOLDER_EDIT_OVER_QUOTA },
	{ MAIL_ERROR_LIMIT, EAS_FOLDER_EDIT_OVER_QUOTA }
};

/* Where a folder is, or is to be. */
struct folder_place {
	struct mail_namespace *ns;
	/* NULL: directly below the namespace's prefix */
	const char *vname;
};

static enum eas_folder_edit_result
edit_failed(struct eas_folder_edit *edit, struct mailbox *box, const char *action)
{
	enum mail_error error;
	const char *reason = mailbox_get_last_internal_error(box, &error);

	for (unsigned int i = 0; i < N_ELEMENTS(mail_errors); i++) {
		if (mail_errors[i].error == error) {
			e_debug(edit->event, "Mailbox %s cannot be %s: %s",
				mailbox_get_vname(box), action, reason);
			return mail_errors[i].result;
		}
	}
	e_error(edit->event, "Mailbox %s cannot be %s: %s",
		mailbox_get_vname(box), action, reason);
	return EAS_FOLDER_EDIT_TEMPFAIL;
}

/*
 * Places
 */

/* What is not in the list may be among those that could not be read. */
static enum eas_folder_edit_result
edit_find(struct eas_folder_edit *edit, const char *id, enum eas_folder_edit_result missing,
	  const struct eas_folder **folder_r)
{
	*folder_r = eas_folder_list_find(edit->list, id);
	if (*folder_r != NULL)
		return EAS_FOLDER_EDIT_OK;
	return array_count(&edit->list->unread_names) > 0 || edit->list->namespace_unread ?
		EAS_FOLDER_EDIT_TEMPFAIL : missing;
}

/* A level that is no mailbox is where its children say it is. Returns FALSE for a folder
   that only EAS has. */
static bool
folder_get_place(const struct eas_folder_list *list, const struct eas_folder *folder,
		 struct folder_place *place_r)
{
	const struct eas_folder *child;
	const char *sep;

	if (folder->vname != NULL) {
		place_r->ns = folder->ns;
		place_r->vname = folder->vname;
		return TRUE;
	}
	array_foreach(&list->folders, child) {
		if (strcmp(child->parent_id, folder->id) != 0 ||
		    !folder_get_place(list, child, place_r))
			continue;
		sep = strrchr(place_r->vname, mail_namespace_get_sep(place_r->ns));
		i_assert(sep != NULL);
		place_r->vname = t_strdup_until(place_r->vname, sep);
		return TRUE;
	}
	return FALSE;
}

static enum eas_folder_edit_result
edit_find_parent(struct eas_folder_edit *edit, const char *id, struct folder_place *place_r)
{
	const struct eas_folder *parent;
	enum eas_folder_edit_result result;

	if (strcmp(id, EAS_FOLDER_TOP_ID) == 0) {
		place_r->ns = mail_namespace_find_inbox(edit->user->mail_user->namespaces);
		place_r->vname = NULL;
		return EAS_FOLDER_EDIT_OK;
	}
	result = edit_find(edit, id, EAS_FOLDER_EDIT_PARENT_NOT_FOUND, &parent);
	if (result == EAS_FOLDER_EDIT_OK &&
	    !folder_get_place(edit->list, parent, place_r))
		result = EAS_FOLDER_EDIT_SPECIAL;
	return result;
}

/* The place of a folder of this name below the parent, unless there is another one. */
static enum eas_folder_edit_result
edit_find_place(struct eas_folder_edit *edit, const char *parent_id, const char *name,
		const struct eas_folder *self, struct folder_place *place_r)
{
	const struct eas_folder *folder;
	enum eas_folder_edit_result result;
	char sep[2] = "";

	result = edit_find_parent(edit, parent_id, place_r);
	if (result != EAS_FOLDER_EDIT_OK)
		return result;
	sep[0] = mail_namespace_get_sep(place_r->ns);
	name = eas_folder_name_from_client(name, sep[0]);
	if (name == NULL)
		return EAS_FOLDER_EDIT_INVALID;
	array_foreach(&edit->list->folders, folder) {
		if (folder != self && strcmp(folder->parent_id, parent_id) == 0 &&
		    strcmp(folder->display_name, name) == 0)
			return EAS_FOLDER_EDIT_EXISTS;
	}
	place_r->vname = place_r->vname == NULL ?
		t_strconcat(place_r->ns->prefix, name, NULL) :
		t_strconcat(place_r->vname, sep, name, NULL);
	return EAS_FOLDER_EDIT_OK;
}

/* Is the folder's mailbox at the place (itself) or below it? */
static bool
folder_is_within(const struct eas_folder *folder, const struct folder_place *place,
		 bool *itself_r)
{
	size_t len = strlen(place->vname);

	if (folder->vname == NULL || folder->ns != place->ns ||
	    strncmp(folder->vname, place->vname, len) != 0)
		return FALSE;
	*itself_r = folder->vname[len] == '\0';
	return *itself_r || folder->vname[len] == mail_namespace_get_sep(place->ns);
}

/* A folder the client may change, and its place. */
static enum eas_folder_edit_result
edit_find_own(struct eas_folder_edit *edit, const char *id,
	      const struct eas_folder **folder_r, struct folder_place *place_r)
{
	const struct eas_folder *folder;
	enum eas_folder_edit_result result;
	bool itself;

	result = edit_find(edit, id, EAS_FOLDER_EDIT_NOT_FOUND, folder_r);
	if (result != EAS_FOLDER_EDIT_OK)
		return result;
	if (eas_folder_type_is_default((*folder_r)->type) ||
	    !folder_get_place(edit->list, *folder_r, place_r))
		return EAS_FOLDER_EDIT_SPECIAL;
	array_foreach(&edit->list->folders, folder) {
		if (eas_folder_type_is_default(folder->type) &&
		    folder_is_within(folder, place_r, &itself))
			return EAS_FOLDER_EDIT_SPECIAL;
	}
	return EAS_FOLDER_EDIT_OK;
}

/*
 * Changes
 */

/* IMAP clients show what is subscribed. */
static void edit_set_subscribed(struct eas_folder_edit *edit, struct mailbox *box, bool set)
{
	if (mailbox_set_subscribed(box, set) < 0) {
		e_warning(edit->event, "Mailbox %s cannot be %ssubscribed: %s",
			  mailbox_get_vname(box), set ? "" : "un",
			  mailbox_get_last_internal_error(box, NULL));
	}
}

static void
edit_set_vname_subscribed(struct eas_folder_edit *edit, struct mail_namespace *ns,
			  const char *vname, bool set)
{
	struct mailbox *box = mailbox_alloc(ns->list, vname, 0);

	edit_set_subscribed(edit, box, set);
	mailbox_free(&box);
}

/* A new mailbox becomes one of this class. */
static enum eas_folder_edit_result
edit_set_class(struct eas_folder_edit *edit, struct mailbox *box, enum eas_class class)
{
	const struct eas_folder_kind kind = { .class = class };

	if (class == EAS_CLASS_EMAIL) {
		edit_set_subscribed(edit, box, TRUE);
		return EAS_FOLDER_EDIT_OK;
	}
	if (mailbox_open(box) < 0)
		return edit_failed(edit, box, "opened");
	return eas_folder_kept_write(edit->user, box, &kind) == EAS_FOLDER_KIND_SAID ?
		EAS_FOLDER_EDIT_OK : EAS_FOLDER_EDIT_TEMPFAIL;
}

enum eas_folder_edit_result
eas_folder_edit_create(struct eas_folder_edit *edit, const char *parent_id,
		       const char *name, enum eas_class class,
		       char id_r[EAS_FOLDER_ID_LENGTH + 1])
{
	struct mailbox_metadata metadata;
	struct folder_place place;
	struct mailbox *box;
	enum eas_folder_edit_result result;

	result = edit_find_place(edit, parent_id, name, NULL, &place);
	if (result != EAS_FOLDER_EDIT_OK)
		return result;
	box = mailbox_alloc(place.ns->list, place.vname, 0);
	if (mailbox_create(box, NULL, FALSE) < 0) {
		result = edit_failed(edit, box, "created");
	} else {
		result = edit_set_class(edit, box, class);
		if (result != EAS_FOLDER_EDIT_OK)
			(void)mailbox_delete_empty(box);
		else if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) < 0)
			result = edit_failed(edit, box, "opened");
		else
			eas_folder_id_make(metadata.guid, class, id_r);
	}
	mailbox_free(&box);
	return result == EAS_FOLDER_EDIT_NOT_FOUND ?
		EAS_FOLDER_EDIT_PARENT_NOT_FOUND : result;
}

/* Subscriptions are by name. */
static void
edit_move_subscriptions(struct eas_folder_edit *edit, const struct folder_place *from,
			const struct folder_place *to)
{
	const struct eas_folder *folder;
	bool itself;

	array_foreach(&edit->list->folders, folder) {
		if (!folder->subscribed || !folder_is_within(folder, from, &itself))
			continue;
		edit_set_vname_subscribed(edit, from->ns, folder->vname, FALSE);
		edit_set_vname_subscribed(edit, to->ns,
			t_strconcat(to->vname, folder->vname + strlen(from->vname), NULL),
			TRUE);
	}
}

static bool
folder_is_above(const struct eas_folder_list *list, const char *id, const char *below_id)
{
	const struct eas_folder *folder;

	while (strcmp(below_id, id) != 0) {
		folder = eas_folder_list_find(list, below_id);
		if (folder == NULL)
			return FALSE;
		below_id = folder->parent_id;
	}
	return TRUE;
}

enum eas_folder_edit_result
eas_folder_edit_move(struct eas_folder_edit *edit, const char *id, const char *parent_id,
		     const char *name)
{
	const struct eas_folder *folder;
	struct folder_place from, to;
	struct mailbox *src, *dest;
	enum eas_folder_edit_result result;

	result = edit_find_own(edit, id, &folder, &from);
	if (result != EAS_FOLDER_EDIT_OK)
		return result;
	if (folder_is_above(edit->list, id, parent_id))
		return EAS_FOLDER_EDIT_INVALID;
	result = edit_find_place(edit, parent_id, name, folder, &to);
	if (result != EAS_FOLDER_EDIT_OK ||
	    (to.ns == from.ns && strcmp(to.vname, from.vname) == 0))
		return result;
	src = mailbox_alloc(from.ns->list, from.vname, 0);
	dest = mailbox_alloc(to.ns->list, to.vname, 0);
	if (mailbox_rename(src, dest) < 0)
		result = edit_failed(edit, src, "renamed");
	mailbox_free(&src);
	mailbox_free(&dest);
	if (result == EAS_FOLDER_EDIT_OK)
		edit_move_subscriptions(edit, &from, &to);
	return result;
}

/* Dovecot says "deleted under us" also of a mailbox that it has only marked as deleted, when a lock
   failed after that. */
static bool edit_is_gone(const struct eas_folder *folder)
{
	struct mailbox *box = mailbox_alloc(folder->ns->list, folder->vname, 0);
	enum mailbox_existence existence;
	bool gone;

	gone = mailbox_exists(box, FALSE, &existence) == 0 &&
		existence != MAILBOX_EXISTENCE_SELECT;
	mailbox_free(&box);
	return gone;
}

static enum eas_folder_edit_result
edit_delete_mailbox(struct eas_folder_edit *edit, const struct eas_folder *folder)
{
	struct mailbox *box = mailbox_alloc(folder->ns->list, folder->vname, 0);
	enum eas_folder_edit_result result = EAS_FOLDER_EDIT_OK;

	if (mailbox_delete(box) < 0)
		result = edit_failed(edit, box, "deleted");
	/* gone is gone, whoever did it */
	if (result == EAS_FOLDER_EDIT_NOT_FOUND) {
		result = edit_is_gone(folder) ? EAS_FOLDER_EDIT_OK :
			EAS_FOLDER_EDIT_TEMPFAIL;
	}
	if (result == EAS_FOLDER_EDIT_OK && folder->subscribed)
		edit_set_subscribed(edit, box, FALSE);
	mailbox_free(&box);
	return result;
}

enum eas_folder_edit_result
eas_folder_edit_delete(struct eas_folder_edit *edit, const char *id,
		       ARRAY_TYPE(const_string) *ids)
{
	const struct eas_folder *folders, *folder;
	struct folder_place place;
	enum eas_folder_edit_result result;
	unsigned int i, count;
	bool itself;

	result = edit_find_own(edit, id, &folder, &place);
	/* children stand behind their parents */
	folders = array_get(&edit->list->folders, &count);
	for (i = count; i > 0 && result == EAS_FOLDER_EDIT_OK; i--) {
		if (!folder_is_within(&folders[i-1], &place, &itself))
			continue;
		result = edit_delete_mailbox(edit, &folders[i-1]);
		if (result == EAS_FOLDER_EDIT_OK)
			array_push_back(ids, &folders[i-1].id);
	}
	return result;
}
