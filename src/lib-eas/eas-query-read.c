/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "hex-dec.h"
#include "str.h"
#include "eas-query-private.h"

#include <ctype.h>

/* A longer request target is refused. */
#define EAS_QUERY_MAX_LENGTH 4096

#define EAS_QUERY_TAG_MAX EAS_QUERY_USER

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

bool eas_query_read(const char *text, struct eas_query *query_r)
{
	i_zero(query_r);
	if (strlen(text) > EAS_QUERY_MAX_LENGTH)
		return FALSE;
	if (*text == '\0')
		return TRUE;
	if (!eas_query_is_plain(text))
		return eas_query_read_base64(text, query_r);
	eas_query_read_plain(text, query_r);
	return TRUE;
}
