/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-time.h"
#include "pim-zone-private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TEST_MAX_FILE 65536

static int64_t test_wall(const char *value)
{
	struct pim_time time;

	if (!pim_time_parse(value, NULL, &time))
		i_fatal("not a time: %s", value);
	return time.wall;
}

static void test_pim_zone_names(void)
{
	static const struct {
		const char *tzid, *name;
	} tests[] = {
		{ "Europe/Berlin", "Europe/Berlin" },
		{ "europe/BERLIN", "Europe/Berlin" },
		{ "/kolab.org/Europe/Berlin", "Europe/Berlin" },
		{ "/freeassociation.sourceforge.net/Europe/Berlin", "Europe/Berlin" },
		{ "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin" },
		{ "/citadel.org/20070227_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires" },
		{ "/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin" },
		{ "W. Europe Standard Time", "Europe/Berlin" },
		{ "tzone://Microsoft/Utc", "UTC" },
		{ "UTC", "UTC" },
		{ "Etc/GMT+5", "Etc/GMT+5" },
		{ "", NULL },
		{ "/", NULL },
		{ "Europe", NULL },
		{ "Europe/", NULL },
		{ "Berlin", NULL },
		{ "../zoneinfo/Europe/Berlin", NULL },
		{ "Europe/../Europe/Berlin", NULL },
		{ "/etc/passwd", NULL },
		{ "/kolab.org/../../../etc/passwd", NULL },
		{ "/usr/share/zoneinfo/right/Europe/Berlin", "Europe/Berlin" },
		{ "right/Europe/Berlin", NULL },
		{ "zone.tab", NULL },
		{ "leapseconds", NULL },
		{ "localtime", NULL },
		{ "(UTC+01:00) Amsterdam, Berlin", NULL },
	};

	test_begin("zone: names");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		const struct pim_zone *zone = pim_zone_find(tests[i].tzid);

		test_assert_idx((zone == NULL) == (tests[i].name == NULL), i);
		if (zone != NULL)
			test_assert_strcmp_idx(pim_zone_get_name(zone), tests[i].name, i);
	}
	test_assert(pim_zone_find("Europe/Berlin") == pim_zone_find("/kolab.org/Europe/Berlin"));
	test_end();
}

/* Whether the system has files for them or not. */
static void test_pim_zone_old_names(void)
{
	static const struct {
		const char *old, *current;
	} tests[] = {
		{ "US/Eastern", "America/New_York" },
		{ "us/eastern", "America/New_York" },
		{ "Asia/Calcutta", "Asia/Kolkata" },
		{ "India Standard Time", "Asia/Kolkata" },
		{ "/kolab.org/Europe/Kiev", "Europe/Kyiv" },
		{ "America/Buenos_Aires", "America/Argentina/Buenos_Aires" },
	};

	test_begin("zone: names of former days");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		const struct pim_zone *old = pim_zone_find(tests[i].old), *zone = pim_zone_find(tests[i].current);

		test_assert_idx(old != NULL && zone != NULL, i);
		for (int64_t month = 0; month < 12*30 && old != NULL && zone != NULL; month++) {
			test_assert_idx(pim_zone_offset(old, 1000000000 + month * 30 * PIM_DAY_SECS) ==
					pim_zone_offset(zone, 1000000000 + month * 30 * PIM_DAY_SECS), i);
		}
	}
	test_end();
}

static void test_pim_zone_against(const struct pim_zone *zone)
{
	const int64_t from = test_wall("19900101T000000"), until = test_wall("20600101T000000");
	struct pim_zone_change changes[8];

	if (setenv("TZ", pim_zone_get_name(zone), 1) < 0)
		i_fatal("setenv() failed: %m");
	tzset();
	for (int64_t utc = from; utc < until; utc += 1000003) {
		struct tm tm;
		time_t t = utc;
		int64_t wall = pim_zone_to_wall(zone, utc);

		test_assert(localtime_r(&t, &tm) != NULL && pim_zone_offset(zone, utc) == tm.tm_gmtoff);
		/* in the second of two equal hours the first is found */
		test_assert(pim_zone_to_utc(zone, wall) == utc ||
			    pim_zone_to_wall(zone, pim_zone_to_utc(zone, wall)) == wall);
	}
	for (int year = 1990; year < 2060; year++) {
		unsigned int count = pim_zone_get_changes(zone, year, changes, N_ELEMENTS(changes));

		for (unsigned int i = 0; i < count; i++) {
			struct tm tm;
			time_t t = changes[i].utc;

			test_assert(localtime_r(&t, &tm) != NULL && tm.tm_gmtoff == changes[i].offset_after);
			t--;
			test_assert(localtime_r(&t, &tm) != NULL && tm.tm_gmtoff == changes[i].offset_before);
			test_assert(pim_year_of_wall(t + changes[i].offset_before) == year ||
				    pim_year_of_wall(t + 1 + changes[i].offset_before) == year);
			test_assert(i == 0 || changes[i].utc > changes[i - 1].utc);
		}
	}
}

static void test_pim_zone_offsets(void)
{
	const struct pim_zone *zone;
	unsigned int i;

	test_begin("zone: every zone as the C library has it");
	/* under valgrind every tenth must do */
	for (i = 0; (zone = pim_zone_get(i)) != NULL; i += getenv("NOVALGRIND") == NULL ? 10 : 1)
		test_pim_zone_against(zone);
	test_assert(i > 300);
	test_end();
}

