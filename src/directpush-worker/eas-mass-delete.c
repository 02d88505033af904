/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-device.h"
#include "directpush-worker-settings.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "eas-mass-delete.h"

/* Somebody has to look first. */
#define MASS_DELETE_RETRY_AFTER_SECS (15*60)

bool eas_mass_delete_counts(const struct eas_folder *folder)
{
	return folder->type != EAS_FOLDER_TYPE_DELETED_ITEMS;
}

bool eas_mass_delete_check(struct eas_cmd_context *ctx, unsigned int count)
{
	const struct directpush_worker_settings *set = ctx->user->set;
	bool now;

	if (eas_device_may_delete(ctx->device, count, set->directpush_mass_delete_limit,
				  &now))
		return TRUE;
	if (now) {
		e_warning(ctx->event, "The device wants to delete more than %u items for good "
			  "within an hour (directpush_mass_delete_limit): stopped until "
			  "`doveadm directpush device release -u %s %s`",
			  set->directpush_mass_delete_limit, ctx->user->username,
			  ctx->request->device_id);
	}
	eas_reply_unavailable(ctx->reply, MASS_DELETE_RETRY_AFTER_SECS);
	return FALSE;
}
