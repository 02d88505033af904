/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_QUIRK_H
#define EAS_QUIRK_H

/* What single clients need otherwise: rows of eas-quirks.def, matched on DeviceType and
   User-Agent. No name of a device stands anywhere else. */

#include "eas-request.h"

enum eas_quirk {
	/* An item it moved by MoveItems is not reported as added to the destination. */
	EAS_QUIRK_NO_MOVE_ECHO		= BIT(0),
	/* Mail is sent as MIME (type 4) whenever type 4 is among the body preferences. */
	EAS_QUIRK_PREFER_MIME		= BIT(1),
	/* Signed mail is sent as MIME whenever type 4 is among the body preferences. */
	EAS_QUIRK_SIGNED_AS_MIME	= BIT(2)
};

/* All that match, or 0. */
enum eas_quirk
eas_quirk_match(const char *device_type, const char *user_agent);
bool eas_quirk_has(const struct eas_request *request, enum eas_quirk quirk);

#endif
