/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The record's bytes: one line a fact, so that a person can read it and an older
   version skips what it does not know. docs/state-format.md has the lines. */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "strescape.h"
#include "eas-device.h"

enum device_field_type {
	DEVICE_FIELD_STR,
	DEVICE_FIELD_UINT,
	DEVICE_FIELD_TIME,
	DEVICE_FIELD_BOOL
};

struct device_field {
	const char *key;
	enum device_field_type type;
	size_t offset;
};

#define FIELD(_type, _key, _member) \
	{ .key = _key, .type = DEVICE_FIELD_##_type, \
	  .offset = offsetof(struct eas_device, _member) }
static const struct device_field device_fields[] = {
	FIELD(STR,  "type",              type),
	FIELD(STR,  "user_agent",        user_agent),
	FIELD(UINT, "version",           version),
	FIELD(TIME, "created",           created),
	FIELD(TIME, "last_seen",         last_seen),
	FIELD(STR,  "model",             info.model),
	FIELD(STR,  "imei",              info.imei),
	FIELD(STR,  "friendly_name",     info.friendly_name),
	FIELD(STR,  "os",                info.os),
	FIELD(STR,  "os_language",       info.os_language),
	FIELD(STR,  "phone_number",      info.phone_number),
	FIELD(STR,  "mobile_operator",   info.mobile_operator),
	FIELD(STR,  "info_user_agent",   info.user_agent),
	FIELD(UINT, "policy_key",        policy_key),
	FIELD(UINT, "policy_temp_key",   policy_temp_key),
	FIELD(UINT, "hierarchy_key",     hierarchy.key),
	FIELD(BOOL, "hierarchy_pending", hierarchy.have_pending),
	FIELD(UINT, "ping_heartbeat",    ping_heartbeat_secs),
	FIELD(TIME, "deletes_since",     deletes.since),
	FIELD(UINT, "deletes",           deletes.count),
	FIELD(TIME, "deletes_held",      deletes.held),
	FIELD(TIME, "deletes_released",  deletes.released),
};
#undef FIELD

/* lines that may come more than once, and those with bytes */
#define KEY_FOLDER "folder"
#define KEY_PENDING_FOLDER "pending_folder"
#define KEY_PING_FOLDER "ping_folder"
#define KEY_SYNC_REQUEST "sync_request"
#define KEY_SENT "sent"
#define ARG_SENT_COPY_DUE "copy_due"
#define KEY_MOVE "move"

/*
 * Encode
 */

static void
append_field(string_t *dest, const struct eas_device *device,
	     const struct device_field *field)
{
	const void *member = CONST_PTR_OFFSET(device, field->offset);
	const char *str;
	uintmax_t number = 0;

	switch (field->type) {
	case DEVICE_FIELD_STR:
		str = *(const char *const *)member;
		if (str == NULL || *str == '\0')
			return;
		str_printfa(dest, "%s\t", field->key);
		str_append_tabescaped(dest, str);
		str_append_c(dest, '\n');
		return;
	case DEVICE_FIELD_UINT:
		number = *(const unsigned int *)member;
		break;
	case DEVICE_FIELD_TIME:
		number = *(const time_t *)member;
		break;
	case DEVICE_FIELD_BOOL:
		number = *(const bool *)member ? 1 : 0;
		break;
	}
	if (number != 0)
		str_printfa(dest, "%s\t%ju\n", field->key, number);
}

static void
append_folders(string_t *dest, const char *key,
	       const ARRAY_TYPE(eas_device_folder) *folders)
{
	const struct eas_device_folder *folder;

	array_foreach(folders, folder) {
		str_printfa(dest, "%s\t", key);
		str_append_tabescaped(dest, folder->id);
		str_append_c(dest, '\t');
		str_append_tabescaped(dest, folder->parent_id);
		str_printfa(dest, "\t%u\t", folder->type);
		str_append_tabescaped(dest, folder->display_name);
		str_append_c(dest, '\n');
	}
}

void eas_device_encode(buffer_t *dest, const struct eas_device *device)
{
	const struct eas_device_sent *sent;
	const struct eas_device_move *move;
	const char *id;

	for (unsigned int i = 0; i < N_ELEMENTS(device_fields); i++)
		append_field(dest, device, &device_fields[i]);
	append_folders(dest, KEY_FOLDER, &device->hierarchy.confirmed);
	append_folders(dest, KEY_PENDING_FOLDER, &device->hierarchy.pending);
	array_foreach_elem(&device->ping_folder_ids, id) {
		str_append(dest, KEY_PING_FOLDER"\t");
		str_append_tabescaped(dest, id);
		str_append_c(dest, '\n');
	}
	if (device->sync_request_size > 0) {
		str_append(dest, KEY_SYNC_REQUEST"\t");
		str_append_tabescaped_n(dest, device->sync_request,
					device->sync_request_size);
		str_append_c(dest, '\n');
	}
	array_foreach(&device->sent, sent) {
		str_printfa(dest, KEY_SENT"\t%"PRIdTIME_T"\t", sent->created);
		str_append_tabescaped(dest, sent->client_id);
		if (sent->copy_due)
			str_append(dest, "\t"ARG_SENT_COPY_DUE);
		str_append_c(dest, '\n');
	}
	array_foreach(&device->moves, move) {
		str_printfa(dest, KEY_MOVE"\t%"PRIdTIME_T"\t", move->created);
		str_append_tabescaped(dest, move->src_id);
		str_append_c(dest, '\t');
		str_append_tabescaped(dest, move->dst_id);
		str_append_c(dest, '\n');
	}
}

