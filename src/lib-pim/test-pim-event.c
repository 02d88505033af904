/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "pim-duration.h"
#include "pim-event.h"
#include "pim-recurrence.h"
#include "pim-tree.h"
#include "pim-zone.h"

static struct pim_component *test_event(pool_t pool, const char *lines)
{
	const char *text = t_strconcat("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", lines,
				       "END:VEVENT\nEND:VCALENDAR\n", NULL);
	struct pim_component *root;
	const char *error;

	if (pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) < 0)
		i_fatal("test event: %s", error);
	return pim_component_find(root, "VEVENT");
}

static void test_pim_duration(void)
{
	static const struct {
		const char *value;
		bool valid;
		int64_t days, time;
	} tests[] = {
		{ "P1DT2H", TRUE, 86400, 7200 },
		{ "-PT15M", TRUE, 0, -900 },
		{ "+P2W", TRUE, 14*86400, 0 },
		{ "PT1440M", TRUE, 0, 86400 },
		{ "PT0S", TRUE, 0, 0 },
		{ "p1d", TRUE, 86400, 0 },
		{ "P", FALSE, 0, 0 },
		{ "PT", FALSE, 0, 0 },
		{ "P1H", FALSE, 0, 0 },
		{ "PT1D", FALSE, 0, 0 },
		{ "1D", FALSE, 0, 0 },
		{ "P1DT2H ", FALSE, 0, 0 },
		{ "P99999999W", FALSE, 0, 0 },
		{ "", FALSE, 0, 0 }
	};
	int64_t days, time;
	unsigned int i;

	test_begin("pim duration");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(pim_duration_parse(tests[i].value, &days, &time) == tests[i].valid, i);
		if (tests[i].valid)
			test_assert_idx(days == tests[i].days && time == tests[i].time, i);
	}
	test_assert_strcmp(pim_duration_format(2*86400), "P2D");
	test_assert_strcmp(pim_duration_format(5400), "PT90M");
	test_assert_strcmp(pim_duration_format(-7200), "-PT2H");
	test_assert_strcmp(pim_duration_format(61), "PT61S");
	test_assert_strcmp(pim_duration_format_minutes(-1440), "-PT1440M");
	test_assert_strcmp(pim_duration_format_minutes(0), "PT0S");
	test_end();
}

static void test_pim_event_times(void)
{
	/* summer time begins on 2026-03-29 at 02:00 */
	static const struct {
		const char *lines, *end;
		int64_t duration;
	} tests[] = {
		{ "DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D\n", "20260329T120000", 23*3600 },
		{ "DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:PT24H\n", "20260329T130000", 24*3600 },
		{ "DTSTART;VALUE=DATE:20260328\n", "20260329", 86400 },
		{ "DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260328\n", "20260329", 86400 },
		{ "DTSTART;VALUE=DATE:20260328\nDURATION:P2D\n", "20260330", 2*86400 },
		{ "DTSTART:20260328T120000Z\n", "20260328T120000Z", 0 },
		{ "DTSTART:20260328T120000Z\nDTEND:20260327T120000Z\n", "20260328T120000Z", 0 },
		{ "DTSTART:20260328T120000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n", "20260328T120000", 0 },
		{ "DTSTART:20260328T000000\nDTEND:20260329T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n", "20260329", 86400 }
	};
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_event_times times;
	unsigned int i;

	test_begin("pim event: times");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(pim_event_get_times(pool, test_event(pool, tests[i].lines), &times), i);
		test_assert_strcmp_idx(pim_time_format(&times.end), tests[i].end, i);
		test_assert_idx(pim_event_duration(&times, NULL) == tests[i].duration, i);
	}
	test_assert(!pim_event_get_times(pool, test_event(pool, "SUMMARY:when?\n"), &times));
	test_assert(!pim_event_get_times(pool, test_event(pool, "DTSTART:soon\n"), &times));
	pool_unref(&pool);
	test_end();
}

static void test_pim_event_series(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct pim_component *event;
	struct pim_occurrence occurrence;
	struct pim_series_iter *iter;
	unsigned int count = 0;

	test_begin("pim event: series");
	event = test_event(pool, "DTSTART;TZID=Europe/Berlin:20260327T090000\nDURATION:PT1H\n"
		"RRULE:FREQ=DAILY;COUNT=5\nEXDATE:20260329T070000Z\nEND:VEVENT\n"
		"BEGIN:VEVENT\nRECURRENCE-ID;TZID=Europe/Berlin:20260330T090000\n"
		"DTSTART;TZID=Europe/Berlin:20260330T150000\nDURATION:PT1H\n");
	test_assert(pim_event_is_recurring(event));
	iter = pim_series_iter_init(pim_event_get_series(pool, event, NULL), 0, PIM_TIME_NEVER);
	while (pim_series_iter_next(iter, &occurrence)) {
		test_assert(occurrence.end_utc - occurrence.start_utc == 3600);
		count++;
	}
	pim_series_iter_deinit(&iter);
	test_assert(count == 4);
	iter = pim_series_iter_init(pim_event_get_pattern(pool, event, NULL), 0, PIM_TIME_NEVER);
	for (count = 0; pim_series_iter_next(iter, &occurrence); count++) ;
	pim_series_iter_deinit(&iter);
	test_assert(count == 5);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_duration,
		test_pim_event_times,
		test_pim_event_series,
		NULL
	};
	return test_run(test_functions);
}
