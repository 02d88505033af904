/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "eas-schema.h"
#include "eas-tag.h"
#include "test-eas-text.h"

static struct eas_schema_error error;

static int test_check(enum eas_command_id command, enum eas_version version,
		      const char *text)
{
	pool_t pool = pool_alloconly_create("test", 4096);
	struct wbxml_tree *tree = test_eas_text_tree(pool, text);
	int ret = eas_schema_check(command, version, tree->root, &error);

	wbxml_tree_free(&tree);
	pool_unref(&pool);
	return ret;
}

#define SYNC_HEAD \
	"Sync\n" \
	"  Collections\n" \
	"    Collection\n" \
	"      SyncKey \"1\"\n" \
	"      CollectionId \"x\"\n"

static const struct {
	enum eas_command_id command;
	const char *text;
} good_tests[] = {
	{ EAS_COMMAND_SYNC, SYNC_HEAD },
	{ EAS_COMMAND_SYNC, "Sync\n" },
	{ EAS_COMMAND_SYNC, "Sync\n  Partial\n  HeartbeatInterval \"480\"\n" },
	/* empty elements everywhere, order as it pleases, elements nobody knows here */
	{ EAS_COMMAND_SYNC,
	  "Sync\n"
	  "  Wait\n"
	  "  Collections\n"
	  "    Collection\n"
	  "      Options\n"
	  "      WindowSize\n"
	  "      CollectionId \"x\"\n"
	  "      SyncKey \"0\"\n"
	  "      Supported\n"
	  "      GetChanges\n"
	  "      Class\n"
	  "      Commands\n"
	  "        Fetch\n"
	  "          ServerId\n"
	  "      Email:Read \"x\"\n"
	  "      Ping:Ping\n"
	  "        Id\n" },
	{ EAS_COMMAND_SYNC,
	  SYNC_HEAD
	  "      Options\n"
	  "        FilterType \"3\"\n"
	  "        RightsManagement:RightsManagementSupport \"1\"\n"
	  "        AirSyncBase:BodyPreference\n"
	  "          Type \"1\"\n"
	  "          TruncationSize \"99999999999\"\n"
	  "        AirSyncBase:BodyPreference\n"
	  "          Type \"4\"\n"
	  "          AllOrNone \"1\"\n"
	  "      Commands\n"
	  "        Change\n"
	  "          ServerId \"x:1\"\n"
	  "          ApplicationData\n"
	  "            Email:Flag \"text for once\"\n"
	  "            Email:Read\n"
	  "              Email:To\n" },
	{ EAS_COMMAND_PING, "Ping\n" },
	{ EAS_COMMAND_PING, "Ping\n  HeartbeatInterval \"1\"\n  Folders\n" },
	{ EAS_COMMAND_PING,
	  "Ping\n"
	  "  Folders\n"
	  "    Folder\n"
	  "      Class \"Email\"\n"
	  "      Id \"x\"\n" },
	{ EAS_COMMAND_FOLDER_SYNC, "FolderSync\n  SyncKey \"0\"\n" },
	{ EAS_COMMAND_FOLDER_CREATE, "FolderCreate\n  SyncKey \"1\"\n  ParentId \"0\"\n"
	  "  DisplayName \"a\"\n  Type \"12\"\n" },
	{ EAS_COMMAND_SEARCH,
	  "Search\n  Store\n    Name \"GAL\"\n    Query \"bob\"\n" },
	{ EAS_COMMAND_SEARCH,
	  "Search\n  Store\n    Name \"Mailbox\"\n    Query\n      And\n"
	  "        FreeText \"bob\"\n    Options\n      Range \"0-9\"\n      Picture\n" },
	{ EAS_COMMAND_FIND,
	  "Find\n  SearchId \"1\"\n  ExecuteSearch\n    GalSearchCriterion\n"
	  "      Query \"bob\"\n" },
	{ EAS_COMMAND_PROVISION, "Provision\n" },
	{ EAS_COMMAND_PROVISION,
	  "Provision\n"
	  "  Status \"1\"\n"
	  "  RemoteWipe\n"
	  "    Status \"1\"\n"
	  "  Settings:DeviceInformation\n"
	  "    Set\n"
	  "      Model \"x\"\n" },
	{ EAS_COMMAND_SETTINGS, "Settings\n  UserInformation\n    Get\n" },
	{ EAS_COMMAND_SEND_MAIL,
	  "SendMail\n  ClientId \"x\"\n  SaveInSentItems\n  Mime hex:41\n" },
	{ EAS_COMMAND_SEND_MAIL,
	  "SendMail\n  ClientId \"x\"\n  Mime \"Subject: text form\"\n" },
	{ EAS_COMMAND_ITEM_OPERATIONS,
	  "ItemOperations\n"
	  "  Fetch\n"
	  "    Store \"Mailbox\"\n"
	  "    AirSyncBase:FileReference \"x\"\n"
	  "    Options\n"
	  "      Schema\n"
	  "        Email:Subject\n" },
	{ EAS_COMMAND_GET_ITEM_ESTIMATE,
	  "GetItemEstimate\n"
	  "  Collections\n"
	  "    Collection\n"
	  "      AirSync:SyncKey \"1\"\n"
	  "      CollectionId \"x\"\n"
	  "      AirSync:Options\n"
	  "        FilterType \"3\"\n" },
	{ EAS_COMMAND_MOVE_ITEMS,
	  "MoveItems\n"
	  "  Move\n"
	  "    SrcMsgId \"x:1\"\n"
	  "    SrcFldId \"x\"\n"
	  "    DstFldId\n" },
};

