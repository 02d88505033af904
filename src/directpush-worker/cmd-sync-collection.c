/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-device.h"
#include "directpush-worker-settings.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-conversation-mover.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "cmd-sync.h"

static void
sync_collection_fail(struct sync_context *ctx, struct sync_collection *coll,
		     enum eas_status status, const char *reason)
{
	e_debug(coll->collection != NULL ? coll->collection->event : ctx->event,
		"Collection %s has Status %u: %s", coll->id, status, reason);
	coll->status = status;
	coll->answer = TRUE;
	/* the state stays as it was */
	coll->dirty = FALSE;
}

/* MS-ASCMD "Status (Sync)" (2.2.3.177.17): 5 lets clients go back to key 0 some time, 16 does
   not */
static void
sync_collection_fail_temp(struct sync_context *ctx, struct sync_collection *coll,
			  const char *reason)
{
	sync_collection_fail(ctx, coll,
			     ctx->cmd->request->version >= EAS_VERSION_14_0 ?
			     EAS_SYNC_STATUS_RETRY : EAS_SYNC_STATUS_SERVER_ERROR,
			     reason);
}

static bool sync_is_strict(struct sync_context *ctx)
{
	return ctx->cmd->user->set->directpush_strict;
}

static int
sync_collection_find_folder(struct sync_context *ctx, struct sync_collection *coll)
{
	const struct eas_folder *folder;
	int ret = eas_folder_find(ctx->cmd->user, coll->id, &folder);

	if (ret < 0) {
		sync_collection_fail_temp(ctx, coll, "Folders cannot be listed now");
		return -1;
	}
	if (ret == 0) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_OBJECT_NOT_FOUND,
				     "There is no such folder");
		return -1;
	}
	coll->collection = eas_collection_init(ctx->pool, ctx->cmd->user,
					       ctx->cmd->device, folder);
	return 0;
}

/* ConversationMode is not one of the options, and stays as well: in the generations, with their
   filter. MS-ASCMD "ConversationMode (Sync)" (2.2.3.36.2) */
static int
sync_collection_get_filter(struct sync_context *ctx, struct sync_collection *coll)
{
	struct eas_sync_state *state = coll->collection->state;
	unsigned int before = eas_sync_state_latest(state)->filter_type;
	unsigned int mode = 0, type = coll->options.filter_type;

	if (coll->conversation_mode_sent &&
	    coll->collection->folder->class != EAS_CLASS_EMAIL) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_PROTOCOL_ERROR,
				     "ConversationMode in a folder without mail");
		return -1;
	}
	if (coll->conversation_mode_sent ? coll->conversation_mode :
	    (before & EAS_CHANGES_CONVERSATIONS) != 0)
		mode = EAS_CHANGES_CONVERSATIONS;
	/* a draft that is worked on is never too old (quirk 69) */
	if (coll->collection->folder->type == EAS_FOLDER_TYPE_DRAFTS)
		type = 0;
	eas_changes_filter_init(&coll->filter, coll->collection->folder->class,
				type | mode, ioloop_time);
	if (coll->initial && state->pending != NULL &&
	    state->pending->filter_type != coll->filter.filter_type) {
		state->pending->filter_type = coll->filter.filter_type;
		coll->dirty = TRUE;
	}
	return 0;
}

/* The options sent now, or else those kept. */
static int
sync_collection_get_options(struct sync_context *ctx, struct sync_collection *coll)
{
	struct eas_sync_state *state = coll->collection->state;
	const struct wbxml_node *sent = NULL;
	const char *error;

	if (coll->node != NULL &&
	    eas_sync_options_find(coll->node, &sent, &error) < 0) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_PROTOCOL_ERROR, error);
		return -1;
	}
	if (eas_sync_options_parse(sent != NULL ? sent :
				   eas_sync_options_kept(state, ctx->pool),
				   ctx->cmd->request->version,
				   coll->collection->folder->class,
				   &coll->options, &error) < 0) {
		sync_collection_fail(ctx, coll, coll->options.body.part_type_refused ?
			EAS_STATUS_GLOBAL_BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED :
			EAS_SYNC_STATUS_PROTOCOL_ERROR, error);
		return -1;
	}
	if (sent != NULL && eas_sync_options_keep(state, sent))
		coll->dirty = TRUE;
	return sync_collection_get_filter(ctx, coll);
}

