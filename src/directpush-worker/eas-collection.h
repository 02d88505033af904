/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_COLLECTION_H
#define EAS_COLLECTION_H

/* One folder as a sync target of one device: its sync state and its mailbox side by side. Sync,
   GetItemEstimate, MoveItems and Ping look at folders through this file. */

#include "directpush-ipc-worker.h"

struct eas_user;
struct eas_device;
struct eas_folder;

enum eas_collection_look {
	/* there is something the device was not told yet */
	EAS_COLLECTION_CHANGED		= 1,
	EAS_COLLECTION_UNCHANGED	= 0,
	/* it cannot be said now (logged); a Ping treats this as "nothing" */
	EAS_COLLECTION_TEMPFAIL		= -1,
	/* the device never synced this folder: a Ping ignores it (quirk 6) */
	EAS_COLLECTION_NEVER_SYNCED	= -2
};

/* Would a Sync of this folder bring the device something? Compares with what it was
   told last, whether it confirmed that or not; only kinds count (NEW, FLAGS, EXPUNGE).
   Changes outside the device's filter window, changes of flags the protocol does not show and
   changes the device made itself are nothing. Reads only the mailbox header when
   nothing happened. A folder without a mailbox (Outbox) never has changes. Writes no state.
   The caller holds the device's lock. */
enum eas_collection_look
eas_collection_has_changes(struct eas_user *user, struct eas_device *device,
			   const struct eas_folder *folder,
			   enum directpush_change kinds);

#endif
