/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_PLUGIN_H
#define DIRECTPUSH_PLUGIN_H

/* The mail plugin "directpush": one line into the front's FIFO for each commit in a mailbox,
   from whatever process makes it. Needs the plugin "notify". */

#include "mail-user.h"
#include "directpush-ipc-origin.h"

struct module;
struct directpush_notify_queue;

struct directpush_plugin_user {
	union mail_user_module_context module_ctx;

	/* "" = nobody's */
	char *origin_device_id;
};

extern const char *directpush_plugin_version;
extern const char *directpush_plugin_dependencies[];

void directpush_plugin_init(struct module *module);
void directpush_plugin_deinit(void);

directpush_plugin_set_origin_device_t directpush_plugin_set_origin_device;

/* NULL for users that no plugin is told about. */
struct directpush_plugin_user *directpush_plugin_user_get(struct mail_user *user);
/* The process's queue; made with the first user. */
struct directpush_notify_queue *directpush_plugin_queue_get(void);

/* directpush-notify-storage.c */
void directpush_notify_storage_init(void);
void directpush_notify_storage_deinit(void);

#endif
