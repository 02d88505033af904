/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "pim-rrule-iter.h"

#include <libical/ical.h>

#define MAX_DAYS_OF_PERIOD 366

struct pim_rrule_iter {
	/* with what it leaves to DTSTART filled in */
	struct pim_rrule rule;
	int64_t start_wall;
	/* a number in the month, not in the year: 2MO */
	bool day_of_month;
	/* seconds after the begin of a day (or of the hour, of the minute) */
	int times[PIM_RRULE_MAX_TIMES];
	unsigned int time_count;

	/* year, month of all, first day of a week, day, or wall time by which the rule counts; of the first period */
	int64_t base, period;
	int64_t days[MAX_DAYS_OF_PERIOD];
	unsigned int day_count, pos;
	/* of shorter periods than a day: after the begin of the day */
	int period_secs;
	unsigned int work;
	bool done;

	/* of a calendar other than the Gregorian */
	icalrecur_iterator *ical;
};

static const int pim_freq_secs[] = {
	1, 60, 3600, PIM_DAY_SECS, 7*PIM_DAY_SECS, 30*PIM_DAY_SECS, 365*PIM_DAY_SECS
};

int64_t pim_rrule_period_secs(const struct pim_rrule *rule)
{
	return (int64_t)pim_freq_secs[rule->freq] * rule->interval;
}

/* What the rule leaves open is taken from DTSTART. */
static void pim_rrule_fill(struct pim_rrule *rule, const struct pim_civil *start, unsigned int weekday)
{
	bool has_days = rule->by_yearday.count > 0 || rule->by_monthday != 0 || rule->by_monthday_end != 0 ||
		rule->has_by_day;

	if (rule->freq == PIM_FREQ_YEARLY && rule->by_weekno.count > 0 && !has_days) {
		rule->has_by_day = rule->by_day[weekday].every = TRUE;
		return;
	}
	if (has_days || rule->by_weekno.count > 0 || rule->freq < PIM_FREQ_WEEKLY)
		return;
	if (rule->freq == PIM_FREQ_WEEKLY) {
		rule->has_by_day = rule->by_day[weekday].every = TRUE;
		return;
	}
	if (rule->freq == PIM_FREQ_YEARLY && rule->by_month == 0)
		rule->by_month = 1 << start->month;
	rule->by_monthday = (uint32_t)1 << start->day;
}

/* Numbers before weekdays mean something in months and years only. */
static void pim_rrule_drop_numbers(struct pim_rrule *rule)
{
	for (unsigned int i = 0; i < 7; i++) {
		struct pim_rrule_day *day = &rule->by_day[i];

		if (day->plus != 0 || day->minus != 0)
			day->every = TRUE;
		day->plus = day->minus = 0;
	}
}

static void pim_rrule_iter_init_times(struct pim_rrule_iter *iter, const struct pim_civil *start)
{
	const struct pim_rrule *rule = &iter->rule;
	uint32_t hours = rule->by_hour != 0 ? rule->by_hour : (uint32_t)1 << start->hour;
	uint64_t minutes = rule->by_minute != 0 ? rule->by_minute : (uint64_t)1 << start->minute;
	uint64_t seconds = rule->by_second != 0 ? rule->by_second : (uint64_t)1 << start->second;

	if (rule->freq < PIM_FREQ_DAILY)
		hours = 1;
	if (rule->freq < PIM_FREQ_HOURLY)
		minutes = 1;
	if (rule->freq < PIM_FREQ_MINUTELY)
		seconds = 1;
	/* the leap second is the one before */
	if ((seconds & (uint64_t)1 << 60) != 0)
		seconds = (seconds | (uint64_t)1 << 59) & ~((uint64_t)1 << 60);
	for (int hour = 0; hour < 24; hour++) {
		for (int minute = 0; (hours & 1u << hour) != 0 && minute < 60; minute++) {
			for (int second = 0; (minutes & (uint64_t)1 << minute) != 0 && second < 60; second++) {
				if ((seconds & (uint64_t)1 << second) != 0 && iter->time_count < PIM_RRULE_MAX_TIMES)
					iter->times[iter->time_count++] = hour * 3600 + minute * 60 + second;
			}
		}
	}
}

static int64_t pim_week_begin(int64_t day, unsigned int week_start)
{
	return day - (pim_weekday_of_days(day) + 7 - week_start) % 7;
}

