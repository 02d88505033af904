/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "strescape.h"
#include "doveadm-print.h"
#include "directpush-ipc-admin.h"
#include "directpush-doveadm.h"

#include <sysexits.h>

static int kick_line(const char *line, void *context, const char **error_r)
{
	pool_t pool = pool_alloconly_create("directpush kick", 256);
	struct directpush_ipc_admin_kicked kicked;
	unsigned int *count = context;
	int ret;

	ret = directpush_ipc_admin_kicked_parse(pool, line, &kicked, error_r);
	if (ret == 0)
		*count += kicked.count;
	else
		*error_r = t_strdup(*error_r);
	pool_unref(&pool);
	return ret;
}

static void cmd_directpush_kick(struct doveadm_cmd_context *cctx)
{
	const char *user, *device_id;
	string_t *request = t_str_new(128);
	unsigned int count = 0;

	if (!doveadm_cmd_param_str(cctx, "user-name", &user)) {
		i_error("No user given");
		doveadm_exit_code = EX_USAGE;
		return;
	}
	str_append(request, "KICK\t");
	str_append_tabescaped(request, user);
	if (doveadm_cmd_param_str(cctx, "device", &device_id)) {
		str_append_c(request, '\t');
		str_append_tabescaped(request, device_id);
	}
	str_append_c(request, '\n');

	doveadm_print_init(DOVEADM_PRINT_TYPE_FLOW);
	doveadm_print_header_simple("kicked");
	if (doveadm_directpush_ask(str_c(request), kick_line, &count) == 0)
		doveadm_print_num(count);
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_kick = {
	.name = "directpush kick",
	.cmd = cmd_directpush_kick,
	.usage = "<user> [<device>]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('\0', "user-name", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAM('\0', "device", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
