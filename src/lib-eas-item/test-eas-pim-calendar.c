/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "buffer.h"
#include "str.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "pim-object.h"
#include "pim-kolab.h"
#include "pim-zone.h"
#include "pim-zone-blob.h"
#include "eas-tag.h"
#include "eas-pim-calendar.h"
#include "eas-pim-calendar-private.h"
#include "test-eas-pim-event.h"

/*
 * Values
 */

static const struct {
	enum eas_version version;
	const char *event;
	wbxml_tag_t tag;
	const char *value;
} shown_tests[] = {
#define T(version, event, tag, value) { EAS_VERSION_##version, event, EAS_TAG_CALENDAR_##tag, value }
	T(14_1, START, START_TIME, "20260330T070000Z"),
	T(14_1, START, END_TIME, "20260330T070000Z"),
	T(14_1, START "DURATION:PT90M\n", END_TIME, "20260330T083000Z"),
	T(14_1, START "DTEND;TZID=America/New_York:20260330T050000\n", END_TIME, "20260330T090000Z"),
	T(14_1, "DTSTART:20260330T090000\n", START_TIME, "20260330T070000Z"),
	T(14_1, "DTSTART:20260330T090000Z\n", START_TIME, "20260330T090000Z"),
	T(14_1, DAY, START_TIME, "20260329T220000Z"),
	T(14_1, DAY, END_TIME, "20260330T220000Z"),
	T(14_1, DAY "DTEND;VALUE=DATE:20260402\n", END_TIME, "20260401T220000Z"),
	T(16_1, DAY, START_TIME, "20260330T000000Z"),
	T(16_1, DAY, END_TIME, "20260331T000000Z"),
	T(16_1, DAY, TIMEZONE, "none"),
	T(16_1, DAY, ALL_DAY_EVENT, "1"),
	T(16_1, START, ALL_DAY_EVENT, "0"),
	T(14_1, "DTSTART;TZID=Europe/Berlin:20260330T000000\nDTEND;TZID=Europe/Berlin:20260331T000000\n",
	  ALL_DAY_EVENT, "0"),
	T(14_1, "DTSTART;TZID=Europe/Berlin:20260330T000000\nDTEND;TZID=Europe/Berlin:20260331T000000\n"
	  "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n", ALL_DAY_EVENT, "1"),
	T(14_1, START "DTSTAMP:20260101T000000Z\n", DT_STAMP, "20260101T000000Z"),
	T(14_1, START "SUMMARY:a\\, b\n", SUBJECT, "a, b"),
	T(14_1, START, UID, "u1"),
	T(14_1, START, ORGANIZER_EMAIL, "me@example.com"),
	T(14_1, START, ORGANIZER_NAME, "me@example.com"),
	T(14_1, START "ORGANIZER;CN=\"B, O\":MAILTO:b@example.org\n", ORGANIZER_EMAIL, "b@example.org"),
	T(14_1, START "ORGANIZER;CN=\"B, O\":MAILTO:b@example.org\n", ORGANIZER_NAME, "B, O"),
	T(14_1, START "LOCATION:Room 1\n", LOCATION, "Room 1"),
	T(16_1, START "LOCATION:Room 1\n", LOCATION, "none"),
	T(14_1, START, BUSY_STATUS, "2"),
	T(14_1, START "TRANSP:TRANSPARENT\n", BUSY_STATUS, "0"),
	T(14_1, START "STATUS:TENTATIVE\n", BUSY_STATUS, "1"),
	T(14_1, START "X-MICROSOFT-CDO-BUSYSTATUS:OOF\n", BUSY_STATUS, "3"),
	/* changed by somebody who does not know it */
	T(14_1, START "X-MICROSOFT-CDO-BUSYSTATUS:OOF\nTRANSP:TRANSPARENT\n", BUSY_STATUS, "0"),
	T(14_1, START "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\nSTATUS:CONFIRMED\n", BUSY_STATUS, "2"),
	T(14_1, START "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\nSTATUS:CONFIRMED\nATTENDEE:mailto:me@example.com\n",
	  BUSY_STATUS, "1"),
	T(16_1, START "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\n", BUSY_STATUS, "4"),
	T(14_1, START "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\n", BUSY_STATUS, "2"),
	T(14_1, START, SENSITIVITY, "0"),
	T(14_1, START "CLASS:PRIVATE\n", SENSITIVITY, "2"),
	T(14_1, START "CLASS:PRIVATE\nX-EAS-SENSITIVITY:1\n", SENSITIVITY, "1"),
	T(14_1, START "CLASS:CONFIDENTIAL\n", SENSITIVITY, "3"),
	T(14_1, START, REMINDER, "none"),
	T(14_1, START ALARM("DISPLAY", ":-PT15M"), REMINDER, "15"),
	T(14_1, START ALARM("DISPLAY", ":-P1DT1H"), REMINDER, "1500"),
	T(14_1, START ALARM("DISPLAY", ":-PT1440M") ALARM("DISPLAY", ":-PT10M"), REMINDER, "10"),
	T(14_1, START ALARM("DISPLAY", ":PT0S"), REMINDER, "0"),
	T(14_1, START ALARM("DISPLAY", ":PT5M"), REMINDER, "none"),
	T(14_1, START ALARM("DISPLAY", ";RELATED=END:-PT5M"), REMINDER, "none"),
	T(14_1, START ALARM("EMAIL", ":-PT5M"), REMINDER, "none"),
	T(14_1, START ALARM("AUDIO", ":-PT5M") ALARM("DISPLAY", ":-PT30M"), REMINDER, "30"),
	T(14_1, START ALARM("DISPLAY", ";VALUE=DATE-TIME:20260330T064500Z"), REMINDER, "15"),
	T(14_1, START, MEETING_STATUS, "0"),
	T(14_1, START "ATTENDEE:mailto:b@example.org\n", MEETING_STATUS, "1"),
#define RECEIVED START "ORGANIZER:mailto:b@example.org\nATTENDEE;PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:I@example.com\n"
	T(14_1, RECEIVED, MEETING_STATUS, "3"),
	T(14_1, RECEIVED "STATUS:CANCELLED\n", MEETING_STATUS, "7"),
	T(14_1, RECEIVED "X-EAS-MEETINGSTATUS:11\n", MEETING_STATUS, "11"),
	T(14_1, RECEIVED, RESPONSE_TYPE, "3"),
	T(14_1, START, RESPONSE_TYPE, "0"),
	T(14_1, START "ATTENDEE:mailto:b@example.org\n", RESPONSE_TYPE, "1"),
	T(12_1, RECEIVED, RESPONSE_TYPE, "none"),
	T(14_1, RECEIVED, RESPONSE_REQUESTED, "1"),
	T(14_1, START, RESPONSE_REQUESTED, "none"),
	T(14_1, RECEIVED "X-MICROSOFT-CDO-REPLYTIME:20260102T030405Z\n", APPOINTMENT_REPLY_TIME, "20260102T030405Z"),
	T(14_1, START "X-MICROSOFT-CDO-REPLYTIME:20260102T030405Z\n", APPOINTMENT_REPLY_TIME, "none"),
	T(14_1, START, DISALLOW_NEW_TIME_PROPOSAL, "0"),
	T(14_1, START "X-MICROSOFT-DISALLOW-COUNTER:TRUE\n", DISALLOW_NEW_TIME_PROPOSAL, "1"),
	T(14_1, START "CONFERENCE;VALUE=URI:https://meet.example.org/x\n", ONLINE_MEETING_EXTERNAL_LINK,
	  "https://meet.example.org/x"),
	T(14_0, START "CONFERENCE;VALUE=URI:https://meet.example.org/x\n", ONLINE_MEETING_EXTERNAL_LINK, "none"),
	T(14_1, START "X-MICROSOFT-ONLINEMEETINGCONFLINK:conf:sip:b;gruu\n", ONLINE_MEETING_CONF_LINK, "conf:sip:b;gruu")
#undef T
};

