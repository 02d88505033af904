/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_GAL_H
#define EAS_GAL_H

/* What phones take for the organization's address book: the people this server knows
   (eas-recipient.h). MS-ASCMD "Search" (2.2.1.16), "Find" (2.2.1.2) */

#include "eas-version.h"

struct event;
struct eas_user;
struct wbxml_node;
struct wbxml_writer;

/* MS-ASCMD "Range (Search)" (2.2.3.143.3) */
#define EAS_GAL_MAX_ENTRIES 100

/* Addresses that begin with the text, sorted, in pool. */
void eas_gal_find(struct eas_user *user, struct event *event, const char *text, pool_t pool,
		  ARRAY_TYPE(const_string) *addresses);
/* One entry's properties. picture: of the request, NULL if none is wanted; there is never one. */
void eas_gal_write(struct wbxml_writer *writer, const char *address,
		   enum eas_version version, const struct wbxml_node *picture);

#endif
