/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Commands in this process: a user with real mailboxes in a directory of the test, and a fake
   front that is two streams. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "test-common.h"
#include "test-mail-storage-common.h"
#include "master-service.h"
#include "mail-namespace.h"
#include "directpush-compat.h"
#include "eas-tag.h"
#include "eas-status.h"
#include "wbxml-writer.h"
#include "directpush-ipc-body.h"
#include "directpush-ipc-worker.h"
#include "directpush-worker-settings.h"
#include "eas-folder.h"
#include "eas-mailbox.h"
#include "eas-state-store.h"
#include "eas-user.h"
#include "eas-cmd.h"

#include <signal.h>
#include <sys/resource.h>

static struct test_mail_storage_ctx *storage_ctx;
static struct directpush_worker_settings test_set;
static struct eas_user test_user;
/* the request and what came back */
static struct {
	pool_t pool;
	enum eas_version version;
	uint32_t policy_key;
	const char *content_type;
	bool body_given_up;
	buffer_t *body;

	/* HTTP status; 0 = parked */
	unsigned int http_status;
	const char *line;
	/* root of the answer; NULL = empty */
	const struct wbxml_node *root;
} test;

static void test_user_begin(const char *name)
{
	static const struct test_mail_storage_settings set = { .driver = "sdbox" };

	test_begin(name);
	storage_ctx = test_mail_storage_init();
	test_mail_storage_init_user(storage_ctx, &set);
	i_zero(&test_set);
	test_set.directpush_heartbeat_min = 60;
	test_set.directpush_heartbeat_max = 3540;
	test_set.directpush_max_request_size = 1024*1024;
	test_set.directpush_max_send_size = 1024*1024;
	test_set.directpush_ping_max_folders = 3;
	test_set.directpush_calendar_folder = "Calendar";
	test_set.directpush_contacts_folder = "Contacts";
	test_set.directpush_tasks_folder = "Tasks";
	test_set.directpush_notes_folder = "Notes";
	test_set.parsed_ping_wake = DIRECTPUSH_CHANGE_NEW;
	i_zero(&test_user);
	test_user.pool = pool_alloconly_create("test user", 1024);
	test_user.event = event_create(NULL);
	test_user.max_memory_value = EAS_MAX_MEMORY_VALUE;
	test_user.mail_user = storage_ctx->user;
	test_user.username = storage_ctx->user->username;
	test_user.set = &test_set;
	test_user.state_root = p_strconcat(test_user.pool, storage_ctx->home_root,
					   "state", NULL);
	test_user.state_store = eas_state_store_init_user(test_user.state_root, test_user.event);
	i_zero(&test);
	test.pool = pool_alloconly_create("test request", 4096);
	test.version = EAS_VERSION_16_1;
	test.content_type = EAS_CONTENT_TYPE_WBXML;
	test.body = buffer_create_dynamic(default_pool, 1024);
}

static void test_user_end(void)
{
	buffer_free(&test.body);
	pool_unref(&test.pool);
	eas_mailboxes_free(&test_user);
	eas_folder_lists_free(&test_user);
	eas_state_store_deinit(&test_user.state_store);
	event_unref(&test_user.event);
	pool_unref(&test_user.pool);
	test_mail_storage_deinit_user(storage_ctx);
	test_mail_storage_deinit(&storage_ctx);
	test_end();
}

/*
 * The fake front
 */

static void test_read_answer(const buffer_t *output)
{
	struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = WBXML_DEFAULT_MAX_VALUE_BYTES,
	};
	struct directpush_ipc_reply reply;
	struct istream *input, *body;
	struct wbxml_tree *tree;
	const char *error;

	input = i_stream_create_from_data(output->data, output->used);
	test.line = p_strdup(test.pool, i_stream_read_next_line(input));
	test.root = NULL;
	test.http_status = 0;
	if (str_begins_with(test.line, "REPLY\t")) {
		if (directpush_ipc_reply_parse(test.pool, test.line + strlen("REPLY\t"),
					       &reply, &error) < 0)
			i_fatal("%s", error);
		test.http_status = reply.status;
		body = i_stream_create_directpush_ipc_body(input);
		if (wbxml_tree_read(test.pool, body, &set, &tree, &error) > 0)
			test.root = tree->root;
		i_stream_unref(&body);
	}
	i_stream_unref(&input);
}

