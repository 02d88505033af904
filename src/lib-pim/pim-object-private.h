/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_OBJECT_PRIVATE_H
#define PIM_OBJECT_PRIVATE_H

/* Between the files that read and write messages of objects. */

#include "pim-mime.h"
#include "pim-object.h"

#define KOLAB_TYPE_PREFIX "application/x-vnd.kolab."
#define APPLE_NOTE_TYPE "com.apple.mail-note"

/* "application/x-vnd.kolab.event" of the header, else of a part; NULL = not Kolab's. */
const char *pim_object_kolab_type(const struct pim_mime *mime);
/* As pim_object_read() and pim_object_write(). */
int pim_object_kolab_read(struct pim_object *object, const struct pim_mime *mime,
			  const char *type, const char **error_r);
int pim_object_kolab_write(const struct pim_object *object, const char *owner,
			   time_t now, string_t *dest, const char **error_r);

/* Fill the new object from a message of Apple's. Returns as pim_object_read(). */
int pim_apple_note_read(struct pim_object *object, const struct pim_mime *mime,
			const char **error_r);
/* Append header fields and body. */
void pim_apple_note_write(const struct pim_object *object, const char *owner,
			  time_t now, string_t *dest);

/* All leaves but body become object->parts, if they have a name or an id. */
void pim_object_keep_parts(struct pim_object *object,
			   const struct pim_mime *mime,
			   const struct pim_mime_part *body);
/* Header lines that stand in every message: MIME-Version, From, To, Date, and those kept. */
void pim_object_write_head(const struct pim_object *object, const char *owner,
			   time_t date, string_t *dest);
/* A field of text, encoded and folded */
void pim_object_write_text_field(string_t *dest, const char *name,
				 const char *text);
const char *pim_object_new_boundary(void);
/* Each with a boundary before it, and the last boundary */
void pim_object_write_parts(const struct pim_object *object,
			    const char *boundary, string_t *dest);
/* Append text as quoted-printable, ended with CRLF. */
void pim_object_write_qp(string_t *dest, const void *data, size_t size);

#endif
