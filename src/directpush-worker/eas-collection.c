/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "mail-storage.h"
#include "eas-changes.h"
#include "eas-device.h"
#include "eas-folder.h"
#include "eas-item-id.h"
#include "eas-mail-source.h"
#include "eas-mailbox.h"
#include "eas-pim-folder.h"
#include "eas-pim-source.h"
#include "eas-user.h"
#include "eas-collection.h"

struct eas_collection *
eas_collection_init(pool_t pool, struct eas_user *user, struct eas_device *device,
		    const struct eas_folder *folder)
{
	struct eas_collection *collection;

	collection = p_new(pool, struct eas_collection, 1);
	collection->user = user;
	collection->device = device;
	collection->folder = folder;
	collection->event = event_create(device->event);
	event_add_str(collection->event, "folder",
		      folder->vname != NULL ? folder->vname : folder->display_name);
	event_set_append_log_prefix(collection->event, t_strdup_printf(
		"Folder %s: ", folder->vname != NULL ? folder->vname :
		folder->display_name));
	return collection;
}

void eas_collection_deinit(struct eas_collection **_collection)
{
	struct eas_collection *collection = *_collection;

	*_collection = NULL;
	if (collection == NULL)
		return;
	eas_collection_close(collection);
	event_unref(&collection->event);
}

enum eas_state_result
eas_collection_read_state(struct eas_collection *collection, pool_t pool)
{
	return eas_sync_state_read(collection->device->store, collection->folder->id,
				   pool, collection->event, &collection->state);
}

int eas_collection_write_state(struct eas_collection *collection)
{
	return eas_sync_state_write(collection->device->store, collection->folder->id,
				    collection->state);
}

/* The source of a folder that only EAS has. */
static unsigned int
empty_count(struct eas_changes_source *source ATTR_UNUSED, uint32_t uid1 ATTR_UNUSED,
	    uint32_t uid2 ATTR_UNUSED)
{
	return 0;
}

static void
empty_list(struct eas_changes_source *source ATTR_UNUSED, uint32_t uid1 ATTR_UNUSED,
	   uint32_t uid2 ATTR_UNUSED, ARRAY_TYPE(seq_range) *uids ATTR_UNUSED)
{
}

static struct eas_changes_source empty_source = {
	.header = { .uid_validity = 1, .uid_next = 1, .highest_modseq = 1 },
	.count = empty_count,
	.list = empty_list
};

int eas_collection_open(struct eas_collection *collection)
{
	int ret;

	i_assert(collection->source == NULL);
	if (collection->folder->vname == NULL || !collection->folder->selectable) {
		collection->source = &empty_source;
		return 1;
	}
	if (collection->folder->class != EAS_CLASS_EMAIL) {
		ret = eas_pim_folder_open(collection->user, collection->folder,
					  collection->event, &collection->pim);
		if (ret > 0)
			collection->source = eas_pim_source_init(collection->pim);
		return ret;
	}
	ret = eas_mailbox_open(collection->user, collection->folder, &collection->box);
	if (ret > 0)
		collection->source = eas_mail_source_init(collection->user, collection->box,
							  collection->folder->id);
	return ret;
}

static int collection_sync_pim(struct eas_collection *collection)
{
	eas_pim_source_deinit(&collection->source);
	if (eas_pim_folder_update(collection->pim) < 0) {
		eas_pim_folder_close(&collection->pim);
		return -1;
	}
	collection->source = eas_pim_source_init(collection->pim);
	return 0;
}

int eas_collection_sync(struct eas_collection *collection)
{
	if (collection->pim != NULL)
		return collection_sync_pim(collection);
	if (collection->box == NULL)
		return 0;
	eas_mail_source_deinit(&collection->source);
	if (mailbox_sync(collection->box, 0) < 0) {
		e_error(collection->event, "Mailbox cannot be synced now: %s",
			mailbox_get_last_internal_error(collection->box, NULL));
		mailbox_free(&collection->box);
		return -1;
	}
	collection->source = eas_mail_source_init(collection->user, collection->box,
							  collection->folder->id);
	return 0;
}

void eas_collection_close(struct eas_collection *collection)
{
	if (collection->source == NULL || collection->source == &empty_source)
		;
	else if (collection->pim != NULL)
		eas_pim_source_deinit(&collection->source);
	else
		eas_mail_source_deinit(&collection->source);
	collection->source = NULL;
	eas_pim_folder_close(&collection->pim);
	if (collection->box != NULL) {
		eas_mailbox_close(collection->user, collection->folder,
				  &collection->box);
	}
}

bool eas_collection_is_same_mailbox(const struct eas_collection *collection,
				    const struct eas_sync_generation *generation)
{
	const struct eas_changes_source *source = collection->source;

	return generation->uid_validity == 0 ||
		(generation->uid_validity == source->header.uid_validity &&
		 generation->highest_modseq >= source->oldest_modseq);
}

