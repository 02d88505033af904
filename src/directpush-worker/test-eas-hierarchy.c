/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "test-common.h"
#include "eas-folder.h"
#include "eas-hierarchy.h"

/* what eas-folder.c does, without a mailbox behind it */
bool eas_folder_list_is_unread(const struct eas_folder_list *list, const char *display_name)
{
	const char *name;

	array_foreach_elem(&list->unread_names, name) {
		if (strcmp(name, display_name) == 0)
			return TRUE;
	}
	return list->namespace_unread;
}

static pool_t test_pool;
static enum eas_version test_version;
static struct eas_folder_list test_list;
static ARRAY_TYPE(eas_device_folder) test_known;

static void test_hierarchy_begin(const char *name)
{
	test_begin(name);
	test_version = EAS_VERSION_14_1;
	test_pool = pool_alloconly_create("test hierarchy", 1024);
	i_zero(&test_list);
	p_array_init(&test_list.folders, test_pool, 4);
	p_array_init(&test_list.unread_names, test_pool, 4);
	p_array_init(&test_known, test_pool, 4);
}

static void test_there(const char *id, const char *parent_id, const char *name)
{
	struct eas_folder *folder = array_append_space(&test_list.folders);

	folder->id = id;
	folder->parent_id = parent_id;
	folder->display_name = name;
	folder->type = EAS_FOLDER_TYPE_USER_MAIL;
	folder->class = EAS_CLASS_EMAIL;
}

static void test_told(const char *id, const char *parent_id, const char *name)
{
	struct eas_device_folder *folder = array_append_space(&test_known);

	folder->id = id;
	folder->parent_id = parent_id;
	folder->display_name = name;
	folder->type = EAS_FOLDER_TYPE_USER_MAIL;
}

/* ids of what was found, "+added *updated -deleted", and how many are known afterwards */
static void test_found(const char *expected, unsigned int after)
{
	struct eas_hierarchy_changes changes;
	const struct eas_device_folder *folder;
	string_t *found = t_str_new(64);
	const char *id;

	eas_hierarchy_changes_find(&test_list, &test_known, test_version, FALSE, test_pool,
				   &changes);
	array_foreach(&changes.added, folder)
		str_printfa(found, "+%s ", folder->id);
	array_foreach(&changes.updated, folder)
		str_printfa(found, "*%s ", folder->id);
	array_foreach_elem(&changes.deleted, id)
		str_printfa(found, "-%s ", id);
	test_assert_strcmp(str_c(found), expected);
	test_assert(array_count(&changes.after) == after);
	test_assert(eas_hierarchy_changes_count(&changes) ==
		    array_count(&changes.added) + array_count(&changes.updated) +
		    array_count(&changes.deleted));
}

static void test_hierarchy_end(void)
{
	pool_unref(&test_pool);
	test_end();
}

static void test_eas_hierarchy_changes(void)
{
	struct eas_device_folder *told;

	test_hierarchy_begin("eas hierarchy: added, updated, deleted");
	test_found("", 0);
	test_there("a", "0", "Inbox");
	test_there("b", "0", "Work");
	test_there("c", "b", "Deep");
	test_found("+a +b +c ", 3);
	test_told("a", "0", "Inbox");
	test_told("b", "0", "Work");
	test_told("c", "b", "Deep");
	test_found("", 3);
	told = array_idx_modifiable(&test_known, 0);
	told[1].display_name = "Old name";
	told[2].parent_id = "a";
	test_told("d", "0", "Gone");
	test_told("e", "d", "Gone too");
	test_found("*b *c -d -e ", 3);
	told = array_idx_modifiable(&test_known, 0);
	told[0].type = EAS_FOLDER_TYPE_INBOX;
	test_found("*a *b *c -d -e ", 3);
	test_hierarchy_end();
}

static void test_eas_hierarchy_unread(void)
{
	static const char *const unread = "Locked";

	test_hierarchy_begin("eas hierarchy: what cannot be read is not gone");
	test_told("a", "0", "Locked");
	test_told("b", "0", "Gone");
	array_push_back(&test_list.unread_names, &unread);
	test_found("-b ", 1);
	test_list.namespace_unread = TRUE;
	test_found("", 2);
	test_hierarchy_end();
}

static void test_eas_hierarchy_version(void)
{
	struct eas_folder *folders;

	test_hierarchy_begin("eas hierarchy: before 14.0 there are no notes");
	test_there("a", "0", "Notes");
	test_there("b", "a", "More notes");
	test_there("c", "b", "Mail below");
	folders = array_front_modifiable(&test_list.folders);
	folders[0].class = folders[1].class = EAS_CLASS_NOTES;
	test_found("+a +b +c ", 3);
	test_version = EAS_VERSION_12_1;
	test_found("+c ", 1);
	/* its parent is the one above those */
	test_told("c", "0", "Mail below");
	test_found("", 1);
	test_hierarchy_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_hierarchy_changes,
		test_eas_hierarchy_unread,
		test_eas_hierarchy_version,
		NULL
	};
	return test_run(test_functions);
}
