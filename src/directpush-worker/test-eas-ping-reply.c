/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "test-common.h"
#include "eas-tag.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-ping-reply.h"

static struct wbxml_node *test_read(pool_t pool, const buffer_t *document)
{
	struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = WBXML_DEFAULT_MAX_VALUE_BYTES,
	};
	struct istream *input = i_stream_create_from_data(document->data, document->used);
	struct wbxml_tree *tree;
	const char *error;

	if (wbxml_tree_read(pool, input, &set, &tree, &error) <= 0)
		i_fatal("not a document: %s", error);
	i_stream_unref(&input);
	test_assert(tree->root->tag == EAS_TAG_PING_PING);
	return tree->root;
}

static const char *test_status(const struct wbxml_node *root)
{
	return wbxml_node_child_value(root, EAS_TAG_PING_STATUS);
}

static void test_eas_ping_reply_pieces(void)
{
	pool_t pool = pool_alloconly_create("test ping reply", 4096);
	buffer_t *head = t_buffer_create(64), *tail = t_buffer_create(64);
	const struct wbxml_node *root, *folder;

	test_begin("eas ping reply: pieces make a document");
	eas_ping_reply_head_tail(head, tail);
	for (unsigned int count = 1; count <= 3; count++) {
		buffer_t *document = t_buffer_create(256);
		unsigned int i = 0;

		buffer_append_buf(document, head, 0, SIZE_MAX);
		for (i = 0; i < count; i++)
			eas_ping_reply_piece(document, t_strdup_printf("folder%u", i));
		buffer_append_buf(document, tail, 0, SIZE_MAX);
		root = test_read(pool, document);
		test_assert_strcmp(test_status(root), "2");
		folder = wbxml_node_child(wbxml_node_child(root, EAS_TAG_PING_FOLDERS),
					  EAS_TAG_PING_FOLDER);
		for (i = 0; folder != NULL; folder = wbxml_node_next_same(folder)) {
			test_assert_strcmp(folder->value, t_strdup_printf("folder%u", i));
			i++;
		}
		test_assert_idx(i == count, count);
	}
	pool_unref(&pool);
	test_end();
}

static void test_eas_ping_reply_statuses(void)
{
	static const struct {
		enum eas_status status;
		const char *text, *max_folders, *heartbeat;
	} tests[] = {
		{ EAS_PING_STATUS_MISSING_PARAMETERS, "3", NULL, NULL },
		{ EAS_PING_STATUS_INVALID_INTERVAL, "5", NULL, "77" },
		{ EAS_PING_STATUS_TOO_MANY_FOLDERS, "6", "77", NULL },
		{ EAS_PING_STATUS_FOLDER_SYNC_REQUIRED, "7", NULL, NULL },
	};
	pool_t pool = pool_alloconly_create("test ping reply", 4096);
	buffer_t *document = t_buffer_create(256);
	const struct wbxml_node *root;

	test_begin("eas ping reply: statuses with their limits");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		struct ostream *output = o_stream_create_buffer(document);
		struct wbxml_writer *writer = wbxml_writer_create(output);

		eas_ping_reply_write(writer, tests[i].status, 77);
		wbxml_writer_destroy(&writer);
		test_assert_idx(o_stream_finish(output) > 0, i);
		o_stream_destroy(&output);
		root = test_read(pool, document);
		test_assert_strcmp_idx(test_status(root), tests[i].text, i);
		test_assert_strcmp_idx(
			wbxml_node_child_value(root, EAS_TAG_PING_MAX_FOLDERS),
			tests[i].max_folders, i);
		test_assert_strcmp_idx(
			wbxml_node_child_value(root, EAS_TAG_PING_HEARTBEAT_INTERVAL),
			tests[i].heartbeat, i);
		buffer_set_used_size(document, 0);
	}
	eas_ping_reply_expired(document);
	test_assert_strcmp(test_status(test_read(pool, document)), "1");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_ping_reply_pieces,
		test_eas_ping_reply_statuses,
		NULL
	};
	return test_run(test_functions);
}
