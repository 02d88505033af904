/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* First line: query; then one header value a line. What is accepted keeps its promises. */

#include "lib.h"
#include "fuzzer.h"
#include "eas-query.h"

static void fuzz_check(const struct eas_request *request)
{
	i_assert(eas_command_get(request->command) != NULL);
	i_assert(*eas_version_get_name(request->version) != '\0');
	i_assert(*request->device_id != '\0');
	i_assert(strlen(request->device_id) <= EAS_DEVICE_ID_MAX_LENGTH);
	i_assert(strspn(request->device_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"abcdefghijklmnopqrstuvwxyz0123456789") ==
		 strlen(request->device_id));
	i_assert(strlen(request->device_type) <= EAS_DEVICE_TYPE_MAX_LENGTH);
	i_assert(strlen(request->user_agent) <= EAS_USER_AGENT_MAX_LENGTH);
	i_assert(strcspn(request->user_agent, "\r\n\t\x7f") ==
		 strlen(request->user_agent));
	i_assert(request->content_type != NULL);
	i_assert(request->accept_language != NULL);
}

FUZZ_BEGIN_STR(const char *str)
{
	const char *const *lines = t_strsplit(str, "\n");
	unsigned int count = str_array_length(lines);
	struct eas_query_headers headers = {
		.protocol_version = count > 1 ? lines[1] : NULL,
		.policy_key = count > 2 ? lines[2] : NULL,
		.accept_multipart = count > 3 ? lines[3] : NULL,
		.user_agent = count > 4 ? lines[4] : NULL,
		.content_type = count > 5 ? lines[5] : NULL,
		.accept_language = count > 6 ? lines[6] : NULL
	};
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct eas_request request;
	enum eas_query_error error;

	if (eas_query_parse(pool, lines[0], &headers, &request, &error) == 0)
		fuzz_check(&request);
	else
		i_assert(eas_query_error_get_http(error) >= 400);
	pool_unref(&pool);
}
FUZZ_END
