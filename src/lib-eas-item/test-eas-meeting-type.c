/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "eas-meeting-type.h"

#define BOARD "UID:board\nSUMMARY:Board\nDTSTART:20260310T090000Z\nDTEND:20260310T100000Z\n"
#define LATER "UID:board\nSUMMARY:Board\nDTSTART:20260310T110000Z\nDTEND:20260310T120000Z\n"
#define AGENDA "UID:board\nSUMMARY:Board, agenda\nDTSTART:20260310T090000Z\nDTEND:20260310T100000Z\n"
#define SERIES BOARD "RRULE:FREQ=DAILY;COUNT=5\n"

static const struct {
	const char *method;
	const char *mail, *mail_partstat;
	unsigned int sequence;
	/* NULL = there is none */
	const char *entry, *entry_partstat;
	/* of what was seen, -1 = nothing; stamp in hours after the mail's */
	int seen_sequence, seen_hours;
	enum eas_meeting_type type;
} tests[] = {
	{ "REQUEST", BOARD, "NEEDS-ACTION", 0, NULL, NULL, -1, 0, EAS_MEETING_TYPE_FIRST },
	{ "CANCEL", BOARD, "NEEDS-ACTION", 1, NULL, NULL, -1, 0, EAS_MEETING_TYPE_UNSPECIFIED },
	{ "COUNTER", BOARD, "TENTATIVE", 0, NULL, NULL, -1, 0, EAS_MEETING_TYPE_UNSPECIFIED },
	{ "REQUEST", BOARD, "NEEDS-ACTION", 1, NULL, NULL, -1, 0, EAS_MEETING_TYPE_FULL_UPDATE },
	{ "REQUEST", BOARD, "NEEDS-ACTION", 0, NULL, NULL, 0, -1, EAS_MEETING_TYPE_FULL_UPDATE },
	{ "REQUEST", BOARD, "NEEDS-ACTION", 0, NULL, NULL, 0, 1, EAS_MEETING_TYPE_OUTDATED },
	{ "REQUEST", BOARD, "NEEDS-ACTION", 0, NULL, NULL, 1, -9, EAS_MEETING_TYPE_OUTDATED },
	{ "REQUEST", BOARD, "NEEDS-ACTION", 0, "SEQUENCE:2\n" LATER, "ACCEPTED", -1, 0,
	  EAS_MEETING_TYPE_OUTDATED },
	/* the answer stands, or there is none */
	{ "REQUEST", AGENDA, "NEEDS-ACTION", 0, BOARD, "ACCEPTED", 0, -1,
	  EAS_MEETING_TYPE_INFORMATIONAL },
	{ "REQUEST", AGENDA, "NEEDS-ACTION", 1, BOARD, "TENTATIVE", -1, 0,
	  EAS_MEETING_TYPE_INFORMATIONAL },
	{ "REQUEST", AGENDA, "NEEDS-ACTION", 1, BOARD, "NEEDS-ACTION", 0, -1,
	  EAS_MEETING_TYPE_FULL_UPDATE },
	{ "REQUEST", LATER, "NEEDS-ACTION", 0, BOARD, "ACCEPTED", -1, 0,
	  EAS_MEETING_TYPE_FULL_UPDATE },
	{ "REQUEST", SERIES, "NEEDS-ACTION", 1, AGENDA, "ACCEPTED", -1, 0,
	  EAS_MEETING_TYPE_FULL_UPDATE },
	{ "REQUEST", SERIES "EXDATE:20260311T090000Z\n", "NEEDS-ACTION", 0, SERIES, "ACCEPTED",
	  -1, 0, EAS_MEETING_TYPE_FULL_UPDATE },
	{ "REQUEST", BOARD, "NEEDS-ACTION", 0, BOARD, "ACCEPTED", -1, 0, EAS_MEETING_TYPE_FIRST },
	/* one day of a series: as long as that, when it would be or not */
	{ "REQUEST", AGENDA "RECURRENCE-ID:20260310T090000Z\n", "NEEDS-ACTION", 1, SERIES,
	  "ACCEPTED", -1, 0, EAS_MEETING_TYPE_INFORMATIONAL },
	{ "REQUEST", LATER "RECURRENCE-ID:20260310T090000Z\n", "NEEDS-ACTION", 1, SERIES,
	  "ACCEPTED", -1, 0, EAS_MEETING_TYPE_FULL_UPDATE },
	{ "REQUEST", BOARD, "DELEGATED", 0, NULL, NULL, -1, 0, EAS_MEETING_TYPE_DELEGATORS_COPY },
	{ "REQUEST", BOARD, "NEEDS-ACTION", 0, BOARD, "DELEGATED", -1, 0,
	  EAS_MEETING_TYPE_DELEGATED },
	/* no time at all */
	{ "REQUEST", "UID:board\n", "NEEDS-ACTION", 0, BOARD, "ACCEPTED", -1, 0,
	  EAS_MEETING_TYPE_FULL_UPDATE },
};

static const char *calendar(const char *method, const char *event, const char *partstat)
{
	return t_strdup_printf("BEGIN:VCALENDAR\nMETHOD:%s\nBEGIN:VEVENT\n%s"
			       "ATTENDEE;PARTSTAT=%s:mailto:me@example.com\n"
			       "END:VEVENT\nEND:VCALENDAR\n", method, event, partstat);
}

static void test_type(unsigned int i, pool_t pool)
{
	static const char *const own[] = { "me@example.com", NULL };
	struct eas_meeting_facts facts = { .own = own };
	struct pim_component *root;
	struct pim_itip itip;
	const char *error, *text = calendar(tests[i].method, t_strdup_printf(
		"DTSTAMP:20260301T120000Z\nSEQUENCE:%u\n%s", tests[i].sequence,
		tests[i].mail), tests[i].mail_partstat);

	test_assert_idx(pim_itip_read(pool, (const unsigned char *)text, strlen(text),
				      &itip, &error) == 1, i);
	facts.itip = &itip;
	if (tests[i].entry != NULL) {
		text = calendar("PUBLISH", tests[i].entry, tests[i].entry_partstat);
		test_assert_idx(pim_tree_parse(pool, (const unsigned char *)text,
					       strlen(text), &root, &error) == 0, i);
		facts.entry = pim_component_find(root, "VEVENT");
	}
	facts.seen = tests[i].seen_sequence >= 0;
	if (facts.seen) {
		facts.seen_sequence = tests[i].seen_sequence;
		facts.seen_stamp_utc = itip.stamp_utc + tests[i].seen_hours * 3600;
	}
	test_assert_cmp_idx(eas_meeting_type_get(&facts), ==, tests[i].type, i);
}

static void test_types(void)
{
	test_begin("meeting type: what an invitation is");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test meeting type", 4096);

		T_BEGIN {
			test_type(i, pool);
		} T_END;
		pool_unref(&pool);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_types,
		NULL
	};
	return test_run(test_functions);
}