static void test_calendar_shown(void)
{
	struct eas_pim_context ctx;
	unsigned int i;

	test_begin("calendar: what a device is shown");
	for (i = 0; i < N_ELEMENTS(shown_tests); i++) T_BEGIN {
		test_context(&ctx, test_object(shown_tests[i].event), shown_tests[i].version);
		test_expect(t_strdup_printf("%u", i), shown_tests[i].value,
			    test_shown_value(&ctx, shown_tests[i].tag));
	} T_END;
	test_end();
}

static void test_calendar_values(void)
{
	static const struct patch_test tests[] = {
		P(14_1, START "SUMMARY;LANGUAGE=de:a\nX-KEEP:1\n", "Subject \"b, c\"\n",
		  "-SUMMARY;LANGUAGE=de:a\n+SUMMARY;LANGUAGE=de:b\\, c\n"),
		P(14_1, START "SUMMARY:a\n", "Subject \"a\"\n", ""),
		P(16_1, START "SUMMARY:a\n", "Subject\n", "-SUMMARY:a\n"),
		P(14_1, START "LOCATION:a\nGEO:1;2\n", "Location \"b\"\n",
		  "-LOCATION:a\n-GEO:1;2\n+LOCATION:b\n"),
		P(14_1, START "LOCATION:a\nGEO:1;2\n", "Location \"a\"\n", ""),
		P(16_1, START "LOCATION:a\n",
		  "AirSyncBase:Location\n  DisplayName \"a\"\n  Street \"S; 1\"\n  Latitude \"52.5\"\n  Longitude \"13.4\"\n",
		  "+GEO:52.5;13.4\n+X-EAS-LOCATION;STREET=\"S; 1\";LATITUDE=52.5;LONGITUDE=13.4:a\n"),
		P(16_1, START "LOCATION:a\nX-EAS-LOCATION;STREET=S:a\n",
		  "AirSyncBase:Location\n  DisplayName \"a\"\n  Street \"S\"\n", ""),
		P(16_1, START "LOCATION:a\nX-EAS-LOCATION;STREET=S:a\n", "AirSyncBase:Location\n",
		  "-LOCATION:a\n-X-EAS-LOCATION;STREET=S:a\n"),
		P(14_1, START, "BusyStatus \"0\"\n", "+TRANSP:TRANSPARENT\n"),
		P(14_1, START, "BusyStatus \"1\"\n", "+STATUS:TENTATIVE\n+X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\n"),
		P(14_1, START, "BusyStatus \"3\"\n", "+X-MICROSOFT-CDO-BUSYSTATUS:OOF\n"),
		P(14_1, START, "BusyStatus \"4\"\n", NULL),
		P(16_1, START, "BusyStatus \"4\"\n", "+X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\n"),
		P(14_1, START "TRANSP:TRANSPARENT\n", "BusyStatus \"2\"\n", "-TRANSP:TRANSPARENT\n+TRANSP:OPAQUE\n"),
		P(14_1, START "STATUS:TENTATIVE\n", "BusyStatus \"2\"\n", "-STATUS:TENTATIVE\n+STATUS:CONFIRMED\n"),
		P(14_1, START, "Sensitivity \"1\"\n", "+X-EAS-SENSITIVITY:1\n+CLASS:PRIVATE\n"),
		P(14_1, START, "Sensitivity \"4\"\n", NULL),
		P(14_1, START, "Reminder \"10\"\n",
		  "+BEGIN:VALARM\n+ACTION:DISPLAY\n+DESCRIPTION:Reminder\n+TRIGGER:-PT10M\n+END:VALARM\n"),
		P(14_1, START ALARM("EMAIL", ":-P1D") ALARM("DISPLAY", ";RELATED=START:-PT60M"), "Reminder \"60\"\n", ""),
		P(14_1, START ALARM("EMAIL", ":-P1D") ALARM("DISPLAY", ":-PT30M"), "Reminder \"0\"\n",
		  "-TRIGGER:-PT30M\n+TRIGGER:PT0S\n"),
		P(16_1, START ALARM("DISPLAY", ":-PT60M") ALARM("DISPLAY", ":-PT30M"), "Reminder\n",
		  "-BEGIN:VALARM\n-ACTION:DISPLAY\n-TRIGGER:-PT30M\n-END:VALARM\n"),
		P(14_1, START, "Reminder \"-5\"\n", NULL),
		P(14_1, START "CATEGORIES:A,B\\,C\n", "Categories\n  Category \"B,C\"\n  Category \"A\"\n", ""),
		P(14_1, START "CATEGORIES:A,B\\,C\n", "Categories\n  Category \"A\"\n  Category \"D\"\n",
		  "-CATEGORIES:A,B\\,C\n+CATEGORIES:A,D\n"),
		P(14_1, START, "UID \"other\"\n", ""),
		P(14_1, START, "DtStamp \"20200101T000000Z\"\n", ""),
		P(14_1, START, "MeetingStatus \"2\"\n", NULL),
		P(14_1, START, "MeetingStatus \"1\"\n", ""),
		P(14_1, START "ATTENDEE:mailto:b@example.org\nORGANIZER:mailto:me@example.com\n", "MeetingStatus \"5\"\n",
		  "+STATUS:CANCELLED\n+SEQUENCE:1\n"),
		P(14_1, START, "DisallowNewTimeProposal \"1\"\n", "+X-MICROSOFT-DISALLOW-COUNTER:TRUE\n"),
		P(14_1, START "DESCRIPTION:text\nX-ALT-DESC;FMTTYPE=text/html:<p>text</p>\n",
		  "AirSyncBase:Body\n  Type \"1\"\n  Data \"text\"\n", ""),
		P(14_1, START "DESCRIPTION:text\nX-ALT-DESC;FMTTYPE=text/html:<p>text</p>\n",
		  "AirSyncBase:Body\n  Type \"1\"\n  Data \"new\"\n",
		  "-DESCRIPTION:text\n-X-ALT-DESC;FMTTYPE=text/html:<p>text</p>\n+DESCRIPTION:new\n")
	};

	test_begin("calendar: changes of single elements");
	test_patches(tests, N_ELEMENTS(tests));
	test_end();
}

