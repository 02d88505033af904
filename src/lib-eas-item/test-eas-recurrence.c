/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "eas-recurrence.h"
#include "pim-recurrence.h"
#include "pim-zone.h"

static int64_t test_utc(const char *value)
{
	struct pim_time time;

	if (!pim_time_parse(value, NULL, &time))
		i_fatal("not a time: %s", value);
	return time.wall;
}

static void test_start(const char *value, const char *zone, struct pim_time *start_r)
{
	if (!pim_time_parse(value, zone == NULL ? NULL : pim_zone_find(zone), start_r))
		i_fatal("not a time: %s", value);
}

static const struct {
	enum eas_recurrence_field field;
	size_t offset;
	const char *name;
} test_fields[] = {
#define FIELD(field, member, name) { EAS_RECURRENCE_HAS_##field, offsetof(struct eas_recurrence, member), name }
	FIELD(TYPE, type, "type"),
	FIELD(INTERVAL, interval, "n"),
	FIELD(DAY_OF_WEEK, day_of_week, "dow"),
	FIELD(DAY_OF_MONTH, day_of_month, "dom"),
	FIELD(WEEK_OF_MONTH, week_of_month, "wom"),
	FIELD(MONTH_OF_YEAR, month_of_year, "moy"),
	FIELD(OCCURRENCES, occurrences, "count"),
	FIELD(CALENDAR_TYPE, calendar_type, "cal"),
	FIELD(IS_LEAP_MONTH, is_leap_month, "leap"),
	FIELD(FIRST_DAY_OF_WEEK, first_day_of_week, "first"),
};

static void test_parse(const char *text, struct eas_recurrence *rec)
{
	i_zero(rec);
	for (const char *const *words = t_strsplit_spaces(text, " "); *words != NULL; words++) {
		const char *equal = strchr(*words, '=');
		const char *name = t_strdup_until(*words, equal++);

		if (strcmp(name, "until") == 0) {
			rec->until_utc = test_utc(equal);
			rec->fields |= EAS_RECURRENCE_HAS_UNTIL;
		}
		for (unsigned int i = 0; i < N_ELEMENTS(test_fields); i++) {
			unsigned int *value = PTR_OFFSET(rec, test_fields[i].offset);

			if (strcmp(name, test_fields[i].name) != 0)
				continue;
			if (str_to_uint(equal, value) < 0)
				i_fatal("%s", text);
			rec->fields |= test_fields[i].field;
		}
	}
}

static const char *test_format(const struct eas_recurrence *rec)
{
	struct pim_time until = { .wall = rec->until_utc, .zone = pim_zone_utc() };
	string_t *str = t_str_new(64);

	for (unsigned int i = 0; i < N_ELEMENTS(test_fields); i++) {
		if ((rec->fields & test_fields[i].field) != 0) {
			str_printfa(str, "%s%s=%u", str_len(str) == 0 ? "" : " ", test_fields[i].name,
				    *(const unsigned int *)CONST_PTR_OFFSET(rec, test_fields[i].offset));
		}
	}
	if ((rec->fields & EAS_RECURRENCE_HAS_UNTIL) != 0)
		str_printfa(str, " until=%s", pim_time_format(&until));
	return str_c(str);
}

static void test_eas_recurrence_check(void)
{
	static const char *const good[] = {
		"type=0", "type=0 n=0", "type=0 n=999 count=999", "type=0 dow=62", "type=1 dow=127 first=6",
		"type=2 dom=31", "type=3 dow=2 wom=5", "type=5 dom=29 moy=2", "type=6 wom=1 moy=12",
		"type=6 dow=65 wom=1 moy=12 cal=15 leap=1", "type=0 count=3 until=20260101T000000Z",
		/* needless, but sent */
		"type=1 dow=2 dom=5 moy=3",
	};
	static const char *const bad[] = {
		"", "n=1 dow=2", "type=4 dom=1 moy=1", "type=7", "type=255", "type=0 n=1000", "type=0 dow=0",
		"type=0 dow=128", "type=1", "type=2", "type=2 dom=0", "type=2 dom=32", "type=3 dow=2", "type=3 wom=1",
		"type=3 dow=2 wom=0", "type=3 dow=2 wom=6", "type=5 dom=1", "type=5 moy=1", "type=5 dom=1 moy=0",
		"type=5 dom=1 moy=13", "type=6 moy=1 dow=2", "type=6 wom=1 dow=2", "type=0 count=0", "type=0 count=1000",
		"type=2 dom=1 cal=13", "type=2 dom=1 cal=16", "type=2 dom=1 cal=23", "type=2 dom=1 cal=24",
		"type=5 dom=1 moy=1 leap=2", "type=1 dow=2 first=7",
	};
	struct eas_recurrence rec;

	test_begin("eas recurrence: what a device may send");
	for (unsigned int i = 0; i < N_ELEMENTS(good); i++) {
		test_parse(good[i], &rec);
		test_assert_idx(eas_recurrence_check(&rec) == NULL, i);
	}
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++) {
		test_parse(bad[i], &rec);
		test_assert_idx(eas_recurrence_check(&rec) != NULL, i);
	}
	test_end();
}

