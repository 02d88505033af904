/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mailbox-list-iter.h"
#include "directpush-list-compat.h"
#include "eas-folder-list.h"
#include "eas-folder-lister.h"
#include "eas-folder-name.h"
#include "eas-folder-pim.h"
#include "eas-user.h"

#define OUTBOX_NAME "Outbox"
#define DRAFTS_NAME "Drafts"
/* Before the name of a folder that is no mailbox, where others have a GUID. No
   mailbox name begins so. */
#define NO_MAILBOX_PREFIX "\\"

static const char *no_mailbox_id(const char *name)
{
	char id[EAS_FOLDER_ID_LENGTH + 1];

	name = t_strconcat(NO_MAILBOX_PREFIX, name, NULL);
	eas_id_make(name, strlen(name), id);
	return t_strdup(id);
}

/* Levels that are no mailboxes are folders which hold folders. */
static void lister_add_parents(struct eas_folder_lister *lister)
{
	unsigned int count = array_count(&lister->listed);

	for (unsigned int i = 0; i < count; i++) T_BEGIN {
		const struct eas_listed_folder *listed = array_idx(&lister->listed, i);
		const char *path = listed->path;

		while ((path = eas_folder_path_parent(path)) != NULL &&
		       hash_table_lookup(lister->paths, path) == NULL)
			eas_folder_lister_append(lister, path, no_mailbox_id(path));
	} T_END;
}

static struct eas_listed_folder *
lister_find_type(struct eas_folder_lister *lister, enum eas_folder_type type)
{
	struct eas_listed_folder *listed;

	array_foreach_modifiable(&lister->listed, listed) {
		if (listed->folder.type == type)
			return listed;
	}
	return NULL;
}

static bool listed_is_private(const struct eas_listed_folder *listed)
{
	return listed->folder.selectable &&
		listed->folder.ns->type == MAIL_NAMESPACE_TYPE_PRIVATE;
}

static void lister_set_types_by_special_use(struct eas_folder_lister *lister)
{
	struct eas_listed_folder *listed;
	enum eas_folder_type type;

	array_foreach_modifiable(&lister->listed, listed) {
		if (!listed_is_private(listed) || listed->kind.class != EAS_CLASS_EMAIL)
			continue;
		if (strcmp(listed->folder.vname, "INBOX") == 0) {
			type = EAS_FOLDER_TYPE_INBOX;
			listed->folder.display_name = EAS_FOLDER_INBOX_NAME;
		} else {
			type = eas_folder_type_by_special_use(listed->special_use);
		}
		if (type != EAS_FOLDER_TYPE_NONE && lister_find_type(lister, type) == NULL)
			listed->folder.type = type;
	}
}

/* The one that is said to be the default, or else the one that has its name; of
   several the first. */
static struct eas_listed_folder *
lister_find_pim_default(struct eas_folder_lister *lister, enum eas_class class)
{
	struct eas_listed_folder *listed, *named = NULL;

	array_foreach_modifiable(&lister->listed, listed) {
		if (listed->kind.class != class || !listed_is_private(listed))
			continue;
		if (listed->kind.is_default)
			return listed;
		if (named == NULL &&
		    eas_folder_pim_class_by_path(lister->user, listed->folder.ns,
						 listed->path) == class)
			named = listed;
	}
	return named;
}

static void lister_set_pim_types(struct eas_folder_lister *lister)
{
	struct eas_listed_folder *listed;

	array_foreach_modifiable(&lister->listed, listed)
		listed->folder.type = eas_folder_type_by_class(listed->kind.class, FALSE);
	for (enum eas_class class = EAS_CLASS_FIRST_PIM; class <= EAS_CLASS_LAST_PIM; class++) {
		listed = lister_find_pim_default(lister, class);
		if (listed != NULL)
			listed->folder.type = eas_folder_type_by_class(class, TRUE);
	}
}

/* At the top, or directly below the INBOX. */
static bool path_is_main(const char *path)
{
	const char *parent = eas_folder_path_parent(path);

	return parent == NULL || strcmp(parent, "INBOX") == 0;
}

/* The type's folder by name, if it has none yet. */
static void
lister_set_type_by_name(struct eas_folder_lister *lister, enum eas_folder_type type)
{
	struct eas_listed_folder *listed, *best = NULL;
	unsigned int rank, best_rank = UINT_MAX;

	if (lister_find_type(lister, type) != NULL)
		return;
	array_foreach_modifiable(&lister->listed, listed) {
		if (listed->folder.type == EAS_FOLDER_TYPE_USER_MAIL &&
		    listed_is_private(listed) && path_is_main(listed->path) &&
		    eas_folder_type_by_name(listed->folder.display_name, &rank) == type &&
		    rank < best_rank) {
			best = listed;
			best_rank = rank;
		}
	}
	if (best != NULL)
		best->folder.type = type;
}

