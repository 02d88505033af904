/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SCHEMA_H
#define EAS_SCHEMA_H

/* Is this document a request its command may be? Rows of eas-schema.def say what may
   stand where; the walk over them is here.

   Read liberally: empty elements pass everywhere but where a row says otherwise, elements a row
   does not name are left alone (handlers do not look at them), order does not matter, and no version's
   elements are refused. What is below ApplicationData and Supported belongs to the item
   classes.

   MS-ASCMD "Elements" (2.2.3) */

#include "eas-command.h"
#include "eas-status.h"
#include "wbxml.h"

struct wbxml_node;

struct eas_schema_error {
	/* Answer <root><status_tag>status</...></...>, or this HTTP status with an empty body
	   if it is not 0 (12.1 for statuses above 100). */
	unsigned int http_status;
	wbxml_tag_t root, status_tag;
	enum eas_status status;
	/* which element, and what is wrong with it; in the data stack */
	const char *reason;
};

/* root is NULL for an empty body. Returns 0 if it is legal, else -1. Not for commands with
   EAS_COMMAND_FLAG_NO_BODY. */
int eas_schema_check(enum eas_command_id command, enum eas_version version,
		     const struct wbxml_node *root,
		     struct eas_schema_error *error_r);

/* Root and Status element of a command's answer, for a Status of one's own;
   WBXML_TAG_NONE if its answer is no document. */
void eas_schema_get_status_tags(enum eas_command_id command,
				wbxml_tag_t *root_r, wbxml_tag_t *status_tag_r);

/* What to answer a command's request whose body is no WBXML at all: HTTP 400. */
void eas_schema_get_wbxml_error(enum eas_command_id command,
				enum eas_version version,
				struct eas_schema_error *error_r);

#endif
