/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A rule as a device's Recurrence: the same days, the nearest there are, or none. */

#include "lib.h"
#include "eas-recurrence-private.h"
#include "pim-recurrence.h"
#include "pim-zone.h"

/* days 1-7, 8-14, 15-21, 22-28 of a month */
#define WEEK_OF_DAYS(week) ((uint32_t)0x7f << (1 + ((week) - 1) * 7))

/* The only bit of a set, or -1. */
static int eas_single_bit(uint64_t bits)
{
	int bit = 0;

	if (bits == 0 || (bits & (bits - 1)) != 0)
		return -1;
	while ((bits & (uint64_t)1 << bit) == 0)
		bit++;
	return bit;
}

static unsigned int eas_rule_day_mask(const struct pim_rrule *rule)
{
	unsigned int mask = 0;

	for (unsigned int i = 0; i < 7; i++) {
		if (rule->by_day[i].every)
			mask |= 1 << i;
	}
	return mask;
}

static bool eas_rule_has_numbers(const struct pim_rrule *rule)
{
	for (unsigned int i = 0; i < 7; i++) {
		if (rule->by_day[i].plus != 0 || rule->by_day[i].minus != 0)
			return TRUE;
	}
	return FALSE;
}

/* 1-4, EAS_RECURRENCE_LAST_WEEK; 0 = not one week */
static unsigned int eas_week_of(uint64_t plus, uint64_t minus, enum eas_recurrence_fit *fit)
{
	int bit = eas_single_bit(plus);

	if (plus == 0 && minus == 1)
		return EAS_RECURRENCE_LAST_WEEK;
	if (minus != 0 || bit < 0 || bit > 4)
		return 0;
	/* a fifth is not in every month; the last is near */
	if (bit == 4)
		*fit = EAS_RECURRENCE_FIT_NEAREST;
	return bit + 1;
}

static bool eas_setpos_week(const struct pim_ordinals *setpos, unsigned int *week_r)
{
	enum eas_recurrence_fit fit = EAS_RECURRENCE_FIT_EXACT;

	for (unsigned int i = 1; i < PIM_ORDINAL_WORDS; i++) {
		if (setpos->plus[i] != 0 || setpos->minus[i] != 0)
			return FALSE;
	}
	*week_r = eas_week_of(setpos->plus[0], setpos->minus[0], &fit);
	return *week_r != 0 && fit == EAS_RECURRENCE_FIT_EXACT;
}

/* BYDAY=2MO, BYDAY=MO,TU;BYSETPOS=2, BYDAY=MO;BYMONTHDAY=8,9,10,11,12,13,14: the same Monday */
static bool eas_rule_get_nth(const struct pim_rrule *rule, struct eas_recurrence *rec, enum eas_recurrence_fit *fit)
{
	unsigned int mask = eas_rule_day_mask(rule);

	rec->day_of_week = mask;
	if (eas_rule_has_numbers(rule)) {
		int weekday = -1;

		if (mask != 0 || rule->by_setpos.count > 0 || rule->by_monthday != 0 || rule->by_monthday_end != 0)
			return FALSE;
		for (int i = 0; i < 7; i++) {
			if (rule->by_day[i].plus == 0 && rule->by_day[i].minus == 0)
				continue;
			if (weekday != -1)
				return FALSE;
			weekday = i;
		}
		rec->day_of_week = 1 << weekday;
		rec->week_of_month = eas_week_of(rule->by_day[weekday].plus, rule->by_day[weekday].minus, fit);
		return rec->week_of_month != 0;
	}
	if (rule->by_monthday_end != 0)
		return FALSE;
	if (rule->by_setpos.count > 0)
		return rule->by_monthday == 0 && eas_setpos_week(&rule->by_setpos, &rec->week_of_month);
	for (rec->week_of_month = 1; rec->week_of_month <= 4; rec->week_of_month++) {
		if (eas_single_bit(mask) >= 0 && rule->by_monthday == WEEK_OF_DAYS(rec->week_of_month))
			return TRUE;
	}
	return FALSE;
}

/* a day of the month, counted from its begin or its last */
static bool eas_rule_get_monthday(const struct pim_rrule *rule, const struct pim_civil *start,
				  struct eas_recurrence *rec)
{
	int day = eas_single_bit(rule->by_monthday);

	if (rule->by_setpos.count > 0)
		return FALSE;
	if (rule->by_monthday == 0 && rule->by_monthday_end == 0)
		day = start->day;
	else if (rule->by_monthday == 0 && rule->by_monthday_end == 1 << 1) {
		/* "the 31st, or the last" is how a device that made it said it */
		if (rule->rscale[0] != '\0' || start->day < 29 ||
		    (rule->freq == PIM_FREQ_MONTHLY && start->day != 31)) {
			rec->day_of_week = EAS_RECURRENCE_EVERY_DAY;
			rec->week_of_month = EAS_RECURRENCE_LAST_WEEK;
			return TRUE;
		}
		day = start->day;
	} else if (rule->by_monthday_end != 0 || day < 1) {
		return FALSE;
	}
	rec->day_of_month = day;
	return TRUE;
}

