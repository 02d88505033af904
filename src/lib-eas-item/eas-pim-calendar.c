/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-tree.h"
#include "pim-object.h"
#include "eas-tag.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar.h"
#include "eas-pim-calendar-private.h"

#define ROW(tag, type, since, until, flags, name, idx) \
	{ EAS_TAG_##tag, EAS_VERSION_##since, EAS_VERSION_##until, \
	  EAS_PIM_##flags, &type, name, idx },

static const struct eas_pim_property calendar_rows[] = {
#define CALENDAR_ROW ROW
#define CALENDAR_BOTH(tag, type, since, until, exception_since, flags, name, idx) \
	ROW(tag, type, since, until, flags, name, idx)
#include "eas-pim-calendar.def"
#undef CALENDAR_ROW
#undef CALENDAR_BOTH
};

const struct eas_pim_property calendar_exception_rows[] = {
#define CALENDAR_ROW(tag, type, since, until, flags, name, idx)
#define CALENDAR_BOTH(tag, type, since, until, exception_since, flags, name, idx) \
	ROW(tag, type, exception_since, until, flags, name, idx)
#include "eas-pim-calendar.def"
#undef CALENDAR_ROW
#undef CALENDAR_BOTH
};
const unsigned int calendar_exception_rows_count = N_ELEMENTS(calendar_exception_rows);

static int calendar_finish(struct eas_pim_context *ctx, struct pim_component *component)
{
	if (ctx->filling && calendar_times_default(ctx, component) < 0)
		return -1;
	calendar_meeting_finish(ctx, component);
	return 0;
}

const struct eas_pim_class eas_pim_class_calendar = {
	.class = EAS_CLASS_CALENDAR,
	.rows = calendar_rows,
	.rows_count = N_ELEMENTS(calendar_rows),
	.finish = calendar_finish,
	.patch_instance = calendar_patch_instance
};
