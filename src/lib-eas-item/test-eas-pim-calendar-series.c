/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-object.h"
#include "eas-tag.h"
#include "test-eas-pim-event.h"

#define WEEKLY START "DTEND;TZID=Europe/Berlin:20260330T100000\nRRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO\n"
#define RULE "Recurrence\n  Type \"1\"\n  Interval \"1\"\n  DayOfWeek \"2\"\n  Occurrences \"10\"\n"
#define OVERRIDE "--\nRECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\nDTSTART;TZID=Europe/Berlin:20260407T110000\n" \
	"DTEND;TZID=Europe/Berlin:20260407T120000\nSUMMARY:moved\nX-KEEP:2\n"

static void test_calendar_series_shown(void)
{
	static const struct {
		enum eas_version version;
		const char *event;
		wbxml_tag_t tag;
		const char *shown;
	} tests[] = {
#define T(version, event, tag, shown) { EAS_VERSION_##version, event, EAS_TAG_CALENDAR_##tag, shown }
		T(14_1, WEEKLY, RECURRENCE,
		  "Calendar:Recurrence\n  Type \"1\"\n  Occurrences \"10\"\n  Interval \"1\"\n  DayOfWeek \"2\"\n"
		  "  FirstDayOfWeek \"1\"\n"),
		T(12_1, WEEKLY, RECURRENCE,
		  "Calendar:Recurrence\n  Type \"1\"\n  Occurrences \"10\"\n  Interval \"1\"\n  DayOfWeek \"2\"\n"),
		T(14_1, WEEKLY "EXDATE;TZID=Europe/Berlin:20260413T090000\n", EXCEPTIONS,
		  "Exceptions\n  Exception\n    Deleted \"1\"\n    ExceptionStartTime \"20260413T070000Z\"\n"),
		T(16_1, WEEKLY "EXDATE;TZID=Europe/Berlin:20260413T090000\n", EXCEPTIONS,
		  "Exceptions\n  Exception\n    Deleted \"1\"\n    AirSyncBase:InstanceId \"20260413T070000Z\"\n"),
		/* in UTC, for a series that is not */
		T(14_1, WEEKLY "EXDATE:20260413T070000Z\n", EXCEPTIONS,
		  "Exceptions\n  Exception\n    Deleted \"1\"\n    ExceptionStartTime \"20260413T070000Z\"\n"),
		T(14_1, WEEKLY "SUMMARY:s\nLOCATION:l\n" OVERRIDE, EXCEPTIONS,
		  "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T070000Z\"\n"
		  "    StartTime \"20260407T090000Z\"\n    Subject \"moved\"\n    Location\n"
		  "    EndTime \"20260407T100000Z\"\n"),
		T(14_1, WEEKLY OVERRIDE "STATUS:CANCELLED\n", EXCEPTIONS,
		  "Exceptions\n  Exception\n    Deleted \"1\"\n    ExceptionStartTime \"20260406T070000Z\"\n"),
		/* no reminder of its own: 14.0 has no word for that */
		T(14_1, WEEKLY ALARM("DISPLAY", ":-PT5M") "SUMMARY:moved\n" OVERRIDE, EXCEPTIONS,
		  "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T070000Z\"\n"
		  "    StartTime \"20260407T090000Z\"\n    EndTime \"20260407T100000Z\"\n    Reminder\n"),
		T(14_0, WEEKLY ALARM("DISPLAY", ":-PT5M") "SUMMARY:moved\n" OVERRIDE, EXCEPTIONS,
		  "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T070000Z\"\n"
		  "    StartTime \"20260407T090000Z\"\n    EndTime \"20260407T100000Z\"\n"),
		/* whole days; summer time begins on 2026-03-29 */
		T(14_1, "DTSTART;VALUE=DATE:20260323\nRRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20260330\n", EXCEPTIONS,
		  "Exceptions\n  Exception\n    Deleted \"1\"\n    ExceptionStartTime \"20260329T220000Z\"\n"),
		T(16_1, "DTSTART;VALUE=DATE:20260323\nRRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20260330\n", EXCEPTIONS,
		  "Exceptions\n  Exception\n    Deleted \"1\"\n    AirSyncBase:InstanceId \"20260330T000000Z\"\n"),
		/* no words for it: the next occurrence, or the last */
		T(14_1, "DTSTART:20260101T080000Z\nRRULE:FREQ=HOURLY;INTERVAL=4\n", RECURRENCE, ""),
		T(14_1, "DTSTART:20260101T080000Z\nRRULE:FREQ=HOURLY;INTERVAL=4\n", START_TIME,
		  "Calendar:StartTime \"20260301T120000Z\"\n"),
		T(14_1, "DTSTART:20260101T080000Z\nRRULE:FREQ=HOURLY;INTERVAL=4;COUNT=3\n", START_TIME,
		  "Calendar:StartTime \"20260101T160000Z\"\n"),
		T(14_1, "DTSTART;VALUE=DATE:20260101\nRDATE;VALUE=DATE:20260401\n", START_TIME,
		  "Calendar:StartTime \"20260331T220000Z\"\n"),
		T(14_1, "DTSTART;VALUE=DATE:20260101\nRDATE;VALUE=DATE:20260401\n", END_TIME,
		  "Calendar:EndTime \"20260401T220000Z\"\n")
#undef T
	};
	struct eas_pim_context ctx;
	unsigned int i;

	test_begin("calendar: what a device is shown of series");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		test_context(&ctx, test_object(tests[i].event), tests[i].version);
		test_expect(t_strdup_printf("%u", i), tests[i].shown,
			    test_shown(&ctx, tests[i].tag));
	} T_END;
	test_end();
}

