/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/fixtures/items/NAME.item: a message of tests/fixtures/messages, what the device asks for, and
   the item it gets, as text. Adding a pair needs no code. ITEM_UPDATE=1 in the
   environment writes the result into the file instead of comparing it. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "strescape.h"
#include "message-parser.h"
#include "test-common.h"
#include "directpush-compat.h"
#include "wbxml-dump.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-item-email.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define TEST_MAX_FILE (1024*1024)
#define TEST_ITEM_ID "inboxinboxinboxi:17"

static const struct wbxml_tree_settings tree_set = {
	.limits = {
		.max_depth = WBXML_DEFAULT_MAX_DEPTH,
		.max_elements = WBXML_DEFAULT_MAX_ELEMENTS,
		.max_value_bytes = TEST_MAX_FILE,
		.max_document_bytes = TEST_MAX_FILE
	},
	.max_memory_value = TEST_MAX_FILE
};

static const struct wbxml_dump_names names = {
	.tag_name = eas_tag_get_name,
	.page_name = eas_page_get_name
};

struct item_test {
	const char *message;
	struct eas_body_options options;
	struct eas_email_source source;
	ARRAY_TYPE(const_string) keywords;
	bool changes, known_parts;
};

static const char *top_srcdir(void)
{
	const char *dir = getenv("top_srcdir");

	return dir == NULL ? "../.." : dir;
}

static const char *read_file(const char *path, size_t *size_r)
{
	buffer_t *buf = t_buffer_create(4096);
	unsigned char piece[4096];
	ssize_t ret;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd == -1)
		i_fatal("open(%s) failed: %m", path);
	while ((ret = read(fd, piece, sizeof(piece))) > 0)
		buffer_append(buf, piece, ret);
	i_close_fd(&fd);
	*size_r = buf->used;
	buffer_append_c(buf, '\0');
	return buf->data;
}

/* "2:200000:all:preview=255" */
static void parse_body(struct eas_body_preference *pref, const char *value)
{
	const char *const *words = t_strsplit(value, ":");

	pref->type = words[0][0] - '0';
	pref->truncation_size = UOFF_T_MAX;
	for (words++; *words != NULL; words++) {
		if (strcmp(*words, "all") == 0)
			pref->all_or_none = TRUE;
		else if (str_begins_with(*words, "preview="))
			test_assert(str_to_uint(*words + 8, &pref->preview) == 0);
		else
			test_assert(str_to_uoff(*words, &pref->truncation_size) == 0);
	}
}

static void parse_flags(struct item_test *test, const char *value)
{
	const char *const *words;

	for (words = t_strsplit(value, ","); *words != NULL; words++) {
		if (strcmp(*words, "seen") == 0)
			test->source.flags |= MAIL_SEEN;
		else if (strcmp(*words, "flagged") == 0)
			test->source.flags |= MAIL_FLAGGED;
		else if (strcmp(*words, "answered") == 0)
			test->source.flags |= MAIL_ANSWERED;
		else
			array_push_back(&test->keywords, words);
	}
}

static void parse_word(struct item_test *test, const char *word)
{
	const char *value = strchr(word, '=');

	value = value == NULL ? "" : value + 1;
	if (str_begins_with(word, "message="))
		test->message = value;
	else if (str_begins_with(word, "version="))
		test_assert(eas_version_parse(value, &test->options.version) == 0);
	else if (str_begins_with(word, "body="))
		parse_body(&test->options.preferences[test->options.preferences_count++],
			   value);
	else if (str_begins_with(word, "part="))
		parse_body(&test->options.part, value);
	else if (str_begins_with(word, "mime=")) {
		test->options.mime_support_sent = TRUE;
		test->options.mime_support = *value - '0';
	} else if (str_begins_with(word, "mimetruncation="))
		test_assert(str_to_uoff(value, &test->options.mime_truncation_size) == 0);
	else if (str_begins_with(word, "received="))
		test_assert(eas_date_parse(value, &test->source.received_utc) == 0);
	else if (str_begins_with(word, "flags="))
		parse_flags(test, value);
	else if (strcmp(word, "draft") == 0)
		test->source.is_draft = TRUE;
	else if (strcmp(word, "tnef") == 0)
		test->source.tnef_temp_prefix = "/tmp/test-eas-tnef.";
	else if (strcmp(word, "changes") == 0)
		test->changes = TRUE;
	else
		i_fatal("unknown word: %s", word);
}

static struct item_test *parse_test(const char *line)
{
	struct item_test *test = t_new(struct item_test, 1);
	const char *const *word;

