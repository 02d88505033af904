/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "pim-freebusy.h"
#include "pim-object.h"
#include "eas-cmd.h"
#include "eas-folder.h"
#include "eas-freebusy-shared.h"
#include "eas-pim-folder.h"
#include "eas-user.h"
#include "eas-freebusy.h"

struct eas_freebusy {
	struct eas_cmd_context *cmd;
	int64_t start, end;
	/* of others; not created = not looked for yet */
	ARRAY_TYPE(eas_shared_calendar) shared;
};

/* Of one person. */
struct freebusy_context {
	struct eas_cmd_context *cmd;
	struct pim_freebusy *freebusy;
	const char *const *addresses;
	int64_t start, end;
};

static void
freebusy_add_row(struct freebusy_context *ctx, struct eas_pim_folder *pim,
		 const struct eas_pim_row *row)
{
	struct pim_object *object;
	uoff_t size;
	pool_t pool;

	if (!eas_pim_row_is_shown(row) || row->facts.first >= ctx->end ||
	    row->facts.last < ctx->start)
		return;
	pool = pool_alloconly_create("eas freebusy", 16*1024);
	if (eas_pim_folder_read(pim, row, pool, &object, &size) == EAS_PIM_OK) {
		pim_freebusy_add(ctx->freebusy, pim_object_main(object),
				 eas_user_get_zone(ctx->cmd->user), ctx->addresses);
	}
	pool_unref(&pool);
}

/* Returns 1, 0 = it is not there any more, -1 = it cannot be read now. */
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
	return 1;
}

struct eas_freebusy *eas_freebusy_init(struct eas_cmd_context *cmd, time_t start, time_t end)
{
	struct eas_freebusy *freebusy = p_new(cmd->pool, struct eas_freebusy, 1);

	freebusy->cmd = cmd;
	freebusy->start = start;
	freebusy->end = end;
	return freebusy;
}

static int freebusy_add_own(struct freebusy_context *ctx)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;

	if (eas_folder_list_get(ctx->cmd->user, FALSE, &list) < 0)
		return -1;
	array_foreach(&list->folders, folder) {
		if (folder->class == EAS_CLASS_CALENDAR && folder->selectable &&
		    folder->vname != NULL && !eas_folder_is_shared(folder) &&
		    freebusy_add_folder(ctx, folder) < 0)
			return -1;
	}
	return 1;
}

static void freebusy_find_shared(struct eas_freebusy *freebusy)
{
	if (!array_is_created(&freebusy->shared)) {
		p_array_init(&freebusy->shared, freebusy->cmd->pool, 8);
		eas_shared_calendars_find(freebusy->cmd->user, freebusy->cmd->pool,
					  &freebusy->shared);
	}
}

bool eas_freebusy_is_shared_by(struct eas_freebusy *freebusy, const char *address)
{
	const struct eas_shared_calendar *calendar;

	freebusy_find_shared(freebusy);
	array_foreach(&freebusy->shared, calendar) {
		if (strcasecmp(calendar->owner_address, address) == 0)
			return TRUE;
	}
	return FALSE;
}

static int
freebusy_add_shared(struct eas_freebusy *freebusy, struct freebusy_context *ctx)
{
	const struct eas_shared_calendar *calendar;
	int ret, found = 0;

	freebusy_find_shared(freebusy);
	array_foreach(&freebusy->shared, calendar) {
		if (strcasecmp(calendar->owner_address, ctx->addresses[0]) != 0)
			continue;
		ret = freebusy_add_folder(ctx, &calendar->folder);
		if (ret < 0)
			return -1;
		found |= ret;
	}
	return found;
}

int eas_freebusy_get(struct eas_freebusy *freebusy, const char *address, const char **digits_r)
{
	const char *const *own = eas_user_get_addresses(freebusy->cmd->user);
	const char *const other[] = { t_str_lcase(address), NULL };
	struct freebusy_context ctx = {
		.cmd = freebusy->cmd,
		.start = freebusy->start,
		.end = freebusy->end
	};
	bool is_own = str_array_icase_find(own, address);
	int ret;

	ctx.freebusy = pim_freebusy_init(freebusy->cmd->pool, freebusy->start, freebusy->end);
	if (ctx.freebusy == NULL)
		return -1;
	ctx.addresses = is_own ? own : other;
	ret = is_own ? freebusy_add_own(&ctx) : freebusy_add_shared(freebusy, &ctx);
	if (ret > 0)
		*digits_r = t_strdup(pim_freebusy_digits(ctx.freebusy));
	return ret;
}
