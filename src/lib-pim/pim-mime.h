/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_MIME_H
#define PIM_MIME_H

/* A whole message in memory and its MIME parts: what an object is read from, and parts written again byte for byte. Knows nothing
   of objects. */

#include "message-part.h"
#include "message-decoder.h"

struct istream;

struct pim_mime_part {
	const struct message_part *part;
	/* lowercase "type/subtype"; "text/plain" if not said or broken */
	const char *content_type;
	/* of Content-Type, NULL = not said */
	const char *charset, *method;
	/* without <> */
	const char *content_id;
	/* UTF-8 */
	const char *filename;
	enum message_cte cte;
};

struct pim_mime {
	pool_t pool;
	const unsigned char *data;
	size_t size;
	/* in the order of the message, [0] is the message */
	ARRAY(struct pim_mime_part) parts;
};

/* Read the stream to its end. Returns 0, or -1 if it fails or has more than max_bytes. Everything lives in pool. */
int pim_mime_read(pool_t pool, struct istream *message, size_t max_bytes,
		  struct pim_mime **mime_r, const char **error_r);

/* Has no parts itself, and stands in no attached message? */
bool pim_mime_part_is_leaf(const struct pim_mime_part *part);
/* Head and body as they stand in the message. */
const unsigned char *
pim_mime_part_raw(const struct pim_mime *mime, const struct pim_mime_part *part,
		  size_t *size_r, size_t *body_offset_r);
/* Append the body without transfer encoding. What is broken is skipped. */
void pim_mime_decode(enum message_cte cte, const unsigned char *body,
		     size_t size, buffer_t *dest);
/* The same of a part. text: as UTF-8. */
void pim_mime_part_decode(const struct pim_mime *mime,
			  const struct pim_mime_part *part, bool text,
			  buffer_t *dest);

/* A field of the message's own header, unfolded but not decoded, NULL = none. In mime's pool. */
const char *pim_mime_header(const struct pim_mime *mime, const char *name);
/* The same, as UTF-8 text */
const char *pim_mime_header_text(const struct pim_mime *mime, const char *name);
/* Whole lines of the message's own header but for fields whose name is or, with a '*' at its end, begins with one of skip
   (NULL-terminated). CRLF. In mime's pool. */
const char *pim_mime_other_headers(const struct pim_mime *mime,
				   const char *const *skip);

#endif
