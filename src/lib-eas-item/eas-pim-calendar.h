/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_CALENDAR_H
#define EAS_PIM_CALENDAR_H

/* What the worker asks of calendar items besides eas-item-pim.h. */

#include "eas-item-pim.h"

/* The ClientUid of an Add as it is kept and compared, whichever way a device writes it: letters and digits in lower case (quirk 83).
   Data stack. It stands in the property X-EAS-CLIENTUID. */
#define EAS_PIM_CALENDAR_CLIENT_UID "X-EAS-CLIENTUID"
const char *eas_pim_calendar_client_uid(const char *value);

/* The attachment with this id: what follows "folder:hash:" in its FileReference. Its bytes are appended to dest, type and name are of the
   object or the data stack; name may be NULL. FALSE = there is none. */
bool eas_pim_calendar_get_attachment(const struct pim_object *object, const char *id,
				     buffer_t *dest, const char **content_type_r,
				     const char **name_r);
/* What the server alone knows of an item that a device of 16.x has added: its UID, and the FileReference of each
   attachment that was added with it, its last ones. client_ids: theirs, NULL-terminated; NULL = there are none. Into an
   open ApplicationData. MS-ASCAL "UID" (2.2.2.46), MS-ASAIRS "ClientId" (2.2.2.14) */
void eas_pim_calendar_write_added(struct eas_pim_context *ctx, struct wbxml_writer *writer,
				  const char *const *client_ids);
/* The ClientIds of the attachments that data adds, as above; NULL = it adds none. Of pool. */
const char *const *
eas_pim_calendar_added_ids(pool_t pool, const struct wbxml_node *data);

#endif
