/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "directpush-ipc-notify.h"
#include "test-common.h"

#include <limits.h>

static void notify_make(struct directpush_ipc_notify *notify_r, const char *user)
{
	i_zero(notify_r);
	notify_r->user = user;
	memset(notify_r->mailbox_guid, 0xab, sizeof(notify_r->mailbox_guid));
	notify_r->changes = DIRECTPUSH_CHANGE_NEW | DIRECTPUSH_CHANGE_FLAGS;
	notify_r->first_uid = 1;
	notify_r->last_uid = 4294967295U;
	notify_r->modseq = 18446744073709551615ULL;
	notify_r->origin_device_id = "ApplDNPXJ1ABCD";
}

static void test_directpush_ipc_notify_round_trip(void)
{
	static const char *const users[] = {
		"user1@example.com", "a", "tab\tand\nlf", "\xc3\xbc"
	};
	struct directpush_ipc_notify notify, notify2;
	unsigned int i;

	test_begin("ipc notify: a line comes back as it was");
	for (i = 0; i < N_ELEMENTS(users); i++) {
		string_t *line = t_str_new(256);

		notify_make(&notify, users[i]);
		test_assert_idx(directpush_ipc_notify_append(line, &notify), i);
		test_assert_idx(str_c(line)[0] == '\n', i);
		test_assert_idx(strchr(str_c(line) + 1, '\n') ==
				str_c(line) + str_len(line) - 1, i);
		test_assert_idx(directpush_ipc_notify_parse(
			t_strcut(str_c(line) + 1, '\n'), &notify2) == 0, i);
		test_assert_strcmp_idx(notify2.user, users[i], i);
		test_assert_idx(guid_128_equals(notify.mailbox_guid,
						notify2.mailbox_guid), i);
		test_assert_idx(notify2.changes == notify.changes, i);
		test_assert_idx(notify2.first_uid == notify.first_uid &&
				notify2.last_uid == notify.last_uid &&
				notify2.modseq == notify.modseq, i);
		test_assert_strcmp_idx(notify2.origin_device_id,
				       notify.origin_device_id, i);
	}
	test_end();
}

static void test_directpush_ipc_notify_long_user(void)
{
	struct directpush_ipc_notify notify;
	string_t *line = t_str_new(256);
	char user[514];

	test_begin("ipc notify: no line is made that is not written in one piece");
	memset(user, '\t', sizeof(user)-1);
	user[sizeof(user)-1] = '\0';
	str_append(line, "before");
	notify_make(&notify, user);
	test_assert(!directpush_ipc_notify_append(line, &notify));
	test_assert_strcmp(str_c(line), "before");
	user[512] = '\0';
	test_assert(directpush_ipc_notify_append(line, &notify));
	test_assert(str_len(line) - strlen("before") <= PIPE_BUF);
	test_end();
}

static void test_directpush_ipc_notify_garbage(void)
{
	static const char *const lines[] = {
		"",
		"N1",
		"N2\tuser\t00112233445566778899aabbccddeeff\t1\t1\t1\t1\t",
		"N1\t\t00112233445566778899aabbccddeeff\t1\t1\t1\t1\t",
		"N1\tuser\t0011\t1\t1\t1\t1\t",
		"N1\tuser\t00112233445566778899aabbccddeeff\t0\t1\t1\t1\t",
		"N1\tuser\t00112233445566778899aabbccddeeff\t32\t1\t1\t1\t",
		"N1\tuser\t00112233445566778899aabbccddeeff\t-1\t1\t1\t1\t",
		"N1\tuser\t00112233445566778899aabbccddeeff\t1\t4294967296\t1\t1\t",
		"N1\tuser\t00112233445566778899aabbccddeeff\t1\t1\t1\t18446744073709551616\t",
		"N1\tuser\t00112233445566778899aabbccddeeff\t1\t1\t1\t1",
		"N1\tuser\t00112233445566778899aabbccddeeff\t1\t1\t1\t1\t"
			"a12345678901234567890123456789012",
	};
	struct directpush_ipc_notify notify;
	string_t *line = t_str_new(256);
	unsigned int i;

	test_begin("ipc notify: what is not a line of ours is refused");
	for (i = 0; i < N_ELEMENTS(lines); i++)
		test_assert_idx(directpush_ipc_notify_parse(lines[i], &notify) < 0, i);

	notify_make(&notify, "user");
	notify.origin_device_id = "";
	test_assert(directpush_ipc_notify_append(line, &notify));
	for (i = 1; i < str_len(line) - 2; i++) {
		test_assert_idx(directpush_ipc_notify_parse(
			t_strdup_until(str_c(line) + 1, str_c(line) + i), &notify) < 0, i);
	}
	test_end();
}

static void test_directpush_ipc_notify_newer(void)
{
	struct directpush_ipc_notify notify;

	test_begin("ipc notify: bits and fields of a newer plugin are ignored");
	test_assert(directpush_ipc_notify_parse("N1\tuser\t"
		"00112233445566778899aabbccddeeff\t65\t1\t1\t1\t\tmore\t", &notify) == 0);
	test_assert(notify.changes == DIRECTPUSH_CHANGE_NEW);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_ipc_notify_round_trip,
		test_directpush_ipc_notify_long_user,
		test_directpush_ipc_notify_garbage,
		test_directpush_ipc_notify_newer,
		NULL
	};
	return test_run(test_functions);
}
