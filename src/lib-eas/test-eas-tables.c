/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The small tables: versions, commands, statuses, folder types, quirks. */

#include "lib.h"
#include "test-common.h"
#include "eas-folder-type.h"
#include "eas-quirk.h"
#include "eas-status.h"
#include "eas-version.h"

static void test_eas_version(void)
{
	static const char *const bad[] = {
		"", "16", "16.", "16.10", " 16.1", "2.5", "12.0", "17.0"
	};
	enum eas_version version;

	test_begin("eas version");
	test_assert(eas_version_parse("12.1", &version) == 0 &&
		    version == EAS_VERSION_12_1);
	test_assert(eas_version_parse("16.1", &version) == 0 &&
		    version == EAS_VERSION_16_1);
	for (unsigned int i = 0; i < N_ELEMENTS(bad); i++)
		test_assert_idx(eas_version_parse(bad[i], &version) == -1, i);
	test_assert(eas_version_from_byte(140, &version) == 0 &&
		    version == EAS_VERSION_14_0);
	test_assert(eas_version_from_byte(0, &version) == -1);
	test_assert(eas_version_from_byte(120, &version) == -1);
	test_assert_strcmp(eas_version_get_name(EAS_VERSION_14_1), "14.1");
	test_assert_strcmp(eas_version_list(EAS_VERSION_ANY),
			   "12.1,14.0,14.1,16.0,16.1");
	test_assert_strcmp(eas_version_list(EAS_VERSION_16_1),
			   "12.1,14.0,14.1,16.0,16.1");
	test_assert_strcmp(eas_version_list(EAS_VERSION_14_1), "12.1,14.0,14.1");
	test_assert_strcmp(eas_version_list(EAS_VERSION_12_1), "12.1");
	test_end();
}

static void test_eas_command(void)
{
	static const enum eas_command_id ids[] = {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
		EAS_COMMAND_##ident,
#include "eas-commands.def"
	};

	test_begin("eas command");
	for (unsigned int i = 0; i < N_ELEMENTS(ids); i++) {
		const struct eas_command *command = eas_command_get(ids[i]);

		test_assert_idx(command->id == ids[i], i);
		test_assert_idx(eas_command_find(command->name) == command, i);
		test_assert_idx(eas_command_find_code(command->code) == command, i);
		for (unsigned int j = 0; j < i; j++)
			test_assert_idx(ids[i] != ids[j], i);
	}
	test_assert(eas_command_find("pING")->id == EAS_COMMAND_PING);
	test_assert((eas_command_find("Ping")->flags & EAS_COMMAND_FLAG_MAY_PARK) != 0);
	test_assert(eas_command_find("") == NULL);
	test_assert(eas_command_find("Pin") == NULL);
	test_assert(eas_command_find_code(99) == NULL);
	test_end();
}

static void test_eas_status(void)
{
	test_begin("eas status");
	test_assert_strcmp(eas_status_get_name(EAS_COMMAND_PING, 7),
			   "FolderSyncRequired");
	test_assert_strcmp(eas_status_get_name(EAS_COMMAND_SYNC, 3),
			   "InvalidSyncKey");
	test_assert_strcmp(eas_status_get_name(EAS_COMMAND_ITEM_OPERATIONS, 155),
			   "MissingMoveAlways");
	test_assert_strcmp(eas_status_get_name(EAS_COMMAND_SYNC, 142),
			   "DeviceNotProvisioned");
	test_assert_strcmp(eas_status_get_name(EAS_COMMAND_NONE, 102), "InvalidWBXML");
	test_assert_strcmp(eas_status_get_name(EAS_COMMAND_SYNC, 99), "unknown");
	test_assert(eas_status_get_http(EAS_STATUS_GLOBAL_DEVICE_NOT_PROVISIONED) == 449);
	test_assert(eas_status_get_http(EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER) == 503);
	test_assert(eas_status_get_http((enum eas_status)EAS_SYNC_STATUS_RETRY) == 0);
	test_end();
}

static void test_eas_class(void)
{
	test_begin("eas class");
	test_assert_strcmp(eas_class_get_name(EAS_CLASS_CONTACTS), "Contacts");
	test_assert(eas_class_get_name(EAS_CLASS_NONE) == NULL);
	test_assert(eas_class_get_name((enum eas_class)99) == NULL);
	test_assert(eas_class_find("tasks") == EAS_CLASS_TASKS);
	test_assert(eas_class_find("SMS") == EAS_CLASS_NONE);
	test_assert(eas_class_find("") == EAS_CLASS_NONE);
	test_assert(eas_class_is_in_version(EAS_CLASS_CALENDAR, EAS_VERSION_12_1));
	test_assert(!eas_class_is_in_version(EAS_CLASS_NOTES, EAS_VERSION_12_1));
	test_assert(eas_class_is_in_version(EAS_CLASS_NOTES, EAS_VERSION_14_0));
	test_assert(!eas_class_is_in_version(EAS_CLASS_NONE, EAS_VERSION_16_1));
	test_end();
}