static const struct {
	enum eas_command_id command;
	const char *text;
	/* in 14.1 */
	enum eas_status status;
	/* in 12.1; 0 = the same status */
	unsigned int http_121;
	const char *reason;
} bad_tests[] = {
	{ EAS_COMMAND_SYNC, "Ping\n", EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "root is Ping" },
	{ EAS_COMMAND_SYNC, "Sync \"x\"\n", EAS_SYNC_STATUS_PROTOCOL_ERROR, 0,
	  "root has text instead of elements" },
	{ EAS_COMMAND_SYNC,
	  "Sync\n  Collections\n    Collection\n      SyncKey \"1\"\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "Collection has no CollectionId" },
	{ EAS_COMMAND_SYNC,
	  "Sync\n  Collections\n    Collection\n      CollectionId \"1\"\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "Collection has no SyncKey" },
	{ EAS_COMMAND_SYNC,
	  "Sync\n  Collections\n    Collection\n      SyncKey\n      CollectionId \"1\"\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "SyncKey in Collection is empty" },
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      SyncKey \"2\"\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "Collection has more than 1 SyncKey" },
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      WindowSize \"many\"\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "WindowSize in Collection is not a number" },
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      GetChanges \"7\"\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "GetChanges in Collection is neither 0 nor 1" },
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      Commands \"x\"\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "Commands in Collection has text instead of elements" },
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      GetChanges\n        SyncKey\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "GetChanges in Collection has elements instead of text" },
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      Options\n        AirSyncBase:BodyPreference\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "BodyPreference has no Type" },
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      Commands\n        Add\n",
	  EAS_SYNC_STATUS_PROTOCOL_ERROR, 0, "Add has no ClientId" },
	{ EAS_COMMAND_PING, "Ping\n  HeartbeatInterval \"-1\"\n",
	  EAS_PING_STATUS_PROTOCOL_ERROR, 0, "HeartbeatInterval in Ping is not a number" },
	{ EAS_COMMAND_PING, "Ping\n  Folders\n    Folder\n      Class \"Email\"\n",
	  EAS_PING_STATUS_MISSING_PARAMETERS, 0, "Folder has no Id" },
	{ EAS_COMMAND_PING, "Ping\n  Folders\n    Folder\n      Id\n",
	  EAS_PING_STATUS_MISSING_PARAMETERS, 0, "Id in Folder is empty" },
	{ EAS_COMMAND_FOLDER_CREATE, "FolderCreate\n  SyncKey \"1\"\n  ParentId \"0\"\n"
	  "  DisplayName\n  Type \"12\"\n",
	  EAS_FOLDER_CREATE_STATUS_PROTOCOL_ERROR, 0,
	  "DisplayName in FolderCreate is empty" },
	{ EAS_COMMAND_FOLDER_UPDATE, "FolderUpdate\n  ServerId \"a\"\n  ParentId \"0\"\n"
	  "  DisplayName \"a\"\n",
	  EAS_FOLDER_UPDATE_STATUS_PROTOCOL_ERROR, 0, "FolderUpdate has no SyncKey" },
	{ EAS_COMMAND_SEARCH, "Search\n  Store\n    Name\n    Query \"x\"\n",
	  EAS_STATUS_GLOBAL_INVALID_XML, 400, "Name in Store is empty" },
	{ EAS_COMMAND_FIND, "Find\n  SearchId \"1\"\n  ExecuteSearch\n"
	  "    MailBoxSearchCriterion\n      Query\n",
	  EAS_FIND_STATUS_INVALID_REQUEST, 0, "Query has no FreeText" },
	{ EAS_COMMAND_FOLDER_SYNC, "FolderSync\n",
	  EAS_FOLDER_SYNC_STATUS_PROTOCOL_ERROR, 0, "FolderSync has no SyncKey" },
	{ EAS_COMMAND_MOVE_ITEMS, "MoveItems\n",
	  EAS_STATUS_GLOBAL_INVALID_XML, 400, "MoveItems has no Move" },
	{ EAS_COMMAND_GET_ITEM_ESTIMATE, "GetItemEstimate\n",
	  EAS_STATUS_GLOBAL_INVALID_XML, 400, "GetItemEstimate has no Collections" },
	{ EAS_COMMAND_ITEM_OPERATIONS, "ItemOperations\n  Fetch\n",
	  EAS_ITEM_OPERATIONS_STATUS_PROTOCOL_ERROR, 0, "Fetch has no Store" },
	{ EAS_COMMAND_SETTINGS, "Settings\n  Oof \"x\"\n",
	  EAS_SETTINGS_STATUS_PROTOCOL_ERROR, 0, "Oof in Settings has text instead of elements" },
	{ EAS_COMMAND_PROVISION, "Provision\n  Policies\n    Policy\n",
	  EAS_PROVISION_STATUS_PROTOCOL_ERROR, 0, "Policy has no PolicyType" },
	{ EAS_COMMAND_SEND_MAIL, "SendMail\n  ClientId \"x\"\n",
	  EAS_STATUS_GLOBAL_INVALID_XML, 400, "SendMail has no Mime" },
	{ EAS_COMMAND_SEND_MAIL, "SendMail\n  ClientId \"x\"\n  Mime hex:\n",
	  EAS_STATUS_GLOBAL_INVALID_XML, 400, "Mime in SendMail is empty" },
};