static void pim_rrule_iter_init_base(struct pim_rrule_iter *iter, const struct pim_civil *start)
{
	int64_t day = pim_days_of_wall(iter->start_wall);
	int unit = pim_freq_secs[iter->rule.freq];

	switch (iter->rule.freq) {
	case PIM_FREQ_YEARLY:
		iter->base = start->year;
		break;
	case PIM_FREQ_MONTHLY:
		iter->base = (int64_t)start->year * 12 + start->month - 1;
		break;
	case PIM_FREQ_WEEKLY:
		iter->base = pim_week_begin(day, iter->rule.week_start);
		break;
	case PIM_FREQ_DAILY:
		iter->base = day;
		break;
	default:
		iter->base = iter->start_wall - (iter->start_wall - day * PIM_DAY_SECS) % unit;
	}
}

/* libical counts in other calendars, by ICU. Months and years only: those end after some hundred steps. */
static void pim_rrule_iter_init_ical(struct pim_rrule_iter *iter, const struct pim_rrule *rule,
				     const struct pim_civil *start)
{
	struct icaltimetype time = icaltime_null_time();
	struct pim_rrule plain = *rule;

	if (rule->freq < PIM_FREQ_MONTHLY) {
		iter->done = TRUE;
		return;
	}
	time.year = start->year;
	time.month = start->month;
	time.day = start->day;
	time.hour = start->hour;
	time.minute = start->minute;
	time.second = start->second;
	plain.count = 0;
	plain.until_kind = PIM_UNTIL_NONE;
	T_BEGIN {
		string_t *text = t_str_new(128);

		pim_rrule_write(text, &plain);
		struct icalrecurrencetype recur = icalrecurrencetype_from_string(str_c(text));
		if (recur.freq != ICAL_NO_RECURRENCE)
			iter->ical = icalrecur_iterator_new(recur, time);
		free(recur.rscale);
	} T_END;
	/* a calendar it has not, or without ICU */
	iter->done = iter->ical == NULL;
}

static bool pim_rrule_iter_load(struct pim_rrule_iter *iter);

struct pim_rrule_iter *pim_rrule_iter_init(const struct pim_rrule *rule, int64_t start_wall)
{
	struct pim_rrule_iter *iter = i_new(struct pim_rrule_iter, 1);
	struct pim_civil start;

	pim_civil_from_wall(start_wall, &start);
	iter->start_wall = start_wall;
	iter->rule = *rule;
	if (rule->rscale[0] != '\0') {
		pim_rrule_iter_init_ical(iter, rule, &start);
		return iter;
	}
	if (rule->freq < PIM_FREQ_MONTHLY || (rule->freq == PIM_FREQ_YEARLY && rule->by_weekno.count > 0))
		pim_rrule_drop_numbers(&iter->rule);
	iter->day_of_month = rule->freq == PIM_FREQ_MONTHLY || rule->by_month != 0;
	pim_rrule_fill(&iter->rule, &start, pim_weekday_of_days(pim_days_of_wall(start_wall)));
	pim_rrule_iter_init_times(iter, &start);
	pim_rrule_iter_init_base(iter, &start);
	iter->done = !pim_rrule_iter_load(iter);
	return iter;
}

void pim_rrule_iter_deinit(struct pim_rrule_iter **_iter)
{
	struct pim_rrule_iter *iter = *_iter;

	*_iter = NULL;
	if (iter->ical != NULL)
		icalrecur_iterator_free(iter->ical);
	i_free(iter);
}

/* Is a day one of the rule? */

static int64_t pim_first_week(int year, unsigned int week_start)
{
	/* the first with four days in the year */
	return pim_week_begin(pim_days_from_civil(year, 1, 4), week_start);
}

static bool pim_weekno_matches(const struct pim_rrule *rule, int64_t day, int year)
{
	int64_t first;
	unsigned int week, weeks;

	if (day < pim_first_week(year, rule->week_start))
		year--;
	else if (day >= pim_first_week(year + 1, rule->week_start))
		year++;
	first = pim_first_week(year, rule->week_start);
	weeks = (pim_first_week(year + 1, rule->week_start) - first) / 7;
	week = (day - first) / 7 + 1;
	return pim_ordinals_have(rule->by_weekno.plus, week) ||
		pim_ordinals_have(rule->by_weekno.minus, weeks - week + 1);
}

