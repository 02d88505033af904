/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-time.h"
#include "pim-duration.h"

#include <ctype.h>

static int64_t unit_secs(char unit, bool time)
{
	switch (i_toupper(unit)) {
	case 'W': return time ? 0 : 7 * PIM_DAY_SECS;
	case 'D': return time ? 0 : PIM_DAY_SECS;
	case 'H': return time ? 3600 : 0;
	case 'M': return time ? 60 : 0;
	case 'S': return time ? 1 : 0;
	default: return 0;
	}
}

bool pim_duration_parse(const char *value, int64_t *days_secs_r, int64_t *time_secs_r)
{
	int64_t days = 0, time = 0, unit;
	uint32_t number;
	bool minus = *value == '-', in_time = FALSE, any = FALSE;

	if (*value == '-' || *value == '+')
		value++;
	if (i_toupper(*value++) != 'P')
		return FALSE;
	while (*value != '\0') {
		if (i_toupper(*value) == 'T' && !in_time) {
			in_time = TRUE;
			value++;
			continue;
		}
		if (str_parse_uint32(value, &number, &value) < 0 ||
		    (unit = unit_secs(*value, in_time)) == 0)
			return FALSE;
		value++;
		any = TRUE;
		if (number > PIM_DURATION_MAX_SECS / unit)
			return FALSE;
		if (in_time)
			time += number * unit;
		else
			days += number * unit;
		if (time > PIM_DURATION_MAX_SECS || days > PIM_DURATION_MAX_SECS)
			return FALSE;
	}
	*days_secs_r = minus ? -days : days;
	*time_secs_r = minus ? -time : time;
	return any;
}

const char *pim_duration_format(int64_t secs)
{
	const char *sign = secs < 0 ? "-" : "";

	if (secs < 0)
		secs = -secs;
	if (secs == 0)
		return "PT0S";
	if (secs % PIM_DAY_SECS == 0)
		return t_strdup_printf("%sP%"PRId64"D", sign, secs / PIM_DAY_SECS);
	if (secs % 3600 == 0)
		return t_strdup_printf("%sPT%"PRId64"H", sign, secs / 3600);
	if (secs % 60 == 0)
		return t_strdup_printf("%sPT%"PRId64"M", sign, secs / 60);
	return t_strdup_printf("%sPT%"PRId64"S", sign, secs);
}

const char *pim_duration_format_minutes(int64_t minutes)
{
	if (minutes == 0)
		return "PT0S";
	return t_strdup_printf("%sPT%"PRId64"M", minutes < 0 ? "-" : "",
			       minutes < 0 ? -minutes : minutes);
}
