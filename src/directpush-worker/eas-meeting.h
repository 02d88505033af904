/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MEETING_H
#define EAS_MEETING_H

/* The user's part in meetings: the entry in the calendar that an invitation is about, and the one mail
   that tells the organizer or the attendees. docs/decisions/141 */

#include "eas-pim-folder.h"
#include "pim-itip.h"

struct istream;
struct eas_cmd_context;

/* The calendar meetings go to, open and up to date. Returns 1, 0 = the user has none, -1 = not now (logged). */
int eas_meeting_open_calendar(struct eas_cmd_context *ctx,
			      struct eas_pim_folder **pim_r);

/* The entry with this UID. row_r NULL = there is none. Returns 0, -1 = it cannot be read now. */
int eas_meeting_find(struct eas_pim_folder *pim, const char *uid, pool_t pool,
		     const struct eas_pim_row **row_r,
		     struct pim_object **object_r);

/* The VEVENT of that occurrence; made as a copy of the series where there is none of its own. NULL = there is no such
   occurrence. */
struct pim_component *
eas_meeting_get_instance(struct pim_object *object, time_t instance_utc);
/* Take the occurrence out of the series. */
void eas_meeting_remove_instance(struct pim_object *object,
				 const struct pim_component *instance);

struct eas_meeting_mail {
	enum pim_itip_method method;
	const struct pim_component *calendar;
	/* NULL-terminated */
	const char *const *to;
	const char *subject, *text;
	/* only a repetition of the same has it again */
	const char *key;
};
/* Send it, if it was not sent before. Returns 0, -1 = not now (logged). What is refused for good counts as sent. */
int eas_meeting_send(struct eas_cmd_context *ctx,
		     const struct eas_meeting_mail *mail);
/* From 16.0 on attendees and organizers hear of things from the server, before from the device. */
bool eas_meeting_is_ours_to_tell(const struct eas_cmd_context *ctx);
/* The device adds (before NULL), changes or deletes (after NULL) an entry of the calendar, which is not written yet: tell attendees, if
   the user is the organizer and the server is to tell. Returns 0, -1 = not now: don't write it. */
int eas_meeting_tell_attendees(struct eas_cmd_context *ctx,
			       const struct pim_object *before,
			       const struct pim_object *after);
/* A mail of the Inbox is shown for the first time: if it is an answer to the user's meeting, or the end of one the user is
   invited to, the calendar says so. from: its sender's address, "" = none. Failures are logged; the mail is seen
   again when a device starts anew. */
void eas_meeting_take_mail(struct eas_cmd_context *ctx,
			   const struct pim_itip *itip, const char *from);
/* What only the same mail about a meeting from the same phone has again, whatever its ClientId and date: an answer has
   the key of the server's own. NULL = it is about none. In ctx's pool; mail is left at its start. */
const char *eas_meeting_phone_key(struct eas_cmd_context *ctx, struct istream *mail);
/* Was it told before? key may be NULL. */
bool eas_meeting_phone_was_sent(struct eas_cmd_context *ctx, const char *key);
/* "itip:REPLY:uid:sequence:instance:..." Data stack. */
const char *eas_meeting_key(const struct pim_component *event,
			    const char *method, const char *what);

#endif
