/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "doveadm-print.h"
#include "eas-device.h"
#include "directpush-doveadm.h"

/* In the order of the headers. Absent texts are NULL. */
static const char *const show_headers[] = {
	"device", "type", "user agent", "version", "first seen", "last seen",
	"model", "friendly name", "operating system", "language", "phone number",
	"operator", "IMEI", "policy", "heartbeat", "ping folders", "folders", "held since"
};

static const char *
show_ping_folders(const struct eas_device *device)
{
	const ARRAY_TYPE(eas_device_folder) *folders = eas_device_hierarchy_latest(device);
	const struct eas_device_folder *folder;
	string_t *str = t_str_new(128);
	const char *id;

	array_foreach_elem(&device->ping_folder_ids, id) {
		folder = eas_device_folder_find(folders, id);
		if (str_len(str) > 0)
			str_append(str, ", ");
		str_append(str, folder == NULL ? id : folder->display_name);
	}
	return str_c(str);
}

static const char *show_folders(const struct eas_device *device)
{
	const struct eas_device_folder *folder;
	string_t *str = t_str_new(256);

	array_foreach(eas_device_hierarchy_latest(device), folder) {
		if (str_len(str) > 0)
			str_append(str, ", ");
		str_printfa(str, "%s (%s)", folder->display_name, folder->id);
	}
	return str_c(str);
}

static const char *show_time(time_t stamp)
{
	return stamp == 0 ? NULL : t_strdup(unixdate2str(stamp));
}

static void show_print(const struct eas_device *device, const char *device_id)
{
	const struct eas_device_info *info = &device->info;
	const char *const values[] = {
		device_id, device->type, device->user_agent,
		device->version == EAS_VERSION_ANY ? NULL :
			eas_version_get_name(device->version),
		show_time(device->created), show_time(device->last_seen),
		info->model, info->friendly_name, info->os, info->os_language,
		info->phone_number, info->mobile_operator, info->imei,
		device->policy_key != 0 ? "taken" :
			device->policy_temp_key != 0 ? "offered" : "none",
		device->ping_heartbeat_secs == 0 ? NULL :
			t_strdup_printf("%u secs", device->ping_heartbeat_secs),
		show_ping_folders(device), show_folders(device),
		show_time(device->deletes.held)
	};
	unsigned int i;

	i_assert(N_ELEMENTS(values) == N_ELEMENTS(show_headers));
	for (i = 0; i < N_ELEMENTS(values); i++)
		doveadm_print(values[i] == NULL ? "" : values[i]);
}

static int
device_show(struct directpush_device_cmd *cmd, const char *device_id,
	    struct eas_state_store **store)
{
	struct eas_device *device;

	if (eas_device_read(*store, cmd->event, &device) < 0)
		return -1;
	show_print(device, device_id);
	eas_device_free(&device);
	return 0;
}

static void device_show_headers(void)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(show_headers); i++)
		doveadm_print_header_simple(show_headers[i]);
}

static struct doveadm_mail_cmd_context *cmd_directpush_device_show_alloc(void)
{
	struct directpush_device_cmd *cmd =
		doveadm_directpush_device_alloc(DOVEADM_PRINT_TYPE_PAGER);

	cmd->run = device_show;
	cmd->print_headers = device_show_headers;
	return &cmd->ctx;
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_show = {
	.name = "directpush device show",
	.mail_cmd = cmd_directpush_device_show_alloc,
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX"[<device>]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "device", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
