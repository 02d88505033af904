/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "sort.h"
#include "str.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "directpush-compat.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *word, *sample;
	enum pim_kind kind;
} kinds[] = {
	[PIM_KIND_EVENT] = { "event", "-ev-", PIM_KIND_EVENT },
	[PIM_KIND_CONTACT] = { "contact", "-ct-", PIM_KIND_CONTACT },
	[PIM_KIND_TASK] = { "task", "-td-", PIM_KIND_TASK },
	[PIM_KIND_NOTE] = { "note", "-nt-", PIM_KIND_NOTE },
};

static string_t *test_file_read(const char *path)
{
	struct istream *input = i_stream_create_file(path, 65536);
	string_t *dest = t_str_new(8192);
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		str_append_data(dest, data, size);
		i_stream_skip(input, size);
	}
	if (input->stream_errno != 0)
		i_fatal("read(%s) failed: %s", path, i_stream_get_error(input));
	i_stream_unref(&input);
	return dest;
}

/* Call for each file of the folder whose name has the word. Returns how many, -1 = there is no such folder. */
static int test_folder_each(const char *path, void (*call)(const char *path, enum pim_kind kind), bool samples)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL) {
		for (unsigned int i = 0; i < N_ELEMENTS(kinds); i++) {
			if (samples ? strstr(entry->d_name, kinds[i].sample) == NULL ||
				      strstr(entry->d_name, ".xml") == NULL :
				      !str_begins_with(entry->d_name, kinds[i].word))
				continue;
			T_BEGIN {
				call(t_strconcat(path, "/", entry->d_name, NULL), kinds[i].kind);
			} T_END;
			count++;
		}
	}
	if (closedir(dir) < 0)
		i_fatal("closedir(%s) failed: %m", path);
	return count;
}

/* Where every XML goes that was written, for libkolabxml to read; "" = nowhere */
static const char *test_dir = "";
static unsigned int test_dir_count;

static void test_file_write(const char *suffix, enum pim_kind kind, const string_t *xml)
{
	const char *path = t_strdup_printf("%s/%u.%s.%s", test_dir, test_dir_count, kinds[kind].word, suffix);
	FILE *file;

	if (test_dir[0] == '\0')
		return;
	file = fopen(path, "w");
	if (file == NULL || fwrite(str_data(xml), 1, str_len(xml), file) != str_len(xml) || fclose(file) != 0)
		i_fatal("write(%s) failed: %m", path);
}

/* Are like properties expected in the same order? */
static bool test_in_order = TRUE;

static int line_cmp(const char *const *a, const char *const *b)
{
	return strcmp(*a, *b);
}

/* Each line with the path of its component, and its number among those of the same name; sorted. Stamps that the
   schema demands are left out. */
static void test_lines(const struct pim_component *component, const char *path, ARRAY_TYPE(const_string) *lines)
{
	static const char *const stamps[] = {
		"CREATED", "DTSTAMP", "LAST-MODIFIED", "REV", "PRODID", "X-KOLAB-VERSION", NULL
	};
	const struct pim_property *property, *other;
	const struct pim_component *child;
	unsigned int number = 0;

	path = t_strconcat(path, "/", component->name, NULL);
	for (property = component->properties_head; property != NULL; property = property->next) {
		struct pim_component *single = pim_component_new(pool_datastack_create(), "X");
		string_t *text = t_str_new(256);
		const char *line;

		if (str_array_find(stamps, property->name))
			continue;
		number = 0;
		for (other = property->prev; other != NULL; other = other->prev) {
			if (test_in_order && strcmp(other->name, property->name) == 0)
				number++;
		}
		(void)pim_property_add_copy(pool_datastack_create(), single, property);
		pim_tree_write(text, single);
		/* without BEGIN and END */
		line = t_strdup_printf("%s %u %s", path, number,
				       t_str_replace(str_c(text) + strlen("BEGIN:X\r\n"), '\n', ' '));
		array_push_back(lines, &line);
	}
	for (child = component->components_head; child != NULL; child = child->next) {
		const struct pim_component *sibling;

		number = 0;
		for (sibling = child->prev; sibling != NULL; sibling = sibling->prev) {
			if (strcmp(sibling->name, child->name) == 0)
				number++;
		}
		test_lines(child, t_strdup_printf("%s %u", path, number), lines);
	}
}

