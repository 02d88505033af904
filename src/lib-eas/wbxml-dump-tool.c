/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* For people: shows a WBXML document as text. `make dump FILE=x.wbxml`, or standard input.
   Bytes may also come as hex digits, as in golden fixtures and logs. */

#include "lib.h"
#include "hex-binary.h"
#include "istream.h"
#include "str.h"
#include "wbxml-dump.h"
#include "wbxml-tree.h"
#include "eas-tag.h"

#include <stdio.h>
#include <unistd.h>

#define DUMP_MAX_BYTES (64*1024*1024)

static const struct wbxml_tree_settings dump_set = {
	.limits = {
		.max_depth = WBXML_MAX_DEPTH,
		.max_elements = UINT_MAX,
		.max_value_bytes = DUMP_MAX_BYTES,
		.max_document_bytes = DUMP_MAX_BYTES
	},
	.max_memory_value = DUMP_MAX_BYTES
};

static const struct wbxml_dump_names dump_names = {
	.tag_name = eas_tag_get_name,
	.page_name = eas_page_get_name
};

static struct istream *dump_open(const char *path)
{
	struct istream *input, *hex_input;
	const unsigned char *data;
	buffer_t *bytes;
	const char *hex;
	size_t size;

	input = path == NULL ? i_stream_create_fd(STDIN_FILENO, DUMP_MAX_BYTES) :
		i_stream_create_file(path, DUMP_MAX_BYTES);
	while (i_stream_read(input) > 0) ;
	if (input->stream_errno != 0)
		i_fatal("%s", i_stream_get_error(input));

	data = i_stream_get_data(input, &size);
	hex = t_strarray_join(t_strsplit_spaces(t_strndup(data, size), " \r\n"), "");
	bytes = buffer_create_dynamic(pool_datastack_create(), 1024);
	if (*hex == '\0' || hex_to_binary(hex, bytes) < 0)
		return input;
	hex_input = i_stream_create_copy_from_buffer(bytes);
	i_stream_unref(&input);
	return hex_input;
}

static int dump(const char *path)
{
	pool_t pool = pool_alloconly_create("wbxml dump", 65536);
	string_t *text = str_new(default_pool, 4096);
	struct istream *input = dump_open(path);
	struct wbxml_tree *tree;
	const char *error;
	int ret;

	ret = wbxml_tree_read(pool, input, &dump_set, &tree, &error);
	if (ret > 0) {
		wbxml_dump(text, tree->root, &dump_names, 0, NULL);
		fputs(str_c(text), stdout);
	} else {
		fprintf(stderr, "%s\n", ret == 0 ? "No document" : error);
	}
	wbxml_tree_free(&tree);
	i_stream_unref(&input);
	str_free(&text);
	pool_unref(&pool);
	return ret > 0 ? 0 : 1;
}

int main(int argc, char *argv[])
{
	int ret;

	lib_init();
	if (argc > 2)
		i_fatal("usage: %s [file]", argv[0]);
	ret = dump(argv[1]);
	lib_deinit();
	return ret;
}