static void test_pim_zone_edges(void)
{
	static const struct {
		const char *zone, *wall, *utc;
	} tests[] = {
		{ "Europe/Berlin", "20260115T120000", "20260115T110000" },
		/* left out */
		{ "Europe/Berlin", "20260329T023000", "20260329T013000" },
		{ "Europe/Berlin", "20260329T015959", "20260329T005959" },
		{ "Europe/Berlin", "20260329T030000", "20260329T010000" },
		/* twice: the first */
		{ "Europe/Berlin", "20261025T023000", "20261025T003000" },
		{ "Europe/Berlin", "20261025T030000", "20261025T020000" },
		{ "Australia/Lord_Howe", "20260405T014500", "20260404T144500" },
		/* a day that never was */
		{ "Pacific/Apia", "20111230T120000", "20111230T220000" },
		{ "Europe/Dublin", "20260115T120000", "20260115T120000" },
		{ "Asia/Kathmandu", "20260115T120000", "20260115T061500" },
		/* beyond the last year of the file */
		{ "America/New_York", "20990701T120000", "20990701T160000" },
	};

	test_begin("zone: hours left out and hours twice");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		const struct pim_zone *zone = pim_zone_find(tests[i].zone);

		test_assert_idx(pim_zone_to_utc(zone, test_wall(tests[i].wall)) == test_wall(tests[i].utc), i);
	}
	test_end();
}

static void test_pim_zone_rules(void)
{
	static const char *const good[] = {
		"CET-1CEST,M3.5.0,M10.5.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "UTC0", "IST-1GMT0,M10.5.0,M3.5.0/1",
		"XXX3EDT4,0/0,J365/23", "EET-2EEST,M3.4.4/50,M10.4.4/50", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
	};
	static const char *const bad[] = {
		"", "CE-1", "CET", "CET-25", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/168", "<CET-1",
		"CET-1CEST,J0,J3", "CET-1CEST,366,3", "CET-1CEST,M3.5.0,M10.5.0x", "CET-1:60", "CET-1CEST,M3.0.0,M10.5.0",
	};
	struct pim_zone_rules rules;

	test_begin("zone: TZ strings");
	for (unsigned int i = 0; i < N_ELEMENTS(good); i++)
		test_assert_idx(pim_zone_rules_parse(good[i], &rules), i);
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++)
		test_assert_idx(!pim_zone_rules_parse(bad[i], &rules), i);
	test_assert(pim_zone_rules_parse(good[3], &rules) && rules.winter_offset == 0 &&
		    rules.summer_offset == 3600 && rules.begin.month == 3 && rules.end.month == 10);
	test_end();
}

static void test_pim_zone_files(void)
{
	unsigned char *data = t_malloc_no0(TEST_MAX_FILE);
	pool_t pool = pool_alloconly_create("test", 1024);
	const struct pim_zone *zone;
	const char *error;
	ssize_t size;
	int fd = open(PIM_ZONE_DIR"/Europe/Berlin", O_RDONLY);

	test_begin("zone: files cut short or damaged");
	size = read(fd, data, TEST_MAX_FILE);
	test_assert(size > 0);
	i_close_fd(&fd);
	for (ssize_t cut = 0; cut < size; cut++) {
		unsigned char *copy = i_memdup(data, I_MAX(cut, 1));

		test_assert_idx(pim_zone_from_tzif(pool, "cut", copy, cut, &error) == NULL, cut);
		i_free(copy);
	}
	for (ssize_t at = 0; at < size; at++) {
		unsigned char was = data[at];

		data[at] ^= 0xff;
		zone = pim_zone_from_tzif(pool, "changed", data, size, &error);
		if (zone != NULL)
			test_assert_idx(abs(pim_zone_offset(zone, 1)) <= PIM_ZONE_MAX_OFFSET_SECS, at);
		data[at] = was;
	}
	test_assert(pim_zone_from_tzif(pool, "whole", data, size, &error) != NULL);
	pool_unref(&pool);
	test_end();
}

static void test_pim_zone_made(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_zone_change changes[] = {
		{ .utc = 1000, .offset_before = 3600, .offset_after = 7200 },
		{ .utc = 2000, .offset_before = 7200, .offset_after = 3600 },
	}, found[4];
	struct pim_zone_rules rules = { .winter_offset = -3600, .summer_offset = 0, .has_changes = TRUE };
	struct pim_zone *zone;

	test_begin("zone: made of changes and of rules");
	zone = pim_zone_from_changes(pool, "made", 3600, changes, 2);
	test_assert(pim_zone_offset(zone, 999) == 3600 && pim_zone_offset(zone, 1000) == 7200);
	test_assert(pim_zone_offset(zone, 2000) == 3600 && pim_zone_offset(zone, INT32_MAX) == 3600);
	test_assert(pim_zone_get_changes(zone, 1970, found, 4) == 2 && found[1].utc == 2000);
	test_assert(pim_zone_get_changes(zone, 1970, found, 1) == 1);

	rules.begin.month = 4; rules.begin.day = 10; rules.begin.kind = PIM_ZONE_RULE_DATE;
	rules.end.month = 9; rules.end.week = 5; rules.end.weekday = 0; rules.end.secs = 3600;
	zone = pim_zone_from_rules(pool, "made", &rules);
	test_assert(pim_zone_get_changes(zone, 2026, found, 4) == 2);
	test_assert(found[0].utc == test_wall("20260410T010000") && found[1].utc == test_wall("20260927T010000"));
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_zone_names,
		test_pim_zone_old_names,
		test_pim_zone_offsets,
		test_pim_zone_edges,
		test_pim_zone_rules,
		test_pim_zone_files,
		test_pim_zone_made,
		NULL
	};
	return test_run(test_functions);
}
