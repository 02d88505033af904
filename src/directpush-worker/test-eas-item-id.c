/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "eas-item-id.h"

#define FOLDER "abcdefghijklmnop"

static void test_eas_item_id(void)
{
	static const struct {
		const char *id;
		uint32_t uid;
	} tests[] = {
		{ FOLDER":1", 1 },
		{ FOLDER":4294967295", 4294967295U },
		{ FOLDER":4294967296", 0 },
		{ FOLDER":0", 0 },
		{ FOLDER":", 0 },
		{ FOLDER":1 ", 0 },
		{ FOLDER":-1", 0 },
		{ FOLDER":sms-00000001", 0 },
		{ FOLDER, 0 },
		{ "abcdefghijklmno:1", 0 },
		{ FOLDER"q:1", 0 },
		{ "", 0 },
		{ ":1", 0 },
		/* of another folder */
		{ "abcdefghijklmnoq:1", 0 }
	};
	const char *folder_id;
	uint32_t uid;
	unsigned int i;

	test_begin("item id: only those of this folder");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(eas_item_id_get_uid(tests[i].id, FOLDER) ==
				tests[i].uid, i);
	}
	test_assert_strcmp(eas_item_id_make(FOLDER, 4294967295U), FOLDER":4294967295");
	test_assert(strlen(eas_item_id_make(FOLDER, 4294967295U)) <= 64);
	test_assert(eas_item_id_parse(FOLDER":7", &folder_id, &uid) == 0 && uid == 7);
	test_assert_strcmp(folder_id, FOLDER);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_item_id,
		NULL
	};
	return test_run(test_functions);
}
