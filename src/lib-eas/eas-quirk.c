/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "wildcard-match.h"
#include "eas-quirk.h"

static const struct {
	enum eas_quirk quirk;
	const char *device_type, *user_agent;
} eas_quirks[] = {
#define EAS_QUIRK(flag, device_type, user_agent, effect, reference) \
	{ EAS_QUIRK_##flag, device_type, user_agent },
#include "eas-quirks.def"
};

enum eas_quirk
eas_quirk_match(const char *device_type, const char *user_agent)
{
	enum eas_quirk quirks = 0;

	for (unsigned int i = 0; i < N_ELEMENTS(eas_quirks); i++) {
		if (wildcard_match_icase(device_type, eas_quirks[i].device_type) &&
		    wildcard_match_icase(user_agent, eas_quirks[i].user_agent))
			quirks |= eas_quirks[i].quirk;
	}
	return quirks;
}

bool eas_quirk_has(const struct eas_request *request, enum eas_quirk quirk)
{
	return (eas_quirk_match(request->device_type, request->user_agent) &
		quirk) != 0;
}
