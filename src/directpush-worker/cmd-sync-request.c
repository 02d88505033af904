/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "strnum.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-device.h"
#include "eas-tag.h"
#include "directpush-worker-settings.h"
#include "eas-cmd.h"
#include "eas-user.h"
#include "cmd-sync.h"

/* what a request says for all its collections */
struct sync_request {
	/* elements of it, NULL = not there */
	const struct wbxml_node *wait, *heartbeat, *window_size, *collections;
	bool partial;
};

static bool node_get_bool(const struct wbxml_node *parent, wbxml_tag_t tag, bool absent,
			  bool *sent_r)
{
	const char *value = wbxml_node_child_value(parent, tag);

	*sent_r = value != NULL;
	/* an empty element is TRUE */
	return value == NULL ? absent : strcmp(value, "0") != 0;
}

static unsigned int window_size_parse(const char *value, unsigned int absent)
{
	unsigned int size;

	if (value == NULL || *value == '\0')
		return absent;
	if (str_to_uint(value, &size) < 0 || size == 0 || size > SYNC_MAX_WINDOW_SIZE)
		return SYNC_MAX_WINDOW_SIZE;
	return size;
}

static int sync_request_fail(struct sync_context *ctx, enum eas_status status,
			     const char *reason)
{
	e_debug(ctx->event, "Request is not legal: %s", reason);
	eas_cmd_reply_status(ctx->cmd, status);
	return -1;
}

/* MS-ASCMD "Limit" (2.2.3.97) */
static int sync_request_fail_limit(struct sync_context *ctx, enum eas_status status,
				   unsigned int limit)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->cmd->reply);

	e_debug(ctx->event, "Answer is Status %u with limit %u", status, limit);
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_SYNC);
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_STATUS, status);
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_LIMIT, limit);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_SYNC);
	eas_reply_set_eas_status(ctx->cmd->reply, status);
	return -1;
}

static void
sync_request_parse(const struct wbxml_node *root, struct sync_request *request_r)
{
	i_zero(request_r);
	request_r->wait = wbxml_node_child(root, EAS_TAG_AIRSYNC_WAIT);
	request_r->heartbeat = wbxml_node_child(root, EAS_TAG_AIRSYNC_HEARTBEAT_INTERVAL);
	request_r->window_size = wbxml_node_child(root, EAS_TAG_AIRSYNC_WINDOW_SIZE);
	request_r->collections = wbxml_node_child(root, EAS_TAG_AIRSYNC_COLLECTIONS);
	request_r->partial = wbxml_node_child(root, EAS_TAG_AIRSYNC_PARTIAL) != NULL;
}

const unsigned char *sync_request_kept_data(struct sync_context *ctx, size_t *size_r)
{
	const struct directpush_ipc_run *run = ctx->cmd->run;

	/* the device may have asked for something else meanwhile, on another line */
	if (run->recheck && run->as_asked_size > 0) {
		*size_r = run->as_asked_size;
		return run->as_asked;
	}
	*size_r = ctx->cmd->device->sync_request_size;
	return ctx->cmd->device->sync_request;
}

/* The request before, without keys and commands. Returns NULL if there is none. */
static const struct wbxml_node *sync_request_kept(struct sync_context *ctx)
{
	struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = WBXML_DEFAULT_MAX_VALUE_BYTES
	};
	struct wbxml_tree *tree = NULL;
	struct istream *input;
	const unsigned char *data;
	const char *error;
	size_t size;

	data = sync_request_kept_data(ctx, &size);
	if (size == 0)
		return NULL;
	input = i_stream_create_from_data(data, size);
	if (wbxml_tree_read(ctx->pool, input, &set, &tree, &error) <= 0) {
		e_error(ctx->event, "The kept request is damaged: %s", error);
		tree = NULL;
	}
	i_stream_unref(&input);
	return tree == NULL ? NULL : tree->root;
}

static struct sync_collection *
sync_find_collection(struct sync_context *ctx, const char *id)
{
	struct sync_collection *coll;

	array_foreach_elem(&ctx->collections, coll) {
		if (strcmp(coll->id, id) == 0)
			return coll;
	}
	return NULL;
}

