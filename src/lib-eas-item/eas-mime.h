/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MIME_H
#define EAS_MIME_H

/* A whole message as text for a document. Most messages are UTF-8 and go as they are, byte for
   byte; in others (8 bit parts in another charset, binary ones) the parts that are not are
   encoded as quoted-printable, as on the way through a mail server that takes 7 bits only. */

#include "eas-part-reader.h"

struct eas_email_message;

/* One piece of the message, in order. */
struct eas_mime_segment {
	/* if not NULL, only this */
	const char *literal;
	struct eas_part_place place;
	enum eas_part_form form;
};
ARRAY_DEFINE_TYPE(eas_mime_segment, struct eas_mime_segment);

/* Fill segments_r, in pool. Returns 0, or -1 if the stream failed. */
int eas_mime_get_segments(const struct eas_email_message *message, pool_t pool,
			  ARRAY_TYPE(eas_mime_segment) *segments_r);

#endif
