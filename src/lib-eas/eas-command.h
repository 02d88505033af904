/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_COMMAND_H
#define EAS_COMMAND_H

/* The commands: rows of eas-commands.def. The worker includes the same table for
   its handlers, so a command without a handler does not link. */

#include "eas-version.h"

enum eas_command_flags {
	/* the answer may wait (Ping; Sync with Wait or HeartbeatInterval) */
	EAS_COMMAND_FLAG_MAY_PARK	= BIT(0),
	/* answered without a policy even where one is required */
	EAS_COMMAND_FLAG_NO_POLICY	= BIT(1),
	/* body is a mail in 12.1 (message/rfc822) */
	EAS_COMMAND_FLAG_MIME_BODY	= BIT(2),
	/* an empty body has a meaning */
	EAS_COMMAND_FLAG_EMPTY_BODY	= BIT(3),
	/* body may be as large as directpush_max_send_size */
	EAS_COMMAND_FLAG_LARGE_BODY	= BIT(4),
	/* all is in the query; what body there is is not looked at */
	EAS_COMMAND_FLAG_NO_BODY	= BIT(5)
};

enum eas_command_id {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
	EAS_COMMAND_##ident = code + 1,
#include "eas-commands.def"
	EAS_COMMAND_NONE = 0
};

struct eas_command {
	enum eas_command_id id;
	/* "FolderSync": as in the query's Cmd */
	const char *name;
	/* of the base64 query, MS-ASHTTP "Command Codes" (2.2.1.1.1.1.2) */
	unsigned int code;
	enum eas_version since, until;
	enum eas_command_flags flags;
};

/* NULL if there is none of that name (compared case-insensitively) or code. */
const struct eas_command *eas_command_find(const char *name);
const struct eas_command *eas_command_find_code(unsigned int code);
const struct eas_command *eas_command_get(enum eas_command_id id);

#endif
