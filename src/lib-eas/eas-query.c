/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "hex-binary.h"
#include "hex-dec.h"
#include "str.h"
#include "strnum.h"
#include "eas-query.h"

#include <ctype.h>

/* A request line longer than this does not reach us. */
#define EAS_QUERY_MAX_LENGTH 8192

/* 0..8 are the tags of the base64 form.
   MS-ASHTTP "Command Parameters" (2.2.1.1.1.1.3) */
enum eas_query_parameter {
	EAS_QUERY_ATTACHMENT_NAME	= 0,
	EAS_QUERY_COLLECTION_ID		= 1,
	EAS_QUERY_ITEM_ID		= 3,
	EAS_QUERY_LONG_ID		= 4,
	EAS_QUERY_PARENT_ID		= 5,
	EAS_QUERY_OCCURRENCE		= 6,
	EAS_QUERY_OPTIONS		= 7,
	EAS_QUERY_USER			= 8,
	/* fields of their own in the base64 form */
	EAS_QUERY_CMD,
	EAS_QUERY_DEVICE_ID,
	EAS_QUERY_DEVICE_TYPE,
	EAS_QUERY_SAVE_IN_SENT,

	EAS_QUERY_PARAMETER_COUNT
};
#define EAS_QUERY_TAG_MAX EAS_QUERY_USER

/* of EAS_QUERY_OPTIONS */
#define EAS_QUERY_OPTION_SAVE_IN_SENT 0x01
#define EAS_QUERY_OPTION_ACCEPT_MULTIPART 0x02

static const struct {
	const char *name;
	enum eas_query_parameter parameter;
} eas_query_names[] = {
	{ "Cmd", EAS_QUERY_CMD },
	{ "User", EAS_QUERY_USER },
	{ "DeviceId", EAS_QUERY_DEVICE_ID },
	{ "DeviceType", EAS_QUERY_DEVICE_TYPE },
	{ "SaveInSent", EAS_QUERY_SAVE_IN_SENT },
	{ "AttachmentName", EAS_QUERY_ATTACHMENT_NAME },
	{ "CollectionId", EAS_QUERY_COLLECTION_ID },
	{ "ItemId", EAS_QUERY_ITEM_ID },
	{ "LongId", EAS_QUERY_LONG_ID },
	{ "ParentId", EAS_QUERY_PARENT_ID },
	{ "Occurrence", EAS_QUERY_OCCURRENCE }
};

static const struct {
	unsigned int http;
	enum eas_status status;
	const char *text;
} eas_query_errors[] = {
	[EAS_QUERY_ERROR_NONE] = {
		200, EAS_STATUS_NONE, "No error" },
	[EAS_QUERY_ERROR_MALFORMED] = {
		400, EAS_STATUS_GLOBAL_INVALID_CONTENT,
		"Query is neither plain nor base64" },
	[EAS_QUERY_ERROR_VERSION_MISSING] = {
		505, EAS_STATUS_GLOBAL_VERSION_NOT_SUPPORTED,
		"No protocol version given" },
	[EAS_QUERY_ERROR_VERSION_UNKNOWN] = {
		400, EAS_STATUS_GLOBAL_VERSION_NOT_SUPPORTED,
		"Protocol version is not supported" },
	[EAS_QUERY_ERROR_COMMAND_MISSING] = {
		501, EAS_STATUS_GLOBAL_COMMAND_NOT_SUPPORTED,
		"No command given" },
	[EAS_QUERY_ERROR_COMMAND_UNKNOWN] = {
		501, EAS_STATUS_GLOBAL_COMMAND_NOT_SUPPORTED,
		"Command is not supported" },
	[EAS_QUERY_ERROR_COMMAND_VERSION] = {
		400, EAS_STATUS_GLOBAL_VERSION_NOT_SUPPORTED,
		"Command is not part of this protocol version" },
	[EAS_QUERY_ERROR_DEVICE_ID] = {
		400, EAS_STATUS_GLOBAL_DEVICE_ID_MISSING_OR_INVALID,
		"DeviceId is missing or invalid" }
};

/* What the query says, decoded but not judged. */
struct eas_query {
	/* NULL = not given */
	const char *params[EAS_QUERY_PARAMETER_COUNT];

