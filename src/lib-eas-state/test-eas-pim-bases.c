/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "eas-pim-bases.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char test_root[] = "/tmp/test-eas-bases-XXXXXX";
static struct event *test_event;
static struct eas_state_store *test_store;
static struct eas_pim_index *test_index;

static void test_bases_begin(const char *name)
{
	test_begin(name);
	i_snprintf(test_root, sizeof(test_root), "/tmp/test-eas-bases-XXXXXX");
	if (mkdtemp(test_root) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_root);
	test_event = event_create(NULL);
	test_store = eas_state_store_init_user(test_root, test_event);
	test_assert(eas_state_store_lock(test_store) == 0);
	test_index = eas_pim_index_new();
}

static void test_bases_end(void)
{
	const char *error;

	eas_pim_index_free(&test_index);
	eas_state_store_deinit(&test_store);
	event_unref(&test_event);
	if (unlink_directory(test_root, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	test_end();
}

/* The object says something else, or comes: by an update of its own. */
static void test_change(const char *uid, uint32_t version, uint32_t digest)
{
	struct eas_pim_facts facts = { .digest = digest };
	struct eas_pim_token token = { .validity = 1, .next = version + 1 };
	buffer_t *update = buffer_create_dynamic(default_pool, 64);
	struct eas_element_digest element = { .tag = 0x0405, .digest = digest };
	ARRAY_TYPE(eas_element_digest) elements;
	const struct eas_pim_row *row;

	t_array_init(&elements, 2);
	array_push_back(&elements, &element);
	eas_pim_hash_make(uid, facts.hash);
	eas_pim_index_update_begin(test_index);
	row = eas_pim_index_update_add(test_index, version, &facts);
	test_assert(row != NULL);
	eas_pim_bases_add(update, row->number, row->revision, &elements);
	eas_pim_index_update_end(test_index, &token, 1);
	eas_pim_bases_write(test_store, "f", test_index, update);
	buffer_free(&update);
}

/* 0 = it is not known */
static uint32_t test_find(uint32_t number, uint32_t revision)
{
	ARRAY_TYPE(eas_element_digest) elements;
	const struct eas_element_digest *element;

	if (!eas_pim_bases_find(test_store, "f", test_index, number, revision,
				pool_datastack_create(), &elements))
		return 0;
	test_assert(array_count(&elements) == 1);
	element = array_front(&elements);
	test_assert(element->tag == 0x0405);
	return element->digest;
}

static void test_bases_find(void)
{
	test_bases_begin("bases: what an object said at each revision");
	test_assert(test_find(1, 1) == 0);
	test_change("a", 1, 11);
	test_change("b", 2, 21);
	test_change("a", 3, 12);
	test_assert(test_find(1, 1) == 11);
	test_assert(test_find(1, 2) == 12);
	test_assert(test_find(2, 1) == 21);
	test_assert(test_find(2, 2) == 0);

	/* another process, which has not written yet */
	i_zero(&test_index->bases_end);
	test_change("b", 4, 22);
	test_assert(test_find(1, 1) == 11 && test_find(2, 2) == 22);
	test_bases_end();
}

static void test_bases_other_index(void)
{
	test_bases_begin("bases: those of another index say nothing");
	test_change("a", 1, 11);
	eas_pim_index_free(&test_index);
	test_index = eas_pim_index_new();
	test_assert(test_find(1, 1) == 0);
	test_change("a", 1, 12);
	test_assert(test_find(1, 1) == 12);
	test_bases_end();
}

static void test_bases_bounded(void)
{
	const char *path;
	uint32_t version, last;
	struct stat st;

	test_bases_begin("bases: of many revisions the newest are kept");
	path = t_strconcat(test_root, "/" EAS_STATE_USER_NAME "/bases-f", NULL);
	test_change("b", 1, 99);
	for (version = 2; version < 30000; version++) T_BEGIN {
		test_change("a", version, version);
	} T_END;
	test_assert(stat(path, &st) == 0 && st.st_size < 512*1024);
	last = eas_pim_index_find(test_index, 2)->revision;
	test_assert(test_find(2, last) == 29999);
	test_assert(test_find(2, last - 1) == 29998);
	test_assert(test_find(1, 1) == 99);
	test_bases_end();
}

static void test_bases_damaged(void)
{
	const char *path;
	struct stat st;

	test_bases_begin("bases: a file that was cut off loses what was cut off");
	path = t_strconcat(test_root, "/" EAS_STATE_USER_NAME "/bases-f", NULL);
	test_change("a", 1, 11);
	test_change("a", 2, 12);
	test_assert(stat(path, &st) == 0 && truncate(path, st.st_size - 1) == 0);
	test_assert(test_find(1, 1) == 11 && test_find(1, 2) == 0);
	test_change("a", 3, 13);
	test_assert(test_find(1, 1) == 11 && test_find(1, 3) == 13);

	test_assert(truncate(path, 10) == 0);
	test_expect_error_string("is ignored");
	test_change("a", 4, 14);
	test_expect_no_more_errors();
	test_assert(test_find(1, 4) == 14 && test_find(1, 3) == 0);
	test_bases_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bases_find,
		test_bases_other_index,
		test_bases_bounded,
		test_bases_damaged,
		NULL
	};

	return test_run(test_functions);
}
