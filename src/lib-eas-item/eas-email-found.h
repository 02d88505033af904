/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_EMAIL_FOUND_H
#define EAS_EMAIL_FOUND_H

/* The few properties of a mail that Find shows in its list of results.

   MS-ASCMD "Properties (Find)" (2.2.3.139.1) */

struct eas_email_found;
struct eas_email_source;
struct wbxml_writer;

/* MS-ASCMD "Preview" (2.2.3.137): characters */
#define EAS_EMAIL_FOUND_MAX_PREVIEW 255

/* Read the mail. Returns 0, or -1 when the stream failed. The source must live until close. */
int eas_email_found_open(const struct eas_email_source *source,
			 struct eas_email_found **found_r, const char **error_r);
void eas_email_found_close(struct eas_email_found **found);
/* Write the find:Properties element. preview: the beginning of the mail's text; may be empty. */
void eas_email_found_write(struct eas_email_found *found, struct wbxml_writer *writer,
			   const char *preview);

#endif
