/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "hex-binary.h"
#include "str.h"
#include "strnum.h"
#include "eas-query.h"
#include "eas-query-private.h"

#include <ctype.h>

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

int eas_query_parse(pool_t pool, const char *text,
		    const struct eas_query_headers *headers,
		    struct eas_request *request_r, enum eas_query_error *error_r)
{
	i_zero(request_r);
	T_BEGIN {
		struct eas_query query;

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
