/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-status.h"

/* Policy and wipe statuses are parts of Provision answers and have no command of
   their own. */
enum eas_status_owner {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
	EAS_STATUS_OWNER_##ident = EAS_COMMAND_##ident,
#include "eas-commands.def"
	EAS_STATUS_OWNER_POLICY = 1000,
	EAS_STATUS_OWNER_POLICY_ACK,
	EAS_STATUS_OWNER_REMOTE_WIPE
};

static const struct {
	enum eas_status_owner owner;
	unsigned int code;
	const char *name;
} eas_statuses[] = {
#define EAS_STATUS(command, ident, code, name) \
	{ EAS_STATUS_OWNER_##command, code, name },
#include "eas-statuses.def"
};

static const struct {
	enum eas_status status;
	unsigned int http;
	const char *name;
} eas_global_statuses[] = {
#define EAS_GLOBAL_STATUS(ident, code, http, name) \
	{ code, http, name },
#include "eas-global-statuses.def"
};

const char *
eas_status_get_name(enum eas_command_id command, unsigned int status)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_statuses); i++) {
		if ((unsigned int)eas_statuses[i].owner == (unsigned int)command &&
		    eas_statuses[i].code == status)
			return eas_statuses[i].name;
	}
	for (unsigned int i = 0; i < N_ELEMENTS(eas_global_statuses); i++) {
		if ((unsigned int)eas_global_statuses[i].status == status)
			return eas_global_statuses[i].name;
	}
	return "unknown";
}

unsigned int eas_status_get_http(enum eas_status status)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_global_statuses); i++) {
		if (eas_global_statuses[i].status == status)
			return eas_global_statuses[i].http;
	}
	return 0;
}
