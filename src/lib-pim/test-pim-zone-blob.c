/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "str.h"
#include "test-common.h"
#include "pim-time.h"
#include "pim-zone-blob.h"

#include <stdlib.h>

static const int test_years[] = { 1995, 2003, 2007, 2011, 2016, 2020, 2024, 2026, 2030, 2037, 2060 };

/* Under valgrind every tenth zone must do. */
static unsigned int test_step(void)
{
	return getenv("NOVALGRIND") == NULL ? 10 : 1;
}

static const char *test_date(const struct pim_zone_blob_date *date)
{
	if (date->month == 0)
		return "none";
	return t_strdup_printf("%u/%u.%u %02u:%02u:%02u.%03u", date->month, date->day, date->weekday, date->hour,
			       date->minute, date->second, date->msecs);
}

static void test_pim_zone_blob_zones(void)
{
	static const struct {
		const char *zone;
		int year;
		/* minutes; month/week.weekday of the begin of daylight and of standard time */
		int bias, daylight_bias;
		const char *daylight, *standard, *name;
	} tests[] = {
		{ "Europe/Berlin", 2026, -60, -60, "3/5.0 02:00:00.000", "10/5.0 03:00:00.000", "W. Europe Standard Time" },
		{ "America/New_York", 2026, 300, -60, "3/2.0 02:00:00.000", "11/1.0 02:00:00.000",
		  "Eastern Standard Time" },
		/* other rules before 2007 */
		{ "America/New_York", 2006, 300, -60, "4/1.0 02:00:00.000", "10/5.0 02:00:00.000",
		  "Eastern Standard Time" },
		/* the law calls summer standard */
		{ "Europe/Dublin", 2026, 0, -60, "3/5.0 01:00:00.000", "10/5.0 02:00:00.000", "GMT Standard Time" },
		{ "Australia/Sydney", 2026, -600, -60, "10/1.0 02:00:00.000", "4/1.0 03:00:00.000",
		  "AUS Eastern Standard Time" },
		{ "Australia/Lord_Howe", 2026, -630, -30, "10/1.0 02:00:00.000", "4/1.0 02:00:00.000",
		  "Lord Howe Standard Time" },
		/* 24:00 of a Saturday, and -1:00 of a Sunday */
		{ "America/Santiago", 2026, 240, -60, "9/1.6 23:59:59.999", "4/1.6 23:59:59.999",
		  "Pacific SA Standard Time" },
		{ "Asia/Kolkata", 2026, -330, 0, "none", "none", "" },
		{ "UTC", 2026, 0, 0, "none", "none", "UTC" },
		/* for good: until then, and from then on */
		{ "Europe/Istanbul", 2016, -120, -60, "3/5.0 03:00:00.000", "1/1.5 00:00:00.000",
		  "Turkey Standard Time" },
	};

	test_begin("zone blob: zones by the rules of a year");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		struct pim_zone_blob blob;

		pim_zone_blob_from_zone(pim_zone_find(tests[i].zone), tests[i].year, &blob);
		test_assert_idx(blob.bias == tests[i].bias && blob.standard_bias == 0, i);
		test_assert_idx(blob.daylight_bias == tests[i].daylight_bias, i);
		test_assert_strcmp_idx(test_date(&blob.daylight), tests[i].daylight, i);
		test_assert_strcmp_idx(test_date(&blob.standard), tests[i].standard, i);
		if (*tests[i].name != '\0')
			test_assert_strcmp_idx(blob.standard_name, tests[i].name, i);
	}
	test_end();
}

/* Does the zone change between two offsets only? */
static bool test_is_pair(const struct pim_zone_change *changes, unsigned int count)
{
	for (unsigned int i = 1; i < count; i++) {
		if (changes[i].offset_before != changes[i - 1].offset_after ||
		    changes[i].offset_after != changes[i - 1].offset_before)
			return FALSE;
	}
	return TRUE;
}

/* Each hour of the year as the zone has it. What can't be told in two changes: more of them, or a third offset. What is
   told by a change at New Year may be wrong for an hour there. */
static void test_blob_year(const struct pim_zone *zone, int year, unsigned int idx)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_zone_change changes[8];
	unsigned int count = pim_zone_get_changes(zone, year, changes, N_ELEMENTS(changes)), wrong = 0;
	struct pim_zone_blob blob;
	struct pim_zone *again;
	int64_t from = pim_zone_to_utc(zone, pim_days_from_civil(year, 1, 1) * PIM_DAY_SECS);
	int64_t until = pim_zone_to_utc(zone, pim_days_from_civil(year + 1, 1, 1) * PIM_DAY_SECS);

	pim_zone_blob_from_zone(zone, year, &blob);
	again = pim_zone_blob_to_zone(pool, "again", &blob);
	for (int64_t utc = from; utc < until; utc += 3600) {
		if (pim_zone_offset(zone, utc) != pim_zone_offset(again, utc))
			wrong++;
	}
	if (!test_is_pair(changes, count))
		test_assert_idx(wrong < 24*366, idx);
	else if (count > 2) {
		/* a Ramadan; and in Morocco's last year with one the way to it */
		test_assert_idx(wrong < 24*46, idx);
	} else if (count == 1)
		test_assert_idx(wrong * 3600 < (unsigned int)abs(changes[0].offset_after -
								 changes[0].offset_before) + 3600, idx);
	else
		test_assert_idx(wrong == 0, idx);
	pool_unref(&pool);
}

