/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SYNC_OPTIONS_H
#define EAS_SYNC_OPTIONS_H

/* The Options of a collection: sticky, kept in its sync state as the bytes the client sent, and
   taken apart here whenever they are needed.

   MS-ASCMD "Options (Sync)" (2.2.3.125.6) */

#include "eas-body.h"
#include "eas-class.h"
#include "eas-item-pim.h"

struct wbxml_node;
struct eas_sync_state;

struct eas_sync_options {
	/* 0 = all */
	unsigned int filter_type;
	/* Conflict 0; by default the server's object stays */
	bool client_wins;
	struct eas_body_options body;
};

/* The Options element for the folder among those of a Collection; NULL if there is none. One for
   class SMS is passed over: we have no SMS to sync. Returns 0, -1 with a sentence if they
   are not legal together (Status 4). */
int eas_sync_options_find(const struct wbxml_node *collection,
			  const struct wbxml_node **options_r, const char **error_r);

/* node may be NULL: the defaults. Returns 0, -1 with a sentence: not legal (Status 4, but see
   eas_body_options.part_type_refused). */
int eas_sync_options_parse(const struct wbxml_node *node, enum eas_version version,
			   enum eas_class class, struct eas_sync_options *options_r,
			   const char **error_r);

/* Keep the element in the state. Returns FALSE if it is the same as before. */
bool eas_sync_options_keep(struct eas_sync_state *state, const struct wbxml_node *node);
/* Keep a Supported element for as long as there is the state; NULL = none was sent. */
void eas_sync_supported_keep(struct eas_sync_state *state, const struct wbxml_node *node);
/* The tags in it, in pool; NULL = none was sent. MS-ASCMD "Supported" (2.2.3.179) */
const ARRAY_TYPE(wbxml_tag) *
eas_sync_supported_kept(const struct eas_sync_state *state, pool_t pool);
/* The element kept, in pool. NULL if there is none or it cannot be read any more. */
const struct wbxml_node *
eas_sync_options_kept(const struct eas_sync_state *state, pool_t pool);

#endif
