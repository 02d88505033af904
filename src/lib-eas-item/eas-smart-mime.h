/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SMART_MIME_H
#define EAS_SMART_MIME_H

/* The mail a device sends by SmartReply or SmartForward without the original in it, put together
   with the original: its body below the new one, and what is attached to it.

	multipart/mixed				left out when there is only one part below it
	    multipart/related			 "
		multipart/alternative		 "
		    text/plain			new text, head of the original, its text
		    text/html			if either has HTML
		images of the HTML
	    what the device attached
	    what the original has attached	forward only

   A signed or encrypted original is attached whole to a forward, as nothing of it would stay
   valid alone; a signed new mail is left as it is.

   MS-ASCMD "SmartReply" (2.2.1.20), "SmartForward" (2.2.1.19) */

#include "message-part.h"

struct istream;
struct ostream;

enum eas_smart_kind {
	EAS_SMART_REPLY,
	EAS_SMART_FORWARD
};

struct eas_smart_source {
	enum eas_smart_kind kind;
	/* what the device sent; seekable, from its start */
	struct istream *mime;
	/* the original; parts may be NULL */
	struct istream *original;
	struct message_part *original_parts;
	/* letters and digits that stand in neither of them */
	const char *boundary;
};

/* References are cut to so many (quirk 62). */
#define EAS_SMART_MAX_REFERENCES 10

/* Write the new mail. Returns 0, or -1 when a stream failed (for output: see it there).
   Line ends are mixed: eas-outgoing.h makes them CRLF. */
int eas_smart_mime_write(const struct eas_smart_source *source, struct ostream *output,
			 const char **error_r);

#endif
