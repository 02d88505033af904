/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "eas-outbox.h"

#include <stdlib.h>

static char test_root[] = "/tmp/test-eas-outbox-XXXXXX";
static struct event *test_event;
static struct eas_state_store *test_store;

static void test_outbox_begin(const char *name)
{
	test_begin(name);
	i_snprintf(test_root, sizeof(test_root), "/tmp/test-eas-outbox-XXXXXX");
	if (mkdtemp(test_root) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_root);
	test_event = event_create(NULL);
	test_store = eas_state_store_init(test_root, "phone", test_event);
	test_assert(eas_state_store_lock(test_store) == 0);
}

static void test_outbox_end(void)
{
	const char *error;

	eas_state_store_deinit(&test_store);
	event_unref(&test_event);
	if (unlink_directory(test_root, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	test_end();
}

static const struct eas_outbox_mail test_mails[] = {
	{ .key = "one\t1", .object_id = "folder:abc", .version = 7, .created = 1000,
	  .mime = "Subject: a\r\n\r\nb\tc\r\n" },
	{ .key = "two", .object_id = "folder:def", .written = TRUE, .created = 2000,
	  .told_name = "uid:0", .told = "1:ACCEPTED", .told_before = "1:DECLINED",
	  .mime = "" },
};

static void test_mails_same(const struct eas_outbox_mail *a, const struct eas_outbox_mail *b)
{
	test_assert_strcmp(a->key, b->key);
	test_assert_strcmp(a->object_id, b->object_id);
	test_assert_strcmp(a->told_name, b->told_name);
	test_assert_strcmp(a->told, b->told);
	test_assert_strcmp(a->told_before, b->told_before);
	test_assert_strcmp(a->mime, b->mime);
	test_assert(a->version == b->version && a->written == b->written &&
		    a->created == b->created);
}

static void test_outbox(void)
{
	struct eas_outbox *outbox;

	test_outbox_begin("outbox: kept as it was put in, without a file when it is empty");
	test_assert(eas_outbox_read(test_store, &outbox) == 0);
	test_assert(array_is_empty(&outbox->mails) && !outbox->stored);
	array_append(&outbox->mails, test_mails, N_ELEMENTS(test_mails));
	test_assert(eas_outbox_write(test_store, outbox) == 0);
	eas_outbox_free(&outbox);

	test_assert(eas_outbox_read(test_store, &outbox) == 0);
	test_assert(array_count(&outbox->mails) == N_ELEMENTS(test_mails));
	for (unsigned int i = 0; i < N_ELEMENTS(test_mails); i++)
		test_mails_same(array_idx(&outbox->mails, i), &test_mails[i]);
	eas_outbox_remove(outbox, "one\t1");
	eas_outbox_remove(outbox, "unknown");
	test_assert(eas_outbox_find(outbox, "one\t1") == NULL);
	test_assert(eas_outbox_find(outbox, "two") != NULL);
	eas_outbox_remove(outbox, "two");
	test_assert(eas_outbox_write(test_store, outbox) == 0);
	eas_outbox_free(&outbox);

	test_assert(eas_outbox_read(test_store, &outbox) == 0);
	test_assert(array_is_empty(&outbox->mails) && !outbox->stored);
	eas_outbox_free(&outbox);
	test_outbox_end();
}

static void test_outbox_lines(void)
{
	static const char lines[] =
		"mail\tshort\t1\n"
		"mail\tk\tno-time\tf:o\t1\t\t\t\t\tx\n"
		"mail\tk\t1\tf:o\t-1\t\t\t\t\tx\n"
		"other\tk\t1\tf:o\t1\t\t\t\t\tx\n"
		"mail\tgood\t1\tf:o\t1\t\t\t\t\tx\tlater\n";
	struct eas_outbox *outbox;

	test_outbox_begin("outbox: lines that are not understood are passed over");
	test_assert(eas_state_store_write(test_store, EAS_OUTBOX_SUBJECT, EAS_OUTBOX_FORMAT,
					  lines, sizeof(lines) - 1) == 0);
	test_assert(eas_outbox_read(test_store, &outbox) == 0);
	test_assert(array_count(&outbox->mails) == 1);
	test_assert(eas_outbox_find(outbox, "good") != NULL);
	eas_outbox_free(&outbox);
	test_outbox_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_outbox,
		test_outbox_lines,
		NULL
	};
	return test_run(test_functions);
}