static void test_calendar_series(void)
{
#define HOURLY "DTSTART:20260101T080000Z\nRRULE:FREQ=HOURLY;INTERVAL=4\n"
	static const struct patch_test tests[] = {
		P(14_1, WEEKLY, RULE, ""),
		/* WKST, which 12.1 does not know */
		P(12_1, START "RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO;WKST=SU\n", RULE, ""),
		P(14_1, WEEKLY, "Recurrence\n  Type \"1\"\n  Interval \"2\"\n  DayOfWeek \"2\"\n  Occurrences \"10\"\n"
		  "  FirstDayOfWeek \"1\"\n",
		  "-RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO\n+RRULE:FREQ=WEEKLY;COUNT=10;INTERVAL=2;BYDAY=MO;WKST=MO\n"),
		P(14_1, WEEKLY, "Recurrence\n  Type \"1\"\n  DayOfWeek \"2\"\n  DayOfMonth \"3\"\n", NULL),
		P(14_1, WEEKLY, "Recurrence\n  Type \"4\"\n", NULL),
		P(14_1, WEEKLY, "Recurrence\n  Type \"1\"\n  DayOfWeek \"2\"\n  FirstDayOfWeek \"7\"\n", NULL),
		P(16_1, WEEKLY "EXDATE;TZID=Europe/Berlin:20260413T090000\n" OVERRIDE, "Recurrence\n",
		  "-RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO\n-EXDATE;TZID=Europe/Berlin:20260413T090000\n"
		  "-BEGIN:VEVENT\n-UID:u1\n-RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\n"
		  "-DTSTART;TZID=Europe/Berlin:20260407T110000\n-DTEND;TZID=Europe/Berlin:20260407T120000\n"
		  "-SUMMARY:moved\n-X-KEEP:2\n-END:VEVENT\n"),
		/* no words for it: it stays */
		P(14_1, HOURLY, "StartTime \"20260301T120000Z\"\nEndTime \"20260301T120000Z\"\nSubject \"x\"\n", "+SUMMARY:x\n"),
		P(14_1, HOURLY, "StartTime \"20260301T130000Z\"\nEndTime \"20260301T130000Z\"\n",
		  "-DTSTART:20260101T080000Z\n+DTSTART:20260101T090000Z\n"),
		P(14_1, HOURLY, "Recurrence\n  Type \"0\"\n  Interval \"1\"\n",
		  "-RRULE:FREQ=HOURLY;INTERVAL=4\n+RRULE:FREQ=DAILY\n"),
		/* exceptions */
		P(14_1, WEEKLY "EXDATE;TZID=Europe/Berlin:20260413T090000\n",
		  "Exceptions\n  Exception\n    Deleted \"1\"\n    ExceptionStartTime \"20260413T070000Z\"\n"
		  "  Exception\n    Deleted \"1\"\n    ExceptionStartTime \"20260420T070000Z\"\n",
		  "-EXDATE;TZID=Europe/Berlin:20260413T090000\n"
		  "+EXDATE;TZID=Europe/Berlin:20260413T090000,20260420T090000\n"),
		/* those not named stay: MS-ASCAL 3.2.5.3.1 */
		P(14_1, WEEKLY "EXDATE;TZID=Europe/Berlin:20260413T090000\n", "Exceptions\n", ""),
		P(14_1, WEEKLY "SUMMARY:s\nX-A:1\n",
		  "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T070000Z\"\n    Subject \"one\"\n",
		  "+BEGIN:VEVENT\n+UID:u1\n+DTSTART;TZID=Europe/Berlin:20260406T090000\n"
		  "+DTEND;TZID=Europe/Berlin:20260406T100000\n+SUMMARY:one\n+X-A:1\n"
		  "+RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\n+END:VEVENT\n"),
		/* a time of the day that the series does not have (quirk 88) */
		P(14_1, WEEKLY "SUMMARY:s\nX-A:1\n" OVERRIDE,
		  "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T000000Z\"\n    Subject \"one\"\n"
		  "    StartTime \"20260407T090000Z\"\n    EndTime \"20260407T100000Z\"\n",
		  "-SUMMARY:moved\n+SUMMARY:one\n"),
		/* as in the series again */
		P(14_1, WEEKLY "SUMMARY:s\n" OVERRIDE,
		  "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T070000Z\"\n"
		  "    StartTime \"20260407T090000Z\"\n    EndTime \"20260407T100000Z\"\n",
		  "-SUMMARY:moved\n+SUMMARY:s\n"),
		P(14_1, WEEKLY, "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T070000Z\"\n", ""),
		P(14_1, WEEKLY, "Exceptions\n  Exception\n    ExceptionStartTime \"20260408T070000Z\"\n    Deleted \"1\"\n", ""),
		P(14_1, WEEKLY, "Exceptions\n  Exception\n    Deleted \"1\"\n", NULL),
		P(14_1, WEEKLY "SUMMARY:s\n" OVERRIDE,
		  "Exceptions\n  Exception\n    ExceptionStartTime \"20260406T070000Z\"\n    Deleted \"1\"\n",
		  "-BEGIN:VEVENT\n-UID:u1\n-RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\n"
		  "-DTSTART;TZID=Europe/Berlin:20260407T110000\n-DTEND;TZID=Europe/Berlin:20260407T120000\n"
		  "-SUMMARY:moved\n-X-KEEP:2\n-END:VEVENT\n+EXDATE;TZID=Europe/Berlin:20260406T090000\n"),
		/* the series moves, its exceptions keep their days */
		P(14_1, WEEKLY "EXDATE;TZID=Europe/Berlin:20260413T090000\n" OVERRIDE,
		  "StartTime \"20260330T080000Z\"\nEndTime \"20260330T090000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-DTEND;TZID=Europe/Berlin:20260330T100000\n"
		  "-EXDATE;TZID=Europe/Berlin:20260413T090000\n-RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\n"
		  "+DTSTART;TZID=Europe/Berlin:20260330T100000\n+DTEND;TZID=Europe/Berlin:20260330T110000\n"
		  "+EXDATE;TZID=Europe/Berlin:20260413T100000\n+RECURRENCE-ID;TZID=Europe/Berlin:20260406T100000\n"),
		/* the last day stays the last */
		P(14_1, START "RRULE:FREQ=DAILY;UNTIL=20260403T070000Z\n",
		  "StartTime \"20260330T120000Z\"\nEndTime \"20260330T120000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-RRULE:FREQ=DAILY;UNTIL=20260403T070000Z\n"
		  "+DTSTART;TZID=Europe/Berlin:20260330T140000\n+RRULE:FREQ=DAILY;UNTIL=20260403T120000Z\n"),
		/* 16.x: they go. MS-ASCAL "Exceptions" */
		P(16_1, WEEKLY "EXDATE;TZID=Europe/Berlin:20260413T090000\n",
		  "StartTime \"20260330T080000Z\"\nEndTime \"20260330T090000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-DTEND;TZID=Europe/Berlin:20260330T100000\n"
		  "-EXDATE;TZID=Europe/Berlin:20260413T090000\n"
		  "+DTSTART;TZID=Europe/Berlin:20260330T100000\n+DTEND;TZID=Europe/Berlin:20260330T110000\n")
	};

	test_begin("calendar: changes of series");
	test_patches(tests, N_ELEMENTS(tests));
	test_end();
}

