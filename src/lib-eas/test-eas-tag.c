/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "istream.h"
#include "strnum.h"
#include "test-common.h"
#include "eas-tag.h"

#include <stdio.h>
#include <unistd.h>

static const enum eas_version versions[] = {
#define EAS_VERSION(ident, number, name) EAS_VERSION_##ident,
#include "eas-versions.def"
};

static unsigned int test_count_tags(void)
{
	unsigned int count = 0;

	for (unsigned int tag = 0; tag <= 0xffff; tag++) {
		if (eas_tag_find(tag) != NULL)
			count++;
	}
	return count;
}

/* columns: page, namespace, token, tag, versions */
static void test_row(const char *const *columns, const char *version_sep, unsigned int idx)
{
	const char *const *row_versions;
	const struct eas_tag_info *info;
	unsigned int page, token;
	wbxml_tag_t tag;
	bool all;

	test_assert_idx(str_array_length(columns) == 5, idx);
	if (str_array_length(columns) != 5 ||
	    str_to_uint(columns[0], &page) < 0 ||
	    strncmp(columns[2], "0x", 2) != 0 ||
	    str_to_uint_hex(columns[2] + 2, &token) < 0) {
		test_assert_idx(FALSE, idx);
		return;
	}
	tag = WBXML_TAG(page, token);
	info = eas_tag_find(tag);
	test_assert_idx(info != NULL, idx);
	if (info == NULL)
		return;
	test_assert_idx(info->tag == tag, idx);
	test_assert_strcmp_idx(info->name, columns[3], idx);
	test_assert_strcmp_idx(eas_page_get_name(page), columns[1], idx);
	test_assert_idx(eas_tag_find_name(page, columns[3]) == tag, idx);

	all = strcasecmp(columns[4], "all") == 0;
	row_versions = t_strsplit_spaces(columns[4], version_sep);
	for (unsigned int i = 0; i < N_ELEMENTS(versions); i++) {
		test_assert_idx(eas_tag_is_in_version(info, versions[i]) ==
			(all || str_array_find(row_versions,
				eas_version_get_name(versions[i]))), idx);
	}
}

/* Tables that others typed from the specification. */
static void
test_table(const char *path, const char *column_sep, const char *version_sep)
{
	struct istream *input;
	const char *line;
	unsigned int rows = 0;

	input = i_stream_create_file(path, IO_BLOCK_SIZE);
	(void)i_stream_read_next_line(input); /* names of the columns */
	while ((line = i_stream_read_next_line(input)) != NULL) T_BEGIN {
		test_row(t_strsplit(line, column_sep), version_sep, ++rows);
	} T_END;
	test_assert(input->stream_errno == 0);
	test_assert(rows == test_count_tags());
	i_stream_unref(&input);
}

static void test_eas_tag_csv(void)
{
	test_begin("eas tag: rows are those of the tests' own table");
	test_table(t_strconcat(getenv("top_srcdir"),
			       "/tests/fixtures/spec/aswbxml-tokens.csv", NULL),
		   ",", " ");
	test_end();
}

static void test_eas_tag_tsv(void)
{
	const char *path = t_strconcat(getenv("top_srcdir"),
		"/../shared/spec/wbxml-tokens.tsv", NULL);

	if (access(path, R_OK) < 0) {
		printf("SKIPPED: %s is not there: tags are not compared with it\n", path);
		return;
	}
	test_begin("eas tag: rows are those of wbxml-tokens.tsv");
	test_table(path, "\t", ", ");
	test_end();
}

static void test_eas_tag_find(void)
{
	unsigned int page;

	test_begin("eas tag: lookups");
	test_assert(eas_tag_find(WBXML_TAG_NONE) == NULL);
	test_assert(eas_tag_find(WBXML_TAG(0, 0x11)) == NULL);
	test_assert(eas_tag_find(WBXML_TAG(0, 0x45)) == NULL);
	test_assert(eas_tag_find(WBXML_TAG(3, 0x05)) == NULL);
	test_assert(eas_tag_find(WBXML_TAG(26, 0x05)) == NULL);
	test_assert(eas_tag_find(0xffff) == NULL);
	test_assert(eas_tag_get_name(0xffff) == NULL);
	test_assert(eas_tag_find(EAS_TAG_PING_STATUS)->kind == EAS_TAG_KIND_UINT);
	test_assert(eas_tag_find_name(0, "Sync") == EAS_TAG_AIRSYNC_SYNC);
	test_assert(eas_tag_find_name(0, "sync") == WBXML_TAG_NONE);
	test_assert(eas_tag_find_name(26, "Sync") == WBXML_TAG_NONE);
	test_assert(eas_page_get_name(3) == NULL && eas_page_get_name(26) == NULL);
	test_assert(eas_page_find_name("Find", &page) == 0 && page == 25);
	test_assert(eas_page_find_name("AirNotify", &page) == -1);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_tag_csv,
		test_eas_tag_tsv,
		test_eas_tag_find,
		NULL
	};
	return test_run(test_functions);
}
