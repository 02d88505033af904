/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "pim-event.h"
#include "pim-itip.h"
#include "pim-mime.h"
#include "pim-tree.h"

#define NOW 1768464000
#define MESSAGE(method, lines) \
	"BEGIN:VCALENDAR\nMETHOD:" method "\nBEGIN:VEVENT\nUID:m1\n" lines \
	"END:VEVENT\nEND:VCALENDAR\n"
#define BERLIN ";TZID=Europe/Berlin:"
#define INVITATION(sequence, more) MESSAGE("REQUEST", \
	"SEQUENCE:" sequence "\nDTSTAMP:20260101T000000Z\n" \
	"DTSTART" BERLIN "20260202T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\n" \
	"ORGANIZER;CN=Bo:mailto:bo@example.com\n" \
	"ATTENDEE;RSVP=TRUE:MAILTO:Anna@Example.org\n" \
	"ATTENDEE;PARTSTAT=NEEDS-ACTION;X-A=1:mailto:cy@example.com\n" more)

static const char *const anna[] = { "anna@example.org", NULL };
static const char *const bo[] = { "bo@example.com", NULL };
static pool_t pool;

static void read_itip(const char *text, struct pim_itip *itip_r)
{
	const char *error = "no meeting";

	if (pim_itip_read(pool, (const void *)text, strlen(text), itip_r,
			  &error) <= 0)
		i_fatal("%s: %s", text, error);
}

static struct pim_object *invited(void)
{
	struct pim_itip itip;

	read_itip(INVITATION("1", "SUMMARY:Board\n"), &itip);
	return pim_itip_new_object(pool, &itip, PIM_FORMAT_RAW);
}

static const char *partstat(const struct pim_component *event, const char *address)
{
	const char *const addresses[] = { address, NULL };
	const struct pim_property *attendee =
		pim_itip_find_attendee(event, addresses);

	return attendee == NULL ? NULL : pim_param_get(attendee, "PARTSTAT");
}

static void test_pim_itip_read(void)
{
	struct pim_itip itip;
	const char *error;
	static const char nothing[] = MESSAGE("REQUEST", "SUMMARY:x\n");
	static const char *const no_meetings[] = {
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n",
		"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n",
	};

	test_begin("pim itip: what a message is about");
	read_itip(INVITATION("3", ""), &itip);
	test_assert(itip.method == PIM_ITIP_REQUEST && itip.sequence == 3);
	test_assert(itip.stamp_utc == 1767225600);
	test_assert_strcmp(itip.uid, "m1");
	test_assert(pim_itip_is_organizer(itip.event, bo));
	test_assert(!pim_itip_is_organizer(itip.event, anna));
	test_assert(pim_itip_find_attendee(itip.event, anna) != NULL);
	for (unsigned int i = 0; i < N_ELEMENTS(no_meetings); i++) {
		test_assert_idx(pim_itip_read(pool, (const void *)no_meetings[i],
			strlen(no_meetings[i]), &itip, &error) == 0, i);
	}
	for (size_t size = 0; size + 1 < sizeof(nothing) - 1; size++) {
		test_assert_idx(pim_itip_read(pool, (const void *)nothing, size,
					      &itip, &error) < 0, size);
	}
	test_end();
}

static void test_pim_itip_events(void)
{
	string_t *text = t_str_new(1024);
	struct pim_itip itip;
	const char *error;

	test_begin("pim itip: no more events than a meeting has");
	for (unsigned int count = PIM_ITIP_MAX_EVENTS;
	     count <= PIM_ITIP_MAX_EVENTS + 1; count++) {
		str_truncate(text, 0);
		str_append(text, "BEGIN:VCALENDAR\nMETHOD:REQUEST\n");
		for (unsigned int i = 0; i < count; i++)
			str_append(text, "BEGIN:VEVENT\nUID:m1\nEND:VEVENT\n");
		str_append(text, "END:VCALENDAR\n");
		test_assert_idx(pim_itip_read(pool, str_data(text), str_len(text),
			&itip, &error) == (count > PIM_ITIP_MAX_EVENTS ? -1 : 1), count);
	}
	test_end();
}