static const char *test_text(const struct pim_component *root)
{
	ARRAY_TYPE(const_string) lines;

	t_array_init(&lines, 64);
	test_lines(root, "", &lines);
	array_sort(&lines, line_cmp);
	array_append_zero(&lines);
	return t_strarray_join(array_front(&lines), "\n");
}

static void test_print_missing(const char *word, const char *lines, const char *others)
{
	for (const char *const *line = t_strsplit(lines, "\n"); *line != NULL; line++) {
		if (!str_array_find(t_strsplit(others, "\n"), *line))
			printf("%s: %s\n", word, *line);
	}
}

/* Written and read again, the tree says the same. */
static bool test_is_kept(pool_t pool, const char *name, enum pim_kind kind, const struct pim_component *root)
{
	string_t *xml = t_str_new(4096);
	struct pim_component *again;
	const char *error, *before, *after;

	if (pim_kolab_encode(xml, kind, root, &error) < 0 ||
	    pim_kolab_decode(pool, kind, str_data(xml), str_len(xml), &again, &error) < 0) {
		printf("%s: %s\n", name, error);
		return FALSE;
	}
	test_file_write("xml", kind, xml);
	test_dir_count++;
	before = test_text(root);
	after = test_text(again);
	if (strcmp(before, after) == 0)
		return TRUE;
	printf("%s:\n", name);
	test_print_missing("lost", before, after);
	test_print_missing("new", after, before);
	printf("%s\n", str_c(xml));
	return FALSE;
}

static void test_sample(const char *path, enum pim_kind kind)
{
	pool_t pool = pool_alloconly_create("test", 16 * 1024);
	string_t *xml = test_file_read(path);
	struct pim_component *root;
	const char *error;

	if (pim_kolab_decode(pool, kind, str_data(xml), str_len(xml), &root, &error) < 0)
		i_fatal("%s: %s", path, error);
	test_file_write("original", kind, xml);
	test_assert(test_is_kept(pool, path, kind, root));
	pool_unref(&pool);
}

static void test_pim_kolab_samples(void)
{
	const char *path = t_strconcat(getenv("top_srcdir"), "/../shared/samples/pim/kolab3", NULL);
	int count;

	test_begin("pim kolab: what libkolabxml wrote is kept");
	count = test_folder_each(path, test_sample, TRUE);
	if (count < 0)
		printf("SKIPPED: %s is not there: no object of another program was read\n", path);
	else
		test_assert(count > 50);
	test_end();
}

static void test_fixture(const char *path, enum pim_kind kind)
{
	pool_t pool = pool_alloconly_create("test", 16 * 1024);
	string_t *lines = test_file_read(path);
	struct pim_component *root;
	const char *error;

	if (pim_tree_parse(pool, str_data(lines), str_len(lines), &root, &error) < 0)
		i_fatal("%s: %s", path, error);
	test_assert(test_is_kept(pool, path, kind, root));
	pool_unref(&pool);
}

static void test_pim_kolab_fixtures(void)
{
	test_begin("pim kolab: what the schema lacks is kept");
	test_assert(test_folder_each(t_strconcat(getenv("top_srcdir"), "/tests/fixtures/kolab", NULL),
				     test_fixture, FALSE) >= 4);
	test_end();
}

