/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_HEADER_TEXT_H
#define EAS_HEADER_TEXT_H

/* Header fields as text for people: RFC 2047 words, RFC 2231 parameters, raw 8 bit bytes,
   addresses. Everything may be broken; something readable comes out, in UTF-8, without
   control characters or line ends. Nothing here fails. All of it leaves garbage on the data
   stack. */

struct message_address;

/* Decode the words of an unstructured field. Words of one charset that follow each other are
   decoded as one, as they may be cut inside a character. Bytes that are not UTF-8
   count as Windows-1252. */
const char *eas_header_decode(pool_t pool, const char *value);

/* "charset'language'percent-encoded" of RFC 2231 */
const char *eas_header_decode_extended(pool_t pool, const char *value);

/* The addresses of a field, and begin and end of groups; NULL if there are none. They may be
   separated by commas or semicolons. *complete_r (may be NULL) = FALSE if something in the field is
   no address: the list has what could be read. */
struct message_address *eas_header_addresses(pool_t pool, const char *value,
					     bool *complete_r);

/* As in To, Cc, From, ReplyTo: "Name" <box@domain>, separated by separator, no more than
   max_bytes (whole addresses). A field without any address comes back as its decoded text.
   MS-ASEMAIL "To" (2.2.2.79), MS-ASDTYPE "E-Mail Address" (2.7.3) */
const char *eas_header_address_list(pool_t pool, const char *value,
				    const char *separator, size_t max_bytes);
/* As in DisplayTo: names, or addresses of those without; separated by "; ". */
const char *eas_header_display_list(pool_t pool, const char *value, size_t max_bytes);
/* "box@domain" of the first address, NULL if there is none. */
const char *eas_header_first_address(pool_t pool, const char *value);

/* The first <id> of a field of message ids, without brackets; NULL if there is none. */
const char *eas_header_first_message_id(pool_t pool, const char *value);

/* A subject without "Re:", "Fwd:" and the like: one to three letters (or "Antw", "Re[2]")
   and a colon. Points into subject. */
const char *eas_header_topic(const char *subject);

#endif