static void test_calendar_times(void)
{
	static const struct patch_test tests[] = {
		/* nothing new */
		P(14_1, START "DTEND;TZID=America/New_York:20260330T050000\n",
		  "StartTime \"20260330T070000Z\"\nEndTime \"20260330T090000Z\"\nAllDayEvent \"0\"\n", ""),
		P(14_1, "DTSTART:20260330T090000\n", "StartTime \"20260330T070000Z\"\nEndTime \"20260330T070000Z\"\n", ""),
		P(14_1, DAY "DTEND;VALUE=DATE:20260401\n",
		  "AllDayEvent \"1\"\nStartTime \"20260329T220000Z\"\nEndTime \"20260331T220000Z\"\n", ""),
		/* date digits (quirk 87) */
		P(14_1, DAY, "AllDayEvent \"1\"\nStartTime \"20260330T000000Z\"\nEndTime \"20260331T000000Z\"\n", ""),
		P(16_1, DAY, "AllDayEvent \"1\"\nStartTime \"20260330T000000Z\"\nEndTime \"20260331T000000Z\"\n", ""),
		/* moved */
		P(14_1, START "DTEND;TZID=Europe/Berlin:20260330T100000\n",
		  "StartTime \"20260330T080000Z\"\nEndTime \"20260330T090000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-DTEND;TZID=Europe/Berlin:20260330T100000\n"
		  "+DTSTART;TZID=Europe/Berlin:20260330T100000\n+DTEND;TZID=Europe/Berlin:20260330T110000\n"),
		P(14_1, START "DTEND;TZID=America/New_York:20260330T050000\n",
		  "StartTime \"20260330T070000Z\"\nEndTime \"20260330T100000Z\"\n",
		  "-DTEND;TZID=America/New_York:20260330T050000\n+DTEND;TZID=America/New_York:20260330T060000\n"),
		/* what is as long as before needs no other DURATION */
		P(14_1, START "DURATION:PT90M\n", "StartTime \"20260330T080000Z\"\nEndTime \"20260330T093000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n+DTSTART;TZID=Europe/Berlin:20260330T100000\n"),
		P(14_1, START "DURATION:PT90M\n", "StartTime \"20260330T070000Z\"\nEndTime \"20260330T080000Z\"\n",
		  "-DURATION:PT90M\n+DURATION:PT1H\n"),
		P(16_1, START "DTEND;TZID=Europe/Berlin:20260330T100000\n", "StartTime \"20260330T080000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-DTEND;TZID=Europe/Berlin:20260330T100000\n"
		  "+DTSTART;TZID=Europe/Berlin:20260330T100000\n+DTEND;TZID=Europe/Berlin:20260330T110000\n"),
		/* across the change of the clock: 2026-03-29 01:00 UTC */
		P(14_1, "DTSTART;TZID=Europe/Berlin:20260328T090000\n",
		  "StartTime \"20260329T000000Z\"\nEndTime \"20260329T013000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260328T090000\n"
		  "+DTSTART;TZID=Europe/Berlin:20260329T010000\n+DTEND;TZID=Europe/Berlin:20260329T033000\n"),
		/* whole days and back */
		P(16_1, START "DTEND;TZID=Europe/Berlin:20260330T100000\n",
		  "AllDayEvent \"1\"\nStartTime \"20260330T000000Z\"\nEndTime \"20260331T000000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-DTEND;TZID=Europe/Berlin:20260330T100000\n"
		  "+DTSTART;VALUE=DATE:20260330\n+DTEND;VALUE=DATE:20260331\n"),
		P(14_1, DAY, "AllDayEvent \"0\"\nStartTime \"20260330T080000Z\"\nEndTime \"20260330T090000Z\"\n",
		  "-DTSTART;VALUE=DATE:20260330\n"
		  "+DTSTART;TZID=Europe/Berlin:20260330T100000\n+DTEND;TZID=Europe/Berlin:20260330T110000\n"),
		/* quirk 93 */
		P(14_1, DAY, "AllDayEvent \"1\"\nStartTime \"20260330T000000Z\"\nEndTime \"20260330T000000Z\"\n", ""),
		/* it ends after the year 9999, of which no element can say more than that it does */
		P(14_1, "DTSTART;TZID=Europe/Berlin:99991231T200000\nDURATION:PT10H\n",
		  "StartTime \"99991231T190000Z\"\nEndTime \"99991231T235959Z\"\nAllDayEvent \"0\"\n", ""),
		P(14_1, "DTSTART;VALUE=DATE:99991230\nDURATION:P3D\n",
		  "StartTime \"99991229T230000Z\"\nEndTime \"99991231T235959Z\"\nAllDayEvent \"1\"\n", ""),
		P(16_1, "DTSTART;VALUE=DATE:99991230\nDURATION:P3D\n",
		  "StartTime \"99991230T000000Z\"\nEndTime \"99991231T235959Z\"\nAllDayEvent \"1\"\n", ""),
		P(14_1, START "DTEND;TZID=Europe/Berlin:20260330T100000\n",
		  "StartTime \"99991231T220000Z\"\nEndTime \"99991231T235959Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-DTEND;TZID=Europe/Berlin:20260330T100000\n"
		  "+DTSTART;TZID=Europe/Berlin:99991231T230000\n+DURATION:PT7199S\n"),
		P(16_1, START "DTEND;TZID=Europe/Berlin:20260330T100000\n", "StartTime \"99991231T230000Z\"\n",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n-DTEND;TZID=Europe/Berlin:20260330T100000\n"
		  "+DTSTART:99991231T230000Z\n+DURATION:PT1H\n"),
		P(14_1, DAY, "AllDayEvent \"1\"\nStartTime \"99991231T230000Z\"\nEndTime \"99991231T235959Z\"\n", NULL),
		/* MS-ASCAL 3.2.5.3 */
		P(14_1, START, "EndTime \"20260330T100000Z\"\n", NULL),
		P(14_1, START, "StartTime \"20260330T100000Z\"\nEndTime \"20260330T090000Z\"\n", NULL),
		P(14_1, START, "StartTime \"tomorrow\"\n", NULL)
	};

	test_begin("calendar: times");
	test_patches(tests, N_ELEMENTS(tests));
	test_end();
}

