/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "directpush-ipc-admin.h"
#include "test-common.h"

static void test_directpush_ipc_admin_who(void)
{
	struct directpush_ipc_admin_who who, who2;
	pool_t pool = pool_alloconly_create("test", 1024);
	string_t *line = t_str_new(256);
	const char *error;

	test_begin("ipc admin: a held request comes back as it was");
	i_zero(&who);
	who.user = "user1@example.com";
	who.device_id = "ApplDNPXJ1ABCD";
	who.device_type = "iPhone";
	who.user_agent = "Apple-iPhone14C5/2106.67";
	test_assert(net_addr2ip("192.0.2.7", &who.remote_ip) == 0);
	who.command = EAS_COMMAND_PING;
	who.version = EAS_VERSION_16_1;
	who.parked = TRUE;
	who.age_secs = 100;
	who.heartbeat_secs = 3540;
	who.folders_count = 3;
	directpush_ipc_admin_who_append(line, &who);
	test_assert(directpush_ipc_admin_who_parse(pool, t_strcut(str_c(line), '\n'),
						   &who2, &error) == 0);
	test_assert_strcmp(who2.user, who.user);
	test_assert_strcmp(who2.device_id, who.device_id);
	test_assert_strcmp(who2.user_agent, who.user_agent);
	test_assert(net_ip_compare(&who.remote_ip, &who2.remote_ip));
	test_assert(who2.command == who.command && who2.version == who.version);
	test_assert(who2.parked && who2.age_secs == 100 && who2.heartbeat_secs == 3540);
	test_assert(who2.folders_count == 3 && who2.heartbeat_limit_secs == 0);
	pool_unref(&pool);
	test_end();
}

static void test_directpush_ipc_admin_kicked(void)
{
	struct directpush_ipc_admin_kicked kicked = { .count = 0 };
	pool_t pool = pool_alloconly_create("test", 1024);
	string_t *line = t_str_new(256);
	const char *error;

	test_begin("ipc admin: nobody kicked is said too");
	directpush_ipc_admin_kicked_append(line, &kicked);
	test_assert_strcmp(str_c(line), "kicked=0\n");
	test_assert(directpush_ipc_admin_kicked_parse(pool, "kicked=12", &kicked, &error) == 0);
	test_assert(kicked.count == 12);
	test_assert(directpush_ipc_admin_kicked_parse(pool, "", &kicked, &error) < 0);
	test_assert_strcmp(error, "kicked is missing");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_ipc_admin_who,
		test_directpush_ipc_admin_kicked,
		NULL
	};
	return test_run(test_functions);
}
