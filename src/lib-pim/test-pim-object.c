/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "pim-object.h"
#include "pim-text.h"
#include "pim-tree.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#define OWNER "anna@example.org"
#define NOW 1768464000

static pool_t pool;

static int read_text(const char *text, size_t size, enum pim_kind expected,
		     struct pim_object **object_r, const char **error_r)
{
	struct istream *input = i_stream_create_from_data(text, size);
	int ret = pim_object_read(pool, input, expected, object_r, error_r);

	i_stream_unref(&input);
	return ret;
}

static const char *tree_text(const struct pim_object *object)
{
	string_t *text = t_str_new(1024);

	pim_tree_write(text, object->root);
	return str_c(text);
}

static void test_same_parts(const struct pim_object *a, const struct pim_object *b)
{
	const struct pim_part *pa, *pb;
	buffer_t *da = t_buffer_create(1024), *db = t_buffer_create(1024);

	test_assert(array_count(&a->parts) == array_count(&b->parts));
	if (array_count(&a->parts) != array_count(&b->parts))
		return;
	for (unsigned int i = 0; i < array_count(&a->parts); i++) {
		pa = array_idx(&a->parts, i);
		pb = array_idx(&b->parts, i);
		test_assert(null_strcmp(pa->content_id, pb->content_id) == 0);
		test_assert(null_strcmp(pa->filename, pb->filename) == 0);
		test_assert_strcmp(pa->content_type, pb->content_type);
		buffer_set_used_size(da, 0);
		buffer_set_used_size(db, 0);
		pim_part_get_data(pa, da);
		pim_part_get_data(pb, db);
		test_assert(buffer_cmp(da, db));
	}
}

/* Read, write, read: nothing changes. */
static void test_message_identity(const char *name, const char *text, size_t size,
				  enum pim_kind expected)
{
	struct pim_object *object, *again;
	buffer_t *dest = buffer_create_dynamic(pool, 1024);
	const char *error = "";
	int ret;

	ret = read_text(text, size, expected, &object, &error);
	if (ret <= 0)
		i_error("%s: %s", name, error);
	test_assert(ret > 0);
	if (ret <= 0 || object->kind == PIM_KIND_OTHER ||
	    object->format == PIM_FORMAT_KOLAB2)
		return;
	test_assert(object->kind == expected);
	ret = pim_object_write(object, OWNER, NOW, dest, &error);
	if (ret < 0)
		i_error("%s: %s", name, error);
	test_assert(ret == 0);
	if (ret < 0)
		return;
	ret = read_text(dest->data, dest->used, expected, &again, &error);
	test_assert(ret > 0);
	if (ret <= 0) {
		i_error("%s: %s", name, error);
		return;
	}
	if (strcmp(tree_text(object), tree_text(again)) != 0)
		i_error("%s changed:\n%s\n%s", name, tree_text(object), tree_text(again));
	test_assert_strcmp(tree_text(object), tree_text(again));
	test_assert(pim_tree_digest(object->root) == pim_tree_digest(again->root));
	test_assert(null_strcmp(object->uid, again->uid) == 0);
	test_assert_strcmp(object->kept_headers, again->kept_headers);
	test_assert(object->format == again->format);
	test_same_parts(object, again);
}

static enum pim_kind kind_of_name(const char *name)
{
	if (strstr(name, "-td-") != NULL || strstr(name, "-ics-to") != NULL)
		return PIM_KIND_TASK;
	if (strstr(name, "-nt-") != NULL || strstr(name, "journal") != NULL ||
	    strstr(name, "note") != NULL)
		return PIM_KIND_NOTE;
	if (strstr(name, "-ct-") != NULL || strstr(name, "-vcf-") != NULL ||
	    strstr(name, "-dl-") != NULL)
		return PIM_KIND_CONTACT;
	return PIM_KIND_EVENT;
}

static void test_message_file(const char *path)
{
	struct istream *input = i_stream_create_file(path, SIZE_MAX);
	const unsigned char *data;
	size_t size;

	while (i_stream_read(input) > 0) ;
	data = i_stream_get_data(input, &size);
	test_message_identity(path, (const char *)data, size,
			      kind_of_name(strrchr(path, '/')));
	i_stream_unref(&input);
}

