/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "test-common.h"
#include "pim-recurrence.h"
#include "pim-zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TEST_RULES 300
/* of each rule */
#define TEST_OCCURRENCES 25
#define TEST_LINE 8192

static int64_t test_wall(const char *value)
{
	struct pim_time time;

	if (!pim_time_parse(value, NULL, &time))
		i_fatal("not a time: %s", value);
	return time.wall;
}

static const char *test_format(int64_t wall)
{
	struct pim_time time = { .wall = wall };

	return pim_time_format(&time);
}

static struct pim_series *test_series(pool_t pool, const char *zone, const char *start, const char *rule)
{
	struct pim_series_input input;
	struct pim_rrule rrule;
	const char *error;

	i_zero(&input);
	if (!pim_time_parse(start, zone == NULL ? NULL : pim_zone_find(zone), &input.start))
		i_fatal("not a time: %s", start);
	if (rule != NULL) {
		if (pim_rrule_parse(rule, &rrule, &error) < 0)
			i_fatal("%s: %s", rule, error);
		input.rules = &rrule;
		input.rule_count = 1;
	}
	return pim_series_create(pool, &input);
}

/* ids of the first occurrences in a window, separated by spaces */
static const char *test_expand(const struct pim_series *series, int64_t from, int64_t until, unsigned int max)
{
	struct pim_series_iter *iter = pim_series_iter_init(series, from, until);
	struct pim_occurrence occurrence;
	string_t *str = t_str_new(256);

	while (max-- > 0 && pim_series_iter_next(iter, &occurrence)) {
		str_append(str, str_len(str) == 0 ? "" : " ");
		str_append(str, test_format(occurrence.id_wall));
	}
	pim_series_iter_deinit(&iter);
	return str_c(str);
}