static void test_pim_itip_counter(void)
{
	struct pim_object *object = invited();
	struct pim_component *event = pim_object_main(object), *override;
	const struct pim_property *attendee = pim_itip_find_attendee(event,
		(const char *const[]){ "cy@example.com", NULL });
	const char *start = pim_component_get(event, "DTSTART");
	struct pim_itip itip;

	test_begin("pim itip: a proposal stands with its attendee, until the next answer");
	read_itip(MESSAGE("COUNTER", "SEQUENCE:1\n"
		"DTSTART:20260202T150000Z\nDTEND:20260202T160000Z\n"
		"ATTENDEE:mailto:anna@example.org\n"
		"ATTENDEE;PARTSTAT=TENTATIVE:mailto:cy@example.com\n"), &itip);
	test_assert(!pim_itip_apply_counter(object, &itip, "eve@example.com"));
	test_assert(pim_itip_apply_counter(object, &itip, "cy@example.com"));
	test_assert_strcmp(pim_param_get(attendee, "PARTSTAT"), "TENTATIVE");
	test_assert_strcmp(pim_param_get(attendee, PIM_ITIP_PROPOSED_PARAM),
			   "20260202T150000Z/20260202T160000Z");
	test_assert_strcmp(pim_component_get(event, "DTSTART"), start);
	test_assert(!pim_itip_apply_counter(object, &itip, "cy@example.com"));
	read_itip(MESSAGE("REPLY", "SEQUENCE:1\n"
		"ATTENDEE;PARTSTAT=TENTATIVE:mailto:cy@example.com\n"), &itip);
	test_assert(pim_itip_apply_reply(object, &itip));
	test_assert(pim_param_get(attendee, PIM_ITIP_PROPOSED_PARAM) == NULL);
	/* of one instance, which stays when it is */
	read_itip(MESSAGE("COUNTER", "SEQUENCE:1\nRECURRENCE-ID:20260209T080000Z\n"
		"DTSTART:20260209T150000Z\nDTEND:20260209T160000Z\n"
		"ATTENDEE;PARTSTAT=TENTATIVE:mailto:cy@example.com\n"), &itip);
	test_assert(pim_itip_apply_counter(object, &itip, "cy@example.com"));
	override = pim_component_find_next(event);
	test_assert(override != NULL);
	test_assert_strcmp(pim_component_get(override, "DTSTART"), "20260209T080000Z");
	/* it does not say when */
	read_itip(MESSAGE("COUNTER", "SEQUENCE:1\n"
		"ATTENDEE;PARTSTAT=TENTATIVE:mailto:cy@example.com\n"), &itip);
	test_assert(!pim_itip_apply_counter(object, &itip, "cy@example.com"));
	test_end();
}

static void test_pim_itip_reply(void)
{
	struct pim_object *object = invited();
	struct pim_component *event = pim_object_main(object), *override;
	struct pim_itip itip;

	test_begin("pim itip: an answer changes its attendee and nothing else");
	read_itip(MESSAGE("REPLY", "SEQUENCE:1\n"
		"ATTENDEE;PARTSTAT=ACCEPTED:mailto:CY@example.com\n"), &itip);
	test_assert(pim_itip_apply_reply(object, &itip));
	test_assert_strcmp(partstat(event, "cy@example.com"), "ACCEPTED");
	test_assert_strcmp(pim_param_get(pim_itip_find_attendee(event,
		(const char *const[]){ "cy@example.com", NULL }), "X-A"), "1");
	test_assert(partstat(event, "anna@example.org") == NULL);
	/* an older one that is seen later */
	read_itip(MESSAGE("REPLY", "SEQUENCE:1\nDTSTAMP:20260105T000000Z\n"
		"ATTENDEE;PARTSTAT=TENTATIVE:mailto:CY@example.com\n"), &itip);
	test_assert(pim_itip_apply_reply(object, &itip));
	read_itip(MESSAGE("REPLY", "SEQUENCE:1\nDTSTAMP:20260104T000000Z\n"
		"ATTENDEE;PARTSTAT=DECLINED:mailto:CY@example.com\n"), &itip);
	test_assert(!pim_itip_apply_reply(object, &itip));
	read_itip(MESSAGE("REPLY", "SEQUENCE:1\nDTSTAMP:20260106T000000Z\n"
		"ATTENDEE;PARTSTAT=ACCEPTED:mailto:CY@example.com\n"), &itip);
	test_assert(pim_itip_apply_reply(object, &itip));
	/* again: nothing differs */
	test_assert(!pim_itip_apply_reply(object, &itip));
	/* to an older version, and of somebody else */
	read_itip(MESSAGE("REPLY", "SEQUENCE:0\n"
		"ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.com\n"), &itip);
	test_assert(!pim_itip_apply_reply(object, &itip));
	read_itip(MESSAGE("REPLY", "SEQUENCE:1\n"
		"ATTENDEE;PARTSTAT=DECLINED:mailto:eve@example.com\n"), &itip);
	test_assert(!pim_itip_apply_reply(object, &itip));
	/* to one instance */
	read_itip(MESSAGE("REPLY", "SEQUENCE:1\nRECURRENCE-ID:20260209T080000Z\n"
		"ATTENDEE;PARTSTAT=DECLINED:mailto:cy@example.com\n"), &itip);
	test_assert(pim_itip_apply_reply(object, &itip));
	override = pim_component_find_next(event);
	test_assert(override != NULL);
	test_assert_strcmp(partstat(override, "cy@example.com"), "DECLINED");
	test_assert_strcmp(partstat(event, "cy@example.com"), "ACCEPTED");
	test_assert_strcmp(pim_component_get(override, "DTSTART"), "20260209T080000Z");
	test_assert_strcmp(pim_component_get(override, "DTEND"), "20260209T090000Z");
	test_assert(pim_property_find(override, "RRULE") == NULL);
	test_assert(!pim_itip_apply_reply(object, &itip));
	test_end();
}