static void test_pim_zone_blob_years(void)
{
	const struct pim_zone *zone;

	test_begin("zone blob: every zone, every hour of some years");
	for (unsigned int i = 0; (zone = pim_zone_get(i)) != NULL; i += test_step()) {
		for (unsigned int y = 0; y < N_ELEMENTS(test_years); y++)
			test_blob_year(zone, test_years[y], i);
	}
	test_end();
}

static void test_blob_round(const struct pim_zone *zone, int year, unsigned int idx)
{
	const struct pim_zone *others[] = { pim_zone_find("Pacific/Apia"), zone };
	struct pim_zone_hints hints = { .current = zone, .year = year, .this_year = 2026 };
	pool_t pool = pool_alloconly_create("test", 1024);
	buffer_t *bytes = t_buffer_create(PIM_ZONE_BLOB_SIZE), *again = t_buffer_create(PIM_ZONE_BLOB_SIZE);
	struct pim_zone_blob blob, parsed;
	const struct pim_zone *found;
	const char *error;

	pim_zone_blob_from_zone(zone, year, &blob);
	pim_zone_blob_write(bytes, &blob);
	test_assert_idx(pim_zone_blob_parse(pool, bytes->data, bytes->used, &parsed, &error), idx);
	pim_zone_blob_write(again, &parsed);
	test_assert_idx(bytes->used == PIM_ZONE_BLOB_SIZE && buffer_cmp(bytes, again), idx);

	test_assert_idx(pim_zone_blob_find(&parsed, &hints) == zone, idx);
	hints.current = NULL;
	hints.likely = others;
	hints.likely_count = N_ELEMENTS(others);
	found = pim_zone_blob_find(&parsed, &hints);
	test_assert_idx(found == zone || found == others[0], idx);
	hints.likely_count = 0;
	found = pim_zone_blob_find(&parsed, &hints);
	test_assert_idx(found != NULL && (pim_zone_blob_is_zone(&parsed, found, year) ||
					   pim_zone_blob_is_zone(&parsed, found, 2026)), idx);
	pool_unref(&pool);
}

static void test_pim_zone_blob_round(void)
{
	const struct pim_zone *zone;
	unsigned int i;

	test_begin("zone blob: every zone there and back");
	for (i = 0; (zone = pim_zone_get(i)) != NULL; i += test_step()) T_BEGIN {
		for (unsigned int y = 0; y < N_ELEMENTS(test_years); y++)
			test_blob_round(zone, test_years[y], i);
	} T_END;
	test_assert(i > 300);
	test_end();
}

static void test_decode(pool_t pool, const char *base64, struct pim_zone_blob *blob_r)
{
	buffer_t *bytes = t_base64_decode_str(base64);
	const char *error;

	if (!pim_zone_blob_parse(pool, bytes->data, bytes->used, blob_r, &error))
		i_fatal("%s", error);
}

