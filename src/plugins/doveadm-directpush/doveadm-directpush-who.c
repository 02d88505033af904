/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "strescape.h"
#include "doveadm-print.h"
#include "directpush-ipc-admin.h"
#include "directpush-doveadm.h"

static void who_print(const struct directpush_ipc_admin_who *who)
{
	doveadm_print(who->user);
	doveadm_print(who->device_id);
	doveadm_print(who->device_type);
	doveadm_print(who->remote_ip.family == 0 ? "" : net_ip2addr(&who->remote_ip));
	doveadm_print(eas_command_get(who->command)->name);
	doveadm_print(eas_version_get_name(who->version));
	doveadm_print(who->parked ? "parked" : "working");
	doveadm_print_num(who->age_secs);
	doveadm_print_num(who->heartbeat_secs);
	doveadm_print_num(who->folders_count);
	doveadm_print_num(who->heartbeat_limit_secs);
}

static int who_line(const char *line, void *context ATTR_UNUSED, const char **error_r)
{
	pool_t pool = pool_alloconly_create("directpush who", 1024);
	struct directpush_ipc_admin_who who;
	int ret;

	ret = directpush_ipc_admin_who_parse(pool, line, &who, error_r);
	if (ret == 0)
		who_print(&who);
	else
		*error_r = t_strdup(*error_r);
	pool_unref(&pool);
	return ret;
}

static void cmd_directpush_who(struct doveadm_cmd_context *cctx)
{
	const char *user, *request = "WHO\n";

	if (doveadm_cmd_param_str(cctx, "user-mask", &user))
		request = t_strdup_printf("WHO\t%s\n", str_tabescape(user));

	doveadm_print_init(DOVEADM_PRINT_TYPE_TABLE);
	doveadm_print_header("user", "user", DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header("device", "device", DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header("type", "type", DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header("ip", "ip", DOVEADM_PRINT_HEADER_FLAG_EXPAND);
	doveadm_print_header_simple("command");
	doveadm_print_header_simple("version");
	doveadm_print_header_simple("state");
	doveadm_print_header("age", "age", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
	doveadm_print_header("heartbeat", "heartbeat", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
	doveadm_print_header("folders", "folders", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
	doveadm_print_header("limit", "limit", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
	(void)doveadm_directpush_ask(request, who_line, NULL);
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_who = {
	.name = "directpush who",
	.cmd = cmd_directpush_who,
	.usage = "[<user>]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_PARAM('\0', "user-mask", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
