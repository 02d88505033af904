/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "doveadm-print.h"
#include "eas-state-store.h"
#include "directpush-doveadm.h"

static int
device_remove(struct directpush_device_cmd *cmd ATTR_UNUSED, const char *device_id,
	      struct eas_state_store **store)
{
	if (eas_state_store_remove(store) < 0)
		return -1;
	doveadm_print(device_id);
	return 0;
}

static void device_remove_headers(void)
{
	doveadm_print_header("device", "device forgotten", 0);
}

static struct doveadm_mail_cmd_context *cmd_directpush_device_remove_alloc(void)
{
	struct directpush_device_cmd *cmd =
		doveadm_directpush_device_alloc(DOVEADM_PRINT_TYPE_FLOW);

	cmd->run = device_remove;
	cmd->print_headers = device_remove_headers;
	cmd->changes = TRUE;
	return &cmd->ctx;
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_remove = {
	.name = "directpush device remove",
	.mail_cmd = cmd_directpush_device_remove_alloc,
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX"<device>",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "device", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