	/* of the base64 form only */
	bool is_base64;
	unsigned int version, command_code;
	const unsigned char *device_id;
	size_t device_id_size;
	uint32_t policy_key;
	bool has_policy_key;
	unsigned int options;
};

const char *eas_query_error_get_text(enum eas_query_error error)
{
	return eas_query_errors[error].text;
}

unsigned int eas_query_error_get_http(enum eas_query_error error)
{
	return eas_query_errors[error].http;
}

enum eas_status eas_query_error_get_status(enum eas_query_error error)
{
	return eas_query_errors[error].status;
}

/* In the data stack. '+' stands for itself: the query is no form. So does a percent sign
   that escapes nothing. */
static const char *eas_query_unescape(const char *data, size_t size)
{
	const unsigned char *p = (const unsigned char *)data;
	string_t *str = t_str_new(size);

	for (size_t i = 0; i < size; i++) {
		if (p[i] == '%' && size - i > 2 &&
		    i_isxdigit(p[i + 1]) && i_isxdigit(p[i + 2])) {
			str_append_c(str, hex2dec(p + i + 1, 2));
			i += 2;
		} else {
			str_append_c(str, p[i]);
		}
	}
	/* an escaped NUL ends the text */
	return str_c(str);
}

static bool
eas_query_find_name(const char *name, size_t len, unsigned int *idx_r)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_query_names); i++) {
		if (strlen(eas_query_names[i].name) == len &&
		    strncasecmp(eas_query_names[i].name, name, len) == 0) {
			*idx_r = i;
			return TRUE;
		}
	}
	return FALSE;
}

static void
eas_query_read_plain(const char *text, struct eas_query *query)
{
	enum eas_query_parameter parameter;
	const char *value;
	unsigned int idx;
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '&' ? 1 : 0)) {
		len = strcspn(text, "&");
		value = memchr(text, '=', len);
		if (value == NULL ||
		    !eas_query_find_name(text, value - text, &idx))
			continue;
		value++;
		parameter = eas_query_names[idx].parameter;
		if (query->params[parameter] == NULL) {
			query->params[parameter] =
				eas_query_unescape(value, text + len - value);
		}
	}
}

/* The query begins with "name=", or has an '=' that pads no base64. */
static bool eas_query_is_plain(const char *text)
{
	size_t len = strcspn(text, "=");
	unsigned int idx;

	return text[len] == '=' &&
		(eas_query_find_name(text, len, &idx) ||
		 text[len + strspn(text + len, "=")] != '\0');
}

/* Take size bytes; FALSE if there are not that many. */
static bool eas_query_take(const unsigned char **pos, const unsigned char *end,
			   size_t size, const unsigned char **bytes_r)
{
	if ((size_t)(end - *pos) < size)
		return FALSE;
	*bytes_r = *pos;
	*pos += size;
	return TRUE;
}

/* A length in one byte, then so many bytes. */
static bool
eas_query_take_sized(const unsigned char **pos, const unsigned char *end,
		     const unsigned char **bytes_r, size_t *size_r)
{
	if (*pos == end)
		return FALSE;
	*size_r = *(*pos)++;
	return eas_query_take(pos, end, *size_r, bytes_r);
}

static bool
eas_query_read_parameters(const unsigned char *pos, const unsigned char *end,
			  struct eas_query *query)
{
	const unsigned char *bytes;
	unsigned int tag;
	size_t size;

	while (pos != end) {
		tag = *pos++;
		if (!eas_query_take_sized(&pos, end, &bytes, &size))
			return FALSE;
		if (tag == EAS_QUERY_OPTIONS)
			query->options = size == 0 ? 0 : bytes[0];
		else if (tag <= EAS_QUERY_TAG_MAX &&
			 query->params[tag] == NULL) {
			query->params[tag] = t_strndup(bytes, size);
		}
	}
	return TRUE;
}

/* MS-ASHTTP "Base64 Encoded Query Value" (2.2.1.1.1.1):

   1    protocol version   121 = 12.1
   1    command code
   2    locale             little-endian LCID
   1+n  device id          a string or a GUID of 16 bytes
   1+n  policy key         n is 0 or 4; little-endian
   1+n  device type
   ...  parameters         each: 1 tag, 1 length, value */
