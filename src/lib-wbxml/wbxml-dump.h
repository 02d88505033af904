/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WBXML_DUMP_H
#define WBXML_DUMP_H

/* A tree as text, one element a line, as logs, scenarios and doveadm show it.
   The notation is described in tests/README.md. */

#include "wbxml.h"

struct wbxml_node;

/* The names are the caller's (lib-eas: eas_tag_get_name, eas_page_get_name). */
struct wbxml_dump_names {
	const char *(*tag_name)(wbxml_tag_t tag);
	const char *(*page_name)(unsigned int page);
};

/* Append. Values longer than max_value bytes are shortened, with their length
   said; 0 = show all. redact(tag) = TRUE shows only a value's length. May be NULL. */
void wbxml_dump(string_t *dest, const struct wbxml_node *node,
		const struct wbxml_dump_names *names, size_t max_value,
		bool (*redact)(wbxml_tag_t tag));

#endif