static void test_pim_recurrence_rules(void)
{
	static const struct {
		const char *start, *rule, *expected;
	} tests[] = {
		/* RFC 5545 3.8.5.3 */
		{ "19970902T090000", "FREQ=DAILY;COUNT=3", "19970902T090000 19970903T090000 19970904T090000" },
		{ "19970902T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,TH;WKST=SU",
		  "19970902T090000 19970904T090000 19970916T090000 19970918T090000" },
		{ "19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
		  "19970805T090000 19970810T090000 19970819T090000 19970824T090000" },
		{ "19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
		  "19970805T090000 19970817T090000 19970819T090000 19970831T090000" },
		{ "19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
		  "19970904T090000 19971007T090000 19971106T090000" },
		{ "19970929T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
		  "19970929T090000 19971030T090000 19971127T090000" },
		{ "20070115T090000", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
		  "20070115T090000 20070130T090000 20070215T090000 20070315T090000 20070330T090000" },
		{ "19970519T090000", "FREQ=YEARLY;BYDAY=20MO;COUNT=3",
		  "19970519T090000 19980518T090000 19990517T090000" },
		{ "19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3",
		  "19970512T090000 19980511T090000 19990517T090000" },
		{ "19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;COUNT=2", "19970512T090000 19980511T090000" },
		{ "20201228T090000", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;COUNT=2", "20201228T090000 20261228T090000" },
		{ "19970902T090000", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000",
		  "19970902T090000 19970902T120000 19970902T150000" },
		{ "19970902T090000", "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
		  "19970902T090000 19970902T103000 19970902T120000 19970902T133000" },
		/* the last of each week, which libical 3 does not do */
		{ "20260107T090000", "FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=-1;COUNT=3",
		  "20260107T090000 20260114T090000 20260121T090000" },
		{ "20240229", "FREQ=YEARLY;COUNT=2", "20240229T000000 20280229T000000" },
		{ "20260131", "FREQ=MONTHLY;COUNT=3", "20260131T000000 20260331T000000 20260531T000000" },
		/* DTSTART is one, also where the rule does not name it */
		{ "20260106T090000", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", "20260106T090000 20260112T090000 20260119T090000" },
		{ "20260106T090000", "FREQ=WEEKLY;BYDAY=MO;COUNT=1", "20260106T090000" },
		{ "20260106T090000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "20260106T090000" },
		{ "20260106T090000", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "20260106T090000" },
		/* what UNTIL says, by DTSTART's kind */
		{ "20260101", "FREQ=DAILY;UNTIL=20260102", "20260101T000000 20260102T000000" },
		{ "20260101", "FREQ=DAILY;UNTIL=20260102T100000Z", "20260101T000000 20260102T000000" },
		{ "20260101T090000", "FREQ=DAILY;UNTIL=20260102", "20260101T090000 20260102T090000" },
		{ "20260101T090000", "FREQ=DAILY;UNTIL=20260102T080000", "20260101T090000" },
		/* 8 Adar I in leap years */
		{ "20160217", "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD;COUNT=3",
		  "20160217T000000 20170306T000000 20180223T000000" },
		{ "20160217", "RSCALE=KLINGON;FREQ=YEARLY;COUNT=3", "20160217T000000" },
	};

	test_begin("recurrence: rules");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 1024);
		struct pim_series *series = test_series(pool, NULL, tests[i].start, tests[i].rule);

		test_assert_strcmp_idx(test_expand(series, INT64_MIN, PIM_TIME_NEVER, 6), tests[i].expected, i);
		pool_unref(&pool);
	}
	test_end();
}

/* Property test against another implementation */

static uint32_t test_seed = 20261125;

static unsigned int test_random(unsigned int below)
{
	test_seed = test_seed * 1664525 + 1013904223;
	return (test_seed >> 8) % below;
}

static bool test_chance(unsigned int percent)
{
	return test_random(100) < percent;
}

static void test_add_numbers(string_t *rule, const char *name, unsigned int min, unsigned int max,
			     bool also_from_end)
{
	unsigned int count = 1 + test_random(3);

	str_printfa(rule, ";%s=", name);
	for (unsigned int i = 0; i < count; i++) {
		str_printfa(rule, "%s%s%u", i > 0 ? "," : "", also_from_end && test_chance(30) ? "-" : "",
			    min + test_random(max - min + 1));
	}
}

static void test_add_days(string_t *rule, unsigned int numbered_max)
{
	unsigned int count = 1 + test_random(4);

	str_append(rule, ";BYDAY=");
	for (unsigned int i = 0; i < count; i++) {
		str_append(rule, i > 0 ? "," : "");
		if (numbered_max > 0)
			str_printfa(rule, "%s%u", test_chance(40) ? "-" : "", 1 + test_random(numbered_max));
		str_append(rule, pim_weekday_name(test_random(7)));
	}
}

/* Rules in which both agree what RFC 5545 says. */
static void test_make_rule(string_t *rule)
{
	static const char *const freqs[] = { "DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY" };
	unsigned int freq = test_random(100) < 95 ? test_random(4) : 4;
	bool has_set = FALSE, weeks = FALSE, numbered;

	str_printfa(rule, "FREQ=%s", freqs[freq]);
	if (test_chance(50))
		str_printfa(rule, ";INTERVAL=%u", 1 + test_random(freq == 3 ? 4 : 13));
	if (test_chance(30))
		str_printfa(rule, ";WKST=%s", pim_weekday_name(test_random(7)));
	if (test_chance(freq == 3 ? 50 : 15))
		test_add_numbers(rule, "BYMONTH", 1, 12, FALSE);
	if (freq == 3 && test_chance(15)) {
		/* weeks that lie in two years it does not always find */
		test_add_numbers(rule, "BYWEEKNO", 2, 50, TRUE);
		test_add_days(rule, 0);
		weeks = has_set = TRUE;
	} else if (freq == 3 && test_chance(15)) {
		test_add_numbers(rule, "BYYEARDAY", 1, 366, TRUE);
		has_set = TRUE;
	}
	if (freq != 1 && !weeks && test_chance(30)) {
		test_add_numbers(rule, "BYMONTHDAY", 1, 31, TRUE);
		has_set = TRUE;
	}
	if (!weeks && test_chance(freq == 1 ? 70 : 40)) {
		numbered = freq >= 2 && freq <= 3 && test_chance(50);
		test_add_days(rule, !numbered ? 0 : freq == 2 || strstr(str_c(rule), "BYMONTH=") != NULL ? 5 : 53);
		has_set = TRUE;
	}
	if (has_set && freq < 4 && test_chance(30))
		test_add_numbers(rule, "BYSETPOS", 1, 4, TRUE);
	if (test_chance(10))
		test_add_numbers(rule, "BYHOUR", 1, 23, FALSE);
	if (test_chance(5))
		test_add_numbers(rule, "BYMINUTE", 1, 59, FALSE);
}

/* dateutil counts BYSETPOS of the first week from DTSTART on, RFC 5545 in the whole week: there both begin together. */
static const char *test_make_start(const char *text)
{
	int64_t day = pim_days_from_civil(1990 + test_random(50), 1, 1 + test_random(365));
	unsigned int hour = test_random(24);
	struct pim_rrule rule;
	const char *error;

	if (pim_rrule_parse(text, &rule, &error) < 0)
		i_fatal("%s: %s", text, error);
	if (rule.freq == PIM_FREQ_WEEKLY && rule.by_setpos.count > 0) {
		day -= (pim_weekday_of_days(day) + 7 - rule.week_start) % 7;
		hour = 0;
	}
	return test_format(day * PIM_DAY_SECS + hour * 3600);
}

/* Windows anywhere in it show what the whole shows there. */
static void test_windows(const struct pim_series *series, const char *all, unsigned int idx)
{
	const char *const *walls = t_strsplit(all, " ");
	unsigned int count = str_array_length(walls);

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int from = test_random(count);
		const char *expected = t_strarray_join(walls + from, " ");

		test_assert_strcmp_idx(test_expand(series, test_wall(walls[from]), PIM_TIME_NEVER, count - from),
				       expected, idx);
	}
}

