/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WBXML_H
#define WBXML_H

/* The byte format: tokens as numbers, limits. Knows nothing of EAS: which
   name a number has, and where a tag may stand, is lib-eas's business.

   WAP-192-WBXML 1.3; MS-ASWBXML "Algorithm Details" (what EAS leaves out of it:
   attributes, processing instructions, entities and string table references are
   errors). */

/* A tag in the form EAS uses it: code page << 8 | token (0x05..0x3f). */
typedef uint16_t wbxml_tag_t;
#define WBXML_TAG(page, token) ((wbxml_tag_t)((page) << 8 | (token)))
#define WBXML_TAG_PAGE(tag) ((unsigned int)(tag) >> 8)
#define WBXML_TAG_TOKEN(tag) ((unsigned int)(tag) & 0x3f)
#define WBXML_TAG_NONE 0
/* lower tokens are the global ones below */
#define WBXML_TAG_TOKEN_MIN 0x05

#define WBXML_VERSION_13 0x03
#define WBXML_PUBLIC_ID_UNKNOWN 0x01
#define WBXML_CHARSET_UTF8 106

enum wbxml_global {
	WBXML_SWITCH_PAGE	= 0x00,
	WBXML_END		= 0x01,
	WBXML_ENTITY		= 0x02,
	WBXML_STR_I		= 0x03,
	WBXML_LITERAL		= 0x04,
	WBXML_EXT_I_0		= 0x40,
	WBXML_PI		= 0x43,
	WBXML_STR_T		= 0x83,
	WBXML_OPAQUE		= 0xc3
};
#define WBXML_TAG_CONTENT 0x40
#define WBXML_TAG_ATTRIBUTES 0x80

/* How deep any document may be that is read or written here. */
#define WBXML_MAX_DEPTH 64

/* What a document may be at the most. A document over a limit is an error. */
struct wbxml_limits {
	/* 1..WBXML_MAX_DEPTH */
	unsigned int max_depth;
	unsigned int max_elements;
	/* one text or opaque value */
	uoff_t max_value_bytes;
	uoff_t max_document_bytes;
};
#define WBXML_DEFAULT_MAX_DEPTH 32
#define WBXML_DEFAULT_MAX_ELEMENTS 100000
#define WBXML_DEFAULT_MAX_VALUE_BYTES (1024*1024)
#define WBXML_DEFAULT_MAX_DOCUMENT_BYTES (4*1024*1024)

extern const struct wbxml_limits wbxml_default_limits;

#endif
