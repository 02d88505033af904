/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "str.h"
#include "test-common.h"
#include "eas-query.h"

static const struct eas_query_headers no_headers;
static const struct eas_query_headers headers_141 = {
	.protocol_version = "14.1"
};

static pool_t pool;
static struct eas_request request;
static enum eas_query_error error;

static int test_parse(const char *query, const struct eas_query_headers *headers)
{
	char *copy = i_strdup(query);
	int ret;

	/* exactly sized, for valgrind; gone before anybody looks at the strings */
	p_clear(pool);
	ret = eas_query_parse(pool, copy, headers, &request, &error);
	i_free(copy);
	test_assert((ret == 0) == (error == EAS_QUERY_ERROR_NONE));
	return ret;
}

static void test_eas_query_plain(void)
{
	struct eas_query_headers headers = {
		.protocol_version = "16.1",
		.policy_key = "3942919513",
		.accept_multipart = "T",
		.user_agent = "Apple-iPhone3C1/1104.257\xc3\xa4\x07",
		.content_type = "Application/VND.ms-sync.wbxml ; charset=utf-8",
		.accept_language = "de-de"
	};

	test_begin("eas query: plain");
	test_assert(test_parse("Cmd=Sync&User=dom%5Calice%40x&DeviceId=Appl123&"
			       "DeviceType=iPhone", &headers) == 0);
	test_assert(request.command == EAS_COMMAND_SYNC);
	test_assert(request.version == EAS_VERSION_16_1);
	test_assert_strcmp(request.query_user, "dom\\alice@x");
	test_assert_strcmp(request.device_id, "Appl123");
	test_assert_strcmp(request.device_type, "iPhone");
	test_assert_strcmp(request.user_agent, "Apple-iPhone3C1/1104.257???");
	test_assert(request.policy_key == 3942919513U && request.policy_key_sent);
	test_assert(request.accept_multipart);
	test_assert_strcmp(request.content_type, "application/vnd.ms-sync.wbxml");
	test_assert_strcmp(request.accept_language, "de-de");
	test_assert(!request.save_in_sent);
	test_assert(request.collection_id == NULL && request.item_id == NULL &&
		    request.long_id == NULL && request.occurrence == NULL &&
		    request.parent_id == NULL && request.attachment_name == NULL);
	test_end();
}

static void test_eas_query_parameters(void)
{
	test_begin("eas query: parameters in any order and case");
	test_assert(test_parse("&deviceTYPE=x&itemid=f%3a1&COLLECTIONID=f&"
			       "LongId=l&occurrence=o&ParentId=p&AttachmentName=5%3a2&"
			       "SaveInSent=t&foo=bar&novalue&deviceid=a&CMD=sendmail&"
			       "Cmd=Sync&DeviceId=b", &headers_141) == 0);
	test_assert(request.command == EAS_COMMAND_SEND_MAIL);
	test_assert_strcmp(request.device_id, "a");
	test_assert_strcmp(request.item_id, "f:1");
	test_assert_strcmp(request.collection_id, "f");
	test_assert_strcmp(request.long_id, "l");
	test_assert_strcmp(request.occurrence, "o");
	test_assert_strcmp(request.parent_id, "p");
	test_assert_strcmp(request.attachment_name, "5:2");
	test_assert(request.save_in_sent);
	test_end();
}

static void test_eas_query_sparse(void)
{
	/* nothing optional: no user, no device type, no headers */
	test_begin("eas query: what may be missing, what is no escape");
	test_assert(test_parse("Cmd=Ping&DeviceId=validate", &headers_141) == 0);
	test_assert(request.query_user == NULL);
	test_assert_strcmp(request.device_type, "");
	test_assert_strcmp(request.user_agent, "");
	test_assert_strcmp(request.content_type, "");
	test_assert_strcmp(request.accept_language, "");
	test_assert(!request.policy_key_sent && request.policy_key == 0);
	test_assert(!request.accept_multipart && !request.save_in_sent);

	/* '+' is no space, odd escapes stay, an escaped NUL ends the value */
	test_assert(test_parse("Cmd=Ping&DeviceId=a&User=a+b%zz%4", &headers_141) == 0);
	test_assert_strcmp(request.query_user, "a+b%zz%4");
	test_assert(test_parse("Cmd=Ping&DeviceId=a&User=a%00b", &headers_141) == 0);
	test_assert_strcmp(request.query_user, "a");
	test_end();
}

static void test_eas_query_headers(void)
{
	struct eas_query_headers headers = headers_141;

	test_begin("eas query: headers");
	headers.policy_key = "0";
	test_assert(test_parse("Cmd=Ping&DeviceId=a", &headers) == 0);
	test_assert(request.policy_key == 0 && request.policy_key_sent);
	headers.policy_key = "99999999999";
	test_assert(test_parse("Cmd=Ping&DeviceId=a", &headers) == 0);
	test_assert(request.policy_key == 0 && request.policy_key_sent);
	headers.accept_multipart = "F";
	test_assert(test_parse("Cmd=Ping&DeviceId=a", &headers) == 0);
	test_assert(!request.accept_multipart);
	headers.protocol_version = " 12.1 ";
	test_assert(test_parse("Cmd=Ping&DeviceId=a", &headers) == 0);
	test_assert(request.version == EAS_VERSION_12_1);
	test_end();
}

