/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calendar, contacts, tasks and notes in a Sync. A command changes the object as it is now, whoever
   wrote it; what the device did not touch stays. docs/decisions/172 */

#include "lib.h"
#include "array.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-value.h"
#include "eas-tag.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-meeting.h"
#include "eas-pim-folder.h"
#include "eas-pim-item.h"
#include "eas-pim-calendar.h"
#include "eas-pim-merge.h"
#include "cmd-sync-apply.h"

/* an object the device wrote */
struct sync_pim_written {
	unsigned char hash[EAS_PIM_HASH_SIZE];
	uint32_t version;
	/* it has something that the device has not seen */
	bool tell;
};

struct sync_pim {
	/* since the index was updated last */
	ARRAY(struct sync_pim_written) written;
	/* numbers of objects that were removed since then */
	ARRAY_TYPE(uint32_t) removed;
	const ARRAY_TYPE(wbxml_tag) *supported;
	/* something was stored or removed */
	bool changed;
};

static void pim_begin(struct sync_apply *apply)
{
	apply->pim = p_new(apply->ctx->pool, struct sync_pim, 1);
	p_array_init(&apply->pim->written, apply->ctx->pool, 8);
	p_array_init(&apply->pim->removed, apply->ctx->pool, 8);
	apply->pim->supported = eas_sync_supported_kept(apply->collection->state,
							apply->ctx->pool);
}

/* The backend took the deletion, and then could not do it: the device gets the object again. */
static void pim_settle_removed(struct sync_apply *apply, uint32_t number)
{
	const struct eas_pim_row *row =
		eas_pim_index_find(apply->collection->pim->index, number);

	if (row == NULL || !eas_pim_row_is_shown(row))
		return;
	sync_apply_respond(apply, EAS_TAG_AIRSYNC_DELETE, EAS_SYNC_STATUS_SERVER_ERROR,
			   eas_pim_folder_item_id(apply->collection->pim, number));
	(void)seq_range_array_add(&apply->coll->next->left_new, number);
}

/* The device is told the object, in this answer if there is room. Until then it has what it had. */
static void pim_tell(struct sync_apply *apply, const struct eas_pim_row *row)
{
	struct eas_sync_generation *next = apply->coll->next;
	uint32_t shown;

	/* no revision is 0 */
	if (!eas_sync_generation_has(next, row->number, &shown) || shown == row->revision)
		eas_sync_generation_set(apply->ctx->pool, next, row->number, 0);
	(void)seq_range_array_add(&next->left_changed, row->number);
}

/* The device has the revision it wrote, or, where somebody else wrote too, is told what there is. */
static void pim_settle(struct sync_apply *apply)
{
	struct sync_pim *pim = apply->pim;
	const struct sync_pim_written *written;
	const struct eas_pim_row *row;
	uint32_t number;

	array_foreach(&pim->written, written) {
		row = eas_pim_index_find_hash(apply->collection->pim->index, written->hash);
		if (row == NULL || !eas_pim_row_is_shown(row))
			continue;
		if (written->tell || row->version != written->version) {
			pim_tell(apply, row);
		} else {
			eas_sync_generation_set(apply->ctx->pool, apply->coll->next,
						row->number, row->revision);
		}
	}
	array_foreach_elem(&pim->removed, number)
		pim_settle_removed(apply, number);
	array_clear(&pim->written);
	array_clear(&pim->removed);
	pim->changed = FALSE;
}

/* The folder cannot be read or written now. What was done is done; the device repeats all
   of it, which does no harm. For 5 and 16 see cmd-sync-collection.c. */
static void pim_fail(struct sync_apply *apply)
{
	apply->coll->status = apply->ctx->cmd->request->version >= EAS_VERSION_14_0 ?
		EAS_SYNC_STATUS_RETRY : EAS_SYNC_STATUS_SERVER_ERROR;
	apply->coll->answer = TRUE;
}

