/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers, proposals, updates and cancellations that came by mail, into the calendar. */

#include "lib.h"
#include "ioloop.h"
#include "pim-tree.h"
#include "eas-cmd.h"
#include "eas-device.h"
#include "eas-user.h"
#include "eas-meeting.h"

struct meeting_mail {
	struct eas_cmd_context *ctx;
	const struct pim_itip *itip;
	/* of an invitation */
	enum eas_meeting_type type;
	/* who sent it */
	const char *from;
	const char *const *own;
};

/* From who is invited, to who invites? */
static bool is_from_attendee(const struct meeting_mail *mail,
			     const struct pim_component *event)
{
	const char *const from[] = { mail->from, NULL };
	const struct pim_property *sender =
		pim_property_find(mail->itip->event, "ATTENDEE");

	/* A proposal may list the others too. An answer is of one. */
	if (mail->itip->method == PIM_ITIP_COUNTER)
		sender = pim_itip_find_attendee(mail->itip->event, from);
	return pim_itip_is_organizer(event, mail->own) && sender != NULL &&
		strcasecmp(pim_itip_address(sender), mail->from) == 0;
}

static bool is_from_organizer(const struct meeting_mail *mail,
			      const struct pim_component *event)
{
	const struct pim_property *organizer = pim_property_find(event, "ORGANIZER");

	return !pim_itip_is_organizer(event, mail->own) && organizer != NULL &&
		strcasecmp(pim_itip_address(organizer), mail->from) == 0;
}

static bool apply_reply(const struct meeting_mail *mail, struct pim_object *object)
{
	return pim_itip_apply_reply(object, mail->itip);
}

static bool apply_counter(const struct meeting_mail *mail, struct pim_object *object)
{
	return pim_itip_apply_counter(object, mail->itip, mail->from);
}

static bool apply_cancel(const struct meeting_mail *mail, struct pim_object *object)
{
	return pim_itip_apply_cancel(object, mail->itip);
}

static bool apply_update(const struct meeting_mail *mail, struct pim_object *object)
{
	return (mail->type == EAS_MEETING_TYPE_FULL_UPDATE ||
		mail->type == EAS_MEETING_TYPE_INFORMATIONAL) &&
		pim_itip_apply_update(object, mail->itip, mail->own,
				      mail->type == EAS_MEETING_TYPE_INFORMATIONAL);
}

/* who is believed, and what it does */
static const struct {
	enum pim_itip_method method;
	bool (*is_believed)(const struct meeting_mail *mail,
			    const struct pim_component *event);
	bool (*apply)(const struct meeting_mail *mail, struct pim_object *object);
} incoming_methods[] = {
	{ PIM_ITIP_REPLY,	is_from_attendee,	apply_reply },
	{ PIM_ITIP_COUNTER,	is_from_attendee,	apply_counter },
	{ PIM_ITIP_CANCEL,	is_from_organizer,	apply_cancel },
	{ PIM_ITIP_REQUEST,	is_from_organizer,	apply_update },
};

/* Returns FALSE if the object stays. */
static bool take_into(const struct meeting_mail *mail, struct pim_object *object)
{
	const struct pim_component *event = pim_object_main(object);

	for (unsigned int i = 0; i < N_ELEMENTS(incoming_methods); i++) {
		if (incoming_methods[i].method != mail->itip->method)
			continue;
		if (*mail->from != '\0' &&
		    incoming_methods[i].is_believed(mail, event))
			return incoming_methods[i].apply(mail, object);
		e_debug(mail->ctx->event,
			"%s of %s from %s is not taken into the calendar",
			pim_itip_method_name(mail->itip->method), mail->itip->uid,
			mail->from);
	}
	return FALSE;
}

/* Returns TRUE if there is an entry, and it says what the mail means. */
static bool
take(const struct meeting_mail *mail, struct eas_pim_folder *calendar, pool_t pool)
{
	struct eas_cmd_context *ctx = mail->ctx;
	const struct eas_pim_row *row;
	struct pim_object *object;
	enum eas_pim_result result;
	uint32_t version;

	if (eas_meeting_find(calendar, mail->itip->uid, pool, &row, &object) < 0 ||
	    row == NULL)
		return FALSE;
	if (!take_into(mail, object))
		return TRUE;
	pim_object_touch(object, ioloop_time);
	/* nobody's device made this change: all are told */
	eas_user_set_origin_device(ctx->user, NULL);
	result = eas_pim_folder_put(calendar, row, object, &version);
	eas_user_set_origin_device(ctx->user, ctx->request->device_id);
	if (result == EAS_PIM_OK)
		(void)eas_pim_folder_update(calendar);
	return result == EAS_PIM_OK;
}

void eas_meeting_take_mail(struct eas_cmd_context *ctx, const struct pim_itip *itip,
			   const char *from)
{
	struct meeting_mail mail = {
		.ctx = ctx, .itip = itip, .from = from,
		.own = eas_user_get_addresses(ctx->user)
	};
	struct eas_pim_folder *calendar;
	pool_t pool;

	/* another device did, and what the user changed since stays */
	if (eas_meeting_is_taken(ctx->user, itip))
		return;
	/* while the calendar is as it was */
	mail.type = eas_meeting_get_type(ctx->user, itip, from);
	if (eas_meeting_open_calendar(ctx->user, ctx->event, &calendar) <= 0)
		return;
	pool = pool_alloconly_create("eas meeting mail", 16*1024);
	if (take(&mail, calendar, pool))
		eas_meeting_set_taken(ctx->user, itip);
	pool_unref(&pool);
	eas_pim_folder_close(&calendar);
}
