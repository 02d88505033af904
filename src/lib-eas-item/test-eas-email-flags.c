/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "strfuncs.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-email-flags.h"

static const char *const *words(const char *str)
{
	return t_strsplit_spaces(str, " ");
}

static void test_eas_email_flags_read(void)
{
	static const struct {
		enum mail_flags flags;
		const char *keywords;
		bool read, answered, forwarded, hidden;
		enum eas_email_flag_status flag;
		const char *categories;
	} tests[] = {
		{ 0, "", FALSE, FALSE, FALSE, FALSE, EAS_EMAIL_FLAG_CLEAR, "" },
		{ MAIL_SEEN | MAIL_ANSWERED, "$Forwarded", TRUE, TRUE, TRUE, FALSE,
		  EAS_EMAIL_FLAG_CLEAR, "" },
		{ MAIL_FLAGGED, "$Completed", FALSE, FALSE, FALSE, FALSE,
		  EAS_EMAIL_FLAG_ACTIVE, "" },
		{ MAIL_DELETED, "$COMPLETED", FALSE, FALSE, FALSE, TRUE,
		  EAS_EMAIL_FLAG_COMPLETE, "" },
		{ 0, "NonJunk $label1 Work Red_Category &AOQ-rger", FALSE, FALSE, FALSE,
		  FALSE, EAS_EMAIL_FLAG_CLEAR, "Work,Red Category,\xc3\xa4rger" }
	};
	struct eas_email_flags flags;
	unsigned int i;

	test_begin("email flags: what a phone sees");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		eas_email_flags_read(tests[i].flags, words(tests[i].keywords), &flags);
		test_assert_idx(flags.read == tests[i].read, i);
		test_assert_idx(flags.answered == tests[i].answered, i);
		test_assert_idx(flags.forwarded == tests[i].forwarded, i);
		test_assert_idx(flags.hidden == tests[i].hidden, i);
		test_assert_idx(flags.flag == tests[i].flag, i);
		test_assert_strcmp_idx(t_strarray_join(flags.categories, ","),
				       tests[i].categories, i);
	}
	eas_email_flags_read(0, NULL, &flags);
	test_assert(flags.categories[0] == NULL);
	test_end();
}

static void test_eas_email_flags_last_verb(void)
{
	static const struct {
		enum mail_flags flags;
		const char *keywords;
		enum eas_email_verb verb;
	} tests[] = {
		{ 0, "", EAS_EMAIL_VERB_NONE },
		{ MAIL_ANSWERED, "", EAS_EMAIL_VERB_REPLY },
		{ 0, "$forwarded", EAS_EMAIL_VERB_FORWARD },
		{ MAIL_ANSWERED, "$Forwarded", EAS_EMAIL_VERB_FORWARD },
		{ MAIL_ANSWERED, "$Forwarded $DirectPushRepliedLast", EAS_EMAIL_VERB_REPLY },
		{ MAIL_ANSWERED, "$directpushrepliedlast $Forwarded", EAS_EMAIL_VERB_REPLY },
		/* another client took something away */
		{ MAIL_ANSWERED, "$DirectPushRepliedLast", EAS_EMAIL_VERB_REPLY },
		{ 0, "$Forwarded $DirectPushRepliedLast", EAS_EMAIL_VERB_FORWARD },
		{ 0, "$DirectPushRepliedLast", EAS_EMAIL_VERB_NONE }
	};
	struct eas_email_flags flags;

	test_begin("email flags: what was done last");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		eas_email_flags_read(tests[i].flags, words(tests[i].keywords), &flags);
		test_assert_idx(flags.last_verb == tests[i].verb, i);
		test_assert_idx(flags.categories[0] == NULL, i);
	}
	test_end();
}

static uint32_t digest(enum mail_flags flags, const char *keywords)
{
	struct eas_email_flags email_flags;

	eas_email_flags_read(flags, words(keywords), &email_flags);
	return eas_email_flags_digest(&email_flags);
}

static void test_eas_email_flags_digest(void)
{
	test_begin("email flags: the digest changes with what is shown, and only then");
	test_assert(digest(0, "") == digest(MAIL_DRAFT | MAIL_RECENT, "NonJunk $label1"));
	test_assert(digest(0, "a b") == digest(0, "b a"));
	test_assert(digest(0, "") != digest(MAIL_SEEN, ""));
	test_assert(digest(0, "") != digest(MAIL_FLAGGED, ""));
	test_assert(digest(0, "") != digest(MAIL_ANSWERED, ""));
	test_assert(digest(0, "") != digest(0, "$Forwarded"));
	test_assert(digest(0, "$Completed") != digest(0, "$Forwarded"));
	test_assert(digest(MAIL_ANSWERED, "$Forwarded") !=
		    digest(MAIL_ANSWERED, "$Forwarded $DirectPushRepliedLast"));
	test_assert(digest(0, "$Forwarded") ==
		    digest(0, "$Forwarded $DirectPushRepliedLast"));
	test_assert(digest(0, "") != digest(0, "a"));
	test_assert(digest(0, "a") != digest(0, "b"));
	test_assert(digest(MAIL_FLAGS_MASK, "a $Forwarded $Completed "
			   "$DirectPushRepliedLast") < 0xfffffff0);

	/* which properties differ */
	test_assert(eas_email_digest_changes(digest(0, "a"), digest(0, "a")) == 0);
	test_assert((eas_email_digest_changes(digest(0, ""), digest(MAIL_SEEN, "")) &
		     eas_email_digest_changes(digest(0, ""), digest(MAIL_FLAGGED, ""))) == 0);
	test_assert(eas_email_digest_changes(digest(0, "a"), digest(0, "b")) ==
		    eas_email_digest_changes(digest(0, ""), digest(0, "x")));
	test_assert(eas_email_digest_changes(digest(0, ""), digest(MAIL_FLAGGED, "")) ==
		    eas_email_digest_changes(digest(0, "$Completed"),
					     digest(MAIL_FLAGGED, "")));
	test_end();
}