static bool eas_query_read_bytes(const unsigned char *pos,
				 const unsigned char *end,
				 struct eas_query *query)
{
	const unsigned char *head, *key, *type;
	size_t key_size, type_size;

	if (!eas_query_take(&pos, end, 4, &head) ||
	    !eas_query_take_sized(&pos, end, &query->device_id,
				  &query->device_id_size) ||
	    !eas_query_take_sized(&pos, end, &key, &key_size) ||
	    (key_size != 0 && key_size != 4) ||
	    !eas_query_take_sized(&pos, end, &type, &type_size))
		return FALSE;

	query->is_base64 = TRUE;
	query->version = head[0];
	query->command_code = head[1];
	if (key_size == 4) {
		query->has_policy_key = TRUE;
		query->policy_key = le32_to_cpu_unaligned(key);
	}
	query->params[EAS_QUERY_DEVICE_TYPE] = t_strndup(type, type_size);
	return eas_query_read_parameters(pos, end, query);
}

static bool eas_query_read_base64(const char *text, struct eas_query *query)
{
	buffer_t *bytes;

	text = eas_query_unescape(text, strlen(text));
	text = t_strcut(text, '=');
	bytes = t_buffer_create(MAX_BASE64_DECODED_SIZE(strlen(text)));
	if (base64_scheme_decode(&base64_scheme,
				 BASE64_DECODE_FLAG_NO_WHITESPACE |
				 BASE64_DECODE_FLAG_NO_PADDING,
				 text, strlen(text), bytes) < 0)
		return FALSE;
	return eas_query_read_bytes(bytes->data,
				    CONST_PTR_OFFSET(bytes->data, bytes->used),
				    query);
}

/* Printable ASCII, at most max characters; "" for NULL. */
static const char *eas_query_clean(pool_t pool, const char *text, size_t max)
{
	char *copy = p_strndup(pool, text == NULL ? "" : text, max);

	for (char *p = copy; *p != '\0'; p++) {
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	}
	return copy;
}

static bool eas_query_is_alnum(const unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (data[i] >= 0x80 || !i_isalnum(data[i]))
			return FALSE;
	}
	return TRUE;
}

/* NULL if there is none or it is not legal. */
static const char *eas_query_device_id(pool_t pool, const struct eas_query *query)
{
	const unsigned char *data = query->device_id;
	size_t size = query->device_id_size;

	if (!query->is_base64) {
		data = (const void *)query->params[EAS_QUERY_DEVICE_ID];
		size = data == NULL ? 0 : strlen((const char *)data);
	}
	if (size == 0)
		return NULL;
	if (eas_query_is_alnum(data, size)) {
		return size > EAS_DEVICE_ID_MAX_LENGTH ? NULL :
			p_strndup(pool, data, size);
	}
	/* the GUID of a base64 query */
	if (!query->is_base64 || size > EAS_DEVICE_ID_MAX_LENGTH / 2)
		return NULL;
	return p_strdup(pool, binary_to_hex(data, size));
}

static void
eas_query_fill_policy_key(const struct eas_query *query, const char *header,
			  struct eas_request *request)
{
	if (query->has_policy_key) {
		request->policy_key = query->policy_key;
		request->policy_key_sent = TRUE;
	} else if (header != NULL) {
		request->policy_key_sent = TRUE;
		if (str_to_uint32(header, &request->policy_key) < 0)
			request->policy_key = 0;
	}
}

static void
eas_query_fill(pool_t pool, const struct eas_query *query,
	       const struct eas_query_headers *headers,
	       struct eas_request *request)
{
	const char *const *params = query->params;
	const char *save = params[EAS_QUERY_SAVE_IN_SENT];
	const char *multipart = headers->accept_multipart;
	const char *type = headers->content_type;

	request->device_id = eas_query_device_id(pool, query);
	request->device_type = eas_query_clean(pool,
		params[EAS_QUERY_DEVICE_TYPE], EAS_DEVICE_TYPE_MAX_LENGTH);
	request->user_agent = eas_query_clean(pool, headers->user_agent,
					      EAS_USER_AGENT_MAX_LENGTH);
	eas_query_fill_policy_key(query, headers->policy_key, request);

