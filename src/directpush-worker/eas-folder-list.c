/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mailbox-list-iter.h"
#include "directpush-worker-settings.h"
#include "eas-folder-list.h"
#include "eas-folder-name.h"
#include "eas-user.h"

#define INBOX_DISPLAY_NAME "Inbox"
#define OUTBOX_NAME "Outbox"
#define DRAFTS_NAME "Drafts"
#define TOP_PARENT_ID "0"
/* Before the name of a folder that is no mailbox, where others have a GUID. No
   mailbox name begins so. */
#define NO_MAILBOX_PREFIX "\\"

/* a folder on its way into the list */
struct listed_folder {
	struct eas_folder folder;
	const char *path;
	const char *special_use;
};
ARRAY_DEFINE_TYPE(listed_folder, struct listed_folder);

struct folder_lister {
	struct eas_user *user;
	struct eas_folder_list *list;
	/* while reading */
	pool_t pool;
	ARRAY_TYPE(listed_folder) listed;
	HASH_TABLE(uint8_t *, uint8_t *) guids;
	/* path -> id */
	HASH_TABLE(const char *, const char *) paths;
};

bool eas_folder_namespace_is_shown(struct eas_user *user, struct mail_namespace *ns)
{
	if ((ns->flags & (NAMESPACE_FLAG_LIST_PREFIX |
			  NAMESPACE_FLAG_LIST_CHILDREN)) == 0 ||
	    (ns->flags & NAMESPACE_FLAG_HIDDEN) != 0 ||
	    (ns->flags & NAMESPACE_FLAG_UNUSABLE) != 0 || ns->alias_for != NULL)
		return FALSE;
	return ns->type == MAIL_NAMESPACE_TYPE_PRIVATE ||
		user->set->directpush_shared_namespaces;
}

/*
 * Mailboxes
 */

/* Returns 1, 0 = there is no mailbox to show, -1 = cannot be said now (logged). */
static int
lister_get_guid(struct folder_lister *lister, const struct mailbox_info *info,
		guid_128_t guid_r)
{
	struct mailbox_metadata metadata;
	struct mailbox *box;
	enum mail_error error;
	int ret = 1;

	box = mailbox_alloc(info->ns->list, info->vname, MAILBOX_FLAG_READONLY);
	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) == 0) {
		memcpy(guid_r, metadata.guid, GUID_128_SIZE);
	} else {
		(void)mailbox_get_last_error(box, &error);
		if (error == MAIL_ERROR_NOTFOUND || error == MAIL_ERROR_PERM) {
			/* went between listing and opening, or is not for us */
			ret = 0;
		} else {
			e_error(lister->user->event, "Mailbox %s: Cannot get GUID: %s",
				info->vname, mailbox_get_last_internal_error(box, NULL));
			ret = -1;
		}
	}
	mailbox_free(&box);
	return ret;
}

static struct listed_folder *
lister_append(struct folder_lister *lister, const char *path, const char *id)
{
	struct listed_folder *listed = array_append_space(&lister->listed);

	listed->path = p_strdup(lister->pool, path);
	listed->folder.id = p_strdup(lister->list->pool, id);
	listed->folder.parent_id = TOP_PARENT_ID;
	listed->folder.display_name = p_strdup(lister->list->pool,
		eas_folder_path_display_name(path));
	listed->folder.type = EAS_FOLDER_TYPE_USER_MAIL;
	if (hash_table_lookup(lister->paths, listed->path) == NULL)
		hash_table_insert(lister->paths, listed->path, listed->folder.id);
	return listed;
}

static void
lister_add_mailbox(struct folder_lister *lister, const struct mailbox_info *info)
{
	struct eas_folder_list *list = lister->list;
	struct listed_folder *listed;
	char id[EAS_FOLDER_ID_LENGTH + 1];
	const char *path, *name;
	guid_128_t guid;
	uint8_t *guid_key = guid;
	int ret;

	if ((info->flags & (MAILBOX_NOSELECT | MAILBOX_NONEXISTENT)) != 0 ||
	    array_count(&lister->listed) >= EAS_FOLDER_MAX_COUNT)
		return;
	path = eas_folder_path(info->vname, mail_namespace_get_sep(info->ns),
			       info->ns->prefix,
			       (info->ns->flags & NAMESPACE_FLAG_INBOX_USER) != 0);
	if ((ret = lister_get_guid(lister, info, guid)) < 0) {
		name = strcmp(path, "INBOX") == 0 ? INBOX_DISPLAY_NAME :
			p_strdup(list->pool, eas_folder_path_display_name(path));
		array_push_back(&list->unread_names, &name);
	}
	/* the same mailbox may be in several namespaces */
	if (ret <= 0 || hash_table_lookup(lister->guids, guid_key) != NULL)
		return;
	eas_folder_id_make(guid, id);
	listed = lister_append(lister, path, id);
	listed->special_use = p_strdup(lister->pool, info->special_use);
	listed->folder.vname = p_strdup(list->pool, info->vname);
	listed->folder.ns = info->ns;
	memcpy(listed->folder.guid, guid, GUID_128_SIZE);
	listed->folder.selectable = TRUE;
	listed->folder.subscribed = (info->flags & MAILBOX_SUBSCRIBED) != 0;
	guid_key = p_memdup(lister->pool, guid, GUID_128_SIZE);
	hash_table_insert(lister->guids, guid_key, guid_key);
}

