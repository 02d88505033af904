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

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_kolab_samples,
		test_pim_kolab_fixtures,
		test_pim_kolab_generated,
		test_pim_kolab_oracle,
		NULL
	};
	static char dir[] = "/tmp/test-pim-kolab-XXXXXX";

	test_dir = mkdtemp(dir);
	if (test_dir == NULL)
		i_fatal("mkdtemp(%s) failed: %m", dir);
	return test_run(test_functions);
}
