/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_TEXT_BRIEF_H
#define EAS_TEXT_BRIEF_H

/* Plain text for a list of mails: "<https://...>", "[https://...]" and "[cid:...]", as programs write them
   behind the words of a link or for a picture, are left out (quirk 53). Works on pieces; what is held back
   between them is bounded. */

/* one that is longer stays */
#define EAS_TEXT_BRIEF_MAX_LINK_BYTES 2048

struct eas_text_brief;

struct eas_text_brief *eas_text_brief_init(void);
void eas_text_brief_deinit(struct eas_text_brief **brief);
/* Append what remains of the piece to dest. */
void eas_text_brief_more(struct eas_text_brief *brief, const unsigned char *data, size_t size,
			 buffer_t *dest);
/* The text is over: append what was held back. */
void eas_text_brief_finish(struct eas_text_brief *brief, buffer_t *dest);

#endif
