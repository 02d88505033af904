/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mails about meetings that phones send themselves. Some send one again and again, or after the server did. */

#include "lib.h"
#include "istream.h"
#include "pim-mime.h"
#include "pim-tree.h"
#include "eas-cmd.h"
#include "eas-device.h"
#include "eas-followups.h"
#include "eas-meeting.h"

/* longer mails are about more than a meeting */
#define PHONE_MAIL_MAX_BYTES (256*1024)

/* To whom it goes and what it says, but for when it was written. */
static const char *invitation_words(const struct pim_mime *mime, const struct pim_itip *itip)
{
	const char *to = pim_mime_header(mime, "To"), *cc = pim_mime_header(mime, "Cc");

	return t_strdup_printf("%016"PRIx64":%s:%s", pim_tree_digest(itip->root),
			       to == NULL ? "" : to, cc == NULL ? "" : cc);
}

static void
read_mail(struct eas_cmd_context *ctx, const struct pim_mime *mime,
	  const struct pim_itip *itip, struct eas_meeting_phone_mail *meeting)
{
	const struct pim_property *attendee = pim_property_find(itip->event, "ATTENDEE");
	const char *partstat = attendee == NULL ? NULL :
		pim_param_get(attendee, "PARTSTAT");

	switch (itip->method) {
	case PIM_ITIP_REPLY:
		if (partstat == NULL)
			break;
		eas_meeting_told_init(&meeting->told, itip->event,
				      t_str_ucase(partstat));
		meeting->told.any_sequence =
			pim_property_find(itip->event, "SEQUENCE") == NULL;
		meeting->told.name = p_strdup(ctx->pool, meeting->told.name);
		meeting->told.text = p_strdup(ctx->pool, meeting->told.text);
		break;
	case PIM_ITIP_REQUEST:
	case PIM_ITIP_CANCEL:
		meeting->key = p_strdup_printf(ctx->pool, "itip:%s:%s:%u:%s",
			pim_itip_method_name(itip->method), itip->uid,
			itip->sequence, invitation_words(mime, itip));
		break;
	default:
		break;
	}
}

void eas_meeting_phone_read(struct eas_cmd_context *ctx, struct istream *mail,
			    struct eas_meeting_phone_mail *meeting_r)
{
	struct pim_mime *mime;
	struct pim_itip itip;
	const char *error;
	uoff_t size;
	pool_t pool;

	i_zero(meeting_r);
	if (i_stream_get_size(mail, TRUE, &size) <= 0 || size > PHONE_MAIL_MAX_BYTES)
		return;
	pool = pool_alloconly_create("eas meeting mail", 16*1024);
	if (pim_mime_read(pool, mail, PHONE_MAIL_MAX_BYTES, &mime, &error) == 0 &&
	    pim_itip_read_message(pool, mime, &itip, &error) > 0)
		read_mail(ctx, mime, &itip, meeting_r);
	pool_unref(&pool);
	i_stream_seek(mail, 0);
}

bool eas_meeting_phone_was_sent(struct eas_cmd_context *ctx,
				const struct eas_meeting_phone_mail *meeting)
{
	if ((meeting->key == NULL ||
	     eas_device_find_sent(ctx->device, meeting->key) == NULL) &&
	    (meeting->told.name == NULL ||
	     !eas_meeting_was_told(ctx->user, &meeting->told)))
		return FALSE;
	e_debug(ctx->event, "The same was told before (%s): not sent again",
		meeting->key != NULL ? meeting->key : meeting->told.text);
	return TRUE;
}

void eas_meeting_phone_sent(struct eas_cmd_context *ctx,
			    const struct eas_meeting_phone_mail *meeting)
{
	if (meeting->key != NULL)
		eas_device_add_sent(ctx->device, meeting->key, FALSE);
	if (meeting->told.name != NULL) {
		eas_meeting_note_set(ctx->user, EAS_FOLLOWUPS_ANSWERS,
				     meeting->told.name, meeting->told.text);
	}
}