static void test_eas_schema_good(void)
{
	test_begin("eas schema: legal requests");
	for (unsigned int i = 0; i < N_ELEMENTS(good_tests); i++) T_BEGIN {
		test_assert_idx(test_check(good_tests[i].command, EAS_VERSION_14_1,
					   good_tests[i].text) == 0, i);
	} T_END;
	test_end();
}

static void test_eas_schema_bad(void)
{
	test_begin("eas schema: wrong requests and their answers");
	for (unsigned int i = 0; i < N_ELEMENTS(bad_tests); i++) T_BEGIN {
		test_assert_idx(test_check(bad_tests[i].command, EAS_VERSION_14_1,
					   bad_tests[i].text) == -1, i);
		test_assert_idx(error.status == bad_tests[i].status, i);
		test_assert_idx(error.http_status == 0, i);
		test_assert_idx(eas_tag_find(error.root) != NULL, i);
		test_assert_strcmp_idx(eas_tag_get_name(error.status_tag), "Status", i);
		test_assert_strcmp_idx(error.reason, bad_tests[i].reason, i);

		test_assert_idx(test_check(bad_tests[i].command, EAS_VERSION_12_1,
					   bad_tests[i].text) == -1, i);
		test_assert_idx(error.http_status == bad_tests[i].http_121, i);
	} T_END;
	test_end();
}

static const struct {
	enum eas_command_id command;
	const char *head, *each;
	unsigned int max;
	enum eas_status status;
} limit_tests[] = {
	{ EAS_COMMAND_SYNC, SYNC_HEAD "      Commands\n",
	  "        Delete\n          ServerId \"x:1\"\n", 200,
	  EAS_SYNC_STATUS_PROTOCOL_ERROR },
	{ EAS_COMMAND_MOVE_ITEMS, "MoveItems\n",
	  "  Move\n    SrcMsgId \"a\"\n    SrcFldId\n    DstFldId\n", 1000,
	  EAS_STATUS_GLOBAL_INVALID_XML },
	{ EAS_COMMAND_GET_ITEM_ESTIMATE, "GetItemEstimate\n  Collections\n",
	  "    Collection\n      CollectionId \"x\"\n      AirSync:SyncKey \"1\"\n",
	  1000, EAS_STATUS_GLOBAL_INVALID_XML },
	{ EAS_COMMAND_ITEM_OPERATIONS, "ItemOperations\n",
	  "  Fetch\n    Store \"Mailbox\"\n", 100,
	  EAS_ITEM_OPERATIONS_STATUS_TOO_LARGE },
};

