/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "istream.h"
#include "doveadm-print.h"
#include "wbxml-dump.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "directpush-doveadm.h"

#include <sysexits.h>

static const struct wbxml_dump_names dump_names = {
	.tag_name = eas_tag_get_name,
	.page_name = eas_page_get_name
};

static void dump_file(const char *path)
{
	const struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = SIZE_MAX
	};
	struct istream *input = i_stream_create_file(path, IO_BLOCK_SIZE);
	pool_t pool = pool_alloconly_create("directpush dump", 16*1024);
	string_t *text = str_new(default_pool, 4096);
	struct wbxml_tree *tree;
	const char *error;
	int ret;

	ret = wbxml_tree_read(pool, input, &set, &tree, &error);
	if (ret > 0) {
		wbxml_dump(text, tree->root, &dump_names, 0, NULL);
		doveadm_print(str_c(text));
		wbxml_tree_free(&tree);
	} else if (ret == 0) {
		i_error("%s is empty", path);
	} else {
		i_error("%s: %s", path, ret == -1 ? error : i_stream_get_error(input));
	}
	if (ret <= 0)
		doveadm_exit_code = EX_DATAERR;
	str_free(&text);
	pool_unref(&pool);
	i_stream_unref(&input);
}

static void cmd_directpush_dump(struct doveadm_cmd_context *cctx)
{
	const char *path;

	if (!doveadm_cmd_param_str(cctx, "path", &path)) {
		i_error("No file given");
		doveadm_exit_code = EX_USAGE;
		return;
	}
	doveadm_print_init(DOVEADM_PRINT_TYPE_FLOW);
	doveadm_print_header("document", "document", DOVEADM_PRINT_HEADER_FLAG_HIDE_TITLE);
	dump_file(path);
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_dump = {
	.name = "directpush dump",
	.cmd = cmd_directpush_dump,
	.usage = "<WBXML file>",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('\0', "path", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
