/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "directpush-remote.h"

static void test_directpush_remote_trusted(void)
{
	static const struct {
		const char *ip;
		bool trusted;
	} tests[] = {
		{ "10.1.2.3", TRUE },
		{ "10.2.0.1", FALSE },
		{ "192.0.2.7", TRUE },
		{ "192.0.2.8", FALSE },
		{ "2001:db8::1", TRUE },
		{ "2001:db9::1", FALSE }
	};
	struct ip_addr ip;
	const char *error;

	test_begin("remote: trusted networks");
	test_assert(directpush_remote_init("10.1.0.0/16, 192.0.2.7",
					   "2001:db8::/32", &error) == 0);
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(net_addr2ip(tests[i].ip, &ip) == 0, i);
		test_assert_idx(directpush_remote_is_trusted(&ip) ==
				tests[i].trusted, i);
	}
	i_zero(&ip);
	test_assert(!directpush_remote_is_trusted(&ip));
	directpush_remote_deinit();

	test_assert(directpush_remote_init("", "10.1.0.0/33", &error) < 0);
	directpush_remote_deinit();
	test_end();
}

static void test_directpush_remote_forwarded_for(void)
{
	static const struct {
		const char *header;
		/* NULL: nothing usable */
		const char *ip;
	} tests[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "192.0.2.1:4711", "192.0.2.1" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "[2001:db8::1]:4711", "2001:db8::1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		/* what the phone claims stands left */
		{ "127.0.0.1, 192.0.2.1", "192.0.2.1" },
		{ "198.51.100.1, 192.0.2.1, 10.0.0.2", "192.0.2.1" },
		{ "198.51.100.1,10.0.0.3,10.0.0.2", "198.51.100.1" },
		{ "10.0.0.3, 10.0.0.2", "10.0.0.3" },
		{ "unknown, 10.0.0.2", "10.0.0.2" },
		{ "unknown", NULL },
		{ "[2001:db8::1", NULL },
		{ "", NULL }
	};
	struct ip_addr ip;
	const char *error;
	bool found;

	test_begin("remote: X-Forwarded-For");
	test_assert(directpush_remote_init("", "10.0.0.0/24", &error) == 0);
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		found = directpush_remote_parse_forwarded_for(tests[i].header, &ip);
		test_assert_idx(found == (tests[i].ip != NULL), i);
		if (found)
			test_assert_strcmp_idx(net_ip2addr(&ip), tests[i].ip, i);
	}
	directpush_remote_deinit();
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_remote_trusted,
		test_directpush_remote_forwarded_for,
		NULL
	};
	return test_run(test_functions);
}
