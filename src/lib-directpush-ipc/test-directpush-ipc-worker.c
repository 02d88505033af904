/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "directpush-compat.h"
#include "directpush-ipc-worker.h"
#include "test-common.h"

static const unsigned char binary[] = { 0x03, 0x01, 0x6a, 0x00, '\t', '\n', '\r', 0x01, 0xff };

static const char *line_fields(string_t *line, const char *word)
{
	const char *fields;

	test_assert(str_begins_with(str_c(line), t_strconcat(word, "\t", NULL)));
	test_assert(str_len(line) == strlen(str_c(line)));
	test_assert(strchr(str_c(line), '\n') == str_c(line) + str_len(line) - 1);
	fields = t_strcut(str_c(line) + strlen(word) + 1, '\n');
	return fields;
}

static void test_directpush_ipc_worker_run(void)
{
	struct directpush_ipc_run run, run2;
	pool_t pool = pool_alloconly_create("test", 1024);
	string_t *line = t_str_new(512);
	const char *fields, *error;

	test_begin("ipc worker: a request comes back as it was");
	i_zero(&run);
	run.request.command = EAS_COMMAND_MOVE_ITEMS;
	run.request.version = EAS_VERSION_14_1;
	run.request.device_id = "androidc123456789";
	run.request.device_type = "Android";
	run.request.user_agent = "tab\there";
	run.request.policy_key = 0xffffffff;
	run.request.policy_key_sent = TRUE;
	run.request.query_user = "DOMAIN\\user";
	run.request.content_type = "application/vnd.ms-sync.wbxml";
	run.request.accept_language = "";
	run.request.accept_multipart = TRUE;
	test_assert(net_addr2ip("2001:db8::25", &run.remote_ip) == 0);
	run.session_id = "s1";
	run.body_size = 0;
	run.recheck = TRUE;
	run.as_asked = (const unsigned char *)"\0\t\n=";
	run.as_asked_size = 4;
	run.folders_changed = TRUE;
	run.elapsed_secs = 17;
	run.heartbeat_max_secs = 540;
	run.sync_lost = TRUE;
	directpush_ipc_run_append(line, &run);
	fields = line_fields(line, "RUN");
	test_assert(directpush_ipc_run_parse(pool, fields, &run2, &error) == 0);
	test_assert(run2.request.command == EAS_COMMAND_MOVE_ITEMS);
	test_assert(run2.request.version == EAS_VERSION_14_1);
	test_assert_strcmp(run2.request.device_id, "androidc123456789");
	test_assert_strcmp(run2.request.user_agent, "tab\there");
	test_assert(run2.request.policy_key == 0xffffffff && run2.request.policy_key_sent);
	test_assert_strcmp(run2.request.query_user, "DOMAIN\\user");
	test_assert_strcmp(run2.request.accept_language, "");
	test_assert(run2.request.attachment_name == NULL);
	test_assert(run2.request.accept_multipart && !run2.request.save_in_sent);
	test_assert(net_ip_compare(&run.remote_ip, &run2.remote_ip));
	test_assert(run2.body_size == 0 && run2.recheck && run2.elapsed_secs == 17);
	test_assert(run2.as_asked_size == 4 && memcmp(run2.as_asked, run.as_asked, 4) == 0);
	test_assert(run2.folders_changed);
	test_assert(run2.heartbeat_max_secs == 540 && run2.sync_lost);

	run.body_size = UOFF_T_MAX;
	str_truncate(line, 0);
	directpush_ipc_run_append(line, &run);
	fields = line_fields(line, "RUN");
	test_assert(directpush_ipc_run_parse(pool, fields, &run2, &error) == 0);
	test_assert(run2.body_size == UOFF_T_MAX);
	pool_unref(&pool);
	test_end();
}

