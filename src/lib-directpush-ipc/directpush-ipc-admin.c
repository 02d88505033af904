/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "directpush-ipc-admin.h"
#include "directpush-ipc-field.h"

#define FIELD(type, member, key, required) \
	DIRECTPUSH_IPC_FIELD(type, directpush_ipc_admin_who, member, key, required)
static const struct directpush_ipc_field who_fields[] = {
	FIELD(STR,       user,                 "user",                 TRUE),
	FIELD(DEVICE_ID, device_id,            "device_id",            TRUE),
	FIELD(STR,       device_type,          "device_type",          FALSE),
	FIELD(STR,       user_agent,           "user_agent",           FALSE),
	FIELD(IP,        remote_ip,            "remote_ip",            FALSE),
	FIELD(COMMAND,   command,              "command",              TRUE),
	FIELD(PROTOCOL,  version,              "version",              TRUE),
	FIELD(BOOL,      parked,               "parked",               FALSE),
	FIELD(UINT,      age_secs,             "age_secs",             FALSE),
	FIELD(UINT,      heartbeat_secs,       "heartbeat_secs",       FALSE),
	FIELD(UINT,      folders_count,        "folders_count",        FALSE),
	FIELD(UINT,      heartbeat_limit_secs, "heartbeat_limit_secs", FALSE),
};
#undef FIELD

#define FIELD(type, member, key, required) \
	DIRECTPUSH_IPC_FIELD(type, directpush_ipc_admin_kicked, member, key, required)
static const struct directpush_ipc_field kicked_fields[] = {
	FIELD(UINT,      count,                "kicked",               TRUE),
};
#undef FIELD

static const struct directpush_ipc_table who_table = {
	who_fields, N_ELEMENTS(who_fields), sizeof(struct directpush_ipc_admin_who)
};
static const struct directpush_ipc_table kicked_table = {
	kicked_fields, N_ELEMENTS(kicked_fields), sizeof(struct directpush_ipc_admin_kicked)
};

void directpush_ipc_admin_who_append(string_t *dest,
				     const struct directpush_ipc_admin_who *who)
{
	directpush_ipc_fields_append(dest, &who_table, who);
	str_append_c(dest, '\n');
}

void directpush_ipc_admin_kicked_append(string_t *dest,
					const struct directpush_ipc_admin_kicked *kicked)
{
	directpush_ipc_fields_append(dest, &kicked_table, kicked);
	str_append_c(dest, '\n');
}

int directpush_ipc_admin_who_parse(pool_t pool, const char *line,
				   struct directpush_ipc_admin_who *who_r,
				   const char **error_r)
{
	return directpush_ipc_fields_parse(pool, line, &who_table, who_r, error_r);
}

int directpush_ipc_admin_kicked_parse(pool_t pool, const char *line,
				      struct directpush_ipc_admin_kicked *kicked_r,
				      const char **error_r)
{
	return directpush_ipc_fields_parse(pool, line, &kicked_table, kicked_r, error_r);
}
