/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_OUTGOING_H
#define EAS_OUTGOING_H

/* A mail a device wants sent: who gets it, in whose name, and its bytes as they leave. What the
   device left out is added (From, Date, Message-ID); Bcc is taken out; line ends become CRLF. Nothing else
   is touched, so signatures stay valid. A name that is not the user's own is refused.

   MS-ASCMD "SendMail" (2.2.1.17); RFC 6409 8 "Message Modifications" */

#include "smtp-address.h"

struct istream;

#define EAS_OUTGOING_MAX_RECIPIENTS 1000
#define EAS_OUTGOING_MAX_HEADER_BYTES (1024*1024)

enum eas_outgoing_result {
	EAS_OUTGOING_OK = 0,
	EAS_OUTGOING_NO_RECIPIENT,
	/* not an address, or too many of them */
	EAS_OUTGOING_BAD_RECIPIENT,
	/* From or Sender is not the user's */
	EAS_OUTGOING_FOREIGN_SENDER,
	/* no head at all */
	EAS_OUTGOING_BAD_MIME,
	EAS_OUTGOING_READ_FAILED
};

struct eas_outgoing_sender {
	/* the user's own, the first is the primary one; NULL-terminated, not empty */
	const char *const *addresses;
	time_t now;
	/* any text that no other mail has: makes the Message-ID */
	const char *unique;
};

struct eas_outgoing {
	pool_t pool;
	struct istream *mime;
	/* of the envelope */
	const struct smtp_address *from;
	ARRAY_TYPE(smtp_address_const) recipients;
	/* without brackets */
	const char *message_id;
	/* header lines in front of those of the device */
	const char *added;
	/* the device's own From cannot stay */
	bool drop_from;
};

/* mime: seekable, from its start. It must live as long as the result, which lives in pool. error_r is for
   the log. */
enum eas_outgoing_result
eas_outgoing_parse(pool_t pool, struct istream *mime,
		   const struct eas_outgoing_sender *sender,
		   struct eas_outgoing **mail_r, const char **error_r);

/* The mail from its start, to be read once. with_bcc: for the copy in Sent, not for anybody
   else. Caller unreferences; one at a time. */
struct istream *eas_outgoing_open(const struct eas_outgoing *mail, bool with_bcc);

#endif
