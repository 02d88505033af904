/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef EAS_RECURRENCE_H
#define EAS_RECURRENCE_H

/* The Recurrence of calendar items and tasks, as values <-> RRULE. Elements are read and written by the callers.

   MS-ASCAL "Recurrence" (2.2.2.37), "Recurrence Patterns" (2.2.2.37.1); MS-ASTASK "Recurrence" (2.2.2.18) */

#include "pim-rrule.h"

#define EAS_RECURRENCE_MAX_OCCURRENCES 999
#define EAS_RECURRENCE_MAX_INTERVAL 999

enum eas_recurrence_type {
	EAS_RECURRENCE_DAILY = 0,
	EAS_RECURRENCE_WEEKLY = 1,
	EAS_RECURRENCE_MONTHLY = 2,
	EAS_RECURRENCE_MONTHLY_NTH = 3,
	EAS_RECURRENCE_YEARLY = 5,
	EAS_RECURRENCE_YEARLY_NTH = 6
};

/* DayOfWeek: bit 0 = Sunday … bit 6 = Saturday */
#define EAS_RECURRENCE_WEEKDAYS 62
#define EAS_RECURRENCE_WEEKEND 65
#define EAS_RECURRENCE_EVERY_DAY 127
/* WeekOfMonth */
#define EAS_RECURRENCE_LAST_WEEK 5

/* which elements are there */
enum eas_recurrence_field {
	EAS_RECURRENCE_HAS_TYPE = BIT(0),
	EAS_RECURRENCE_HAS_INTERVAL = BIT(1),
	EAS_RECURRENCE_HAS_DAY_OF_WEEK = BIT(2),
	EAS_RECURRENCE_HAS_DAY_OF_MONTH = BIT(3),
	EAS_RECURRENCE_HAS_WEEK_OF_MONTH = BIT(4),
	EAS_RECURRENCE_HAS_MONTH_OF_YEAR = BIT(5),
	EAS_RECURRENCE_HAS_UNTIL = BIT(6),
	EAS_RECURRENCE_HAS_OCCURRENCES = BIT(7),
	EAS_RECURRENCE_HAS_CALENDAR_TYPE = BIT(8),
	EAS_RECURRENCE_HAS_IS_LEAP_MONTH = BIT(9),
	EAS_RECURRENCE_HAS_FIRST_DAY_OF_WEEK = BIT(10)
};

struct eas_recurrence {
	enum eas_recurrence_field fields;
	unsigned int type, interval, day_of_week, day_of_month, week_of_month, month_of_year;
	/* as sent: a Compact DateTime, UTC */
	int64_t until_utc;
	unsigned int occurrences, calendar_type, is_leap_month, first_day_of_week;
};

enum eas_recurrence_fit {
	/* the device sees the series as it is */
	EAS_RECURRENCE_FIT_EXACT,
	/* it sees the nearest pattern there is: days may differ */
	EAS_RECURRENCE_FIT_NEAREST,
	/* there is none: show a single item without Recurrence (docs/decisions/102) */
	EAS_RECURRENCE_FIT_NONE
};

/* What a device has sent: values out of bounds, or elements missing that its Type must have. NULL = good, else a
   sentence; the item is then wrong (Sync Status 6). Elements that its Type has no use for are passed over, and Until
   together with Occurrences counts alone: phones send such. A Recurrence without any element, with which 16.x ends a
   series, is not asked here. */
const char *eas_recurrence_check(const struct eas_recurrence *recurrence);

/* A checked one -> rule of a series that starts at start. FALSE = of a calendar that RFC 7529 has no name for
   (CalendarType 14, Japanese Lunar); rule_r is then the same in the Gregorian one. Days that not every month has mean
   "or its last" for EAS: the 31st becomes BYMONTHDAY=-1. */
bool eas_recurrence_to_rrule(const struct eas_recurrence *recurrence, const struct pim_time *start,
			     struct pim_rrule *rule_r);

/* The other way; recurrence_r is set unless there is none. Until is the start of the last occurrence. CalendarType and
   (weekly) FirstDayOfWeek are always set: versions before 14.0 leave out CalendarType and IsLeapMonth, before 14.1
   FirstDayOfWeek. */
enum eas_recurrence_fit
eas_recurrence_from_rrule(const struct pim_rrule *rule, const struct pim_time *start,
			  struct eas_recurrence *recurrence_r);

/* Do both mean the same series for items that start at start? Defaults are filled in, Until is compared by the date in
   the zone of start. This is the comparison of "project, compare, patch". */
bool eas_recurrence_equals(const struct eas_recurrence *recurrence1, const struct eas_recurrence *recurrence2,
			   const struct pim_time *start);

#endif