static const struct {
	const char *query, *version;
	enum eas_query_error error;
	unsigned int http;
} bad_tests[] = {
	{ "", "14.1", EAS_QUERY_ERROR_COMMAND_MISSING, 501 },
	{ "Cmd=", "14.1", EAS_QUERY_ERROR_COMMAND_MISSING, 501 },
	{ "DeviceId=a", "14.1", EAS_QUERY_ERROR_COMMAND_MISSING, 501 },
	{ "Cmd=Nonsense&DeviceId=a", "14.1", EAS_QUERY_ERROR_COMMAND_UNKNOWN, 501 },
	{ "Cmd=Sync%00&DeviceId=a", NULL, EAS_QUERY_ERROR_VERSION_MISSING, 505 },
	{ "Cmd=Sync&DeviceId=a", "1.0", EAS_QUERY_ERROR_VERSION_MISSING, 505 },
	{ "Cmd=Sync&DeviceId=a", "12", EAS_QUERY_ERROR_VERSION_UNKNOWN, 400 },
	{ "Cmd=Sync&DeviceId=a", "2.5", EAS_QUERY_ERROR_VERSION_UNKNOWN, 400 },
	{ "Cmd=Sync&DeviceId=a", "16.1x", EAS_QUERY_ERROR_VERSION_UNKNOWN, 400 },
	{ "Cmd=Sync&DeviceId=a", "", EAS_QUERY_ERROR_VERSION_UNKNOWN, 400 },
	{ "Cmd=Sync", "14.1", EAS_QUERY_ERROR_DEVICE_ID, 400 },
	{ "Cmd=Sync&DeviceId=", "14.1", EAS_QUERY_ERROR_DEVICE_ID, 400 },
	{ "Cmd=Sync&DeviceId=a-b", "14.1", EAS_QUERY_ERROR_DEVICE_ID, 400 },
	{ "Cmd=Sync&DeviceId=..%2fx", "14.1", EAS_QUERY_ERROR_DEVICE_ID, 400 },
	{ "Cmd=Sync&DeviceId=%c3%a4", "14.1", EAS_QUERY_ERROR_DEVICE_ID, 400 },
	{ "Cmd=Sync&DeviceId=a234567890123456789012345678901234", "14.1",
	  EAS_QUERY_ERROR_DEVICE_ID, 400 },
	{ "!", "14.1", EAS_QUERY_ERROR_MALFORMED, 400 },
	{ "Sync", "14.1", EAS_QUERY_ERROR_MALFORMED, 400 },
	{ "jAAJBAp2MTQwRGV2aWNl", "14.1", EAS_QUERY_ERROR_MALFORMED, 400 },
};

static void test_eas_query_bad(void)
{
	test_begin("eas query: what is refused, and how");
	for (unsigned int i = 0; i < N_ELEMENTS(bad_tests); i++) {
		struct eas_query_headers headers = {
			.protocol_version = bad_tests[i].version
		};

		test_assert_idx(test_parse(bad_tests[i].query, &headers) == -1, i);
		test_assert_idx(error == bad_tests[i].error, i);
		test_assert_idx(eas_query_error_get_http(error) ==
				bad_tests[i].http, i);
		test_assert_idx(eas_query_error_get_status(error) > 100, i);
		test_assert_idx(*eas_query_error_get_text(error) != '\0', i);
	}
	/* what is known is filled in all the same */
	test_assert(test_parse("Cmd=Nope&DeviceId=a&User=u", &headers_141) == -1);
	test_assert_strcmp(request.device_id, "a");
	test_assert_strcmp(request.query_user, "u");
	test_assert(eas_query_parse(pool, NULL, &no_headers, &request, &error) == -1);
	test_assert(error == EAS_QUERY_ERROR_COMMAND_MISSING);
	test_end();
}

static void test_eas_query_base64(void)
{
	struct eas_query_headers headers = {
		.protocol_version = "2.5",
		.policy_key = "17"
	};

	/* the example of MS-ASHTTP "Request-Line" */
	test_begin("eas query: base64");
	test_assert(test_parse("jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l", &headers) == 0);
	test_assert(request.command == EAS_COMMAND_SYNC);
	test_assert(request.version == EAS_VERSION_14_0);
	test_assert_strcmp(request.device_id, "v140Device");
	test_assert_strcmp(request.device_type, "SmartPhone");
	test_assert(request.policy_key == 17 && request.policy_key_sent);

	/* recorded from a Windows Phone 8: '+' and '/' are data */
	test_assert(test_parse("jAkMBBCkufmbxGcztuQus5kI+d1IBG1/bn0DV1A4",
			       &no_headers) == 0);
	test_assert(request.command == EAS_COMMAND_FOLDER_SYNC);
	test_assert(request.version == EAS_VERSION_14_0);
	test_assert_strcmp(request.device_id, "a4b9f99bc46733b6e42eb39908f9dd48");
	test_assert_strcmp(request.device_type, "WP8");
	test_assert(request.policy_key == 0x7d6e7f6d && request.policy_key_sent);
	test_assert(test_parse("jAkMBBCkufmbxGcztuQus5kI%2Bd1IBG1%2fbn0DV1A4",
			       &no_headers) == 0);
	test_assert_strcmp(request.device_id, "a4b9f99bc46733b6e42eb39908f9dd48");
	test_end();
}

