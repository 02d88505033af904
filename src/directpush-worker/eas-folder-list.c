/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mailbox-list-iter.h"
#include "directpush-worker-settings.h"
#include "eas-folder-list.h"
#include "eas-folder-lister.h"
#include "eas-folder-kept.h"
#include "eas-folder-name.h"
#include "eas-user.h"

bool eas_folder_namespace_is_listed(const struct mail_namespace *ns)
{
	return (ns->flags & (NAMESPACE_FLAG_LIST_PREFIX |
			     NAMESPACE_FLAG_LIST_CHILDREN)) != 0 &&
		/* other users' are hidden below "shared/", which lists them */
		(ns->flags & (NAMESPACE_FLAG_HIDDEN | NAMESPACE_FLAG_AUTOCREATED)) !=
			NAMESPACE_FLAG_HIDDEN &&
		(ns->flags & NAMESPACE_FLAG_UNUSABLE) == 0 && ns->alias_for == NULL;
}

bool eas_folder_namespace_is_shown(struct eas_user *user, struct mail_namespace *ns)
{
	return eas_folder_namespace_is_listed(ns) &&
		(ns->type == MAIL_NAMESPACE_TYPE_PRIVATE ||
		 user->set->directpush_shared_namespaces);
}

/*
 * Mailboxes
 */

/* What is used as something else stays that, whoever annotates it. */
static bool info_is_mail(const struct mailbox_info *info)
{
	return strcmp(info->vname, "INBOX") == 0 ||
		(info->special_use != NULL && info->special_use[0] != '\0');
}

/* Returns 1, 0 = it is not to be shown, -1 = cannot be said now (logged). */
static int
lister_get_kind(struct eas_folder_lister *lister, const struct mailbox_info *info,
		struct mailbox *box, struct eas_folder_kind *kind_r)
{
	enum mail_error error;

	kind_r->class = EAS_CLASS_EMAIL;
	kind_r->is_default = FALSE;
	if (info_is_mail(info))
		return 1;
	if (eas_folder_kept_read(lister->user, box, lister->kept,
				 kind_r) == EAS_FOLDER_KIND_FAILED) {
		(void)mailbox_get_last_error(box, &error);
		/* of another user's, to be seen but not to be read */
		return error == MAIL_ERROR_PERM ? 0 : -1;
	}
	return kind_r->class == EAS_CLASS_NONE ? 0 : 1;
}

/* Returns 1, 0 = there is no mailbox to show, -1 = cannot be said now (logged). */
static int
lister_look_at(struct eas_folder_lister *lister, const struct mailbox_info *info,
	       guid_128_t guid_r, struct eas_folder_kind *kind_r)
{
	struct mailbox_metadata metadata;
	struct mailbox *box;
	enum mail_error error;
	int ret;

	box = mailbox_alloc(info->ns->list, info->vname, MAILBOX_FLAG_READONLY);
	if (mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) == 0) {
		memcpy(guid_r, metadata.guid, GUID_128_SIZE);
		ret = lister_get_kind(lister, info, box, kind_r);
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

struct eas_listed_folder *
eas_folder_lister_append(struct eas_folder_lister *lister, const char *path, const char *id)
{
	struct eas_listed_folder *listed = array_append_space(&lister->listed);

	listed->path = p_strdup(lister->pool, path);
	listed->folder.id = p_strdup(lister->list->pool, id);
	listed->folder.parent_id = EAS_FOLDER_TOP_ID;
	listed->folder.display_name = p_strdup(lister->list->pool,
		eas_folder_path_display_name(path));
	listed->folder.type = EAS_FOLDER_TYPE_USER_MAIL;
	listed->kind.class = EAS_CLASS_EMAIL;
	if (hash_table_lookup(lister->paths, listed->path) == NULL)
		hash_table_insert(lister->paths, listed->path, listed->folder.id);
	return listed;
}

void
eas_folder_lister_add_mailbox(struct eas_folder_lister *lister, const struct mailbox_info *info)
{
	struct eas_folder_list *list = lister->list;
	struct eas_listed_folder *listed;
	char id[EAS_FOLDER_ID_LENGTH + 1];
	struct eas_folder_kind kind;
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
	if ((ret = lister_look_at(lister, info, guid, &kind)) < 0) {
		name = strcmp(path, "INBOX") == 0 ? EAS_FOLDER_INBOX_NAME :
			p_strdup(list->pool, eas_folder_path_display_name(path));
		array_push_back(&list->unread_names, &name);
	}
	/* the same mailbox may be in several namespaces */
	if (ret <= 0 || hash_table_lookup(lister->guids, guid_key) != NULL)
		return;
	eas_folder_id_make(guid, kind.class, id);
	listed = eas_folder_lister_append(lister, path, id);
	listed->kind = kind;
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
lister_read_namespace(struct eas_folder_lister *lister, struct mail_namespace *ns)
{
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;

	iter = mailbox_list_iter_init(ns->list, "*", MAILBOX_LIST_ITER_RETURN_SPECIALUSE |
				      MAILBOX_LIST_ITER_RETURN_SUBSCRIBED);
	while ((info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		eas_folder_lister_add_mailbox(lister, info);
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
 * The list
 */

static int lister_read(struct eas_folder_lister *lister)
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
	eas_folder_lister_complete(lister);
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
	struct eas_folder_lister lister;
	int ret;

	i_zero(&lister);
	lister.user = user;
	lister.list = eas_folder_list_create(user);
	lister.pool = pool_alloconly_create("eas folder lister", 4096);
	p_array_init(&lister.listed, lister.pool, 32);
	hash_table_create(&lister.guids, lister.pool, 0, guid_128_hash, guid_128_cmp);
	hash_table_create(&lister.paths, lister.pool, 0, str_hash, strcmp);
	ret = eas_folder_kept_load(user, &lister.kept) < 0 ? -1 : lister_read(&lister);
	eas_folder_kept_free(&lister.kept);
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
