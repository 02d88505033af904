/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_QUERY_H
#define EAS_QUERY_H

/* The query of a request target, plain or base64, and the headers that belong to it ->
   struct eas_request. Nothing is looked up, nobody is asked.

   MS-ASHTTP "Request-Line" (2.2.1.1.1), "Request Headers" (2.2.1.1.2) */

#include "eas-request.h"
#include "eas-status.h"

/* Values as they came; NULL = not sent. */
struct eas_query_headers {
	/* MS-ASProtocolVersion */
	const char *protocol_version;
	/* X-MS-PolicyKey */
	const char *policy_key;
	/* MS-ASAcceptMultiPart */
	const char *accept_multipart;
	const char *user_agent;
	const char *content_type;
	const char *accept_language;
};

enum eas_query_error {
	EAS_QUERY_ERROR_NONE,
	/* neither of the two forms */
	EAS_QUERY_ERROR_MALFORMED,
	/* no version given, or "1.0", whose clients gave none */
	EAS_QUERY_ERROR_VERSION_MISSING,
	EAS_QUERY_ERROR_VERSION_UNKNOWN,
	EAS_QUERY_ERROR_COMMAND_MISSING,
	EAS_QUERY_ERROR_COMMAND_UNKNOWN,
	/* there is such a command, but not in this version */
	EAS_QUERY_ERROR_COMMAND_VERSION,
	/* missing, too long, or other characters than [A-Za-z0-9] */
	EAS_QUERY_ERROR_DEVICE_ID
};

/* query is what follows the '?', as it stands in the request line; NULL or "" if there is
   none. Parameters may come in any order and case; unknown ones are ignored, of two with one name
   the first counts.

   The base64 form carries version, policy key and more itself: what it says goes before the
   headers. '+' and '/' stand for themselves in it, percent-encoded or not.

   Returns 0, or -1 with *error_r. request_r is filled as far as it could be read in
   both cases (for the log); its strings live in pool. */
int eas_query_parse(pool_t pool, const char *query,
		    const struct eas_query_headers *headers,
		    struct eas_request *request_r, enum eas_query_error *error_r);

/* One sentence for the log. */
const char *eas_query_error_get_text(enum eas_query_error error);
/* 400, 501 or 505 */
unsigned int eas_query_error_get_http(enum eas_query_error error);
/* The global Status that says the same inside a document, for clients of 14.0 and later.
   MS-ASCMD "Common Status Codes" (2.2.2) */
enum eas_status eas_query_error_get_status(enum eas_query_error error);

#endif
