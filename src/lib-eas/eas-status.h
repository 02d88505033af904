/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_STATUS_H
#define EAS_STATUS_H

/* What a Status element may say: rows of eas-statuses.def (each command's own) and
   eas-global-statuses.def (those any command may answer). */

#include "eas-command.h"

/* EAS_PING_STATUS_CHANGED, EAS_SYNC_STATUS_INVALID_SYNC_KEY, ... and
   EAS_STATUS_GLOBAL_INVALID_WBXML, ... Numbers repeat between commands. */
enum eas_status {
	EAS_STATUS_NONE = 0,
#define EAS_STATUS(command, ident, code, name) \
	EAS_##command##_STATUS_##ident = code,
#include "eas-statuses.def"
#define EAS_GLOBAL_STATUS(ident, code, http, name) \
	EAS_STATUS_GLOBAL_##ident = code,
#include "eas-global-statuses.def"
};

/* "FolderSyncRequired", for logs: the command's own meaning first, then the global
   one. "unknown" if there is neither. */
const char *eas_status_get_name(enum eas_command_id command, unsigned int status);

/* The HTTP status that clients of 12.1 and before get instead of a global status; 0 if
   it is no global one.
   MS-ASCMD "Common Status Codes" (2.2.2) */
unsigned int eas_status_get_http(enum eas_status status);

#endif