/* Is any of the new items one to be shown? */
static bool have_shown(struct eas_collection *collection, const struct eas_changes *changes)
{
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid, digest;

	seq_range_array_iter_init(&iter, &changes->new);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		if (collection->source->digest(collection->source, uid, &digest) > 0 &&
		    digest != EAS_DIGEST_HIDDEN)
			return TRUE;
	}
	return FALSE;
}

static bool
have_kinds(struct eas_collection *collection, const struct eas_changes *changes,
	   enum directpush_change kinds)
{
	const struct eas_changed_item *item;

	if ((kinds & DIRECTPUSH_CHANGE_EXPUNGE) != 0 &&
	    array_count(&changes->gone) > 0)
		return TRUE;
	array_foreach(&changes->changed, item) {
		/* marking as deleted is a deletion to the device */
		if ((kinds & (item->digest == EAS_DIGEST_HIDDEN ?
			      DIRECTPUSH_CHANGE_EXPUNGE :
			      DIRECTPUSH_CHANGE_FLAGS)) != 0)
			return TRUE;
	}
	return (kinds & DIRECTPUSH_CHANGE_NEW) != 0 && have_shown(collection, changes);
}

static enum eas_collection_look
collection_compare(struct eas_collection *collection, enum directpush_change kinds,
		   bool sync_lost, pool_t pool)
{
	const struct eas_sync_state *state = collection->state;
	const struct eas_sync_generation *told =
		sync_lost && state->confirmed != NULL ? state->confirmed :
		eas_sync_state_latest(state);
	struct eas_changes_filter filter;
	struct eas_changes changes;

	if (!eas_collection_is_same_mailbox(collection, told)) {
		/* all of it is new: the Sync will say so */
		return EAS_COLLECTION_CHANGED;
	}
	if (told->uid_validity == 0) {
		eas_changes_filter_init(&filter, collection->folder->class,
					told->filter_type, ioloop_time);
	} else {
		/* a day that passed wakes nobody */
		filter.filter_type = told->filter_type;
		filter.window_start = told->window_start;
	}
	if (eas_changes_find(collection->source, told, &filter, pool, &changes) < 0)
		return EAS_COLLECTION_TEMPFAIL;
	return !changes.unchanged && have_kinds(collection, &changes, kinds) ?
		EAS_COLLECTION_CHANGED : EAS_COLLECTION_UNCHANGED;
}

enum eas_collection_look
eas_collection_has_changes(struct eas_user *user, struct eas_device *device,
			   const struct eas_folder *folder,
			   enum directpush_change kinds, bool sync_lost)
{
	struct eas_collection *collection;
	enum eas_collection_look look;
	pool_t pool = pool_alloconly_create("eas collection look", 4096);

	collection = eas_collection_init(pool, user, device, folder);
	switch (eas_collection_read_state(collection, pool)) {
	case EAS_STATE_OK:
		if (eas_collection_open(collection) > 0)
			look = collection_compare(collection, kinds, sync_lost, pool);
		else
			look = EAS_COLLECTION_TEMPFAIL;
		break;
	case EAS_STATE_TEMPFAIL:
		look = EAS_COLLECTION_TEMPFAIL;
		break;
	case EAS_STATE_CORRUPT:
		/* the Sync will be told to start the folder again */
		look = EAS_COLLECTION_CHANGED;
		break;
	case EAS_STATE_NONE:
	default:
		look = EAS_COLLECTION_NEVER_SYNCED;
		break;
	}
	eas_collection_deinit(&collection);
	pool_unref(&pool);
	return look;
}

const char *eas_collection_item_id(const struct eas_collection *collection, uint32_t uid)
{
	if (collection->pim != NULL)
		return eas_pim_folder_item_id(collection->pim, uid);
	return eas_item_id_make(collection->folder->id,
				eas_sync_draft_get_id_uid(collection->state, uid));
}

uint32_t eas_collection_item_uid(const struct eas_collection *collection, const char *id)
{
	uint32_t uid;

	if (collection->pim != NULL) {
		const struct eas_pim_row *row = eas_pim_folder_find(collection->pim, id);

		return row == NULL ? 0 : row->number;
	}
	uid = id == NULL ? 0 : eas_item_id_get_uid(id, collection->folder->id);
	return uid == 0 ? 0 : eas_sync_draft_get_uid(collection->state, uid);
}

const char *eas_collection_find_item(struct eas_user *user, struct eas_device *device,
				     const char *id)
{
	const struct eas_folder *folder;
	struct eas_collection *collection;
	const char *folder_id;
	uint32_t uid;
	pool_t pool;

	/* only drafts change */
	if (eas_item_id_parse(id, &folder_id, &uid) < 0 ||
	    eas_folder_find(user, folder_id, &folder) <= 0 ||
	    folder->type != EAS_FOLDER_TYPE_DRAFTS)
		return id;
	pool = pool_alloconly_create("eas find item", 4096);
	collection = eas_collection_init(pool, user, device, folder);
	if (eas_collection_read_state(collection, pool) == EAS_STATE_OK)
		uid = eas_sync_draft_get_uid(collection->state, uid);
	eas_collection_deinit(&collection);
	pool_unref(&pool);
	return eas_item_id_make(folder_id, uid);
}
