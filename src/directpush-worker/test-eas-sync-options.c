/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-sync-state.h"
#include "eas-sync-options.h"

static struct wbxml_node *
node_add(struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = t_new(struct wbxml_node, 1);

	node->tag = tag;
	node->value = value;
	node->value_size = strlen(value);
	node->parent = parent;
	if (parent == NULL)
		return node;
	if (parent->last_child != NULL)
		parent->last_child->next = node;
	else
		parent->first_child = node;
	parent->last_child = node;
	return node;
}

static void test_eas_sync_options_find(void)
{
	static const struct {
		/* NULL = no such Options, "" = without a class */
		const char *classes[3];
		int ret, found;
	} tests[] = {
		{ { NULL, NULL, NULL }, 0, -1 },
		{ { "", NULL, NULL }, 0, 0 },
		{ { "Email", NULL, NULL }, 0, 0 },
		{ { "SMS", NULL, NULL }, 0, -1 },
		{ { "SMS", "Email", NULL }, 0, 1 },
		{ { "", "SMS", NULL }, 0, 0 },
		{ { "", "Email", NULL }, -1, 0 },
		{ { "SMS", "Email", "SMS" }, -1, 0 }
	};
	unsigned int i, j;

	test_begin("sync options: which of several Options is mail's");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		struct wbxml_node *collection, *nodes[3] = { NULL, NULL, NULL };
		const struct wbxml_node *found;
		const char *error;

		collection = node_add(NULL, EAS_TAG_AIRSYNC_COLLECTION, "");
		for (j = 0; j < 3 && tests[i].classes[j] != NULL; j++) {
			nodes[j] = node_add(collection, EAS_TAG_AIRSYNC_OPTIONS, "");
			if (*tests[i].classes[j] != '\0') {
				node_add(nodes[j], EAS_TAG_AIRSYNC_CLASS,
					 tests[i].classes[j]);
			}
		}
		test_assert_idx(eas_sync_options_find(collection, &found, &error) ==
				tests[i].ret, i);
		if (tests[i].ret == 0) {
			test_assert_idx(found == (tests[i].found < 0 ? NULL :
						  nodes[tests[i].found]), i);
		}
	}
	test_end();
}

static void test_eas_sync_options_parse(void)
{
	static const struct {
		const char *filter, *conflict, *class;
		int ret;
		unsigned int filter_type;
		bool client_wins;
	} tests[] = {
		{ NULL, NULL, NULL, 0, 0, FALSE },
		{ "5", "1", "Email", 0, 5, FALSE },
		{ "", "", "", 0, 0, FALSE },
		{ "2", "0", NULL, 0, 2, TRUE },
		{ "6", NULL, NULL, -1, 0, FALSE },
		{ "8", NULL, NULL, -1, 0, FALSE },
		{ "-1", NULL, NULL, -1, 0, FALSE },
		{ "1x", NULL, NULL, -1, 0, FALSE },
		{ NULL, "x", NULL, -1, 0, FALSE },
		{ NULL, NULL, "Calendar", -1, 0, FALSE }
	};
	struct eas_sync_options options;
	const char *error;
	unsigned int i;

	test_begin("sync options: FilterType, Conflict, Class");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		struct wbxml_node *node = node_add(NULL, EAS_TAG_AIRSYNC_OPTIONS, "");

		if (tests[i].filter != NULL)
			node_add(node, EAS_TAG_AIRSYNC_FILTER_TYPE, tests[i].filter);
		if (tests[i].conflict != NULL)
			node_add(node, EAS_TAG_AIRSYNC_CONFLICT, tests[i].conflict);
		if (tests[i].class != NULL)
			node_add(node, EAS_TAG_AIRSYNC_CLASS, tests[i].class);
		test_assert_idx(eas_sync_options_parse(node, EAS_VERSION_14_1, EAS_CLASS_EMAIL,
						       &options, &error) == tests[i].ret, i);
		if (tests[i].ret < 0)
			continue;
		test_assert_idx(options.filter_type == tests[i].filter_type, i);
		test_assert_idx(options.client_wins == tests[i].client_wins, i);
	}
	test_assert(eas_sync_options_parse(NULL, EAS_VERSION_14_1, EAS_CLASS_EMAIL,
					   &options, &error) == 0);
	test_end();
}

static void test_eas_sync_options_keep(void)
{
	pool_t pool = pool_alloconly_create("test sync options", 1024);
	struct eas_sync_state *state = eas_sync_state_new(pool, NULL, 1);
	struct wbxml_node *node = node_add(NULL, EAS_TAG_AIRSYNC_OPTIONS, "");
	struct wbxml_node *preference;
	const struct wbxml_node *kept;

	test_begin("sync options: kept until others are sent");
	test_assert(eas_sync_options_kept(state, pool) == NULL);
	node_add(node, EAS_TAG_AIRSYNC_FILTER_TYPE, "3");
	preference = node_add(node, EAS_TAG_AIRSYNCBASE_BODY_PREFERENCE, "");
	node_add(preference, EAS_TAG_AIRSYNCBASE_TYPE, "2");

	test_assert(eas_sync_options_keep(state, node));
	test_assert(!eas_sync_options_keep(state, node));
	kept = eas_sync_options_kept(state, pool);
	test_assert(kept != NULL && kept->tag == EAS_TAG_AIRSYNC_OPTIONS);
	test_assert_strcmp(wbxml_node_child_value(kept, EAS_TAG_AIRSYNC_FILTER_TYPE), "3");
	test_assert_strcmp(wbxml_node_child_value(
		wbxml_node_child(kept, EAS_TAG_AIRSYNCBASE_BODY_PREFERENCE),
		EAS_TAG_AIRSYNCBASE_TYPE), "2");
	/* an empty element takes all options back */
	test_assert(eas_sync_options_keep(state, node_add(NULL,
						EAS_TAG_AIRSYNC_OPTIONS, "")));
	kept = eas_sync_options_kept(state, pool);
	test_assert(kept != NULL && kept->first_child == NULL);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_sync_options_find,
		test_eas_sync_options_parse,
		test_eas_sync_options_keep,
		NULL
	};
	return test_run(test_functions);
}