/* Lines that are right, odd, and wrong, for any property. */
static const char *const names[] = {
	"SUMMARY", "summary", "DESCRIPTION", "LOCATION", "COMMENT", "CATEGORIES", "CLASS", "STATUS", "TRANSP",
	"PRIORITY", "SEQUENCE", "PERCENT-COMPLETE", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXDATE",
	"EXRULE", "RECURRENCE-ID", "ORGANIZER", "ATTENDEE", "ATTACH", "URL", "GEO", "COMPLETED", "RELATED-TO",
	"X-ALT-DESC", "X-FOO", "x-foo", "N", "FN", "ORG", "TITLE", "ROLE", "ADR", "TEL", "EMAIL", "IMPP",
	"BDAY", "ANNIVERSARY", "PHOTO", "KEY", "LOGO", "GENDER", "LANG", "NOTE", "NICKNAME", "RELATED", "KIND",
	"X-SPOUSE", "X-ASSISTANT", "X-MANAGER", "MEMBER", "COLOR", "REPEAT", "X_UNDER", "VERSION",
};
static const char *const params[] = {
	"", "", "", "", ";LANGUAGE=de", ";TYPE=work", ";TYPE=WORK,fax", ";TYPE=home;TYPE=x-foo", ";PREF=1",
	";PREF=2", ";VALUE=DATE", ";TZID=Europe/Berlin", ";TZID=/kolab.org/Asia/Tokyo", ";TZID=\"Nowhere, at all\"",
	";TZID=W. Europe Standard Time", ";VALUE=text", ";VALUE=uri", ";CN=\"Muster, Anna\"",
	";CN=a^'b^nc;PARTSTAT=ACCEPTED;ROLE=CHAIR", ";PARTSTAT=MAYBE;RSVP=TRUE", ";RSVP=perhaps",
	";FMTTYPE=text/html", ";ENCODING=BASE64;VALUE=BINARY", ";HOME;FAX", ";X-FOO=bar", ";LABEL=other",
	";RANGE=THISANDFUTURE", ";X-KOLAB-AFFILIATION=2", ";X-KOLAB-AFFILIATION=1", ";RELATED=END",
	";DELEGATED-TO=\"mailto:a@b.c\",\"mailto:d@e.f\"", ";SENT-BY=\"mailto:x@y.z\"", ";CUTYPE=ROOM",
};
static const char *const values[] = {
	"", " ", "word", "two words", "a\\, b\\; c\\\\d\\nlines", "a,b,c", "a;b;c", "a;;b,c;;;", "5", "-1", "007",
	"20260302", "20260302T090000", "20260302T090000Z", "20260230", "20260302T250000", "20260302,20260303",
	"20260302T090000Z,20260303T090000Z", "20260302,20260302T090000Z", "P1D", "-PT15M", "P1DT2H", "PT", "P",
	"FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "COUNT=3;FREQ=DAILY",
	"FREQ=YEARLY;UNTIL=20300101T000000Z;INTERVAL=2", "FREQ=DAILY;RSCALE=CHINESE", "mailto:a@b.c",
	"MAILTO:a@b.c", "mailto:\xc3\xbc@example.org", "a@b.c", "urn:uuid:1234", "https://example.org/a?b=c&d=e",
	"cid:a.b", "PUBLIC", "private", "X-PERSONAL", "CONFIRMED", "OPAQUE", "geo:52.5,13.4", "52.5;13.4",
	"--0229", "1980-02-29", "M", "O;it's", "data:image/png;base64,AAAA", "data:application/pgp-keys;base64,AAAA",
	"tel:+49-30-1", ":-)", ";raw", ";A=b:c", "<&>\"'", "<html><b>x</b></html>", "\xf0\x9f\x98\x80", "\t tab",
	"3.0", "individual", "=", "+\\n:X:y", "50%", "a[1]#b#c", "http://[x]/ \"\\\\<>", "http://a b:c/",
};

/* The same trees each time */
static unsigned int test_random(unsigned int limit)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

static struct pim_component *test_generate(pool_t pool, enum pim_kind kind)
{
	static const char *const components[] = {
		[PIM_KIND_EVENT] = "VEVENT", [PIM_KIND_TASK] = "VTODO", [PIM_KIND_NOTE] = "VJOURNAL"
	};
	string_t *text = t_str_new(1024);
	struct pim_component *root;
	const char *error;