static void test_directpush_ipc_worker_every_command(void)
{
	static const enum eas_command_id commands[] = {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) EAS_COMMAND_##ident,
#include "eas-commands.def"
	};
	struct directpush_ipc_run run, run2;
	const char *error;
	unsigned int i;

	test_begin("ipc worker: every command and version has its word");
	for (i = 0; i < N_ELEMENTS(commands); i++) {
		pool_t pool = pool_alloconly_create("test", 1024);
		string_t *line = t_str_new(512);

		i_zero(&run);
		run.request.command = commands[i];
		run.request.version = EAS_VERSION_16_1;
		run.request.device_id = "a";
		run.body_size = UOFF_T_MAX;
		directpush_ipc_run_append(line, &run);
		test_assert_idx(directpush_ipc_run_parse(pool, line_fields(line, "RUN"),
							 &run2, &error) == 0, i);
		test_assert_idx(run2.request.command == commands[i], i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_directpush_ipc_worker_reply(void)
{
	struct directpush_ipc_reply reply, reply2;
	pool_t pool = pool_alloconly_create("test", 1024);
	string_t *line = t_str_new(512);
	const char *error;

	test_begin("ipc worker: a reply comes back as it was");
	i_zero(&reply);
	reply.status = 503;
	reply.content_type = "text/html";
	reply.content_length = UOFF_T_MAX;
	reply.retry_after_secs = 30;
	reply.headers = "X-A: 1\nX-B: 2";
	reply.eas_status = 177;
	reply.announce = TRUE;
	directpush_ipc_reply_append(line, &reply);
	test_assert(directpush_ipc_reply_parse(pool, line_fields(line, "REPLY"),
					       &reply2, &error) == 0);
	test_assert(reply2.status == 503 && reply2.retry_after_secs == 30);
	test_assert(reply2.content_length == UOFF_T_MAX && reply2.eas_status == 177);
	test_assert(reply2.announce);
	test_assert_strcmp(reply2.content_type, "text/html");
	test_assert_strcmp(reply2.headers, "X-A: 1\nX-B: 2");
	pool_unref(&pool);
	test_end();
}

static void park_make(struct directpush_ipc_park *park_r,
		      struct directpush_ipc_park_folder *folders, unsigned int count)
{
	unsigned int i;

	i_zero(park_r);
	for (i = 0; i < count; i++) {
		i_zero(&folders[i]);
		folders[i].mailbox_guid[0] = i + 1;
		folders[i].wake = DIRECTPUSH_CHANGE_NEW;
		folders[i].look = DIRECTPUSH_CHANGE_FLAGS | DIRECTPUSH_CHANGE_EXPUNGE;
		folders[i].shared = i % 2 != 0;
		folders[i].piece = binary;
		folders[i].piece_size = sizeof(binary);
	}
	park_r->heartbeat_secs = 3540;
	park_r->user_look = DIRECTPUSH_CHANGE_HIERARCHY;
	park_r->folders = folders;
	park_r->folders_count = count;
	park_r->expired = binary;
	park_r->expired_size = sizeof(binary);
	park_r->changed_head = binary + 1;
	park_r->changed_head_size = sizeof(binary) - 1;
	park_r->as_asked = binary;
	park_r->as_asked_size = sizeof(binary) - 2;
	park_r->repeatable = TRUE;
}

static bool park_equals(const struct directpush_ipc_park *a,
			const struct directpush_ipc_park *b)
{
	unsigned int i;

	if (a->heartbeat_secs != b->heartbeat_secs || a->user_look != b->user_look ||
	    a->folders_count != b->folders_count || a->repeatable != b->repeatable ||
	    a->expired_size != b->expired_size ||
	    a->changed_head_size != b->changed_head_size ||
	    a->changed_tail_size != b->changed_tail_size ||
	    a->as_asked_size != b->as_asked_size ||
	    memcmp(a->as_asked, b->as_asked, a->as_asked_size) != 0 ||
	    memcmp(a->expired, b->expired, a->expired_size) != 0 ||
	    memcmp(a->changed_head, b->changed_head, a->changed_head_size) != 0)
		return FALSE;
	for (i = 0; i < a->folders_count; i++) {
		const struct directpush_ipc_park_folder *fa = &a->folders[i];
		const struct directpush_ipc_park_folder *fb = &b->folders[i];

		if (!guid_128_equals(fa->mailbox_guid, fb->mailbox_guid) ||
		    fa->wake != fb->wake || fa->look != fb->look ||
		    fa->shared != fb->shared ||
		    fa->piece_size != fb->piece_size ||
		    memcmp(fa->piece, fb->piece, fa->piece_size) != 0)
			return FALSE;
	}
	return TRUE;
}

static void test_directpush_ipc_worker_park(void)
{
	struct directpush_ipc_park_folder folders[200];
	struct directpush_ipc_park park, park2;
	const unsigned int counts[] = { 0, 1, 2, N_ELEMENTS(folders) };
	const char *error;
	unsigned int i;

	test_begin("ipc worker: a park order comes back as it was");
	for (i = 0; i < N_ELEMENTS(counts); i++) {
		pool_t pool = pool_alloconly_create("test", 1024);
		string_t *line = t_str_new(1024);

		park_make(&park, folders, counts[i]);
		directpush_ipc_park_append(line, &park);
		test_assert_idx(str_len(line) <= DIRECTPUSH_IPC_MAX_LINE, i);
		test_assert_idx(directpush_ipc_park_parse(pool, line_fields(line, "PARK"),
							  &park2, &error) == 0, i);
		test_assert_idx(park_equals(&park, &park2), i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_directpush_ipc_worker_truncated(void)
{
	struct directpush_ipc_park_folder folders[2];
	struct directpush_ipc_park park, park2;
	string_t *line = t_str_new(1024);
	const char *fields, *error;
	size_t i, len;
	unsigned int failed = 0;

	test_begin("ipc worker: a line cut anywhere is an error or a smaller order");
	park_make(&park, folders, N_ELEMENTS(folders));
	directpush_ipc_park_append(line, &park);
	fields = line_fields(line, "PARK");
	len = strlen(fields);
	for (i = 0; i < len; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 1024);

		error = NULL;
		if (directpush_ipc_park_parse(pool, t_strndup(fields, i),
					      &park2, &error) < 0) {
			failed++;
			test_assert_idx(error != NULL && *error != '\0', i);
		} else {
			test_assert_idx(!park_equals(&park, &park2), i);
		}
		pool_unref(&pool);
	} T_END;
	test_assert(failed > 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_ipc_worker_run,
		test_directpush_ipc_worker_every_command,
		test_directpush_ipc_worker_reply,
		test_directpush_ipc_worker_park,
		test_directpush_ipc_worker_truncated,
		NULL
	};
	return test_run(test_functions);
}
