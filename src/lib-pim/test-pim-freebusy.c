/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-freebusy.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "pim-zone.h"

#define EVENT(lines) "BEGIN:VEVENT\r\nUID:1\r\n"lines"END:VEVENT\r\n"
#define CALENDAR(events) "BEGIN:VCALENDAR\r\n"events"END:VCALENDAR\r\n"
#define AT(start, end) "DTSTART:"start"Z\r\nDTEND:"end"Z\r\n"

static const char *const test_addresses[] = { "anna@example.org", NULL };

static int64_t test_utc(const char *value)
{
	struct pim_time time;

	if (!pim_time_parse(value, NULL, &time))
		i_fatal("not a time: %s", value);
	return time.wall;
}

static const char *test_digits(const char *text, const char *from, const char *until)
{
	pool_t pool = pool_alloconly_create("test", 4096);
	struct pim_freebusy *freebusy = pim_freebusy_init(pool, test_utc(from), test_utc(until));
	struct pim_component *root;
	const char *error, *digits;

	if (pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) < 0)
		i_fatal("%s", error);
	pim_freebusy_add(freebusy, pim_component_find(root, "VEVENT"), pim_zone_find("Europe/Berlin"),
			 test_addresses);
	digits = t_strdup(pim_freebusy_digits(freebusy));
	pool_unref(&pool);
	return digits;
}

/* the example of MS-ASCMD 2.2.3.107: out of office for five minutes */
static void test_pim_freebusy_slots(void)
{
	static const char *const text = CALENDAR(EVENT(AT("20260105T120000", "20260105T120500")
						       "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n"));
	static const struct {
		const char *from, *until, *digits;
	} tests[] = {
		{ "20260105T120000", "20260105T130000", "30" },
		{ "20260105T120459", "20260105T130000", "30" },
		{ "20260105T120500", "20260105T130000", "00" },
		{ "20260105T113000", "20260105T120000", "0" },
		{ "20260105T113000", "20260105T120001", "03" },
		{ "20260105T125959", "20260105T133000", "00" },
		{ "20260105T130000", "20260105T133001", "00" },
		{ "20260105T130000", "20260105T133000", "0" },
	};

	test_begin("freebusy: half hours");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++)
		test_assert_strcmp_idx(test_digits(text, tests[i].from, tests[i].until), tests[i].digits, i);
	test_end();
}

static void test_pim_freebusy_status(void)
{
#define ONE(more) CALENDAR(EVENT(AT("20260105T120000", "20260105T123000") more))
	static const struct {
		const char *text, *digits;
	} tests[] = {
		{ ONE(""), "2" },
		{ ONE("TRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\n"), "2" },
		{ ONE("TRANSP:TRANSPARENT\r\n"), "0" },
		{ ONE("TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n"), "0" },
		{ ONE("STATUS:TENTATIVE\r\n"), "1" },
		{ ONE("STATUS:CANCELLED\r\n"), "0" },
		{ ONE("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\r\n"), "1" },
		{ ONE("X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n"), "2" },
		{ ONE("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\r\n"), "0" },
		{ ONE("ATTENDEE;PARTSTAT=DECLINED:mailto:Anna@example.org\r\n"), "0" },
		{ ONE("ATTENDEE;PARTSTAT=DECLINED:mailto:bert@example.org\r\n"), "2" },
		{ ONE("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:anna@example.org\r\n"), "1" },
		{ ONE("ATTENDEE;PARTSTAT=TENTATIVE:mailto:anna@example.org\r\n"), "1" },
		{ ONE("ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@example.org\r\n"), "2" },
		{ CALENDAR("BEGIN:VEVENT\r\nUID:1\r\nDTSTART:never\r\nEND:VEVENT\r\n"), "0" },
	};

	test_begin("freebusy: what an event takes");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(test_digits(tests[i].text, "20260105T120000", "20260105T123000"),
				       tests[i].digits, i);
	}
	test_end();
}

static void test_pim_freebusy_series(void)
{
	static const char *const text = CALENDAR(
		EVENT("DTSTART;TZID=Europe/Berlin:20260328T090000\r\nDTEND;TZID=Europe/Berlin:20260328T093000\r\n"
		      "RRULE:FREQ=DAILY\r\nEXDATE;TZID=Europe/Berlin:20260330T090000\r\n")
		EVENT("RECURRENCE-ID;TZID=Europe/Berlin:20260331T090000\r\n"
		      "DTSTART;TZID=Europe/Berlin:20260331T100000\r\nDTEND;TZID=Europe/Berlin:20260331T110000\r\n"
		      "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n"));
	static const char *const day = CALENDAR(EVENT("DTSTART;VALUE=DATE:20260329\r\n"));

	test_begin("freebusy: series, and days in the owner's zone");
	/* an hour earlier for UTC from the 29th on */
	test_assert_strcmp(test_digits(text, "20260328T070000", "20260328T090000"), "0020");
	test_assert_strcmp(test_digits(text, "20260329T070000", "20260329T090000"), "2000");
	test_assert_strcmp(test_digits(text, "20260330T070000", "20260330T090000"), "0000");
	test_assert_strcmp(test_digits(text, "20260331T070000", "20260331T093000"), "00330");
	test_assert_strcmp(test_digits(text, "20360401T070000", "20360401T080000"), "20");
	test_assert_strcmp(test_digits(day, "20260328T223000", "20260328T233000"), "02");
	test_assert_strcmp(test_digits(day, "20260329T213000", "20260329T223000"), "20");
	test_end();
}

static void test_pim_freebusy_limits(void)
{
	const int64_t max = (int64_t)PIM_FREEBUSY_MAX_SLOTS * PIM_FREEBUSY_SLOT_SECS;
	pool_t pool = pool_alloconly_create("test", 4096);
	struct pim_freebusy *freebusy;

	test_begin("freebusy: limits");
	test_assert(pim_freebusy_init(pool, 0, 0) == NULL);
	test_assert(pim_freebusy_init(pool, 1, 0) == NULL);
	test_assert(pim_freebusy_init(pool, 0, max + 1) == NULL);
	test_assert(pim_freebusy_init(pool, INT64_MIN, INT64_MAX) == NULL);
	freebusy = pim_freebusy_init(pool, 0, max);
	test_assert(freebusy != NULL && strlen(pim_freebusy_digits(freebusy)) == PIM_FREEBUSY_MAX_SLOTS);
	pim_freebusy_add_span(freebusy, INT64_MIN, INT64_MAX, PIM_FREEBUSY_TENTATIVE);
	pim_freebusy_add_span(freebusy, 1800, 1801, PIM_FREEBUSY_NO_DATA);
	pim_freebusy_add_span(freebusy, 0, 3600, PIM_FREEBUSY_BUSY);
	pim_freebusy_add_span(freebusy, 3600, 3600, PIM_FREEBUSY_BUSY);
	test_assert_strcmp(t_strndup(pim_freebusy_digits(freebusy), 4), "2411");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_freebusy_slots,
		test_pim_freebusy_status,
		test_pim_freebusy_series,
		test_pim_freebusy_limits,
		NULL
	};
	return test_run(test_functions);
}
