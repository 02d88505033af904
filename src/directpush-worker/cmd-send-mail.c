/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SendMail: a mail as the device made it. An empty answer means that it was sent.
   MS-ASCMD "SendMail" (2.2.1.17) */

#include "lib.h"
#include "eas-cmd.h"
#include "eas-compose.h"
#include "eas-meeting.h"

void eas_cmd_send_mail(struct eas_cmd_context *ctx)
{
	struct eas_compose compose;
	struct eas_meeting_phone_mail meeting;

	if (eas_compose_read(ctx, &compose) < 0)
		return;
	eas_meeting_phone_read(ctx, compose.mime, &meeting);
	if (!eas_compose_was_sent(ctx, &compose) &&
	    !eas_meeting_phone_was_sent(ctx, &meeting) &&
	    eas_compose_send(ctx, &compose, compose.mime))
		eas_meeting_phone_sent(ctx, &meeting);
	eas_compose_free(&compose);
}