static void test_eas_recurrence_to_rrule(void)
{
	static const struct {
		const char *start, *zone, *eas, *rule;
	} tests[] = {
		{ "20260105T090000", NULL, "type=0", "FREQ=DAILY" },
		{ "20260105T090000", NULL, "type=0 n=3 count=10", "FREQ=DAILY;COUNT=10;INTERVAL=3" },
		{ "20260105T090000", NULL, "type=0 dow=62", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" },
		{ "20260105T090000", NULL, "type=0 dow=127", "FREQ=DAILY" },
		{ "20260105T090000", NULL, "type=1 n=2 dow=5 first=0", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU" },
		{ "20260105T090000", NULL, "type=2 dom=15 n=2", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15" },
		{ "20260131T090000", NULL, "type=2 dom=31", "FREQ=MONTHLY;BYMONTHDAY=-1" },
		{ "20260105T090000", NULL, "type=3 dow=2 wom=1", "FREQ=MONTHLY;BYDAY=1MO" },
		{ "20260105T090000", NULL, "type=3 dow=2 wom=5", "FREQ=MONTHLY;BYDAY=-1MO" },
		{ "20260105T090000", NULL, "type=3 dow=62 wom=2", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=2" },
		{ "20260105T090000", NULL, "type=3 dow=65 wom=5", "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=-1" },
		{ "20260105T090000", NULL, "type=3 dow=127 wom=3", "FREQ=MONTHLY;BYMONTHDAY=3" },
		{ "20260105T090000", NULL, "type=3 dow=127 wom=5", "FREQ=MONTHLY;BYMONTHDAY=-1" },
		{ "20260105T090000", NULL, "type=5 dom=31 moy=12", "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=12" },
		{ "20240229T090000", NULL, "type=5 dom=29 moy=2", "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2" },
		{ "20260105T090000", NULL, "type=6 dow=16 wom=4 moy=11", "FREQ=YEARLY;BYDAY=4TH;BYMONTH=11" },
		{ "20260105T090000", NULL, "type=6 wom=5 moy=2", "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2" },
		{ "20260105T090000", NULL, "type=6 dow=62 wom=5 moy=12",
		  "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYMONTH=12;BYSETPOS=-1" },
		{ "20260105T090000", NULL, "type=5 dom=8 moy=5 cal=8 leap=1",
		  "RSCALE=HEBREW;FREQ=YEARLY;BYMONTHDAY=8;BYMONTH=5L" },
		{ "20260105T090000", NULL, "type=5 dom=30 moy=1 cal=15",
		  "RSCALE=CHINESE;FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=1" },
		{ "20260105T090000", NULL, "type=5 dom=30 moy=1 cal=1 leap=1", "FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=1" },
		/* Until: start of the last, its date as UTC's midnight, its local midnight, its end, any other hour */
		{ "20260105T090000", "Europe/Berlin", "type=0 until=20260110T080000Z", "FREQ=DAILY;UNTIL=20260110T080000Z" },
		{ "20260105T090000", "Europe/Berlin", "type=0 until=20260110T000000Z", "FREQ=DAILY;UNTIL=20260110T080000Z" },
		{ "20260105T090000", "Europe/Berlin", "type=0 until=20260109T230000Z", "FREQ=DAILY;UNTIL=20260110T080000Z" },
		{ "20260105T090000", "Europe/Berlin", "type=0 until=20260110T225959Z", "FREQ=DAILY;UNTIL=20260110T080000Z" },
		{ "20260105T090000", "Europe/Berlin", "type=0 until=20260810T120000Z", "FREQ=DAILY;UNTIL=20260810T070000Z" },
		{ "20260105T190000", "America/New_York", "type=0 until=20260111T000000Z",
		  "FREQ=DAILY;UNTIL=20260111T000000Z" },
		{ "20260105T090000", "America/New_York", "type=0 until=20260110T000000Z",
		  "FREQ=DAILY;UNTIL=20260110T140000Z" },
		{ "20260105T090000", NULL, "type=0 until=20260110T000000Z", "FREQ=DAILY;UNTIL=20260110T090000" },
		{ "20260105", NULL, "type=0 until=20260110T000000Z", "FREQ=DAILY;UNTIL=20260110" },
		{ "20260105", NULL, "type=0 until=20260109T230000Z", "FREQ=DAILY;UNTIL=20260110" },
		{ "20260105", NULL, "type=0 until=20260110T050000Z", "FREQ=DAILY;UNTIL=20260110" },
		{ "20260105", NULL, "type=0 until=20260110T235959Z", "FREQ=DAILY;UNTIL=20260110" },
		{ "20260105", NULL, "type=0 count=5 until=20260110T235959Z", "FREQ=DAILY;UNTIL=20260110" },
	};
	struct eas_recurrence rec;
	struct pim_time start;
	struct pim_rrule rule;

	test_begin("eas recurrence: to a rule");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		string_t *str = t_str_new(64);

		test_parse(tests[i].eas, &rec);
		test_start(tests[i].start, tests[i].zone, &start);
		test_assert_idx(eas_recurrence_check(&rec) == NULL, i);
		test_assert_idx(eas_recurrence_to_rrule(&rec, &start, &rule), i);
		pim_rrule_write(str, &rule);
		test_assert_strcmp_idx(str_c(str), tests[i].rule, i);
	}
	test_parse("type=5 dom=1 moy=1 cal=14", &rec);
	test_assert(!eas_recurrence_to_rrule(&rec, &start, &rule) && rule.freq == PIM_FREQ_YEARLY);
	test_end();
}

static void test_eas_recurrence_from_rrule(void)
{
	static const struct {
		const char *start, *rule;
		enum eas_recurrence_fit fit;
		const char *eas;
	} tests[] = {
#define EXACT EAS_RECURRENCE_FIT_EXACT
#define NEAREST EAS_RECURRENCE_FIT_NEAREST
#define NONE EAS_RECURRENCE_FIT_NONE
		{ "20260105T090000", "FREQ=DAILY", EXACT, "type=0 n=1" },
		{ "20260105T090000", "FREQ=DAILY;INTERVAL=2;COUNT=3", EXACT, "type=0 n=2 count=3" },
		{ "20260105T090000", "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", EXACT, "type=0 n=1" },
		{ "20260105T090000", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", EXACT, "type=1 n=1 dow=62 first=1" },
		{ "20260105T090000", "FREQ=WEEKLY", EXACT, "type=1 n=1 dow=2 first=1" },
		{ "20260105T090000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU", EXACT, "type=1 n=2 dow=5 first=0" },
		{ "20260105T090000", "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", EXACT, "type=1 n=1 dow=2 first=1" },
		{ "20260105T090000", "FREQ=MONTHLY", EXACT, "type=2 n=1 dom=5 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYMONTHDAY=15", EXACT, "type=2 n=1 dom=15 cal=0" },
		{ "20260131T090000", "FREQ=MONTHLY;BYMONTHDAY=-1", EXACT, "type=2 n=1 dom=31 cal=0" },
		{ "20260228T090000", "FREQ=MONTHLY;BYMONTHDAY=-1", EXACT, "type=3 n=1 dow=127 wom=5 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=1MO", EXACT, "type=3 n=1 dow=2 wom=1 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=-1MO", EXACT, "type=3 n=1 dow=2 wom=5 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=5MO", NEAREST, "type=3 n=1 dow=2 wom=5 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2", EXACT, "type=3 n=1 dow=2 wom=2 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=8,9,10,11,12,13,14", EXACT,
		  "type=3 n=1 dow=2 wom=2 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", EXACT,
		  "type=3 n=1 dow=62 wom=5 cal=0" },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=MO,WE", EXACT, "type=1 n=1 dow=10 first=1" },
		{ "20260105T090000", "FREQ=YEARLY", EXACT, "type=5 n=1 dom=5 moy=1 cal=0" },
		{ "20260105T090000", "FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=14", EXACT, "type=5 n=1 dom=14 moy=7 cal=0" },
		{ "20240229T090000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", EXACT, "type=5 n=1 dom=29 moy=2 cal=0" },
		{ "20260105T090000", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", EXACT, "type=6 n=1 dow=16 wom=4 moy=11 cal=0" },
		{ "20260105T090000", "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8", EXACT,
		  "type=5 n=1 dom=8 moy=5 cal=8 leap=1" },
		{ "20260105T090000", "FREQ=DAILY;COUNT=1500", EXACT, "type=0 n=1 until=20300212T090000Z" },
		{ "20260105T090000", "FREQ=WEEKLY;UNTIL=20260201T000000Z", EXACT,
		  "type=1 n=1 dow=2 first=1 until=20260126T090000Z" },
		{ "20260105", "FREQ=WEEKLY;UNTIL=20260201", EXACT, "type=1 n=1 dow=2 first=1 until=20260126T000000Z" },
		{ "20260105T090000", "FREQ=HOURLY", NONE, NULL },
		{ "20260105T090000", "FREQ=DAILY;BYHOUR=9,17", NONE, NULL },
		{ "20260105T090000", "FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU", NONE, NULL },
		{ "20260105T090000", "FREQ=DAILY;BYMONTH=1", NONE, NULL },
		{ "20260105T090000", "FREQ=DAILY;INTERVAL=1000", NONE, NULL },
		{ "20260105T090000", "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYMONTHDAY=1,15", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYMONTHDAY=-2", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=1MO,3MO", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=1MO,1TU", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=-2MO", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1", NONE, NULL },
		{ "20260105T090000", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=5", NONE, NULL },
		{ "20260105T090000", "FREQ=YEARLY;BYDAY=20MO", NONE, NULL },
		{ "20260105T090000", "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1", NONE, NULL },
		{ "20260105T090000", "FREQ=YEARLY;BYYEARDAY=100", NONE, NULL },
		{ "20260105T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", NONE, NULL },
		{ "20260105T090000", "RSCALE=HEBREW;FREQ=YEARLY", NONE, NULL },
		{ "20260105T090000", "RSCALE=ETHIOPIC;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", NONE, NULL },
	};
	struct eas_recurrence rec;
	struct pim_time start;
	struct pim_rrule rule;
	const char *error;

	test_begin("eas recurrence: from a rule");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_start(tests[i].start, NULL, &start);
		test_assert_idx(pim_rrule_parse(tests[i].rule, &rule, &error) == 0, i);
		test_assert_idx(eas_recurrence_from_rrule(&rule, &start, &rec) == tests[i].fit, i);
		if (tests[i].eas == NULL)
			continue;
		test_assert_strcmp_idx(test_format(&rec), tests[i].eas, i);
		test_assert_idx(eas_recurrence_check(&rec) == NULL, i);
	}
	test_end();
}

static void test_round_trip(const struct eas_recurrence *rec, const struct pim_time *start, unsigned int idx)
{
	struct eas_recurrence back;
	struct pim_rrule rule;

	test_assert_idx(eas_recurrence_to_rrule(rec, start, &rule), idx);
	test_assert_idx(eas_recurrence_from_rrule(&rule, start, &back) == EAS_RECURRENCE_FIT_EXACT, idx);
	if (!eas_recurrence_equals(rec, &back, start))
		i_error("%s became %s", test_format(rec), test_format(&back));
	test_assert_idx(eas_recurrence_equals(rec, &back, start), idx);
}

/* The values of each element that differ in what they mean. */
static void test_eas_recurrence_round_trip(void)
{
	static const unsigned int types[] = { 0, 1, 2, 3, 5, 6 };
	static const unsigned int masks[] = { 1, 2, 64, 62, 65, 10, 127 };
	static const unsigned int days[] = { 1, 4, 28, 29, 30, 31 };
	struct eas_recurrence rec;
	struct pim_time start;
	unsigned int idx = 0;

	test_begin("eas recurrence: all types there and back");
	test_start("20240131T090000", "Europe/Berlin", &start);
	i_zero(&rec);
	rec.fields = EAS_RECURRENCE_HAS_TYPE | EAS_RECURRENCE_HAS_INTERVAL | EAS_RECURRENCE_HAS_DAY_OF_WEEK |
		EAS_RECURRENCE_HAS_DAY_OF_MONTH | EAS_RECURRENCE_HAS_WEEK_OF_MONTH |
		EAS_RECURRENCE_HAS_MONTH_OF_YEAR;
	for (unsigned int t = 0; t < N_ELEMENTS(types); t++)
	for (unsigned int m = 0; m < N_ELEMENTS(masks); m++)
	for (unsigned int d = 0; d < N_ELEMENTS(days); d++)
	for (rec.month_of_year = 1; rec.month_of_year <= 12; rec.month_of_year += rec.type < 5 ? 12 : 1)
	for (rec.week_of_month = 1; rec.week_of_month <= 5; rec.week_of_month++)
	for (rec.interval = 1; rec.interval <= 3; rec.interval += 2) {
		rec.type = types[t];
		rec.day_of_week = masks[m];
		rec.day_of_month = days[d];
		/* the 30th of February is said as its last day */
		if (rec.type == 5 && rec.day_of_month > pim_days_in_month(2024, rec.month_of_year))
			continue;
		/* the last of a shorter month, of a series that began on a 31st, reads as that day */
		if (rec.type == 5 && rec.month_of_year == 2 && rec.day_of_month == 29)
			continue;
		test_round_trip(&rec, &start, idx++);
	}
	test_assert(idx > 1000);
	test_end();
}

static void test_eas_recurrence_equals(void)
{
	static const struct {
		const char *rec1, *rec2;
		bool equal;
	} tests[] = {
		{ "type=0", "type=0 n=0", TRUE },
		{ "type=0", "type=0 n=1 cal=1", TRUE },
		{ "type=0", "type=1 dow=127", TRUE },
		{ "type=0", "type=0 n=2", FALSE },
		{ "type=0 dow=62", "type=1 dow=62 first=0", TRUE },
		{ "type=1 dow=62 first=1 n=2", "type=1 dow=62 n=2", TRUE },
		{ "type=1 dow=62 first=1 n=2", "type=1 dow=62 first=0 n=2", FALSE },
		{ "type=1 dow=62 first=1", "type=1 dow=62 first=0", TRUE },
		{ "type=1 dow=62", "type=1 dow=30", FALSE },
		{ "type=2 dom=31", "type=3 dow=127 wom=5", TRUE },
		{ "type=2 dom=31", "type=2 dom=30", FALSE },
		{ "type=3 dow=2 wom=5", "type=3 dow=2 wom=4", FALSE },
		{ "type=5 dom=1 moy=2", "type=5 dom=1 moy=3", FALSE },
		{ "type=5 dom=1 moy=2 cal=8", "type=5 dom=1 moy=2", FALSE },
		{ "type=6 wom=5 moy=2", "type=6 dow=127 wom=5 moy=2", TRUE },
		{ "type=0 count=5", "type=0 count=5", TRUE },
		{ "type=0 count=5", "type=0 count=6", FALSE },
		{ "type=0 count=5", "type=0", FALSE },
		{ "type=0 until=20260110T080000Z", "type=0 until=20260110T000000Z", TRUE },
		{ "type=0 until=20260110T080000Z", "type=0 until=20260110T225959Z", TRUE },
		{ "type=0 until=20260110T080000Z", "type=0 until=20260111T080000Z", FALSE },
		{ "type=0 until=20260110T080000Z", "type=0", FALSE },
	};
	struct eas_recurrence rec1, rec2;
	struct pim_time start;

	test_begin("eas recurrence: the same in other words");
	test_start("20260105T090000", "Europe/Berlin", &start);
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_parse(tests[i].rec1, &rec1);
		test_parse(tests[i].rec2, &rec2);
		test_assert_idx(eas_recurrence_equals(&rec1, &rec2, &start) == tests[i].equal, i);
		test_assert_idx(eas_recurrence_equals(&rec2, &rec1, &start) == tests[i].equal, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_recurrence_check,
		test_eas_recurrence_to_rrule,
		test_eas_recurrence_from_rrule,
		test_eas_recurrence_round_trip,
		test_eas_recurrence_equals,
		NULL
	};
	return test_run(test_functions);
}
