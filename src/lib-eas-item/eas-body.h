/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_BODY_H
#define EAS_BODY_H

/* Which body the device wants, and making it: type preference, truncation on a character
   boundary, preview, HTML <-> text, MIME. A body of any size passes through
   EAS_BODY_MEMORY_BYTES.

   MS-ASAIRS "BodyPreference", "Body", "BodyPartPreference", "BodyPart", "Data", "Truncated",
   "EstimatedDataSize", "Preview" */

#include "eas-version.h"
#include "eas-part-reader.h"

struct wbxml_node;
struct wbxml_writer;
struct eas_body;
struct eas_email_message;

enum eas_body_type {
	EAS_BODY_TYPE_NONE	= 0,
	EAS_BODY_TYPE_TEXT	= 1,
	EAS_BODY_TYPE_HTML	= 2,
	EAS_BODY_TYPE_RTF	= 3,
	EAS_BODY_TYPE_MIME	= 4
};

/* Sync Options MIMESupport */
enum eas_mime_support {
	EAS_MIME_SUPPORT_NEVER	= 0,
	EAS_MIME_SUPPORT_SMIME	= 1,
	EAS_MIME_SUPPORT_ALWAYS	= 2
};

struct eas_body_preference {
	enum eas_body_type type;
	/* bytes; UOFF_T_MAX = whole */
	uoff_t truncation_size;
	bool all_or_none;
	/* characters, 0 = none, at most 255 (14.0) */
	unsigned int preview;
};
#define EAS_BODY_MAX_PREFERENCES 4
#define EAS_BODY_MAX_PREVIEW 255

/* Collects the bodies of a multipart answer: they leave behind the document, which names
   them by Part. MS-ASCMD "Delivery of Content Requested by Fetch" (2.2.1.10.1) */
struct eas_body_parts {
	/* one behind the other */
	struct ostream *output;
	/* sizes of parts 1, 2, ...; part 0 is the document */
	ARRAY(uoff_t) sizes;
};

struct eas_body_options {
	enum eas_version version;
	/* in the order of the device's wish */
	struct eas_body_preference preferences[EAS_BODY_MAX_PREFERENCES];
	unsigned int preferences_count;
	/* the message part that is wanted beside the body (14.1); type NONE: none is */
	struct eas_body_preference part;
	/* sent at all? (quirk 48) */
	bool mime_support_sent;
	enum eas_mime_support mime_support;
	/* bytes; UOFF_T_MAX = whole */
	uoff_t mime_truncation_size;
	/* NULL: bodies stand in the document */
	struct eas_body_parts *parts;
	/* The properties that are wanted are its children; NULL = all.
	   MS-ASCMD "Schema" (2.2.3.158) */
	const struct wbxml_node *schema;
	/* not legal because a part was asked for as something else than HTML: not the command's own
	   status, but EAS_STATUS_GLOBAL_BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED. MS-ASCON "Sending
	   a Message Part" (3.2.5.7) */
	bool part_type_refused;
};

/* What an item has to choose from. */
struct eas_body_source {
	struct istream *input;
	/* where text and html stand, if that is not input; NULL = it is */
	struct istream *text_input;
	/* NULL: the item has none of this kind */
	const struct eas_part_place *text, *html;
	/* NULL: the item is no message */
	const struct eas_email_message *message;
	/* signed or encrypted: its MIME is asked for by MIMESupport 1 */
	bool smime;
	/* Truncated is written only if it is: where 0 in it stops a device (quirk 52) */
	bool truncated_only;
};

#define EAS_BODY_MEMORY_BYTES (128*1024)

/* Take BodyPreference, BodyPartPreference, MIMESupport and MIMETruncation out of an Options
   element (Sync, ItemOperations, Search). node may be NULL: no preference, no body data.
   Returns 0, or -1 with a sentence: not legal (Status 4, but see part_type_refused). */
int eas_body_options_parse(const struct wbxml_node *options_node,
			   enum eas_version version,
			   struct eas_body_options *options_r,
			   const char **error_r);

/* Choose a body and read its beginning: in most cases all of it. Returns 0, or -1 if
   the stream failed. The source's stream and parts must live until close. */
int eas_body_open(const struct eas_body_source *source,
		  const struct eas_body_options *options, struct eas_body **body_r);
/* The same for the message part the options want: it is the whole body, as HTML. */
int eas_body_open_part(const struct eas_body_source *source,
		       const struct eas_body_options *options, struct eas_body **body_r);
void eas_body_close(struct eas_body **body);

/* A part alone comes without a body. MS-ASCON "Sending a Message Part" (3.2.5.7) */
bool eas_body_is_wanted(const struct eas_body_options *options);

/* Write the Body element, or BodyPart: with Status 176 if AllOrNone kept its data out. Its data
   always stands in the document. Returns 0, or -1 if the stream failed behind the beginning: the
   element is closed, but its data is short. */
int eas_body_write(struct eas_body *body, struct wbxml_writer *writer);

/* What the item has: EAS_BODY_TYPE_HTML if it has HTML, else _TEXT. For NativeBodyType. */
enum eas_body_type eas_body_get_native_type(const struct eas_body_source *source);

#endif