static void test_eas_folder_type(void)
{
	test_begin("eas folder type");
	test_assert(eas_folder_type_get_class(EAS_FOLDER_TYPE_INBOX) == EAS_CLASS_EMAIL);
	test_assert(eas_folder_type_get_class(EAS_FOLDER_TYPE_USER_NOTES) == EAS_CLASS_NOTES);
	test_assert(eas_folder_type_get_class(EAS_FOLDER_TYPE_NONE) == EAS_CLASS_NONE);
	test_assert(eas_folder_type_get_class(EAS_FOLDER_TYPE_UNKNOWN) == EAS_CLASS_NONE);
	test_assert(eas_folder_type_get_class((enum eas_folder_type)99) == EAS_CLASS_NONE);
	test_assert(eas_folder_type_by_class(EAS_CLASS_TASKS, TRUE) == EAS_FOLDER_TYPE_TASKS);
	test_assert(eas_folder_type_by_class(EAS_CLASS_EMAIL, TRUE) == EAS_FOLDER_TYPE_NONE);
	test_assert(eas_folder_type_by_class(EAS_CLASS_EMAIL, FALSE) ==
		    EAS_FOLDER_TYPE_USER_MAIL);
	test_assert(eas_folder_type_by_class(EAS_CLASS_NONE, TRUE) == EAS_FOLDER_TYPE_NONE);
	test_assert(eas_folder_type_by_class((enum eas_class)99, FALSE) ==
		    EAS_FOLDER_TYPE_NONE);
	for (enum eas_class class = EAS_CLASS_FIRST_PIM; class <= EAS_CLASS_LAST_PIM; class++) {
		enum eas_folder_type main = eas_folder_type_by_class(class, TRUE);
		enum eas_folder_type user = eas_folder_type_by_class(class, FALSE);

		test_assert_idx(eas_folder_type_get_class(main) == class, class);
		test_assert_idx(eas_folder_type_get_class(user) == class, class);
		test_assert_idx(eas_folder_type_is_default(main), class);
		test_assert_idx(!eas_folder_type_is_default(user), class);
	}
	test_assert(eas_folder_type_is_default(EAS_FOLDER_TYPE_OUTBOX));
	test_assert(!eas_folder_type_is_default(EAS_FOLDER_TYPE_USER_MAIL));
	test_assert(!eas_folder_type_is_default((enum eas_folder_type)99));
	test_end();
}

static void test_eas_quirk(void)
{
	struct eas_request request;

	test_begin("eas quirk");
	test_assert(eas_quirk_match("TestActiveSyncConnectivity", "") ==
		    EAS_QUIRK_NO_POLICY);
	test_assert(eas_quirk_match("testactivesyncconnectivity", "x") ==
		    EAS_QUIRK_NO_POLICY);
	test_assert(eas_quirk_match("TestActiveSyncConnectivity2", "") == 0);
	test_assert(eas_quirk_match("iPhone", "Apple-iPhone3C1/1104.257") ==
		    (EAS_QUIRK_EMPTY_PICTURE | EAS_QUIRK_HEX_GLOBAL_ID));
	test_assert(eas_quirk_match("", "") == 0);

	i_zero(&request);
	request.device_type = "TestActiveSyncConnectivity";
	request.user_agent = "";
	test_assert(eas_quirk_has(&request, EAS_QUIRK_NO_POLICY));
	request.device_type = "iPhone";
	test_assert(!eas_quirk_has(&request, EAS_QUIRK_NO_POLICY));
	test_end();
}

static void test_eas_request_is_x(const struct eas_request *copy)
{
	test_assert(copy->command == EAS_COMMAND_PING &&
		    copy->version == EAS_VERSION_16_1 && copy->policy_key == 7);
	test_assert_strcmp(copy->device_id, "x");
	test_assert_strcmp(copy->device_type, "x");
	test_assert_strcmp(copy->user_agent, "x");
	test_assert_strcmp(copy->query_user, "x");
	test_assert_strcmp(copy->attachment_name, "x");
	test_assert_strcmp(copy->collection_id, "x");
	test_assert_strcmp(copy->item_id, "x");
	test_assert_strcmp(copy->long_id, "x");
	test_assert_strcmp(copy->occurrence, "x");
	test_assert_strcmp(copy->parent_id, "x");
	test_assert_strcmp(copy->content_type, "x");
	test_assert_strcmp(copy->accept_language, "x");
}

/* Each pointer of a copy is its own. */
static void test_eas_request_copy(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct eas_request src, copy, *dup;
	char text[] = "x";

	test_begin("eas request: copies");
	i_zero(&src);
	src.command = EAS_COMMAND_PING;
	src.version = EAS_VERSION_16_1;
	src.policy_key = 7;
	src.device_id = src.device_type = src.user_agent = src.query_user =
		src.attachment_name = src.collection_id = src.item_id =
		src.long_id = src.occurrence = src.parent_id =
		src.content_type = src.accept_language = text;
	eas_request_copy(pool, &src, &copy);
	dup = eas_request_dup(default_pool, &src);
	text[0] = 'y';
	test_eas_request_is_x(&copy);
	test_eas_request_is_x(dup);
	i_free(dup);

	src.query_user = NULL;
	dup = eas_request_dup(default_pool, &src);
	test_assert(dup->query_user == NULL);
	i_free(dup);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_version,
		test_eas_command,
		test_eas_status,
		test_eas_class,
		test_eas_folder_type,
		test_eas_quirk,
		test_eas_request_copy,
		NULL
	};
	return test_run(test_functions);
}
