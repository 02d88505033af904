/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-collection.h"
#include "cmd-sync-apply.h"

/* MS-ASCMD "ClientId (Sync)" (2.2.3.28.2) */
#define SYNC_MAX_CLIENT_ID_LENGTH 64

struct sync_response *
sync_apply_respond(struct sync_apply *apply, wbxml_tag_t tag, enum eas_status status,
		   const char *server_id)
{
	struct sync_response *response;

	response = array_append_space(&apply->coll->responses);
	response->tag = tag;
	response->status = status;
	response->server_id = p_strdup(apply->ctx->pool, server_id);
	if (status != EAS_SYNC_STATUS_OK) {
		e_debug(apply->collection->event, "%s of %s has Status %u",
			eas_tag_get_name(tag), server_id == NULL ? "?" : server_id,
			status);
	}
	return response;
}

static void apply_add(struct sync_apply *apply, const struct wbxml_node *node)
{
	const char *client_id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_CLIENT_ID);

	if (client_id == NULL || *client_id == '\0' ||
	    strlen(client_id) > SYNC_MAX_CLIENT_ID_LENGTH) {
		sync_apply_respond(apply, EAS_TAG_AIRSYNC_ADD, EAS_SYNC_STATUS_PROTOCOL_ERROR,
				   NULL)->client_id = client_id;
		return;
	}
	apply->class->add(apply, node, client_id);
}

void sync_apply_added(struct sync_apply *apply, const char *client_id, const char *server_id)
{
	struct eas_sync_add *add = array_append_space(&apply->coll->next->adds);

	add->client_id = p_strdup(apply->ctx->pool, client_id);
	add->server_id = p_strdup(apply->ctx->pool, server_id);
}

static void apply_change(struct sync_apply *apply, const struct wbxml_node *node)
{
	apply->class->change(apply, node);
}

static void apply_delete(struct sync_apply *apply, const struct wbxml_node *node)
{
	apply->class->delete(apply, node);
}

static void apply_fetch(struct sync_apply *apply, const struct wbxml_node *node)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	uint32_t uid = eas_collection_item_uid(apply->collection, id);
	bool found = uid != 0 && apply->collection->source->count(
				apply->collection->source, uid, uid) > 0;

	sync_apply_respond(apply, EAS_TAG_AIRSYNC_FETCH, found ? EAS_SYNC_STATUS_OK :
		      EAS_SYNC_STATUS_OBJECT_NOT_FOUND, id)->uid = uid;
}

/*
 * All of them
 */

static const struct {
	wbxml_tag_t tag;
	void (*apply)(struct sync_apply *apply, const struct wbxml_node *node);
} sync_apply_commands[] = {
	{ EAS_TAG_AIRSYNC_ADD, apply_add },
	{ EAS_TAG_AIRSYNC_CHANGE, apply_change },
	{ EAS_TAG_AIRSYNC_DELETE, apply_delete },
	{ EAS_TAG_AIRSYNC_FETCH, apply_fetch }
};

static void apply_command(struct sync_apply *apply, const struct wbxml_node *node)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(sync_apply_commands); i++) {
		if (sync_apply_commands[i].tag == node->tag) T_BEGIN {
			sync_apply_commands[i].apply(apply, node);
		} T_END;
	}
}

void sync_collection_apply(struct sync_context *ctx, struct sync_collection *coll)
{
	struct sync_apply apply = {
		.ctx = ctx,
		.coll = coll,
		.collection = coll->collection
	};
	const struct wbxml_node *node;
	unsigned int count = 0;

	if (coll->status != EAS_SYNC_STATUS_OK || coll->commands == NULL)
		return;
	wbxml_node_foreach(coll->commands, node)
		count++;
	if (count == 0)
		return;
	if (count > SYNC_MAX_CLIENT_COMMANDS) {
		e_debug(coll->collection->event, "%u commands are more than %u",
			count, SYNC_MAX_CLIENT_COMMANDS);
		coll->status = EAS_SYNC_STATUS_PROTOCOL_ERROR;
		coll->answer = TRUE;
		return;
	}
	apply.class = sync_class_of(coll->collection);
	apply.class->begin(&apply);
	coll->next = eas_sync_state_next(coll->collection->state);
	wbxml_node_foreach(coll->commands, node)
		apply_command(&apply, node);
	apply.class->commit(&apply);
}