	request->query_user = p_strdup(pool, params[EAS_QUERY_USER]);
	request->attachment_name =
		p_strdup(pool, params[EAS_QUERY_ATTACHMENT_NAME]);
	request->collection_id = p_strdup(pool, params[EAS_QUERY_COLLECTION_ID]);
	request->item_id = p_strdup(pool, params[EAS_QUERY_ITEM_ID]);
	request->long_id = p_strdup(pool, params[EAS_QUERY_LONG_ID]);
	request->parent_id = p_strdup(pool, params[EAS_QUERY_PARENT_ID]);
	request->occurrence = p_strdup(pool, params[EAS_QUERY_OCCURRENCE]);

	request->save_in_sent =
		(query->options & EAS_QUERY_OPTION_SAVE_IN_SENT) != 0 ||
		(save != NULL && strcasecmp(save, "T") == 0);
	request->accept_multipart =
		(query->options & EAS_QUERY_OPTION_ACCEPT_MULTIPART) != 0 ||
		(multipart != NULL && strcasecmp(multipart, "T") == 0);

	type = eas_query_clean(pool, type, EAS_USER_AGENT_MAX_LENGTH);
	request->content_type =
		p_strdup(pool, t_str_lcase(t_str_trim(t_strcut(type, ';'), " \t")));
	request->accept_language = eas_query_clean(pool,
		headers->accept_language, EAS_USER_AGENT_MAX_LENGTH);
}

static enum eas_query_error
eas_query_fill_version(const struct eas_query *query, const char *header,
		       struct eas_request *request)
{
	if (query->is_base64) {
		return eas_version_from_byte(query->version,
					     &request->version) == 0 ?
			EAS_QUERY_ERROR_NONE : EAS_QUERY_ERROR_VERSION_UNKNOWN;
	}
	if (header == NULL || strcmp(header, "1.0") == 0)
		return EAS_QUERY_ERROR_VERSION_MISSING;
	return eas_version_parse(t_str_trim(header, " \t"),
				 &request->version) == 0 ?
		EAS_QUERY_ERROR_NONE : EAS_QUERY_ERROR_VERSION_UNKNOWN;
}

static enum eas_query_error
eas_query_fill_command(const struct eas_query *query, const char *version_header,
		       struct eas_request *request)
{
	const char *name = query->params[EAS_QUERY_CMD];
	const struct eas_command *command;
	enum eas_query_error error;

	if (query->is_base64)
		command = eas_command_find_code(query->command_code);
	else if (name != NULL && *name != '\0')
		command = eas_command_find(name);
	else
		return EAS_QUERY_ERROR_COMMAND_MISSING;
	if (command == NULL)
		return EAS_QUERY_ERROR_COMMAND_UNKNOWN;
	request->command = command->id;

	error = eas_query_fill_version(query, version_header, request);
	if (error != EAS_QUERY_ERROR_NONE)
		return error;
	if ((command->since != EAS_VERSION_ANY &&
	     request->version < command->since) ||
	    (command->until != EAS_VERSION_ANY &&
	     request->version > command->until))
		return EAS_QUERY_ERROR_COMMAND_VERSION;
	return EAS_QUERY_ERROR_NONE;
}

static bool eas_query_read(const char *text, struct eas_query *query)
{
	if (strlen(text) > EAS_QUERY_MAX_LENGTH)
		return FALSE;
	if (*text == '\0')
		return TRUE;
	if (!eas_query_is_plain(text))
		return eas_query_read_base64(text, query);
	eas_query_read_plain(text, query);
	return TRUE;
}

int eas_query_parse(pool_t pool, const char *text,
		    const struct eas_query_headers *headers,
		    struct eas_request *request_r, enum eas_query_error *error_r)
{
	i_zero(request_r);
	T_BEGIN {
		struct eas_query query;

		i_zero(&query);
		if (eas_query_read(text == NULL ? "" : text, &query)) {
			*error_r = eas_query_fill_command(&query,
				headers->protocol_version, request_r);
		} else {
			/* half a query is worse than none */
			i_zero(&query);
			*error_r = EAS_QUERY_ERROR_MALFORMED;
		}
		eas_query_fill(pool, &query, headers, request_r);
	} T_END;
	if (*error_r == EAS_QUERY_ERROR_NONE && request_r->device_id == NULL)
		*error_r = EAS_QUERY_ERROR_DEVICE_ID;
	return *error_r == EAS_QUERY_ERROR_NONE ? 0 : -1;
}