	if (kind != PIM_KIND_CONTACT)
		str_printfa(text, "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:%s\n", components[kind]);
	else
		str_append(text, "BEGIN:VCARD\nVERSION:4.0\nFN:x\n");
	str_append(text, "UID:test\n");
	if (kind == PIM_KIND_EVENT)
		str_append(text, "DTSTART;TZID=Europe/Berlin:20260302T090000\n");
	for (unsigned int i = test_random(12); i > 0; i--) {
		const char *name = names[test_random(N_ELEMENTS(names))];
		/* pictures come back in another form */
		bool picture = strcmp(name, "PHOTO") == 0 || strcmp(name, "LOGO") == 0;

		if (test_random(20) == 0)
			str_append(text, "item1.");
		str_append(text, name);
		for (unsigned int p = picture ? 0 : test_random(3); p > 0; p--)
			str_append(text, params[test_random(N_ELEMENTS(params))]);
		str_printfa(text, ":%s\n", values[test_random(N_ELEMENTS(values))]);
	}
	if (kind != PIM_KIND_CONTACT) {
		if (test_random(2) == 0)
			str_printfa(text, "BEGIN:VALARM\nACTION:%s\nTRIGGER:-PT5M\nUID:x\nEND:VALARM\n",
				    test_random(2) == 0 ? "DISPLAY" : "PROCEDURE");
		str_printfa(text, "END:%s\nEND:VCALENDAR\n", components[kind]);
	} else {
		str_append(text, "END:VCARD\n");
	}
	if (pim_tree_parse(pool, str_data(text), str_len(text), &root, &error) < 0)
		i_fatal("%s: %s", error, str_c(text));
	return root;
}

static void test_pim_kolab_generated(void)
{
	bool ok = TRUE;

	test_begin("pim kolab: whatever stands in a tree is kept");
	test_in_order = FALSE;
	for (unsigned int i = 0; i < 4000 && ok; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 16 * 1024);
		enum pim_kind kind = kinds[i % N_ELEMENTS(kinds)].kind;

		ok = test_is_kept(pool, t_strdup_printf("tree %u", i), kind, test_generate(pool, kind));
		pool_unref(&pool);
	} T_END;
	test_assert(ok);
	test_end();
}

static const char *test_refused(const char *xml, size_t size)
{
	pool_t pool = pool_alloconly_create("test", 4096);
	struct pim_component *root;
	const char *error;
	int ret;

	ret = pim_kolab_decode(pool, PIM_KIND_EVENT, (const unsigned char *)xml, size, &root, &error);
	pool_unref(&pool);
	return ret < 0 ? error : "it was read";
}

static void test_pim_kolab_hostile(void)
{
	static const char *const bad[] = {
		"", "<", "text", "<icalendar>", "<icalendar/>", "<note/>", "<icalendar><vcalendar/></icalendar>",
		"<icalendar><vcalendar><components><vtodo/></components></vcalendar></icalendar>",
		"<icalendar>&nosuch;</icalendar>", "<icalendar>\x01</icalendar>", "<icalendar>\xff</icalendar>",
	};
	static const char *const dtds[] = {
		"<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><icalendar/>",
		"<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><icalendar>&b;</icalendar>",
		"<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><icalendar>&a;</icalendar>",
	};
	string_t *deep = t_str_new(65536), *many = str_new(default_pool, 1024 * 1024);

	test_begin("pim kolab: what is no object, or too much, is refused");
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++)
		test_assert_idx(strcmp(test_refused(bad[i], strlen(bad[i])), "it was read") != 0, i);
	for (unsigned int i = 0; i < N_ELEMENTS(dtds); i++)
		test_assert_strcmp_idx(test_refused(dtds[i], strlen(dtds[i])),
				       "it has a document type declaration", i);
	for (unsigned int i = 0; i < 10000; i++)
		str_append(deep, "<a>");
	test_assert_strcmp(test_refused(str_c(deep), str_len(deep)), "elements are nested too deep");
	str_append(many, "<icalendar>");
	for (unsigned int i = 0; i <= PIM_KOLAB_MAX_ELEMENTS; i++)
		str_append(many, "<a/>");
	test_assert_strcmp(test_refused(str_c(many), str_len(many)), "too many elements");
	test_assert_strcmp(test_refused("", PIM_KOLAB_MAX_BYTES + 1), "too large");
	str_free(&many);
	test_end();
}

