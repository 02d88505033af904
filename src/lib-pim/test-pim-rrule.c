/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "pim-rrule.h"

static void test_pim_rrule_round(void)
{
	static const struct {
		const char *in, *out;
	} tests[] = {
		{ "FREQ=DAILY", NULL },
		{ "freq=weekly;byday=we,mo;interval=2;wkst=su", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;WKST=SU" },
		{ "FREQ=MONTHLY;COUNT=10;BYDAY=1MO,MO,-2FR", "FREQ=MONTHLY;COUNT=10;BYDAY=MO,1MO,-2FR" },
		{ "FREQ=YEARLY;UNTIL=20261231;BYMONTHDAY=1,-1;BYMONTH=1,12", NULL },
		{ "FREQ=YEARLY;UNTIL=20261231T225959Z;BYYEARDAY=1,366,-366,-1", "FREQ=YEARLY;UNTIL=20261231T225959Z;"
		  "BYYEARDAY=1,366,-1,-366" },
		{ "FREQ=YEARLY;UNTIL=20261231T225959;BYWEEKNO=1,53,-1", NULL },
		{ "FREQ=HOURLY;INTERVAL=8;BYSECOND=0,59;BYMINUTE=0,30;BYHOUR=0,23", NULL },
		{ "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1", NULL },
		{ "FREQ=DAILY;INTERVAL=1;WKST=MO;", "FREQ=DAILY;WKST=MO" },
		{ "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", "FREQ=YEARLY;SKIP=FORWARD" },
		{ "RSCALE=hebrew;FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=5L,13;SKIP=BACKWARD",
		  "RSCALE=HEBREW;FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=5L,13;SKIP=BACKWARD" },
		{ "FREQ=DAILY;X-OTHER=1", "FREQ=DAILY" },
		{ "FREQ=MONTHLY;BYMONTHDAY=+5", "FREQ=MONTHLY;BYMONTHDAY=5" },
	};
	struct pim_rrule rule, again;
	const char *error;

	test_begin("rrule: read and written");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		string_t *text = t_str_new(64);

		test_assert_idx(pim_rrule_parse(tests[i].in, &rule, &error) == 0, i);
		pim_rrule_write(text, &rule);
		test_assert_strcmp_idx(str_c(text), tests[i].out == NULL ? tests[i].in : tests[i].out, i);
		test_assert_idx(pim_rrule_parse(str_c(text), &again, &error) == 0, i);
		test_assert_idx(pim_rrule_equals(&rule, &again), i);
	}
	test_assert(pim_rrule_parse("FREQ=DAILY", &rule, &error) == 0 && !pim_rrule_equals(&rule, &again));
	test_end();
}

static void test_pim_rrule_bad(void)
{
	static const char *const bad[] = {
		"", "DAILY", "FREQ", "FREQ=", "FREQ=FORTNIGHTLY", "INTERVAL=2", "FREQ=DAILY;INTERVAL=0",
		"FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=32768", "FREQ=DAILY;INTERVAL=1x", "FREQ=DAILY;COUNT=0",
		"FREQ=DAILY;COUNT=99999999", "FREQ=DAILY;COUNT=3;UNTIL=20260101", "FREQ=DAILY;UNTIL=20260230",
		"FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYDAY=0MO", "FREQ=DAILY;BYDAY=54MO", "FREQ=DAILY;BYDAY=",
		"FREQ=DAILY;BYMONTH=0", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTH=5L", "FREQ=DAILY;BYMONTH=-1",
		"FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYMONTHDAY=32", "FREQ=DAILY;BYMONTHDAY=-32",
		"FREQ=DAILY;BYYEARDAY=367", "FREQ=DAILY;BYYEARDAY=0", "FREQ=DAILY;BYWEEKNO=54", "FREQ=DAILY;BYSETPOS=0",
		"FREQ=DAILY;BYSETPOS=367", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYHOUR=-1", "FREQ=DAILY;BYMINUTE=60",
		"FREQ=DAILY;BYSECOND=61", "FREQ=DAILY;WKST=XX", "FREQ=DAILY;SKIP=MAYBE", "FREQ=DAILY;OTHER=1",
		"RSCALE=AVERYLONGNAMEFORACALENDAR;FREQ=DAILY", "RSCALE=A/B;FREQ=DAILY",
		"FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;"
		"BYMINUTE=0,1,2,3,4,5,6,7,8,9,10,11;BYSECOND=0,1,2,3,4,5",
	};
	struct pim_rrule rule;
	const char *error;

	test_begin("rrule: what is none");
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++) {
		error = NULL;
		test_assert_idx(pim_rrule_parse(bad[i], &rule, &error) == -1 && error != NULL, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_rrule_round,
		test_pim_rrule_bad,
		NULL
	};
	return test_run(test_functions);
}