/* key_str = NULL: the key of the request before, which the state knows */
static struct sync_collection *
sync_add_collection(struct sync_context *ctx, const struct wbxml_node *node,
		    const char *key_str)
{
	const char *id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_COLLECTION_ID);
	const char *window_size =
		wbxml_node_child_value(node, EAS_TAG_AIRSYNC_WINDOW_SIZE);
	struct sync_collection *coll;
	bool sent;

	coll = p_new(ctx->pool, struct sync_collection, 1);
	coll->status = EAS_SYNC_STATUS_OK;
	coll->id = id;
	coll->key_str = key_str;
	coll->deletes_as_moves =
		node_get_bool(node, EAS_TAG_AIRSYNC_DELETES_AS_MOVES, TRUE, &sent);
	coll->get_changes = node_get_bool(node, EAS_TAG_AIRSYNC_GET_CHANGES, TRUE,
					  &coll->get_changes_sent);
	coll->conversation_mode = node_get_bool(node, EAS_TAG_AIRSYNC_CONVERSATION_MODE, FALSE,
						&coll->conversation_mode_sent);
	if (ctx->cmd->request->version < EAS_VERSION_14_0)
		coll->conversation_mode_sent = FALSE;
	coll->window_size = window_size_parse(window_size, SYNC_DEFAULT_WINDOW_SIZE);
	p_array_init(&coll->responses, ctx->pool, 1);
	p_array_init(&coll->tell_gone, ctx->pool, 1);
	p_array_init(&coll->tell_outside, ctx->pool, 1);
	p_array_init(&coll->tell_new, ctx->pool, 1);
	p_array_init(&coll->tell_changed, ctx->pool, 1);
	array_push_back(&ctx->collections, &coll);
	return coll;
}

static int sync_add_requested(struct sync_context *ctx, const struct wbxml_node *container)
{
	const struct wbxml_node *node;
	struct sync_collection *coll;
	const char *id, *key;

	for (node = wbxml_node_child(container, EAS_TAG_AIRSYNC_COLLECTION);
	     node != NULL; node = wbxml_node_next_same(node)) {
		id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_COLLECTION_ID);
		key = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SYNC_KEY);
		if (id == NULL || key == NULL) {
			return sync_request_fail(ctx, EAS_SYNC_STATUS_PROTOCOL_ERROR,
				"A collection has no CollectionId or no SyncKey");
		}
		if (sync_find_collection(ctx, id) != NULL) {
			return sync_request_fail(ctx, EAS_SYNC_STATUS_PROTOCOL_ERROR,
				t_strdup_printf("Collection %s is named twice", id));
		}
		coll = sync_add_collection(ctx, node, key);
		coll->node = node;
		coll->commands = wbxml_node_child(node, EAS_TAG_AIRSYNC_COMMANDS);
	}
	return 0;
}

static void sync_add_kept(struct sync_context *ctx, const struct wbxml_node *container)
{
	const struct wbxml_node *node;
	const char *id;

	for (node = wbxml_node_child(container, EAS_TAG_AIRSYNC_COLLECTION);
	     node != NULL; node = wbxml_node_next_same(node)) {
		id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_COLLECTION_ID);
		if (id != NULL && sync_find_collection(ctx, id) == NULL)
			(void)sync_add_collection(ctx, node, NULL);
	}
}

/* Seconds, within the limits. Wait is in minutes, and so is its limit. */
static int sync_request_parse_wait(struct sync_context *ctx,
				   const struct sync_request *request)
{
	const struct directpush_worker_settings *set = ctx->cmd->user->set;
	const struct wbxml_node *node =
		request->wait != NULL ? request->wait : request->heartbeat;
	unsigned int unit = request->wait != NULL ? 60 : 1;
	unsigned int value, min = set->directpush_heartbeat_min;
	unsigned int max = set->directpush_heartbeat_max;

	if (node == NULL)
		return 0;
	if (request->wait != NULL && request->heartbeat != NULL) {
		return sync_request_fail(ctx, EAS_SYNC_STATUS_PROTOCOL_ERROR,
			"Both Wait and HeartbeatInterval were sent");
	}
	if (ctx->cmd->run->heartbeat_max_secs != 0)
		max = I_MIN(max, ctx->cmd->run->heartbeat_max_secs);
	min = (min + unit - 1) / unit;
	max = I_MAX(max / unit, min);

	if (node->value[0] == '-')
		value = 0;
	else if (str_to_uint(node->value, &value) < 0) {
		return sync_request_fail(ctx, EAS_SYNC_STATUS_PROTOCOL_ERROR,
			t_strdup_printf("%s is not a number: %s",
				eas_tag_get_name(node->tag), node->value));
	}
	/* a recheck had its answer to this when it was parked */
	if (value < min || value > max) {
		if (!ctx->cmd->run->recheck) {
			return sync_request_fail_limit(ctx,
				EAS_SYNC_STATUS_INVALID_INTERVAL,
				value < min ? min : max);
		}
	}
	ctx->wait_secs = value * unit;
	return 0;
}