static const char *test_bytes(const char *bytes, size_t size)
{
	buffer_t *b64 = t_base64_encode(0, 0, bytes, size);

	return t_strndup(b64->data, b64->used);
}

static void test_eas_query_base64_parameters(void)
{
	/* every parameter, one unknown, then Options */
	static const char all[] = "\xa1\x01\x09\x04" "\x03" "abc" "\0" "\0"
		"\0\x02" "an" "\x01\x02" "co" "\x03\x02" "it" "\x04\x02" "lo"
		"\x06\x02" "oc" "\x08\x02" "us" "\x20\x01" "x" "\x07\x01\x03";
	size_t size = sizeof(all) - 1;

	test_begin("eas query: base64 parameters, cut off everywhere");
	test_assert(test_parse(test_bytes(all, size), &no_headers) == 0);
	test_assert(request.command == EAS_COMMAND_SEND_MAIL);
	test_assert(request.version == EAS_VERSION_16_1);
	test_assert_strcmp(request.device_type, "");
	test_assert_strcmp(request.attachment_name, "an");
	test_assert_strcmp(request.collection_id, "co");
	test_assert_strcmp(request.item_id, "it");
	test_assert_strcmp(request.long_id, "lo");
	test_assert_strcmp(request.occurrence, "oc");
	test_assert_strcmp(request.query_user, "us");
	test_assert(request.save_in_sent && request.accept_multipart);
	test_assert(!request.policy_key_sent);

	/* a query may only end between parameters: after the 10 bytes before the first,
	   then after each */
	for (size_t cut = 1; cut < size; cut++) T_BEGIN {
		bool whole = cut == 10 || (cut > 10 && cut <= 34 && cut % 4 == 2) ||
			cut == 37;

		test_assert_idx((test_parse(test_bytes(all, cut), &no_headers) == 0) ==
				whole, cut);
		if (!whole)
			test_assert_idx(error == EAS_QUERY_ERROR_MALFORMED, cut);
	} T_END;

	/* no device id; policy key of two bytes; unknown version and command */
	test_assert(test_parse(test_bytes("\xa1\x01\x09\x04\0\0\0", 7), &no_headers) == -1);
	test_assert(error == EAS_QUERY_ERROR_DEVICE_ID);
	test_assert(test_parse(test_bytes("\xa1\x01\x09\x04\x01" "a\x02\0\0\0", 10),
			       &no_headers) == -1);
	test_assert(error == EAS_QUERY_ERROR_MALFORMED);
	test_assert(test_parse(test_bytes("\x19\x01\x09\x04\x01" "a\0\0", 8),
			       &no_headers) == -1);
	test_assert(error == EAS_QUERY_ERROR_VERSION_UNKNOWN);
	test_assert(test_parse(test_bytes("\xa1\xff\x09\x04\x01" "a\0\0", 8),
			       &no_headers) == -1);
	test_assert(error == EAS_QUERY_ERROR_COMMAND_UNKNOWN);
	/* 17 bytes that are no string are no GUID */
	test_assert(test_parse(test_bytes("\xa1\x01\x09\x04\x11"
		"1234567890123456\xff\0\0", 24), &no_headers) == -1);
	test_end();
}

static void test_eas_query_long(void)
{
	string_t *query = t_str_new(16384);

	test_begin("eas query: long values are cut or refused");
	str_append(query, "Cmd=Ping&DeviceId=a&DeviceType=");
	for (unsigned int i = 0; i < 1000; i++)
		str_append_c(query, 'x');
	test_assert(test_parse(str_c(query), &headers_141) == 0);
	test_assert(strlen(request.device_type) == EAS_DEVICE_TYPE_MAX_LENGTH);
	for (unsigned int i = 0; i < 8000; i++)
		str_append_c(query, 'x');
	test_assert(test_parse(str_c(query), &headers_141) == -1);
	test_assert(error == EAS_QUERY_ERROR_MALFORMED);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_query_plain,
		test_eas_query_parameters,
		test_eas_query_sparse,
		test_eas_query_headers,
		test_eas_query_bad,
		test_eas_query_base64,
		test_eas_query_base64_parameters,
		test_eas_query_long,
		NULL
	};
	int ret;

	pool = pool_alloconly_create("test", 4096);
	ret = test_run(test_functions);
	pool_unref(&pool);
	return ret;
}
