/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_CHANGES_H
#define EAS_CHANGES_H

/* What differs between a folder and what a device has of it, as set arithmetic:

     gone    = known - mailbox
     new     = mailbox from uid_next on, inside the filter
     changed = known with a newer modseq whose digest is another than the one shown
     outside = known, older than the filter

   The cost follows the changes: nothing is read but the header when nothing happened. Looks at the folder
   through a source, so that the arithmetic can be tested without one. */

#include "guid.h"
#include "seq-range-array.h"
#include "eas-class.h"
#include "eas-sync-state.h"

/* the digest of an item that is not to be shown (marked as deleted) */
#define EAS_DIGEST_HIDDEN 0xfffffffeU

/* the folder as it is now */
struct eas_changes_header {
	uint32_t uid_validity, uid_next, messages;
	uint64_t highest_modseq;
};

struct eas_changes_source {
	struct eas_changes_header header;
	/* Items that went until then are forgotten: a generation that looked before cannot be compared. */
	uint64_t oldest_modseq;
	/* How many items have a UID from uid1 to uid2? */
	unsigned int (*count)(struct eas_changes_source *source,
			      uint32_t uid1, uint32_t uid2);
	/* Add the UIDs there are from uid1 to uid2 to uids. */
	void (*list)(struct eas_changes_source *source, uint32_t uid1, uint32_t uid2,
		     ARRAY_TYPE(seq_range) *uids);
	/* Add those of uids that changed after modseq to changed. */
	void (*changed)(struct eas_changes_source *source,
			const ARRAY_TYPE(seq_range) *uids, uint64_t modseq,
			ARRAY_TYPE(seq_range) *changed);
	/* NULL: an item that went never comes back, and its date stays. Else: add those there are
	   that came, came back or changed after modseq; a change may carry them over the
	   window's begin. */
	void (*came)(struct eas_changes_source *source, uint64_t modseq,
		     ARRAY_TYPE(seq_range) *uids);
	/* Returns 1, 0 = there is no such item, -1 = it cannot be said now. */
	int (*digest)(struct eas_changes_source *source, uint32_t uid,
		      uint32_t *digest_r);
	int (*received)(struct eas_changes_source *source, uint32_t uid,
			time_t *received_utc_r);
	/* Asked only with EAS_CHANGES_CONVERSATIONS. Returns 1, 0 = there is no such item. */
	int (*conversation)(struct eas_changes_source *source, uint32_t uid,
			    guid_128_t id_r);
};

/* Added to a FilterType: items of a conversation that has an item inside the filter are inside
   as well. MS-ASCMD "ConversationMode (Sync)" (2.2.3.36.2) */
#define EAS_CHANGES_CONVERSATIONS 0x100
/* Of the items older than the filter only so many, the newest, are looked at for that. */
#define EAS_CHANGES_MAX_CONVERSATION_LOOKS 10000

struct eas_changes_filter {
	/* with EAS_CHANGES_CONVERSATIONS */
	unsigned int filter_type;
	/* UTC; 0 = everything */
	time_t window_start;
};

struct eas_changed_item {
	uint32_t uid, digest;
};

struct eas_changes {
	ARRAY_TYPE(seq_range) gone, outside, new;
	/* changed.digest may be EAS_DIGEST_HIDDEN: to the device it is gone */
	ARRAY(struct eas_changed_item) changed;
	/* There is nothing, and nothing need be remembered either. */
	bool unchanged;
};

/* Does the class have this FilterType? Contacts and notes have none: it is ignored.
   MS-ASCMD "FilterType (Sync)" (2.2.3.68.2) */
bool eas_changes_filter_is_valid(enum eas_class class, unsigned int filter_type);
/* The filter now; it must be valid. Its window begins at midnight UTC, so that items fall out once a
   day and a look in between costs nothing. That of incomplete tasks (8) begins at 1: a source
   dates those that are done at 0. */
void eas_changes_filter_init(struct eas_changes_filter *filter_r, enum eas_class class,
			     unsigned int filter_type, time_t now);

/* Compare. The source's UIDVALIDITY must be the generation's, or the generation
   has not looked yet. Everything in *changes_r lives in pool. Returns 0, -1 = the folder cannot be
   read now. */
int eas_changes_find(struct eas_changes_source *source,
		     const struct eas_sync_generation *generation,
		     const struct eas_changes_filter *filter, pool_t pool,
		     struct eas_changes *changes_r);
/* gone + outside + changed + new */
unsigned int eas_changes_count(const struct eas_changes *changes);

/* Remember in next (a copy of the compared generation) how the folder was looked at and
   what was found. What the answer has room for is then taken out of left_* by
   eas_sync_generation_set(), _remove() and _skip(). */
void eas_changes_remember(struct eas_changes_source *source,
			  const struct eas_changes_filter *filter,
			  const struct eas_changes *changes,
			  struct eas_sync_generation *next);

#endif
