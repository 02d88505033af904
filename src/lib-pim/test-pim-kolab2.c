/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "pim-tree.h"
#include "pim-kolab.h"

static const struct {
	enum pim_kind kind;
	const char *xml, *text;
} tests[] = {
	{ PIM_KIND_EVENT,
	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?><event version=\"1.0\"><uid>e1</uid>"
	  "<creation-date>2026-01-10T12:00:00Z</creation-date><categories>A, B</categories>"
	  "<sensitivity>private</sensitivity><summary>Staff; all</summary><start-date>2026-03-02T08:00:00Z</start-date>"
	  "<end-date>2026-03-02T09:00:00Z</end-date><alarm>15</alarm><show-time-as>free</show-time-as>"
	  "<organizer><display-name>Anna</display-name><smtp-address>anna@example.org</smtp-address></organizer>"
	  "<attendee><display-name>Bob</display-name><smtp-address>bob@example.org</smtp-address>"
	  "<status>accepted</status><request-response>true</request-response><role>optional</role></attendee>"
	  "<recurrence cycle=\"monthly\" type=\"weekday\"><interval>2</interval><daynumber>2</daynumber><day>monday</day>"
	  "<range type=\"number\">5</range><exclusion>2026-05-11</exclusion></recurrence><x-unknown/></event>",
	  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:e1\r\nCREATED:20260110T120000Z\r\nCATEGORIES:A,B\r\n"
	  "CLASS:PRIVATE\r\nSUMMARY:Staff\\; all\r\nDTSTART:20260302T080000Z\r\nDTEND:20260302T090000Z\r\n"
	  "TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\nORGANIZER;CN=Anna:mailto:anna@example.org\r\n"
	  "ATTENDEE;CN=Bob;PARTSTAT=ACCEPTED;ROLE=OPT-PARTICIPANT;RSVP=TRUE:mailto:bob\r\n @example.org\r\n"
	  "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=2MO;COUNT=5\r\nEXDATE:20260511T080000Z\r\nBEGIN:VALARM\r\n"
	  "ACTION:DISPLAY\r\nDESCRIPTION:Reminder\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" },
	{ PIM_KIND_EVENT,
	  "<event><uid>e2</uid><start-date>2026-03-02</start-date><end-date>2026-03-03</end-date></event>",
	  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:e2\r\nDTSTART;VALUE=DATE:20260302\r\n"
	  "DTEND;VALUE=DATE:20260304\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" },
	{ PIM_KIND_TASK,
	  "<task><uid>t1</uid><summary>Do</summary><due-date>2026-04-01</due-date><priority>1</priority>"
	  "<completed>40</completed><status>in-progress</status></task>",
	  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:t1\r\nSUMMARY:Do\r\nDUE;VALUE=DATE:20260401\r\n"
	  "PRIORITY:1\r\nPERCENT-COMPLETE:40\r\nSTATUS:IN-PROCESS\r\nEND:VTODO\r\nEND:VCALENDAR\r\n" },
	{ PIM_KIND_CONTACT,
	  "<contact><uid>c1</uid><name><given-name>Anna</given-name><last-name>Muster</last-name>"
	  "<full-name>Anna Muster</full-name></name><organization>Acme</organization><department>R&amp;D</department>"
	  "<birthday>1980-02-29</birthday><phone><type>businessfax</type><number>+49 1</number></phone>"
	  "<email><display-name>A</display-name><smtp-address>a@example.org</smtp-address></email>"
	  "<address><type>business</type><street>1 Road</street><locality>Town</locality></address></contact>",
	  "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:c1\r\nFN:Anna Muster\r\nN:Muster;Anna;;;\r\nBDAY:19800229\r\n"
	  "TEL;TYPE=fax,work:+49 1\r\nEMAIL:a@example.org\r\nADR;TYPE=work:;;1 Road;Town;;;\r\nORG:Acme;R&D\r\n"
	  "END:VCARD\r\n" },
	{ PIM_KIND_NOTE,
	  "<note><uid>n1</uid><summary>Note</summary><body>One\nTwo</body></note>",
	  "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VJOURNAL\r\nUID:n1\r\nSUMMARY:Note\r\nDESCRIPTION:One\\nTwo\r\n"
	  "END:VJOURNAL\r\nEND:VCALENDAR\r\n" },
};

static void test_pim_kolab2(void)
{
	test_begin("pim kolab2: every kind is read");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 4096);
		string_t *text = t_str_new(1024);
		struct pim_component *root;
		const char *error;

		if (pim_kolab2_decode(pool, tests[i].kind, (const unsigned char *)tests[i].xml,
				      strlen(tests[i].xml), &root, &error) == 0)
			pim_tree_write(text, root);
		test_assert_idx(str_len(text) > 0, i);
		test_assert_strcmp_idx(str_c(text), tests[i].text, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_pim_kolab2_other(void)
{
	pool_t pool = pool_alloconly_create("test", 4096);
	static const char xml[] = "<task><uid>t1</uid></task>";
	struct pim_component *root;
	const char *error;

	test_begin("pim kolab2: a task is no event");
	test_assert(pim_kolab2_decode(pool, PIM_KIND_EVENT, (const unsigned char *)xml, strlen(xml),
				      &root, &error) < 0);
	test_assert_strcmp(error, "There is no event in it");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_kolab2,
		test_pim_kolab2_other,
		NULL
	};
	return test_run(test_functions);
}
