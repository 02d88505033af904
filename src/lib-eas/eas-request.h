/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_REQUEST_H
#define EAS_REQUEST_H

/* What one POST asks, before anybody looks at its body: made by the front from
   target and headers, sent to the worker, kept with a parked request.

   MS-ASHTTP "Request-Line" (2.2.1.1.1), "Request Headers" (2.2.1.1.2) */

#include "eas-command.h"
#include "eas-version.h"

#define EAS_DEVICE_ID_MAX_LENGTH 32
#define EAS_DEVICE_TYPE_MAX_LENGTH 64
#define EAS_USER_AGENT_MAX_LENGTH 256

struct eas_request {
	enum eas_command_id command;
	enum eas_version version;
	/* 1..EAS_DEVICE_ID_MAX_LENGTH characters out of [A-Za-z0-9], checked. */
	const char *device_id;
	/* printable ASCII, checked and cut; "" if not given */
	const char *device_type;
	const char *user_agent;
	/* 0 = none or "0" sent */
	uint32_t policy_key;
	bool policy_key_sent;
	/* The query's user name, as sent; NULL if none. Never trusted: the user is
	   who authenticated. */
	const char *query_user;
	/* Parameters of single commands, NULL if not given. */
	const char *attachment_name, *collection_id, *item_id, *long_id;
	const char *occurrence, *parent_id;
	/* Query SaveInSent / Options bits (MS-ASHTTP "Command-Specific URI
	   Parameters" 2.2.1.1.1.2.5). */
	bool save_in_sent;
	bool accept_multipart;
	/* Content-Type without parameters, lowercase; "" if none */
	const char *content_type;
	/* Accept-Language, for texts of our own; "" if none */
	const char *accept_language;
};

/* With all its strings in pool. */
void eas_request_copy(pool_t pool, const struct eas_request *src,
		      struct eas_request *dest_r);
/* The same in a single block of the pool. */
struct eas_request *
eas_request_dup(pool_t pool, const struct eas_request *src);

#endif