static enum eas_recurrence_fit
eas_rule_get_month_days(const struct pim_rrule *rule, const struct pim_civil *start, struct eas_recurrence *rec,
			unsigned int type, unsigned int nth_type)
{
	enum eas_recurrence_fit fit = EAS_RECURRENCE_FIT_EXACT;
	bool found = rule->has_by_day ? eas_rule_get_nth(rule, rec, &fit) :
		eas_rule_get_monthday(rule, start, rec);

	if (!found)
		return EAS_RECURRENCE_FIT_NONE;
	if (rec->day_of_month != 0) {
		rec->type = type;
		rec->fields |= EAS_RECURRENCE_HAS_DAY_OF_MONTH;
	} else {
		rec->type = nth_type;
		rec->fields |= EAS_RECURRENCE_HAS_DAY_OF_WEEK | EAS_RECURRENCE_HAS_WEEK_OF_MONTH;
	}
	rec->fields |= EAS_RECURRENCE_HAS_CALENDAR_TYPE;
	return fit;
}

static void eas_rule_set_weekly(const struct pim_rrule *rule, unsigned int mask, struct eas_recurrence *rec)
{
	rec->type = EAS_RECURRENCE_WEEKLY;
	rec->day_of_week = mask;
	rec->first_day_of_week = rule->week_start;
	rec->fields |= EAS_RECURRENCE_HAS_DAY_OF_WEEK | EAS_RECURRENCE_HAS_FIRST_DAY_OF_WEEK;
}

static enum eas_recurrence_fit
eas_rule_get_weekly(const struct pim_rrule *rule, unsigned int weekday, struct eas_recurrence *rec)
{
	unsigned int mask = rule->has_by_day ? eas_rule_day_mask(rule) : 1u << weekday;
	bool one = (mask & (mask - 1)) == 0;

	if (rule->by_month != 0 || rule->by_monthday != 0 || rule->by_monthday_end != 0 ||
	    eas_rule_has_numbers(rule) || (rule->by_setpos.count > 0 && !one))
		return EAS_RECURRENCE_FIT_NONE;
	/* the first or last of one day a week */
	if (rule->by_setpos.count > 0 && (rule->by_setpos.plus[0] & 1) == 0 && (rule->by_setpos.minus[0] & 1) == 0)
		return EAS_RECURRENCE_FIT_NONE;
	eas_rule_set_weekly(rule, mask, rec);
	return EAS_RECURRENCE_FIT_EXACT;
}

static enum eas_recurrence_fit
eas_rule_get_daily(const struct pim_rrule *rule, struct eas_recurrence *rec)
{
	unsigned int mask = eas_rule_day_mask(rule);

	if (rule->by_month != 0 || rule->by_monthday != 0 || rule->by_monthday_end != 0 ||
	    rule->by_setpos.count > 0 || eas_rule_has_numbers(rule))
		return EAS_RECURRENCE_FIT_NONE;
	if (!rule->has_by_day || mask == EAS_RECURRENCE_EVERY_DAY) {
		rec->type = EAS_RECURRENCE_DAILY;
		return EAS_RECURRENCE_FIT_EXACT;
	}
	if (rule->interval != 1)
		return EAS_RECURRENCE_FIT_NONE;
	eas_rule_set_weekly(rule, mask, rec);
	return EAS_RECURRENCE_FIT_EXACT;
}

static enum eas_recurrence_fit
eas_rule_get_yearly(const struct pim_rrule *rule, const struct pim_civil *start, struct eas_recurrence *rec)
{
	int month = eas_single_bit(rule->by_month), leap = eas_single_bit(rule->by_leap_month);

	if (rule->by_month == 0 && rule->by_leap_month == 0) {
		/* the month of DTSTART; days without a month are days of the year */
		if (rule->has_by_day || rule->by_monthday != 0 || rule->by_monthday_end != 0 ||
		    rule->rscale[0] != '\0')
			return EAS_RECURRENCE_FIT_NONE;
		month = start->month;
	} else if (leap > 0 && rule->by_month == 0) {
		rec->is_leap_month = 1;
		rec->fields |= EAS_RECURRENCE_HAS_IS_LEAP_MONTH;
		month = leap;
	} else if (month < 0 || leap > 0 || rule->by_leap_month != 0) {
		return EAS_RECURRENCE_FIT_NONE;
	}
	if (month > 12)
		return EAS_RECURRENCE_FIT_NONE;
	rec->month_of_year = month;
	rec->fields |= EAS_RECURRENCE_HAS_MONTH_OF_YEAR;
	return eas_rule_get_month_days(rule, start, rec, EAS_RECURRENCE_YEARLY, EAS_RECURRENCE_YEARLY_NTH);
}