/* Let the index see what was done. Returns 0, -1 = the collection has failed. */
static int pim_flush(struct sync_apply *apply)
{
	if (!apply->pim->changed)
		return 0;
	if (eas_collection_sync(apply->collection) < 0) {
		pim_fail(apply);
		return -1;
	}
	pim_settle(apply);
	return 0;
}

/* Several commands for one object in one Sync: all are done (quirk 89). */
static int pim_flush_for(struct sync_apply *apply, const unsigned char *hash)
{
	const struct sync_pim_written *written;

	array_foreach(&apply->pim->written, written) {
		if (memcmp(written->hash, hash, EAS_PIM_HASH_SIZE) == 0)
			return pim_flush(apply);
	}
	return 0;
}

static bool pim_has_failed(const struct sync_apply *apply)
{
	return apply->coll->status != EAS_SYNC_STATUS_OK;
}

static enum eas_status pim_result_status(enum eas_pim_result result)
{
	switch (result) {
	case EAS_PIM_OK:
		return EAS_SYNC_STATUS_OK;
	case EAS_PIM_NOT_FOUND:
		return EAS_SYNC_STATUS_OBJECT_NOT_FOUND;
	case EAS_PIM_OTHER:
	case EAS_PIM_UNREADABLE:
		return EAS_SYNC_STATUS_CONVERSION_ERROR;
	case EAS_PIM_REFUSED:
		return EAS_SYNC_STATUS_CANNOT_COMPLETE;
	case EAS_PIM_TEMPFAIL:
		break;
	}
	return EAS_SYNC_STATUS_SERVER_ERROR;
}

static enum eas_pim_result
pim_put(struct sync_apply *apply, const struct eas_pim_row *row,
	const unsigned char *hash, const struct pim_object *object, bool tell)
{
	struct sync_pim_written written = { .tell = tell };
	enum eas_pim_result result;

	memcpy(written.hash, hash, sizeof(written.hash));
	result = eas_pim_folder_put(apply->collection->pim, row, object, &written.version);
	if (result == EAS_PIM_OK) {
		array_push_back(&apply->pim->written, &written);
		apply->pim->changed = TRUE;
	}
	return result;
}

/* A row as the command finds it: whatever the device wrote before is in it. */
static const struct eas_pim_row *
pim_find(struct sync_apply *apply, const unsigned char *hash)
{
	const struct eas_pim_row *row;

	if (pim_flush_for(apply, hash) < 0)
		return NULL;
	row = eas_pim_index_find_hash(apply->collection->pim->index, hash);
	return row == NULL || !eas_pim_row_is_shown(row) ? NULL : row;
}

static const struct eas_pim_row *
pim_find_id(struct sync_apply *apply, const struct wbxml_node *node, const char **id_r)
{
	unsigned char hash[EAS_PIM_HASH_SIZE];

	*id_r = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	return pim_has_failed(apply) ||
		!eas_pim_folder_parse_id(apply->collection->pim, *id_r, hash) ? NULL :
		pim_find(apply, hash);
}

/*
 * Change
 */

/* What a command does to an object. */
static enum eas_status
pim_patch(struct sync_apply *apply, const struct wbxml_node *node,
	  struct pim_object *object, const char *id, struct eas_pim_merge *merge)
{
	const struct wbxml_node *data =
		wbxml_node_child(node, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	const char *error = "", *instance =
		wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_INSTANCE_ID);
	enum eas_pim_merge_result result;
	struct eas_pim_context ctx;
	time_t instance_utc;

