/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_DOVEADM_H
#define DIRECTPUSH_DOVEADM_H

/* doveadm directpush ...: one file for each command, and what they share. */

#include "doveadm.h"
#include "doveadm-mail.h"

struct eas_state_store;

extern const char *doveadm_directpush_plugin_version;
void doveadm_directpush_plugin_init(struct module *module);
void doveadm_directpush_plugin_deinit(void);

/* about the front (directpush-admin) */
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_who;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_kick;
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_stats;
/* about a file */
extern struct doveadm_cmd_ver2 doveadm_cmd_directpush_dump;

/* Ask the front; request is one line with its LF. Each line of the answer is given to
   callback. Returns 0, -1 on failure (logged, exit code set). */
int doveadm_directpush_ask(const char *request,
			   int (*callback)(const char *line, void *context,
					   const char **error_r), void *context);

#endif