static enum eas_recurrence_fit
eas_rule_get_monthly(const struct pim_rrule *rule, const struct pim_civil *start, struct eas_recurrence *rec)
{
	unsigned int mask = eas_rule_day_mask(rule);

	if (rule->by_month != 0 || rule->by_leap_month != 0)
		return EAS_RECURRENCE_FIT_NONE;
	/* every Monday of every month is every Monday */
	if (mask != 0 && rule->interval == 1 && !eas_rule_has_numbers(rule) && rule->by_setpos.count == 0 &&
	    rule->by_monthday == 0 && rule->by_monthday_end == 0) {
		eas_rule_set_weekly(rule, mask, rec);
		return EAS_RECURRENCE_FIT_EXACT;
	}
	return eas_rule_get_month_days(rule, start, rec, EAS_RECURRENCE_MONTHLY, EAS_RECURRENCE_MONTHLY_NTH);
}

/* BYHOUR=9 of what starts at 9 says nothing */
static bool eas_rule_has_other_times(const struct pim_rrule *rule, const struct pim_civil *start)
{
	return (rule->by_hour != 0 && rule->by_hour != (uint32_t)1 << start->hour) ||
		(rule->by_minute != 0 && rule->by_minute != (uint64_t)1 << start->minute) ||
		(rule->by_second != 0 && rule->by_second != (uint64_t)1 << start->second);
}

static enum eas_recurrence_fit
eas_rule_get_days(const struct pim_rrule *rule, const struct pim_time *time, struct eas_recurrence *rec)
{
	const struct eas_calendar_type *calendar = eas_calendar_type_find_rscale(rule->rscale);
	struct pim_civil start;

	pim_civil_from_wall(time->wall, &start);
	if (calendar == NULL || rule->by_yearday.count > 0 || rule->by_weekno.count > 0 ||
	    rule->interval > EAS_RECURRENCE_MAX_INTERVAL || eas_rule_has_other_times(rule, &start))
		return EAS_RECURRENCE_FIT_NONE;
	rec->calendar_type = calendar->value;
	rec->interval = rule->interval;
	rec->fields = EAS_RECURRENCE_HAS_TYPE | EAS_RECURRENCE_HAS_INTERVAL;
	/* the day of DTSTART is one of the Gregorian calendar */
	if (rule->rscale[0] != '\0' && rule->by_monthday == 0 && rule->by_monthday_end == 0 && !rule->has_by_day)
		return EAS_RECURRENCE_FIT_NONE;
	switch (rule->freq) {
	case PIM_FREQ_DAILY:
		return eas_rule_get_daily(rule, rec);
	case PIM_FREQ_WEEKLY:
		return eas_rule_get_weekly(rule, pim_weekday_of_days(pim_days_of_wall(time->wall)), rec);
	case PIM_FREQ_MONTHLY:
		return eas_rule_get_monthly(rule, &start, rec);
	case PIM_FREQ_YEARLY:
		return eas_rule_get_yearly(rule, &start, rec);
	default:
		return EAS_RECURRENCE_FIT_NONE;
	}
}

/* FALSE = the end of the series cannot be told */
static bool eas_rule_get_end(const struct pim_rrule *rule, const struct pim_time *start, struct eas_recurrence *rec)
{
	struct pim_series_input input = { .start = *start, .rules = rule, .rule_count = 1 };
	int64_t first_utc, last_utc;
	pool_t pool;

	if (rule->count > 0 && rule->count <= EAS_RECURRENCE_MAX_OCCURRENCES) {
		rec->occurrences = rule->count;
		rec->fields |= EAS_RECURRENCE_HAS_OCCURRENCES;
		return TRUE;
	}
	if (rule->count == 0 && rule->until_kind == PIM_UNTIL_NONE)
		return TRUE;
	pool = pool_alloconly_create("recurrence end", 1024);
	if (!pim_series_get_range(pim_series_create(pool, &input), &first_utc, &last_utc))
		last_utc = PIM_TIME_NEVER;
	pool_unref(&pool);
	if (last_utc == PIM_TIME_NEVER)
		return FALSE;
	rec->until_utc = last_utc;
	rec->fields |= EAS_RECURRENCE_HAS_UNTIL;
	return TRUE;
}

enum eas_recurrence_fit
eas_recurrence_from_rrule(const struct pim_rrule *rule, const struct pim_time *start,
			  struct eas_recurrence *recurrence_r)
{
	enum eas_recurrence_fit fit;

	i_zero(recurrence_r);
	fit = eas_rule_get_days(rule, start, recurrence_r);
	if (fit != EAS_RECURRENCE_FIT_NONE && !eas_rule_get_end(rule, start, recurrence_r))
		fit = EAS_RECURRENCE_FIT_NEAREST;
	return fit;
}
