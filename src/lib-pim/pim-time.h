/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_TIME_H
#define PIM_TIME_H

/* Dates and times as calendar objects have them: what a clock on a wall shows, in a zone, or a date alone.
   Gregorian calendar throughout, also before it was invented.

   A *wall time* is an int64_t: seconds from 1970-01-01 00:00:00 on that clock, leap seconds not counted. A day has
   always 86400 of them. What instant (seconds of UTC since 1970) it is, only a zone tells: pim-zone.h. */

struct pim_zone;

#define PIM_DAY_SECS 86400
/* The years that exist: a value outside is refused when it is read, and never produced. */
#define PIM_MIN_YEAR 1600
#define PIM_MAX_YEAR 9999
/* Later than any time: the end of a series without end. */
#define PIM_TIME_NEVER INT64_MAX

/* The value of a property as DTSTART. */
struct pim_time {
	/* wall time; of a date: 00:00:00 of it */
	int64_t wall;
	/* NULL = floating, or a date: the same wall time wherever the reader is */
	const struct pim_zone *zone;
	bool is_date;
};

struct pim_civil {
	int year;
	/* 1-12, 1-31 */
	unsigned int month, day;
	unsigned int hour, minute, second;
};

/* Days since 1970-01-01 of a date; month 1-12. The day may lie outside of the month. */
int64_t pim_days_from_civil(int year, unsigned int month, int day);
void pim_civil_from_days(int64_t days, int *year_r, unsigned int *month_r, unsigned int *day_r);
/* 0 = Sunday … 6 = Saturday */
unsigned int pim_weekday_of_days(int64_t days);
bool pim_year_is_leap(int year);
unsigned int pim_days_in_month(int year, unsigned int month);
/* Rounded down, also below zero. */
int64_t pim_days_of_wall(int64_t wall);

int64_t pim_wall_from_civil(const struct pim_civil *civil);
void pim_civil_from_wall(int64_t wall, struct pim_civil *civil_r);
int pim_year_of_wall(int64_t wall);

/* Read "20260329", "20260329T023000" or "20260329T023000Z" (RFC 5545 3.3.4, 3.3.5). A date gets no zone, Z gets UTC,
   the rest the zone given, which may be NULL: floating. The 60th second is read as the 59th. Returns FALSE if it is
   neither, or no such day exists. */
bool pim_time_parse(const char *value, const struct pim_zone *zone, struct pim_time *time_r);
/* The same back, with Z if the zone is UTC; TZID and VALUE are the caller's. Data stack. */
const char *pim_time_format(const struct pim_time *time);

/* The instant; a floating time or date is taken in the zone given (NULL = UTC). */
int64_t pim_time_to_utc(const struct pim_time *time, const struct pim_zone *floating);

#endif
