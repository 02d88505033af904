/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "str.h"
#include "test-common.h"
#include "directpush-auth-name.h"

static const char *test_base64(const char *data, size_t size)
{
	string_t *dest = t_str_new(64);

	base64_encode(data, size, dest);
	return str_c(dest);
}

static void test_directpush_auth_basic(void)
{
	static const struct {
		const char *data;
		size_t size;
		/* NULL: refused */
		const char *user, *password;
	} tests[] = {
#define T(data) data, sizeof(data) - 1
		{ T("user:pass"), "user", "pass" },
		{ T("user@example.com:pa:ss:"), "user@example.com", "pa:ss:" },
		{ T("user:"), "user", "" },
		{ T("m\xc3\xbcller:\xc3\xa4"), "m\xc3\xbcller", "\xc3\xa4" },
		/* ISO-8859-1 */
		{ T("m\xfcller:\xe4"), "m\xc3\xbcller", "\xc3\xa4" },
		{ T(":pass"), NULL, NULL },
		{ T("user"), NULL, NULL },
		{ T("us\0er:pass"), NULL, NULL },
		{ T(""), NULL, NULL }
#undef T
	};
	const char *user, *password;
	int ret;

	test_begin("auth name: Basic, in UTF-8 or ISO-8859-1");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		ret = directpush_auth_basic_parse(test_base64(tests[i].data,
							      tests[i].size),
						  &user, &password);
		test_assert_idx((ret == 0) == (tests[i].user != NULL), i);
		if (ret == 0) {
			test_assert_strcmp_idx(user, tests[i].user, i);
			test_assert_strcmp_idx(password, tests[i].password, i);
		}
	}
	test_assert(directpush_auth_basic_parse("not base64!", &user, &password) < 0);
	test_end();
}

static void test_directpush_auth_name_normalize(void)
{
	static const struct {
		const char *sent, *name;
	} tests[] = {
		{ "user", "user" },
		{ "user@example.com", "user@example.com" },
		{ "user*master", "user*master" },
		{ "EXAMPLE\\user", "user" },
		{ "example.com\\user", "user@example.com" },
		{ "EXAMPLE\\user@example.com", "user@example.com" },
		{ "example.org\\user@example.com", "user@example.com" },
		{ "\\user", "user" }
	};

	test_begin("auth name: the forms of a user name");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(directpush_auth_name_normalize(tests[i].sent),
				       tests[i].name, i);
	}
	test_end();
}

static void test_directpush_auth_name_conflicts(void)
{
	static const struct {
		const char *query, *login, *user;
		bool conflicts;
	} tests[] = {
		{ "user", "user@example.com", "user@example.com", FALSE },
		{ "EXAMPLE\\User", "user", "user@example.com", FALSE },
		{ "exchange.example.com\\user", "user", "user", FALSE },
		/* auth made another name of it */
		{ "first.last", "first.last@example.com", "u1017", FALSE },
		{ "u1017", "first.last@example.com", "u1017", FALSE },
		{ "", "user", "user", FALSE },
		{ "other", "user@example.com", "user@example.com", TRUE },
		{ "other@example.com", "user@example.com", "user@example.com", TRUE }
	};

	test_begin("auth name: does the query name somebody else?");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(directpush_auth_name_conflicts(tests[i].query,
				tests[i].login, tests[i].user) ==
				tests[i].conflicts, i);
	}
	test_end();
}

static void test_directpush_auth_plain(void)
{
	test_begin("auth name: SASL PLAIN");
	test_assert_strcmp(directpush_auth_plain_response("user", "pass"),
			   test_base64("\0user\0pass", 10));
	test_assert_strcmp(directpush_auth_plain_response("u", ""),
			   test_base64("\0u\0", 3));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_auth_basic,
		test_directpush_auth_name_normalize,
		test_directpush_auth_name_conflicts,
		test_directpush_auth_plain,
		NULL
	};
	return test_run(test_functions);
}
