/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A device's Recurrence: is it one, which rule is it, is it the same as another. */

#include "lib.h"
#include "eas-recurrence-private.h"
#include "pim-zone.h"

#define HALF_DAY_SECS (PIM_DAY_SECS / 2)
/* no leap year */
#define ORDINARY_YEAR 2026

#define EAS_CALENDAR_TYPE(value, rscale) { value, rscale },
static const struct eas_calendar_type eas_calendar_types[] = {
#include "eas-calendar-types.def"
};

const struct eas_calendar_type *eas_calendar_type_find(unsigned int value)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_calendar_types); i++) {
		if (eas_calendar_types[i].value == value)
			return &eas_calendar_types[i];
	}
	return NULL;
}

const struct eas_calendar_type *eas_calendar_type_find_rscale(const char *rscale)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_calendar_types); i++) {
		if (null_strcmp(eas_calendar_types[i].rscale, rscale) == 0)
			return &eas_calendar_types[i];
	}
	return NULL;
}

/* What is there must lie between; what the type needs must be there. MS-ASCAL 2.2.2.37.1 */
static const struct eas_recurrence_bound {
	enum eas_recurrence_field field;
	size_t offset;
	unsigned int min, max;
	/* bit n = needed by Type n */
	unsigned int needed_by;
	const char *name;
} eas_recurrence_bounds[] = {
#define BOUND(field, member, min, max, needed_by, name) \
	{ EAS_RECURRENCE_HAS_##field, offsetof(struct eas_recurrence, member), min, max, needed_by, name }
	BOUND(INTERVAL, interval, 0, EAS_RECURRENCE_MAX_INTERVAL, 0, "Interval"),
	BOUND(DAY_OF_WEEK, day_of_week, 1, EAS_RECURRENCE_EVERY_DAY,
	      1 << EAS_RECURRENCE_WEEKLY | 1 << EAS_RECURRENCE_MONTHLY_NTH, "DayOfWeek"),
	BOUND(DAY_OF_MONTH, day_of_month, 1, 31,
	      1 << EAS_RECURRENCE_MONTHLY | 1 << EAS_RECURRENCE_YEARLY, "DayOfMonth"),
	BOUND(WEEK_OF_MONTH, week_of_month, 1, EAS_RECURRENCE_LAST_WEEK,
	      1 << EAS_RECURRENCE_MONTHLY_NTH | 1 << EAS_RECURRENCE_YEARLY_NTH, "WeekOfMonth"),
	BOUND(MONTH_OF_YEAR, month_of_year, 1, 12,
	      1 << EAS_RECURRENCE_YEARLY | 1 << EAS_RECURRENCE_YEARLY_NTH, "MonthOfYear"),
	BOUND(OCCURRENCES, occurrences, 1, EAS_RECURRENCE_MAX_OCCURRENCES, 0, "Occurrences"),
	BOUND(IS_LEAP_MONTH, is_leap_month, 0, 1, 0, "IsLeapMonth"),
	BOUND(FIRST_DAY_OF_WEEK, first_day_of_week, 0, 6, 0, "FirstDayOfWeek"),
};

const char *eas_recurrence_check(const struct eas_recurrence *recurrence)
{
	if ((recurrence->fields & EAS_RECURRENCE_HAS_TYPE) == 0)
		return "Type is missing";
	if (recurrence->type > EAS_RECURRENCE_YEARLY_NTH || recurrence->type == 4)
		return "Type is none of 0, 1, 2, 3, 5 and 6";
	for (unsigned int i = 0; i < N_ELEMENTS(eas_recurrence_bounds); i++) {
		const struct eas_recurrence_bound *bound = &eas_recurrence_bounds[i];
		unsigned int value = *(const unsigned int *)CONST_PTR_OFFSET(recurrence, bound->offset);

		if ((recurrence->fields & bound->field) == 0) {
			if ((bound->needed_by & 1 << recurrence->type) != 0)
				return t_strdup_printf("%s is missing", bound->name);
		} else if (value < bound->min || value > bound->max) {
			return t_strdup_printf("%s is not %u to %u", bound->name, bound->min, bound->max);
		}
	}
	if ((recurrence->fields & EAS_RECURRENCE_HAS_CALENDAR_TYPE) != 0 &&
	    eas_calendar_type_find(recurrence->calendar_type) == NULL)
		return "CalendarType must not be used";
	return NULL;
}

/* With what is meant where an element is missing, and one way only to say the same. */
static void eas_recurrence_normalize(const struct eas_recurrence *recurrence, struct eas_recurrence *normal_r)
{
	*normal_r = *recurrence;
	if ((recurrence->fields & EAS_RECURRENCE_HAS_INTERVAL) == 0 || recurrence->interval == 0)
		normal_r->interval = 1;
	if ((recurrence->fields & EAS_RECURRENCE_HAS_CALENDAR_TYPE) == 0)
		normal_r->calendar_type = 0;
	if ((recurrence->fields & EAS_RECURRENCE_HAS_IS_LEAP_MONTH) == 0)
		normal_r->is_leap_month = 0;
	if ((recurrence->fields & EAS_RECURRENCE_HAS_DAY_OF_WEEK) == 0)
		normal_r->day_of_week = EAS_RECURRENCE_EVERY_DAY;
	else if (recurrence->type == EAS_RECURRENCE_DAILY)
		normal_r->type = EAS_RECURRENCE_WEEKLY;
	if (normal_r->type == EAS_RECURRENCE_WEEKLY && normal_r->interval == 1 &&
	    normal_r->day_of_week == EAS_RECURRENCE_EVERY_DAY)
		normal_r->type = EAS_RECURRENCE_DAILY;
	/* the n-th of all days is a day of the month */
	if (normal_r->day_of_week == EAS_RECURRENCE_EVERY_DAY &&
	    (normal_r->type == EAS_RECURRENCE_MONTHLY_NTH || normal_r->type == EAS_RECURRENCE_YEARLY_NTH)) {
		normal_r->day_of_month = normal_r->week_of_month == EAS_RECURRENCE_LAST_WEEK ? 31 :
			normal_r->week_of_month;
		normal_r->type = normal_r->type == EAS_RECURRENCE_MONTHLY_NTH ?
			EAS_RECURRENCE_MONTHLY : EAS_RECURRENCE_YEARLY;
	}
}

static void eas_rule_set_days(struct pim_rrule *rule, unsigned int mask)
{
	rule->has_by_day = TRUE;
	for (unsigned int i = 0; i < 7; i++)
		rule->by_day[i].every = (mask & 1 << i) != 0;
}

static void eas_rule_set_nth(struct pim_rrule *rule, const struct eas_recurrence *recurrence)
{
	unsigned int mask = recurrence->day_of_week, week = recurrence->week_of_month;
	bool is_last = week == EAS_RECURRENCE_LAST_WEEK;

	if ((mask & (mask - 1)) != 0) {
		/* the n-th of several weekdays taken together */
		eas_rule_set_days(rule, mask);
		rule->by_setpos.count = 1;
		rule->by_setpos.plus[0] = is_last ? 0 : (uint64_t)1 << (week - 1);
		rule->by_setpos.minus[0] = is_last ? 1 : 0;
		return;
	}
	rule->has_by_day = TRUE;
	for (unsigned int i = 0; i < 7; i++) {
		if ((mask & 1 << i) == 0)
			continue;
		if (is_last)
			rule->by_day[i].minus = 1;
		else
			rule->by_day[i].plus = (uint64_t)1 << (week - 1);
	}
}

static void eas_rule_set_monthday(struct pim_rrule *rule, const struct eas_recurrence *recurrence)
{
	unsigned int last = 31;

	/* one that the month may not have is "or its last"; of months of other calendars we know no length */
	if (rule->rscale[0] == '\0') {
		last = recurrence->type == EAS_RECURRENCE_MONTHLY ? 30 :
			pim_days_in_month(ORDINARY_YEAR, recurrence->month_of_year);
	}
	if (recurrence->day_of_month > last)
		rule->by_monthday_end = 1 << 1;
	else
		rule->by_monthday = (uint32_t)1 << recurrence->day_of_month;
}

/* The last day, in the zone of start, that Until means. The same instant of day as start is exact. UTC's midnight is
   the date it shows; else it is the date in the zone. Of dates midnight may be that of any zone. */
static int64_t eas_recurrence_until_day(int64_t until_utc, const struct pim_time *start)
{
	int64_t time_of_day = until_utc - pim_days_of_wall(until_utc) * PIM_DAY_SECS;

	if (start->is_date) {
		bool is_end = time_of_day >= PIM_DAY_SECS - 60;

		return pim_days_of_wall(until_utc + (is_end ? 0 : HALF_DAY_SECS));
	}
	if (start->zone == NULL ||
	    (time_of_day == 0 && (pim_time_to_utc(start, NULL) - until_utc) % PIM_DAY_SECS != 0))
		return pim_days_of_wall(until_utc);
	return pim_days_of_wall(pim_zone_to_wall(start->zone, until_utc));
}

static void eas_rule_set_until(struct pim_rrule *rule, int64_t until_utc, const struct pim_time *start)
{
	int64_t day = eas_recurrence_until_day(until_utc, start);
	int64_t wall = day * PIM_DAY_SECS + start->wall - pim_days_of_wall(start->wall) * PIM_DAY_SECS;

	rule->until = wall;
	if (start->is_date)
		rule->until_kind = PIM_UNTIL_DATE;
	else if (start->zone == NULL)
		rule->until_kind = PIM_UNTIL_WALL;
	else {
		rule->until_kind = PIM_UNTIL_UTC;
		rule->until = pim_zone_to_utc(start->zone, wall);
	}
}

static enum pim_freq eas_recurrence_freq(unsigned int type)
{
	switch (type) {
	case EAS_RECURRENCE_DAILY:
		return PIM_FREQ_DAILY;
	case EAS_RECURRENCE_WEEKLY:
		return PIM_FREQ_WEEKLY;
	case EAS_RECURRENCE_MONTHLY:
	case EAS_RECURRENCE_MONTHLY_NTH:
		return PIM_FREQ_MONTHLY;
	default:
		return PIM_FREQ_YEARLY;
	}
}

bool eas_recurrence_to_rrule(const struct eas_recurrence *recurrence, const struct pim_time *start,
			     struct pim_rrule *rule_r)
{
	struct eas_recurrence normal;
	const struct eas_calendar_type *calendar;

	eas_recurrence_normalize(recurrence, &normal);
	calendar = eas_calendar_type_find(normal.calendar_type);
	i_assert(calendar != NULL);
	pim_rrule_init(rule_r, eas_recurrence_freq(normal.type));
	rule_r->interval = normal.interval;
	if (calendar->rscale != NULL && i_strocpy(rule_r->rscale, calendar->rscale, sizeof(rule_r->rscale)) < 0)
		i_unreached();
	if ((normal.fields & EAS_RECURRENCE_HAS_UNTIL) != 0)
		eas_rule_set_until(rule_r, normal.until_utc, start);
	else if ((normal.fields & EAS_RECURRENCE_HAS_OCCURRENCES) != 0)
		rule_r->count = normal.occurrences;

	if (normal.type == EAS_RECURRENCE_WEEKLY) {
		eas_rule_set_days(rule_r, normal.day_of_week);
		if ((normal.fields & EAS_RECURRENCE_HAS_FIRST_DAY_OF_WEEK) != 0) {
			rule_r->has_week_start = TRUE;
			rule_r->week_start = normal.first_day_of_week;
		}
	}
	if (rule_r->freq == PIM_FREQ_YEARLY) {
		bool is_leap = normal.is_leap_month != 0 && rule_r->rscale[0] != '\0';

		*(is_leap ? &rule_r->by_leap_month : &rule_r->by_month) = 1 << normal.month_of_year;
	}
	if (normal.type == EAS_RECURRENCE_MONTHLY || normal.type == EAS_RECURRENCE_YEARLY)
		eas_rule_set_monthday(rule_r, &normal);
	else if (rule_r->freq >= PIM_FREQ_MONTHLY)
		eas_rule_set_nth(rule_r, &normal);
	return calendar->rscale != NULL;
}

static bool eas_recurrence_ends_equally(const struct eas_recurrence *r1, const struct eas_recurrence *r2,
					const struct pim_time *start)
{
	const enum eas_recurrence_field until = EAS_RECURRENCE_HAS_UNTIL, occurrences = EAS_RECURRENCE_HAS_OCCURRENCES;

	if ((r1->fields & until) != (r2->fields & until))
		return FALSE;
	if ((r1->fields & until) != 0) {
		return eas_recurrence_until_day(r1->until_utc, start) ==
			eas_recurrence_until_day(r2->until_utc, start);
	}
	return (r1->fields & occurrences) == (r2->fields & occurrences) &&
		((r1->fields & occurrences) == 0 || r1->occurrences == r2->occurrences);
}

static bool eas_recurrence_weeks_equal(const struct eas_recurrence *r1, const struct eas_recurrence *r2)
{
	/* where a week begins matters if weeks are left out; older versions don't say */
	return r1->day_of_week == r2->day_of_week &&
		(r1->interval == 1 || (r1->fields & EAS_RECURRENCE_HAS_FIRST_DAY_OF_WEEK) == 0 ||
		 (r2->fields & EAS_RECURRENCE_HAS_FIRST_DAY_OF_WEEK) == 0 ||
		 r1->first_day_of_week == r2->first_day_of_week);
}

bool eas_recurrence_equals(const struct eas_recurrence *recurrence1, const struct eas_recurrence *recurrence2,
			   const struct pim_time *start)
{
	struct eas_recurrence r1, r2;
	const struct eas_calendar_type *calendar1, *calendar2;

	eas_recurrence_normalize(recurrence1, &r1);
	eas_recurrence_normalize(recurrence2, &r2);
	calendar1 = eas_calendar_type_find(r1.calendar_type);
	calendar2 = eas_calendar_type_find(r2.calendar_type);
	i_assert(calendar1 != NULL && calendar2 != NULL);
	if (r1.type != r2.type || r1.interval != r2.interval || !eas_recurrence_ends_equally(&r1, &r2, start) ||
	    null_strcmp(calendar1->rscale, calendar2->rscale) != 0)
		return FALSE;
	if (r1.type == EAS_RECURRENCE_WEEKLY)
		return eas_recurrence_weeks_equal(&r1, &r2);
	if (eas_recurrence_freq(r1.type) == PIM_FREQ_YEARLY &&
	    (r1.month_of_year != r2.month_of_year || r1.is_leap_month != r2.is_leap_month))
		return FALSE;
	switch (r1.type) {
	case EAS_RECURRENCE_MONTHLY:
	case EAS_RECURRENCE_YEARLY:
		return r1.day_of_month == r2.day_of_month;
	case EAS_RECURRENCE_MONTHLY_NTH:
	case EAS_RECURRENCE_YEARLY_NTH:
		return r1.day_of_week == r2.day_of_week && r1.week_of_month == r2.week_of_month;
	}
	return TRUE;
}
