/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-command.h"


/* The names of the flags column. */
#define NONE 0
#define MAY_PARK EAS_COMMAND_FLAG_MAY_PARK
#define NO_POLICY EAS_COMMAND_FLAG_NO_POLICY
#define MIME_BODY EAS_COMMAND_FLAG_MIME_BODY
#define EMPTY_BODY EAS_COMMAND_FLAG_EMPTY_BODY
#define LARGE_BODY EAS_COMMAND_FLAG_LARGE_BODY
#define NO_BODY EAS_COMMAND_FLAG_NO_BODY

static const struct eas_command eas_commands[] = {
#define EAS_COMMAND(ident, lower, name, code, since, until, flags) \
	{ EAS_COMMAND_##ident, name, code, EAS_VERSION_##since, \
	  EAS_VERSION_##until, flags },
#include "eas-commands.def"
};

const struct eas_command *eas_command_find(const char *name)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_commands); i++) {
		if (strcasecmp(eas_commands[i].name, name) == 0)
			return &eas_commands[i];
	}
	return NULL;
}

const struct eas_command *eas_command_find_code(unsigned int code)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_commands); i++) {
		if (eas_commands[i].code == code)
			return &eas_commands[i];
	}
	return NULL;
}

const struct eas_command *eas_command_get(enum eas_command_id id)
{
	for (unsigned int i = 0; i < N_ELEMENTS(eas_commands); i++) {
		if (eas_commands[i].id == id)
			return &eas_commands[i];
	}
	i_unreached();
}