static void test_pim_recurrence_line(const char *start, const char *rule, const char *answer, unsigned int idx)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_series *series = test_series(pool, NULL, start, rule);
	const char *ours = test_expand(series, INT64_MIN, PIM_TIME_NEVER, TEST_OCCURRENCES + 1);

	/* DTSTART belongs to ours */
	if (strncmp(answer, start, strlen(start)) != 0)
		answer = strcmp(answer, "-") == 0 ? start : t_strconcat(start, " ", answer, NULL);
	if (strncmp(ours, answer, strlen(answer)) != 0)
		i_error("%s %s: %s, but %s", start, rule, ours, answer);
	test_assert_idx(strncmp(ours, answer, strlen(answer)) == 0, idx);
	test_windows(series, ours, idx);
	pool_unref(&pool);
}

static void test_pim_recurrence_oracle(void)
{
	const char *dir = getenv("top_srcdir");
	const char *script = t_strconcat(dir == NULL ? "../.." : dir, "/src/lib-pim/test-pim-recurrence.py", NULL);
	const char *rules[TEST_RULES], *starts[TEST_RULES];
	char path[] = "/tmp/test-pim-recurrence.XXXXXX", line[TEST_LINE];
	unsigned int i, answered = 0;
	FILE *file;
	int fd;

	test_begin("recurrence: random rules as python-dateutil has them");
	fd = mkstemp(path);
	if (fd == -1 || (file = fdopen(fd, "w")) == NULL)
		i_fatal("mkstemp() failed: %m");
	for (i = 0; i < TEST_RULES; i++) {
		string_t *rule = t_str_new(128);

		test_make_rule(rule);
		rules[i] = str_c(rule);
		starts[i] = test_make_start(rules[i]);
		fprintf(file, "%u %s %s\n", TEST_OCCURRENCES, starts[i], rules[i]);
	}
	if (fclose(file) != 0)
		i_fatal("fclose() failed: %m");
	file = popen(t_strdup_printf("/usr/bin/python3 %s < %s", script, path), "r");
	if (file == NULL)
		i_fatal("popen() failed: %m");
	for (i = 0; i < TEST_RULES && fgets(line, sizeof(line), file) != NULL; i++) T_BEGIN {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "-") != 0)
			answered++;
		test_pim_recurrence_line(starts[i], rules[i], line, i);
	} T_END;
	test_assert(pclose(file) == 0 && i == TEST_RULES && answered > TEST_RULES / 3);
	i_unlink(path);
	test_end();
}

