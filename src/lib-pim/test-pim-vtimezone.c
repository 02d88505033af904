/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "pim-vtimezone.h"
#include "pim-zone.h"
#include "pim-zone-blob.h"

#define OBSERVANCE(name, start, from, to, more) \
	"BEGIN:"name"\r\nDTSTART:"start"\r\nTZOFFSETFROM:"from"\r\nTZOFFSETTO:"to"\r\n"more"END:"name"\r\n"
#define VTIMEZONE(more) \
	"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:My own\r\n"more"END:VTIMEZONE\r\n" \
	"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
/* as Outlook writes it */
#define SUMMER OBSERVANCE("DAYLIGHT", "16010101T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\n")
#define WINTER OBSERVANCE("STANDARD", "16010101T030000", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n")

static const struct pim_zone *test_find(pool_t pool, const char *text, const char *tzid)
{
	struct pim_component *root;
	const char *error;

	if (pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) < 0)
		i_fatal("%s", error);
	/* asked from within the event */
	return pim_vtimezone_find(pool, pim_component_find(root, "VEVENT"), tzid);
}

static void test_same(const struct pim_zone *zone, const char *name, int from_year, int until_year)
{
	const struct pim_zone *other = pim_zone_find(name);
	int64_t until = pim_days_from_civil(until_year, 1, 1) * PIM_DAY_SECS;

	for (int64_t utc = pim_days_from_civil(from_year, 1, 1) * PIM_DAY_SECS; utc < until; utc += 3600)
		test_assert(pim_zone_offset(zone, utc) == pim_zone_offset(other, utc));
}

static void test_pim_vtimezone_rules(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	const struct pim_zone *zone;
	struct pim_zone_blob blob;

	test_begin("vtimezone: rules without end");
	zone = test_find(pool, VTIMEZONE(WINTER SUMMER), "My own");
	test_assert(zone != NULL);
	test_assert_strcmp(pim_zone_get_name(zone), "My own");
	test_same(zone, "Europe/Berlin", 2020, 2030);
	pim_zone_blob_from_zone(zone, 2026, &blob);
	test_assert(pim_zone_blob_is_zone(&blob, pim_zone_find("Europe/Berlin"), 2026));
	pool_unref(&pool);
	test_end();
}

static void test_pim_vtimezone_history(void)
{
	static const char *const text = VTIMEZONE(
		OBSERVANCE("DAYLIGHT", "19870405T020000", "-0500", "-0400",
			   "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4;UNTIL=20060402T070000Z\r\n")
		OBSERVANCE("STANDARD", "19871025T020000", "-0400", "-0500",
			   "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20061029T060000Z\r\n")
		OBSERVANCE("DAYLIGHT", "20070311T020000", "-0500", "-0400", "RDATE:20080309T020000,20090308T020000\r\n")
		OBSERVANCE("STANDARD", "20071104T020000", "-0400", "-0500", "RDATE:20081102T020000\r\n"
			   "RDATE:20091101T020000\r\n"));
	pool_t pool = pool_alloconly_create("test", 1024);
	const struct pim_zone *zone;

	test_begin("vtimezone: rules that ended, and dates");
	zone = test_find(pool, text, "My own");
	test_assert(zone != NULL);
	test_same(zone, "America/New_York", 1988, 2010);
	pool_unref(&pool);
	test_end();
}

static void test_pim_vtimezone_names(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);

	test_begin("vtimezone: which one");
	test_assert(test_find(pool, VTIMEZONE(WINTER), "Your own") == NULL);
	test_assert(test_find(pool, VTIMEZONE("X-LIC-LOCATION:Asia/Tokyo\r\n" WINTER), "My own") ==
		    pim_zone_find("Asia/Tokyo"));
	test_assert(test_find(pool, VTIMEZONE("X-LIC-LOCATION:Nowhere\r\n" WINTER), "My own") != NULL);
	pool_unref(&pool);
	test_end();
}

static void test_pim_vtimezone_bad(void)
{
	static const char *const bad[] = {
		VTIMEZONE(""),
		VTIMEZONE(OBSERVANCE("STANDARD", "x", "+0100", "+0200", "")),
		VTIMEZONE(OBSERVANCE("STANDARD", "19700101T000000", "0100", "+0200", "")),
		VTIMEZONE(OBSERVANCE("STANDARD", "19700101T000000", "+0100", "+2", "")),
		VTIMEZONE(OBSERVANCE("STANDARD", "19700101T000000", "+0100", "+9900", "")),
		VTIMEZONE(OBSERVANCE("STANDARD", "19700101T000000", "+0100", "+0200", "RRULE:FREQ=NEVER\r\n")),
		VTIMEZONE("BEGIN:STANDARD\r\nEND:STANDARD\r\n"),
	};
	pool_t pool = pool_alloconly_create("test", 1024);

	test_begin("vtimezone: what cannot be read, and what would not end");
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++)
		test_assert_idx(test_find(pool, bad[i], "My own") == NULL, i);
	test_assert(test_find(pool, VTIMEZONE(OBSERVANCE("STANDARD", "19700101T000000", "+0100", "+0200",
							 "RRULE:FREQ=SECONDLY\r\n") WINTER), "My own") != NULL);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_vtimezone_rules,
		test_pim_vtimezone_history,
		test_pim_vtimezone_names,
		test_pim_vtimezone_bad,
		NULL
	};
	return test_run(test_functions);
}
