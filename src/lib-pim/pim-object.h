/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_OBJECT_H
#define PIM_OBJECT_H

/* One calendar entry, contact, task or note, as a message in a mailbox: Kolab v3, Kolab v2 (read only), raw
   iCalendar/vCard, Apple note <-> one canonical tree:
     event    VCALENDAR { VEVENT master, VEVENT overrides (RECURRENCE-ID), VTIMEZONE if raw had it }
     task     VCALENDAR { VTODO }
     note     VCALENDAR { VJOURNAL }
     contact  VCARD (3.0 or 4.0)
   Canonical means RFC form whatever the storage: all-day DTEND exclusive, mailto:a@b, TZID = Olson name,
   CATEGORIES one property. HTML of notes and events is X-ALT-DESC;FMTTYPE=text/html; DESCRIPTION, if there is
   one too, says the same as plain text, else readers make it from the HTML. Attachments are ATTACH:cid:...
   whose bytes are parts of the message. What Kolab cannot hold is x-custom with the property's name, so that
   decode(encode(tree)) is the tree.
   Why: docs/decisions, "pim objects" */

struct istream;
struct pim_component;

/* longer messages are not read */
#define PIM_OBJECT_MAX_BYTES (32*1024*1024)
#define PIM_OBJECT_MAX_PARTS 100

enum pim_kind {
	PIM_KIND_EVENT,
	PIM_KIND_CONTACT,
	PIM_KIND_TASK,
	PIM_KIND_NOTE,
	/* distribution lists, relations, ...: never shown, never touched */
	PIM_KIND_OTHER
};

enum pim_format {
	PIM_FORMAT_KOLAB3,
	PIM_FORMAT_RAW,
	PIM_FORMAT_APPLE_NOTE,
	/* never written */
	PIM_FORMAT_KOLAB2
};

/* an attachment */
struct pim_part {
	/* without <>, NULL = none */
	const char *content_id;
	/* UTF-8, NULL = none */
	const char *filename;
	/* "type/subtype", lowercase */
	const char *content_type;

	/* As it stands in the message, head and body, written again as it is; NULL = a new one */
	const unsigned char *raw;
	size_t raw_size, raw_body_offset;
	/* of a new one: the bytes */
	const unsigned char *data;
	size_t size;
};
ARRAY_DEFINE_TYPE(pim_part, struct pim_part);

struct pim_object {
	pool_t pool;
	enum pim_kind kind;
	enum pim_format format;
	/* of the object; NULL = it has none */
	const char *uid;
	struct pim_component *root;
	/* attachments, in order */
	ARRAY_TYPE(pim_part) parts;
	/* header lines of the message that are not made anew at a rewrite, whole lines; "" = none */
	const char *kept_headers;
};

/* Read a whole message. expected = kind of the folder (a raw VJOURNAL is a note only there). Everything lives in
   pool. Returns 1; 0 = a message that is no object (mail in the wrong folder; error_r says what it is);
   -1 = an object that cannot be read, or the stream failed (error_r). */
int pim_object_read(pool_t pool, struct istream *message, enum pim_kind expected,
		    struct pim_object **object_r, const char **error_r);
/* A new one without a message yet: root has its component with the UID. uid: NULL makes one. */
struct pim_object *pim_object_new(pool_t pool, enum pim_kind kind,
				  enum pim_format format, const char *uid);
/* Append the whole message (CRLF). owner: address for From and To; NULL = none is said. now: its Date.
   Returns 0, or -1: it cannot be written so (error_r). */
int pim_object_write(const struct pim_object *object, const char *owner,
		     time_t now, buffer_t *dest, const char **error_r);

/* The VEVENT without RECURRENCE-ID (or, of an orphan, the first), VTODO, VJOURNAL, or the VCARD. Never NULL for an object that was
   read and is not PIM_KIND_OTHER. */
struct pim_component *pim_object_main(const struct pim_object *object);
/* Say that it was changed now: DTSTAMP and LAST-MODIFIED, REV. */
void pim_object_touch(struct pim_object *object, time_t now);

/* 20260115T080000Z. Data stack. */
const char *pim_object_stamp(time_t now);

/* The part that "cid:..." of an ATTACH means, NULL = none. */
struct pim_part *pim_object_find_part(const struct pim_object *object,
				      const char *uri);
/* Append its decoded bytes. */
void pim_part_get_data(const struct pim_part *part, buffer_t *dest);
/* Add one, data copied; its content_id, for "cid:", is made. */
struct pim_part *pim_object_add_part(struct pim_object *object,
				     const char *filename,
				     const char *content_type,
				     const void *data, size_t size);
void pim_object_remove_part(struct pim_object *object, struct pim_part *part);

#endif