/* Run the command with what is in test.body. */
static void test_request(enum eas_command_id command)
{
	struct directpush_ipc_run run = {
		.request = {
			.command = command, .version = test.version,
			.device_id = "Phone1", .device_type = "Test", .user_agent = "",
			.content_type = test.content_type, .accept_language = "",
			.policy_key = test.policy_key,
		},
		.session_id = "test",
	};
	buffer_t *output_buf = buffer_create_dynamic(default_pool, 1024);
	struct ostream *output = o_stream_create_buffer(output_buf);
	struct istream *input =
		i_stream_create_from_data(test.body->data, test.body->used);
	struct istream *body = input;

	o_stream_set_no_error_handling(output, TRUE);
	if (test.body_given_up)
		body = i_stream_create_error_str(EPIPE, "body was given up");
	test_assert(eas_cmd_run(&test_user, &run, body, output) == 0);
	if (body != input)
		i_stream_unref(&body);
	i_stream_unref(&input);
	o_stream_destroy(&output);
	test_read_answer(output_buf);
	buffer_free(&output_buf);
	buffer_set_used_size(test.body, 0);
}

static struct wbxml_writer *test_writer_begin(struct ostream **output_r)
{
	*output_r = o_stream_create_buffer(test.body);
	o_stream_set_no_error_handling(*output_r, TRUE);
	return wbxml_writer_create(*output_r);
}

static void test_writer_end(struct wbxml_writer **writer, struct ostream **output)
{
	wbxml_writer_destroy(writer);
	o_stream_destroy(output);
}

static const char *test_value(wbxml_tag_t tag)
{
	return test.root == NULL ? NULL : wbxml_node_child_value(test.root, tag);
}

/*
 * FolderSync
 */

static void test_folder_sync(const char *key)
{
	struct ostream *output;
	struct wbxml_writer *writer = test_writer_begin(&output);

	wbxml_writer_start(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDER_SYNC);
	wbxml_writer_element(writer, EAS_TAG_FOLDER_HIERARCHY_SYNC_KEY, key);
	wbxml_writer_end(writer, EAS_TAG_FOLDER_HIERARCHY_FOLDER_SYNC);
	test_writer_end(&writer, &output);
	test_request(EAS_COMMAND_FOLDER_SYNC);
}

/* Status, and number of changes ("-" if there is no such element) */
static void test_folder_sync_is(const char *status, const char *count)
{
	const struct wbxml_node *changes = test.root == NULL ? NULL :
		wbxml_node_child(test.root, EAS_TAG_FOLDER_HIERARCHY_CHANGES);
	const char *value = wbxml_node_child_value(changes, EAS_TAG_FOLDER_HIERARCHY_COUNT);

	test_assert_strcmp(test_value(EAS_TAG_FOLDER_HIERARCHY_STATUS), status);
	test_assert_strcmp(value == NULL ? "-" : value, count);
}

static const char *test_folder_sync_key(void)
{
	return p_strdup(test.pool, test_value(EAS_TAG_FOLDER_HIERARCHY_SYNC_KEY));
}

static const char *test_folder_id(const char *name)
{
	const struct wbxml_node *node;

	node = wbxml_node_child(wbxml_node_child(test.root,
						 EAS_TAG_FOLDER_HIERARCHY_CHANGES),
				EAS_TAG_FOLDER_HIERARCHY_ADD);
	for (; node != NULL; node = wbxml_node_next_same(node)) {
		if (strcmp(wbxml_node_child_value(node,
				EAS_TAG_FOLDER_HIERARCHY_DISPLAY_NAME), name) == 0)
			return wbxml_node_child_value(node,
				EAS_TAG_FOLDER_HIERARCHY_SERVER_ID);
	}
	return NULL;
}

static void test_mailbox_create(const char *name)
{
	struct mail_namespace *ns = mail_namespace_find_inbox(storage_ctx->user->namespaces);
	struct mailbox *box = mailbox_alloc(ns->list, name, 0);

	test_assert(mailbox_create(box, NULL, FALSE) == 0);
	mailbox_free(&box);
}