/* A line of an event, and what must stand in the XML of it. */
static const struct {
	const char *line, *xml;
} facts[] = {
	{ "DTEND;VALUE=DATE:20260304", "<date>2026-03-03</date>" },
	{ "LOCATION:a < b\\nc & d", "<text>a &lt; b\nc &amp; d</text>" },
	{ "CLASS:X-PERSONAL", "<text>PRIVATE</text>" },
	{ "ORGANIZER:mailto:a@b.c", "<cal-address>mailto:%3Ca%40b.c%3E</cal-address>" },
	{ "RECURRENCE-ID;TZID=Europe/Kyiv:20260302T090000", "<text>/kolab.org/Europe/Kiev</text>" },
	{ "RECURRENCE-ID;TZID=W. Europe Standard Time:20260302T090000", "<text>/kolab.org/Europe/Berlin</text>" },
	{ "RECURRENCE-ID;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20260302T090000",
	  "<text>/kolab.org/Asia/Tokyo</text>" },
	{ "COMPLETED:20260302T090000Z", "<identifier>COMPLETED</identifier>" },
	{ "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "<value>OOF</value>" },
	{ "LOCATION:\x01", "<text>\xef\xbf\xbd</text>" },
	{ "CATEGORIES:A\r\nCATEGORIES:B", "<text>A</text>\n            <text>B</text>" },
	{ "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM", "<text>Reminder</text>" },
};

static void test_pim_kolab_facts(void)
{
	test_begin("pim kolab: what Kolab's readers expect");
	for (unsigned int i = 0; i < N_ELEMENTS(facts); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 4096);
		const char *text = t_strdup_printf(
			"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART;VALUE=DATE:20260302\r\n"
			"%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", facts[i].line), *error;
		string_t *xml = t_str_new(4096);
		struct pim_component *root;

		test_assert_idx(pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) == 0 &&
				pim_kolab_encode(xml, PIM_KIND_EVENT, root, &error) == 0, i);
		test_assert_idx(strstr(str_c(xml), facts[i].xml) != NULL, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* As any writer of XML might, with prefixes, in another order, with elements of its own. */
static void test_pim_kolab_foreign(void)
{
	static const char xml[] =
		"<c:icalendar xmlns:c='urn:ietf:params:xml:ns:icalendar-2.0'><c:vcalendar><c:components><c:vevent>"
		"<c:properties><c:summary><c:parameters><c:language><c:text>en</c:text></c:language></c:parameters>"
		"<c:text>A</c:text></c:summary><c:x-own><c:text>b,c</c:text></c:x-own><c:geo><c:latitude>52</c:latitude>"
		"<c:longitude>13</c:longitude></c:geo><c:dtstart><c:date-time>2026-03-02T09:00:00+01:00</c:date-time>"
		"</c:dtstart><c:organizer><c:cal-address>mailto:a@b.c</c:cal-address></c:organizer><c:uid>"
		"<c:text>x</c:text></c:uid><c:odd><c:in><c:deeper/></c:in></c:odd></c:properties>"
		"<c:components><c:valarm><c:properties><c:action><c:text>DISPLAY</c:text></c:action><c:trigger><c:duration>P"
		"</c:duration></c:trigger></c:properties></c:valarm></c:components></c:vevent>"
		"</c:components></c:vcalendar></c:icalendar>";
	static const char text[] =
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:A\r\nX-OWN:b\\,c\r\n"
		"GEO:52,13\r\nDTSTART:20260302T080000Z\r\nORGANIZER:mailto:a@b.c\r\nUID:x\r\n"
		"X-KOLAB-ELEMENT:<odd>\\n  <in>\\n    <deeper/>\\n  </in>\\n</odd>\\n\r\n"
		"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:PT0S\r\nEND:VALARM\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n";
	pool_t pool = pool_alloconly_create("test", 4096);
	string_t *dest = t_str_new(1024);
	struct pim_component *root;
	const char *error;

	test_begin("pim kolab: what others write differently is read");
	test_assert(pim_kolab_decode(pool, PIM_KIND_EVENT, (const unsigned char *)xml, strlen(xml), &root, &error) == 0);
	pim_tree_write(dest, root);
	test_assert_strcmp(str_c(dest), text);
	test_assert(test_is_kept(pool, "foreign", PIM_KIND_EVENT, root));
	pool_unref(&pool);
	test_end();
}

/* Another client edits the element: its change holds, the rest of what was remembered stays. */
static void test_pim_kolab_edited(void)
{
	static const char text[] =
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20260302T080000Z\r\n"
		"RRULE:FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1;COUNT=3\r\nSUMMARY;X-A=b:Before\r\n"
		"LOCATION;X-C=d:There\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
	pool_t pool = pool_alloconly_create("test", 4096);
	string_t *xml = t_str_new(4096), *dest = t_str_new(1024);
	struct pim_component *root;
	const char *error, *edited;

	test_begin("pim kolab: what another client changed holds");
	test_assert(pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) == 0);
	test_assert(pim_kolab_encode(xml, PIM_KIND_EVENT, root, &error) == 0);
	test_assert(strstr(str_c(xml), "<rrule>") == NULL);
	edited = t_str_replace(str_c(xml), '\t', ' ');
	edited = t_strarray_join(t_strsplit(edited, "\r"), "");
	test_assert(strstr(edited, "Before") != NULL);
	memcpy(strstr((char *)edited, "Before"), "After!", 6);
	memcpy(strstr((char *)edited, "<date-time>2026-03-31"), "<date-time>2026-04-01", 21);
	test_assert(pim_kolab_decode(pool, PIM_KIND_EVENT, (const unsigned char *)edited, strlen(edited),
				     &root, &error) == 0);
	pim_tree_write(dest, root);
	test_assert(strstr(str_c(dest), "SUMMARY:After!\r\n") != NULL);
	test_assert(strstr(str_c(dest), "LOCATION;X-C=d:There\r\n") != NULL);
	test_assert(strstr(str_c(dest), "RRULE") == NULL);
	test_assert(strstr(str_c(dest), "RDATE:20260401T080000Z") != NULL);
	pool_unref(&pool);
	test_end();
}

/* Rules that stand in x-custom, and the one that another client writes instead. */
static void test_pim_kolab_rule_edited(void)
{
	static const struct {
		const char *rules, *find, *put, *rules_after;
	} tests[] = {
		/* no element can hold it */
		{ "RRULE:FREQ=WEEKLY;X-FOO=1\r\n", "<summary>",
		  "<rrule><recur><freq>DAILY</freq></recur></rrule><summary>", "RRULE:FREQ=DAILY\r\n" },
		{ "RRULE:FREQ=WEEKLY;X-FOO=1\r\n", "Before", "After!", "RRULE:FREQ=WEEKLY;X-FOO=1\r\n" },
		/* one element holds one of them */
		{ "RRULE:FREQ=WEEKLY\r\nRRULE:FREQ=DAILY;COUNT=3\r\n", "WEEKLY", "YEARLY", "RRULE:FREQ=YEARLY\r\n" },
		{ "RRULE:FREQ=WEEKLY\r\nRRULE:FREQ=DAILY;COUNT=3\r\n", "Before", "After!",
		  "RRULE:FREQ=WEEKLY\r\nRRULE:FREQ=DAILY;COUNT=3\r\n" },
		/* dates stand for it, and another client makes a rule of them */
		{ "RRULE:FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1;COUNT=3\r\n", "<rdate>",
		  "<rrule><recur><freq>DAILY</freq></recur></rrule><rdate>", "RRULE:FREQ=DAILY\r\n" },
	};
	unsigned int i;

	test_begin("pim kolab: the rule that another client wrote is the rule");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *text = t_strconcat("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n"
			"DTSTART:20260302T080000Z\r\n", tests[i].rules, "SUMMARY:Before\r\n"
			"END:VEVENT\r\nEND:VCALENDAR\r\n", NULL);
		pool_t pool = pool_alloconly_create("test", 4096);
		string_t *xml = t_str_new(4096), *rules = t_str_new(64);
		const struct pim_property *property;
		struct pim_component *root;
		const char *error, *found, *edited;

		test_assert_idx(pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) == 0, i);
		test_assert_idx(pim_kolab_encode(xml, PIM_KIND_EVENT, root, &error) == 0, i);
		found = strstr(str_c(xml), tests[i].find);
		test_assert_idx(found != NULL, i);
		edited = t_strconcat(t_strdup_until(str_c(xml), found), tests[i].put,
				     found + strlen(tests[i].find), NULL);
		test_assert_idx(pim_kolab_decode(pool, PIM_KIND_EVENT, (const unsigned char *)edited,
						 strlen(edited), &root, &error) == 0, i);
		property = pim_property_find(root->components_head, "RRULE");
		for (; property != NULL; property = pim_property_find_next(property)) {
			str_printfa(rules, "RRULE:%s\r\n", property->value);
		}
		test_assert_strcmp_idx(str_c(rules), tests[i].rules_after, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* In a process of its own: all that was written above. */
static void test_pim_kolab_oracle(void)
{
	const char *error;

	if (system("/usr/bin/python3 -c 'import kolabformat' 2>/dev/null") != 0) {
		printf("SKIPPED: python3-kolabformat is not installed: libkolabxml read nothing\n");
	} else {
		test_begin("pim kolab: libkolabxml reads all that was written, and the same values");
		test_assert(system(t_strdup_printf("/usr/bin/python3 %s/tests/harness/kolab_oracle_all.py %s 2>/dev/null",
						   getenv("top_srcdir"), test_dir)) == 0);
		test_end();
	}
	if (unlink_directory(test_dir, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("unlink_directory(%s) failed: %s", test_dir, error);
}

static void test_pim_kolab_zone_once(void)
{
	static const char text[] =
		"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:My own\r\nBEGIN:STANDARD\r\n"
		"DTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\n"
		"END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
		"DTSTART;TZID=My own:20260302T090000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
	pool_t pool = pool_alloconly_create("test kolab zone", 1024);
	struct kolab_zones zones = { .calendar = NULL };
	struct pim_component *calendar;
	const char *error, *name;

	test_begin("pim kolab: a zone that nobody knows is looked for once an object");
	test_assert(pim_tree_parse(pool, (const void *)text, strlen(text), &calendar, &error) == 0);
	zones.calendar = calendar;
	name = kolab_zone_nearest(pool, &zones, "My own");
	test_assert(name != NULL);
	/* what it would be found in is gone */
	pim_component_remove(calendar->components_head);
	test_assert(kolab_zone_nearest(pool, &zones, "My own") == name);
	test_assert(kolab_zone_nearest(pool, &zones, "Another") == NULL);
	test_assert(kolab_zone_nearest(pool, &zones, "My own") == NULL);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_kolab_samples,
		test_pim_kolab_fixtures,
		test_pim_kolab_generated,
		test_pim_kolab_hostile,
		test_pim_kolab_facts,
		test_pim_kolab_foreign,
		test_pim_kolab_edited,
		test_pim_kolab_rule_edited,
		test_pim_kolab_zone_once,
		test_pim_kolab_oracle,
		NULL
	};
	static char dir[] = "/tmp/test-pim-kolab-XXXXXX";

	test_dir = mkdtemp(dir);
	if (test_dir == NULL)
		i_fatal("mkdtemp(%s) failed: %m", dir);
	return test_run(test_functions);
}
