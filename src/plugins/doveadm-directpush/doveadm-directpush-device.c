/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the device commands share: from a user to the state stores of its devices. */

#include "lib.h"
#include "array.h"
#include "doveadm-print.h"
#include "mail-user.h"
#include "eas-state-root.h"
#include "eas-state-store.h"
#include "directpush-doveadm.h"

static int
device_run(struct directpush_device_cmd *cmd, struct mail_user *user,
	   const char *root, const char *device_id)
{
	struct eas_state_store *store =
		eas_state_store_init(root, device_id, user->event);
	int ret;

	ret = cmd->changes || cmd->expires ? eas_state_store_lock(store) : 0;
	if (ret == 0)
		ret = cmd->run(cmd, device_id, &store);
	if (store != NULL)
		eas_state_store_deinit(&store);
	return ret;
}

static int
devices_run(struct directpush_device_cmd *cmd, struct mail_user *user,
	    const char *root, const ARRAY_TYPE(const_string) *device_ids)
{
	const char *device_id;
	bool found = FALSE;
	int ret = 0;

	array_foreach_elem(device_ids, device_id) {
		if (cmd->device_id != NULL && strcmp(device_id, cmd->device_id) != 0)
			continue;
		found = TRUE;
		if (device_run(cmd, user, root, device_id) < 0)
			ret = -1;
	}
	if (ret < 0) {
		doveadm_mail_failed_error(&cmd->ctx, MAIL_ERROR_TEMP);
	} else if (!found && cmd->device_id != NULL) {
		i_error("User %s has no device %s", user->username, cmd->device_id);
		doveadm_mail_failed_error(&cmd->ctx, MAIL_ERROR_NOTFOUND);
		ret = -1;
	}
	return ret;
}

static int
cmd_directpush_device_run(struct doveadm_mail_cmd_context *ctx, struct mail_user *user)
{
	struct directpush_device_cmd *cmd =
		container_of(ctx, struct directpush_device_cmd, ctx);
	ARRAY_TYPE(const_string) device_ids;
	pool_t pool = pool_alloconly_create("directpush devices", 1024);
	const char *root, *error;
	int ret;

	cmd->event = user->event;
	p_array_init(&device_ids, pool, 8);
	if (eas_state_root_find(user, pool, &root, &error) < 0 ||
	    eas_state_store_devices(root, pool, &device_ids, &error) < 0) {
		i_error("%s", error);
		doveadm_mail_failed_error(ctx, MAIL_ERROR_TEMP);
		ret = -1;
	} else {
		ret = devices_run(cmd, user, root, &device_ids);
	}
	pool_unref(&pool);
	return ret;
}

static void
DIRECTPUSH_DOVEADM_INIT(cmd_directpush_device_init, ctx)
{
	struct directpush_device_cmd *cmd =
		container_of(ctx, struct directpush_device_cmd, ctx);

	const char *param;

	DIRECTPUSH_DOVEADM_GET_PARAM(ctx, cmd->expires ? "days" : "device", &param);
	if (cmd->expires) {
		if (param == NULL || str_to_uint(param, &cmd->unused_days) < 0)
			doveadm_mail_help_name(ctx->cmd->name);
	} else if (param != NULL) {
		cmd->device_id = p_strdup(ctx->pool, param);
	} else if (cmd->changes) {
		doveadm_mail_help_name(ctx->cmd->name);
	}
	cmd->print_headers();
}

struct directpush_device_cmd *
doveadm_directpush_device_alloc(const char *print_type)
{
	struct directpush_device_cmd *cmd;

	cmd = doveadm_mail_cmd_alloc(struct directpush_device_cmd);
	cmd->ctx.v.init = cmd_directpush_device_init;
	cmd->ctx.v.run = cmd_directpush_device_run;
	doveadm_print_init(print_type);
	return cmd;
}
