/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "module-dir.h"
#include "directpush-doveadm.h"

static struct doveadm_cmd_ver2 *const directpush_commands[] = {
	&doveadm_cmd_directpush_who,
	&doveadm_cmd_directpush_kick,
	&doveadm_cmd_directpush_stats,
	&doveadm_cmd_directpush_device_list,
	&doveadm_cmd_directpush_device_show,
	&doveadm_cmd_directpush_device_skipped,
	&doveadm_cmd_directpush_device_release,
	&doveadm_cmd_directpush_device_resync,
	&doveadm_cmd_directpush_device_remove,
	&doveadm_cmd_directpush_device_expire,
	&doveadm_cmd_directpush_dump
};

void doveadm_directpush_plugin_init(struct module *module ATTR_UNUSED)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(directpush_commands); i++)
		doveadm_cmd_register_ver2(directpush_commands[i]);
}

void doveadm_directpush_plugin_deinit(void)
{
}

const char *doveadm_directpush_plugin_version = DOVECOT_ABI_VERSION;