static bool test_have_oracle(void)
{
	return system("/usr/bin/python3 -c 'import dateutil.rrule' 2>/dev/null") == 0;
}

/* Zones */

static void test_pim_recurrence_zones(void)
{
	static const struct {
		const char *zone, *start, *rule, *expected;
	} tests[] = {
		/* 9 o'clock stays 9 o'clock */
		{ "Europe/Berlin", "20260328T090000", "FREQ=DAILY;COUNT=3",
		  "20260328T080000 20260329T070000 20260330T070000" },
		/* the hour left out, the hour twice */
		{ "Europe/Berlin", "20260328T023000", "FREQ=DAILY;COUNT=3",
		  "20260328T013000 20260329T013000 20260330T003000" },
		{ "Europe/Berlin", "20261024T023000", "FREQ=DAILY;COUNT=3",
		  "20261024T003000 20261025T003000 20261026T013000" },
		{ "America/New_York", "20260105T090000", "FREQ=DAILY;UNTIL=20260107T140000Z",
		  "20260105T140000 20260106T140000 20260107T140000" },
		{ "America/New_York", "20260105T090000", "FREQ=DAILY;UNTIL=20260107T135959Z",
		  "20260105T140000 20260106T140000" },
		/* counted by the wall's days, not by UTC's */
		{ "Asia/Tokyo", "20260105T070000", "FREQ=WEEKLY;BYDAY=MO;COUNT=2", "20260104T220000 20260111T220000" },
	};

	test_begin("recurrence: zones");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 1024);
		struct pim_series *series = test_series(pool, tests[i].zone, tests[i].start, tests[i].rule);
		struct pim_series_iter *iter = pim_series_iter_init(series, INT64_MIN, PIM_TIME_NEVER);
		struct pim_occurrence occurrence;
		string_t *str = t_str_new(128);

		while (pim_series_iter_next(iter, &occurrence))
			str_printfa(str, "%s%s", str_len(str) == 0 ? "" : " ", test_format(occurrence.start_utc));
		test_assert_strcmp_idx(str_c(str), tests[i].expected, i);
		pim_series_iter_deinit(&iter);
		pool_unref(&pool);
	}
	test_end();
}

/* Exceptions */

