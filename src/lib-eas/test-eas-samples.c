/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What phones and Exchange really sent, when the recordings are there. */

#include "lib.h"
#include "buffer.h"
#include "ostream.h"
#include "str.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-query.h"
#include "eas-schema.h"
#include "eas-tag.h"
#include "test-eas-file.h"
#include "test-eas-text.h"

#include <dirent.h>
#include <stdio.h>

static void test_fail(const char *reason)
{
	printf("%s\n", reason);
	test_assert(FALSE);
}

static buffer_t *test_tree_encode(const struct wbxml_tree *tree)
{
	buffer_t *dest = t_buffer_create(4096);
	struct ostream *output = o_stream_create_buffer(dest);
	struct wbxml_writer *writer = wbxml_writer_create(output);

	wbxml_writer_node(writer, tree->root);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
	return dest;
}

static unsigned int sample_count, samples_with_empty_string, head_count;

/* The recordings' own notation: XML whose prefixes are the namespaces' names. */
static void test_xml_text(string_t *dest, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			str_append(dest, "&amp;");
			break;
		case '<':
			str_append(dest, "&lt;");
			break;
		case '>':
			str_append(dest, "&gt;");
			break;
		default:
			str_append_c(dest, *text);
			break;
		}
	}
}

static void test_xml_node(string_t *dest, const struct wbxml_node *node,
			  unsigned int depth)
{
	const char *name = t_strdup_printf("%s:%s",
		eas_page_get_name(WBXML_TAG_PAGE(node->tag)),
		eas_tag_get_name(node->tag));
	const struct wbxml_node *child;

	str_printfa(dest, "%*s<%s", depth, "", name);
	if (node->first_child == NULL && node->value_size == 0) {
		str_append(dest, "/>\n");
		return;
	}
	str_append_c(dest, '>');
	if (node->first_child == NULL) {
		test_xml_text(dest, node->value);
	} else {
		str_append_c(dest, '\n');
		wbxml_node_foreach(node, child)
			test_xml_node(dest, child, depth + 1);
		str_printfa(dest, "%*s", depth, "");
	}
	str_printfa(dest, "</%s>\n", name);
}

/* Requests of phones are legal; so are those of commands we do not know yet, which have
   no row. */
static void test_sample_request(const char *name, const struct wbxml_tree *tree)
{
	const char *root = eas_tag_get_name(tree->root->tag);
	const struct eas_command *command = eas_command_find(root);
	struct eas_schema_error error;

	if (command != NULL &&
	    eas_schema_check(command->id, EAS_VERSION_12_1, tree->root, &error) < 0)
		test_fail(t_strdup_printf("%s: %s", name, error.reason));
}

/* The document holds an empty string, which a tree does not tell from nothing. */
static bool test_has_empty_string(const char *xml)
{
	const char *p;

	while ((p = strstr(xml, "></")) != NULL) {
		/* not the end of a container, which stands on a line of its own */
		if (p > xml && p[-1] != '>')
			return TRUE;
		xml = p + 1;
	}
	return FALSE;
}

static void test_sample(const char *name)
{
	const char *expected = test_eas_file_read_text(t_strconcat(name, ".xml", NULL));
	buffer_t *data = test_eas_file_read(t_strconcat(name, ".wbxml", NULL));
	string_t *xml = t_str_new(4096);
	pool_t pool = pool_alloconly_create("test", 4096);
	struct wbxml_tree *tree;
	const char *error;

	tree = test_eas_text_decode(pool, data->data, data->used, &error);
	if (tree == NULL) {
		test_fail(t_strdup_printf("%s: %s", name, error));
	} else {
		buffer_t *again = test_tree_encode(tree);

		str_append(xml, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
		test_xml_node(xml, tree->root, 0);
		if (test_has_empty_string(expected))
			samples_with_empty_string++;
		else if (strcmp(str_c(xml), expected) != 0)
			test_fail(t_strdup_printf("%s: differs from its .xml", name));
		else if (!buffer_cmp(data, again))
			test_fail(t_strdup_printf("%s: is written differently", name));
		if (strstr(name, "req") != NULL)
			test_sample_request(name, tree);
	}
	wbxml_tree_free(&tree);
	pool_unref(&pool);
}

/* A line of the head; NULL if there is none of that name. */
static const char *test_header(const char *const *lines, const char *name)
{
	size_t len = strlen(name);

	for (; *lines != NULL; lines++) {
		if (strncasecmp(*lines, name, len) == 0 && (*lines)[len] == ':')
			return t_str_trim(*lines + len + 1, " \r");
	}
	return NULL;
}

/* Every request line of a phone is understood. */
static void test_sample_head(const char *name)
{
	const char *const *lines = t_strsplit(
		test_eas_file_read_text(t_strconcat(name, "-req.hdr", NULL)), "\n");
	const char *const *words = t_strsplit(lines[0], " ");
	const char *query = words[1] == NULL ? NULL : strchr(words[1], '?');
	struct eas_query_headers headers = {
		.protocol_version = test_header(lines, "MS-ASProtocolVersion"),
		.policy_key = test_header(lines, "X-MS-PolicyKey"),
		.user_agent = test_header(lines, "User-Agent"),
		.content_type = test_header(lines, "Content-Type")
	};
	pool_t pool = pool_alloconly_create("test", 4096);
	struct eas_request request;
	enum eas_query_error error;

	if (strcmp(words[0], "POST") == 0) {
		if (query == NULL ||
		    eas_query_parse(pool, query + 1, &headers, &request, &error) < 0)
			test_fail(t_strdup_printf("%s: %s", name, lines[0]));
		head_count++;
	}
	pool_unref(&pool);
}

static void test_sample_folder(const char *path)
{
	(void)test_eas_file_each(path, "-req.hdr", test_sample_head);
	sample_count += test_eas_file_each(path, ".wbxml", test_sample);
}

static void test_eas_samples(void)
{
	const char *path = t_strconcat(getenv("top_srcdir"),
				       "/../shared/samples/phones", NULL);
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL) {
		printf("SKIPPED: %s is not there: no recorded document was read\n", path);
		return;
	}
	test_begin("eas samples: what phones and Exchange sent");
	while ((entry = readdir(dir)) != NULL) T_BEGIN {
		if (entry->d_name[0] != '.')
			test_sample_folder(t_strconcat(path, "/", entry->d_name, NULL));
	} T_END;
	if (closedir(dir) < 0)
		i_fatal("closedir(%s) failed: %m", path);
	test_assert(sample_count > 200);
	test_assert(samples_with_empty_string == 1);
	test_assert(head_count > 100);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_samples,
		NULL
	};
	return test_run(test_functions);
}