static void test_calendar_meetings(void)
{
#define OWN START "ORGANIZER;CN=Me:mailto:me@example.com\n" \
	"ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;SENT-BY=\"mailto:x@example.org\":mailto:Bob@example.org\n" \
	"ATTENDEE;ROLE=CHAIR:mailto:me@example.com\n"
#define BOB "  Attendee\n    Email \"bob@example.org\"\n    Name \"Bob\"\n    AttendeeStatus \"3\"\n    AttendeeType \"1\"\n"
	static const struct patch_test tests[] = {
		P(14_1, OWN, "Attendees\n" BOB, ""),
		P(14_1, OWN, "Attendees\n" BOB "  Attendee\n    Email \"c@example.org\"\n    Name \"C\"\n    AttendeeType \"3\"\n",
		  "+ATTENDEE;CN=C;ROLE=NON-PARTICIPANT;CUTYPE=RESOURCE;PARTSTAT=NEEDS-ACTION;RSVP"
		  "=TRUE:mailto:c@example.org\n"),
		P(14_1, START "ATTENDEE;PARTSTAT=ACCEPTED;X-A=1:mailto:b@example.org\n",
		  "Attendees\n  Attendee\n    Email \"b@example.org\"\n    Name \"b@example.org\"\n    AttendeeStatus \"4\"\n"
		  "    AttendeeType \"2\"\n",
		  "-ATTENDEE;PARTSTAT=ACCEPTED;X-A=1:mailto:b@example.org\n"
		  "+ATTENDEE;PARTSTAT=DECLINED;X-A=1;ROLE=OPT-PARTICIPANT:mailto:b@example.org\n"
		  "+ORGANIZER:mailto:me@example.com\n"),
		/* 16.x: what they answered is not the device's to say */
		P(16_1, START "ORGANIZER:mailto:me@example.com\nATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.org\n",
		  "Attendees\n  Attendee\n    Email \"b@example.org\"\n    Name \"b@example.org\"\n", ""),
		P(14_1, START "ORGANIZER:mailto:me@example.com\nATTENDEE:mailto:b@example.org\n", "Attendees\n",
		  "-ATTENDEE:mailto:b@example.org\n"),
		/* quirks 72, 95 */
		P(14_1, RECEIVED, "Attendees\n", ""),
		P(14_1, RECEIVED, "OrganizerEmail \"me@example.com\"\nOrganizerName \"Me\"\nMeetingStatus \"1\"\n"
		  "Attendees\n" BOB, ""),
		P(14_1, RECEIVED, "MeetingStatus \"7\"\n", "+STATUS:CANCELLED\n"),
		P(14_1, OWN, "Attendees\n  Attendee\n    Email \"bob@example.org\"\n    Name \"Bob\"\n    AttendeeType \"9\"\n", NULL),
		P(14_1, START, "ResponseRequested \"1\"\n", "")
	};

	test_begin("calendar: meetings");
	test_patches(tests, N_ELEMENTS(tests));
	test_end();
}