static void test_pim_itip_cancel(void)
{
	struct pim_object *object = invited();
	struct pim_component *event = pim_object_main(object);
	struct pim_itip itip;

	test_begin("pim itip: a cancelled instance, and a cancelled meeting");
	read_itip(MESSAGE("CANCEL", "SEQUENCE:0\n"), &itip);
	test_assert(!pim_itip_apply_cancel(object, &itip));
	read_itip(MESSAGE("CANCEL", "SEQUENCE:1\n"
		"RECURRENCE-ID" BERLIN "20260209T090000\n"), &itip);
	test_assert(pim_itip_apply_cancel(object, &itip));
	test_assert(pim_component_get(event, "STATUS") == NULL);
	test_assert_strcmp(pim_component_get(pim_component_find_next(event), "STATUS"),
			   "CANCELLED");
	/* of an instance that is none */
	read_itip(MESSAGE("CANCEL", "SEQUENCE:2\nRECURRENCE-ID:soon\n"), &itip);
	test_assert(!pim_itip_apply_cancel(object, &itip));
	read_itip(MESSAGE("CANCEL", "SEQUENCE:2\n"), &itip);
	test_assert(pim_itip_apply_cancel(object, &itip));
	test_assert_strcmp(pim_component_get(event, "STATUS"), "CANCELLED");
	test_assert_strcmp(pim_component_get(event, "SEQUENCE"), "2");
	test_assert(!pim_itip_apply_cancel(object, &itip));
	test_end();
}

static void test_pim_itip_update(void)
{
	struct pim_object *object = invited();
	struct pim_component *event = pim_object_main(object), *alarm;
	struct pim_itip itip;

	test_begin("pim itip: an update keeps what is the attendee's own");
	pim_property_add(pool, event, "CATEGORIES", "Mine");
	alarm = pim_component_new(pool, "VALARM");
	pim_component_append(event, alarm);
	read_itip(INVITATION("0", "SUMMARY:Old\n"), &itip);
	test_assert(!pim_itip_apply_request(object, &itip));
	read_itip(INVITATION("2", "SUMMARY:New\nCATEGORIES:Theirs\n"), &itip);
	test_assert(pim_itip_apply_request(object, &itip));
	event = pim_object_main(object);
	test_assert_strcmp(pim_component_get(event, "SUMMARY"), "New");
	test_assert_strcmp(pim_component_get(event, "CATEGORIES"), "Mine");
	test_assert(pim_component_find(event, "VALARM") != NULL);
	test_assert(!pim_itip_apply_request(object, &itip));
	test_end();
}

#define DAY(day, lines) "END:VEVENT\nBEGIN:VEVENT\nUID:m1\nSEQUENCE:1\n" \
	"RECURRENCE-ID" BERLIN day "T090000\nDTSTART" BERLIN day "T090000\n" \
	"DURATION:PT1H\nATTENDEE:mailto:anna@example.org\n" lines

