/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_FIELD_H
#define DIRECTPUSH_IPC_FIELD_H

/* The engine under our lines: a struct <-> "key=value" fields separated by TABs, from one
   table of the struct's members. Values are tab-escaped, so any byte may stand in a
   string or in data. A field that has its default value is not written. */

enum directpush_ipc_field_type {
	/* const char *: "" when missing */
	DIRECTPUSH_IPC_FIELD_STR,
	/* const char *: NULL when missing */
	DIRECTPUSH_IPC_FIELD_STR_OR_NULL,
	/* const char *: 1..EAS_DEVICE_ID_MAX_LENGTH letters and digits */
	DIRECTPUSH_IPC_FIELD_DEVICE_ID,
	/* unsigned int: 0 when missing */
	DIRECTPUSH_IPC_FIELD_UINT,
	/* uint32_t: 0 when missing */
	DIRECTPUSH_IPC_FIELD_UINT32,
	/* uint64_t: 0 when missing */
	DIRECTPUSH_IPC_FIELD_UINT64,
	/* uoff_t: UOFF_T_MAX, unknown, when missing */
	DIRECTPUSH_IPC_FIELD_SIZE,
	/* bool: FALSE when missing */
	DIRECTPUSH_IPC_FIELD_BOOL,
	/* struct ip_addr: family 0 when missing */
	DIRECTPUSH_IPC_FIELD_IP,
	/* guid_128_t: all zero when missing */
	DIRECTPUSH_IPC_FIELD_GUID,
	/* enum eas_command_id: by name */
	DIRECTPUSH_IPC_FIELD_COMMAND,
	/* enum eas_version: by name, "16.1" */
	DIRECTPUSH_IPC_FIELD_PROTOCOL,
	/* enum directpush_change: bits */
	DIRECTPUSH_IPC_FIELD_CHANGES,
	/* const unsigned char * and size_t: NULL and 0 when missing */
	DIRECTPUSH_IPC_FIELD_DATA,
	/* const struct * and unsigned int: one field for each element, whose value is a line
	   of its own by elem_table */
	DIRECTPUSH_IPC_FIELD_LIST
};

struct directpush_ipc_field {
	enum directpush_ipc_field_type type;
	const char *key;
	size_t offset;
	/* DATA: of its size_t; LIST: of its unsigned int */
	size_t size_offset;
	/* a line without it is an error, and it is always written */
	bool required;
	const struct directpush_ipc_table *elem_table;
};

struct directpush_ipc_table {
	const struct directpush_ipc_field *fields;
	unsigned int fields_count;
	size_t struct_size;
};

#define DIRECTPUSH_IPC_FIELD_MAX_ELEMENTS 4096

/* Rows: struct member and key, then what is special. */
#define DIRECTPUSH_IPC_FIELD(_type, _struct, _member, _key, _required) \
	{ .type = DIRECTPUSH_IPC_FIELD_##_type, .key = _key, \
	  .offset = offsetof(struct _struct, _member), .required = _required }
#define DIRECTPUSH_IPC_FIELD_SIZED(_struct, _member, _key, _required) \
	{ .type = DIRECTPUSH_IPC_FIELD_DATA, .key = _key, \
	  .offset = offsetof(struct _struct, _member), \
	  .size_offset = offsetof(struct _struct, _member##_size), \
	  .required = _required }
#define DIRECTPUSH_IPC_FIELD_ELEMENTS(_struct, _member, _key, _table) \
	{ .type = DIRECTPUSH_IPC_FIELD_LIST, .key = _key, \
	  .offset = offsetof(struct _struct, _member), \
	  .size_offset = offsetof(struct _struct, _member##_count), \
	  .elem_table = _table }

/* Append the fields, without a LF. */
void directpush_ipc_fields_append(string_t *dest, const struct directpush_ipc_table *table,
				  const void *values);
/* Fill *values_r, a struct of table->struct_size, from one line without its LF. All it
   points to lives in pool. Unknown keys are ignored. Returns 0, or -1 with a sentence naming
   the key and what is wrong; *values_r is to be ignored then. */
int directpush_ipc_fields_parse(pool_t pool, const char *line,
				const struct directpush_ipc_table *table,
				void *values_r, const char **error_r);

#endif
