/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ping: has one of these folders something new? If so, say it; else hand the front what
   it needs to keep the phone waiting and to answer it alone. Looks only: no sync state
   changes. MS-ASCMD "Ping" (2.2.1.13) */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-status.h"
#include "eas-device.h"
#include "wbxml-writer.h"
#include "directpush-ipc-worker.h"
#include "directpush-worker-settings.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-hierarchy.h"
#include "eas-ping-reply.h"
#include "eas-user.h"
#include "eas-quirk.h"
#include "eas-cmd.h"

struct ping_folder {
	const struct eas_folder *folder;
	enum eas_collection_look look;
};

struct ping_context {
	struct eas_cmd_context *cmd;
	/* FALSE: neither this request nor one before has said an interval */
	bool have_heartbeat;
	unsigned int heartbeat_secs;
	/* as sent */
	ARRAY_TYPE(const_string) folder_ids;
	ARRAY(struct ping_folder) folders;
};

static void
ping_answer(struct ping_context *ctx, enum eas_status status, unsigned int limit)
{
	struct eas_reply *reply = ctx->cmd->reply;

	e_debug(ctx->cmd->event, "Answer is Status %u (%s)", status,
		eas_status_get_name(EAS_COMMAND_PING, status));
	eas_ping_reply_write(eas_reply_wbxml(reply), status, limit);
	eas_reply_set_eas_status(reply, status);
}

/*
 * Request
 */

/* What the request does not say is as in the last one. An empty Folders says nothing.
   Returns FALSE if it was answered. */
static bool ping_read_request(struct ping_context *ctx)
{
	const struct eas_device *device = ctx->cmd->device;
	const struct wbxml_node *root =
		ctx->cmd->tree == NULL ? NULL : ctx->cmd->tree->root;
	const struct wbxml_node *folders, *folder;
	const char *value, *id;

	p_array_init(&ctx->folder_ids, ctx->cmd->pool, 16);
	value = wbxml_node_child_value(root, EAS_TAG_PING_HEARTBEAT_INTERVAL);
	ctx->have_heartbeat = value != NULL &&
		eas_uint_parse(value, &ctx->heartbeat_secs) == 0;
	if (!ctx->have_heartbeat) {
		ctx->heartbeat_secs = device->ping_heartbeat_secs;
		ctx->have_heartbeat = ctx->heartbeat_secs != 0;
	}

	folders = wbxml_node_child(root, EAS_TAG_PING_FOLDERS);
	folder = wbxml_node_child(folders, EAS_TAG_PING_FOLDER);
	for (; folder != NULL; folder = wbxml_node_next_same(folder)) {
		id = wbxml_node_child_value(folder, EAS_TAG_PING_ID);
		if (array_lsearch(&ctx->folder_ids, &id, i_strcmp_p) != NULL) {
			/* MS-ASCMD "Id" (2.2.3.90) */
			ping_answer(ctx, EAS_PING_STATUS_PROTOCOL_ERROR, 0);
			return FALSE;
		}
		array_push_back(&ctx->folder_ids, &id);
	}
	if (array_count(&ctx->folder_ids) == 0) {
		array_foreach_elem(&device->ping_folder_ids, id)
			array_push_back(&ctx->folder_ids, &id);
	}
	return TRUE;
}