static void test_pim_itip_update_answered(void)
{
	struct pim_object *object;
	struct pim_component *event;
	struct pim_itip itip;

	test_begin("pim itip: an update keeps the answer to what is when it was");
	read_itip(INVITATION("1", "SUMMARY:Board\n" DAY("20260209", "SUMMARY:Board\n")), &itip);
	object = pim_itip_new_object(pool, &itip, PIM_FORMAT_RAW);
	event = pim_object_main(object);
	pim_itip_set_partstat(object, event, anna, "ACCEPTED", NOW);
	pim_itip_set_partstat(object, pim_component_find_next(event), anna, "DECLINED", NOW);
	/* nothing new, or old */
	test_assert(!pim_itip_apply_update(object, &itip, anna, FALSE));
	read_itip(INVITATION("0", "SUMMARY:Old\n"), &itip);
	test_assert(!pim_itip_apply_update(object, &itip, anna, TRUE));
	/* each its own, and a day that was answered with the series */
	read_itip(INVITATION("1", "SUMMARY:New\n" DAY("20260209", "SUMMARY:New\n")
			     DAY("20260216", "SUMMARY:New\n")), &itip);
	test_assert(pim_itip_apply_update(object, &itip, anna, TRUE));
	event = pim_object_main(object);
	test_assert_strcmp(pim_component_get(event, "SUMMARY"), "New");
	test_assert_strcmp(partstat(event, anna[0]), "ACCEPTED");
	event = pim_component_find_next(event);
	test_assert_strcmp(pim_component_get(event, "SUMMARY"), "New");
	test_assert_strcmp(partstat(event, anna[0]), "DECLINED");
	event = pim_component_find_next(event);
	test_assert_strcmp(partstat(event, anna[0]), "ACCEPTED");
	/* not on that day any more */
	read_itip(INVITATION("1", "SUMMARY:New\nEXDATE" BERLIN "20260223T090000\n"), &itip);
	test_assert(pim_itip_apply_update(object, &itip, anna, TRUE));
	event = pim_component_find(object->root, "VEVENT");
	test_assert_strcmp(partstat(event, anna[0]), "DECLINED");
	test_assert(partstat(pim_object_main(object), anna[0]) == NULL);
	/* days that the attendee declined stay off, whatever the words */
	event = pim_object_main(object);
	pim_property_add(pool, event, "EXDATE", "20260302T080000Z");
	pim_itip_set_partstat(object, event, anna, "ACCEPTED", NOW);
	test_assert(!pim_itip_apply_update(object, &itip, anna, FALSE));
	read_itip(INVITATION("1", "SUMMARY:Newer\nEXDATE" BERLIN "20260223T090000\n"
			     DAY("20260302", "SUMMARY:Newer\n")), &itip);
	test_assert(pim_itip_apply_update(object, &itip, anna, FALSE));
	event = pim_object_main(object);
	test_assert_strcmp(pim_component_get(event, "SUMMARY"), "Newer");
	test_assert_strcmp(partstat(event, anna[0]), "ACCEPTED");
	test_assert_strcmp(pim_property_find_next(pim_property_find(event, "EXDATE"))->value,
			   "20260302T080000Z");
	test_assert(pim_itip_find_event(object, pim_component_find_next(itip.event)) == NULL);
	/* the organizer asks again */
	read_itip(INVITATION("2", "SUMMARY:New\n"), &itip);
	pim_itip_set_partstat(object, pim_object_main(object), anna, "ACCEPTED", NOW);
	test_assert(pim_itip_apply_update(object, &itip, anna, FALSE));
	test_assert(partstat(pim_object_main(object), anna[0]) == NULL);
	test_end();
}

#define IN_ZONE(sequence, offset, instance) \
	"BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\n" \
	"DTSTART:19700101T000000\nTZOFFSETFROM:" offset "\nTZOFFSETTO:" offset "\n" \
	"END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:m1\nSEQUENCE:" sequence "\n" \
	instance "DTSTART;TZID=Own:20260202T090000\nDURATION:PT1H\n" \
	"ORGANIZER:mailto:bo@example.com\nATTENDEE:mailto:anna@example.org\n" \
	"END:VEVENT\nEND:VCALENDAR\n"

static int64_t start_hour(const struct pim_component *event)
{
	struct pim_event_times times;

	if (!pim_event_get_times(pool, event, &times))
		return -1;
	return pim_time_to_utc(&times.start, NULL) / 3600 % 24;
}

