/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SYNC_STATE_H
#define EAS_SYNC_STATE_H

/* What one device has of one folder, in two generations, and its bytes: the subject
   "folder-<id>" of the device's state store. docs/state-format.md has the bytes.

   confirmed = what the device has for certain: it used that key in a request.
   pending = what it has if the last answer arrived. An answer is always computed from the confirmed
   generation, so a request with the older key is answered again and nothing is lost. */

#include "seq-range-array.h"
#include "eas-state-store.h"
#include "eas-sync-key.h"
#include "eas-sync-loop.h"

/* changes when the bytes change */
#define EAS_SYNC_STATE_FORMAT 3
/* 1: before there were drafts, 2: before there was Supported; both are read too */
#define EAS_SYNC_STATE_FORMAT_OLDEST 1

/* distinct digests a folder may have; further ones share EAS_SYNC_DIGEST_UNKNOWN */
#define EAS_SYNC_MAX_GROUPS 256
#define EAS_SYNC_DIGEST_UNKNOWN 0xffffffffU
/* ClientIds remembered from one request */
#define EAS_SYNC_MAX_ADDS 512
/* Drafts remembered. Beyond that a changed draft is another item to the device. */
#define EAS_SYNC_MAX_DRAFTS 1000
/* a SyncKey 0 that comes so soon after another joins it (quirk 5) */
#define EAS_SYNC_JOIN_SECS 60

/* The items that were shown with the same changeable properties (read, flagged, ...),
   summed up in a number by whoever shows them. A normal folder has a
   handful of groups, each a few ranges of UIDs. */
struct eas_sync_group {
	uint32_t digest;
	ARRAY_TYPE(seq_range) uids;
};

/* an Add of the client's: asked again it gets the same answer */
struct eas_sync_add {
	const char *client_id, *server_id;
};

/* A draft the device made or changed. Each change is a new mail in the mailbox, with another UID, but
   the same item to the device: its ServerId has the UID of the first. docs/decisions/070 */
struct eas_sync_draft {
	/* in its ServerId, and of the mail that is it now */
	uint32_t id_uid, uid;
	/* a digest of the command that made it so: the command repeated does nothing */
	uint64_t command;
};

/* why an item inside the filter was not given to the device; tried again when it changes */
enum eas_sync_skip_reason {
	/* it cannot be converted */
	EAS_SYNC_SKIP_UNREADABLE,
	/* the device asked for it again and again (eas-sync-loop.h) */
	EAS_SYNC_SKIP_STUCK,
	/* marked as deleted, not expunged yet */
	EAS_SYNC_SKIP_HIDDEN,

	EAS_SYNC_SKIP_REASONS
};

struct eas_sync_generation {
	/* of its key */
	uint32_t counter;
	/* the mailbox as it was looked at; uid_validity 0 = not yet */
	uint32_t uid_validity, uid_next, messages;
	uint64_t highest_modseq;
	/* The filter it was looked at with: FilterType and the oldest date inside
	   (UTC, 0 = no filter). */
	unsigned int filter_type;
	time_t window_start;

	/* what the device has */
	ARRAY(struct eas_sync_group) groups;
	/* What was found and did not fit into the answer: new ones; changed ones; ones that
	   are gone or fell out of the filter (the last two in groups too). */
	ARRAY_TYPE(seq_range) left_new, left_changed, left_outside;
	ARRAY_TYPE(seq_range) skipped[EAS_SYNC_SKIP_REASONS];
	/* of the request this was the answer to */
	ARRAY(struct eas_sync_add) adds;
};

struct eas_sync_state {
	pool_t pool;
	/* of all its keys */
	uint32_t instance;
	/* when key 0 was answered */
	time_t created;
	/* The last Options as WBXML, opaque to this file; size 0 = none sent. */
	const unsigned char *options;
	size_t options_size;
	/* The Supported of the first Sync as WBXML, likewise. */
	const unsigned char *supported;
	size_t supported_size;

	struct eas_sync_loop loop;
	/* Of both generations: they are facts of the mailbox. The oldest first. */
	ARRAY(struct eas_sync_draft) drafts;
	/* NULL = none. There is always one of them. */
	struct eas_sync_generation *confirmed, *pending;
};

enum eas_sync_key_match {
	/* the key of the last answer: it arrived */
	EAS_SYNC_KEY_NEXT,
	/* the confirmed key again: the last answer was lost, or there was none */
	EAS_SYNC_KEY_AGAIN,
	EAS_SYNC_KEY_UNKNOWN
};

/* A new state as the answer to key 0: pending with counter 1, nothing in it. old (NULL = none)
   is the state it replaces: from one that was not confirmed yet the loop counters
   are taken over. */
struct eas_sync_state *
eas_sync_state_new(pool_t pool, const struct eas_sync_state *old, time_t now);
/* May a SyncKey 0 be answered with this state's first key again? Yes while the device has
   confirmed no item, soon after the first: two initial Syncs of one folder do not fight. */
