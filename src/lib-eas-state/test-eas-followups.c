/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "eas-followups.h"

#include <stdlib.h>

static char test_root[] = "/tmp/test-eas-followups-XXXXXX";
static struct event *test_event;
static struct eas_state_store *test_store;

static void test_followups_begin(const char *name)
{
	test_begin(name);
	i_snprintf(test_root, sizeof(test_root), "/tmp/test-eas-followups-XXXXXX");
	if (mkdtemp(test_root) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_root);
	test_event = event_create(NULL);
	test_store = eas_state_store_init_user(test_root, test_event);
}

static void test_followups_end(void)
{
	const char *error;

	eas_state_store_deinit(&test_store);
	event_unref(&test_event);
	if (unlink_directory(test_root, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	test_end();
}

static void test_set(const char *guid, const char *text)
{
	const struct eas_followup followup = { guid, text };
	ARRAY_TYPE(eas_followup) updates;

	t_array_init(&updates, 1);
	array_push_back(&updates, &followup);
	test_assert(eas_followups_update(test_store, EAS_FOLLOWUPS_FLAGS, &updates) == 0);
}

static void test_followups(void)
{
	struct eas_followups *followups;

	test_followups_begin("followups: kept by GUID, replaced, removed");
	test_assert(eas_followups_read(test_store, EAS_FOLLOWUPS_FLAGS, &followups) == 0);
	test_assert(eas_followups_count(followups) == 0);
	eas_followups_free(&followups);

	test_set("one", "Due\tDate=1\nx");
	test_set("two\t2", "b");
	test_set("three", "c");
	test_set("two\t2", "d");
	test_set("three", NULL);
	test_set("four", NULL);
	test_assert(eas_followups_read(test_store, EAS_FOLLOWUPS_FLAGS, &followups) == 0);
	test_assert(eas_followups_count(followups) == 2);
	test_assert_strcmp(eas_followups_find(followups, "one"), "Due\tDate=1\nx");
	test_assert_strcmp(eas_followups_find(followups, "two\t2"), "d");
	test_assert(eas_followups_find(followups, "three") == NULL);
	eas_followups_free(&followups);
	test_assert(eas_followups_read(test_store, EAS_FOLLOWUPS_VERBS, &followups) == 0);
	test_assert(eas_followups_count(followups) == 0);
	eas_followups_free(&followups);
	test_followups_end();
}

static void test_followups_max(void)
{
	ARRAY_TYPE(eas_followup) updates;
	struct eas_followups *followups;
	struct eas_followup *update;

	test_followups_begin("followups: the oldest are forgotten");
	t_array_init(&updates, EAS_FOLLOWUPS_MAX + 2);
	for (unsigned int i = 0; i < EAS_FOLLOWUPS_MAX + 2; i++) {
		update = array_append_space(&updates);
		update->mail_guid = t_strdup_printf("%u", i);
		update->text = "x";
	}
	test_assert(eas_followups_update(test_store, EAS_FOLLOWUPS_FLAGS, &updates) == 0);
	test_assert(eas_followups_read(test_store, EAS_FOLLOWUPS_FLAGS, &followups) == 0);
	test_assert(eas_followups_count(followups) == EAS_FOLLOWUPS_MAX);
	test_assert(eas_followups_find(followups, "1") == NULL);
	test_assert(eas_followups_find(followups, "2") != NULL);
	eas_followups_free(&followups);
	test_followups_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_followups,
		test_followups_max,
		NULL
	};
	return test_run(test_functions);
}
