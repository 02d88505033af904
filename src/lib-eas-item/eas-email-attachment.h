/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_EMAIL_ATTACHMENT_H
#define EAS_EMAIL_ATTACHMENT_H

/* The Attachments element of an email item.

   MS-ASAIRS "Attachments" (2.2.2.8), "Attachment" (2.2.2.7) */

struct wbxml_writer;
struct eas_email_message;

#define EAS_EMAIL_MAX_ATTACHMENTS 500

/* Writes nothing if there are none. item_id: "folder:uid". */
void eas_email_attachments_write(struct wbxml_writer *writer,
				 const struct eas_email_message *message,
				 const char *item_id);
/* Only the last ones, as ClientId and FileReference: those a device has just added, which
   calls them by these ids (NULL-terminated). */
void eas_email_attachments_write_added(struct wbxml_writer *writer,
				       const struct eas_email_message *message,
				       const char *item_id, const char *const *client_ids);
/* May the HTML show it in its place, where its id or location stands? */
bool eas_email_attachment_is_inline(const struct eas_email_message *message,
				    unsigned int idx);
/* A name for people, never empty. */
const char *
eas_email_attachment_get_name(const struct eas_email_message *message, unsigned int idx);

#endif