	eas_pim_item_init(&ctx, apply->ctx->cmd, apply->collection->pim,
			  &apply->coll->options.body, apply->pim->supported, id, object);
	if (instance == NULL) {
		result = eas_item_pim_merge(&ctx, data, merge, &error);
	} else if (eas_date_parse(instance, &instance_utc) < 0) {
		error = "InstanceId is no date";
		result = EAS_PIM_MERGE_NOT_LEGAL;
	} else {
		result = eas_item_pim_merge_instance(&ctx, instance_utc, data, merge,
						     &error);
	}
	switch (result) {
	case EAS_PIM_MERGE_OK:
		return EAS_SYNC_STATUS_OK;
	case EAS_PIM_MERGE_CONFLICT:
		return EAS_SYNC_STATUS_CONFLICT;
	case EAS_PIM_MERGE_NO_INSTANCE:
		e_debug(apply->collection->event, "%s has no occurrence %s", id, instance);
		return EAS_SYNC_STATUS_OBJECT_NOT_FOUND;
	case EAS_PIM_MERGE_NOT_LEGAL:
		break;
	}
	e_debug(apply->collection->event, "Change of %s: %s", id, error);
	return EAS_SYNC_STATUS_CONVERSION_ERROR;
}

/* What the device saw, if others have changed the object since. Returns FALSE if that is not known. */
static bool pim_find_base(struct sync_apply *apply, const struct eas_pim_row *row,
			  pool_t pool, struct eas_pim_merge *merge)
{
	ARRAY_TYPE(eas_element_digest) *base;
	uint32_t shown;

	if (!eas_sync_generation_has(apply->coll->next, row->number, &shown) ||
	    shown == row->revision)
		return TRUE;
	base = p_new(pool, ARRAY_TYPE(eas_element_digest), 1);
	if (!eas_pim_folder_find_base(apply->collection->pim, row, shown, pool, base))
		return FALSE;
	merge->base = base;
	return TRUE;
}

/* The server's stays, and the device gets it. MS-ASCMD "Conflict" (2.2.3.34) */
static void pim_give_back(struct sync_apply *apply, const struct eas_pim_row *row)
{
	if (eas_sync_generation_has(apply->coll->next, row->number, NULL))
		pim_tell(apply, row);
}

static bool pim_is_calendar(const struct sync_apply *apply)
{
	return apply->collection->folder->class == EAS_CLASS_CALENDAR;
}

/* Write what the device wants (after NULL: remove it), and tell the others in a meeting of it. row NULL: there is none yet; before NULL: it
   cannot be read, or there is none. */
static enum eas_pim_result
pim_write(struct sync_apply *apply, const struct eas_pim_row *row,
	  const unsigned char *hash, const struct pim_object *before,
	  struct pim_object *after, bool tell)
{
	struct eas_pim_folder *pim = apply->collection->pim;
	const char *id = eas_pim_folder_hash_id(pim, hash);
	struct eas_meeting_change change;
	enum eas_pim_result result;

	if (eas_meeting_change_begin(apply->ctx->cmd, id, row == NULL ? 0 : row->version,
				     &change) < 0)
		return EAS_PIM_TEMPFAIL;
	if (pim_is_calendar(apply)) {
		if (before != NULL && after != NULL)
			eas_meeting_ask_again(&change, before, after);
		eas_meeting_post_news(&change, before, after);
	}
	if (eas_meeting_change_posted(&change) < 0)
		return EAS_PIM_TEMPFAIL;
	result = after != NULL ? pim_put(apply, row, hash, after, tell) :
		eas_pim_folder_remove(pim, row);
	if (result != EAS_PIM_OK)
		eas_meeting_change_failed(&change, result != EAS_PIM_TEMPFAIL);
	else if (eas_meeting_change_done(&change) < 0)
		result = EAS_PIM_TEMPFAIL;
	return result;
}

/* The device repeats a change that was written, but not told. */
static bool pim_is_due(struct sync_apply *apply, const char *id)
{
	return pim_is_calendar(apply) && eas_meeting_is_due(apply->ctx->cmd, id);
}

/* Attachments that are added get a FileReference: the device is told the item whole. */
static bool pim_has_news(struct sync_apply *apply, const struct wbxml_node *node)
{
	return pim_is_calendar(apply) &&
		eas_pim_calendar_added_ids(pool_datastack_create(),
			wbxml_node_child(node, EAS_TAG_AIRSYNC_APPLICATION_DATA)) != NULL;
}

