/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "doveadm-print.h"
#include "eas-device.h"
#include "directpush-doveadm.h"

/* The folders' states go, and the hierarchy's key with them: the phone is told to start
   anew and does so by itself. Who it is and its policy stay. */
static int
device_resync(struct directpush_device_cmd *cmd, const char *device_id,
	      struct eas_state_store **store)
{
	pool_t pool = pool_alloconly_create("directpush resync", 1024);
	ARRAY_TYPE(const_string) names;
	struct eas_device *device;
	const char *name;
	int ret;

	p_array_init(&names, pool, 32);
	ret = eas_state_store_list(*store, pool, &names);
	if (ret == 0 && (ret = eas_device_read(*store, cmd->event, &device)) == 0) {
		array_foreach_elem(&names, name) {
			if (strcmp(name, EAS_DEVICE_SUBJECT) != 0 &&
			    eas_state_store_delete(*store, name) < 0)
				ret = -1;
		}
		(void)eas_device_hierarchy_confirm(device, 0);
		if (eas_device_write(device) < 0)
			ret = -1;
		eas_device_free(&device);
	}
	if (ret == 0)
		doveadm_print(device_id);
	pool_unref(&pool);
	return ret;
}

static void device_resync_headers(void)
{
	doveadm_print_header("device", "device starts anew", 0);
}

static struct doveadm_mail_cmd_context *cmd_directpush_device_resync_alloc(void)
{
	struct directpush_device_cmd *cmd =
		doveadm_directpush_device_alloc(DOVEADM_PRINT_TYPE_FLOW);

	cmd->run = device_resync;
	cmd->print_headers = device_resync_headers;
	cmd->changes = TRUE;
	return &cmd->ctx;
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_resync = {
	.name = "directpush device resync",
	.mail_cmd = cmd_directpush_device_resync_alloc,
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX"<device>",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "device", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