static bool test_folder(const char *dir)
{
	DIR *dirp = opendir(dir);
	struct dirent *d;
	unsigned int count = 0;

	if (dirp == NULL)
		return FALSE;
	while ((d = readdir(dirp)) != NULL) {
		size_t len = strlen(d->d_name);

		if (len < 4 || strcmp(d->d_name + len - 4, ".eml") != 0)
			continue;
		T_BEGIN {
			test_message_file(t_strdup_printf("%s/%s", dir, d->d_name));
		} T_END;
		count++;
	}
	closedir(dirp);
	return count > 0;
}

static const char *source_dir(void)
{
	const char *dir = getenv("top_srcdir");

	return dir == NULL ? "../.." : dir;
}

static void test_pim_object_fixtures(void)
{
	test_begin("pim object: what is read and written is the same");
	test_assert(test_folder(t_strconcat(source_dir(),
					    "/tests/fixtures/pim-messages", NULL)));
	test_end();
}

static void test_pim_object_samples(void)
{
	const char *dir = t_strconcat(source_dir(), "/../shared/samples/pim", NULL);
	struct stat st;

	test_begin("pim object: the samples, read and written, are the same");
	if (stat(dir, &st) < 0)
		printf("NOTE: %s is missing, its samples are not tried\n", dir);
	else {
		test_assert(test_folder(t_strconcat(dir, "/raw", NULL)));
		test_assert(test_folder(t_strconcat(dir, "/kolab3", NULL)));
	}
	test_end();
}

static const struct {
	const char *message;
	enum pim_kind expected;
	int ret;
	enum pim_kind kind;
	const char *error;
} kind_tests[] = {
	{ "Subject: hi\n\nhello\n", PIM_KIND_EVENT, 0, 0, "A mail" },
	{ "", PIM_KIND_EVENT, 0, 0, "A mail" },
	{ "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n"
	  "BEGIN:VEVENT\nUID:1\nEND:VEVENT\nEND:VCALENDAR\n",
	  PIM_KIND_EVENT, 0, 0, "A mail about a meeting" },
	{ "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n",
	  PIM_KIND_EVENT, -1, 0, "BEGIN:VCALENDAR has no END" },
	{ "Content-Type: text/vcard\n\nBEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nEND:VCARD\n",
	  PIM_KIND_CONTACT, -1, 0, "There are several objects in one message" },
	{ "Content-Type: text/vcard\n\nBEGIN:VCARD\nKIND:group\nEND:VCARD\n",
	  PIM_KIND_CONTACT, 1, PIM_KIND_OTHER, NULL },
	{ "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VJOURNAL\n"
	  "END:VJOURNAL\nEND:VCALENDAR\n", PIM_KIND_EVENT, 1, PIM_KIND_OTHER, NULL },
	{ "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VJOURNAL\n"
	  "END:VJOURNAL\nEND:VCALENDAR\n", PIM_KIND_NOTE, 1, PIM_KIND_NOTE, NULL },
};

static void test_pim_object_kinds(void)
{
	struct pim_object *object;
	const char *error;

	test_begin("pim object: what is no object, or one that can't be read");
	for (unsigned int i = 0; i < N_ELEMENTS(kind_tests); i++) {
		int ret = read_text(kind_tests[i].message,
				    strlen(kind_tests[i].message),
				    kind_tests[i].expected, &object, &error);

		test_assert_idx(ret == kind_tests[i].ret, i);
		if (ret > 0)
			test_assert_idx(object->kind == kind_tests[i].kind, i);
		else
			test_assert_strcmp_idx(error, kind_tests[i].error, i);
	}
	test_end();
}

