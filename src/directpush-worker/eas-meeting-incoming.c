/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers and cancellations that came by mail, into the calendar. */

#include "lib.h"
#include "ioloop.h"
#include "pim-tree.h"
#include "eas-cmd.h"
#include "eas-device.h"
#include "eas-user.h"
#include "eas-meeting.h"

/* An answer counts if it is from who answers, to a meeting of the user's; a cancellation if it is
   from the organizer. */
static bool
is_believed(const struct eas_cmd_context *ctx, const struct pim_itip *itip,
	    const char *from, const struct pim_object *object)
{
	const char *const *own = eas_user_get_addresses(ctx->user);
	const struct pim_component *event = pim_object_main(object);
	const struct pim_property *sender, *organizer =
		pim_property_find(event, "ORGANIZER");

	if (organizer == NULL)
		return FALSE;
	if (itip->method == PIM_ITIP_REPLY) {
		sender = pim_property_find(itip->event, "ATTENDEE");
		if (!pim_itip_is_organizer(event, own))
			return FALSE;
	} else {
		sender = organizer;
		if (pim_itip_is_organizer(event, own))
			return FALSE;
	}
	return sender != NULL && *from != '\0' &&
		strcasecmp(pim_itip_address(sender), from) == 0;
}

static bool apply(struct pim_object *object, const struct pim_itip *itip)
{
	return itip->method == PIM_ITIP_REPLY ?
		pim_itip_apply_reply(object, itip) :
		pim_itip_apply_cancel(object, itip);
}

static void
take(struct eas_cmd_context *ctx, struct eas_pim_folder *calendar,
     const struct pim_itip *itip, const char *from, pool_t pool)
{
	const struct eas_pim_row *row;
	struct pim_object *object;
	enum eas_pim_result result;
	uint32_t version;

	if (eas_meeting_find(calendar, itip->uid, pool, &row, &object) < 0 ||
	    row == NULL)
		return;
	if (!is_believed(ctx, itip, from, object)) {
		e_debug(ctx->event, "%s of %s from %s is not taken into the calendar",
			pim_itip_method_name(itip->method), itip->uid, from);
		return;
	}
	if (!apply(object, itip))
		return;
	pim_object_touch(object, ioloop_time);
	/* nobody's device made this change: all are told */
	eas_user_set_origin_device(ctx->user, NULL);
	result = eas_pim_folder_put(calendar, row, object, &version);
	eas_user_set_origin_device(ctx->user, ctx->request->device_id);
	if (result == EAS_PIM_OK)
		(void)eas_pim_folder_update(calendar);
}

void eas_meeting_take_mail(struct eas_cmd_context *ctx, const struct pim_itip *itip,
			   const char *from)
{
	struct eas_pim_folder *calendar;
	pool_t pool;

	if ((itip->method != PIM_ITIP_REPLY && itip->method != PIM_ITIP_CANCEL) ||
	    eas_meeting_open_calendar(ctx, &calendar) <= 0)
		return;
	pool = pool_alloconly_create("eas meeting mail", 16*1024);
	take(ctx, calendar, itip, from, pool);
	pool_unref(&pool);
	eas_pim_folder_close(&calendar);
}
