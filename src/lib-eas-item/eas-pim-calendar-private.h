/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_CALENDAR_PRIVATE_H
#define EAS_PIM_CALENDAR_PRIVATE_H

/* The row types of the Calendar class, and what its files share. */

#include "eas-pim-class.h"
#include "pim-event.h"

/* MS-ASCAL "UID" (2.2.2.46), "ClientUid" (2.2.2.13) */
#define CALENDAR_MAX_UID_LENGTH 300

/* -time.c */
extern const struct eas_pim_type calendar_type_timezone;
extern const struct eas_pim_type calendar_type_start;
extern const struct eas_pim_type calendar_type_end;
extern const struct eas_pim_type calendar_type_all_day;
extern const struct eas_pim_type calendar_type_dt_stamp;
/* -status.c */
extern const struct eas_pim_type calendar_type_busy_status;
extern const struct eas_pim_type calendar_type_uid;
extern const struct eas_pim_type calendar_type_client_uid;
extern const struct eas_pim_type calendar_type_reminder;
/* -location.c */
extern const struct eas_pim_type calendar_type_location_text;
extern const struct eas_pim_type calendar_type_location;
/* -meeting.c; name: the property */
extern const struct eas_pim_type calendar_type_organizer_email;
extern const struct eas_pim_type calendar_type_organizer_name;
extern const struct eas_pim_type calendar_type_meeting_status;
extern const struct eas_pim_type calendar_type_response_type;
extern const struct eas_pim_type calendar_type_reply_time;
extern const struct eas_pim_type calendar_type_response_requested;
extern const struct eas_pim_type calendar_type_disallow_proposal;
extern const struct eas_pim_type calendar_type_conf_link;
extern const struct eas_pim_type calendar_type_external_link;
/* -attendee.c */
extern const struct eas_pim_type calendar_type_attendees;
/* -attachment.c */
extern const struct eas_pim_type calendar_type_attachments;
/* -recurrence.c */
extern const struct eas_pim_type calendar_type_recurrence;
/* -exception.c */
extern const struct eas_pim_type calendar_type_exceptions;

/* Where floating times and whole days are: the user's zone, or UTC. */
const struct pim_zone *calendar_floating_zone(const struct eas_pim_context *ctx);
/* What the device is told of a time. Whole days: 16.x at 00:00 UTC of the date, before that at 00:00 of the user's
   zone. MS-ASCAL "AllDayEvent" (2.2.2.1) */
int64_t calendar_time_to_utc(const struct eas_pim_context *ctx, const struct pim_time *time);
/* The other way round; like says in which zone, or that it is a date. zone: what the device's Timezone means;
   NULL = it sent none. */
void calendar_time_from_utc(const struct eas_pim_context *ctx, int64_t utc, bool is_date,
			    const struct pim_zone *zone, struct pim_time *time_r);
/* Timezone: as base64, with the rules of a year, and back. _is: can it mean this zone? _parse: NULL = it is none; utc: when,
   current: what stands there now, NULL = nothing. */
const char *calendar_zone_format(const struct pim_zone *zone, int year);
bool calendar_zone_is(struct eas_pim_context *ctx, const char *text,
		      const struct pim_zone *zone, int year);
const struct pim_zone *
calendar_zone_parse(struct eas_pim_context *ctx, const char *text, int64_t utc,
		    const struct pim_zone *current);
/* What a device said of a zone that only it knows, and that comes with the object; NULL = the zone is another one. */
const char *calendar_zone_kept(struct eas_pim_context *ctx, const struct pim_component *component,
			       const struct pim_zone *zone);
/* A device's change has brought time: see that its zone's VTIMEZONE is in the object, if those who read it need that. text: the
   Timezone it came with; NULL = none. */
void calendar_zone_add(struct eas_pim_context *ctx, const struct pim_component *component,
		       const struct pim_time *time, const char *text);
/* The zone that the Timezone in data means; NULL = there is none that can be understood. */
const struct pim_zone *calendar_data_zone(struct eas_pim_context *ctx,
					  const struct wbxml_node *data);
/* The date of node. Returns 0, or -1 as set(). */
int calendar_node_get_utc(struct eas_pim_context *ctx, const struct wbxml_node *node,
			  int64_t *utc_r);
/* The rounded current time. MS-ASCAL "Creating a Calendar Event When the StartTime Element or EndTime Element is
   Absent" (3.2.4.4) */
int calendar_times_default(struct eas_pim_context *ctx, struct pim_component *component);

/* without mailto:, NULL = it has none; data stack */
const char *calendar_get_address(const struct pim_property *property);
bool calendar_is_own_address(const struct eas_pim_context *ctx, const char *address);
/* Is the user the organizer, or is there nobody else who is? */
bool calendar_is_organizer(const struct eas_pim_context *ctx,
			   const struct pim_component *component);
/* There are attendees, or somebody else is the organizer. */
bool calendar_is_meeting(const struct eas_pim_context *ctx,
			 const struct pim_component *component);
/* What others were told has changed: the organizer's copy says so. RFC 5546 "Sequence" (2.1.4) */
void calendar_bump_sequence(struct eas_pim_context *ctx, struct pim_component *component);
/* After an Add, and after changes: what a meeting needs. */
void calendar_meeting_finish(struct eas_pim_context *ctx, struct pim_component *component);

/* The occurrence at which an item is shown that is repeated in a way the protocol has no words for: the next one,
   or the last. FALSE = it is shown as it is. */
bool calendar_get_single(const struct eas_pim_context *ctx,
			 const struct pim_component *component,
			 struct pim_event_times *times_r);
/* Is it shown as a series? */
bool calendar_is_series(const struct eas_pim_context *ctx,
			const struct pim_component *component);

/* The series of main begins elsewhere now; old: its start before. 16.x: all exceptions go. Before: they keep their
   days. MS-ASCAL "Exceptions" (2.2.2.22) */
void calendar_exceptions_follow(struct eas_pim_context *ctx, struct pim_component *main,
				const struct pim_time *old);
/* It is repeated otherwise now. 16.x: all exceptions go. Before: those of days that are none any more. */
void calendar_exceptions_prune(struct eas_pim_context *ctx, struct pim_component *main);
void calendar_exceptions_remove(struct pim_component *main);
int calendar_patch_instance(struct eas_pim_context *ctx, struct pim_component *main,
			    time_t instance_utc, const struct wbxml_node *data);
/* the rows of an exception: eas-pim-calendar.c */
extern const struct eas_pim_property calendar_exception_rows[];
extern const unsigned int calendar_exception_rows_count;

#endif