static enum eas_status
pim_change_object(struct sync_apply *apply, const struct wbxml_node *node,
		  const struct eas_pim_row *row, const char *id, pool_t pool)
{
	struct eas_pim_merge merge = {
		.client_wins = apply->coll->options.client_wins
	};
	bool base_is_known = pim_find_base(apply, row, pool, &merge);
	struct eas_sync_generation *next = apply->coll->next;
	struct pim_object *object, before;
	enum eas_pim_result result;
	enum eas_status status;
	uoff_t size;

	if (pim_is_due(apply, id))
		return EAS_SYNC_STATUS_SERVER_ERROR;
	result = eas_pim_folder_read(apply->collection->pim, row, pool, &object, &size);
	if (result != EAS_PIM_OK)
		return pim_result_status(result);
	before = *object;
	before.root = pim_component_copy(pool, object->root);
	status = pim_patch(apply, node, object, id, &merge);
	if (status != EAS_SYNC_STATUS_OK)
		return status;
	if (!merge.changed) {
		/* as the device wants it already: maybe it repeats itself */
		if (merge.news || !base_is_known)
			pim_give_back(apply, row);
		else if (eas_sync_generation_has(next, row->number, NULL)) {
			eas_sync_generation_set(apply->ctx->pool, next, row->number,
						row->revision);
		}
		return EAS_SYNC_STATUS_OK;
	}
	if (!base_is_known && !merge.client_wins)
		return EAS_SYNC_STATUS_CONFLICT;
	result = pim_write(apply, row, row->facts.hash, &before, object,
			   !base_is_known || merge.news || pim_has_news(apply, node));
	return pim_result_status(result);
}

static void pim_change_row(struct sync_apply *apply, const struct wbxml_node *node,
			   const struct eas_pim_row *row, const char *id)
{
	pool_t pool = pool_alloconly_create("eas Sync object", 16*1024);
	enum eas_status status = pim_change_object(apply, node, row, id, pool);

	if (status == EAS_SYNC_STATUS_SERVER_ERROR)
		pim_fail(apply);
	else if (status != EAS_SYNC_STATUS_OK) {
		sync_apply_respond(apply, node->tag, status, id);
		/* What is not legal, or may not be written, stays as in a conflict. */
		pim_give_back(apply, row);
	}
	pool_unref(&pool);
}

static void pim_change(struct sync_apply *apply, const struct wbxml_node *node)
{
	const char *id;
	const struct eas_pim_row *row = pim_find_id(apply, node, &id);

	if (row != NULL)
		pim_change_row(apply, node, row, id);
	else if (!pim_has_failed(apply)) {
		sync_apply_respond(apply, node->tag, EAS_SYNC_STATUS_OBJECT_NOT_FOUND, id);
	}
}

/*
 * Add
 */

static enum eas_status
pim_add_object(struct sync_apply *apply, const struct wbxml_node *node, const char *uid,
	       const unsigned char *hash, const char *id)
{
	struct eas_pim_folder *pim = apply->collection->pim;
	pool_t pool = pool_alloconly_create("eas Sync object", 16*1024);
	struct eas_pim_context ctx;
	struct pim_object *object;
	enum eas_status status;
	const char *error = "";

	object = pim_object_new(pool, pim->backend->kind,
				eas_pim_folder_new_format(pim), uid);
	eas_pim_item_init(&ctx, apply->ctx->cmd, pim, &apply->coll->options.body,
			  apply->pim->supported, id, object);
	if (eas_item_pim_fill(&ctx, wbxml_node_child(node,
				EAS_TAG_AIRSYNC_APPLICATION_DATA), &error) < 0) {
		e_debug(apply->collection->event, "Add: %s", error);
		status = EAS_SYNC_STATUS_CONVERSION_ERROR;
	} else {
		status = pim_result_status(pim_write(apply, NULL, hash, NULL, object,
						     FALSE));
	}
	pool_unref(&pool);
	return status;
}

/* One with a known UID is that object: the answer to the Add was lost, or the device took the
   entry from an invitation (quirk 85). */
