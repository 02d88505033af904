/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_ITEM_OPERATIONS_FETCH_H
#define CMD_ITEM_OPERATIONS_FETCH_H

/* One Fetch: what cmd-item-operations-fetch.c (mail) and -fetch-pim.c (calendar, contacts, tasks,
   notes) share. */

#include "eas-class.h"
#include "cmd-item-operations.h"

struct eas_body_options;
struct eas_folder;

struct item_fetch {
	struct item_operations *op;
	const struct wbxml_node *options;
	/* as the device gave them; NULL if not */
	const char *collection_id, *server_id, *long_id, *file_reference;
	/* of the item */
	enum eas_class class;
};

/* Begin the answer: its status, and what names the thing that was asked for, as the device named it. */
void item_fetch_start(struct item_fetch *fetch, unsigned int status);
void item_fetch_end(struct item_fetch *fetch);
/* The whole answer. */
void item_fetch_fail(struct item_fetch *fetch, unsigned int status);

/* The folder that the id of an item or an attachment begins with, if it holds other items than mail; else
   NULL. */
const struct eas_folder *
item_fetch_find_pim_folder(struct item_fetch *fetch, const char *id);
/* The bytes of the attachment with fetch's FileReference, appended to data. Returns the status. */
unsigned int
item_fetch_pim_attachment(struct item_fetch *fetch, const struct eas_folder *folder,
			  buffer_t *data, const char **content_type_r);
void item_fetch_pim(struct item_fetch *fetch, const struct eas_folder *folder,
		    const struct eas_body_options *options);

#endif
