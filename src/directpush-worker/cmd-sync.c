/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "time-util.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-mass-delete.h"
#include "eas-meeting.h"
#include "cmd-sync.h"

/* a phone tries again after so long when its state could not be written */
#define SYNC_RETRY_AFTER_SECS 30

static bool sync_has_answer(struct sync_context *ctx)
{
	struct sync_collection *coll;

	array_foreach_elem(&ctx->collections, coll) {
		if (coll->answer)
			return TRUE;
	}
	return FALSE;
}

/* MS-ASCMD "Sync" (2.2.3.180): without changes the answer is empty */
static void sync_report(struct sync_context *ctx)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->cmd->reply);
	struct sync_collection *coll;

	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_SYNC);
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_COLLECTIONS);
	array_foreach_elem(&ctx->collections, coll) {
		if (coll->answer)
			sync_collection_report(ctx, coll);
	}
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_COLLECTIONS);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_SYNC);
	eas_reply_set_eas_status(ctx->cmd->reply, EAS_SYNC_STATUS_OK);
}

static void sync_save(struct sync_context *ctx)
{
	struct sync_collection *coll;
	bool failed = FALSE;

	array_foreach_elem(&ctx->collections, coll) {
		if (sync_collection_save(ctx, coll) < 0)
			failed = TRUE;
	}
	if (failed)
		eas_reply_unavailable(ctx->cmd->reply, SYNC_RETRY_AFTER_SECS);
}

/* MS-ASCMD "DeletesAsMoves" (2.2.3.43): what does not go to the trash is gone */
static unsigned int sync_count_deletes(const struct sync_collection *coll)
{
	const struct eas_folder *folder;
	const struct wbxml_node *node;
	unsigned int count = 0;

	if (coll->status != EAS_SYNC_STATUS_OK || coll->commands == NULL)
		return 0;
	folder = coll->collection->folder;
	if ((folder->class == EAS_CLASS_EMAIL && coll->deletes_as_moves) ||
	    !eas_mass_delete_counts(folder))
		return 0;
	wbxml_node_foreach(coll->commands, node) {
		if (node->tag == EAS_TAG_AIRSYNC_DELETE)
			count++;
	}
	return count;
}

static bool sync_may_delete(struct sync_context *ctx)
{
	struct sync_collection *coll;
	unsigned int count = 0;

	array_foreach_elem(&ctx->collections, coll)
		count += sync_count_deletes(coll);
	return eas_mass_delete_check(ctx->cmd, count);
}

static void sync_run(struct sync_context *ctx)
{
	struct sync_collection *coll;
	unsigned int window_left = ctx->window_size;

	eas_meeting_catch_up(ctx->cmd);
	/* What the device did in one folder may be seen in another: that first. */
	array_foreach_elem(&ctx->collections, coll) {
		if (coll->commands != NULL)
			sync_collection_prepare(ctx, coll);
	}
	if (!sync_may_delete(ctx))
		return;
	array_foreach_elem(&ctx->collections, coll) {
		if (coll->commands != NULL)
			sync_collection_apply(ctx, coll);
	}
	/* Most have nothing new and are closed at once: of hundreds of mailboxes few are
	   open at a time. */
	array_foreach_elem(&ctx->collections, coll) {
		sync_collection_prepare(ctx, coll);
		sync_collection_choose(ctx, coll, &window_left);
	}
	sync_request_keep(ctx);

	if (sync_has_answer(ctx))
		sync_report(ctx);
	else if (ctx->wait_secs > 0)
		sync_park(ctx);
	sync_save(ctx);
}

void eas_cmd_sync(struct eas_cmd_context *cmd)
{
	struct sync_context ctx = {
		.cmd = cmd,
		.pool = cmd->pool,
		.event = cmd->event,
		.started = ioloop_timeval
	};
	struct sync_collection *coll;

	p_array_init(&ctx.collections, ctx.pool, 4);
	if (sync_request_read(&ctx) == 0)
		sync_run(&ctx);
	array_foreach_elem(&ctx.collections, coll)
		eas_collection_deinit(&coll->collection);
}
