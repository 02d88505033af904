/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-status.h"
#include "eas-recipient.h"
#include "eas-gal.h"

void eas_gal_find(struct eas_user *user, struct event *event, const char *text, pool_t pool,
		  ARRAY_TYPE(const_string) *addresses)
{
	p_array_init(addresses, pool, 8);
	eas_recipients_find(user, event, text, pool, addresses);
}

/* Names are not known: the address has to do for them. Some show nobody without FirstName (quirk
   59). */
void eas_gal_write(struct wbxml_writer *writer, const char *address,
		   enum eas_version version, const struct wbxml_node *picture)
{
	const char *alias = t_strcut(address, '@');

	wbxml_writer_element(writer, EAS_TAG_GAL_DISPLAY_NAME, address);
	wbxml_writer_element(writer, EAS_TAG_GAL_ALIAS, alias);
	wbxml_writer_element(writer, EAS_TAG_GAL_FIRST_NAME, alias);
	wbxml_writer_element(writer, EAS_TAG_GAL_EMAIL_ADDRESS, address);
	if (picture == NULL || version < EAS_VERSION_14_1)
		return;
	wbxml_writer_start(writer, EAS_TAG_GAL_PICTURE);
	wbxml_writer_element_uint(writer, EAS_TAG_GAL_STATUS, EAS_STATUS_GLOBAL_NO_PICTURE);
	wbxml_writer_end(writer, EAS_TAG_GAL_PICTURE);
}
