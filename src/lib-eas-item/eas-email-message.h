/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_EMAIL_MESSAGE_H
#define EAS_EMAIL_MESSAGE_H

/* A mail taken apart once: its head, its MIME parts, and what each part is to a
   device: the body, or an attachment. */

#include "message-part.h"
#include "eas-part-reader.h"

enum eas_email_header {
#define EAS_EMAIL_HEADER(ident, name, kind) EAS_EMAIL_HEADER_##ident,
#include "eas-email-headers.def"
	EAS_EMAIL_HEADER_COUNT
};

/* longer fields are cut */
#define EAS_EMAIL_MAX_HEADER_BYTES (64*1024)

enum eas_email_disposition {
	EAS_EMAIL_DISPOSITION_NONE = 0,
	EAS_EMAIL_DISPOSITION_INLINE,
	EAS_EMAIL_DISPOSITION_ATTACHMENT
};

struct eas_email_part {
	const struct message_part *part;
	/* lowercase; "text", "plain" if not said or broken */
	const char *type, *subtype;
	enum message_cte cte;
	enum eas_email_disposition disposition;
	/* UTF-8, without folders; NULL if not said */
	const char *file_name;
	/* parameters of Content-Type, as they are; NULL if not said */
	const char *charset, *start, *protocol, *report_type, *smime_type, *method;
	/* without brackets; NULL if not said */
	const char *content_id;
	const char *content_location;
};

#define EAS_EMAIL_PART_NONE UINT_MAX

struct eas_email_message {
	pool_t pool;
	struct istream *input;
	/* Unfolded, not decoded; NULL if there is none. */
	const char *headers[EAS_EMAIL_HEADER_COUNT];
	/* In the order of the message: part 0 is the message, its first child 1, and so on, what is
	   inside attached messages included; at most
	   MESSAGE_PARSER_DEFAULT_MAX_TOTAL_MIME_PARTS. */
	struct eas_email_part *parts;
	unsigned int parts_count;

	/* indexes into parts, or EAS_EMAIL_PART_NONE */
	unsigned int text, html;
	/* ascending */
	ARRAY_TYPE(uint32_t) attachments;
	/* "IPM.Note", ... MS-ASEMAIL "MessageClass" (2.2.2.49) */
	const char *message_class;
	/* 0 = low, 1, 2 = high. MS-ASEMAIL "Importance" (2.2.2.38) */
	unsigned int importance;
	/* S/MIME, of which a device may want the MIME: signed or encrypted */
	bool smime;
};

/* Parse the message. parts: its structure if it is known, else NULL; a wrong one is noticed and not used.
   Everything lives in pool; the stream must live as long as the result is used. Returns 0, -1 if the
   stream fails. */
int eas_email_message_parse(pool_t pool, struct istream *input,
			    struct message_part *parts,
			    struct eas_email_message **message_r, const char **error_r);

/* Index of the first child, EAS_EMAIL_PART_NONE if there is none (for attached messages too: they are
   one part to a device). */
unsigned int
eas_email_message_first_child(const struct eas_email_message *message, unsigned int idx);
unsigned int
eas_email_message_next_sibling(const struct eas_email_message *message, unsigned int idx);
/* Where the content of the part stands. */
void eas_email_message_get_place(const struct eas_email_message *message,
				     unsigned int idx, struct eas_part_place *part_r);

/* Fill text, html, attachments, message_class, importance, smime: called by parse. */
void eas_email_structure_find(struct eas_email_message *message);

#endif
