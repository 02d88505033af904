/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_ITEM_EMAIL_H
#define EAS_ITEM_EMAIL_H

/* One mail -> the ApplicationData (or Properties) of one Email item. Works on a stream and
   a few facts; opens no mailbox.

   MS-ASEMAIL "Message Details", MS-ASAIRS "Body", "Attachments", MS-ASCON */

#include "eas-version.h"
#include "eas-body.h"
#include "eas-email-flags.h"
#include "message-part.h"
#include "mail-types.h"

struct istream;
struct wbxml_writer;
struct eas_item_email;
struct pim_itip;

struct eas_email_source {
	/* the whole message, seekable */
	struct istream *input;
	/* parsed structure if the caller has it, else NULL: made here. With it a large
	   message need not be read to its end. */
	struct message_part *parts;
	/* when it arrived: DateReceived; 0 = take the Date header */
	time_t received_utc;
	enum mail_flags flags;
	/* Keywords as they are in the mailbox, NULL-terminated; may be NULL. */
	const char *const *keywords;
	/* when the last reply or forward was made; 0 = not known */
	time_t last_verb_utc;
	/* what its follow-up flag says besides; NULL = nothing */
	const struct eas_email_followup *followup;
	/* "folder:uid", the head of the FileReferences made here */
	const char *item_id;
	/* the item lies in a Drafts folder (Email2 IsDraft, 16.0) */
	bool is_draft;
	/* NULL: a winmail.dat is an attachment as any other. Else its contents take its place (eas-email-tnef.h), by
	   way of temporary files whose names begin so. */
	const char *tnef_temp_prefix;
	/* What a message about a meeting is to the user (eas-meeting-type.h): asked when it is written. from: as of
	   eas_item_email_get_meeting(). NULL: as far as the mail itself says */
	unsigned int (*meeting_type)(void *context, const struct pim_itip *itip,
				     const char *from);
	void *meeting_context;
	/* GlobalObjId of a MeetingRequest in hexadecimal digits (quirk 82) */
	bool hex_global_id;
};

/* Read the message and the beginning of the body that is wanted of it. Returns 0, or -1 when
   the stream failed: there are no messages that cannot be converted. The source must live until
   close. */
int eas_item_email_open(const struct eas_email_source *source,
			const struct eas_body_options *options,
			struct eas_item_email **item_r, const char **error_r);
void eas_item_email_close(struct eas_item_email **item);
/* Write the properties, in a fixed order, into the open element. Returns 0; or -1 when the
   stream failed inside a body longer than EAS_BODY_MEMORY_BYTES: all elements are closed, but
   its data is short, so the answer must be given up. The writer's stream must not be a
   buffer on the data stack. */
int eas_item_email_write_opened(struct eas_item_email *item, struct wbxml_writer *writer);

/* What the mail is about, if it is a message about a meeting; NULL = it is none. from_r: the address in From, "" = none. Both live as
   long as the item. */
const struct pim_itip *
eas_item_email_get_meeting(const struct eas_item_email *item, const char **from_r);

/* Open, write, close. -1 after something was written has the meaning above. */
int eas_item_email_write(struct wbxml_writer *writer,
			 const struct eas_email_source *source,
			 const struct eas_body_options *options,
			 const char **error_r);

/* Of a draft the device made itself only what it cannot know: the conversation (14.0), and
   ids of its last attachments; attachment_ids: its own ids for them, NULL-terminated, or NULL. */
void eas_item_email_write_added(struct eas_item_email *item, struct wbxml_writer *writer,
				const char *const *attachment_ids);

/* Only what may change after delivery, and of that what did: Read, Flag, Categories; all of them and
   LastVerbExecuted if that did. */
void eas_item_email_write_changes(struct wbxml_writer *writer,
				  const struct eas_email_source *source,
				  const struct eas_body_options *options,
				  enum eas_email_change changes);

/* Find the attachment of a FileReference "folder:uid:part" made by this file and read its
   decoded bytes. Content type in the data stack, without parameters. Returns 1, 0 = no such
   part, -1 = the stream failed. The stream must live as long as the reader. */
int eas_item_email_open_attachment(const struct eas_email_source *source,
				   const char *part_path,
				   struct eas_part_reader **reader_r,
				   const char **content_type_r, const char **error_r);

/* "folder:uid:part" -> the item and the part; both from the data stack. Returns -1 if it is none
   of ours. */
int eas_item_email_parse_file_reference(const char *reference, const char **item_id_r,
					const char **part_path_r);

#endif