static void test_pim_recurrence_exceptions(void)
{
	const int64_t rdates[] = { test_wall("20260120T150000"), test_wall("20260106T090000") };
	const int64_t exdates[] = { test_wall("20260108T090000"), test_wall("20260105T090000") };
	const struct pim_override overrides[] = {
		/* moved to the end of the month, cancelled, one that is none of the series */
		{ .id_wall = test_wall("20260107T090000"), .start_utc = test_wall("20260131T100000"),
		  .end_utc = test_wall("20260131T110000") },
		{ .id_wall = test_wall("20260109T090000"), .start_utc = test_wall("20260109T090000"),
		  .end_utc = test_wall("20260109T090000"), .is_cancelled = TRUE },
		{ .id_wall = test_wall("20260301T090000"), .start_utc = test_wall("20260301T090000"),
		  .end_utc = test_wall("20260301T100000") },
	};
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_series_input input;
	struct pim_series *series;
	struct pim_occurrence occurrence;
	struct pim_rrule rule;
	int64_t first, last;
	const char *error;

	test_begin("recurrence: dates added, taken away and moved");
	i_zero(&input);
	test_assert(pim_time_parse("20260105T090000", NULL, &input.start));
	test_assert(pim_rrule_parse("FREQ=DAILY;COUNT=6", &rule, &error) == 0);
	input.duration_secs = 3600;
	input.rules = &rule;
	input.rule_count = 1;
	input.rdates = rdates;
	input.rdate_count = N_ELEMENTS(rdates);
	input.exdates = exdates;
	input.exdate_count = N_ELEMENTS(exdates);
	input.overrides = overrides;
	input.override_count = N_ELEMENTS(overrides);
	series = pim_series_create(pool, &input);
	test_assert_strcmp(test_expand(series, INT64_MIN, PIM_TIME_NEVER, 10),
			   "20260106T090000 20260110T090000 20260120T150000 20260107T090000 20260301T090000");
	/* into a window, and out of it */
	test_assert_strcmp(test_expand(series, test_wall("20260131T105959"), test_wall("20260201T000000"), 10),
			   "20260107T090000");
	test_assert_strcmp(test_expand(series, test_wall("20260107T000000"), test_wall("20260108T000000"), 10), "");
	/* half of it is over, and all of it */
	test_assert_strcmp(test_expand(series, test_wall("20260106T093000"), test_wall("20260107T000000"), 10),
			   "20260106T090000");
	test_assert_strcmp(test_expand(series, test_wall("20260106T100000"), test_wall("20260107T000000"), 10), "");
	test_assert(pim_series_get_range(series, &first, &last));
	test_assert(first == test_wall("20260106T090000") && last == test_wall("20260301T100000"));

	test_assert(pim_series_find(series, test_wall("20260106T090000"), &occurrence) &&
		    occurrence.override_idx == -1 && occurrence.end_utc == test_wall("20260106T100000"));
	test_assert(pim_series_find(series, test_wall("20260107T090000"), &occurrence) &&
		    occurrence.override_idx == 0 && occurrence.start_utc == test_wall("20260131T100000"));
	test_assert(pim_series_find(series, test_wall("20260120T150000"), &occurrence));
	test_assert(!pim_series_find(series, test_wall("20260108T090000"), &occurrence));
	test_assert(!pim_series_find(series, test_wall("20260109T090000"), &occurrence));
	test_assert(!pim_series_find(series, test_wall("20260111T090000"), &occurrence));
	test_assert(!pim_series_find(series, test_wall("20260106T100000"), &occurrence));
	pool_unref(&pool);
	test_end();
}

