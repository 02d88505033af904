/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_EVENT_H
#define PIM_EVENT_H

/* When a VEVENT is, and the series that the VEVENTs of one object make together: what pim-time.h, pim-zone.h and
   pim-recurrence.h say, read out of a tree.

   RFC 5545 "Event Component" (3.6.1) */

#include "pim-time.h"

struct pim_component;
struct pim_property;
struct pim_series;
struct pim_zone;

enum pim_event_end {
	/* neither: a day, or no time at all */
	PIM_EVENT_END_NONE,
	PIM_EVENT_END_DTEND,
	PIM_EVENT_END_DURATION
};

ARRAY_DEFINE_TYPE(pim_wall, int64_t);

struct pim_event_times {
	/* end is exclusive, in its own zone, never before start */
	struct pim_time start, end;
	enum pim_event_end end_kind;
};

/* The zone that a TZID means within the object of component: one of the system, or of a VTIMEZONE, which then
   is read into pool. NULL = none. */
const struct pim_zone *
pim_event_find_zone(pool_t pool, const struct pim_component *component, const char *tzid);
/* The value of DTSTART, DTEND, RECURRENCE-ID, with its TZID. FALSE = it is no time. */
bool pim_event_get_time(pool_t pool, const struct pim_component *component,
			const struct pim_property *property, struct pim_time *time_r);
/* FALSE = it has no DTSTART that can be read. What is timed but marked X-MICROSOFT-CDO-ALLDAYEVENT is told as dates. */
bool pim_event_get_times(pool_t pool, const struct pim_component *component,
			 struct pim_event_times *times_r);
/* From start to end: of dates in days times PIM_DAY_SECS, else in seconds of real time. */
int64_t pim_event_duration(const struct pim_event_times *times,
			   const struct pim_zone *floating);

/* Make the property say time, with TZID and VALUE as that needs; other parameters stay. Added if there is none. */
void pim_event_set_time(pool_t pool, struct pim_component *component, const char *name,
			const struct pim_time *time);

/* Make it end so: by DTEND, or by DURATION where that has no digits for the year. */
void pim_event_set_end(pool_t pool, struct pim_component *component,
		       const struct pim_event_times *times, const struct pim_zone *floating);

/* TZID and VALUE of a property with such a value. */
void pim_event_time_params(pool_t pool, struct pim_property *property,
			   const struct pim_time *time);

/* The wall time in the zone of start (of a date: 00:00) that an EXDATE, RDATE or RECURRENCE-ID means. */
int64_t pim_event_id_wall(const struct pim_time *id, const struct pim_time *start);
int pim_wall_cmp(const int64_t *wall1, const int64_t *wall2);
/* Add its EXDATEs as those, in order. days is not of the data stack. */
void pim_event_get_days_off(pool_t pool, const struct pim_component *component,
			    const struct pim_time *start, ARRAY_TYPE(pim_wall) *days);
/* The first override (a sibling with RECURRENCE-ID) of that occurrence; NULL = none. */
struct pim_component *
pim_event_find_override(pool_t pool, const struct pim_component *main,
			const struct pim_time *start, int64_t id_wall);

/* The series of a VEVENT with its siblings. NULL = its DTSTART cannot be read. An event that is not repeated is a series of one.
   floating: where floating times are, NULL = UTC. */
struct pim_series *pim_event_get_series(pool_t pool, const struct pim_component *main,
					const struct pim_zone *floating);
/* The same without EXDATE and overrides: what the rules alone say. */
struct pim_series *pim_event_get_pattern(pool_t pool, const struct pim_component *main,
					 const struct pim_zone *floating);
bool pim_event_is_recurring(const struct pim_component *component);

#endif