bool eas_sync_state_can_join(const struct eas_sync_state *state, time_t now);
struct eas_sync_key eas_sync_state_first_key(const struct eas_sync_state *state);

/* Which generation a key means. Changes nothing. */
enum eas_sync_key_match
eas_sync_state_match(const struct eas_sync_state *state, const struct eas_sync_key *key);
/* The generation with that key, NULL if there is none. */
const struct eas_sync_generation *
eas_sync_state_find(const struct eas_sync_state *state, const struct eas_sync_key *key);
/* The generation told last: pending if there is one. */
const struct eas_sync_generation *
eas_sync_state_latest(const struct eas_sync_state *state);
/* A request with this key, which must match: make its generation the confirmed one and count
   repeats. Returns TRUE if the state changed, so that it must be written even when there
   is nothing to answer. The pending generation stays for its adds until it is replaced. */
bool eas_sync_state_confirm(struct eas_sync_state *state, enum eas_sync_key_match match);
/* A copy of the confirmed generation with the next counter and no adds, to be changed and
   then set as pending. */
struct eas_sync_generation *eas_sync_state_next(struct eas_sync_state *state);
struct eas_sync_key
eas_sync_state_key(const struct eas_sync_state *state,
		   const struct eas_sync_generation *generation);

/* The digest the device was shown; EAS_SYNC_DIGEST_UNKNOWN if that depends on whether the last
   answer arrived, missing if it has not got the item. state may be NULL. */
uint32_t eas_sync_state_shown_digest(const struct eas_sync_state *state, uint32_t uid,
				     uint32_t missing);
/* The device knows by another way that an item came or went (its own MoveItems): both
   generations are told. */
void eas_sync_state_item_came(struct eas_sync_state *state, uint32_t uid, uint32_t digest);
void eas_sync_state_item_went(struct eas_sync_state *state, uint32_t uid);
/* It went from the device only: the mailbox could not let it go. The next Sync brings it again. */
void eas_sync_state_item_stayed(struct eas_sync_state *state, uint32_t uid);

/* UID of the mail that the item with this UID in its ServerId is now, and back. One that is
   no changed draft is itself. */
uint32_t eas_sync_draft_get_uid(const struct eas_sync_state *state, uint32_t id_uid);
uint32_t eas_sync_draft_get_id_uid(const struct eas_sync_state *state, uint32_t uid);
/* The draft that this command made; NULL if there is none. */
const struct eas_sync_draft *
eas_sync_draft_find(const struct eas_sync_state *state, uint64_t command);
/* The command made or changed a draft: mail uid is the item id_uid now. If there is no room for a
   changed one, it returns FALSE and changes nothing. */
bool eas_sync_draft_set(struct eas_sync_state *state, uint32_t id_uid, uint32_t uid,
			uint64_t command);
/* The mail is another now, the item is the same: the generation is told. */
void eas_sync_generation_replace(pool_t pool, struct eas_sync_generation *generation,
				 uint32_t old_uid, uint32_t new_uid);

/* ServerId of a ClientId added before, in the request asked again or in the one
   before it; NULL if there is none. */
const char *eas_sync_state_find_add(const struct eas_sync_state *state,
				    const char *client_id);

/* The device has the item, shown with this digest. It is not left or skipped any more. */
void eas_sync_generation_set(pool_t pool, struct eas_sync_generation *generation,
			     uint32_t uid, uint32_t digest);
/* It has it no more, and nothing is left to be told of it. */
void eas_sync_generation_remove(struct eas_sync_generation *generation, uint32_t uid);
/* Does it have the item? digest_r may be NULL. */
bool eas_sync_generation_has(const struct eas_sync_generation *generation,
			     uint32_t uid, uint32_t *digest_r);
/* Add all UIDs it has to uids. */
void eas_sync_generation_known(const struct eas_sync_generation *generation,
			       ARRAY_TYPE(seq_range) *uids);
/* It has it not, because of the item. */
void eas_sync_generation_skip(struct eas_sync_generation *generation, uint32_t uid,
			      enum eas_sync_skip_reason reason);

/* State <-> bytes (of this format, or one read still). Returns 0, -1 with a sentence: these are not bytes
   of ours. */
int eas_sync_state_decode(pool_t pool, unsigned int format, const unsigned char *data, size_t size,
			  struct eas_sync_state **state_r, const char **error_r);
void eas_sync_state_encode(buffer_t *dest, const struct eas_sync_state *state);

/* State <-> store. *state_r lives in pool; NULL unless EAS_STATE_OK. */
enum eas_state_result
eas_sync_state_read(struct eas_state_store *store, const char *folder_id, pool_t pool,
		    struct event *event, struct eas_sync_state **state_r);
int eas_sync_state_write(struct eas_state_store *store, const char *folder_id,
			 const struct eas_sync_state *state);
int eas_sync_state_delete(struct eas_state_store *store, const char *folder_id);

#endif
