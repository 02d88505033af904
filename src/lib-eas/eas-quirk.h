/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_QUIRK_H
#define EAS_QUIRK_H

/* What single clients need otherwise: rows of eas-quirks.def, matched on DeviceType and
   User-Agent. No name of a device stands anywhere else. */

#include "eas-request.h"

enum eas_quirk {
	/* It cannot acknowledge a policy and is let in without one even where one is
	   required. */
	EAS_QUIRK_NO_POLICY		= BIT(0),
	/* It sends an empty Picture with any change of a contact and means nothing by it. */
	EAS_QUIRK_EMPTY_PICTURE		= BIT(1),
	/* It reads GlobalObjId as hexadecimal digits only. */
	EAS_QUIRK_HEX_GLOBAL_ID		= BIT(2),
	/* It takes no folder of contacts but the default one. */
	EAS_QUIRK_ONE_ADDRESS_BOOK	= BIT(3)
};

/* All that match, or 0. */
enum eas_quirk
eas_quirk_match(const char *device_type, const char *user_agent);
bool eas_quirk_has(const struct eas_request *request, enum eas_quirk quirk);

#endif
