/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SendMail: a mail as the device made it. An empty answer means that it was sent.
   MS-ASCMD "SendMail" (2.2.1.17) */

#include "lib.h"
#include "eas-cmd.h"
#include "eas-compose.h"

void eas_cmd_send_mail(struct eas_cmd_context *ctx)
{
	struct eas_compose compose;

	if (eas_compose_read(ctx, &compose) < 0)
		return;
	if (!eas_compose_was_sent(ctx, &compose))
		(void)eas_compose_send(ctx, &compose, compose.mime);
	eas_compose_free(&compose);
}
