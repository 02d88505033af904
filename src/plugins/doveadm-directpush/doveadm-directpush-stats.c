/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "strescape.h"
#include "doveadm-print.h"
#include "directpush-doveadm.h"

static int stats_line(const char *line, void *context ATTR_UNUSED, const char **error_r)
{
	const char *const *args = t_strsplit_tabescaped(line);
	uintmax_t value;

	if (str_array_length(args) < 2 || str_to_uintmax(args[1], &value) < 0) {
		*error_r = t_strdup_printf("Not a number and its name: %s", line);
		return -1;
	}
	doveadm_print(args[0]);
	doveadm_print_num(value);
	return 0;
}

static void cmd_directpush_stats(struct doveadm_cmd_context *cctx ATTR_UNUSED)
{
	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	doveadm_print_header_simple("name");
	doveadm_print_header("value", "value", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
	(void)doveadm_directpush_ask("STATS\n", stats_line, NULL);
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_stats = {
	.name = "directpush stats",
	.cmd = cmd_directpush_stats,
	.usage = "",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAMS_END
};
