/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PART_READER_H
#define EAS_PART_READER_H

/* The content of one MIME part for a device, a piece at a time: transfer encoding taken off; of
   text also the charset, line ends made CRLF, converted if wished. Broken encodings and
   charsets never stop it. Memory stays at a few times EAS_PART_READER_PIECE_MAX. */

#include "message-parser.h"
#include "message-decoder.h"

struct istream;

#define EAS_PART_READER_PIECE_MAX 8192

/* where it is, and how it is written there */
struct eas_part_place {
	/* in the message's stream */
	uoff_t offset, size;
	enum message_cte cte;
	/* NULL = not said: UTF-8, or Windows-1252 once it is not valid UTF-8 */
	const char *charset;
};

enum eas_part_form {
	/* decoded bytes */
	EAS_PART_FORM_BINARY,
	/* and line ends CRLF: whole messages */
	EAS_PART_FORM_CRLF,
	/* and encoded again as quoted-printable */
	EAS_PART_FORM_QUOTED_PRINTABLE,
	/* UTF-8, control characters as spaces; _BRIEF: without link addresses (quirk 53) */
	EAS_PART_FORM_UTF8,
	EAS_PART_FORM_UTF8_BRIEF,
	/* and that it is UTF-8 said in its <meta> */
	EAS_PART_FORM_HTML,
	/* HTML to plain text; _BRIEF: without link addresses (quirk 53) */
	EAS_PART_FORM_HTML_TO_TEXT,
	EAS_PART_FORM_HTML_TO_TEXT_BRIEF,
	EAS_PART_FORM_TEXT_TO_HTML
};

/* The stream is referenced; it may be used for other things between the calls. */
struct eas_part_reader *
eas_part_reader_init(struct istream *input, const struct eas_part_place *part,
		     enum eas_part_form form);
void eas_part_reader_deinit(struct eas_part_reader **reader);

/* Append the next piece, which may be empty. Returns 1 = there may be more, 0 = that was
   all, -1 = the stream failed. */
int eas_part_reader_more(struct eas_part_reader *reader, buffer_t *dest);

#endif
