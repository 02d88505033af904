/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_RRULE_H
#define PIM_RRULE_H

/* The value of an RRULE <-> numbers. What it means, and which days come out of it: pim-recurrence.h.

   RFC 5545 "Recurrence Rule" (3.3.10), RFC 7529 "Non-Gregorian Recurrence Rules" (4) */

#include "pim-time.h"

#define PIM_RRULE_MAX_BYTES 4096
#define PIM_RRULE_MAX_INTERVAL 32767
#define PIM_RRULE_MAX_COUNT 1000000
/* Times of a day by BYHOUR, BYMINUTE and BYSECOND together. More are refused. */
#define PIM_RRULE_MAX_TIMES 1440
#define PIM_RRULE_MAX_RSCALE 24

enum pim_freq {
	PIM_FREQ_SECONDLY = 0,
	PIM_FREQ_MINUTELY = 1,
	PIM_FREQ_HOURLY = 2,
	PIM_FREQ_DAILY = 3,
	PIM_FREQ_WEEKLY = 4,
	PIM_FREQ_MONTHLY = 5,
	PIM_FREQ_YEARLY = 6
};

enum pim_skip {
	PIM_SKIP_OMIT,
	PIM_SKIP_BACKWARD,
	PIM_SKIP_FORWARD
};

enum pim_until {
	PIM_UNTIL_NONE = 0,
	PIM_UNTIL_DATE,
	/* wall time in the zone of DTSTART */
	PIM_UNTIL_WALL,
	PIM_UNTIL_UTC
};

/* Numbers 1-366, from the begin (plus) and from the end (minus): bit n-1 of word (n-1)/64. */
#define PIM_ORDINAL_MAX 366
#define PIM_ORDINAL_WORDS 6
struct pim_ordinals {
	uint64_t plus[PIM_ORDINAL_WORDS], minus[PIM_ORDINAL_WORDS];
	/* how many */
	unsigned int count;
};

/* BYDAY: one weekday */
struct pim_rrule_day {
	/* MO: each of them */
	bool every;
	/* 2MO, -1MO: bit n-1, n up to 53 */
	uint64_t plus, minus;
};

struct pim_rrule {
	enum pim_freq freq;
	/* at least 1 */
	unsigned int interval;
	/* 0 = none; not together with until */
	unsigned int count;
	enum pim_until until_kind;
	/* PIM_UNTIL_UTC: instant, else wall time */
	int64_t until;
	/* 0 = Sunday; RFC 5545 says Monday if there is none */
	unsigned int week_start;
	bool has_week_start;

	/* Bit n = the number n. by_month: 1-13 (13: other calendars); leap months as in "5L" apart. by_monthday: 1-31,
	   also from the end. 0 = no such part. */
	uint16_t by_month, by_leap_month;
	uint32_t by_monthday, by_monthday_end;
	uint32_t by_hour;
	uint64_t by_minute, by_second;
	struct pim_ordinals by_yearday, by_weekno, by_setpos;
	/* by weekday, 0 = Sunday */
	bool has_by_day;
	struct pim_rrule_day by_day[7];

	/* RSCALE in capitals, "" = none, or Gregorian */
	char rscale[PIM_RRULE_MAX_RSCALE];
	enum pim_skip skip;
};

/* Read "FREQ=WEEKLY;BYDAY=MO,TU;…". Case does not matter, X- parts are passed over. Returns 0, or -1 if it is no
   rule or one with values out of bounds: *error_r is a sentence. */
int pim_rrule_parse(const char *value, struct pim_rrule *rule_r, const char **error_r);
/* Append it, parts in the order of RFC 5545. What was parsed from it is the same again. */
void pim_rrule_write(string_t *dest, const struct pim_rrule *rule);
/* DAILY with interval 1 and nothing else. */
void pim_rrule_init(struct pim_rrule *rule_r, enum pim_freq freq);
/* Do both say the same in the same words? */
bool pim_rrule_equals(const struct pim_rrule *rule1, const struct pim_rrule *rule2);

/* "MO" … for 0 = Sunday … 6 */
const char *pim_weekday_name(unsigned int weekday);
bool pim_ordinals_have(const uint64_t words[PIM_ORDINAL_WORDS], unsigned int number);

#endif
