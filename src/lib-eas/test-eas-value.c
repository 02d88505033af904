/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "eas-value.h"

static const struct {
	const char *text;
	time_t utc;
} dates[] = {
	{ "1970-01-01T00:00:00.000Z", 0 },
	{ "2010-01-31T12:34:56.000Z", 1264941296 },
	{ "2010-01-31T12:34:56.789Z", 1264941296 },
	{ "2010-01-31T12:34:56Z", 1264941296 },
	{ "2010-01-31T12:34:56", 1264941296 },
	{ "20100131T123456Z", 1264941296 },
	{ "20100131T123456", 1264941296 },
	{ "16010101T000000Z", -11644473600LL },
	{ "99991231T235959Z", 253402300799LL },
	{ "19380119T031408Z", -1008276352 },
	/* leap second, leap day */
	{ "20161231T235960Z", 1483228800 },
	{ "20240229T000000Z", 1709164800 },
};

static const char *const bad_dates[] = {
	"", "Z", "2010", "20100131", "20100131T", "20100131T1234Z",
	"2010-01-31", "2010-01-31 12:34:56Z", "20101331T000000Z",
	"20100100T000000Z", "20100132T000000Z", "20100131T240000Z",
	"20100131T006000Z", "20100131T000061Z", "16001231T235959Z",
	"20100131T123456ZZ", "20100131T123456+01", "-0100131T123456Z",
	"20100131T123456.Z1", "2010013 T123456Z",
};

static void test_eas_date(void)
{
	time_t utc;

	test_begin("eas value: dates");
	for (unsigned int i = 0; i < N_ELEMENTS(dates); i++) {
		test_assert_idx(eas_date_parse(dates[i].text, &utc) == 0 &&
				utc == dates[i].utc, i);
	}
	for (unsigned int i = 0; i < N_ELEMENTS(bad_dates); i++)
		test_assert_idx(eas_date_parse(bad_dates[i], &utc) == -1, i);

	test_assert_strcmp(eas_date_format(1264941296), "2010-01-31T12:34:56.000Z");
	test_assert_strcmp(eas_date_format_compact(1264941296), "20100131T123456Z");
	test_assert_strcmp(eas_date_format_compact(-1008276352), "19380119T031408Z");
	test_assert_strcmp(eas_date_format_compact(INT64_MAX), "99991231T235959Z");
	test_assert_strcmp(eas_date_format(INT64_MIN), "1601-01-01T00:00:00.000Z");
	test_assert(strlen(eas_date_format(0)) == EAS_DATE_LENGTH);
	test_assert(strlen(eas_date_format_compact(0)) == EAS_DATE_COMPACT_LENGTH);
	test_end();
}

static void test_eas_bool(void)
{
	bool value = FALSE;

	test_begin("eas value: booleans");
	test_assert(eas_bool_parse("1", &value) == 0 && value);
	test_assert(eas_bool_parse("0", &value) == 0 && !value);
	test_assert(eas_bool_parse("True", &value) == 0 && value);
	test_assert(eas_bool_parse("false", &value) == 0 && !value);
	test_assert(eas_bool_parse("", &value) == 0 && value);
	test_assert(eas_bool_parse("2", &value) == -1);
	test_assert(eas_bool_parse("yes", &value) == -1);
	test_assert(eas_bool_parse("1 ", &value) == -1);
	test_end();
}

static void test_eas_uint(void)
{
	unsigned int value = 1;

	test_begin("eas value: numbers");
	test_assert(eas_uint_parse("0", &value) == 0 && value == 0);
	test_assert(eas_uint_parse("0042", &value) == 0 && value == 42);
	test_assert(eas_uint_parse("4294967295", &value) == 0 && value == UINT_MAX);
	test_assert(eas_uint_parse("4294967296", &value) == 0 && value == UINT_MAX);
	test_assert(eas_uint_parse("99999999999999999999999999", &value) == 0 &&
		    value == UINT_MAX);
	test_assert(eas_uint_parse("", &value) == -1);
	test_assert(eas_uint_parse("-1", &value) == -1);
	test_assert(eas_uint_parse("+1", &value) == -1);
	test_assert(eas_uint_parse("1 ", &value) == -1);
	test_assert(eas_uint_parse("0x1", &value) == -1);

	test_assert(eas_uint_parse_range("60", 60, 3540, &value) == 0 && value == 60);
	test_assert(eas_uint_parse_range("3540", 60, 3540, &value) == 0 && value == 3540);
	test_assert(eas_uint_parse_range("59", 60, 3540, &value) == -1);
	test_assert(eas_uint_parse_range("3541", 60, 3540, &value) == -1);
	test_assert(eas_uint_parse_range("x", 60, 3540, &value) == -1);
	test_end();
}

static void test_eas_id(void)
{
	char id[EAS_ID_LENGTH + 1];

	test_begin("eas value: ids");
	/* SHA-256("abc") = ba7816bf8f01cfea4141... */
	eas_id_make("abc", 3, id);
	test_assert_strcmp(id, "xj4bnp4pahh6uqkb");
	test_assert(eas_id_is_valid(id));
	test_assert(!eas_id_is_valid(""));
	test_assert(!eas_id_is_valid("xj4bnp4pahh6uqk"));
	test_assert(!eas_id_is_valid("xj4bnp4pahh6uqkbx"));
	test_assert(!eas_id_is_valid("xj4bnp4pahh6uqk1"));
	test_assert(!eas_id_is_valid("XJ4BNP4PAHH6UQKB"));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_date,
		test_eas_bool,
		test_eas_uint,
		test_eas_id,
		NULL
	};
	return test_run(test_functions);
}
