/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "pim-freebusy.h"
#include "pim-object.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-pim-folder.h"
#include "eas-user.h"
#include "eas-freebusy.h"

struct freebusy_context {
	struct eas_cmd_context *cmd;
	struct pim_freebusy *freebusy;
	int64_t start, end;
};

static void
freebusy_add_row(struct freebusy_context *ctx, struct eas_pim_folder *pim,
		 const struct eas_pim_row *row)
{
	struct eas_user *user = ctx->cmd->user;
	struct pim_object *object;
	uoff_t size;
	pool_t pool;

	if (!eas_pim_row_is_shown(row) || row->facts.first >= ctx->end ||
	    row->facts.last < ctx->start)
		return;
	pool = pool_alloconly_create("eas freebusy", 16*1024);
	if (eas_pim_folder_read(pim, row, pool, &object, &size) == EAS_PIM_OK) {
		pim_freebusy_add(ctx->freebusy, pim_object_main(object),
				 eas_user_get_zone(user), eas_user_get_addresses(user));
	}
	pool_unref(&pool);
}

static int
freebusy_add_folder(struct freebusy_context *ctx, const struct eas_folder *folder)
{
	struct eas_pim_folder *pim;
	const struct eas_pim_row *row;
	int ret;

	ret = eas_pim_folder_open(ctx->cmd->user, folder, ctx->cmd->event, &pim);
	if (ret <= 0)
		return ret;
	array_foreach(&pim->index->rows, row) T_BEGIN {
		freebusy_add_row(ctx, pim, row);
	} T_END;
	eas_pim_folder_close(&pim);
	return 0;
}

const char *eas_freebusy_get(struct eas_cmd_context *cmd, time_t start, time_t end)
{
	struct freebusy_context ctx = { .cmd = cmd, .start = start, .end = end };
	const struct eas_folder_list *list;
	const struct eas_folder *folder;

	ctx.freebusy = pim_freebusy_init(cmd->pool, start, end);
	if (ctx.freebusy == NULL || eas_folder_list_get(cmd->user, FALSE, &list) < 0)
		return NULL;
	array_foreach(&list->folders, folder) {
		if (folder->class == EAS_CLASS_CALENDAR && folder->selectable &&
		    folder->vname != NULL && !eas_folder_is_shared(folder) &&
		    freebusy_add_folder(&ctx, folder) < 0)
			return NULL;
	}
	return pim_freebusy_digits(ctx.freebusy);
}
