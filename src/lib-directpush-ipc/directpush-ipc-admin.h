/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_ADMIN_H
#define DIRECTPUSH_IPC_ADMIN_H

/* doveadm -> front, over the unix socket "directpush-admin" (only root opens it). One request
   a connection:

     VERSION \t directpush-admin \t 1 \t 0              from both, first
     WHO [\t user]                                      one line for each held request and
							each one being served
     KICK \t user [\t device-id]                        one line: the fields "kicked"
     STATS                                              lines: name \t number
     or the answer "- \t sentence": what is wrong with the request

   All answers but that one end with an empty line. WHO and KICK lines are fields of the
   structs below. */

#include "net.h"
#include "eas-command.h"
#include "eas-version.h"

#define DIRECTPUSH_IPC_ADMIN_SOCKET "directpush-admin"
#define DIRECTPUSH_IPC_ADMIN_SERVICE "directpush-admin"
#define DIRECTPUSH_IPC_ADMIN_MAJOR 1
#define DIRECTPUSH_IPC_ADMIN_HANDSHAKE "VERSION\tdirectpush-admin\t1\t0\n"

struct directpush_ipc_admin_who {
	const char *user;
	const char *device_id, *device_type, *user_agent;
	struct ip_addr remote_ip;
	enum eas_command_id command;
	enum eas_version version;
	/* held open without a worker; else a worker works on it */
	bool parked;
	/* since the request came */
	unsigned int age_secs;
	/* parked: of the order, and how many folders it watches */
	unsigned int heartbeat_secs, folders_count;
	/* learned limit of this device's network; 0 = none */
	unsigned int heartbeat_limit_secs;
};

struct directpush_ipc_admin_kicked {
	/* requests answered or closed, connections with them */
	unsigned int count;
};

/* Append one line with its LF. */
void directpush_ipc_admin_who_append(string_t *dest,
				     const struct directpush_ipc_admin_who *who);
void directpush_ipc_admin_kicked_append(string_t *dest,
					const struct directpush_ipc_admin_kicked *kicked);
/* Lines without LF. As directpush_ipc_run_parse(). */
int directpush_ipc_admin_who_parse(pool_t pool, const char *line,
				   struct directpush_ipc_admin_who *who_r,
				   const char **error_r);
int directpush_ipc_admin_kicked_parse(pool_t pool, const char *line,
				      struct directpush_ipc_admin_kicked *kicked_r,
				      const char **error_r);

#endif
