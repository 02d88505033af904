/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_ITEM_H
#define EAS_PIM_ITEM_H

/* What eas-item-pim.h has to know to turn one object into an item, or to change it as a device
   wants. */

#include "eas-item-pim.h"

struct eas_cmd_context;
struct eas_pim_folder;

/* item_id and supported must live as long as the context; supported may be NULL. */
void eas_pim_item_init(struct eas_pim_context *ctx_r, struct eas_cmd_context *cmd,
		       const struct eas_pim_folder *pim,
		       const struct eas_body_options *body,
		       const ARRAY_TYPE(wbxml_tag) *supported,
		       const char *item_id, struct pim_object *object);

/* The UID a new object gets. A calendar entry has that of the device, as UID (until 14.1) or ClientUid. Otherwise
   it is made of unique, which is the same when the Add is repeated. Data stack. */
const char *eas_pim_item_new_uid(struct eas_cmd_context *cmd, const struct wbxml_node *data,
				 const char *unique);

#endif
