/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SEARCH_TEXT_H
#define EAS_SEARCH_TEXT_H

/* What people type to find mail, taken apart: words that must all be there, "phrases", from:,
   to:, cc:, bcc:, recipients:, participants:, subject:, body:, and between them AND, OR, NOT, or - before a
   word. Parentheses are passed over. Pure: no storage.

   A subset of the Keyword Query Language, MS-ASCMD "FreeText (Find)" (2.2.3.80.1) */

#define EAS_SEARCH_TEXT_MAX_BYTES 1024
#define EAS_SEARCH_TEXT_MAX_TERMS 32

enum eas_search_field {
	/* anywhere in the mail */
	EAS_SEARCH_FIELD_ANY		= 0,
	EAS_SEARCH_FIELD_FROM		= BIT(0),
	EAS_SEARCH_FIELD_TO		= BIT(1),
	EAS_SEARCH_FIELD_CC		= BIT(2),
	EAS_SEARCH_FIELD_BCC		= BIT(3),
	EAS_SEARCH_FIELD_SUBJECT	= BIT(4),
	EAS_SEARCH_FIELD_BODY		= BIT(5)
};

struct eas_search_term {
	/* any of these */
	enum eas_search_field fields;
	/* UTF-8, not empty */
	const char *text;
	bool match_not;
	/* instead of the term before it, not as well */
	bool or_previous;
};
ARRAY_DEFINE_TYPE(eas_search_term, struct eas_search_term);

/* Append the terms, with texts in pool. Returns 0; or -1 with a sentence if it is too long, not
   UTF-8, or nothing to search for. */
int eas_search_text_parse(pool_t pool, const char *text,
			  ARRAY_TYPE(eas_search_term) *terms, const char **error_r);

/* "m-n": both up to three digits, m <= n. Returns 0, -1 if it is none. */
int eas_search_range_parse(const char *text, unsigned int *first_r, unsigned int *last_r);

#endif
