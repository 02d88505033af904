/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_DEVICE_ROOM_H
#define EAS_DEVICE_ROOM_H

/* How many devices of a user are remembered: DeviceIds are made up by clients, and each costs disk. docs/decisions/210 */

#include "eas-state-store.h"

/* A device that was seen since is never forgotten to make room for another. */
#define EAS_DEVICE_UNUSED_SECS (30*24*60*60)

/* Is there room below root for the device, which has no record? Where there are max or more already, those unused
   longest are forgotten for it (logged), each under its lock. There is room for one that has a directory, and if max
   is 0. Returns 1; 0 = all are in use; -1 = cannot be told now (logged). */
int eas_device_make_room(const char *root, const char *device_id, unsigned int max,
			 struct event *event);

/* When the device was seen last, or, if its record is not understood, when that was written; 0 = it has none. Returns 0, -1 = cannot be read now (logged). */
int eas_device_get_last_seen(struct eas_state_store *store, struct event *event,
			     time_t *last_seen_r);
/* Forget the device of a locked store if it was not seen for unused_secs. Returns 1 and ends the store; 0 = it was
   seen since; -1 (logged). */
int eas_device_expire(struct eas_state_store **store, struct event *event,
		      time_t unused_secs);

#endif
