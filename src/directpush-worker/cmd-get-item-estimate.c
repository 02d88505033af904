/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "strnum.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-status.h"
#include "eas-tag.h"
#include "eas-changes.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-sync-options.h"

/* of any class */
#define ESTIMATE_MAX_FILTER_TYPE 8

struct estimate {
	struct eas_cmd_context *ctx;
	const struct wbxml_node *node;
	struct eas_collection *collection;
	const struct eas_sync_generation *generation;
	unsigned int count;
};

/* MS-ASCMD "ConversationMode (GetItemEstimate)" (2.2.3.36.1) */
static unsigned int estimate_get_mode(const struct estimate *est)
{
	const char *value = wbxml_node_child_value(est->node, EAS_TAG_AIRSYNC_CONVERSATION_MODE);

	if (value == NULL || est->ctx->request->version < EAS_VERSION_14_0)
		return est->generation->filter_type & EAS_CHANGES_CONVERSATIONS;
	/* an empty element is TRUE */
	return strcmp(value, "0") == 0 ? 0 : EAS_CHANGES_CONVERSATIONS;
}

/* The FilterType of this request: below Options, in 12.1 below Collection; or else the
   collection's own. MS-ASCMD "FilterType (GetItemEstimate)" (2.2.3.68.1) */
static enum eas_status
estimate_get_filter(struct estimate *est, struct eas_changes_filter *filter_r)
{
	const struct wbxml_node *options =
		wbxml_node_child(est->node, EAS_TAG_AIRSYNC_OPTIONS);
	const char *value =
		wbxml_node_child_value(options, EAS_TAG_AIRSYNC_FILTER_TYPE);
	enum eas_class class = est->collection->folder->class;
	unsigned int type = 0;

	if (value == NULL)
		value = wbxml_node_child_value(est->node, EAS_TAG_AIRSYNC_FILTER_TYPE);
	if (value == NULL) {
		value = wbxml_node_child_value(
			eas_sync_options_kept(est->collection->state, est->ctx->pool),
			EAS_TAG_AIRSYNC_FILTER_TYPE);
	}
	if (value != NULL && *value != '\0' &&
	    (str_to_uint(value, &type) < 0 || type > ESTIMATE_MAX_FILTER_TYPE))
		return EAS_STATUS_GLOBAL_INVALID_XML;
	if (!eas_changes_filter_is_valid(class, type)) {
		/* other classes have it */
		return EAS_STATUS_GLOBAL_SERVER_ERROR;
	}
	eas_changes_filter_init(filter_r, class, type | estimate_get_mode(est), ioloop_time);
	return EAS_GET_ITEM_ESTIMATE_STATUS_OK;
}

/* MS-ASCMD "Status (GetItemEstimate)" (2.2.3.177.7) */
static enum eas_status estimate_use_key(struct estimate *est, const char *key_str)
{
	struct eas_sync_key key;
	int ret = eas_sync_key_parse(key_str, &key);

	if (ret == 0)
		return EAS_GET_ITEM_ESTIMATE_STATUS_NOT_PRIMED;
	switch (eas_collection_read_state(est->collection, est->ctx->pool)) {
	case EAS_STATE_OK:
		break;
	case EAS_STATE_NONE:
		return EAS_GET_ITEM_ESTIMATE_STATUS_NOT_PRIMED;
	case EAS_STATE_CORRUPT:
		return EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_SYNC_KEY;
	case EAS_STATE_TEMPFAIL:
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	}
	if (ret > 0)
		est->generation = eas_sync_state_find(est->collection->state, &key);
	return est->generation == NULL ?
		EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_SYNC_KEY :
		EAS_GET_ITEM_ESTIMATE_STATUS_OK;
}

static enum eas_status estimate_count(struct estimate *est)
{
	struct eas_changes_filter filter;
	struct eas_changes changes;
	enum eas_status status;
	int ret;

	status = estimate_get_filter(est, &filter);
	if (status != EAS_GET_ITEM_ESTIMATE_STATUS_OK)
		return status;
	ret = eas_collection_open(est->collection);
	if (ret == 0)
		return EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_COLLECTION;
	if (ret < 0)
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	if (!eas_collection_is_same_mailbox(est->collection, est->generation))
		return EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_SYNC_KEY;
	if (eas_changes_find(est->collection->source, est->generation, &filter,
			     est->ctx->pool, &changes) < 0)
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	est->count = eas_changes_count(&changes);
	return EAS_GET_ITEM_ESTIMATE_STATUS_OK;
}