/* Key 0: begin, without items. What else such a request says is for later. */
static void
sync_collection_begin(struct sync_context *ctx, struct sync_collection *coll)
{
	struct eas_collection *collection = coll->collection;
	struct eas_sync_state *old = NULL;

	coll->initial = TRUE;
	coll->commands = NULL;
	/* MS-ASCMD "GetChanges" (2.2.3.84) wants Status 4; quirk 115 */
	if (sync_is_strict(ctx) && coll->get_changes_sent && coll->get_changes) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_PROTOCOL_ERROR,
				     "GetChanges with SyncKey 0");
		return;
	}
	if (sync_is_strict(ctx) && collection->folder->class == EAS_CLASS_NOTES &&
	    wbxml_node_child(coll->node, EAS_TAG_AIRSYNC_SUPPORTED) != NULL) {
		/* MS-ASNOTE "Sync Command Response" (3.2.5.3) */
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_PROTOCOL_ERROR,
				     "Supported for notes");
		return;
	}
	switch (eas_collection_read_state(collection, ctx->pool)) {
	case EAS_STATE_OK:
		old = collection->state;
		break;
	case EAS_STATE_TEMPFAIL:
		sync_collection_fail_temp(ctx, coll, "Sync state cannot be read now");
		return;
	case EAS_STATE_NONE:
	case EAS_STATE_CORRUPT:
		break;
	}
	if (old == NULL || !eas_sync_state_can_join(old, ioloop_time)) {
		collection->state = eas_sync_state_new(ctx->pool, old, ioloop_time);
		coll->dirty = TRUE;
	}
	if (coll->dirty && coll->node != NULL) {
		eas_sync_supported_keep(collection->state, wbxml_node_child(coll->node,
						EAS_TAG_AIRSYNC_SUPPORTED));
	}
	if (sync_collection_get_options(ctx, coll) == 0)
		coll->answer = TRUE;
}

/* Returns -1 if the collection has failed. */
static int
sync_collection_use_key(struct sync_context *ctx, struct sync_collection *coll)
{
	struct eas_sync_state *state = coll->collection->state;
	enum eas_sync_key_match match;
	uint32_t stuck_uid;

	if (coll->key_str == NULL) {
		/* the key of the request before */
		if (state->confirmed == NULL) {
			sync_collection_fail(ctx, coll,
				EAS_SYNC_STATUS_REQUEST_INCOMPLETE,
				"The request before was the first one");
			return -1;
		}
		coll->key = eas_sync_state_key(state, state->confirmed);
	}
	match = eas_sync_state_match(state, &coll->key);
	if (match == EAS_SYNC_KEY_UNKNOWN) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_INVALID_SYNC_KEY,
				     "The key is none of the current ones");
		return -1;
	}
	if (eas_sync_state_confirm(state, match))
		coll->dirty = TRUE;
	stuck_uid = eas_sync_loop_take_stuck(&state->loop);
	if (stuck_uid != 0) {
		e_warning(coll->collection->event, "Mail UID %u was sent to the device "
			  "again and again without an answer that it arrived: "
			  "It is left out until it changes", stuck_uid);
		eas_sync_generation_skip(state->confirmed, stuck_uid,
					 EAS_SYNC_SKIP_STUCK);
	}
	return 0;
}

static int
sync_collection_read_state(struct sync_context *ctx, struct sync_collection *coll)
{
	switch (eas_collection_read_state(coll->collection, ctx->pool)) {
	case EAS_STATE_OK:
		return sync_collection_use_key(ctx, coll);
	case EAS_STATE_TEMPFAIL:
		sync_collection_fail_temp(ctx, coll, "Sync state cannot be read now");
		break;
	case EAS_STATE_NONE:
	case EAS_STATE_CORRUPT:
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_INVALID_SYNC_KEY,
				     "There is no sync state");
		break;
	}
	return -1;
}

static void
sync_collection_open(struct sync_context *ctx, struct sync_collection *coll)
{
	struct eas_collection *collection = coll->collection;
	int ret = eas_collection_open(collection);

	if (ret < 0)
		sync_collection_fail_temp(ctx, coll, "Mailbox cannot be opened now");
	else if (ret == 0) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_OBJECT_NOT_FOUND,
				     "The mailbox is gone");
	} else if (!eas_collection_is_same_mailbox(collection,
						   collection->state->confirmed)) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_INVALID_SYNC_KEY,
				     "UIDVALIDITY has changed");
	} else if (eas_conversation_move_new(collection) < 0)
		sync_collection_fail_temp(ctx, coll, "Mailbox cannot be read now");
}

void sync_collection_prepare(struct sync_context *ctx, struct sync_collection *coll)
{
	int ret = 1;

	if (coll->prepared)
		return;
	coll->prepared = TRUE;
	if (coll->key_str != NULL)
		ret = eas_sync_key_parse(coll->key_str, &coll->key);
	if (sync_collection_find_folder(ctx, coll) < 0)
		return;
	if (ret < 0) {
		sync_collection_fail(ctx, coll, EAS_SYNC_STATUS_INVALID_SYNC_KEY,
				     "The key is none of ours");
		return;
	}
	if (ret == 0) {
		sync_collection_begin(ctx, coll);
		return;
	}
	if (sync_collection_read_state(ctx, coll) < 0 ||
	    sync_collection_get_options(ctx, coll) < 0)
		return;
	sync_collection_open(ctx, coll);
}

/*
 * What to tell
 */

static void
choose_from_set(const ARRAY_TYPE(seq_range) *set, ARRAY_TYPE(uint32_t) *tell,
		unsigned int *left)
{
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	seq_range_array_iter_init(&iter, set);
	while (*left > 0 && seq_range_array_iter_nth(&iter, n++, &uid)) {
		array_push_back(tell, &uid);
		*left -= 1;
	}
}

