/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_DRAFT_FIELD_H
#define EAS_DRAFT_FIELD_H

/* Text of a client -> header fields in 7 bits. Nothing a client says can end its field. */

/* "Name: value", encoded where it must be; nothing if the value is empty. */
void eas_draft_append_text(string_t *dest, const char *name, const char *value);
/* The same for addresses. What is no address stays as text: a draft may be half written. */
void eas_draft_append_addresses(string_t *dest, const char *name, const char *value);
/* "; name=value" of a Content field. RFC 2231 */
void eas_draft_append_param(string_t *dest, const char *name, const char *value);
/* "type/subtype" if it is one that a part without parts of its own can have, else
   application/octet-stream. */
const char *eas_draft_content_type(const char *value);

#endif
