/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "doveadm-print.h"
#include "eas-device.h"
#include "eas-sync-state.h"
#include "directpush-doveadm.h"

/* Hidden items (marked as deleted) are no trouble of anybody's and not listed. */
static const struct {
	enum eas_sync_skip_reason reason;
	const char *text;
} skip_reasons[] = {
	{ EAS_SYNC_SKIP_UNREADABLE, "cannot be converted" },
	{ EAS_SYNC_SKIP_STUCK, "device asks for it again and again" }
};

static void
skipped_print_folder(const char *device_id, const struct eas_device_folder *folder,
		     const struct eas_sync_state *state)
{
	const struct eas_sync_generation *generation = eas_sync_state_latest(state);
	struct seq_range_iter iter;
	unsigned int i, n;
	uint32_t uid;

	for (i = 0; i < N_ELEMENTS(skip_reasons); i++) {
		n = 0;
		seq_range_array_iter_init(&iter,
			&generation->skipped[skip_reasons[i].reason]);
		while (seq_range_array_iter_nth(&iter, n++, &uid)) {
			doveadm_print(device_id);
			doveadm_print(folder->display_name);
			doveadm_print_num(uid);
			doveadm_print(skip_reasons[i].text);
		}
	}
}

static int
skipped_folders(const char *device_id, const struct eas_device *device,
		struct eas_state_store *store)
{
	const struct eas_device_folder *folder;
	struct eas_sync_state *state;
	int ret = 0;

	array_foreach(eas_device_hierarchy_latest(device), folder) {
		pool_t pool = pool_alloconly_create("directpush skipped", 4096);

		switch (eas_sync_state_read(store, folder->id, pool, device->event,
					    &state)) {
		case EAS_STATE_OK:
			skipped_print_folder(device_id, folder, state);
			break;
		case EAS_STATE_NONE:
		case EAS_STATE_CORRUPT:
			break;
		case EAS_STATE_TEMPFAIL:
			ret = -1;
			break;
		}
		pool_unref(&pool);
	}
	return ret;
}

static int
device_skipped(struct directpush_device_cmd *cmd, const char *device_id,
	       struct eas_state_store **store)
{
	struct eas_device *device;
	int ret;

	if (eas_device_read(*store, cmd->event, &device) < 0)
		return -1;
	ret = skipped_folders(device_id, device, *store);
	eas_device_free(&device);
	return ret;
}

static void device_skipped_headers(void)
{
	doveadm_print_header_simple("device");
	doveadm_print_header_simple("folder");
	doveadm_print_header("uid", "uid", DOVEADM_PRINT_HEADER_FLAG_RIGHT_JUSTIFY);
	doveadm_print_header_simple("reason");
}

static struct doveadm_mail_cmd_context *cmd_directpush_device_skipped_alloc(void)
{
	struct directpush_device_cmd *cmd =
		doveadm_directpush_device_alloc(DOVEADM_PRINT_TYPE_TABLE);

	cmd->run = device_skipped;
	cmd->print_headers = device_skipped_headers;
	return &cmd->ctx;
}

struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_skipped = {
	.name = "directpush device skipped",
	.mail_cmd = cmd_directpush_device_skipped_alloc,
	.usage = DOVEADM_CMD_MAIL_USAGE_PREFIX"[<device>]",
DOVEADM_CMD_PARAMS_START
DOVEADM_CMD_MAIL_COMMON
DOVEADM_CMD_PARAM('\0', "device", CMD_PARAM_STR, CMD_PARAM_FLAG_POSITIONAL)
DOVEADM_CMD_PARAMS_END
};
