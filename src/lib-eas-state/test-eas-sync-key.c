/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "eas-sync-key.h"

static void test_eas_sync_key_parse(void)
{
	static const struct {
		const char *str;
		int ret;
		struct eas_sync_key key;
	} tests[] = {
		{ "0", 0, { 0, 0 } },
		{ "00000001-1", 1, { 1, 1 } },
		{ "5f3a9c21-12", 1, { 0x5f3a9c21, 12 } },
		{ "ffffffff-4294967295", 1, { 0xffffffff, 4294967295U } },
		{ "", -1, { 0, 0 } },
		{ "1", -1, { 0, 0 } },
		{ "00", -1, { 0, 0 } },
		{ "-1", -1, { 0, 0 } },
		{ "00000000-1", -1, { 0, 0 } },
		{ "5f3a9c21", -1, { 0, 0 } },
		{ "5f3a9c21-", -1, { 0, 0 } },
		{ "5f3a9c21-0", -1, { 0, 0 } },
		{ "5f3a9c21-012", -1, { 0, 0 } },
		{ "5f3a9c21-12 ", -1, { 0, 0 } },
		{ "5f3a9c21--2", -1, { 0, 0 } },
		{ "5f3a9c21-4294967296", -1, { 0, 0 } },
		{ "5F3A9C21-12", -1, { 0, 0 } },
		{ "5f3a9c2-12", -1, { 0, 0 } },
		{ "{5f3a9c21}12", -1, { 0, 0 } },
		{ "5f3a9c21-99999999999999999999999999", -1, { 0, 0 } }
	};
	struct eas_sync_key key;
	unsigned int i;

	test_begin("sync key: parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(eas_sync_key_parse(tests[i].str, &key) ==
				tests[i].ret, i);
		if (tests[i].ret == 1) {
			test_assert_idx(key.instance == tests[i].key.instance, i);
			test_assert_idx(key.counter == tests[i].key.counter, i);
		}
	}
	test_end();
}

static void test_eas_sync_key_format(void)
{
	struct eas_sync_key key = { .instance = 0xab, .counter = 4294967295U };

	test_begin("sync key: format pads the instance and stays in its length");
	test_assert_strcmp(eas_sync_key_format(&key), "000000ab-4294967295");
	test_assert(strlen(eas_sync_key_format(&key)) == EAS_SYNC_KEY_MAX_LENGTH);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_sync_key_parse,
		test_eas_sync_key_format,
		NULL
	};
	return test_run(test_functions);
}
