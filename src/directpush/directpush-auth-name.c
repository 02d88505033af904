/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "safe-memset.h"
#include "str.h"
#include "unichar.h"
#include "directpush-auth-name.h"

static void latin1_append_utf8(string_t *dest, const unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		uni_ucs4_to_utf8_c(data[i], dest);
}

int directpush_auth_basic_parse(const char *base64, const char **user_r,
				const char **password_r)
{
	buffer_t *decoded = t_base64_decode_str(base64);
	const char *text, *colon;
	string_t *str;

	if (decoded->used == 0 || memchr(decoded->data, '\0', decoded->used) != NULL)
		return -1;
	str = t_str_new(decoded->used * 2);
	if (uni_utf8_data_is_valid(decoded->data, decoded->used))
		str_append_data(str, decoded->data, decoded->used);
	else
		latin1_append_utf8(str, decoded->data, decoded->used);
	text = str_c(str);
	colon = strchr(text, ':');
	if (colon == NULL || colon == text)
		return -1;
	*user_r = t_strdup_until(text, colon);
	*password_r = t_strdup(colon + 1);
	safe_memset(buffer_get_modifiable_data(decoded, NULL), 0, decoded->used);
	safe_memset(str_c_modifiable(str), 0, str_len(str));
	return 0;
}

const char *directpush_auth_name_normalize(const char *user)
{
	const char *backslash = strchr(user, '\\');
	const char *domain, *name;

	if (backslash == NULL)
		return user;
	domain = t_strdup_until(user, backslash);
	name = backslash + 1;
	if (strchr(name, '@') != NULL || strchr(domain, '.') == NULL)
		return name;
	return t_strconcat(name, "@", domain, NULL);
}

const char *directpush_auth_plain_response(const char *user, const char *password)
{
	size_t user_size = strlen(user), password_size = strlen(password);
	buffer_t *plain = t_buffer_create(user_size + password_size + 2);
	string_t *base64 = t_str_new(MAX_BASE64_ENCODED_SIZE(user_size +
							     password_size + 2));

	buffer_append_c(plain, '\0');
	buffer_append(plain, user, user_size);
	buffer_append_c(plain, '\0');
	buffer_append(plain, password, password_size);
	base64_encode(plain->data, plain->used, base64);
	safe_memset(buffer_get_modifiable_data(plain, NULL), 0, plain->used);
	return str_c(base64);
}

static const char *name_local_part(const char *name)
{
	return t_strcut(directpush_auth_name_normalize(name), '@');
}

bool directpush_auth_name_conflicts(const char *query_user, const char *login_name,
				    const char *user_name)
{
	const char *query = name_local_part(query_user);

	return *query != '\0' &&
		strcasecmp(query, name_local_part(login_name)) != 0 &&
		strcasecmp(query, name_local_part(user_name)) != 0;
}
