/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "strescape.h"
#include "net.h"
#include "guid.h"
#include "eas-request.h"
#include "directpush-ipc-worker.h"
#include "directpush-ipc-field.h"

#define CHANGES_ALL \
	(DIRECTPUSH_CHANGE_NEW | DIRECTPUSH_CHANGE_FLAGS | DIRECTPUSH_CHANGE_EXPUNGE | \
	 DIRECTPUSH_CHANGE_ATTRIBUTES | DIRECTPUSH_CHANGE_HIERARCHY)

/*
 * Writing
 */

/* Each field ends with a TAB here; the last one is taken away at the end of the line. */
static void
append_str(string_t *dest, const struct directpush_ipc_field *field, const char *value)
{
	str_append(dest, field->key);
	str_append_c(dest, '=');
	str_append_tabescaped(dest, value);
	str_append_c(dest, '\t');
}

static void
append_number(string_t *dest, const struct directpush_ipc_field *field,
	      uint64_t value, uint64_t default_value)
{
	char buf[MAX_INT_STRLEN];

	if (value != default_value || field->required)
		append_str(dest, field, dec2str_buf(buf, value));
}

static void
append_data(string_t *dest, const struct directpush_ipc_field *field,
	    const unsigned char *data, size_t size)
{
	if (size > 0 || field->required) {
		str_append(dest, field->key);
		str_append_c(dest, '=');
		str_append_tabescaped_n(dest, data, size);
		str_append_c(dest, '\t');
	}
}

static void
append_list(string_t *dest, const struct directpush_ipc_field *field,
	    const void *elements, unsigned int count)
{
	const struct directpush_ipc_table *table = field->elem_table;
	string_t *line = t_str_new(256);
	unsigned int i;

	for (i = 0; i < count; i++) {
		str_truncate(line, 0);
		directpush_ipc_fields_append(line, table,
			CONST_PTR_OFFSET(elements, i * table->struct_size));
		append_str(dest, field, str_c(line));
	}
}

static void
append_field(string_t *dest, const struct directpush_ipc_field *field, const void *values)
{
	const void *value = CONST_PTR_OFFSET(values, field->offset);
	const void *size = CONST_PTR_OFFSET(values, field->size_offset);
	const char *str;

	switch (field->type) {
	case DIRECTPUSH_IPC_FIELD_STR:
	case DIRECTPUSH_IPC_FIELD_STR_OR_NULL:
	case DIRECTPUSH_IPC_FIELD_DEVICE_ID:
		str = *(const char *const *)value;
		if (str != NULL && (*str != '\0' || field->required ||
				    field->type == DIRECTPUSH_IPC_FIELD_STR_OR_NULL))
			append_str(dest, field, str);
		break;
	case DIRECTPUSH_IPC_FIELD_UINT:
	case DIRECTPUSH_IPC_FIELD_CHANGES:
		append_number(dest, field, *(const unsigned int *)value, 0);
		break;
	case DIRECTPUSH_IPC_FIELD_UINT32:
		append_number(dest, field, *(const uint32_t *)value, 0);
		break;
	case DIRECTPUSH_IPC_FIELD_UINT64:
		append_number(dest, field, *(const uint64_t *)value, 0);
		break;
	case DIRECTPUSH_IPC_FIELD_SIZE:
		append_number(dest, field, *(const uoff_t *)value, UOFF_T_MAX);
		break;
	case DIRECTPUSH_IPC_FIELD_BOOL:
		if (*(const bool *)value || field->required)
			append_str(dest, field, *(const bool *)value ? "yes" : "no");
		break;
	case DIRECTPUSH_IPC_FIELD_IP:
		if (((const struct ip_addr *)value)->family != 0)
			append_str(dest, field, net_ip2addr(value));
		break;
	case DIRECTPUSH_IPC_FIELD_GUID:
		if (!guid_128_is_empty(value) || field->required)
			append_str(dest, field, guid_128_to_string(value));
		break;
	case DIRECTPUSH_IPC_FIELD_COMMAND:
		append_str(dest, field,
			   eas_command_get(*(const enum eas_command_id *)value)->name);
		break;
	case DIRECTPUSH_IPC_FIELD_PROTOCOL:
		append_str(dest, field,
			   eas_version_get_name(*(const enum eas_version *)value));
		break;
	case DIRECTPUSH_IPC_FIELD_DATA:
		append_data(dest, field, *(const unsigned char *const *)value,
			    *(const size_t *)size);
		break;
	case DIRECTPUSH_IPC_FIELD_LIST:
		append_list(dest, field, *(const void *const *)value,
			    *(const unsigned int *)size);
		break;
	}
}

