/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "doveadm-print.h"
#include "eas-device.h"
#include "directpush-doveadm.h"

static int
device_list(struct directpush_device_cmd *cmd, const char *device_id,
	    struct eas_state_store **store)
{
	struct eas_device *device;

	if (eas_device_read(*store, cmd->event, &device) < 0)
		return -1;
	doveadm_print(device_id);
	doveadm_print(device->type);
	doveadm_print(device->info.model == NULL ? "" : device->info.model);
	doveadm_print(device->version == EAS_VERSION_ANY ? "" :
		      eas_version_get_name(device->version));
	doveadm_print(unixdate2str(device->last_seen));
	doveadm_print_num(array_count(eas_device_hierarchy_latest(device)));
	doveadm_print(device->deletes.held == 0 ? "" : "held");
	eas_device_free(&device);
	return 0;
}

static void device_list_headers(void)
{
	doveadm_print_header_simple("device");
	doveadm_print_header_simple("type");
	doveadm_print_header_simple("model");
	doveadm_print_header_simple("version");
	doveadm_print_header_simple("last seen");
	doveadm_print_header("folders", "folders", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
	doveadm_print_header_simple("state");
}

static struct doveadm_mail_cmd_context *cmd_directpush_device_list_alloc(void)
{
	struct directpush_device_cmd *cmd =
		doveadm_directpush_device_alloc(DOVEADM_PRINT_TYPE_TABLE);

	cmd->run = device_list;
	cmd->print_headers = device_list_headers;
	return &cmd->ctx;
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_list = {
	.name = "directpush device list",
	.mail_cmd = cmd_directpush_device_list_alloc,
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX"[<device>]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "device", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
