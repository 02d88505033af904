/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "directpush-ipc-worker.h"
#include "directpush-worker-settings.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "cmd-sync.h"

/* Every event is looked at by a worker, which then runs the kept request: what
   wakes is told in the same answer. An interval that ends without a change is an empty
   answer. MS-ASCMD "HeartbeatInterval (Sync)" (2.2.3.88.2), "Wait" (2.2.3.198) */
void sync_park(struct sync_context *ctx)
{
	ARRAY(struct directpush_ipc_park_folder) folders;
	struct directpush_ipc_park_folder *park_folder;
	struct directpush_ipc_park park;
	struct sync_collection *coll;

	t_array_init(&folders, array_count(&ctx->collections));
	array_foreach_elem(&ctx->collections, coll) {
		const struct eas_folder *folder = coll->collection->folder;

		if (folder->vname == NULL || !coll->get_changes)
			continue;
		park_folder = array_append_space(&folders);
		guid_128_copy(park_folder->mailbox_guid, folder->guid);
		park_folder->shared = eas_folder_is_shared(folder);
		park_folder->look = ctx->cmd->user->set->parsed_ping_wake;
	}
	i_zero(&park);
	park.heartbeat_secs = ctx->wait_secs;
	park.folders = array_count(&folders) == 0 ? NULL : array_front(&folders);
	park.folders_count = array_count(&folders);
	park.as_asked = sync_request_kept_data(ctx, &park.as_asked_size);
	park.repeatable = TRUE;
	eas_reply_park(ctx->cmd->reply, &park);
}
