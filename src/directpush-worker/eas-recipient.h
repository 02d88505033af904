/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_RECIPIENT_H
#define EAS_RECIPIENT_H

/* The people this server knows: the user by the user's own addresses, and whoever has a certificate in
   directpush_certificates_dir, one file ADDRESS.pem for each (address in lower case). */

struct event;
struct eas_user;

/* MS-ASCMD "ResolveRecipients" response schema: longest To */
#define EAS_RECIPIENT_MAX_BYTES 256
/* files looked at in the directory */
#define EAS_RECIPIENT_MAX_FILES 10000

/* Whom text means: "box@domain", "Name <box@domain>", or the beginning of an address. A whole
   address means nobody else. Appends addresses, in pool (not the data
   stack's), sorted; none = unknown. */
void eas_recipients_find(struct eas_user *user, struct event *event, const char *text,
			 pool_t pool, ARRAY_TYPE(const_string) *addresses);

/* The certificate of a found address as DER. Returns FALSE if there is none that is valid now. */
bool eas_recipient_get_certificate(struct eas_user *user, struct event *event,
				   const char *address, buffer_t *dest);

#endif
