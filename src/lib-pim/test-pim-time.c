/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-time.h"
#include "pim-zone.h"

#include <time.h>

static void test_pim_time_days(void)
{
	test_begin("pim time: days as the C library counts them");
	for (int64_t days = -100000; days < 400000; days += 13) {
		time_t secs = days * PIM_DAY_SECS;
		struct tm *tm = gmtime(&secs);
		unsigned int month, day;
		int year;

		pim_civil_from_days(days, &year, &month, &day);
		test_assert(year == tm->tm_year + 1900 && (int)month == tm->tm_mon + 1 &&
			    (int)day == tm->tm_mday);
		test_assert((int)pim_weekday_of_days(days) == tm->tm_wday);
		test_assert(pim_days_from_civil(year, month, day) == days);
		test_assert(day <= pim_days_in_month(year, month));
	}
	test_assert(pim_days_of_wall(-1) == -1 && pim_days_of_wall(0) == 0 && pim_days_of_wall(86399) == 0);
	test_assert(pim_year_of_wall(-1) == 1969 && pim_year_of_wall(0) == 1970);
	test_end();
}

static void test_pim_time_values(void)
{
	static const struct {
		const char *value, *format;
		int64_t wall;
		bool is_date, is_utc;
	} tests[] = {
		{ "19700101", "19700101", 0, TRUE, FALSE },
		{ "20260329T023000", "20260329T023000", 1774751400, FALSE, FALSE },
		{ "20260329T023000Z", "20260329T023000Z", 1774751400, FALSE, TRUE },
		{ "20260329t023000z", "20260329T023000Z", 1774751400, FALSE, TRUE },
		{ "20240229", "20240229", 1709164800, TRUE, FALSE },
		{ "20161231T235960Z", "20161231T235959Z", 1483228799, FALSE, TRUE },
		{ "16000101T000000", "16000101T000000", -11676096000, FALSE, FALSE },
		{ "99991231T235959Z", "99991231T235959Z", 253402300799, FALSE, TRUE },
	};
	static const char *const bad[] = {
		"", "2026", "2026032", "20260230", "20250229", "20261301", "20260001", "20260100", "20260101T",
		"20260101T1200", "20260101T240000", "20260101T126000", "20260101T120061", "20260101T120000X",
		"20260101T120000ZZ", "2026-01-01", "15991231", "20260101 120000", "2026010 ",
	};
	struct pim_time time;

	test_begin("pim time: values of properties");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(pim_time_parse(tests[i].value, NULL, &time), i);
		test_assert_idx(time.wall == tests[i].wall && time.is_date == tests[i].is_date, i);
		test_assert_idx((time.zone == pim_zone_utc()) == tests[i].is_utc, i);
		test_assert_strcmp_idx(pim_time_format(&time), tests[i].format, i);
	}
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++)
		test_assert_idx(!pim_time_parse(bad[i], NULL, &time), i);
	test_end();
}

static void test_pim_time_instants(void)
{
	const struct pim_zone *berlin = pim_zone_find("Europe/Berlin");
	struct pim_time time;

	test_begin("pim time: instants");
	test_assert(pim_time_parse("20260701T120000", berlin, &time) && time.zone == berlin);
	test_assert(pim_time_to_utc(&time, NULL) == time.wall - 7200);
	test_assert(pim_time_parse("20260701T120000", NULL, &time));
	test_assert(pim_time_to_utc(&time, NULL) == time.wall);
	test_assert(pim_time_to_utc(&time, berlin) == time.wall - 7200);
	test_assert(pim_time_parse("20260101", berlin, &time) && time.zone == NULL);
	test_assert(pim_time_to_utc(&time, berlin) == time.wall - 3600);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_time_days,
		test_pim_time_values,
		test_pim_time_instants,
		NULL
	};
	return test_run(test_functions);
}