static void test_eas_cmd_folder_sync(void)
{
	const char *key, *next_key;

	test_user_begin("eas cmd: FolderSync from key to key");
	test_folder_sync("0");
	/* Inbox, Drafts, Outbox */
	test_folder_sync_is("1", "3");
	test_assert(test_folder_id("Inbox") != NULL && test_folder_id("Drafts") != NULL &&
		    test_folder_id("Outbox") != NULL);
	key = test_folder_sync_key();
	test_folder_sync(key);
	test_folder_sync_is("1", "0");
	test_assert_strcmp(test_folder_sync_key(), key);

	test_mailbox_create("Work/Deep");
	test_folder_sync(key);
	test_folder_sync_is("1", "2");
	next_key = test_folder_sync_key();
	/* the answer was lost */
	test_folder_sync(key);
	test_folder_sync_is("1", "2");
	test_assert_strcmp(test_folder_sync_key(), next_key);
	test_folder_sync(next_key);
	test_folder_sync_is("1", "0");
	test_folder_sync(key);
	test_folder_sync_is("9", "-");
	test_folder_sync("no number");
	test_folder_sync_is("9", "-");
	test_folder_sync("");
	test_folder_sync_is("10", "-");
	test_user_end();
}

static void test_eas_cmd_state_fails(void)
{
	struct rlimit limit, old;
	const char *key, *root;

	test_user_begin("eas cmd: state that cannot be written is no answer");
	test_folder_sync("0");
	key = test_folder_sync_key();
	test_folder_sync(key);
	test_mailbox_create("Work");

	signal(SIGXFSZ, SIG_IGN);
	test_assert(getrlimit(RLIMIT_FSIZE, &old) == 0);
	limit = old;
	limit.rlim_cur = 1;
	/* the list's index must not fail */
	test_folder_sync(key);
	test_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	test_expect_errors(1);
	test_folder_sync("0");
	test_expect_no_more_errors();
	test_assert(setrlimit(RLIMIT_FSIZE, &old) == 0);
	test_assert(test.http_status == 503 && test.root == NULL);
	/* nothing has changed */
	test_folder_sync(key);
	test_folder_sync_is("1", "1");

	/* neither can it be locked */
	root = test_user.state_root;
	test_user.state_root = "/dev/null/state";
	test_expect_errors(1);
	test_folder_sync(key);
	test_expect_no_more_errors();
	test_assert(test.http_status == 503);
	test_user.state_root = root;
	test_user_end();
}

/*
 * Bodies
 */

static void test_eas_cmd_bodies(void)
{
	test_user_begin("eas cmd: bodies that are none");
	buffer_append(test.body, "\x03\x01\x6a\x00\x45", 5);
	test_request(EAS_COMMAND_FOLDER_SYNC);
	test_assert(test.http_status == 200 || test.http_status == 400);
	test_request(EAS_COMMAND_FOLDER_SYNC);
	test_folder_sync_is("10", "-");
	test.content_type = "text/plain";
	test_folder_sync("0");
	test_folder_sync_is("101", "-");
	test.version = EAS_VERSION_12_1;
	test_folder_sync("0");
	test_assert(test.http_status == 400 && test.root == NULL);
	/* there is an answer for each request */
	test.content_type = EAS_CONTENT_TYPE_WBXML;
	test.body_given_up = TRUE;
	test_request(EAS_COMMAND_FOLDER_SYNC);
	test_assert(test.http_status == 400);
	test_user_end();
}

/*
 * Policy
 */

static void test_eas_cmd_policy(void)
{
	test_user_begin("eas cmd: no policy where one is required");
	test_set.parsed_provision = DIRECTPUSH_PROVISION_REQUIRE;
	test_folder_sync("0");
	test_folder_sync_is("142", "-");
	test.policy_key = 77;
	test_folder_sync("0");
	test_folder_sync_is("144", "-");
	test.version = EAS_VERSION_12_1;
	test_folder_sync("0");
	test_assert(test.http_status == 449 && test.root == NULL);
	test_set.parsed_provision = DIRECTPUSH_PROVISION_OPTIONAL;
	test_folder_sync("0");
	test_folder_sync_is("1", "3");
	test_user_end();
}

/*
 * Ping
 */