/* The newest first. Those marked as deleted are passed over. Returns TRUE if there are more. */
static bool
choose_new(struct sync_collection *coll, const struct eas_changes *changes,
	   ARRAY_TYPE(seq_range) *hidden, unsigned int *left)
{
	struct eas_changes_source *source = coll->collection->source;
	unsigned int limit, allowed, count = array_count(&changes->new);
	const struct seq_range *ranges;
	uint32_t uid, digest;

	limit = allowed = eas_sync_loop_limit(&coll->collection->state->loop, *left);
	ranges = count == 0 ? NULL : array_front(&changes->new);
	while (count-- > 0) {
		for (uid = ranges[count].seq2; uid >= ranges[count].seq1; uid--) {
			if (source->digest(source, uid, &digest) > 0 &&
			    digest == EAS_DIGEST_HIDDEN) {
				(void)seq_range_array_add(hidden, uid);
				continue;
			}
			if (allowed == 0) {
				*left -= limit;
				return TRUE;
			}
			array_push_back(&coll->tell_new, &uid);
			allowed--;
		}
	}
	*left -= limit - allowed;
	return FALSE;
}

static void
choose_from_changes(struct sync_collection *coll, const struct eas_changes *changes,
		    ARRAY_TYPE(seq_range) *hidden, unsigned int *window_left)
{
	const struct eas_changed_item *item;
	unsigned int window = I_MIN(coll->window_size, *window_left);
	unsigned int left = window;

	choose_from_set(&changes->gone, &coll->tell_gone, &left);
	choose_from_set(&changes->outside, &coll->tell_outside, &left);
	array_foreach(&changes->changed, item) {
		if (left == 0)
			break;
		array_push_back(&coll->tell_changed, item);
		left--;
	}
	coll->more = choose_new(coll, changes, hidden, &left) ||
		seq_range_count(&changes->gone) > array_count(&coll->tell_gone) ||
		seq_range_count(&changes->outside) > array_count(&coll->tell_outside) ||
		array_count(&changes->changed) > array_count(&coll->tell_changed);
	*window_left -= window - left;
}

static void
sync_collection_remember(struct sync_collection *coll, const struct eas_changes *changes,
			 const ARRAY_TYPE(seq_range) *hidden)
{
	struct eas_sync_state *state = coll->collection->state;
	struct eas_sync_generation *generation = coll->next;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	if (generation == NULL && coll->answer)
		generation = coll->next = eas_sync_state_next(state);
	if (generation == NULL) {
		/* Nothing the device would see: the key stays. An answer that was lost
		   has lost its meaning too. */
		generation = state->confirmed;
		if (state->pending != NULL) {
			state->pending = NULL;
			coll->dirty = TRUE;
		}
		if (changes->unchanged)
			return;
		coll->dirty = TRUE;
	}
	eas_changes_remember(coll->collection->source, &coll->filter, changes,
			     generation);
	seq_range_array_iter_init(&iter, hidden);
	while (seq_range_array_iter_nth(&iter, n++, &uid))
		eas_sync_generation_skip(generation, uid, EAS_SYNC_SKIP_HIDDEN);
}

void sync_collection_choose(struct sync_context *ctx, struct sync_collection *coll,
			    unsigned int *window_left)
{
	struct eas_collection *collection = coll->collection;
	ARRAY_TYPE(seq_range) hidden;
	struct eas_changes changes;

	if (coll->status != EAS_SYNC_STATUS_OK || coll->initial)
		return;
	if (eas_changes_find(collection->source, coll->next != NULL ? coll->next :
			     collection->state->confirmed, &coll->filter,
			     ctx->pool, &changes) < 0) {
		/* what the client's commands did stands, and is answered */
		if (coll->next == NULL) {
			sync_collection_fail_temp(ctx, coll,
						  "Mailbox cannot be read now");
		}
		coll->answer = TRUE;
		return;
	}
	p_array_init(&hidden, ctx->pool, 1);
	/* GetChanges 0: they are kept for the next time (quirk 19) */
	if (coll->get_changes)
		choose_from_changes(coll, &changes, &hidden, window_left);
	if (coll->next != NULL || coll->more || !array_is_empty(&coll->tell_gone) ||
	    !array_is_empty(&coll->tell_outside) ||
	    !array_is_empty(&coll->tell_changed) || !array_is_empty(&coll->tell_new))
		coll->answer = TRUE;
	sync_collection_remember(coll, &changes, &hidden);
	if (!coll->answer)
		eas_collection_close(collection);
}

int sync_collection_save(struct sync_context *ctx, struct sync_collection *coll)
{
	struct eas_sync_state *state;

	if (coll->collection == NULL)
		return 0;
	state = coll->collection->state;
	if (coll->next != NULL && coll->status == EAS_SYNC_STATUS_OK) {
		state->pending = coll->next;
		coll->dirty = TRUE;
	}
	if (!coll->dirty)
		return 0;
	if (eas_collection_write_state(coll->collection) < 0) {
		e_error(ctx->event, "Sync state of folder %s cannot be written, "
			"so its answer is not sent", coll->id);
		return -1;
	}
	return 0;
}