static void test_eas_schema_limits(void)
{
	test_begin("eas schema: limits");
	for (unsigned int i = 0; i < N_ELEMENTS(limit_tests); i++) T_BEGIN {
		string_t *text = t_str_new(65536);

		str_append(text, limit_tests[i].head);
		for (unsigned int j = 0; j < limit_tests[i].max; j++)
			str_append(text, limit_tests[i].each);
		test_assert_idx(test_check(limit_tests[i].command,
					   EAS_VERSION_14_1, str_c(text)) == 0, i);
		str_append(text, limit_tests[i].each);
		test_assert_idx(test_check(limit_tests[i].command,
					   EAS_VERSION_14_1, str_c(text)) == -1, i);
		test_assert_idx(error.status == limit_tests[i].status, i);
	} T_END;
	test_end();
}

/* One that went to a file has its size and no bytes. */
static void test_eas_schema_stream(void)
{
	struct wbxml_node root, id, mime;

	test_begin("eas schema: values in streams");
	i_zero(&root);
	i_zero(&id);
	i_zero(&mime);
	root.tag = EAS_TAG_COMPOSE_MAIL_SEND_MAIL;
	root.first_child = &id;
	root.last_child = id.next = &mime;
	id.tag = EAS_TAG_COMPOSE_MAIL_CLIENT_ID;
	mime.tag = EAS_TAG_COMPOSE_MAIL_MIME;
	root.value = id.value = mime.value = "";
	id.parent = mime.parent = &root;
	mime.value_size = 16*1024*1024;
	mime.stream = i_stream_create_from_data("", 0);
	mime.opaque = TRUE;
	id.value = "1";
	id.value_size = 1;
	test_assert(eas_schema_check(EAS_COMMAND_SEND_MAIL, EAS_VERSION_16_1, &root,
				     &error) == 0);
	id.value = "";
	id.value_size = 16*1024*1024;
	id.stream = mime.stream;
	test_assert(eas_schema_check(EAS_COMMAND_SEND_MAIL, EAS_VERSION_16_1, &root,
				     &error) == -1);
	test_assert_strcmp(error.reason, "ClientId in SendMail is too long");
	i_stream_unref(&mime.stream);
	test_end();
}

static void test_eas_schema_empty_body(void)
{
	wbxml_tag_t root, status_tag;

	test_begin("eas schema: empty and broken bodies");
	test_assert(eas_schema_check(EAS_COMMAND_PING, EAS_VERSION_14_1, NULL, &error) == 0);
	test_assert(eas_schema_check(EAS_COMMAND_SYNC, EAS_VERSION_12_1, NULL, &error) == 0);
	test_assert(eas_schema_check(EAS_COMMAND_FOLDER_SYNC, EAS_VERSION_14_1,
				     NULL, &error) == -1);
	test_assert(error.status == EAS_FOLDER_SYNC_STATUS_PROTOCOL_ERROR);
	test_assert_strcmp(error.reason, "body is empty");

	eas_schema_get_status_tags(EAS_COMMAND_PING, &root, &status_tag);
	test_assert(root == EAS_TAG_PING_PING && status_tag == EAS_TAG_PING_STATUS);

	eas_schema_get_wbxml_error(EAS_COMMAND_PING, EAS_VERSION_16_1, &error);
	test_assert(error.http_status == 400);
	test_assert(error.status == EAS_STATUS_GLOBAL_INVALID_WBXML);
	test_end();
}

/* The rows themselves: parents are containers, stand together, and name each element once. */
static void test_eas_schema_rows(void)
{
	static const struct {
		wbxml_tag_t parent, tag;
		unsigned int min, max;
	} rows[] = {
#define MANY UINT_MAX
#define EAS_SCHEMA_COMMAND(command, root, status_tag, status)
#define EAS_SCHEMA_LIMIT(parent, max, status)
#define EAS_SCHEMA_NOT_EMPTY(parent, status)
#define EAS_SCHEMA(parent, element, min, max, check, status) \
		{ EAS_TAG_##parent, EAS_TAG_##element, min, max },
#include "eas-schema.def"
	};

	test_begin("eas schema: rows");
	for (unsigned int i = 0; i < N_ELEMENTS(rows); i++) {
		test_assert_idx(eas_tag_find(rows[i].parent)->kind ==
				EAS_TAG_KIND_CONTAINER, i);
		test_assert_idx(rows[i].min <= rows[i].max, i);
		for (unsigned int j = i + 1; j < N_ELEMENTS(rows); j++) {
			if (rows[j].parent != rows[i].parent)
				continue;
			test_assert_idx(rows[j].tag != rows[i].tag, i);
			test_assert_idx(rows[j - 1].parent == rows[j].parent, j);
		}
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_schema_good,
		test_eas_schema_bad,
		test_eas_schema_limits,
		test_eas_schema_stream,
		test_eas_schema_empty_body,
		test_eas_schema_rows,
		NULL
	};
	return test_run(test_functions);
}