/* Returns FALSE if it was answered. */
static bool ping_check_limits(struct ping_context *ctx)
{
	const struct directpush_worker_settings *set = ctx->cmd->user->set;
	const struct directpush_ipc_run *run = ctx->cmd->run;
	unsigned int min = set->directpush_heartbeat_min;
	unsigned int max = set->directpush_heartbeat_max;

	if (run->heartbeat_max_secs != 0)
		max = I_MAX(min, I_MIN(max, run->heartbeat_max_secs));
	if (!ctx->have_heartbeat || array_count(&ctx->folder_ids) == 0) {
		ping_answer(ctx, EAS_PING_STATUS_MISSING_PARAMETERS, 0);
		return FALSE;
	}
	/* once parked it stays as it is */
	if (!run->recheck && (ctx->heartbeat_secs < min || ctx->heartbeat_secs > max)) {
		ping_answer(ctx, EAS_PING_STATUS_INVALID_INTERVAL,
			    ctx->heartbeat_secs < min ? min : max);
		return FALSE;
	}
	if (array_count(&ctx->folder_ids) > set->directpush_ping_max_folders) {
		ping_answer(ctx, EAS_PING_STATUS_TOO_MANY_FOLDERS,
			    set->directpush_ping_max_folders);
		return FALSE;
	}
	return TRUE;
}

static bool
ids_are_equal(const ARRAY_TYPE(const_string) *ids1, const ARRAY_TYPE(const_string) *ids2)
{
	unsigned int count = array_count(ids1);

	if (array_count(ids2) != count)
		return FALSE;
	for (unsigned int i = 0; i < count; i++) {
		if (strcmp(array_idx_elem(ids1, i), array_idx_elem(ids2, i)) != 0)
			return FALSE;
	}
	return TRUE;
}

/* Keep the parameters for a request without them. */
static void ping_remember(struct ping_context *ctx)
{
	struct eas_device *device = ctx->cmd->device;
	const char *id;

	if (device->ping_heartbeat_secs == ctx->heartbeat_secs &&
	    ids_are_equal(&device->ping_folder_ids, &ctx->folder_ids))
		return;
	device->ping_heartbeat_secs = ctx->heartbeat_secs;
	array_clear(&device->ping_folder_ids);
	array_foreach_elem(&ctx->folder_ids, id) {
		id = p_strdup(device->pool, id);
		array_push_back(&device->ping_folder_ids, &id);
	}
	device->dirty = TRUE;
}

/*
 * Folders
 */

/* Does the device know the folders as they are? Returns FALSE if it was answered. */
static bool ping_check_hierarchy(struct ping_context *ctx)
{
	struct eas_device *device = ctx->cmd->device;
	const struct eas_folder_list *list;
	struct eas_hierarchy_changes changes;
	struct ping_folder *ping_folder;
	const struct eas_folder *folder;
	const char *id;

	if (eas_folder_list_get(ctx->cmd->user, FALSE, &list) < 0) {
		ping_answer(ctx, EAS_PING_STATUS_SERVER_ERROR, 0);
		return FALSE;
	}
	eas_hierarchy_changes_find(list, eas_device_hierarchy_latest(device),
				   ctx->cmd->request->version,
				   eas_quirk_has(ctx->cmd->request,
						 EAS_QUIRK_ONE_ADDRESS_BOOK),
				   ctx->cmd->pool, &changes);
	if (device->hierarchy.key == 0 || eas_hierarchy_changes_count(&changes) > 0) {
		ping_answer(ctx, EAS_PING_STATUS_FOLDER_SYNC_REQUIRED, 0);
		return FALSE;
	}
	p_array_init(&ctx->folders, ctx->cmd->pool, array_count(&ctx->folder_ids));
	array_foreach_elem(&ctx->folder_ids, id) {
		folder = eas_folder_list_find(list, id);
		if (folder != NULL) {
			ping_folder = array_append_space(&ctx->folders);
			ping_folder->folder = folder;
		} else if (eas_device_folder_find(&changes.after, id) == NULL) {
			ping_answer(ctx, EAS_PING_STATUS_FOLDER_SYNC_REQUIRED, 0);
			return FALSE;
		}
		/* else it cannot be read now: nothing to tell */
	}
	return TRUE;
}

