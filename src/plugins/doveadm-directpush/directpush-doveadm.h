/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_DOVEADM_H
#define DIRECTPUSH_DOVEADM_H

/* doveadm directpush ...: one file for each command, and what they share. */

#include "directpush-doveadm-compat.h"

struct eas_state_store;
struct directpush_device_cmd;

extern const char *doveadm_directpush_plugin_version;
void doveadm_directpush_plugin_init(struct module *module);
void doveadm_directpush_plugin_deinit(void);

/* about the front (directpush-admin) */
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_who;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_kick;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_stats;
/* about a user's devices */
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_list;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_show;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_skipped;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_release;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_resync;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_remove;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_device_expire;
/* about a file */
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_dump;

/* Ask the front; request is one line with its LF. Each line of the answer is given to
   callback. Returns 0, -1 on failure (logged, exit code set). */
int doveadm_directpush_ask(const char *request,
			   int (*callback)(const char *line, void *context,
					   const char **error_r), void *context);

/* What a device command does with one device. It may end the store (and set it to NULL).
   Returns 0, -1 on failure (logged). */
typedef int directpush_device_run_t(struct directpush_device_cmd *cmd,
				    const char *device_id,
				    struct eas_state_store **store);

struct directpush_device_cmd {
	struct doveadm_mail_cmd_context ctx;
	/* set by the command */
	directpush_device_run_t *run;
	void (*print_headers)(void);
	/* runs only for a named device, under its lock */
	bool changes;
	/* runs for all, under the lock of each; the parameter is a number of days */
	bool expires;

	/* NULL = all */
	const char *device_id;
	unsigned int unused_days;
	/* of the user being looked at */
	struct event *event;
};

/* A command for one device of a user, or for each of them. */
struct directpush_device_cmd *
doveadm_directpush_device_alloc(const char *print_type);

#endif