static void test_calendar_instances(void)
{
	static const struct {
		const char *event;
		time_t instance;
		/* NULL = Delete */
		const char *data;
		int ret;
		const char *diff;
	} tests[] = {
/* 2026-04-06 07:00 UTC */
#define MONDAY 1775458800
		{ WEEKLY "SUMMARY:s\n", MONDAY, NULL, 1, "+EXDATE;TZID=Europe/Berlin:20260406T090000\n" },
		{ WEEKLY "SUMMARY:s\n", MONDAY + 86400, NULL, 0, "" },
		{ START, MONDAY, NULL, 0, "" },
		{ WEEKLY "SUMMARY:s\n", MONDAY, "Subject \"one\"\n", 1,
		  "+BEGIN:VEVENT\n+UID:u1\n+DTSTART;TZID=Europe/Berlin:20260406T090000\n"
		  "+DTEND;TZID=Europe/Berlin:20260406T100000\n+SUMMARY:one\n"
		  "+RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000\n+END:VEVENT\n" },
		/* what is absent stays */
		{ WEEKLY "SUMMARY:s\n" OVERRIDE, MONDAY, "StartTime \"20260407T100000Z\"\nEndTime \"20260407T110000Z\"\n", 1,
		  "-DTSTART;TZID=Europe/Berlin:20260407T110000\n-DTEND;TZID=Europe/Berlin:20260407T120000\n"
		  "+DTSTART;TZID=Europe/Berlin:20260407T120000\n+DTEND;TZID=Europe/Berlin:20260407T130000\n" },
		{ WEEKLY, MONDAY, "Sensitivity \"9\"\n", -1, "" },
		{ WEEKLY "EXDATE;TZID=Europe/Berlin:20260406T090000\n", MONDAY, "Subject \"one\"\n", 0, "" }
	};
	struct eas_pim_context ctx;
	struct pim_object *object;
	const char *before, *error;
	unsigned int i;
	bool changed;
	int ret;

	test_begin("calendar: single instances");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		object = test_object(tests[i].event);
		before = test_tree(object);
		test_context(&ctx, object, EAS_VERSION_16_1);
		ret = eas_item_pim_patch_instance(&ctx, tests[i].instance, tests[i].data == NULL ?
						  NULL : test_data(tests[i].data), &changed, &error);
		test_assert_idx(ret == tests[i].ret, i);
		if (ret > 0)
			test_assert_idx(changed == (*tests[i].diff != '\0'), i);
		test_expect(t_strdup_printf("%u", i), tests[i].diff,
			    test_diff(before, test_tree(object)));
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_calendar_series_shown,
		test_calendar_series,
		test_calendar_instances,
		NULL
	};
	return test_event_main(test_functions);
}
