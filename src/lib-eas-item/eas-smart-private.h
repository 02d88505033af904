/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SMART_PRIVATE_H
#define EAS_SMART_PRIVATE_H

/* Between eas-smart-mime.c (the tree) and eas-smart-text.c (its bodies). */

#include "eas-email-message.h"
#include "eas-smart-mime.h"

struct eas_smart_context {
	const struct eas_smart_source *source;
	struct eas_email_message *mime, *original;
	struct ostream *output;
};

/* Write the part with its head. Returns 0, -1 if reading failed. */
int eas_smart_write_plain(struct eas_smart_context *ctx);
int eas_smart_write_html(struct eas_smart_context *ctx);

#endif