/* at = how many days of the month or year are before, of = how many it has */
static bool pim_weekday_matches(const struct pim_rrule_day *day, unsigned int at, unsigned int of)
{
	return day->every || (day->plus & (uint64_t)1 << at / 7) != 0 ||
		(day->minus & (uint64_t)1 << (of - 1 - at) / 7) != 0;
}

static bool pim_day_matches(const struct pim_rrule_iter *iter, int64_t day, int year, unsigned int month,
			    unsigned int monthday)
{
	const struct pim_rrule *rule = &iter->rule;
	unsigned int days_of_month = pim_days_in_month(year, month);
	unsigned int days_of_year = pim_year_is_leap(year) ? 366 : 365;
	unsigned int yearday = day - pim_days_from_civil(year, 1, 1);

	if (rule->by_month != 0 && (rule->by_month & 1 << month) == 0)
		return FALSE;
	if (rule->has_by_day &&
	    !pim_weekday_matches(&rule->by_day[pim_weekday_of_days(day)],
				 iter->day_of_month ? monthday - 1 : yearday,
				 iter->day_of_month ? days_of_month : days_of_year))
		return FALSE;
	if ((rule->by_monthday != 0 || rule->by_monthday_end != 0) &&
	    (rule->by_monthday & (uint32_t)1 << monthday) == 0 &&
	    (rule->by_monthday_end & (uint32_t)1 << (days_of_month - monthday + 1)) == 0)
		return FALSE;
	if (rule->by_yearday.count > 0 && !pim_ordinals_have(rule->by_yearday.plus, yearday + 1) &&
	    !pim_ordinals_have(rule->by_yearday.minus, days_of_year - yearday))
		return FALSE;
	return rule->by_weekno.count == 0 || pim_weekno_matches(rule, day, year);
}

/* Load the days of a period. FALSE = it lies behind the last year. */

static void pim_rrule_iter_add_day(struct pim_rrule_iter *iter, int64_t day)
{
	unsigned int month, monthday;
	int year;

	iter->work++;
	pim_civil_from_days(day, &year, &month, &monthday);
	if (pim_day_matches(iter, day, year, month, monthday))
		iter->days[iter->day_count++] = day;
}

static void pim_rrule_iter_add_month(struct pim_rrule_iter *iter, int year, unsigned int month)
{
	int64_t first = pim_days_from_civil(year, month, 1);
	unsigned int count = pim_days_in_month(year, month);

	iter->work++;
	if (iter->rule.by_month != 0 && (iter->rule.by_month & 1 << month) == 0)
		return;
	iter->work += count;
	for (unsigned int monthday = 1; monthday <= count; monthday++) {
		if (pim_day_matches(iter, first + monthday - 1, year, month, monthday))
			iter->days[iter->day_count++] = first + monthday - 1;
	}
}

/* Periods shorter than a day: a day that is none of the rule is left at once. */
static bool pim_rrule_iter_load_short(struct pim_rrule_iter *iter)
{
	const struct pim_rrule *rule = &iter->rule;
	int64_t step = pim_rrule_period_secs(rule);
	int64_t wall = iter->base + iter->period * step, day = pim_days_of_wall(wall);
	unsigned int hour, minute, second;

	if (pim_year_of_wall(wall) > PIM_MAX_YEAR)
		return FALSE;
	pim_rrule_iter_add_day(iter, day);
	if (iter->day_count == 0) {
		iter->period += ((day + 1) * PIM_DAY_SECS - wall - 1) / step;
		return TRUE;
	}
	iter->period_secs = wall - day * PIM_DAY_SECS;
	hour = iter->period_secs / 3600;
	minute = iter->period_secs / 60 % 60;
	second = iter->period_secs % 60;
	if ((rule->by_hour != 0 && (rule->by_hour & 1u << hour) == 0) ||
	    (rule->freq < PIM_FREQ_HOURLY && rule->by_minute != 0 &&
	     (rule->by_minute & (uint64_t)1 << minute) == 0) ||
	    (rule->freq < PIM_FREQ_MINUTELY && rule->by_second != 0 &&
	     (rule->by_second & (uint64_t)1 << second) == 0))
		iter->day_count = 0;
	return TRUE;
}

