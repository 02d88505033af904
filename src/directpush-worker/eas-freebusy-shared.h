/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FREEBUSY_SHARED_H
#define EAS_FREEBUSY_SHARED_H

/* The calendars of other users that this one may read, whether phones are shown them or not. */

#include "eas-folder.h"

struct eas_shared_calendar {
	/* the owner's user name, with this host's domain if it has none */
	const char *owner_address;
	struct eas_folder folder;
};
ARRAY_DEFINE_TYPE(eas_shared_calendar, struct eas_shared_calendar);

/* Append them, at most EAS_FREEBUSY_MAX_SHARED out of EAS_FREEBUSY_MAX_OPENED mailboxes, allocated in pool. What cannot be read now is left out (logged). */
void eas_shared_calendars_find(struct eas_user *user, pool_t pool,
			       ARRAY_TYPE(eas_shared_calendar) *calendars);

#endif
