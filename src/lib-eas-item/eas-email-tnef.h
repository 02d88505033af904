/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_EMAIL_TNEF_H
#define EAS_EMAIL_TNEF_H

/* A mail with a winmail.dat as the mail it would be had its sender used MIME: the part is replaced
   by a multipart/mixed with what was in it. Everybody then works on that mail, and part
   numbers are those of that mail. */

struct istream;
struct eas_email_message;

/* temp_prefix: of a temporary file, for iostream-temp. Returns 1 = *input_r is the new
   mail, to be parsed, seekable, caller unreferences; 0 = nothing to unpack, or it is broken
   or signed: the mail stays as it is; -1 = the message's stream failed. */
int eas_email_tnef_unpack(const struct eas_email_message *message, const char *temp_prefix,
			  struct istream **input_r);

#endif
