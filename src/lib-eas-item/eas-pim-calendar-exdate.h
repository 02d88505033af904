/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_CALENDAR_EXDATE_H
#define EAS_PIM_CALENDAR_EXDATE_H

/* The EXDATEs of a series, known by what would be the RECURRENCE-ID: wall times in the zone of start, its DTSTART. Dates
   that are not touched stay as they are written. */

struct eas_pim_context;
struct pim_component;
struct pim_time;

ARRAY_DEFINE_TYPE(calendar_wall, int64_t);
typedef bool calendar_exdate_keep_t(int64_t wall, const void *context);

void calendar_exdate_get(struct eas_pim_context *ctx, const struct pim_component *main,
			 const struct pim_time *start, ARRAY_TYPE(calendar_wall) *walls);
bool calendar_exdate_has(struct eas_pim_context *ctx, const struct pim_component *main,
			 const struct pim_time *start, int64_t id_wall);
void calendar_exdate_filter(struct eas_pim_context *ctx, struct pim_component *main,
			    const struct pim_time *start, calendar_exdate_keep_t *keep,
			    const void *context);
void calendar_exdate_remove(struct eas_pim_context *ctx, struct pim_component *main,
			    const struct pim_time *start, int64_t id_wall);
void calendar_exdate_add(struct eas_pim_context *ctx, struct pim_component *main,
			 const struct pim_time *start, int64_t id_wall);
/* The series starts at another time of the day, in another zone, or on whole days: each date stays the date it is. */
void calendar_exdate_follow(struct eas_pim_context *ctx, struct pim_component *main,
			    const struct pim_time *old, const struct pim_time *start);
/* The time of the day of start on the day of wall. */
int64_t calendar_follow_wall(int64_t wall, const struct pim_time *start);

#endif
