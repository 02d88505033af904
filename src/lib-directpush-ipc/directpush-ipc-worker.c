/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "directpush-ipc-field.h"
#include "directpush-ipc-worker.h"

/* One row a member: type, member, key, required. A row that is not required can be added as it
   is: who does not know the key leaves it out or passes over it. A new required row, one that goes
   and one whose meaning changes need a higher major version. */

#define FIELD(type, member, key, required) \
	DIRECTPUSH_IPC_FIELD(type, directpush_ipc_run, member, key, required)
static const struct directpush_ipc_field run_fields[] = {
	FIELD(COMMAND,     request.command,          "command",          TRUE),
	FIELD(PROTOCOL,    request.version,          "version",          TRUE),
	FIELD(DEVICE_ID,   request.device_id,        "device_id",        TRUE),
	FIELD(STR,         request.device_type,      "device_type",      FALSE),
	FIELD(STR,         request.user_agent,       "user_agent",       FALSE),
	FIELD(UINT32,      request.policy_key,       "policy_key",       FALSE),
	FIELD(BOOL,        request.policy_key_sent,  "policy_key_sent",  FALSE),
	FIELD(STR_OR_NULL, request.query_user,       "query_user",       FALSE),
	FIELD(STR_OR_NULL, request.attachment_name,  "attachment_name",  FALSE),
	FIELD(STR_OR_NULL, request.collection_id,    "collection_id",    FALSE),
	FIELD(STR_OR_NULL, request.item_id,          "item_id",          FALSE),
	FIELD(STR_OR_NULL, request.long_id,          "long_id",          FALSE),
	FIELD(STR_OR_NULL, request.occurrence,       "occurrence",       FALSE),
	FIELD(STR_OR_NULL, request.parent_id,        "parent_id",        FALSE),
	FIELD(BOOL,        request.save_in_sent,     "save_in_sent",     FALSE),
	FIELD(BOOL,        request.accept_multipart, "accept_multipart", FALSE),
	FIELD(STR,         request.content_type,     "content_type",     FALSE),
	FIELD(STR,         request.accept_language,  "accept_language",  FALSE),
	FIELD(IP,          remote_ip,                "remote_ip",        FALSE),
	FIELD(STR,         session_id,               "session_id",       FALSE),
	FIELD(SIZE,        body_size,                "body_size",        FALSE),
	FIELD(BOOL,        recheck,                  "recheck",          FALSE),
	DIRECTPUSH_IPC_FIELD_SIZED(directpush_ipc_run, as_asked, "as_asked", FALSE),
	FIELD(UINT,        elapsed_secs,             "elapsed_secs",     FALSE),
	FIELD(UINT,        heartbeat_max_secs,       "heartbeat_max_secs", FALSE),
	FIELD(BOOL,        sync_lost,                "sync_lost",        FALSE),
	FIELD(BOOL,        folders_changed,          "folders_changed",  FALSE),
};
#undef FIELD

#define FIELD(type, member, key, required) \
	DIRECTPUSH_IPC_FIELD(type, directpush_ipc_reply, member, key, required)
static const struct directpush_ipc_field reply_fields[] = {
	FIELD(UINT,        status,                   "status",           TRUE),
	FIELD(STR_OR_NULL, content_type,             "content_type",     FALSE),
	FIELD(SIZE,        content_length,           "content_length",   FALSE),
	FIELD(UINT,        retry_after_secs,         "retry_after_secs", FALSE),
	FIELD(STR_OR_NULL, headers,                  "headers",          FALSE),
	FIELD(UINT,        eas_status,               "eas_status",       FALSE),
	FIELD(BOOL,        announce,                 "announce",         FALSE),
};
#undef FIELD

#define FIELD(type, member, key, required) \
	DIRECTPUSH_IPC_FIELD(type, directpush_ipc_park_folder, member, key, required)
static const struct directpush_ipc_field park_folder_fields[] = {
	FIELD(GUID,        mailbox_guid,             "guid",             TRUE),
	FIELD(CHANGES,     wake,                     "wake",             FALSE),
	FIELD(CHANGES,     look,                     "look",             FALSE),
	FIELD(BOOL,        shared,                   "shared",           FALSE),
	DIRECTPUSH_IPC_FIELD_SIZED(directpush_ipc_park_folder, piece, "piece", FALSE),
};
#undef FIELD

static const struct directpush_ipc_table park_folder_table = {
	park_folder_fields, N_ELEMENTS(park_folder_fields),
	sizeof(struct directpush_ipc_park_folder)
};

#define FIELD(type, member, key, required) \
	DIRECTPUSH_IPC_FIELD(type, directpush_ipc_park, member, key, required)
#define DATA(member, key, required) \
	DIRECTPUSH_IPC_FIELD_SIZED(directpush_ipc_park, member, key, required)
static const struct directpush_ipc_field park_fields[] = {
	FIELD(UINT,        heartbeat_secs,           "heartbeat_secs",   TRUE),
	FIELD(CHANGES,     user_look,                "user_look",        FALSE),
	DIRECTPUSH_IPC_FIELD_ELEMENTS(directpush_ipc_park, folders, "folder",
				      &park_folder_table),
	DATA(expired,                                "expired",          TRUE),
	DATA(changed_head,                           "changed_head",     FALSE),
	DATA(changed_tail,                           "changed_tail",     FALSE),
	DATA(as_asked,                               "as_asked",         FALSE),
	FIELD(BOOL,        repeatable,               "repeatable",       FALSE),
};
#undef FIELD
#undef DATA

static const struct directpush_ipc_table run_table = {
	run_fields, N_ELEMENTS(run_fields), sizeof(struct directpush_ipc_run)
};
static const struct directpush_ipc_table reply_table = {
	reply_fields, N_ELEMENTS(reply_fields), sizeof(struct directpush_ipc_reply)
};
static const struct directpush_ipc_table park_table = {
	park_fields, N_ELEMENTS(park_fields), sizeof(struct directpush_ipc_park)
};

static void
append_line(string_t *dest, const char *word, const struct directpush_ipc_table *table,
	    const void *values)
{
	str_append(dest, word);
	str_append_c(dest, '\t');
	directpush_ipc_fields_append(dest, table, values);
	str_append_c(dest, '\n');
}

void directpush_ipc_run_append(string_t *dest, const struct directpush_ipc_run *run)
{
	append_line(dest, "RUN", &run_table, run);
}

void directpush_ipc_reply_append(string_t *dest, const struct directpush_ipc_reply *reply)
{
	append_line(dest, "REPLY", &reply_table, reply);
}

void directpush_ipc_park_append(string_t *dest, const struct directpush_ipc_park *park)
{
	append_line(dest, "PARK", &park_table, park);
}

int directpush_ipc_run_parse(pool_t pool, const char *fields,
			     struct directpush_ipc_run *run_r, const char **error_r)
{
	return directpush_ipc_fields_parse(pool, fields, &run_table, run_r, error_r);
}

int directpush_ipc_reply_parse(pool_t pool, const char *fields,
			       struct directpush_ipc_reply *reply_r, const char **error_r)
{
	return directpush_ipc_fields_parse(pool, fields, &reply_table, reply_r, error_r);
}

int directpush_ipc_park_parse(pool_t pool, const char *fields,
			      struct directpush_ipc_park *park_r, const char **error_r)
{
	return directpush_ipc_fields_parse(pool, fields, &park_table, park_r, error_r);
}