static void test_pim_object_new(void)
{
	struct pim_object *object, *again;
	buffer_t *dest = t_buffer_create(1024);
	struct pim_part *part;
	const char *error;

	test_begin("pim object: a new one with an attachment");
	object = pim_object_new(pool, PIM_KIND_EVENT, PIM_FORMAT_RAW, NULL);
	pim_component_set_text(pool, pim_object_main(object), "SUMMARY",
			       "Caf\xc3\xa9\nNOT-A-HEADER: x");
	part = pim_object_add_part(object, "a \xc3\xa4.txt", "Text/Plain",
				   "bytes\r\n", 7);
	pim_property_add(pool, pim_object_main(object), "ATTACH",
			 t_strconcat("cid:", part->content_id, NULL));
	pim_object_touch(object, NOW);
	test_assert(pim_object_write(object, OWNER, NOW, dest, &error) == 0);
	test_assert(strstr(str_c(dest), "\r\nNOT-A-HEADER") == NULL);
	test_assert(read_text(dest->data, dest->used, PIM_KIND_EVENT, &again,
			      &error) == 1);
	test_assert_strcmp(tree_text(object), tree_text(again));
	test_assert_strcmp(again->uid, object->uid);
	test_same_parts(object, again);
	part = pim_object_find_part(again,
		pim_component_get(pim_object_main(again), "ATTACH"));
	test_assert(part != NULL && strcmp(part->filename, "a \xc3\xa4.txt") == 0);
	test_assert(pim_component_get(pim_object_main(again), "DTSTAMP") != NULL);
	pim_object_remove_part(again, part);
	test_assert(array_count(&again->parts) == 0);
	test_end();
}

static void test_pim_object_apple(void)
{
	static const char message[] =
		"Subject: =?utf-8?Q?Einkauf_=C3=BC?=\n"
		"X-Uniform-Type-Identifier: com.apple.mail-note\n"
		"X-Universally-Unique-Identifier: 0811AAB1\n"
		"Content-Type: text/plain; charset=iso-8859-1\n"
		"X-Other: kept\n\nmilk \xfc\n";
	struct pim_object *object;
	struct pim_component *note;
	buffer_t *dest = t_buffer_create(1024);
	const char *error;

	test_begin("pim object: an Apple note");
	test_assert(read_text(message, sizeof(message) - 1, PIM_KIND_NOTE,
			      &object, &error) == 1);
	note = pim_object_main(object);
	test_assert_strcmp(object->uid, "0811AAB1");
	test_assert_strcmp(pim_component_get(note, "SUMMARY"), "Einkauf \xc3\xbc");
	test_assert_strcmp(pim_component_get(note, "DESCRIPTION"), "milk \xc3\xbc");
	test_assert_strcmp(object->kept_headers, "X-Other: kept\r\n");
	test_assert(pim_object_write(object, OWNER, NOW, dest, &error) == 0);
	test_assert(strstr(str_c(dest), "X-Other: kept\r\n") != NULL);
	test_assert(strstr(str_c(dest), "<div>milk =C3=BC</div>") != NULL);
	test_end();
}

static void test_pim_object_kolab2(void)
{
	static const char message[] =
		"Subject: old-1\nX-Kolab-Type: application/x-vnd.kolab.task\n"
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		"Content-Type: application/x-vnd.kolab.task; name=kolab.xml\n\n"
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<task version=\"1.0\"><uid>old-1</uid><summary>Old</summary></task>\n"
		"--b--\n";
	struct pim_object *object;
	buffer_t *dest = t_buffer_create(1024);
	const char *error = "";

	test_begin("pim object: Kolab v2 is read and never written");
	test_assert(read_text(message, sizeof(message) - 1, PIM_KIND_TASK,
			      &object, &error) == 1);
	test_assert(object->format == PIM_FORMAT_KOLAB2);
	test_assert_strcmp(object->uid, "old-1");
	test_assert_strcmp(pim_component_get(pim_object_main(object), "SUMMARY"),
			   "Old");
	test_assert(pim_object_write(object, OWNER, NOW, dest, &error) < 0);
	test_assert(dest->used == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_object_kinds,
		test_pim_object_new,
		test_pim_object_apple,
		test_pim_object_kolab2,
		test_pim_object_fixtures,
		test_pim_object_samples,
		NULL
	};
	int ret;

	pool = pool_alloconly_create("test", 4096);
	ret = test_run(test_functions);
	pool_unref(&pool);
	return ret;
}