void directpush_ipc_fields_append(string_t *dest, const struct directpush_ipc_table *table,
				  const void *values)
{
	size_t start = str_len(dest);
	unsigned int i;

	for (i = 0; i < table->fields_count; i++)
		append_field(dest, &table->fields[i], values);
	if (str_len(dest) > start)
		str_truncate(dest, str_len(dest) - 1);
}

/*
 * Reading
 */

static void
set_defaults(const struct directpush_ipc_table *table, void *values_r)
{
	unsigned int i;

	memset(values_r, 0, table->struct_size);
	for (i = 0; i < table->fields_count; i++) {
		void *value = PTR_OFFSET(values_r, table->fields[i].offset);

		if (table->fields[i].type == DIRECTPUSH_IPC_FIELD_STR)
			*(const char **)value = "";
		else if (table->fields[i].type == DIRECTPUSH_IPC_FIELD_SIZE)
			*(uoff_t *)value = UOFF_T_MAX;
	}
}

static bool parse_device_id(const char *str)
{
	size_t len = strspn(str, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz0123456789");

	return len > 0 && len <= EAS_DEVICE_ID_MAX_LENGTH && str[len] == '\0';
}

static bool parse_bool(const char *str, bool *value_r)
{
	*value_r = strcmp(str, "yes") == 0;
	return *value_r || strcmp(str, "no") == 0;
}

static bool parse_command(const char *str, enum eas_command_id *id_r)
{
	const struct eas_command *command = eas_command_find(str);

	if (command == NULL)
		return FALSE;
	*id_r = command->id;
	return TRUE;
}

static bool parse_changes(const char *str, enum directpush_change *changes_r)
{
	unsigned int number;

	if (str_to_uint(str, &number) < 0 || (number & ~CHANGES_ALL) != 0)
		return FALSE;
	*changes_r = number;
	return TRUE;
}

/* Everything but DATA and LIST; str is unescaped and in the right pool. */
static bool
parse_scalar(const struct directpush_ipc_field *field, const char *str, void *value_r)
{
	switch (field->type) {
	case DIRECTPUSH_IPC_FIELD_DEVICE_ID:
		if (!parse_device_id(str))
			return FALSE;
		/* fall through */
	case DIRECTPUSH_IPC_FIELD_STR:
	case DIRECTPUSH_IPC_FIELD_STR_OR_NULL:
		*(const char **)value_r = str;
		return TRUE;
	case DIRECTPUSH_IPC_FIELD_UINT:
		return str_to_uint(str, value_r) == 0;
	case DIRECTPUSH_IPC_FIELD_UINT32:
		return str_to_uint32(str, value_r) == 0;
	case DIRECTPUSH_IPC_FIELD_UINT64:
		return str_to_uint64(str, value_r) == 0;
	case DIRECTPUSH_IPC_FIELD_SIZE:
		return str_to_uoff(str, value_r) == 0;
	case DIRECTPUSH_IPC_FIELD_BOOL:
		return parse_bool(str, value_r);
	case DIRECTPUSH_IPC_FIELD_IP:
		return net_addr2ip(str, value_r) == 0;
	case DIRECTPUSH_IPC_FIELD_GUID:
		return guid_128_from_string(str, value_r) == 0;
	case DIRECTPUSH_IPC_FIELD_COMMAND:
		return parse_command(str, value_r);
	case DIRECTPUSH_IPC_FIELD_PROTOCOL:
		return eas_version_parse(str, value_r) == 0;
	case DIRECTPUSH_IPC_FIELD_CHANGES:
		return parse_changes(str, value_r);
	case DIRECTPUSH_IPC_FIELD_DATA:
	case DIRECTPUSH_IPC_FIELD_LIST:
		break;
	}
	i_unreached();
}

static void
parse_data(pool_t pool, const struct directpush_ipc_field *field, const char *str,
	   void *values_r)
{
	const unsigned char **data_r = PTR_OFFSET(values_r, field->offset);
	size_t *size_r = PTR_OFFSET(values_r, field->size_offset);
	string_t *data = t_str_new(strlen(str));

	str_append_tabunescaped(data, str, strlen(str));
	*data_r = str_len(data) == 0 ? uchar_empty_ptr :
		p_memdup(pool, str_data(data), str_len(data));
	*size_r = str_len(data);
}

/* All fields of this key are there at once: the elements stand in one block. */
static int
parse_list(pool_t pool, const struct directpush_ipc_field *field,
	   const char *const *args, void *values_r, const char **error_r)
{
	const struct directpush_ipc_table *table = field->elem_table;
	size_t key_len = strlen(field->key);
	unsigned int i, count = 0;
	const char *error;
	void *elements;

	for (i = 0; args[i] != NULL; i++) {
		if (strncmp(args[i], field->key, key_len) == 0 && args[i][key_len] == '=')
			count++;
	}
	if (count > DIRECTPUSH_IPC_FIELD_MAX_ELEMENTS) {
		*error_r = t_strdup_printf("%s is given %u times, more than %u",
			field->key, count, DIRECTPUSH_IPC_FIELD_MAX_ELEMENTS);
		return -1;
	}
	elements = p_malloc(pool, I_MAX(count, 1) * table->struct_size);
	*(const void **)PTR_OFFSET(values_r, field->offset) = elements;
	*(unsigned int *)PTR_OFFSET(values_r, field->size_offset) = count;
	for (i = 0; args[i] != NULL; i++) {
		if (strncmp(args[i], field->key, key_len) != 0 || args[i][key_len] != '=')
			continue;
		if (directpush_ipc_fields_parse(pool,
				t_str_tabunescape(args[i] + key_len + 1),
				table, elements, &error) < 0) {
			*error_r = t_strdup_printf("%s: %s", field->key, error);
			return -1;
		}
		elements = PTR_OFFSET(elements, table->struct_size);
	}
	return 0;
}

static int
parse_field(pool_t pool, const struct directpush_ipc_field *field, const char *str,
	    void *values_r, const char **error_r)
{
	char *value;

	if (field->type == DIRECTPUSH_IPC_FIELD_DATA) {
		parse_data(pool, field, str, values_r);
		return 0;
	}
	value = str_tabunescape(p_strdup(pool, str));
	if (!parse_scalar(field, value, PTR_OFFSET(values_r, field->offset))) {
		*error_r = t_strdup_printf("%s has a value that is not allowed: %s",
					   field->key, value);
		return -1;
	}
	return 0;
}

static int
find_field(const struct directpush_ipc_table *table, const char *arg,
	   unsigned int *idx_r, const char **value_r, const char **error_r)
{
	const char *value = strchr(arg, '=');
	unsigned int i;

	if (value == NULL) {
		*error_r = t_strdup_printf("field without '=': %s", arg);
		return -1;
	}
	for (i = 0; i < table->fields_count; i++) {
		const char *key = table->fields[i].key;

		if (strncmp(arg, key, value - arg) == 0 && key[value - arg] == '\0') {
			*idx_r = i;
			*value_r = value + 1;
			return 1;
		}
	}
	return 0;
}

static int
check_required(const struct directpush_ipc_table *table, const bool *seen,
	       const char **error_r)
{
	unsigned int i;

	for (i = 0; i < table->fields_count; i++) {
		if (table->fields[i].required && !seen[i]) {
			*error_r = t_strdup_printf("%s is missing", table->fields[i].key);
			return -1;
		}
	}
	return 0;
}

static int
parse_args(pool_t pool, const char *const *args, const struct directpush_ipc_table *table,
	   void *values_r, const char **error_r)
{
	bool *seen = t_new(bool, table->fields_count);
	const char *value;
	unsigned int i, idx;
	int ret;

	for (i = 0; args[i] != NULL; i++) {
		if ((ret = find_field(table, args[i], &idx, &value, error_r)) < 0)
			return -1;
		if (ret == 0)
			continue;
		const struct directpush_ipc_field *field = &table->fields[idx];
		if (field->type == DIRECTPUSH_IPC_FIELD_LIST) {
			if (!seen[idx] &&
			    parse_list(pool, field, args, values_r, error_r) < 0)
				return -1;
		} else if (seen[idx]) {
			*error_r = t_strdup_printf("%s is given twice", field->key);
			return -1;
		} else if (parse_field(pool, field, value, values_r, error_r) < 0) {
			return -1;
		}
		seen[idx] = TRUE;
	}
	return check_required(table, seen, error_r);
}

int directpush_ipc_fields_parse(pool_t pool, const char *line,
				const struct directpush_ipc_table *table,
				void *values_r, const char **error_r)
{
	const char *error = NULL;
	int ret;

	set_defaults(table, values_r);
	T_BEGIN {
		const char *const *args =
			*line == '\0' ? t_new(const char *, 1) : t_strsplit(line, "\t");

		ret = parse_args(pool, args, table, values_r, &error);
		if (ret < 0)
			error = p_strdup(pool, error);
	} T_END;
	if (ret < 0)
		*error_r = error;
	return ret;
}
