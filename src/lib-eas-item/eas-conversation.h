/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_CONVERSATION_H
#define EAS_CONVERSATION_H

/* Which conversation a mail belongs to, and where in it. Computed from the mail alone, so
   that it is the same on every device and needs no store.

   MS-ASCON "ConversationId" (2.2.2.3), "ConversationIndex" (2.2.2.4) */

struct eas_email_message;

#define EAS_CONVERSATION_ID_BYTES 16
#define EAS_CONVERSATION_HEADER_BYTES 5
#define EAS_CONVERSATION_LEVEL_BYTES 5
#define EAS_CONVERSATION_MAX_LEVELS 50

/* Hash of the id of the mail that began it: the first of References, In-Reply-To, its own
   Message-ID. Of a mail without any: its Thread-Index, its topic, or else fallback. */
void eas_conversation_get_id(const struct eas_email_message *message, const char *topic,
			     const char *fallback,
			     unsigned char id_r[EAS_CONVERSATION_ID_BYTES]);

/* Append header and response levels: those of Thread-Index if there is one, else only the
   time the mail was sent. */
void eas_conversation_append_index(const struct eas_email_message *message,
				   time_t sent_utc, buffer_t *dest);

#endif
