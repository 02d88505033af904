/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "eas-folder-kind.h"

static void test_eas_folder_kind_parse(void)
{
	static const struct {
		const char *private_value, *shared_value;
		bool said;
		enum eas_class class;
		bool is_default;
	} tests[] = {
		{ NULL, NULL, FALSE, EAS_CLASS_EMAIL, FALSE },
		{ NULL, "", FALSE, EAS_CLASS_EMAIL, FALSE },
		{ NULL, "event", TRUE, EAS_CLASS_CALENDAR, FALSE },
		{ NULL, "event.default", TRUE, EAS_CLASS_CALENDAR, FALSE },
		{ "event.default", NULL, TRUE, EAS_CLASS_CALENDAR, TRUE },
		{ "event.default", "task", TRUE, EAS_CLASS_CALENDAR, TRUE },
		{ "contact", "contact.default", TRUE, EAS_CLASS_CONTACTS, FALSE },
		{ "mail", "event", TRUE, EAS_CLASS_EMAIL, FALSE },
		{ NULL, "mail.inbox", TRUE, EAS_CLASS_EMAIL, FALSE },
		{ "TASK.Default", NULL, TRUE, EAS_CLASS_TASKS, TRUE },
		{ "note.default.x", NULL, TRUE, EAS_CLASS_NOTES, FALSE },
		{ "note.", NULL, TRUE, EAS_CLASS_NOTES, FALSE },
		{ NULL, "journal.default", TRUE, EAS_CLASS_NONE, FALSE },
		{ NULL, "configuration", TRUE, EAS_CLASS_NONE, FALSE },
		{ "freebusy", NULL, TRUE, EAS_CLASS_NONE, FALSE },
		{ "", "event", TRUE, EAS_CLASS_CALENDAR, FALSE },
		{ "nonsense", "event", TRUE, EAS_CLASS_CALENDAR, FALSE },
		{ NULL, "events", FALSE, EAS_CLASS_EMAIL, FALSE },
		{ NULL, ".default", FALSE, EAS_CLASS_EMAIL, FALSE },
		{ NULL, " event", FALSE, EAS_CLASS_EMAIL, FALSE },
	};
	struct eas_folder_kind kind;

	test_begin("eas folder kind: what two annotations say");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(eas_folder_kind_parse(tests[i].private_value,
						      tests[i].shared_value, &kind) ==
				tests[i].said, i);
		test_assert_idx(kind.class == tests[i].class, i);
		test_assert_idx(kind.is_default == tests[i].is_default, i);
	}
	test_end();
}

static void test_eas_folder_kind_value(void)
{
	struct eas_folder_kind kind, read;
	const char *value;

	test_begin("eas folder kind: what is written is read as the same");
	for (kind.class = EAS_CLASS_EMAIL; kind.class <= EAS_CLASS_LAST_PIM; kind.class++) {
		kind.is_default = kind.class != EAS_CLASS_EMAIL;
		value = eas_folder_kind_value(&kind);
		test_assert_idx(eas_folder_kind_parse(value, NULL, &read), kind.class);
		test_assert_idx(read.class == kind.class, kind.class);
		test_assert_idx(read.is_default == kind.is_default, kind.class);
	}
	kind.class = EAS_CLASS_TASKS;
	kind.is_default = FALSE;
	test_assert_strcmp(eas_folder_kind_value(&kind), "task");
	kind.is_default = TRUE;
	test_assert_strcmp(eas_folder_kind_value(&kind), "task.default");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_folder_kind_parse,
		test_eas_folder_kind_value,
		NULL
	};
	return test_run(test_functions);
}
