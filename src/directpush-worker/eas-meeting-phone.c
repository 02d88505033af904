/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mails about meetings that phones send themselves. Some send one again and again, or after the server did. */

#include "lib.h"
#include "istream.h"
#include "pim-mime.h"
#include "pim-tree.h"
#include "eas-cmd.h"
#include "eas-device.h"
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

static const char *mail_key(const struct pim_mime *mime, const struct pim_itip *itip)
{
	const struct pim_property *attendee = pim_property_find(itip->event, "ATTENDEE");
	const char *partstat;

	switch (itip->method) {
	case PIM_ITIP_REPLY:
		/* as the server's own: cmd-meeting-response.c */
		partstat = attendee == NULL ? NULL : pim_param_get(attendee, "PARTSTAT");
		return eas_meeting_key(itip->event, "REPLY",
				       partstat == NULL ? "" : t_str_ucase(partstat));
	case PIM_ITIP_REQUEST:
	case PIM_ITIP_CANCEL:
		return eas_meeting_key(itip->event, pim_itip_method_name(itip->method),
				       invitation_words(mime, itip));
	default:
		return NULL;
	}
}

const char *eas_meeting_phone_key(struct eas_cmd_context *ctx, struct istream *mail)
{
	struct pim_mime *mime;
	struct pim_itip itip;
	const char *key = NULL, *error;
	uoff_t size;
	pool_t pool;

	if (i_stream_get_size(mail, TRUE, &size) <= 0 || size > PHONE_MAIL_MAX_BYTES)
		return NULL;
	pool = pool_alloconly_create("eas meeting mail", 16*1024);
	if (pim_mime_read(pool, mail, PHONE_MAIL_MAX_BYTES, &mime, &error) == 0 &&
	    pim_itip_read_message(pool, mime, &itip, &error) > 0)
		key = p_strdup(ctx->pool, mail_key(mime, &itip));
	pool_unref(&pool);
	i_stream_seek(mail, 0);
	return key;
}

bool eas_meeting_phone_was_sent(struct eas_cmd_context *ctx, const char *key)
{
	if (key == NULL || eas_device_find_sent(ctx->device, key) == NULL)
		return FALSE;
	e_debug(ctx->event, "The same was told before (%s): not sent again", key);
	return TRUE;
}
