/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SendMail: a mail as the device made it. An empty answer means that it was sent.
   MS-ASCMD "SendMail" (2.2.1.17) */

#include "lib.h"
#include "eas-cmd.h"
#include "eas-compose.h"
#include "eas-device.h"
#include "eas-meeting.h"

void eas_cmd_send_mail(struct eas_cmd_context *ctx)
{
	struct eas_compose compose;
	const char *meeting_key;

	if (eas_compose_read(ctx, &compose) < 0)
		return;
	meeting_key = eas_meeting_phone_key(ctx, compose.mime);
	if (!eas_compose_was_sent(ctx, &compose) &&
	    !eas_meeting_phone_was_sent(ctx, meeting_key) &&
	    eas_compose_send(ctx, &compose, compose.mime) && meeting_key != NULL)
		eas_device_add_sent(ctx->device, meeting_key, FALSE);
	eas_compose_free(&compose);
}