static void test_pim_itip_zone(void)
{
	struct pim_object *object = invited();
	struct pim_itip itip;

	test_begin("pim itip: a zone of its own comes along, whatever its name");
	read_itip(IN_ZONE("2", "+0300", "RRULE:FREQ=WEEKLY\n"), &itip);
	test_assert(pim_itip_apply_request(object, &itip));
	test_assert(start_hour(pim_object_main(object)) == 6);
	read_itip(IN_ZONE("3", "+0700", "RECURRENCE-ID:20260209T060000Z\n"), &itip);
	test_assert(pim_itip_apply_cancel(object, &itip));
	test_assert(start_hour(pim_component_find_next(pim_object_main(object))) == 2);
	test_assert(start_hour(pim_object_main(object)) == 6);
	read_itip(IN_ZONE("4", "+0700", ""), &itip);
	test_assert(pim_itip_apply_update(object, &itip, anna, FALSE));
	test_assert(start_hour(pim_object_main(object)) == 2);
	/* each of them once */
	test_assert(pim_component_find_next(pim_component_find_next(
		pim_component_find(object->root, "VTIMEZONE"))) == NULL);
	test_end();
}

#define ZONE(offset) "BEGIN:VTIMEZONE\nTZID:C\nBEGIN:STANDARD\n" \
	"DTSTART:16010101T000000\nTZOFFSETFROM:" offset "\nTZOFFSETTO:" offset "\n" \
	"END:STANDARD\nEND:VTIMEZONE\n"
#define PROPOSAL(day) "BEGIN:VCALENDAR\nMETHOD:COUNTER\n" ZONE("+0317") \
	"BEGIN:VEVENT\nUID:m1\nSEQUENCE:1\nRECURRENCE-ID;TZID=C:" day "T111700\n" \
	"DTSTART;TZID=C:" day "T151700\nDTEND;TZID=C:" day "T161700\n" \
	"ATTENDEE;PARTSTAT=TENTATIVE:mailto:cy@example.com\n" \
	"END:VEVENT\nEND:VCALENDAR\n"

static void test_pim_itip_zone_of_a_day(void)
{
	struct pim_object *object = invited();
	const struct pim_component *override;
	struct pim_event_times times;
	struct pim_itip itip;
	int64_t utc;

	test_begin("pim itip: the day that is meant, told in a zone of the mail's own");
	/* the series has none then */
	read_itip(PROPOSAL("20260210"), &itip);
	test_assert(!pim_itip_apply_counter(object, &itip, "cy@example.com"));
	test_assert(pim_component_find_next(pim_object_main(object)) == NULL);
	read_itip(PROPOSAL("20260209"), &itip);
	test_assert(pim_itip_apply_counter(object, &itip, "cy@example.com"));
	override = pim_component_find_next(pim_object_main(object));
	test_assert(override != NULL && pim_itip_get_instance(override, &utc) &&
		    utc == 1770624000);
	test_assert(pim_event_get_times(pool, override, &times) &&
		    pim_time_to_utc(&times.start, NULL) == 1770624000 &&
		    pim_time_to_utc(&times.end, NULL) == 1770624000 + 3600);
	test_end();
}

static void test_pim_itip_answer_zone(void)
{
	struct pim_itip_answer answer = {
		.address = anna[0], .partstat = "TENTATIVE", .now = NOW
	};
	struct pim_component *calendar, *event;
	struct pim_itip itip;

	test_begin("pim itip: an answer takes the invitation's zone along");
	read_itip(IN_ZONE("1", "+0300", ""), &itip);
	calendar = pim_itip_new_answer(pool, itip.event, &answer);
	test_assert(start_hour(pim_component_find(calendar, "VEVENT")) == 6);
	answer.proposed_start = "20260202T100000Z";
	answer.proposed_end = "20260202T110000Z";
	calendar = pim_itip_new_answer(pool, itip.event, &answer);
	event = pim_component_find(calendar, "VEVENT");
	test_assert(strstr(pim_component_get(event, "X-MS-OLK-ORIGINALSTART"),
			   "T060000Z") != NULL);
	test_end();
}

