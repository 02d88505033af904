/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "doveadm-print.h"
#include "eas-device.h"
#include "directpush-doveadm.h"

static int
device_release(struct directpush_device_cmd *cmd, const char *device_id,
	       struct eas_state_store **store)
{
	struct eas_device *device;
	int ret = 0;

	if (eas_device_read(*store, cmd->event, &device) < 0)
		return -1;
	if (eas_device_release(device)) {
		ret = eas_device_write(device);
		if (ret == 0)
			doveadm_print(device_id);
	}
	eas_device_free(&device);
	return ret;
}

static void device_release_headers(void)
{
	doveadm_print_header("device", "device may delete", 0);
}

static struct doveadm_mail_cmd_context *cmd_directpush_device_release_alloc(void)
{
	struct directpush_device_cmd *cmd =
		doveadm_directpush_device_alloc(DOVEADM_PRINT_TYPE_FLOW);

	cmd->run = device_release;
	cmd->print_headers = device_release_headers;
	cmd->changes = TRUE;
	return &cmd->ctx;
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_release = {
	.name = "directpush device release",
	.mail_cmd = cmd_directpush_device_release_alloc,
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX"<device>",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "device", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
