/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_ITIP_H
#define PIM_ITIP_H

/* Meetings as organizers and attendees tell each other of them by mail: what such a message says, what it changes in a calendar,
   and the messages to send. Decides nothing about who may be believed: the caller does.

   RFC 5546 (iTIP), RFC 6047 (iMIP) */

#include "pim-object.h"

struct pim_component;
struct pim_property;
struct pim_mime;

/* of an ATTENDEE: "start/end" in UTC, what it would like better */
#define PIM_ITIP_PROPOSED_PARAM "X-EAS-PROPOSED"

/* Bytes of a text/calendar part that are looked at */
#define PIM_ITIP_MAX_BYTES (1024*1024)
/* VEVENTs of a message: a series and its days. What more says is taken for no meeting, as each is looked for among all of the calendar's. */
#define PIM_ITIP_MAX_EVENTS 500

enum pim_itip_method {
	/* ADD, REFRESH, and what nobody knows */
	PIM_ITIP_OTHER,
	PIM_ITIP_REQUEST,
	PIM_ITIP_REPLY,
	PIM_ITIP_CANCEL,
	PIM_ITIP_COUNTER,
	PIM_ITIP_DECLINECOUNTER,
	/* an event that is no meeting */
	PIM_ITIP_PUBLISH
};

struct pim_itip {
	enum pim_itip_method method;
	struct pim_component *root;
	/* the VEVENT without RECURRENCE-ID, else the first */
	struct pim_component *event;
	/* never empty */
	const char *uid;
	unsigned int sequence;
	/* DTSTAMP, 0 = none */
	time_t stamp_utc;
};

/* Read a text/calendar part. Returns 1; 0 = it is about no event, or has no METHOD or UID; -1 = it cannot be read (error_r). Everything lives
   in pool. */
int pim_itip_read(pool_t pool, const unsigned char *data, size_t size,
		  struct pim_itip *itip_r, const char **error_r);
/* The same of a message's first text/calendar part (application/ics counts if there is none). 0 also if there is no such
   part. */
int pim_itip_read_message(pool_t pool, const struct pim_mime *mime,
			  struct pim_itip *itip_r, const char **error_r);
/* REQUEST, ... as in METHOD; NULL of OTHER */
const char *pim_itip_method_name(enum pim_itip_method method);

/* The address of an ORGANIZER or ATTENDEE, lowercase, without mailto:; "" = none. Data stack. */
const char *pim_itip_address(const struct pim_property *property);
/* The ATTENDEE that is one of addresses (NULL-terminated), NULL = none. */
struct pim_property *
pim_itip_find_attendee(const struct pim_component *event,
		       const char *const *addresses);
bool pim_itip_is_organizer(const struct pim_component *event,
			   const char *const *addresses);
unsigned int pim_itip_sequence(const struct pim_component *event);
/* The instant of RECURRENCE-ID. FALSE = it has none, or none that can be read. */
bool pim_itip_get_instance(const struct pim_component *event, int64_t *utc_r);

/* The VEVENT of object that event is about: the same instance, or the series. NULL = there is none of its own. */
struct pim_component *
pim_itip_find_event(const struct pim_object *object,
		    const struct pim_component *event);

/* Is the VEVENT of an invitation when entry is, rule and days off included? Of those entry may have more: the user
   declined them. entry: as pim_itip_find_event(), or that of the series. */
bool pim_itip_is_same_time(const struct pim_component *event,
			   const struct pim_component *entry);
/* Is it about a day that entry, the series, has off? */
bool pim_itip_is_day_off(const struct pim_component *event,
			 const struct pim_component *entry);
/* Are the words the same, what is on and where? */
bool pim_itip_is_same_text(const struct pim_component *event,
			   const struct pim_component *entry);

/* Of an invitation: the object for the calendar of an attendee. */
struct pim_object *pim_itip_new_object(pool_t pool, const struct pim_itip *itip,
				       enum pim_format format);
/* Make the attendee's copy say what the invitation does, where DTSTAMP or SEQUENCE is newer; alarms, categories and what is the
   attendee's own stay, but not the answer. Returns FALSE if nothing is newer. */
bool pim_itip_apply_request(struct pim_object *object, const struct pim_itip *itip);
/* The same of one that came after the invitation to what is in the calendar, unless its SEQUENCE tells otherwise: DTSTAMP is not looked at,
   as answers change it. The answer of own (addresses, NULL-terminated) to a VEVENT stays if it is when it was and has the same
   SEQUENCE, or any if may_keep_answer; days that were declined stay off. Returns FALSE if the copy says it already. */
bool pim_itip_apply_update(struct pim_object *object, const struct pim_itip *itip,
			   const char *const *own, bool may_keep_answer);
/* The organizer's copy: what one attendee answered. Returns FALSE if it is no attendee, or nothing differs. */
bool pim_itip_apply_reply(struct pim_object *object, const struct pim_itip *itip);
/* The organizer's copy: that attendee answered, and would like other times better. Returns as pim_itip_apply_reply(). */
bool pim_itip_apply_counter(struct pim_object *object, const struct pim_itip *itip,
			    const char *address);
/* An attendee's copy: the meeting, or an instance, is cancelled. */
bool pim_itip_apply_cancel(struct pim_object *object, const struct pim_itip *itip);
/* Own answer: PARTSTAT of attendee in event, without RSVP, and STATUS, TRANSP as they follow. */
void pim_itip_set_partstat(struct pim_object *object, struct pim_component *event,
			   const char *const *addresses, const char *partstat,
			   time_t now);

/* what a message says besides the event */
struct pim_itip_answer {
	/* of the attendee */
	const char *address, *name;
	/* ACCEPTED, TENTATIVE, DECLINED */
	const char *partstat;
	/* NULL = none */
	const char *comment;
	/* "20260102T090000Z": other times are proposed (COUNTER); NULL = none */
	const char *proposed_start, *proposed_end;
	time_t now;
};

/* A calendar to send: METHOD:REPLY, or COUNTER if times are proposed. */
struct pim_component *
pim_itip_new_answer(pool_t pool, const struct pim_component *event,
		    const struct pim_itip_answer *answer);
/* METHOD:REQUEST with everything the object says, or METHOD:CANCEL; without what is only the organizer's. instance: only that VEVENT;
   NULL = all. */
struct pim_component *
pim_itip_new_message(pool_t pool, const struct pim_object *object,
		     enum pim_itip_method method,
		     const struct pim_component *instance, time_t now);

struct pim_itip_mail {
	const char *from_address, *from_name;
	/* NULL-terminated */
	const char *const *to;
	const char *subject, *text;
	/* VCALENDAR with METHOD */
	const struct pim_component *calendar;
	enum pim_itip_method method;
	/* NULL = whoever sends it makes one */
	const char *message_id;
	time_t now;
};
/* Append the mail (CRLF): text, and the calendar as its alternative. */
void pim_itip_write_mail(const struct pim_itip_mail *mail, string_t *dest);
/* Append a mail from nobody to nobody that has the calendar attached and says nothing else. */
void pim_itip_write_attached(const struct pim_itip_mail *mail, string_t *dest);

#endif
