/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-email-followup.h"

#define DAY1 "2026-03-01T10:00:00.000Z"
#define DAY2 "2026-03-02T10:00:00.000Z"

static struct wbxml_node *
node_add(struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = t_new(struct wbxml_node, 1);

	node->tag = tag;
	node->value = value;
	node->value_size = strlen(value);
	node->parent = parent;
	if (parent != NULL) {
		node->next = parent->first_child;
		parent->first_child = node;
	}
	return node;
}

static struct wbxml_node *flag_with_dates(const char *start, const char *due)
{
	struct wbxml_node *flag = node_add(NULL, EAS_TAG_EMAIL_FLAG, "");

	node_add(flag, EAS_TAG_TASKS_START_DATE, start);
	node_add(flag, EAS_TAG_TASKS_DUE_DATE, due);
	node_add(flag, EAS_TAG_TASKS_UTC_START_DATE, start);
	node_add(flag, EAS_TAG_TASKS_UTC_DUE_DATE, due);
	return flag;
}

static int test_parse(const struct wbxml_node *flag, bool is_complete,
		      struct eas_email_followup *followup_r)
{
	const char *error;
	int ret = eas_email_followup_parse(flag, is_complete, pool_datastack_create(),
					   followup_r, &error);

	test_assert((ret < 0) == (error != NULL));
	return ret;
}

static void test_followup_legal(void)
{
	struct eas_email_followup followup;
	struct wbxml_node *flag;

	test_begin("followup: what is legal together");
	test_assert(test_parse(flag_with_dates(DAY1, DAY2), FALSE, &followup) == 0);
	test_assert(test_parse(flag_with_dates(DAY2, DAY1), FALSE, &followup) < 0);
	test_assert(test_parse(flag_with_dates(DAY1, ""), FALSE, &followup) < 0);
	test_assert(test_parse(flag_with_dates(DAY1, "soon"), FALSE, &followup) < 0);
	test_assert(test_parse(flag_with_dates("", ""), FALSE, &followup) == 0);
	test_assert(eas_email_followup_is_empty(&followup));
	/* done, but when? */
	test_assert(test_parse(flag_with_dates(DAY1, DAY2), TRUE, &followup) < 0);
	flag = flag_with_dates(DAY1, DAY2);
	node_add(flag, EAS_TAG_TASKS_DATE_COMPLETED, DAY2);
	test_assert(test_parse(flag, FALSE, &followup) < 0);
	node_add(flag, EAS_TAG_EMAIL_COMPLETE_TIME, DAY2);
	test_assert(test_parse(flag, TRUE, &followup) == 0);
	node_add(flag, EAS_TAG_TASKS_REMINDER_SET, "1");
	test_assert(test_parse(flag, TRUE, &followup) < 0);
	node_add(flag, EAS_TAG_TASKS_REMINDER_TIME, DAY1);
	test_assert(test_parse(flag, TRUE, &followup) == 0);
	test_end();
}

static void test_followup_text(void)
{
	struct eas_email_followup followup, decoded;
	struct wbxml_node *flag = flag_with_dates(DAY1, DAY2);

	test_begin("followup: as text and back");
	node_add(flag, EAS_TAG_TASKS_SUBJECT, "a=b\tc\nd");
	node_add(flag, EAS_TAG_EMAIL_FLAG_TYPE, "Read");
	test_assert(test_parse(flag, FALSE, &followup) == 0);
	eas_email_followup_decode(eas_email_followup_encode(&followup),
				  pool_datastack_create(), &decoded);
	for (unsigned int i = 0; i < EAS_EMAIL_FOLLOWUP_FIELDS; i++) {
		test_assert_idx(null_strcmp(followup.values[i], decoded.values[i]) == 0, i);
	}
	test_assert_strcmp(decoded.values[EAS_EMAIL_FOLLOWUP_SUBJECT], "a=b\tc\nd");
	test_assert_strcmp(decoded.values[EAS_EMAIL_FOLLOWUP_UTC_DUE_DATE], DAY2);
	eas_email_followup_decode("DueDate\tNonsense=1\t=", pool_datastack_create(), &decoded);
	test_assert(eas_email_followup_is_empty(&decoded));
	test_end();
}

static void test_followup_merge(void)
{
	struct eas_email_followup followup, update;

	test_begin("followup: an update leaves the rest");
	test_assert(test_parse(flag_with_dates(DAY1, DAY2), FALSE, &followup) == 0);
	i_zero(&update);
	update.values[EAS_EMAIL_FOLLOWUP_SUBJECT] = "new";
	update.values[EAS_EMAIL_FOLLOWUP_DUE_DATE] = DAY1;
	eas_email_followup_merge(&followup, &update);
	test_assert_strcmp(followup.values[EAS_EMAIL_FOLLOWUP_SUBJECT], "new");
	test_assert_strcmp(followup.values[EAS_EMAIL_FOLLOWUP_DUE_DATE], DAY1);
	test_assert_strcmp(followup.values[EAS_EMAIL_FOLLOWUP_START_DATE], DAY1);
	test_assert_strcmp(followup.values[EAS_EMAIL_FOLLOWUP_UTC_DUE_DATE], DAY2);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_followup_legal,
		test_followup_text,
		test_followup_merge,
		NULL
	};
	return test_run(test_functions);
}
