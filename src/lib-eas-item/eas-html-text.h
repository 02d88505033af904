/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_HTML_TEXT_H
#define EAS_HTML_TEXT_H

/* HTML as plain text and plain text as HTML, in pieces of any size. Both want and make
   UTF-8. Broken HTML is read as far as it goes: there are no errors. What is kept
   between the pieces is bounded: a tag's name, an entity, one link.

   Dovecot's mail_html2text is made for a search index: it has no line ends. */

enum eas_html_text_flags {
	/* "text <https://...>" for links. Without: only the text (quirk 53: iOS shows the
	   beginning of a plain body in its list of mails). */
	EAS_HTML_TEXT_FLAG_LINKS	= BIT(0)
};

struct eas_html_text *eas_html_text_init(enum eas_html_text_flags flags);
void eas_html_text_deinit(struct eas_html_text **html);

/* Append the text of one more piece. Line ends are CRLF; runs of white space are one
   space, as in a browser. */
void eas_html_text_more(struct eas_html_text *html,
			const unsigned char *data, size_t size, buffer_t *dest);
/* There is no more. */
void eas_html_text_finish(struct eas_html_text *html, buffer_t *dest);

/* A document says in its <meta> in which charset it was written; as it is UTF-8 now, it must not. Copy
   the beginning of a document with "utf-8" in that place. */
#define EAS_HTML_META_BYTES 2048
void eas_html_append_utf8_meta(const unsigned char *data, size_t size, buffer_t *dest);

/* Plain text with CRLF line ends as the inside of a HTML body: markup characters escaped,
   line ends as <br>, runs of spaces kept. Any pieces; prev is the byte before data, 0 = none. */
void eas_text_html_append(const unsigned char *data, size_t size, unsigned char prev,
			  buffer_t *dest);
#define EAS_TEXT_HTML_HEAD \
	"<html><head><meta http-equiv=\"Content-Type\" " \
	"content=\"text/html; charset=utf-8\"></head><body>\r\n"
#define EAS_TEXT_HTML_TAIL "\r\n</body></html>\r\n"

#endif
