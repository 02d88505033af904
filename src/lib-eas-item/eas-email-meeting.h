/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_EMAIL_MEETING_H
#define EAS_EMAIL_MEETING_H

/* Mails about meetings: what kind they are, and the MeetingRequest by which a device offers to answer.

   MS-ASEMAIL "MeetingRequest" (2.2.2.48), "MessageClass" (2.2.2.49); MS-OXCICAL for the classes */

#include "eas-version.h"
#include "pim-itip.h"
#include "eas-meeting-type.h"

struct eas_email_message;
struct wbxml_writer;

struct eas_email_meeting {
	pool_t pool;
	struct pim_itip itip;
	/* "IPM.Schedule.Meeting.Request", ... */
	const char *message_class;
};

/* NULL = the mail is about no meeting, or it cannot be read. In the message's pool. */
struct eas_email_meeting *
eas_email_meeting_read(struct eas_email_message *message);
/* What it says to people: its description, or else when and where it is. In the meeting's pool. */
const char *eas_email_meeting_get_text(const struct eas_email_meeting *meeting);
/* Write the MeetingRequest; nothing for kinds of messages that have none. hex_id: GlobalObjId in hexadecimal digits. */
void eas_email_meeting_write(const struct eas_email_meeting *meeting,
			     enum eas_version version, enum eas_meeting_type type,
			     bool hex_id,
			     struct wbxml_writer *writer);

#endif