/* It is there for everybody, but not on disk before somebody opens it. */
static void lister_add_inbox(struct eas_folder_lister *lister)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(lister->user->mail_user->namespaces);
	struct mailbox_info info = { .vname = "INBOX", .ns = ns };
	struct mailbox *box;

	if (hash_table_lookup(lister->paths, info.vname) != NULL ||
	    eas_folder_list_is_unread(lister->list, EAS_FOLDER_INBOX_NAME))
		return;
	box = mailbox_alloc(ns->list, info.vname, 0);
	if (mailbox_open(box) == 0)
		eas_folder_lister_add_mailbox(lister, &info);
	else {
		const char *name = p_strdup(lister->list->pool, EAS_FOLDER_INBOX_NAME);

		e_error(lister->user->event, "Mailbox INBOX: Cannot open: %s",
			mailbox_get_last_internal_error(box, NULL));
		array_push_back(&lister->list->unread_names, &name);
	}
	mailbox_free(&box);
}

static bool drafts_find(const char *name, const char *special_use, void *context)
{
	const char **drafts_name = context;

	if (eas_folder_type_by_special_use(special_use) == EAS_FOLDER_TYPE_DRAFTS &&
	    strpbrk(name, "*?") == NULL)
		*drafts_name = t_strdup(name);
	return *drafts_name == NULL;
}

/* The configured Drafts folder of the INBOX's namespace, or "Drafts". */
static const char *drafts_vname(struct mail_namespace *ns)
{
	const char *name = NULL;

	directpush_list_foreach_mailbox(ns, drafts_find, &name);
	return t_strconcat(ns->prefix, name == NULL ? DRAFTS_NAME : name, NULL);
}

/* A phone wants a place for drafts. Returns FALSE if there cannot be one. */
static bool lister_create_drafts(struct eas_folder_lister *lister)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(lister->user->mail_user->namespaces);
	struct mailbox_info info = { .vname = drafts_vname(ns), .ns = ns };
	struct eas_listed_folder *listed;
	struct mailbox *box;
	unsigned int count = array_count(&lister->listed);
	bool created;

	box = mailbox_alloc(ns->list, info.vname, 0);
	created = mailbox_create(box, NULL, FALSE) == 0;
	if (created)
		(void)mailbox_set_subscribed(box, TRUE);
	else {
		e_warning(lister->user->event, "Mailbox %s: Cannot create: %s",
			  info.vname, mailbox_get_last_internal_error(box, NULL));
	}
	mailbox_free(&box);
	if (created)
		eas_folder_lister_add_mailbox(lister, &info);
	if (array_count(&lister->listed) == count)
		return FALSE;
	listed = array_idx_modifiable(&lister->listed, count);
	listed->folder.type = EAS_FOLDER_TYPE_DRAFTS;
	return TRUE;
}

static void
lister_add_without_mailbox(struct eas_folder_lister *lister, enum eas_folder_type type,
			   const char *name)
{
	struct eas_listed_folder *listed =
		eas_folder_lister_append(lister, name, no_mailbox_id(name));

	listed->folder.type = type;
}

static void lister_set_parents(struct eas_folder_lister *lister)
{
	struct eas_listed_folder *listed;
	const char *parent;

	array_foreach_modifiable(&lister->listed, listed) T_BEGIN {
		/* main folders are at the top (quirk 106) */
		parent = eas_folder_type_is_default(listed->folder.type) ? NULL :
			eas_folder_path_parent(listed->path);
		if (parent != NULL) {
			listed->folder.parent_id =
				hash_table_lookup(lister->paths, parent);
		}
	} T_END;
}

static int listed_folder_cmp(const struct eas_listed_folder *l1, const struct eas_listed_folder *l2)
{
	bool inbox1 = strcmp(l1->path, "INBOX") == 0;
	bool inbox2 = strcmp(l2->path, "INBOX") == 0;
	int ret;

	if (inbox1 != inbox2)
		return inbox1 ? -1 : 1;
	ret = strcmp(l1->path, l2->path);
	return ret != 0 ? ret : strcmp(l1->folder.id, l2->folder.id);
}

void eas_folder_lister_complete(struct eas_folder_lister *lister)
{
	struct eas_listed_folder *listed;

	lister_add_inbox(lister);
	lister_add_parents(lister);
	array_sort(&lister->listed, listed_folder_cmp);
	lister_set_pim_types(lister);
	lister_set_types_by_special_use(lister);
	lister_set_type_by_name(lister, EAS_FOLDER_TYPE_DRAFTS);
	lister_set_type_by_name(lister, EAS_FOLDER_TYPE_SENT_ITEMS);
	lister_set_type_by_name(lister, EAS_FOLDER_TYPE_DELETED_ITEMS);
	if (lister_find_type(lister, EAS_FOLDER_TYPE_DRAFTS) == NULL &&
	    /* else it may be among those */
	    array_count(&lister->list->unread_names) == 0 &&
	    !lister_create_drafts(lister))
		lister_add_without_mailbox(lister, EAS_FOLDER_TYPE_DRAFTS, DRAFTS_NAME);
	lister_add_without_mailbox(lister, EAS_FOLDER_TYPE_OUTBOX, OUTBOX_NAME);
	lister_set_parents(lister);
	array_sort(&lister->listed, listed_folder_cmp);
	array_foreach_modifiable(&lister->listed, listed) {
		listed->folder.class = eas_folder_type_get_class(listed->folder.type);
		array_push_back(&lister->list->folders, &listed->folder);
	}
}