	t_array_init(&test->keywords, 4);
	test->options.version = EAS_VERSION_16_1;
	test->options.mime_truncation_size = UOFF_T_MAX;
	test->source.item_id = TEST_ITEM_ID;
	for (word = t_strsplit_spaces(line, " "); *word != NULL; word++)
		parse_word(test, *word);
	array_append_zero(&test->keywords);
	test->source.keywords = array_front(&test->keywords);
	return test;
}

static struct message_part *parse_parts(pool_t pool, struct istream *input)
{
	static const struct message_parser_settings set = {
		.flags = MESSAGE_PARSER_FLAG_SKIP_BODY_BLOCK
	};
	struct message_parser_ctx *parser;
	struct message_block block;
	struct message_part *parts;

	parser = message_parser_init(pool, input, &set);
	while (message_parser_parse_next_block(parser, &block) > 0) ;
	message_parser_deinit(&parser, &parts);
	i_stream_seek(input, 0);
	return parts;
}

static void write_item(struct item_test *test, buffer_t *dest)
{
	struct ostream *output = o_stream_create_buffer(dest);
	struct wbxml_writer *writer = wbxml_writer_create(output);
	const char *error;

	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	if (test->changes)
		eas_item_email_write_changes(writer, &test->source, &test->options,
				     EAS_EMAIL_CHANGE_OTHER);
	else
		test_assert(eas_item_email_write(writer, &test->source,
						 &test->options, &error) == 0);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
}

static const char *dump_item(pool_t pool, const buffer_t *item)
{
	struct istream *input = i_stream_create_from_buffer(item);
	struct wbxml_tree *tree;
	string_t *dump = str_new(pool, 4096);
	const char *error;

	test_assert(wbxml_tree_read(pool, input, &tree_set, &tree, &error) == 1);
	i_stream_unref(&input);
	wbxml_dump(dump, tree->root, &names, 0, NULL);
	wbxml_tree_free(&tree);
	return str_c(dump);
}

/* The same message must give the same item whether its structure is known or not, and
   however small the pieces are in which it is read. */
static const char *run_test(struct item_test *test, bool known_parts, bool bytewise)
{
	pool_t pool = pool_alloconly_create("test item", 4096);
	buffer_t *item = buffer_create_dynamic(default_pool, 4096);
	const char *data, *dump;
	size_t size;

	data = read_file(t_strdup_printf("%s/tests/fixtures/messages/%s",
					 top_srcdir(), test->message), &size);
	test->source.input = bytewise ?
		test_istream_create_data(data, size) :
		i_stream_create_from_data(data, size);
	if (bytewise)
		test_istream_set_max_buffer_size(test->source.input, 64);
	test->source.parts = known_parts ?
		parse_parts(pool, test->source.input) : NULL;
	write_item(test, item);
	dump = t_strdup(dump_item(pool, item));
	i_stream_unref(&test->source.input);
	buffer_free(&item);
	pool_unref(&pool);
	return dump;
}

static void update_file(const char *path, const char *head, const char *dump)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		i_fatal("fopen(%s) failed: %m", path);
	fprintf(file, "%s\n%s", head, dump);
	fclose(file);
}

static void test_item_file(const char *path)
{
	const char *content, *head, *expected;
	struct item_test *test;
	unsigned int way;
	size_t size;

	content = read_file(path, &size);
	head = t_strcut(content, '\n');
	expected = strchr(content, '\n');
	expected = expected == NULL ? "" : expected + 1;
	test = parse_test(head);
	if (getenv("ITEM_UPDATE") != NULL) {
		update_file(path, head, run_test(test, FALSE, FALSE));
		return;
	}
	for (way = 0; way < 4; way++)
		test_assert_strcmp_idx(run_test(test, (way & 1) != 0, (way & 2) != 0),
				       expected, way);
}

static void test_items(void)
{
	const char *dir = t_strdup_printf("%s/tests/fixtures/items", top_srcdir());
	struct dirent *entry;
	unsigned int count = 0;
	DIR *dirp;

	dirp = opendir(dir);
	if (dirp == NULL)
		i_fatal("opendir(%s) failed: %m", dir);
	while ((entry = readdir(dirp)) != NULL) {
		size_t len = strlen(entry->d_name);

		if (len < 5 || strcmp(entry->d_name + len - 5, ".item") != 0)
			continue;
		test_begin(t_strdup_printf("email item: %s", entry->d_name));
		T_BEGIN {
			test_item_file(t_strconcat(dir, "/", entry->d_name, NULL));
		} T_END;
		test_end();
		count++;
	}
	closedir(dirp);
	test_begin("email item: there are fixtures");
	test_assert(count >= 30);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_items,
		NULL
	};
	return test_run(test_functions);
}