/* interval 0 = none, ids NULL = no Folders */
static void test_ping(unsigned int interval, const char *const *ids)
{
	struct ostream *output;
	struct wbxml_writer *writer = test_writer_begin(&output);

	wbxml_writer_start(writer, EAS_TAG_PING_PING);
	if (interval != 0) {
		wbxml_writer_element_uint(writer, EAS_TAG_PING_HEARTBEAT_INTERVAL,
					  interval);
	}
	if (ids != NULL)
		wbxml_writer_start(writer, EAS_TAG_PING_FOLDERS);
	for (unsigned int i = 0; ids != NULL && ids[i] != NULL; i++) {
		wbxml_writer_start(writer, EAS_TAG_PING_FOLDER);
		wbxml_writer_element(writer, EAS_TAG_PING_ID, ids[i]);
		wbxml_writer_end(writer, EAS_TAG_PING_FOLDER);
	}
	if (ids != NULL)
		wbxml_writer_end(writer, EAS_TAG_PING_FOLDERS);
	wbxml_writer_end(writer, EAS_TAG_PING_PING);
	test_writer_end(&writer, &output);
	test_request(EAS_COMMAND_PING);
}

static void test_ping_is(const char *status, wbxml_tag_t limit_tag, const char *limit)
{
	test_assert_strcmp(test_value(EAS_TAG_PING_STATUS), status);
	if (limit != NULL)
		test_assert_strcmp(test_value(limit_tag), limit);
}

static void test_ping_parks(unsigned int heartbeat_secs)
{
	struct directpush_ipc_park park;
	const char *error;

	test_assert(test.http_status == 0);
	if (test.http_status != 0 ||
	    directpush_ipc_park_parse(test.pool, test.line + strlen("PARK\t"),
				      &park, &error) < 0)
		return;
	test_assert(park.heartbeat_secs == heartbeat_secs);
	test_assert((park.user_look & DIRECTPUSH_CHANGE_HIERARCHY) != 0);
	/* nothing was synced yet */
	test_assert(park.folders_count == 0 && !park.repeatable);
}

static void test_eas_cmd_ping(void)
{
	static const char *const unknown[] = { "aaaaaaaaaaaaaaaa", NULL };
	static const char *const many[] = { "a", "b", "c", "d", NULL };
	const char *inbox[] = { NULL, NULL, NULL };

	test_user_begin("eas cmd: each Status of Ping");
	test_request(EAS_COMMAND_PING);
	test_ping_is("3", 0, NULL);
	test_ping(480, NULL);
	test_ping_is("3", 0, NULL);
	test_ping(480, unknown);
	test_ping_is("7", 0, NULL);
	test_folder_sync("0");
	inbox[0] = inbox[1] = p_strdup(test.pool, test_folder_id("Inbox"));
	test_ping(480, inbox);
	test_ping_is("4", 0, NULL);
	inbox[1] = NULL;
	test_ping(480, unknown);
	test_ping_is("7", 0, NULL);
	test_ping(59, inbox);
	test_ping_is("5", EAS_TAG_PING_HEARTBEAT_INTERVAL, "60");
	test_ping(3541, inbox);
	test_ping_is("5", EAS_TAG_PING_HEARTBEAT_INTERVAL, "3540");
	test_ping(480, many);
	test_ping_is("6", EAS_TAG_PING_MAX_FOLDERS, "3");
	/* refused ones are not remembered */
	test_request(EAS_COMMAND_PING);
	test_ping_is("3", 0, NULL);
	test_ping(480, inbox);
	test_ping_parks(480);
	test_request(EAS_COMMAND_PING);
	test_ping_parks(480);
	test_ping(500, NULL);
	test_ping_parks(500);
	test_mailbox_create("New");
	test_request(EAS_COMMAND_PING);
	test_ping_is("7", 0, NULL);
	buffer_append(test.body, "no WBXML", 8);
	test_request(EAS_COMMAND_PING);
	test_assert(test.http_status == 400);
	test_user_end();
}

int main(int argc, char *argv[])
{
	static void (*const test_functions[])(void) = {
		test_eas_cmd_folder_sync,
		test_eas_cmd_state_fails,
		test_eas_cmd_bodies,
		test_eas_cmd_policy,
		test_eas_cmd_ping,
		NULL
	};
	int ret;

	master_service = master_service_init("test-eas-cmd",
		MASTER_SERVICE_FLAG_STANDALONE | MASTER_SERVICE_FLAG_DONT_SEND_STATS |
		MASTER_SERVICE_FLAG_NO_CONFIG_SETTINGS | MASTER_SERVICE_FLAG_NO_SSL_INIT |
		MASTER_SERVICE_FLAG_NO_INIT_DATASTACK_FRAME, &argc, &argv, "");
	ret = test_run(test_functions);
	master_service_deinit(&master_service);
	return ret;
}