/* Returns 0, or -1 when the user's own folders cannot be had. */
static int
lister_read_namespace(struct folder_lister *lister, struct mail_namespace *ns)
{
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;

	iter = mailbox_list_iter_init(ns->list, "*", MAILBOX_LIST_ITER_RETURN_SPECIALUSE |
				      MAILBOX_LIST_ITER_RETURN_SUBSCRIBED);
	while ((info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		lister_add_mailbox(lister, info);
	} T_END;
	if (mailbox_list_iter_deinit(&iter) == 0)
		return 0;
	e_error(lister->user->event, "Namespace \"%s\": Cannot list mailboxes: %s",
		ns->prefix, mailbox_list_get_last_internal_error(ns->list, NULL));
	if ((ns->flags & NAMESPACE_FLAG_INBOX_USER) != 0)
		return -1;
	/* quirk 32: others cannot break it */
	lister->list->namespace_unread = TRUE;
	return 0;
}

/*
 * What EAS wants besides
 */

static const char *no_mailbox_id(const char *name)
{
	static char id[EAS_FOLDER_ID_LENGTH + 1];

	name = t_strconcat(NO_MAILBOX_PREFIX, name, NULL);
	eas_id_make(name, strlen(name), id);
	return id;
}

/* Levels that are no mailboxes are folders which hold folders. */
static void lister_add_parents(struct folder_lister *lister)
{
	unsigned int count = array_count(&lister->listed);

	for (unsigned int i = 0; i < count; i++) T_BEGIN {
		const struct listed_folder *listed = array_idx(&lister->listed, i);
		const char *path = listed->path;

		while ((path = eas_folder_path_parent(path)) != NULL &&
		       hash_table_lookup(lister->paths, path) == NULL)
			lister_append(lister, path, no_mailbox_id(path));
	} T_END;
}

static struct listed_folder *
lister_find_type(struct folder_lister *lister, enum eas_folder_type type)
{
	struct listed_folder *listed;

	array_foreach_modifiable(&lister->listed, listed) {
		if (listed->folder.type == type)
			return listed;
	}
	return NULL;
}

static bool listed_is_private(const struct listed_folder *listed)
{
	return listed->folder.selectable &&
		listed->folder.ns->type == MAIL_NAMESPACE_TYPE_PRIVATE;
}

static void lister_set_types_by_special_use(struct folder_lister *lister)
{
	struct listed_folder *listed;
	enum eas_folder_type type;

	array_foreach_modifiable(&lister->listed, listed) {
		if (!listed_is_private(listed))
			continue;
		if (strcmp(listed->folder.vname, "INBOX") == 0) {
			type = EAS_FOLDER_TYPE_INBOX;
			listed->folder.display_name = INBOX_DISPLAY_NAME;
		} else {
			type = eas_folder_type_by_special_use(listed->special_use);
		}
		if (type != EAS_FOLDER_TYPE_NONE && lister_find_type(lister, type) == NULL)
			listed->folder.type = type;
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
lister_set_type_by_name(struct folder_lister *lister, enum eas_folder_type type)
{
	struct listed_folder *listed, *best = NULL;
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
static void lister_add_inbox(struct folder_lister *lister)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(lister->user->mail_user->namespaces);
	struct mailbox_info info = { .vname = "INBOX", .ns = ns };
	struct mailbox *box;

	if (hash_table_lookup(lister->paths, info.vname) != NULL ||
	    eas_folder_list_is_unread(lister->list, INBOX_DISPLAY_NAME))
		return;
	box = mailbox_alloc(ns->list, info.vname, 0);
	if (mailbox_open(box) == 0)
		lister_add_mailbox(lister, &info);
	else {
		const char *name = p_strdup(lister->list->pool, INBOX_DISPLAY_NAME);

		e_error(lister->user->event, "Mailbox INBOX: Cannot open: %s",
			mailbox_get_last_internal_error(box, NULL));
		array_push_back(&lister->list->unread_names, &name);
	}
	mailbox_free(&box);
}

/* The configured Drafts folder of the INBOX's namespace, or "Drafts". */
static const char *drafts_vname(struct mail_namespace *ns)
{
	struct mailbox_settings *box_set;

	if (array_is_created(&ns->set->mailboxes)) {
		array_foreach_elem(&ns->set->mailboxes, box_set) {
			if (eas_folder_type_by_special_use(box_set->special_use) ==
			    EAS_FOLDER_TYPE_DRAFTS &&
			    strpbrk(box_set->name, "*?") == NULL)
				return t_strconcat(ns->prefix, box_set->name, NULL);
		}
	}
	return t_strconcat(ns->prefix, DRAFTS_NAME, NULL);
}

/* A phone wants a place for drafts. Returns FALSE if there cannot be one. */
static bool lister_create_drafts(struct folder_lister *lister)
{
	struct mail_namespace *ns =
		mail_namespace_find_inbox(lister->user->mail_user->namespaces);
	struct mailbox_info info = { .vname = drafts_vname(ns), .ns = ns };
	struct listed_folder *listed;
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
		lister_add_mailbox(lister, &info);
	if (array_count(&lister->listed) == count)
		return FALSE;
	listed = array_idx_modifiable(&lister->listed, count);
	listed->folder.type = EAS_FOLDER_TYPE_DRAFTS;
	return TRUE;
}

static void
lister_add_without_mailbox(struct folder_lister *lister, enum eas_folder_type type,
			   const char *name)
{
	struct listed_folder *listed =
		lister_append(lister, name, no_mailbox_id(name));

	listed->folder.type = type;
}

static void lister_set_parents(struct folder_lister *lister)
{
	struct listed_folder *listed;
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

static int listed_folder_cmp(const struct listed_folder *l1, const struct listed_folder *l2)
{
	bool inbox1 = strcmp(l1->path, "INBOX") == 0;
	bool inbox2 = strcmp(l2->path, "INBOX") == 0;
	int ret;

	if (inbox1 != inbox2)
		return inbox1 ? -1 : 1;
	ret = strcmp(l1->path, l2->path);
	return ret != 0 ? ret : strcmp(l1->folder.id, l2->folder.id);
}

static void lister_complete(struct folder_lister *lister)
{
	const struct listed_folder *listed;

	lister_add_inbox(lister);
	lister_add_parents(lister);
	array_sort(&lister->listed, listed_folder_cmp);
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
	array_foreach(&lister->listed, listed)
		array_push_back(&lister->list->folders, &listed->folder);
}

/*
 * The list
 */

static int lister_read(struct folder_lister *lister)
{
	struct mail_namespace *ns = lister->user->mail_user->namespaces;

	for (; ns != NULL; ns = ns->next) {
		if (eas_folder_namespace_is_shown(lister->user, ns) &&
		    lister_read_namespace(lister, ns) < 0)
			return -1;
	}
	if (array_count(&lister->listed) >= EAS_FOLDER_MAX_COUNT) {
		e_warning(lister->user->event, "Only the first %u folders are shown",
			  EAS_FOLDER_MAX_COUNT);
	}
	lister_complete(lister);
	return 0;
}

static struct eas_folder_list *eas_folder_list_create(struct eas_user *user)
{
	struct eas_folder_list *list;
	pool_t pool;

	pool = pool_alloconly_create("eas folder list", 4096);
	list = p_new(pool, struct eas_folder_list, 1);
	list->pool = pool;
	p_array_init(&list->folders, pool, 32);
	p_array_init(&list->unread_names, pool, 4);
	/* before reading: what changes meanwhile is seen next time */
	list->stamp = eas_folder_stamp_create(user, pool);
	return list;
}

int eas_folder_list_read(struct eas_user *user, struct eas_folder_list **list_r)
{
	struct folder_lister lister;
	int ret;

	i_zero(&lister);
	lister.user = user;
	lister.list = eas_folder_list_create(user);
	lister.pool = pool_alloconly_create("eas folder lister", 4096);
	p_array_init(&lister.listed, lister.pool, 32);
	hash_table_create(&lister.guids, lister.pool, 0, guid_128_hash, guid_128_cmp);
	hash_table_create(&lister.paths, lister.pool, 0, str_hash, strcmp);
	ret = lister_read(&lister);
	hash_table_destroy(&lister.paths);
	hash_table_destroy(&lister.guids);
	pool_unref(&lister.pool);
	if (ret < 0)
		eas_folder_list_free(&lister.list);
	else
		*list_r = lister.list;
	return ret;
}

void eas_folder_list_free(struct eas_folder_list **list)
{
	pool_t pool = (*list)->pool;

	*list = NULL;
	pool_unref(&pool);
}

bool eas_folder_list_is_current(struct eas_user *user, const struct eas_folder_list *list)
{
	pool_t pool;
	bool equal;

	if (array_count(&list->unread_names) > 0 || list->namespace_unread)
		return FALSE;
	pool = pool_alloconly_create("eas folder stamp", 512);
	equal = eas_folder_stamp_is_equal(list->stamp,
					  eas_folder_stamp_create(user, pool));
	pool_unref(&pool);
	return equal;
}