/*
 * Decode
 */

static int
parse_field(struct eas_device *device, const struct device_field *field, const char *value)
{
	void *member = PTR_OFFSET(device, field->offset);

	switch (field->type) {
	case DEVICE_FIELD_STR:
		*(const char **)member = p_strdup(device->pool, value);
		return 0;
	case DEVICE_FIELD_UINT:
		return str_to_uint(value, (unsigned int *)member);
	case DEVICE_FIELD_TIME:
		return str_to_time(value, (time_t *)member);
	case DEVICE_FIELD_BOOL:
		*(bool *)member = strcmp(value, "1") == 0;
		return 0;
	}
	i_unreached();
}

static int
parse_folder(struct eas_device *device, ARRAY_TYPE(eas_device_folder) *folders,
	     const char *const *args)
{
	struct eas_device_folder *folder;
	unsigned int type;

	if (str_array_length(args) < 4 || str_to_uint(args[2], &type) < 0)
		return -1;
	folder = array_append_space(folders);
	folder->id = p_strdup(device->pool, args[0]);
	folder->parent_id = p_strdup(device->pool, args[1]);
	folder->type = type;
	folder->display_name = p_strdup(device->pool, args[3]);
	return 0;
}

static int parse_sent(struct eas_device *device, const char *const *args)
{
	struct eas_device_sent *sent;
	time_t created;

	if (str_array_length(args) < 2 || str_to_time(args[0], &created) < 0)
		return -1;
	sent = array_append_space(&device->sent);
	sent->created = created;
	sent->client_id = p_strdup(device->pool, args[1]);
	sent->copy_due = args[2] != NULL && strcmp(args[2], ARG_SENT_COPY_DUE) == 0;
	return 0;
}

static int parse_move(struct eas_device *device, const char *const *args)
{
	struct eas_device_move *move;
	time_t created;

	if (str_array_length(args) < 3 || str_to_time(args[0], &created) < 0)
		return -1;
	move = array_append_space(&device->moves);
	move->created = created;
	move->src_id = p_strdup(device->pool, args[1]);
	move->dst_id = p_strdup(device->pool, args[2]);
	return 0;
}

static void parse_sync_request(struct eas_device *device, const char *value)
{
	string_t *bytes = t_str_new(strlen(value) + 1);

	str_append_tabunescaped(bytes, value, strlen(value));
	if (bytes->used == 0)
		return;
	device->sync_request = p_memdup(device->pool, bytes->data, bytes->used);
	device->sync_request_size = bytes->used;
}

/* value is the rest of the line, still escaped. */
static int parse_line(struct eas_device *device, const char *key, const char *value)
{
	static const char *const one_empty[] = { "", NULL };
	const char *const *args;

	if (strcmp(key, KEY_SYNC_REQUEST) == 0) {
		parse_sync_request(device, value);
		return 0;
	}
	args = *value == '\0' ? one_empty : t_strsplit_tabescaped(value);
	for (unsigned int i = 0; i < N_ELEMENTS(device_fields); i++) {
		if (strcmp(key, device_fields[i].key) == 0)
			return parse_field(device, &device_fields[i], args[0]);
	}
	if (strcmp(key, KEY_FOLDER) == 0)
		return parse_folder(device, &device->hierarchy.confirmed, args);
	if (strcmp(key, KEY_PENDING_FOLDER) == 0)
		return parse_folder(device, &device->hierarchy.pending, args);
	if (strcmp(key, KEY_SENT) == 0)
		return parse_sent(device, args);
	if (strcmp(key, KEY_MOVE) == 0)
		return parse_move(device, args);
	if (strcmp(key, KEY_PING_FOLDER) == 0) {
		const char *id = p_strdup(device->pool, args[0]);

		array_push_back(&device->ping_folder_ids, &id);
	}
	/* else a newer version's */
	return 0;
}

static int
decode_line(struct eas_device *device, const char *line, const char **error_r)
{
	const char *value = strchr(line, '\t');

	if (value == NULL) {
		*error_r = "a line has no value";
		return -1;
	}
	if (parse_line(device, t_strdup_until(line, value), value + 1) < 0) {
		*error_r = t_strdup_printf("invalid value of %s",
					   t_strdup_until(line, value));
		return -1;
	}
	return 0;
}

int eas_device_decode(struct eas_device *device, const unsigned char *data, size_t size,
		      const char **error_r)
{
	const unsigned char *end = CONST_PTR_OFFSET(data, size), *lf;
	int ret = 0;

	while (data < end && ret == 0) {
		lf = memchr(data, '\n', end - data);
		if (lf == NULL || memchr(data, '\0', lf - data) != NULL) {
			*error_r = "a line has no end";
			return -1;
		}
		T_BEGIN {
			ret = decode_line(device, t_strdup_until(data, lf), error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
		data = lf + 1;
	}
	return ret;
}