static void test_pim_recurrence_range(void)
{
	static const struct {
		const char *start, *rule, *first, *last;
	} tests[] = {
		{ "20260105T090000", NULL, "20260105T090000", "20260105T090000" },
		{ "20260105T090000", "FREQ=DAILY", "20260105T090000", NULL },
		{ "20260105T090000", "FREQ=DAILY;COUNT=1000", "20260105T090000", "20280930T090000" },
		{ "20260105T090000", "FREQ=DAILY;UNTIL=20990101T000000Z", "20260105T090000", "20981231T090000" },
		{ "20260105T090000", "FREQ=YEARLY;INTERVAL=7;UNTIL=20990101T000000Z", "20260105T090000",
		  "20960105T090000" },
		{ "20240229T090000", "FREQ=YEARLY;INTERVAL=25;UNTIL=24000101T000000Z", "20240229T090000",
		  "23240229T090000" },
		{ "20260105T090000", "FREQ=DAILY;UNTIL=20200101T000000Z", "20260105T090000", "20260105T090000" },
		{ "20260105T090000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20990101", "20260105T090000",
		  "20260105T090000" },
		{ "20260105T090000", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "20260105T090000",
		  "20260105T090000" },
	};
	int64_t first, last;

	test_begin("recurrence: first and last");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 1024);
		struct pim_series *series = test_series(pool, NULL, tests[i].start, tests[i].rule);

		test_assert_idx(pim_series_get_range(series, &first, &last), i);
		test_assert_idx(first == test_wall(tests[i].first), i);
		test_assert_idx(last == (tests[i].last == NULL ? PIM_TIME_NEVER : test_wall(tests[i].last)), i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_pim_recurrence_days(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_series_input input;
	struct pim_series *series;
	struct pim_occurrence occurrence;
	const int64_t exdate = test_wall("20260329T000000");

	test_begin("recurrence: a day has 23 hours, and none may be left");
	i_zero(&input);
	test_assert(pim_time_parse("20260329", NULL, &input.start));
	input.floating = pim_zone_find("Europe/Berlin");
	input.duration_secs = PIM_DAY_SECS;
	series = pim_series_create(pool, &input);
	test_assert(pim_series_find(series, input.start.wall, &occurrence));
	test_assert(occurrence.start_utc == test_wall("20260328T230000"));
	test_assert(occurrence.end_utc == test_wall("20260329T220000"));

	input.exdates = &exdate;
	input.exdate_count = 1;
	series = pim_series_create(pool, &input);
	test_assert(!pim_series_get_range(series, &occurrence.start_utc, &occurrence.end_utc));
	pool_unref(&pool);
	test_end();
}

/* Limits: time is measured in work, but a second of the processor is far more than any of these takes. */

static void test_pim_recurrence_cost(void)
{
	static const char *const rules[] = {
		"FREQ=DAILY", "FREQ=SECONDLY", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=SECONDLY;BYHOUR=25",
		"FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=1000000", "FREQ=SECONDLY;COUNT=1000000",
		"FREQ=YEARLY;BYDAY=MO;BYSETPOS=100", "RSCALE=CHINESE;FREQ=MONTHLY;BYMONTH=13;BYMONTHDAY=31",
	};
	const unsigned int dates = 100000;
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_series_input input;
	int64_t *exdates = i_new(int64_t, dates), first, last;
	clock_t began = clock();

	test_begin("recurrence: no rule takes long");
	for (unsigned int i = 0; i < N_ELEMENTS(rules); i++) T_BEGIN {
		struct pim_rrule rule;
		struct pim_series *series;
		struct pim_occurrence occurrence;
		const char *error;

		if (pim_rrule_parse(rules[i], &rule, &error) == 0) {
			series = test_series(pool, "Europe/Berlin", "19700101T000000", rules[i]);
			(void)test_expand(series, test_wall("20260101T000000"), test_wall("20260201T000000"), 1000);
			(void)pim_series_find(series, test_wall("20260101T000000"), &occurrence);
			test_assert_idx(pim_series_get_range(series, &first, &last), i);
		}
	} T_END;
	i_zero(&input);
	test_assert(pim_time_parse("19700101T000000", NULL, &input.start));
	for (unsigned int i = 0; i < dates; i++)
		exdates[i] = input.start.wall + (int64_t)(dates - 1 - i) * PIM_DAY_SECS;
	struct pim_rrule rule;
	pim_rrule_init(&rule, PIM_FREQ_DAILY);
	input.rules = &rule;
	input.rule_count = 1;
	input.exdates = exdates;
	input.exdate_count = dates;
	struct pim_series *series = pim_series_create(pool, &input);
	test_assert(pim_series_get_range(series, &first, &last));
	test_assert(first == input.start.wall + (int64_t)dates * PIM_DAY_SECS && last == PIM_TIME_NEVER);
	test_assert_strcmp(test_expand(series, test_wall("20260101T000000"), test_wall("20270101T000000"), 10), "");
	/* valgrind takes fifty times as long */
	test_assert(getenv("NOVALGRIND") == NULL || (clock() - began) / CLOCKS_PER_SEC < 5);
	i_free(exdates);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*test_functions[])(void) = {
		test_pim_recurrence_rules,
		test_pim_recurrence_zones,
		test_pim_recurrence_exceptions,
		test_pim_recurrence_range,
		test_pim_recurrence_days,
		test_pim_recurrence_cost,
		test_pim_recurrence_oracle,
		NULL
	};

	if (!test_have_oracle()) {
		printf("SKIPPED: no python-dateutil, random rules are not compared (Debian: python3-dateutil)\n");
		test_functions[N_ELEMENTS(test_functions) - 2] = NULL;
	}
	return test_run(test_functions);
}