/* MS-ASCMD "MaxItems (GetItemEstimate)" (2.2.3.103.1), "Class (GetItemEstimate)" (2.2.3.27.2).
   An SMS is passed over, as in Sync. */
static enum eas_status estimate_check_options(const struct estimate *est)
{
	const struct wbxml_node *options =
		wbxml_node_child(est->node, EAS_TAG_AIRSYNC_OPTIONS);
	const char *class;

	for (; options != NULL; options = wbxml_node_next_same(options)) {
		if (wbxml_node_child(options, EAS_TAG_AIRSYNC_MAX_ITEMS) != NULL)
			return EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_COLLECTION;
		class = wbxml_node_child_value(options, EAS_TAG_AIRSYNC_CLASS);
		if (class != NULL && *class != '\0' && strcasecmp(class, "SMS") != 0 &&
		    eas_class_find(class) != est->collection->folder->class)
			return EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_SYNC_KEY;
	}
	return EAS_GET_ITEM_ESTIMATE_STATUS_OK;
}

static enum eas_status estimate_collection(struct estimate *est, const char *id)
{
	const char *key = wbxml_node_child_value(est->node, EAS_TAG_AIRSYNC_SYNC_KEY);
	const struct eas_folder *folder;
	enum eas_status status;
	int ret;

	if (id == NULL)
		return EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_COLLECTION;
	ret = eas_folder_find(est->ctx->user, id, &folder);
	if (ret < 0)
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	if (ret == 0)
		return EAS_GET_ITEM_ESTIMATE_STATUS_INVALID_COLLECTION;
	if (folder->class != EAS_CLASS_EMAIL &&
	    wbxml_node_child(est->node, EAS_TAG_AIRSYNC_CONVERSATION_MODE) != NULL)
		return EAS_STATUS_GLOBAL_INVALID_XML;
	est->collection = eas_collection_init(est->ctx->pool, est->ctx->user,
					      est->ctx->device, folder);
	status = estimate_check_options(est);
	if (status == EAS_GET_ITEM_ESTIMATE_STATUS_OK)
		status = estimate_use_key(est, key == NULL ? "" : key);
	if (status == EAS_GET_ITEM_ESTIMATE_STATUS_OK)
		status = estimate_count(est);
	eas_collection_deinit(&est->collection);
	return status;
}

static void
estimate_write(struct wbxml_writer *writer, const struct estimate *est, const char *id,
	       enum eas_status status)
{
	wbxml_writer_start(writer, EAS_TAG_GET_ITEM_ESTIMATE_RESPONSE);
	wbxml_writer_element_uint(writer, EAS_TAG_GET_ITEM_ESTIMATE_STATUS, status);
	if (id != NULL) {
		wbxml_writer_start(writer, EAS_TAG_GET_ITEM_ESTIMATE_COLLECTION);
		wbxml_writer_element(writer, EAS_TAG_GET_ITEM_ESTIMATE_COLLECTION_ID, id);
		if (status == EAS_GET_ITEM_ESTIMATE_STATUS_OK) {
			wbxml_writer_element_uint(writer,
				EAS_TAG_GET_ITEM_ESTIMATE_ESTIMATE, est->count);
		}
		wbxml_writer_end(writer, EAS_TAG_GET_ITEM_ESTIMATE_COLLECTION);
	}
	wbxml_writer_end(writer, EAS_TAG_GET_ITEM_ESTIMATE_RESPONSE);
}

void eas_cmd_get_item_estimate(struct eas_cmd_context *ctx)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);
	const struct wbxml_node *node;
	enum eas_status status;

	node = wbxml_node_child(wbxml_node_child(ctx->tree->root,
			EAS_TAG_GET_ITEM_ESTIMATE_COLLECTIONS),
		EAS_TAG_GET_ITEM_ESTIMATE_COLLECTION);
	wbxml_writer_start(writer, EAS_TAG_GET_ITEM_ESTIMATE_GET_ITEM_ESTIMATE);
	for (; node != NULL; node = wbxml_node_next_same(node)) {
		struct estimate est = { .ctx = ctx, .node = node };
		const char *id = wbxml_node_child_value(node,
			EAS_TAG_GET_ITEM_ESTIMATE_COLLECTION_ID);

		status = estimate_collection(&est, id);
		if (status == EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER) {
			eas_cmd_reply_status(ctx, status);
			return;
		}
		estimate_write(writer, &est, id, status);
	}
	wbxml_writer_end(writer, EAS_TAG_GET_ITEM_ESTIMATE_GET_ITEM_ESTIMATE);
	eas_reply_set_eas_status(ctx->reply, EAS_GET_ITEM_ESTIMATE_STATUS_OK);
}
