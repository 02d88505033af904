/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_DEVICE_H
#define EAS_DEVICE_H

/* The device record: everything about one phone of one user that belongs to no single
   folder. Kept as the subject "device" of its state store. */

#include "eas-version.h"
#include "eas-folder-type.h"
#include "eas-state-store.h"

#define EAS_DEVICE_SUBJECT "device"
/* changes when old readers would misunderstand the bytes; unknown lines are skipped */
#define EAS_DEVICE_FORMAT 1

/* what was sent, so that a repeated request sends nothing again */
struct eas_device_sent {
	const char *client_id;
	time_t created;
	/* its copy in the Sent folder is still to be made */
	bool copy_due;
};
ARRAY_DEFINE_TYPE(eas_device_sent, struct eas_device_sent);
#define EAS_DEVICE_MAX_SENT 64
#define EAS_DEVICE_SENT_SECS (7*24*60*60)

/* what was moved: a repeated MoveItems gets the same answer, and neither folder
   echoes it */
struct eas_device_move {
	const char *src_id, *dst_id;
	time_t created;
};
ARRAY_DEFINE_TYPE(eas_device_move, struct eas_device_move);
#define EAS_DEVICE_MAX_MOVES 2048
#define EAS_DEVICE_MOVE_SECS (24*60*60)

/* one folder of the hierarchy as this device was told */
struct eas_device_folder {
	const char *id, *parent_id, *display_name;
	enum eas_folder_type type;
};
ARRAY_DEFINE_TYPE(eas_device_folder, struct eas_device_folder);

/* The hierarchy's two generations: confirmed = what the device has shown to know by
   using key; pending = what was answered last, under key + 1. */
struct eas_device_hierarchy {
	uint32_t key;
	ARRAY_TYPE(eas_device_folder) confirmed, pending;
	bool have_pending;
};

struct eas_device_info {
	const char *model, *imei, *friendly_name, *os, *os_language;
	const char *phone_number, *mobile_operator, *user_agent;
};

/* Deletions for good, counted by the hour: a phone that went mad must not empty a mailbox. */
struct eas_device_deletes {
	time_t since;
	unsigned int count;
	/* 0 = not held: it wanted too many, and may delete nothing more until somebody
	   lets it */
	time_t held;
	/* when somebody let it: no limit in the hour after that */
	time_t released;
};
#define EAS_DEVICE_DELETES_SECS (60*60)

struct eas_device {
	pool_t pool;
	struct eas_state_store *store;
	struct event *event;

	const char *type, *user_agent;
	enum eas_version version;
	time_t created, last_seen;
	struct eas_device_info info;

	/* 0 = none. The temporary key was given in phase 1 and becomes policy_key when the
	   device acknowledges it. */
	uint32_t policy_key, policy_temp_key;

	struct eas_device_hierarchy hierarchy;

	/* Last Ping's parameters: an empty or partial one reuses them. 0 = never sent. */
	unsigned int ping_heartbeat_secs;
	ARRAY_TYPE(const_string) ping_folder_ids;

	/* The collections of the last complete Sync and its Wait/HeartbeatInterval in seconds,
	   for empty and Partial requests: opaque to this file, written by the Sync command. */
	const unsigned char *sync_request;
	size_t sync_request_size;

	/* oldest first */
	ARRAY_TYPE(eas_device_sent) sent;
	ARRAY_TYPE(eas_device_move) moves;

	struct eas_device_deletes deletes;

	bool dirty;
	/* there was a record to read */
	bool stored;
};

/* Read the record, or start a new one. Caller holds the store's lock for as long as it may
   write. Returns 0, -1 when it cannot be read now. A damaged record starts anew (logged). */
int eas_device_read(struct eas_state_store *store, struct event *event,
		    struct eas_device **device_r);
/* A new device's record; store may be NULL for one that is never written. */
struct eas_device *
eas_device_new(struct eas_state_store *store, struct event *event);
/* Write it if dirty. Returns 0, -1. */
int eas_device_write(struct eas_device *device);
void eas_device_free(struct eas_device **device);

/* The hierarchy is told under a new key (the first is drawn at random, so that a key of
   before the record was lost is not taken for a current one): folders become the pending
   generation, copied. Returns the new key. */
uint32_t eas_device_hierarchy_tell(struct eas_device *device,
				   const ARRAY_TYPE(eas_device_folder) *folders);
/* The device has used key: find the generation it means and make that the confirmed
   one. key 0 = it starts anew. Returns FALSE if the key is neither of the two. */
bool eas_device_hierarchy_confirm(struct eas_device *device, uint32_t key);
/* What was told last: pending if there is one. */
const ARRAY_TYPE(eas_device_folder) *
eas_device_hierarchy_latest(const struct eas_device *device);
const struct eas_device_folder *
eas_device_folder_find(const ARRAY_TYPE(eas_device_folder) *folders, const char *id);

/* NULL if not sent (lately). */
const struct eas_device_sent *
eas_device_find_sent(struct eas_device *device, const char *client_id);
void eas_device_add_sent(struct eas_device *device, const char *client_id, bool copy_due);
/* The copy is made. */
void eas_device_sent_copied(struct eas_device *device, const char *client_id);
/* It was not sent after all. */
void eas_device_remove_sent(struct eas_device *device, const char *client_id);
/* by source id; NULL if not moved (lately) */
const struct eas_device_move *
eas_device_find_move(struct eas_device *device, const char *src_id);
void eas_device_add_move(struct eas_device *device, const char *src_id, const char *dst_id);

/* The device wants so many items deleted for good. Returns TRUE if it may; FALSE if it is held, *now_r
   TRUE if by this. limit 0 = none. */
bool eas_device_may_delete(struct eas_device *device, unsigned int count, unsigned int limit,
			   bool *now_r);
/* It meant it. Returns FALSE if it is not held. */
bool eas_device_release(struct eas_device *device);

/* Record <-> bytes: lines of TAB-separated, tab-escaped fields, docs/state-format.md.
   Decoding fills an empty record. Returns 0, -1 with a sentence: not bytes of ours. */
int eas_device_decode(struct eas_device *device, const unsigned char *data, size_t size,
		      const char **error_r);
void eas_device_encode(buffer_t *dest, const struct eas_device *device);

#endif