/* Returns TRUE if there is something to tell, and tells it. */
static bool ping_look(struct ping_context *ctx)
{
	struct eas_cmd_context *cmd = ctx->cmd;
	ARRAY_TYPE(const_string) changed;
	struct ping_folder *ping_folder;

	p_array_init(&changed, cmd->pool, 8);
	array_foreach_modifiable(&ctx->folders, ping_folder) {
		ping_folder->look =
			eas_collection_has_changes(cmd->user, cmd->device,
						   ping_folder->folder,
						   cmd->user->set->parsed_ping_wake,
						   cmd->run->sync_lost);
		if (ping_folder->look == EAS_COLLECTION_CHANGED)
			array_push_back(&changed, &ping_folder->folder->id);
	}
	if (array_count(&changed) == 0)
		return FALSE;
	eas_ping_reply_write_changed(eas_reply_wbxml(cmd->reply), &changed);
	eas_reply_set_eas_status(cmd->reply, EAS_PING_STATUS_CHANGED);
	return TRUE;
}

/*
 * Park
 */

static void
ping_park_folder(struct ping_context *ctx, const struct eas_folder *folder,
		 struct directpush_ipc_park_folder *park_folder)
{
	enum directpush_change kinds = ctx->cmd->user->set->parsed_ping_wake;
	buffer_t *piece = buffer_create_dynamic(ctx->cmd->pool, 32);

	guid_128_copy(park_folder->mailbox_guid, folder->guid);
	/* New mail is news to anybody. Whether other changes are, depends
	   on what the device was told. */
	park_folder->wake = kinds & DIRECTPUSH_CHANGE_NEW;
	park_folder->look = kinds & ~DIRECTPUSH_CHANGE_NEW;
	park_folder->shared = eas_folder_is_shared(folder);
	eas_ping_reply_piece(piece, folder->id);
	park_folder->piece = piece->data;
	park_folder->piece_size = piece->used;
}

static void ping_park(struct ping_context *ctx)
{
	ARRAY(struct directpush_ipc_park_folder) folders;
	const struct ping_folder *ping_folder;
	struct directpush_ipc_park park = {
		.heartbeat_secs = ctx->heartbeat_secs,
		/* a folder's type is an attribute of it */
		.user_look = DIRECTPUSH_CHANGE_HIERARCHY | DIRECTPUSH_CHANGE_ATTRIBUTES,
		.repeatable = TRUE,
	};
	pool_t pool = ctx->cmd->pool;
	buffer_t *expired = buffer_create_dynamic(pool, 32);
	buffer_t *head = buffer_create_dynamic(pool, 32);
	buffer_t *tail = buffer_create_dynamic(pool, 32);

	p_array_init(&folders, pool, array_count(&ctx->folders) + 1);
	array_foreach(&ctx->folders, ping_folder) {
		/* one that is no mailbox has no news */
		if (!ping_folder->folder->selectable)
			continue;
		/* a first Sync may come any time, and with it news */
		if (ping_folder->look != EAS_COLLECTION_NEVER_SYNCED) {
			ping_park_folder(ctx, ping_folder->folder,
					 array_append_space(&folders));
		}
		if (ping_folder->look != EAS_COLLECTION_UNCHANGED)
			park.repeatable = FALSE;
	}
	if (array_count(&ctx->folders) < array_count(&ctx->folder_ids))
		park.repeatable = FALSE;
	eas_ping_reply_expired(expired);
	eas_ping_reply_head_tail(head, tail);
	park.folders = array_get(&folders, &park.folders_count);
	park.expired = expired->data;
	park.expired_size = expired->used;
	park.changed_head = head->data;
	park.changed_head_size = head->used;
	park.changed_tail = tail->data;
	park.changed_tail_size = tail->used;
	eas_reply_park(ctx->cmd->reply, &park);
}

void eas_cmd_ping(struct eas_cmd_context *cmd)
{
	struct ping_context ctx = { .cmd = cmd };

	if (!ping_read_request(&ctx) || !ping_check_limits(&ctx) || !ping_check_hierarchy(&ctx))
		return;
	ping_remember(&ctx);
	if (!ping_look(&ctx))
		ping_park(&ctx);
}
