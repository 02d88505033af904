/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "test-common.h"
#include "eas-folder-name.h"

#define S "\001"

static void test_eas_folder_path(void)
{
	static const struct {
		const char *vname;
		char sep;
		const char *prefix;
		bool is_inbox_ns;
		const char *path, *parent, *name;
	} tests[] = {
		{ "INBOX", '/', "", TRUE, "INBOX", NULL, "INBOX" },
		{ "INBOX", '.', "INBOX.", TRUE, "INBOX", NULL, "INBOX" },
		{ "INBOX.Sent", '.', "INBOX.", TRUE, "Sent", NULL, "Sent" },
		{ "INBOX/child", '/', "", TRUE, "INBOX"S"child", "INBOX", "child" },
		{ "a/b/c", '/', "", TRUE, "a"S"b"S"c", "a"S"b", "c" },
		{ "a/b", '.', "", TRUE, "a/b", NULL, "a/b" },
		{ "Public/a", '/', "Public/", FALSE, "Public"S"a", "Public", "a" },
		{ "INBOX.", '.', "INBOX.", TRUE, "INBOX"S, "INBOX", "?" },
	};

	test_begin("eas folder name: paths of mailbox names");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		const char *path = eas_folder_path(tests[i].vname, tests[i].sep,
						   tests[i].prefix, tests[i].is_inbox_ns);

		test_assert_strcmp_idx(path, tests[i].path, i);
		test_assert_strcmp_idx(eas_folder_path_parent(path), tests[i].parent, i);
		test_assert_strcmp_idx(eas_folder_path_display_name(path),
				       tests[i].name, i);
	}
	/* parents come before children */
	test_assert(strcmp("a", "a"S"b") < 0 && strcmp("a"S"b", "a b") < 0);
	test_end();
}

static void test_eas_folder_display_name(void)
{
	static const struct { const char *path, *name; } tests[] = {
		{ "Entw\xc3\xbcrfe", "Entw\xc3\xbcrfe" },
		{ "a\tb\nc\x7f""d", "a b c d" },
		{ "\t \n", "?" },
		{ "", "?" },
		{ "bad \xff byte", "bad "UNICODE_REPLACEMENT_CHAR_UTF8" byte" },
	};
	string_t *name = t_str_new(1024);
	const char *shown;

	test_begin("eas folder name: what people see");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(eas_folder_path_display_name(tests[i].path),
				       tests[i].name, i);
	}
	for (unsigned int i = 0; i < 200; i++)
		str_append(name, "\xe2\x82\xac");
	shown = eas_folder_path_display_name(str_c(name));
	test_assert(strlen(shown) == EAS_FOLDER_MAX_DISPLAY_NAME / 3 * 3);
	test_assert(uni_utf8_str_is_valid(shown));
	test_end();
}

static void test_eas_folder_name_from_client(void)
{
	static const struct { const char *given; char sep; const char *name; } tests[] = {
		{ "Projects", '/', "Projects" },
		{ "  Projects 2026 ", '/', "Projects 2026" },
		{ "Entw\xc3\xbcrfe & mehr", '.', "Entw\xc3\xbcrfe & mehr" },
		{ "a.b", '/', "a.b" },
		{ "a.b", '.', NULL },
		{ "a/b", '/', NULL },
		{ "", '/', NULL },
		{ "   ", '/', NULL },
		{ "a\tb", '/', NULL },
		{ "a\x7f", '/', NULL },
		{ "bad \xff byte", '/', NULL },
	};
	string_t *name = t_str_new(1024);

	test_begin("eas folder name: names clients give");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(eas_folder_name_from_client(tests[i].given,
								   tests[i].sep),
				       tests[i].name, i);
	}
	for (unsigned int i = 0; i < EAS_FOLDER_MAX_DISPLAY_NAME; i++)
		str_append(name, "\xe2\x82\xac");
	test_assert(eas_folder_name_from_client(str_c(name), '/') != NULL);
	str_append(name, "\xe2\x82\xac");
	test_assert(eas_folder_name_from_client(str_c(name), '/') == NULL);
	test_end();
}

static void test_eas_folder_types(void)
{
	static const struct {
		const char *special_use;
		enum eas_folder_type type;
	} uses[] = {
		{ NULL, EAS_FOLDER_TYPE_NONE },
		{ "", EAS_FOLDER_TYPE_NONE },
		{ "\\Sent", EAS_FOLDER_TYPE_SENT_ITEMS },
		{ "\\trash", EAS_FOLDER_TYPE_DELETED_ITEMS },
		{ "\\Important \\Drafts", EAS_FOLDER_TYPE_DRAFTS },
		{ "\\Junk", EAS_FOLDER_TYPE_NONE },
		{ "\\SentX", EAS_FOLDER_TYPE_NONE },
	};
	unsigned int rank1, rank2;

	test_begin("eas folder name: types by flags and by name");
	for (unsigned int i = 0; i < N_ELEMENTS(uses); i++) {
		test_assert_idx(eas_folder_type_by_special_use(uses[i].special_use) ==
				uses[i].type, i);
	}
	test_assert(eas_folder_type_by_name("SENT", &rank1) ==
		    EAS_FOLDER_TYPE_SENT_ITEMS);
	test_assert(eas_folder_type_by_name("Sent Items", &rank2) ==
		    EAS_FOLDER_TYPE_SENT_ITEMS);
	test_assert(rank1 < rank2);
	test_assert(eas_folder_type_by_name("Gesendet", &rank1) ==
		    EAS_FOLDER_TYPE_SENT_ITEMS);
	test_assert(eas_folder_type_by_name("Deleted Messages", &rank1) ==
		    EAS_FOLDER_TYPE_DELETED_ITEMS);
	test_assert(eas_folder_type_by_name("Work", &rank1) == EAS_FOLDER_TYPE_NONE);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_folder_path,
		test_eas_folder_display_name,
		test_eas_folder_name_from_client,
		test_eas_folder_types,
		NULL
	};
	return test_run(test_functions);
}