static enum eas_status
pim_add_known(struct sync_apply *apply, const struct wbxml_node *node,
	      const struct eas_pim_row *row, const char *id)
{
	pool_t pool = pool_alloconly_create("eas Sync object", 16*1024);
	enum eas_status status;

	status = pim_change_object(apply, node, row, id, pool);
	/* the device has it now, whatever it is */
	if (status == EAS_SYNC_STATUS_OK &&
	    !eas_sync_generation_has(apply->coll->next, row->number, NULL)) {
		eas_sync_generation_set(apply->ctx->pool, apply->coll->next, row->number,
					row->revision);
	}
	pool_unref(&pool);
	return status;
}

static void pim_add(struct sync_apply *apply, const struct wbxml_node *node,
		    const char *client_id)
{
	const struct wbxml_node *data =
		wbxml_node_child(node, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	unsigned char hash[EAS_PIM_HASH_SIZE];
	const struct eas_pim_row *row;
	struct sync_response *response;
	enum eas_status status;
	const char *uid, *id;

	if (pim_has_failed(apply))
		return;
	uid = eas_pim_item_new_uid(apply->ctx->cmd, data, t_strdup_printf("%s\t%s\t%s",
		apply->coll->id, eas_sync_key_format(&apply->coll->key), client_id));
	eas_pim_hash_make(uid, hash);
	id = eas_pim_folder_hash_id(apply->collection->pim, hash);
	row = pim_find(apply, hash);
	if (pim_has_failed(apply))
		return;
	status = row != NULL ? pim_add_known(apply, node, row, id) :
		pim_add_object(apply, node, uid, hash, id);
	if (status == EAS_SYNC_STATUS_SERVER_ERROR) {
		pim_fail(apply);
		return;
	}
	response = sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD, status,
				      status == EAS_SYNC_STATUS_OK ? id : NULL);
	response->client_id = client_id;
	response->attachment_ids = eas_pim_calendar_added_ids(apply->ctx->pool, data);
}

/*
 * Delete
 */

/* An object that cannot be read is about no meeting, as far as anybody knows. */
static enum eas_pim_result
pim_remove(struct sync_apply *apply, const struct eas_pim_row *row)
{
	pool_t pool = pool_alloconly_create("eas Sync object", 16*1024);
	struct pim_object *object = NULL;
	enum eas_pim_result result;
	uoff_t size;

	if (pim_is_calendar(apply) && eas_meeting_is_ours_to_tell(apply->ctx->cmd) &&
	    eas_pim_folder_read(apply->collection->pim, row, pool, &object,
				&size) != EAS_PIM_OK)
		object = NULL;
	result = pim_write(apply, row, row->facts.hash, object, NULL, FALSE);
	pool_unref(&pool);
	return result;
}

/* Not to the trash, whatever DeletesAsMoves says: that is for mail, and would show the object as
   one. Where the server changed the object, the deletion counts (MS-ASCMD 2.2.3.34). */
static void pim_delete_row(struct sync_apply *apply, const struct eas_pim_row *row,
			   const char *id)
{
	uint32_t number = row->number;
	enum eas_pim_result result = pim_remove(apply, row);

	if (result == EAS_PIM_TEMPFAIL) {
		pim_fail(apply);
		return;
	}
	eas_sync_generation_remove(apply->coll->next, number);
	if (result == EAS_PIM_OK || result == EAS_PIM_NOT_FOUND) {
		array_push_back(&apply->pim->removed, &number);
		apply->pim->changed = TRUE;
		return;
	}
	/* it is still there: the device gets it again */
	sync_apply_respond(apply, EAS_TAG_AIRSYNC_DELETE, pim_result_status(result), id);
	(void)seq_range_array_add(&apply->coll->next->left_new, number);
}

