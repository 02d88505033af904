/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MEETING_H
#define EAS_MEETING_H

/* The user's part in meetings: the entry in the calendar that an invitation is about, and the one mail
   that tells the organizer or the attendees. docs/decisions/141 */

#include "eas-pim-folder.h"
#include "eas-meeting-type.h"
#include "pim-itip.h"

struct istream;
struct wbxml_node;
struct eas_cmd_context;
struct eas_user;

/* The calendar meetings go to, open and up to date. Returns 1, 0 = the user has none, -1 = not now (logged). */
int eas_meeting_open_calendar(struct eas_user *user, struct event *event,
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

/* An answer as it is remembered: what the organizer was told last of a meeting, or of one day of it. */
struct eas_meeting_told {
	/* of the meeting and the day */
	const char *name;
	/* SEQUENCE and what was said */
	const char *text;
	/* the device did not say which SEQUENCE */
	bool any_sequence;
};
/* what: PARTSTAT, or the times that are proposed. Data stack. */
void eas_meeting_told_init(struct eas_meeting_told *told_r,
			   const struct pim_component *event, const char *what);
/* Was just this told last, by any device? */
bool eas_meeting_was_told(struct eas_user *user, const struct eas_meeting_told *told);

/* A note of the user's about a meeting, or one day of it, by eas-followups.h. organizer: of whose meeting of that UID;
   NULL = of whoever's. All of the data stack. */
const char *eas_meeting_note_name(const struct pim_component *event,
				  const char *organizer);
/* NULL = there is none, or it cannot be said (logged) */
const char *eas_meeting_note_get(struct eas_user *user, const char *subject,
				 const char *name);
/* text NULL: remove it */
void eas_meeting_note_set(struct eas_user *user, const char *subject,
			  const char *name, const char *text);

struct eas_meeting_mail {
	enum pim_itip_method method;
	const struct pim_component *calendar;
	/* NULL-terminated */
	const char *const *to;
	const char *subject, *text;
	/* NULL = it is no answer */
	const struct eas_meeting_told *told;
	/* what only a repeated request has again; NULL = it could not be told from others */
	const char *key;
};

/* A change of the calendar that others are told of: posted first, then written, then sent, so that nobody
   hears of what was refused, and whoever should hear does, once, wherever this process dies. docs/decisions/196 */
struct eas_meeting_change {
	struct eas_cmd_context *ctx;
	/* the ServerId of what is changed, and its version before; 0 = there is none yet */
	const char *object_id;
	uint32_t version;
	/* nothing is to be written */
	bool written;
	/* of the mails of it that are in the outbox */
	ARRAY_TYPE(const_string) keys;
};

/* Returns 0, -1 = not now (logged). object_id lives as long. */
int eas_meeting_change_begin(struct eas_cmd_context *ctx, const char *object_id,
			     uint32_t version, struct eas_meeting_change *change_r);
/* This is to go out; nothing for an answer that was given already. */
void eas_meeting_post(struct eas_meeting_change *change,
		      const struct eas_meeting_mail *mail);
/* The device adds (before NULL), changes or deletes (after NULL) an entry: post what attendees hear of it, if the user
   is the organizer and the server is to tell. */
void eas_meeting_post_news(struct eas_meeting_change *change,
			   const struct pim_object *before,
			   const struct pim_object *after);
/* The organizer's device changed it: where another SEQUENCE says that something else is on, nobody has answered to that, and what was
   proposed is gone. RFC 6638 3.2.8. Up to 14.1 the device says what attendees answered. */
void eas_meeting_ask_again(struct eas_meeting_change *change,
			   const struct pim_object *before, struct pim_object *after);
/* All is posted, and will be found again. Returns 0, -1 = not now (logged): write nothing. */
int eas_meeting_change_posted(struct eas_meeting_change *change);
/* It was not written: nobody hears of it. for_good FALSE: nobody knows, eas_meeting_catch_up() looks. */
void eas_meeting_change_failed(struct eas_meeting_change *change, bool for_good);
/* It is written: send. Returns 0, -1 = not now (logged): it is tried again. What is refused for good counts as sent. */
int eas_meeting_change_done(struct eas_meeting_change *change);
/* Send what an earlier request of the device wrote, and could not tell. */
void eas_meeting_catch_up(struct eas_cmd_context *ctx);
/* Is somebody still to hear of this entry? Not if that has been tried for an hour: then the device
   needs not come back for it. */
bool eas_meeting_is_due(struct eas_cmd_context *ctx, const char *object_id);

/* What the user wrote to it, as plain text: the Body of a SendResponse or SmartForward. "" = nothing; data stack. */
const char *eas_meeting_get_body(const struct wbxml_node *parent);

/* From 16.0 on attendees and organizers hear of things from the server, before from the device. */
bool eas_meeting_is_ours_to_tell(const struct eas_cmd_context *ctx);
/* A mail of the Inbox is shown for the first time: the calendar says what it says, if it is an answer to the user's meeting, or an
   update or the end of one that is in the calendar. from: its sender's address, "" = none. Failures are logged; the
   mail is seen again when a device starts anew. */
void eas_meeting_take_mail(struct eas_cmd_context *ctx,
			   const struct pim_itip *itip, const char *from);
/* What that mail is to the user. The first time that is asked, it is remembered: it is the same for all devices, if the organizer
   sent it. from: as above. */
enum eas_meeting_type
eas_meeting_get_type(struct eas_user *user, const struct pim_itip *itip,
		     const char *from);
/* Does the calendar have that invitation since it was seen on some device? Then what is in the calendar now is what the user made of it. */
bool eas_meeting_is_taken(struct eas_user *user, const struct pim_itip *itip);
void eas_meeting_set_taken(struct eas_user *user, const struct pim_itip *itip);
/* A mail about a meeting that a phone sends itself. */
struct eas_meeting_phone_mail {
	/* what only the same mail from the same phone has again, whatever its ClientId and date; NULL = it is
	   about no meeting, or is an answer */
	const char *key;
	/* what it answers; name NULL = it is no answer */
	struct eas_meeting_told told;
};
/* In ctx's pool; mail is left at its start. */
void eas_meeting_phone_read(struct eas_cmd_context *ctx, struct istream *mail,
			    struct eas_meeting_phone_mail *meeting_r);
/* Was it told before? */
bool eas_meeting_phone_was_sent(struct eas_cmd_context *ctx,
				const struct eas_meeting_phone_mail *meeting);
void eas_meeting_phone_sent(struct eas_cmd_context *ctx,
			    const struct eas_meeting_phone_mail *meeting);

#endif