static struct wbxml_node *
node_add(struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = t_new(struct wbxml_node, 1);

	node->tag = tag;
	node->value = value;
	node->value_size = strlen(value);
	node->parent = parent;
	if (parent != NULL && parent->last_child != NULL)
		parent->last_child->next = node;
	else if (parent != NULL)
		parent->first_child = node;
	if (parent != NULL)
		parent->last_child = node;
	return node;
}

static void test_eas_email_flags_change(void)
{
	static const struct {
		/* NULL = no element; "-" = empty element */
		const char *read, *flag_status;
		int ret;
		const char *keywords;
		enum mail_flags add, remove;
		const char *add_keywords, *remove_keywords;
	} tests[] = {
		{ NULL, NULL, 0, "a $Completed", 0, 0, "", "" },
		{ "1", NULL, 0, "", MAIL_SEEN, 0, "", "" },
		{ "0", NULL, 0, "", 0, MAIL_SEEN, "", "" },
		{ "", NULL, 0, "", MAIL_SEEN, 0, "", "" },
		{ "2", NULL, -1, "", 0, 0, "", "" },
		{ "true", NULL, -1, "", 0, 0, "", "" },
		{ NULL, "2", 0, "$completed a", MAIL_FLAGGED, 0, "", "$Completed" },
		{ NULL, "1", 0, "", 0, MAIL_FLAGGED, "$Completed", "" },
		{ NULL, "0", 0, "$Completed", 0, MAIL_FLAGGED, "", "$Completed" },
		{ NULL, "-", 0, "", 0, MAIL_FLAGGED, "", "" },
		{ NULL, "3", -1, "", 0, 0, "", "" },
		{ NULL, "x", -1, "", 0, 0, "", "" },
		{ "1", "2", 0, "", MAIL_SEEN | MAIL_FLAGGED, 0, "", "" }
	};
	pool_t pool = pool_alloconly_create("test email flags", 1024);
	struct eas_email_flags_change change;
	struct eas_email_flags_update update;
	struct wbxml_node *data, *flag;
	const char *error;
	unsigned int i;

	test_begin("email flags: Read and Flag of a Change");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, "");
		if (tests[i].read != NULL)
			node_add(data, EAS_TAG_EMAIL_READ, tests[i].read);
		if (tests[i].flag_status != NULL) {
			flag = node_add(data, EAS_TAG_EMAIL_FLAG, "");
			if (tests[i].flag_status[0] != '-')
				node_add(flag, EAS_TAG_EMAIL_STATUS, tests[i].flag_status);
			if (strcmp(tests[i].flag_status, "1") == 0) {
				node_add(flag, EAS_TAG_TASKS_DATE_COMPLETED,
					 "2026-03-01T10:00:00.000Z");
				node_add(flag, EAS_TAG_EMAIL_COMPLETE_TIME,
					 "2026-03-01T10:00:00.000Z");
			}
		}
		test_assert_idx(eas_email_flags_change_parse(data, pool, &change,
							     &error) == tests[i].ret, i);
		if (tests[i].ret < 0)
			continue;
		eas_email_flags_change_apply(&change, words(tests[i].keywords),
					     pool, &update);
		test_assert_idx(update.add_flags == tests[i].add, i);
		test_assert_idx(update.remove_flags == tests[i].remove, i);
		test_assert_strcmp_idx(t_strarray_join(update.add_keywords, " "),
				       tests[i].add_keywords, i);
		test_assert_strcmp_idx(t_strarray_join(update.remove_keywords, " "),
				       tests[i].remove_keywords, i);
	}
	pool_unref(&pool);
	test_end();
}

static void test_eas_email_flags_categories(void)
{
	pool_t pool = pool_alloconly_create("test email flags", 1024);
	struct eas_email_flags_change change;
	struct eas_email_flags_update update;
	struct wbxml_node *data, *categories;
	const char *error;

	test_begin("email flags: Categories of a Change are keywords");
	data = node_add(NULL, EAS_TAG_AIRSYNC_APPLICATION_DATA, "");
	categories = node_add(data, EAS_TAG_EMAIL_CATEGORIES, "");
	node_add(categories, EAS_TAG_EMAIL_CATEGORY, "Red Category");
	node_add(categories, EAS_TAG_EMAIL_CATEGORY, "\xc3\xa4rger (1)");
	node_add(categories, EAS_TAG_EMAIL_CATEGORY, "");
	node_add(categories, EAS_TAG_EMAIL_CATEGORY, "$Forwarded");
	node_add(categories, EAS_TAG_EMAIL_CATEGORY, "work");
	test_assert(eas_email_flags_change_parse(data, pool, &change, &error) == 0);
	eas_email_flags_change_apply(&change, words("Work old NonJunk $label1"),
				     pool, &update);
	test_assert_strcmp(t_strarray_join(update.add_keywords, " "),
			   "Red_Category &AOQ-rger_-1-");
	test_assert_strcmp(t_strarray_join(update.remove_keywords, " "), "");

	categories->first_child = categories->last_child = NULL;
	test_assert(eas_email_flags_change_parse(data, pool, &change, &error) == 0);
	eas_email_flags_change_apply(&change, words("Work NonJunk $label1"),
				     pool, &update);
	test_assert_strcmp(t_strarray_join(update.remove_keywords, " "), "Work");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_email_flags_read,
		test_eas_email_flags_last_verb,
		test_eas_email_flags_digest,
		test_eas_email_flags_change,
		test_eas_email_flags_categories,
		NULL
	};
	return test_run(test_functions);
}
