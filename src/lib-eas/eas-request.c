/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-request.h"

static const size_t string_offsets[] = {
	offsetof(struct eas_request, device_id),
	offsetof(struct eas_request, device_type),
	offsetof(struct eas_request, user_agent),
	offsetof(struct eas_request, query_user),
	offsetof(struct eas_request, attachment_name),
	offsetof(struct eas_request, collection_id),
	offsetof(struct eas_request, item_id),
	offsetof(struct eas_request, long_id),
	offsetof(struct eas_request, occurrence),
	offsetof(struct eas_request, parent_id),
	offsetof(struct eas_request, content_type),
	offsetof(struct eas_request, accept_language)
};

static const char **request_string(struct eas_request *request, unsigned int i)
{
	return PTR_OFFSET(request, string_offsets[i]);
}

void eas_request_copy(pool_t pool, const struct eas_request *src,
		      struct eas_request *dest_r)
{
	*dest_r = *src;
	for (unsigned int i = 0; i < N_ELEMENTS(string_offsets); i++) {
		const char **str = request_string(dest_r, i);

		*str = p_strdup(pool, *str);
	}
}

struct eas_request *
eas_request_dup(pool_t pool, const struct eas_request *src)
{
	struct eas_request copy = *src, *dest;
	size_t size = sizeof(*dest), len;
	const char **str;
	char *next;

	for (unsigned int i = 0; i < N_ELEMENTS(string_offsets); i++) {
		str = request_string(&copy, i);
		if (*str != NULL)
			size += strlen(*str) + 1;
	}
	dest = p_malloc(pool, size);
	next = PTR_OFFSET(dest, sizeof(*dest));
	for (unsigned int i = 0; i < N_ELEMENTS(string_offsets); i++) {
		str = request_string(&copy, i);
		if (*str != NULL) {
			len = strlen(*str) + 1;
			*str = memcpy(next, *str, len);
			next += len;
		}
	}
	*dest = copy;
	return dest;
}