static void test_calendar_zones(void)
{
	static const struct {
		enum eas_version version;
		const char *event;
		/* whose blob is sent beside 07:00 UTC */
		const char *zone;
		const char *diff;
	} tests[] = {
		{ EAS_VERSION_14_1, START, "Europe/Berlin", "" },
		/* the same rules: it stays where it is */
		{ EAS_VERSION_14_1, "DTSTART;TZID=Europe/Vienna:20260330T090000\n", "Europe/Berlin", "" },
		{ EAS_VERSION_14_1, "DTSTART:20260330T090000\n", "Europe/Berlin", "" },
		{ EAS_VERSION_14_1, "DTSTART:20260330T070000Z\n", "UTC", "" },
		/* a zone that only the object knows, an hour and a half from UTC */
		{ EAS_VERSION_14_1, "DTSTART;TZID=Mine:20260330T083000\nEND:VEVENT\nBEGIN:VTIMEZONE\nTZID:Mine\n"
		  "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0130\nTZOFFSETTO:+0130\nEND:STANDARD\n"
		  "END:VTIMEZONE\nBEGIN:VEVENT\nRECURRENCE-ID:20260101T000000Z\n", NULL, "" },
		{ EAS_VERSION_14_1, START, "America/New_York",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n+DTSTART;TZID=America/New_York:20260330T030000\n" },
		{ EAS_VERSION_16_1, START, "America/New_York",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n+DTSTART;TZID=America/New_York:20260330T030000\n" },
		{ EAS_VERSION_14_1, START, "Australia/Lord_Howe",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n+DTSTART;TZID=Australia/Lord_Howe:20260330T180000\n" },
		{ EAS_VERSION_14_1, START, "UTC",
		  "-DTSTART;TZID=Europe/Berlin:20260330T090000\n+DTSTART:20260330T070000Z\n" }
	};
	struct eas_pim_context ctx;
	struct pim_object *object;
	const char *before, *error, *data;
	unsigned int i;
	bool changed;

	test_begin("calendar: time zones");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		object = test_object(tests[i].event);
		before = test_tree(object);
		test_context(&ctx, object, tests[i].version);
		data = t_strdup_printf("StartTime \"20260330T070000Z\"\nTimezone \"%s\"\n",
			tests[i].zone == NULL ? test_shown_value(&ctx, EAS_TAG_CALENDAR_TIMEZONE) :
			calendar_zone_format(pim_zone_find(tests[i].zone), 2026));
		test_assert_idx(eas_item_pim_patch(&ctx, test_data(data), &changed, &error) == 0, i);
		test_expect(t_strdup_printf("%u", i), tests[i].diff,
			    test_diff(before, test_tree(object)));
	} T_END;

	/* a day in another zone than the user's: 2026-03-30 00:00 in Tonga is 11:00 UTC the day before */
	object = test_object("");
	test_context(&ctx, object, EAS_VERSION_14_1);
	data = t_strdup_printf("AllDayEvent \"1\"\nStartTime \"20260329T110000Z\"\nEndTime \"20260330T110000Z\"\n"
		"Timezone \"%s\"\n", calendar_zone_format(pim_zone_find("Pacific/Tongatapu"), 2026));
	test_assert(eas_item_pim_fill(&ctx, test_data(data), &error) == 0);
	test_assert(strstr(test_tree(object), "\nDTSTART;VALUE=DATE:20260330\n") != NULL);

	object = test_object(START);
	test_context(&ctx, object, EAS_VERSION_14_1);
	test_assert(eas_item_pim_patch(&ctx, test_data("Timezone \"AAAA\"\n"), &changed, &error) < 0);
	test_end();
}

/* Zones that no government has. */
static const struct pim_zone_blob own_zones[] = {
	{ .bias = -150, .daylight_bias = -60, .standard_name = "Mine", .daylight_name = "Mine, in summer",
	  .standard = { .month = 9, .weekday = 0, .day = 2, .hour = 3 },
	  .daylight = { .month = 4, .weekday = 0, .day = 2, .hour = 2 } },
	{ .bias = -60, .daylight_bias = -60, .standard_name = "", .daylight_name = "",
	  .standard = { .month = 12, .weekday = 3, .day = 5, .hour = 23, .minute = 59, .second = 59, .msecs = 999 },
	  .daylight = { .month = 1, .weekday = 1, .day = 1 } },
	{ .bias = 210, .standard_name = "", .daylight_name = "Nothing" },
	{ .bias = 300, .standard_bias = 15, .daylight_bias = -45, .standard_name = "", .daylight_name = "",
	  .standard = { .year = 2026, .month = 10, .weekday = 4, .day = 15, .hour = 1 },
	  .daylight = { .year = 2026, .month = 3, .weekday = 0, .day = 1, .hour = 2 } }
};

static const char *own_zone_text(const struct pim_zone_blob *blob)
{
	buffer_t *bytes = t_buffer_create(PIM_ZONE_BLOB_SIZE);
	string_t *text = t_str_new(256);

	pim_zone_blob_write(bytes, blob);
	base64_encode(bytes->data, bytes->used, text);
	return str_c(text);
}

static void test_own_zone(const char *zone, enum eas_version version, enum pim_format format, unsigned int i)
{
	static const char *const data = "Timezone \"%s\"\nStartTime \"20260405T220000Z\"\nEndTime \"20260405T230000Z\"\n"
		"Subject \"%s\"\nRecurrence\n  Type \"1\"\n  Interval \"1\"\n  DayOfWeek \"127\"\n";
	struct pim_object *object = test_object("");
	struct eas_pim_context ctx;
	const char *before, *error = "";
	string_t *xml = t_str_new(1024);
	bool changed;

	object->format = format;
	test_context(&ctx, object, version);
	test_assert_idx(eas_item_pim_fill(&ctx, test_data(t_strdup_printf(data, zone, "a")), &error) == 0, i);
	test_assert_strcmp_idx(test_shown_value(&ctx, EAS_TAG_CALENDAR_TIMEZONE), zone, i);
	test_assert_strcmp_idx(test_shown_value(&ctx, EAS_TAG_CALENDAR_START_TIME), "20260405T220000Z", i);
	test_assert_strcmp_idx(test_shown_value(&ctx, EAS_TAG_CALENDAR_END_TIME), "20260405T230000Z", i);
	before = test_tree(object);
	test_assert_idx(strstr(before, "\nTZID:X-EAS-") != NULL, i);

	/* it comes back with something new */
	test_assert_idx(eas_item_pim_patch(&ctx, test_data(t_strdup_printf(data, zone, "b")), &changed, &error) == 0, i);
	test_expect(t_strdup_printf("zone %u", i), "-SUMMARY:a\n+SUMMARY:b\n", test_diff(before, test_tree(object)));

	/* and from a mailbox, for which there is a zone of that name or none */
	test_assert_idx(pim_kolab_encode(xml, PIM_KIND_EVENT, object->root, &error) == 0, i);
	test_assert_idx(strstr(str_c(xml), "<text>X-EAS-") == NULL, i);
	test_assert_idx(pim_kolab_decode(test_pool, PIM_KIND_EVENT, str_data(xml), str_len(xml), &object->root, &error) == 0, i);
	test_assert_strcmp_idx(test_shown_value(&ctx, EAS_TAG_CALENDAR_TIMEZONE), zone, i);
	test_assert_strcmp_idx(test_shown_value(&ctx, EAS_TAG_CALENDAR_START_TIME), "20260405T220000Z", i);
}

static void test_calendar_own_zones(void)
{
	static const enum eas_version versions[] = { EAS_VERSION_12_1, EAS_VERSION_14_1, EAS_VERSION_16_1 };
	struct eas_pim_context ctx;
	struct pim_object *object;
	const char *error, *before, *new_york;
	unsigned int i, j;
	bool changed;

	test_begin("calendar: time zones that only a device knows");
	for (i = 0; i < N_ELEMENTS(own_zones); i++) T_BEGIN {
		for (j = 0; j < N_ELEMENTS(versions); j++) {
			test_own_zone(own_zone_text(&own_zones[i]), versions[j], PIM_FORMAT_RAW, i);
			test_own_zone(own_zone_text(&own_zones[i]), versions[j], PIM_FORMAT_KOLAB3, i);
		}
	} T_END;
	test_end();

	test_begin("calendar: a raw object has the VTIMEZONE of the zone that a device brings");
	new_york = calendar_zone_format(pim_zone_find("America/New_York"), 2026);
	object = test_object(START);
	object->format = PIM_FORMAT_RAW;
	test_context(&ctx, object, EAS_VERSION_14_1);
	before = test_tree(object);
	test_assert(eas_item_pim_patch(&ctx, test_data("Subject \"new\"\n"), &changed, &error) == 0);
	test_expect("subject", "+SUMMARY:new\n", test_diff(before, test_tree(object)));
	test_assert(eas_item_pim_patch(&ctx, test_data(t_strdup_printf("Timezone \"%s\"\nStartTime \"20260330T070000Z\"\n"
		"EndTime \"20260330T070000Z\"\n", new_york)), &changed, &error) == 0);
	test_assert(strstr(test_tree(object), "\nBEGIN:VTIMEZONE\nTZID:America/New_York\n") != NULL);
	test_assert(strstr(test_tree(object), "X-EAS-TIMEZONE") == NULL);
	test_end();
}

/*
 * Attachments
 */

static void test_calendar_attachments(void)
{
	struct eas_pim_context ctx;
	struct pim_object *object;
	const char *error, *id, *type, *name, *text;
	const struct wbxml_node *node;
	buffer_t *data = t_buffer_create(64);
	bool changed;

	test_begin("calendar: attachments");
	object = test_object(START "ATTACH:https://example.org/x\n"
			     "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;FILENAME=old.txt:b2xk\n");
	test_context(&ctx, object, EAS_VERSION_16_1);
	/* quirk 84: nothing in it */
	test_assert(eas_item_pim_patch(&ctx, test_data("AirSyncBase:Attachments\n  Add\n    ClientId \"a\"\n"),
				       &changed, &error) == 0 && !changed);
	test_assert(eas_item_pim_patch(&ctx, test_data("AirSyncBase:Attachments\n  Add\n    ClientId \"a\"\n"
		"    Content \"bmV3\"\n    DisplayName \"n, 1.txt\"\n    Method \"1\"\n    ContentType \"text/plain\"\n"),
		&changed, &error) == 0 && changed);
	text = test_shown(&ctx, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	test_assert(strstr(text, "DisplayName \"old.txt\"") != NULL);
	test_assert(strstr(text, "DisplayName \"n, 1.txt\"") != NULL);
	test_assert(strstr(text, "https") == NULL);
	test_assert(strstr(test_tree(object), "\nATTACH:https://example.org/x\n") != NULL);

	node = wbxml_node_child(eas_item_pim_project(&ctx, test_pool), EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	node = node->last_child;
	id = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE);
	test_assert(strncmp(id, "folder:item:", 12) == 0);
	test_assert(eas_pim_calendar_get_attachment(object, id + 12, data, &type, &name));
	test_assert_strcmp(type, "text/plain");
	test_assert_strcmp(name, "n, 1.txt");
	test_assert(data->used == 3 && memcmp(data->data, "new", 3) == 0);
	test_assert(!eas_pim_calendar_get_attachment(object, "x", data, &type, &name));

	test_assert(eas_item_pim_patch(&ctx, test_data(t_strdup_printf(
		"AirSyncBase:Attachments\n  Delete\n    FileReference \"%s\"\n", id)), &changed, &error) == 0);
	test_assert(changed && array_count(&object->parts) == 0);
	test_assert(strstr(test_shown(&ctx, EAS_TAG_AIRSYNCBASE_ATTACHMENTS), "n, 1.txt") == NULL);
	test_assert(strstr(test_tree(object), "cid:") == NULL);
	test_end();
}

/*
 * Adds
 */

static void test_calendar_add(void)
{
	static const struct {
		enum eas_version version;
		const char *data;
		/* NULL = refused */
		const char *event;
	} tests[] = {
#define T(version, data, event) { EAS_VERSION_##version, data, event }
		T(14_1, "UID \"abc\"\nStartTime \"20260401T100000Z\"\nEndTime \"20260401T110000Z\"\nSubject \"s\"\n",
		  "+DTSTART;TZID=Europe/Berlin:20260401T120000\n+SUMMARY:s\n+UID:abc\n+DTEND;TZID=Europe/Berlin:20260401T130000\n"),
		T(16_1, "UID \"abc\"\nClientUid \"AB-cd\"\nStartTime \"20260401T000000Z\"\nEndTime \"20260402T000000Z\"\n"
		  "AllDayEvent \"1\"\n",
		  "+UID:u1\n+DTSTART;VALUE=DATE:20260401\n+DTEND;VALUE=DATE:20260402\n+X-EAS-CLIENTUID:abcd\n"),
		/* MS-ASCAL 3.2.4.4; now is 12:00 */
		T(14_1, "Subject \"s\"\n",
		  "+UID:u1\n+SUMMARY:s\n+DTSTART;TZID=Europe/Berlin:20260301T130000\n+DTEND;TZID=Europe/Berlin:20260301T133000\n"),
		T(14_1, "EndTime \"20260301T110000Z\"\n", NULL),
		T(14_1, "EndTime \"20260301T150000Z\"\n",
		  "+UID:u1\n+DTSTART;TZID=Europe/Berlin:20260301T130000\n+DTEND;TZID=Europe/Berlin:20260301T160000\n"),
		T(14_1, "StartTime \"20260301T110000Z\"\n",
		  "+UID:u1\n+DTSTART;TZID=Europe/Berlin:20260301T120000\n+DTEND;TZID=Europe/Berlin:20260301T133000\n"),
		T(14_1, "StartTime \"20260301T150000Z\"\n", NULL),
		/* quirk 78: nobody invites */
		T(14_1, "StartTime \"20260401T100000Z\"\nEndTime \"20260401T100000Z\"\nMeetingStatus \"1\"\n"
		  "Attendees\n  Attendee\n    Email \"b@example.org\"\n    Name \"B\"\n",
		  "+UID:u1\n+DTSTART;TZID=Europe/Berlin:20260401T120000\n"
		  "+ATTENDEE;CN=B;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:b@example.org\n"
		  "+DTEND;TZID=Europe/Berlin:20260401T120000\n"
		  "+ORGANIZER:mailto:me@example.com\n"),
		/* the user does, under the name that the device has */
		T(14_1, "StartTime \"20260401T100000Z\"\nEndTime \"20260401T100000Z\"\nOrganizerEmail \"me@example.com\"\n"
		  "OrganizerName \"Me\"\nAttendees\n  Attendee\n    Email \"b@example.org\"\n    Name \"B\"\n",
		  "+UID:u1\n+DTSTART;TZID=Europe/Berlin:20260401T120000\n"
		  "+ATTENDEE;CN=B;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:b@example.org\n"
		  "+DTEND;TZID=Europe/Berlin:20260401T120000\n"
		  "+ORGANIZER;CN=Me:mailto:me@example.com\n"),
		/* an invitation kept from the mail (quirks 76, 85) */
		T(14_1, "StartTime \"20260401T100000Z\"\nEndTime \"20260401T100000Z\"\nOrganizerEmail \"b@example.org\"\n"
		  "OrganizerName \"B\"\nMeetingStatus \"3\"\n",
		  "+UID:u1\n+DTSTART;TZID=Europe/Berlin:20260401T120000\n+ORGANIZER;CN=B:mailto:b@example.org\n"
		  "+DTEND;TZID=Europe/Berlin:20260401T120000\n")
#undef T
	};
	struct eas_pim_context ctx;
	struct pim_object *object;
	const char *error, *got;
	unsigned int i;
	int ret;

	test_begin("calendar: new items");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		object = test_object("");
		test_context(&ctx, object, tests[i].version);
		ret = eas_item_pim_fill(&ctx, test_data(tests[i].data), &error);
		if (ret == 0) {
			got = test_diff("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n",
					test_tree(object));
			test_assert_idx(tests[i].event != NULL, i);
			if (tests[i].event != NULL) {
				/* the order of lines means nothing */
				test_expect(t_strdup_printf("%u", i), "",
					    test_diff(tests[i].event, got));
			}
		} else {
			test_expect(t_strdup_printf("%u", i), "refused", tests[i].event == NULL ? "refused" : error);
		}
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_calendar_shown,
		test_calendar_values,
		test_calendar_times,
		test_calendar_meetings,
		test_calendar_zones,
		test_calendar_own_zones,
		test_calendar_attachments,
		test_calendar_add,
		NULL
	};
	return test_event_main(test_functions);
}
