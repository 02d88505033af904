/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_TNEF_H
#define EAS_TNEF_H

/* A winmail.dat taken apart: what Outlook put into it instead of MIME parts. Knows the format,
   not mails.

   MS-OXTNEF "Structures" (2.1), MS-OXCDATA "Property Values" (2.11.2) */

/* larger ones stay as they are; it is held in memory */
#define EAS_TNEF_MAX_BYTES (32*1024*1024)
#define EAS_TNEF_MAX_ATTACHMENTS 200
#define EAS_TNEF_MAX_PROPERTIES 2000
/* a compressed body becomes no larger than this */
#define EAS_TNEF_MAX_RTF_BYTES (8*1024*1024)

struct eas_tnef_value {
	/* NULL if there is none; into the stream's data or in pool */
	const unsigned char *data;
	size_t size;
};

struct eas_tnef_attachment {
	/* UTF-8, NULL if not said; no path has been taken off */
	const char *name;
	/* as sent, NULL if not said */
	const char *content_type, *content_id;
	/* data is an item of Outlook's, again as TNEF */
	bool embedded;
	struct eas_tnef_value data;
};

struct eas_tnef {
	/* names for iconv, never NULL */
	const char *text_charset, *html_charset;
	/* rtf: uncompressed */
	struct eas_tnef_value text, html, rtf;
	ARRAY(struct eas_tnef_attachment) attachments;
};

/* data must live as long as the result; everything else is in pool. Returns FALSE if it is no
   TNEF, broken, or beyond a limit: then the result is not to be used. */
bool eas_tnef_parse(pool_t pool, const void *data, size_t size, struct eas_tnef *tnef_r);

#endif
