/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-time.h"
#include "pim-zone.h"

#include <ctype.h>

/* of 400 years, and from 0000-03-01 to 1970-01-01 */
#define DAYS_OF_ERA 146097
#define DAYS_TO_EPOCH 719468

int64_t pim_days_from_civil(int year, unsigned int month, int day)
{
	/* years begin in March, so that the leap day is their last */
	int64_t y = (int64_t)year - (month <= 2 ? 1 : 0);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * DAYS_OF_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
		day_of_year - DAYS_TO_EPOCH;
}

void pim_civil_from_days(int64_t days, int *year_r, unsigned int *month_r, unsigned int *day_r)
{
	int64_t z = days + DAYS_TO_EPOCH;
	int64_t era = (z >= 0 ? z : z - (DAYS_OF_ERA - 1)) / DAYS_OF_ERA;
	int64_t day_of_era = z - era * DAYS_OF_ERA;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
			       day_of_era / (DAYS_OF_ERA - 1)) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;

	*day_r = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	*month_r = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	*year_r = era * 400 + year_of_era + (*month_r <= 2 ? 1 : 0);
}

unsigned int pim_weekday_of_days(int64_t days)
{
	/* 1970-01-01 was a Thursday */
	int weekday = (days + 4) % 7;

	return weekday < 0 ? weekday + 7 : weekday;
}

bool pim_year_is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

unsigned int pim_days_in_month(int year, unsigned int month)
{
	static const unsigned int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	i_assert(month >= 1 && month <= 12);
	return month == 2 && pim_year_is_leap(year) ? 29 : days[month - 1];
}

int64_t pim_days_of_wall(int64_t wall)
{
	return (wall >= 0 ? wall : wall - (PIM_DAY_SECS - 1)) / PIM_DAY_SECS;
}

int64_t pim_wall_from_civil(const struct pim_civil *civil)
{
	return pim_days_from_civil(civil->year, civil->month, civil->day) * PIM_DAY_SECS +
		civil->hour * 3600 + civil->minute * 60 + civil->second;
}

void pim_civil_from_wall(int64_t wall, struct pim_civil *civil_r)
{
	int64_t days = pim_days_of_wall(wall);
	unsigned int secs = wall - days * PIM_DAY_SECS;

	pim_civil_from_days(days, &civil_r->year, &civil_r->month, &civil_r->day);
	civil_r->hour = secs / 3600;
	civil_r->minute = secs / 60 % 60;
	civil_r->second = secs % 60;
}

int pim_year_of_wall(int64_t wall)
{
	unsigned int month, day;
	int year;

	pim_civil_from_days(pim_days_of_wall(wall), &year, &month, &day);
	return year;
}

static bool pim_digits(const char **p, unsigned int count, unsigned int *value_r)
{
	*value_r = 0;
	for (; count > 0; count--, (*p)++) {
		if (!i_isdigit(**p))
			return FALSE;
		*value_r = *value_r * 10 + (**p - '0');
	}
	return TRUE;
}

static bool pim_civil_is_valid(const struct pim_civil *civil)
{
	return civil->year >= PIM_MIN_YEAR && civil->year <= PIM_MAX_YEAR &&
		civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
		civil->day <= pim_days_in_month(civil->year, civil->month) &&
		civil->hour <= 23 && civil->minute <= 59 && civil->second <= 60;
}

bool pim_time_parse(const char *value, const struct pim_zone *zone, struct pim_time *time_r)
{
	struct pim_civil civil;
	unsigned int year;

	i_zero(&civil);
	i_zero(time_r);
	if (!pim_digits(&value, 4, &year) || !pim_digits(&value, 2, &civil.month) ||
	    !pim_digits(&value, 2, &civil.day))
		return FALSE;
	civil.year = year;
	if (*value == '\0')
		time_r->is_date = TRUE;
	else {
		if ((*value != 'T' && *value != 't') || *++value == '\0' ||
		    !pim_digits(&value, 2, &civil.hour) || !pim_digits(&value, 2, &civil.minute) ||
		    !pim_digits(&value, 2, &civil.second))
			return FALSE;
		time_r->zone = zone;
		if (*value == 'Z' || *value == 'z') {
			time_r->zone = pim_zone_utc();
			value++;
		}
		if (*value != '\0')
			return FALSE;
	}
	if (!pim_civil_is_valid(&civil))
		return FALSE;
	if (civil.second == 60)
		civil.second = 59;
	time_r->wall = pim_wall_from_civil(&civil);
	return TRUE;
}

const char *pim_time_format(const struct pim_time *time)
{
	struct pim_civil civil;

	pim_civil_from_wall(time->wall, &civil);
	if (time->is_date)
		return t_strdup_printf("%04d%02u%02u", civil.year, civil.month, civil.day);
	return t_strdup_printf("%04d%02u%02uT%02u%02u%02u%s", civil.year, civil.month, civil.day,
			       civil.hour, civil.minute, civil.second,
			       time->zone == pim_zone_utc() ? "Z" : "");
}

int64_t pim_time_to_utc(const struct pim_time *time, const struct pim_zone *floating)
{
	const struct pim_zone *zone = time->is_date || time->zone == NULL ? floating : time->zone;

	return zone == NULL ? time->wall : pim_zone_to_utc(zone, time->wall);
}
