/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_COLLECTION_H
#define EAS_COLLECTION_H

/* One folder as a sync target of one device: its sync state and its mailbox side by side. Sync,
   GetItemEstimate, MoveItems and Ping look at folders through this file. */

#include "directpush-ipc-worker.h"
#include "eas-sync-state.h"

struct eas_user;
struct eas_device;
struct eas_folder;
struct eas_changes;
struct eas_changes_source;
struct eas_pim_folder;

struct eas_collection {
	struct eas_user *user;
	struct eas_device *device;
	const struct eas_folder *folder;
	struct event *event;

	/* NULL until eas_collection_read_state(), or if there is none */
	struct eas_sync_state *state;
	/* Open and synced between _open() and _close(). NULL for a folder that only EAS
	   has: it is always empty. */
	struct mailbox *box;
	/* a folder of another class than mail has this instead of box */
	struct eas_pim_folder *pim;
	/* the mailbox as it is now; never NULL between _open() and _close() */
	struct eas_changes_source *source;
};

/* The folder as a sync target; lives in pool. Nothing is read yet. */
struct eas_collection *
eas_collection_init(pool_t pool, struct eas_user *user, struct eas_device *device,
		    const struct eas_folder *folder);
/* Closes the mailbox. */
void eas_collection_deinit(struct eas_collection **collection);

/* Read the folder's state into collection->state (in pool). */
enum eas_state_result
eas_collection_read_state(struct eas_collection *collection, pool_t pool);
int eas_collection_write_state(struct eas_collection *collection);

/* Open and sync the mailbox. Returns 1, 0 = there is none any more, -1 = it cannot be opened
   now (logged). */
int eas_collection_open(struct eas_collection *collection);
/* Look again after something was committed. Returns 0, -1 (logged). */
int eas_collection_sync(struct eas_collection *collection);
void eas_collection_close(struct eas_collection *collection);

/* TRUE if the generation can be compared with the open mailbox: it was made with this
   UIDVALIDITY, or has not looked yet. */
bool eas_collection_is_same_mailbox(const struct eas_collection *collection,
				    const struct eas_sync_generation *generation);

/* ServerId <-> UID of the mail that is the item now: a changed draft is another mail, and the same
   item. The state must be read. 0 if it is no id of this folder's. In other classes it is the object's
   number (eas-pim-index.h), and the collection must be open. */
const char *eas_collection_item_id(const struct eas_collection *collection, uint32_t uid);
uint32_t eas_collection_item_uid(const struct eas_collection *collection, const char *id);
/* For commands that have no collection: "folder:uid" of that mail, on the data stack. Other ids come back
   as they are. */
const char *eas_collection_find_item(struct eas_user *user, struct eas_device *device,
				     const char *id);

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
   told last, whether it confirmed that or not; with sync_lost, with what it has
   confirmed (docs/decisions/010). Only kinds count (NEW, FLAGS, EXPUNGE).
   Changes outside the device's filter window, changes of flags the protocol does not show and
   changes the device made itself are nothing. Reads only the mailbox header when
   nothing happened. A folder without a mailbox (Outbox) never has changes. Writes no state.
   The caller holds the device's lock. */
enum eas_collection_look
eas_collection_has_changes(struct eas_user *user, struct eas_device *device,
			   const struct eas_folder *folder,
			   enum directpush_change kinds, bool sync_lost);

#endif