static bool pim_rrule_iter_load(struct pim_rrule_iter *iter)
{
	int64_t at = iter->base + iter->period * iter->rule.interval;

	iter->pos = 0;
	iter->day_count = 0;
	switch (iter->rule.freq) {
	case PIM_FREQ_YEARLY:
		if (at > PIM_MAX_YEAR)
			return FALSE;
		for (unsigned int month = 1; month <= 12; month++)
			pim_rrule_iter_add_month(iter, at, month);
		return TRUE;
	case PIM_FREQ_MONTHLY:
		if (at / 12 > PIM_MAX_YEAR)
			return FALSE;
		pim_rrule_iter_add_month(iter, at / 12, at % 12 + 1);
		return TRUE;
	case PIM_FREQ_WEEKLY:
		at = iter->base + iter->period * iter->rule.interval * 7;
		for (unsigned int i = 0; i < 7; i++)
			pim_rrule_iter_add_day(iter, at + i);
		return pim_year_of_wall(at * PIM_DAY_SECS) <= PIM_MAX_YEAR;
	case PIM_FREQ_DAILY:
		pim_rrule_iter_add_day(iter, at);
		return pim_year_of_wall(at * PIM_DAY_SECS) <= PIM_MAX_YEAR;
	default:
		return pim_rrule_iter_load_short(iter);
	}
}

void pim_rrule_iter_seek(struct pim_rrule_iter *iter, int64_t wall)
{
	struct pim_civil civil;
	int64_t period;

	if (iter->done || iter->ical != NULL || wall <= iter->start_wall)
		return;
	pim_civil_from_wall(wall, &civil);
	switch (iter->rule.freq) {
	case PIM_FREQ_YEARLY:
		period = civil.year - iter->base;
		break;
	case PIM_FREQ_MONTHLY:
		period = (int64_t)civil.year * 12 + civil.month - 1 - iter->base;
		break;
	case PIM_FREQ_WEEKLY:
		period = (pim_days_of_wall(wall) - iter->base) / 7;
		break;
	case PIM_FREQ_DAILY:
		period = pim_days_of_wall(wall) - iter->base;
		break;
	default:
		period = (wall - iter->base) / pim_freq_secs[iter->rule.freq];
	}
	period /= iter->rule.interval;
	if (period > iter->period) {
		iter->period = period;
		iter->done = !pim_rrule_iter_load(iter);
	}
}

static bool pim_rrule_iter_next_ical(struct pim_rrule_iter *iter, int64_t *wall_r)
{
	struct icaltimetype time = icalrecur_iterator_next(iter->ical);
	struct pim_civil civil;

	if (icaltime_is_null_time(time) || time.year > PIM_MAX_YEAR || iter->work++ > PIM_RRULE_MAX_WORK)
		return FALSE;
	civil.year = time.year;
	civil.month = time.month;
	civil.day = time.day;
	civil.hour = time.hour;
	civil.minute = time.minute;
	civil.second = time.second;
	*wall_r = pim_wall_from_civil(&civil);
	return TRUE;
}

/* the position-th of the period, counted from 0 */
static bool pim_setpos_matches(const struct pim_rrule_iter *iter, unsigned int position, unsigned int count)
{
	return iter->rule.by_setpos.count == 0 ||
		pim_ordinals_have(iter->rule.by_setpos.plus, position + 1) ||
		pim_ordinals_have(iter->rule.by_setpos.minus, count - position);
}

bool pim_rrule_iter_next(struct pim_rrule_iter *iter, int64_t *wall_r)
{
	if (iter->ical != NULL && !iter->done)
		return pim_rrule_iter_next_ical(iter, wall_r);
	while (!iter->done && iter->work < PIM_RRULE_MAX_WORK) {
		unsigned int count = iter->day_count * iter->time_count;

		while (iter->pos < count) {
			unsigned int pos = iter->pos++;

			*wall_r = iter->days[pos / iter->time_count] * PIM_DAY_SECS +
				iter->times[pos % iter->time_count];
			if (iter->rule.freq < PIM_FREQ_DAILY) {
				int unit = pim_freq_secs[iter->rule.freq];
				*wall_r += iter->period_secs - iter->period_secs % unit;
			}
			if (*wall_r >= iter->start_wall && pim_setpos_matches(iter, pos, count))
				return TRUE;
			iter->work++;
		}
		iter->period++;
		iter->done = !pim_rrule_iter_load(iter);
	}
	return FALSE;
}
