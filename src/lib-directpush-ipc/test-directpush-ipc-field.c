/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "net.h"
#include "guid.h"
#include "eas-request.h"
#include "directpush-ipc-field.h"
#include "directpush-ipc-worker.h"
#include "test-common.h"

struct item {
	unsigned int number;
};

struct thing {
	const char *name;
	const char *note;
	const char *device_id;
	unsigned int small;
	uint32_t medium;
	uint64_t large;
	uoff_t size;
	bool flag;
	struct ip_addr ip;
	guid_128_t guid;
	const unsigned char *data;
	size_t data_size;
	const struct item *items;
	unsigned int items_count;
};

static const struct directpush_ipc_field item_fields[] = {
	DIRECTPUSH_IPC_FIELD(UINT, item, number, "number", TRUE)
};
static const struct directpush_ipc_table item_table = {
	item_fields, N_ELEMENTS(item_fields), sizeof(struct item)
};

#define FIELD(type, member, required) \
	DIRECTPUSH_IPC_FIELD(type, thing, member, #member, required)
static const struct directpush_ipc_field thing_fields[] = {
	FIELD(STR, name, TRUE),
	FIELD(STR_OR_NULL, note, FALSE),
	FIELD(DEVICE_ID, device_id, FALSE),
	FIELD(UINT, small, FALSE),
	FIELD(UINT32, medium, FALSE),
	FIELD(UINT64, large, FALSE),
	FIELD(SIZE, size, FALSE),
	FIELD(BOOL, flag, FALSE),
	FIELD(IP, ip, FALSE),
	FIELD(GUID, guid, FALSE),
	DIRECTPUSH_IPC_FIELD_SIZED(thing, data, "data", FALSE),
	DIRECTPUSH_IPC_FIELD_ELEMENTS(thing, items, "item", &item_table)
};
static const struct directpush_ipc_table thing_table = {
	thing_fields, N_ELEMENTS(thing_fields), sizeof(struct thing)
};

static void test_directpush_ipc_field_values(void)
{
	static const char *const lines[] = {
		"name=",
		"name=a\001t\001n\0011z",
		"name=x\tnote=",
		"name=x\tnote=some words",
		"name=x\tdevice_id=ApplDNPXJ1ABCD",
		"name=x\tsmall=4294967295\tmedium=4294967295\tlarge=18446744073709551615",
		"name=x\tsize=0",
		"name=x\tflag=yes",
		"name=x\tip=192.0.2.1",
		"name=x\tip=2001:db8::1",
		"name=x\tguid=00112233445566778899aabbccddeeff",
		"name=x\tdata=\0010\001t\001n\001r\0011end",
		"name=x\titem=number=0\titem=number=7",
	};
	struct thing thing;
	const char *error;
	unsigned int i;

	test_begin("ipc field: every kind of value comes back as it was");
	for (i = 0; i < N_ELEMENTS(lines); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 1024);
		string_t *str = t_str_new(128);

		test_assert_idx(directpush_ipc_fields_parse(pool, lines[i], &thing_table,
							    &thing, &error) == 0, i);
		directpush_ipc_fields_append(str, &thing_table, &thing);
		test_assert_strcmp_idx(str_c(str), lines[i], i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_directpush_ipc_field_defaults(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct thing thing;
	const char *error;

	test_begin("ipc field: what is missing has its default, what is unknown is ignored");
	test_assert(directpush_ipc_fields_parse(pool, "later=1\tname=x", &thing_table,
						&thing, &error) == 0);
	test_assert_strcmp(thing.name, "x");
	test_assert(thing.note == NULL);
	test_assert(thing.size == UOFF_T_MAX);
	test_assert(thing.small == 0 && thing.large == 0 && !thing.flag);
	test_assert(thing.ip.family == 0);
	test_assert(guid_128_is_empty(thing.guid));
	test_assert(thing.data_size == 0 && thing.items_count == 0);
	pool_unref(&pool);
	test_end();
}

static void test_directpush_ipc_field_errors(void)
{
	static const struct {
		const char *line, *error;
	} tests[] = {
		{ "", "name is missing" },
		{ "small=1", "name is missing" },
		{ "name=x\tname=y", "name is given twice" },
		{ "name=x\tjunk", "field without '=': junk" },
		{ "name=x\t", "field without '=': " },
		{ "name=x\tsmall=", "small has a value that is not allowed: " },
		{ "name=x\tsmall=-1", "small has a value that is not allowed: -1" },
		{ "name=x\tsmall=4294967296",
		  "small has a value that is not allowed: 4294967296" },
		{ "name=x\tmedium=4294967296",
		  "medium has a value that is not allowed: 4294967296" },
		{ "name=x\tlarge=18446744073709551616",
		  "large has a value that is not allowed: 18446744073709551616" },
		{ "name=x\tsize=many", "size has a value that is not allowed: many" },
		{ "name=x\tflag=1", "flag has a value that is not allowed: 1" },
		{ "name=x\tip=host", "ip has a value that is not allowed: host" },
		{ "name=x\tguid=0011", "guid has a value that is not allowed: 0011" },
		{ "name=x\tdevice_id=", "device_id has a value that is not allowed: " },
		{ "name=x\tdevice_id=../up",
		  "device_id has a value that is not allowed: ../up" },
		{ "name=x\tdevice_id=a12345678901234567890123456789012",
		  "device_id has a value that is not allowed: "
		  "a12345678901234567890123456789012" },
		{ "name=x\titem=number=1\titem=", "item: number is missing" },
		{ "name=x\titem=number=z",
		  "item: number has a value that is not allowed: z" },
	};
	struct thing thing;
	const char *error;
	unsigned int i;

	test_begin("ipc field: one sentence for each mistake");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 1024);

		error = NULL;
		test_assert_idx(directpush_ipc_fields_parse(pool, tests[i].line,
				&thing_table, &thing, &error) < 0, i);
		test_assert_strcmp_idx(error, tests[i].error, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_directpush_ipc_field_too_many(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	string_t *line = str_new(default_pool, 65536);
	struct thing thing;
	const char *error;
	unsigned int i;

	test_begin("ipc field: a list has a longest length");
	str_append(line, "name=x");
	for (i = 0; i < DIRECTPUSH_IPC_FIELD_MAX_ELEMENTS; i++)
		str_append(line, "\titem=number=1");
	test_assert(directpush_ipc_fields_parse(pool, str_c(line), &thing_table,
						&thing, &error) == 0);
	test_assert(thing.items_count == DIRECTPUSH_IPC_FIELD_MAX_ELEMENTS);
	str_append(line, "\titem=number=1");
	test_assert(directpush_ipc_fields_parse(pool, str_c(line), &thing_table,
						&thing, &error) < 0);
	test_assert_strcmp(error, "item is given 4097 times, more than 4096");
	str_free(&line);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_directpush_ipc_field_values,
		test_directpush_ipc_field_defaults,
		test_directpush_ipc_field_errors,
		test_directpush_ipc_field_too_many,
		NULL
	};
	return test_run(test_functions);
}