static void test_pim_itip_answer(void)
{
	struct pim_object *object = invited();
	struct pim_component *event = pim_object_main(object);
	struct pim_itip_answer answer = {
		.address = anna[0], .name = "Anna", .partstat = "TENTATIVE",
		.comment = "perhaps, later", .now = NOW
	};
	struct pim_itip_mail mail = {
		.from_address = anna[0], .from_name = "Anna \"A\"\r\nBcc: x",
		.to = bo, .subject = "Tentative: Board\nX: y", .text = "perhaps",
		.method = PIM_ITIP_REPLY, .message_id = "1@example.org", .now = NOW
	};
	string_t *text = t_str_new(1024);
	struct pim_mime *mime;
	struct pim_itip itip;
	struct istream *input;
	const char *error;

	test_begin("pim itip: an answer, as the mail that is sent");
	pim_itip_set_partstat(object, event, anna, "TENTATIVE", NOW);
	test_assert_strcmp(partstat(event, anna[0]), "TENTATIVE");
	test_assert_strcmp(pim_component_get(event, "STATUS"), "TENTATIVE");
	mail.calendar = pim_itip_new_answer(pool, event, &answer);
	pim_itip_write_mail(&mail, text);
	test_assert(strstr(str_c(text), "\nBcc:") == NULL);
	test_assert(strstr(str_c(text), "\nX:") == NULL);
	test_assert(strstr(str_c(text), "\r\nTo: <bo@example.com>\r\n") != NULL);
	input = i_stream_create_from_data(str_data(text), str_len(text));
	test_assert(pim_mime_read(pool, input, SIZE_MAX, &mime, &error) == 0);
	test_assert(pim_itip_read_message(pool, mime, &itip, &error) == 1);
	i_stream_unref(&input);
	test_assert(itip.method == PIM_ITIP_REPLY && itip.sequence == 1);
	test_assert_strcmp(partstat(itip.event, anna[0]), "TENTATIVE");
	test_assert(pim_itip_find_attendee(itip.event,
		(const char *const[]){ "cy@example.com", NULL }) == NULL);
	test_assert_strcmp(pim_component_get(itip.event, "COMMENT"), "perhaps\\, later");
	answer.proposed_start = "20260202T100000Z";
	answer.proposed_end = "20260202T110000Z";
	mail.calendar = pim_itip_new_answer(pool, event, &answer);
	test_assert_strcmp(pim_component_get(mail.calendar, "METHOD"), "COUNTER");
	test_end();
}

static void test_pim_itip_message(void)
{
	struct pim_object *object = invited();
	struct pim_component *event = pim_object_main(object), *root, *zone, *daylight;

	test_begin("pim itip: an invitation tells nothing that is the organizer's own");
	pim_property_add(pool, event, "X-EAS-CLIENTUID", "1");
	pim_property_add(pool, event, "CATEGORIES", "Secret");
	pim_component_append(event, pim_component_new(pool, "VALARM"));
	root = pim_itip_new_message(pool, object, PIM_ITIP_REQUEST, NULL, NOW);
	event = pim_component_find(root, "VEVENT");
	test_assert_strcmp(pim_component_get(root, "METHOD"), "REQUEST");
	test_assert(pim_property_find(event, "X-EAS-CLIENTUID") == NULL);
	test_assert(pim_property_find(event, "CATEGORIES") == NULL);
	test_assert(pim_component_find(event, "VALARM") == NULL);
	test_assert_strcmp(pim_component_get(event, "SUMMARY"), "Board");
	/* and says when Berlin changes its clocks */
	zone = pim_component_find(root, "VTIMEZONE");
	test_assert(root->components_head == zone &&
		    pim_component_find_next(zone) == NULL);
	daylight = pim_component_find(zone, "DAYLIGHT");
	test_assert_strcmp(pim_component_get(daylight, "DTSTART"), "19700329T020000");
	test_assert_strcmp(pim_component_get(daylight, "RRULE"),
			   "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU");
	test_assert_strcmp(pim_component_get(daylight, "TZOFFSETTO"), "+0200");
	root = pim_itip_new_message(pool, object, PIM_ITIP_CANCEL, NULL, NOW);
	event = pim_component_find(root, "VEVENT");
	test_assert_strcmp(pim_component_get(event, "STATUS"), "CANCELLED");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_itip_read,
		test_pim_itip_events,
		test_pim_itip_counter,
		test_pim_itip_reply,
		test_pim_itip_cancel,
		test_pim_itip_update,
		test_pim_itip_update_answered,
		test_pim_itip_zone,
		test_pim_itip_zone_of_a_day,
		test_pim_itip_answer_zone,
		test_pim_itip_answer,
		test_pim_itip_message,
		NULL
	};
	int ret;

	pool = pool_alloconly_create("test", 4096);
	ret = test_run(test_functions);
	pool_unref(&pool);
	return ret;
}