/* What is not said in an empty or partial request is as it was before. */
static int sync_request_merge(struct sync_context *ctx, struct sync_request *request)
{
	const struct wbxml_node *kept = sync_request_kept(ctx);
	struct sync_request before;

	if (kept == NULL) {
		return sync_request_fail(ctx, EAS_SYNC_STATUS_REQUEST_INCOMPLETE,
			"An empty or partial request came first");
	}
	sync_request_parse(kept, &before);
	if (request->wait == NULL && request->heartbeat == NULL) {
		request->wait = before.wait;
		request->heartbeat = before.heartbeat;
	}
	if (request->window_size == NULL)
		request->window_size = before.window_size;
	if (before.collections != NULL)
		sync_add_kept(ctx, before.collections);
	return 0;
}

int sync_request_read(struct sync_context *ctx)
{
	const struct wbxml_tree *tree = ctx->cmd->tree;
	unsigned int limit = ctx->cmd->user->set->directpush_ping_max_folders;
	struct sync_request request;

	i_zero(&request);
	if (tree != NULL)
		sync_request_parse(tree->root, &request);
	if (request.collections != NULL &&
	    sync_add_requested(ctx, request.collections) < 0)
		return -1;
	if ((tree == NULL || request.partial) &&
	    sync_request_merge(ctx, &request) < 0)
		return -1;
	if (array_is_empty(&ctx->collections)) {
		return sync_request_fail(ctx, EAS_SYNC_STATUS_PROTOCOL_ERROR,
					 "No collection is named");
	}
	if (array_count(&ctx->collections) > limit) {
		return sync_request_fail_limit(ctx,
			EAS_SYNC_STATUS_TOO_MANY_COLLECTIONS, limit);
	}
	ctx->window_size = window_size_parse(request.window_size == NULL ? NULL :
					     request.window_size->value,
					     SYNC_MAX_WINDOW_SIZE);
	return sync_request_parse_wait(ctx, &request);
}

static void
sync_request_write(struct sync_context *ctx, struct wbxml_writer *writer)
{
	struct sync_collection *coll;

	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_SYNC);
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_COLLECTIONS);
	array_foreach_elem(&ctx->collections, coll) {
		wbxml_writer_start(writer, EAS_TAG_AIRSYNC_COLLECTION);
		wbxml_writer_element(writer, EAS_TAG_AIRSYNC_COLLECTION_ID, coll->id);
		if (!coll->deletes_as_moves) {
			wbxml_writer_element(writer,
					     EAS_TAG_AIRSYNC_DELETES_AS_MOVES, "0");
		}
		if (!coll->get_changes)
			wbxml_writer_element(writer, EAS_TAG_AIRSYNC_GET_CHANGES, "0");
		wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_WINDOW_SIZE,
					  coll->window_size);
		wbxml_writer_end(writer, EAS_TAG_AIRSYNC_COLLECTION);
	}
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_COLLECTIONS);
	if (ctx->wait_secs > 0) {
		wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_HEARTBEAT_INTERVAL,
					  ctx->wait_secs);
	}
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_WINDOW_SIZE,
				  ctx->window_size);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_SYNC);
}

void sync_request_keep(struct sync_context *ctx)
{
	struct eas_device *device = ctx->cmd->device;
	struct wbxml_writer *writer;
	struct ostream *output;
	buffer_t *buf;

	/* what was asked last stands */
	if (ctx->cmd->run->recheck)
		return;
	buf = buffer_create_dynamic(device->pool, 256);
	output = o_stream_create_buffer(buf);
	writer = wbxml_writer_create(output);

	sync_request_write(ctx, writer);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);

	/* The keys are not kept here but in the collections' states, so that this is
	   written only when a phone asks for something else than before. */
	if (device->sync_request_size == buf->used &&
	    memcmp(device->sync_request, buf->data, buf->used) == 0)
		return;
	device->sync_request = buf->data;
	device->sync_request_size = buf->used;
	device->dirty = TRUE;
}
