/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "doveadm-print.h"
#include "eas-device-room.h"
#include "directpush-doveadm.h"

#define SECS_PER_DAY (24*60*60)

static int
device_expire(struct directpush_device_cmd *cmd, const char *device_id,
	      struct eas_state_store **store)
{
	int ret = eas_device_expire(store, cmd->event,
				    (time_t)cmd->unused_days * SECS_PER_DAY);

	if (ret > 0)
		doveadm_print(device_id);
	return ret < 0 ? -1 : 0;
}

static void device_expire_headers(void)
{
	doveadm_print_header("device", "device forgotten", 0);
}

static struct doveadm_mail_cmd_context *cmd_directpush_device_expire_alloc(void)
{
	struct directpush_device_cmd *cmd =
		doveadm_directpush_device_alloc(DOVEADM_PRINT_TYPE_FLOW);

	cmd->run = device_expire;
	cmd->print_headers = device_expire_headers;
	cmd->expires = TRUE;
	return &cmd->ctx;
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_expire = {
	.name = "directpush device expire",
	.mail_cmd = cmd_directpush_device_expire_alloc,
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX"<days>",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "days", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