/* As programs send them. */
static void test_pim_zone_blob_others(void)
{
	/* 5 hours west, no rules, no names */
	static const char *const fixed =
		"LAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
	struct pim_zone_hints hints = { .year = 2026, .this_year = 2026 };
	pool_t pool = pool_alloconly_create("test", 1024);
	const struct pim_zone *zone;
	struct pim_zone_blob_date date;
	struct pim_zone_blob blob;

	test_begin("zone blob: as other programs write them");
	test_decode(pool, fixed, &blob);
	test_assert(blob.bias == 300 && blob.standard.month == 0 && *blob.standard_name == '\0');
	zone = pim_zone_blob_find(&blob, &hints);
	test_assert(zone != NULL && pim_zone_offset(zone, 1790000000) == -5*3600);

	/* all of Europe has these rules: names decide, then Windows' first */
	pim_zone_blob_from_zone(pim_zone_find("Europe/Paris"), 2026, &blob);
	test_assert_strcmp(pim_zone_get_name(pim_zone_blob_find(&blob, &hints)), "Europe/Paris");
	blob.standard_name = "Mitteleuropäische Zeit";
	test_assert_strcmp(pim_zone_get_name(pim_zone_blob_find(&blob, &hints)), "Europe/Berlin");
	blob.standard_name = "Europe/Madrid";
	test_assert_strcmp(pim_zone_get_name(pim_zone_blob_find(&blob, &hints)), "Europe/Madrid");
	/* a name that its rules deny */
	blob.standard_name = "Tokyo Standard Time";
	test_assert_strcmp(pim_zone_get_name(pim_zone_blob_find(&blob, &hints)), "Europe/Berlin");
	/* standard and daylight the other way round, as the tz database has Dublin */
	pim_zone_blob_from_zone(pim_zone_find("Europe/Dublin"), 2026, &blob);
	date = blob.standard;
	blob.standard = blob.daylight;
	blob.daylight = date;
	blob.bias = -60;
	blob.daylight_bias = 60;
	test_assert(pim_zone_blob_is_zone(&blob, pim_zone_find("Europe/Dublin"), 2026));
	/* an old object, and rules of today */
	pim_zone_blob_from_zone(pim_zone_find("America/New_York"), 2026, &blob);
	hints.year = 2005;
	hints.current = pim_zone_find("America/New_York");
	test_assert(pim_zone_blob_find(&blob, &hints) == hints.current);
	hints.current = pim_zone_find("America/Chicago");
	test_assert_strcmp(pim_zone_get_name(pim_zone_blob_find(&blob, &hints)), "America/New_York");
	/* hours as the clock shows them after the change */
	blob.daylight.hour = 3;
	blob.standard.hour = 1;
	hints.current = NULL;
	test_assert_strcmp(pim_zone_get_name(pim_zone_blob_find(&blob, &hints)), "America/New_York");
	hints.current = pim_zone_find("America/Detroit");
	test_assert(pim_zone_blob_find(&blob, &hints) == hints.current);
	/* nobody lives so */
	blob.bias = 7;
	test_assert(pim_zone_blob_find(&blob, &hints) == NULL);
	test_assert(pim_zone_offset(pim_zone_blob_to_zone(pool, "", &blob), 1784030400) == 53*60);
	pool_unref(&pool);
	test_end();
}

static void test_pim_zone_blob_bad(void)
{
	static const struct {
		unsigned int offset, value;
	} bad[] = {
		/* month, weekday, week, hour, minute, second, msecs */
		{ 70, 13 }, { 72, 7 }, { 74, 0 }, { 74, 6 }, { 76, 24 }, { 78, 60 }, { 80, 60 }, { 83, 4 },
		/* day of a year */
		{ 68, 1 },
		/* bias */
		{ 1, 0x10 }, { 3, 0x7f }, { 85, 0x10 }, { 169, 0x10 },
	};
	pool_t pool = pool_alloconly_create("test", 1024);
	buffer_t *bytes = t_buffer_create(PIM_ZONE_BLOB_SIZE);
	struct pim_zone_blob blob;
	const char *error;

	test_begin("zone blob: bytes that are none");
	pim_zone_blob_from_zone(pim_zone_find("Europe/Berlin"), 2026, &blob);
	pim_zone_blob_write(bytes, &blob);
	test_assert(pim_zone_blob_parse(pool, bytes->data, 172, &blob, &error));
	for (unsigned int size = 0; size < 172; size++)
		test_assert_idx(!pim_zone_blob_parse(pool, bytes->data, size, &blob, &error), size);
	test_assert(!pim_zone_blob_parse(pool, bytes->data, 173, &blob, &error));
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++) {
		unsigned char copy[PIM_ZONE_BLOB_SIZE];

		memcpy(copy, bytes->data, sizeof(copy));
		copy[bad[i].offset] = bad[i].value;
		/* June 31 */
		if (bad[i].offset == 68) {
			copy[70] = 6;
			copy[74] = 31;
		}
		test_assert_idx(!pim_zone_blob_parse(pool, copy, sizeof(copy), &blob, &error), i);
	}
	pool_unref(&pool);
	test_end();
}

static void test_pim_zone_blob_names(void)
{
	struct pim_zone_blob blob = { .standard_name = "12345678901234567890123456789012345", .daylight_name =
		"Z\xc3\xbcrich \xf0\x9f\x98\x80" };
	pool_t pool = pool_alloconly_create("test", 1024);
	buffer_t *bytes = t_buffer_create(PIM_ZONE_BLOB_SIZE);
	const char *error;

	test_begin("zone blob: names");
	pim_zone_blob_write(bytes, &blob);
	test_assert(pim_zone_blob_parse(pool, bytes->data, bytes->used, &blob, &error));
	test_assert_strcmp(blob.standard_name, "1234567890123456789012345678901");
	test_assert_strcmp(blob.daylight_name, "Z\xc3\xbcrich \xf0\x9f\x98\x80");
	/* half of a pair */
	buffer_write(bytes, 4, "\x3d\xd8\x41\x00", 4);
	test_assert(pim_zone_blob_parse(pool, bytes->data, bytes->used, &blob, &error));
	test_assert_strcmp(t_strdup_until(blob.standard_name, blob.standard_name + 4), "\xef\xbf\xbd""A");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_zone_blob_zones,
		test_pim_zone_blob_years,
		test_pim_zone_blob_round,
		test_pim_zone_blob_others,
		test_pim_zone_blob_bad,
		test_pim_zone_blob_names,
		NULL
	};
	return test_run(test_functions);
}