static void pim_delete(struct sync_apply *apply, const struct wbxml_node *node)
{
	const char *id;
	const struct eas_pim_row *row = pim_find_id(apply, node, &id);
	uint32_t number;

	if (pim_has_failed(apply))
		return;
	if (row == NULL && id != NULL && pim_is_due(apply, id)) {
		pim_fail(apply);
	} else if (row == NULL) {
		/* gone already: the answer may have been lost */
		number = eas_collection_item_uid(apply->collection, id);
		if (number != 0)
			eas_sync_generation_remove(apply->coll->next, number);
	} else if (wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_INSTANCE_ID) != NULL) {
		pim_change_row(apply, node, row, id);
	} else {
		pim_delete_row(apply, row, id);
	}
}

static void pim_commit(struct sync_apply *apply)
{
	if (!pim_has_failed(apply))
		(void)pim_flush(apply);
}

/*
 * Reading
 */

static int pim_reader_open(struct sync_reader *reader, uint32_t uid, uoff_t *size_r,
			   const char **error_r)
{
	struct eas_pim_folder *pim = reader->coll->collection->pim;
	const struct eas_pim_row *row = eas_pim_index_find(pim->index, uid);

	if (reader->pool == NULL)
		reader->pool = pool_alloconly_create("eas Sync object", 64*1024);
	else
		p_clear(reader->pool);
	if (row == NULL)
		return 0;
	switch (eas_pim_folder_read(pim, row, reader->pool, &reader->object, size_r)) {
	case EAS_PIM_OK:
		return 1;
	case EAS_PIM_NOT_FOUND:
		return 0;
	case EAS_PIM_OTHER:
	case EAS_PIM_UNREADABLE:
	case EAS_PIM_REFUSED:
	case EAS_PIM_TEMPFAIL:
		break;
	}
	*error_r = "the object cannot be read";
	return -1;
}

static int pim_reader_write(struct sync_reader *reader, wbxml_tag_t tag ATTR_UNUSED,
			    struct wbxml_writer *writer, const char *id,
			    const char **error_r ATTR_UNUSED)
{
	struct eas_pim_context ctx;

	eas_pim_item_init(&ctx, reader->ctx->cmd, reader->coll->collection->pim,
			  &reader->coll->options.body, NULL, id, reader->object);
	eas_item_pim_write(&ctx, writer);
	return 1;
}

/* What the server alone knows of an event the device added: since 16.0 it names it. */
static void
pim_reader_write_added(struct sync_reader *reader, struct wbxml_writer *writer,
		       const struct sync_response *response)
{
	struct eas_pim_folder *pim = reader->coll->collection->pim;
	unsigned char hash[EAS_PIM_HASH_SIZE];
	const struct eas_pim_row *row;
	struct eas_pim_context ctx;
	const char *error;
	uoff_t size;

	if (pim == NULL || pim->folder->class != EAS_CLASS_CALENDAR ||
	    reader->ctx->cmd->request->version < EAS_VERSION_16_0 ||
	    !eas_pim_folder_parse_id(pim, response->server_id, hash))
		return;
	row = eas_pim_index_find_hash(pim->index, hash);
	if (row == NULL || pim_reader_open(reader, row->number, &size, &error) <= 0)
		return;
	eas_pim_item_init(&ctx, reader->ctx->cmd, pim, &reader->coll->options.body, NULL,
			  response->server_id, reader->object);
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	eas_pim_calendar_write_added(&ctx, writer, response->attachment_ids);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
}

static bool pim_changes_whole(struct sync_context *ctx ATTR_UNUSED,
			      struct sync_collection *coll ATTR_UNUSED)
{
	return TRUE;
}

static void pim_reader_close(struct sync_reader *reader)
{
	pool_unref(&reader->pool);
}

const struct sync_class sync_class_pim = {
	.begin = pim_begin,
	.add = pim_add,
	.change = pim_change,
	.delete = pim_delete,
	.commit = pim_commit,

	.open = pim_reader_open,
	.write = pim_reader_write,
	.changes_whole = pim_changes_whole,
	.write_added = pim_reader_write_added,
	.close = pim_reader_close
};
