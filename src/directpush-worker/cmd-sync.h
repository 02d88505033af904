/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_SYNC_H
#define CMD_SYNC_H

/* The parts of the Sync command, in the order they run:

     cmd-sync-request.c     what is asked: the request, merged with the one before
     cmd-sync-collection.c  each folder: state, key, options, mailbox; what to tell; saving
     cmd-sync-apply.c       the client's commands, for each class:
     cmd-sync-mail.c        mail: flags and deletions -> mailbox; reading mails
     cmd-sync-pim.c         calendar, contacts, tasks, notes
     cmd-sync-draft.c       those that make, change or send a draft
     cmd-sync-report.c      responses and changes -> answer
     cmd-sync-item.c        one item of them
     cmd-sync-park.c        nothing to tell: wait

   A collection that cannot go on gets a status, and the phases after that pass it over. */

#include "wbxml.h"
#include "eas-changes.h"
#include "eas-status.h"
#include "eas-sync-key.h"
#include "eas-sync-options.h"

struct wbxml_node;
struct wbxml_writer;
struct eas_cmd_context;
struct eas_collection;

#define SYNC_MAX_CLIENT_COMMANDS 200
/* MS-ASCMD "WindowSize" (2.2.3.199): absent = 100; 0 and more than 512 = 512 */
#define SYNC_DEFAULT_WINDOW_SIZE 100
#define SYNC_MAX_WINDOW_SIZE 512
/* The answer is closed after so long, with MoreAvailable: clients give up on longer ones, the
   first after 28 seconds (quirk 29). */
#define SYNC_MAX_FILL_SECS 20
/* Whether MoreAvailable, which stands before the items, is needed is decided after so
   long or so much at the latest. */
#define SYNC_MAX_DECIDE_SECS 4
#define SYNC_MAX_DECIDE_BYTES (4*1024*1024)

/* what is to be said to one command of the client's */
struct sync_response {
	/* EAS_TAG_AIRSYNC_ADD, _CHANGE, _DELETE, _FETCH */
	wbxml_tag_t tag;
	enum eas_status status;
	/* NULL: not said */
	const char *client_id, *server_id;
	/* of a Fetch, or of an Add of a draft, with status OK */
	uint32_t uid;
	/* ClientIds of the attachments added with it, its last ones; NULL-terminated, or NULL */
	const char *const *attachment_ids;
};

struct sync_collection {
	const char *id, *key_str;
	struct eas_sync_key key;
	/* key is "0" */
	bool initial;
	/* sync_collection_prepare() was here */
	bool prepared;
	bool deletes_as_moves, get_changes, get_changes_sent;
	/* not sent: as before */
	bool conversation_mode, conversation_mode_sent;
	unsigned int window_size;
	/* NULL: it is one of the request before, and not named in this one */
	const struct wbxml_node *node;
	/* the client's commands; NULL if there are none to be run */
	const struct wbxml_node *commands;

	enum eas_status status;
	struct eas_collection *collection;
	struct eas_sync_options options;
	struct eas_changes_filter filter;
	/* the state must be written */
	bool dirty;

	/* The generation this answer leads to; NULL: the confirmed one stays. */
	struct eas_sync_generation *next;
	ARRAY(struct sync_response) responses;

	/* What this answer tells: at most a window of it, new ones newest first. */
	ARRAY_TYPE(uint32_t) tell_gone, tell_outside, tell_new;
	ARRAY(struct eas_changed_item) tell_changed;
	/* there is more to tell than that */
	bool more;
	/* it has a place in the answer */
	bool answer;
};

struct sync_context {
	struct eas_cmd_context *cmd;
	pool_t pool;
	struct event *event;
	/* in the order of the request */
	ARRAY(struct sync_collection *) collections;
	/* of all collections together */
	unsigned int window_size;
	/* Wait and HeartbeatInterval; 0 = answer at once */
	unsigned int wait_secs;
	struct timeval started;
};

/* Read the request. Returns 0, or -1 if it is answered already. */
int sync_request_read(struct sync_context *ctx);
/* Remember it for empty and partial requests; a parked one that is looked at again is none. */
void sync_request_keep(struct sync_context *ctx);
/* What is meant by "as before", without keys and commands; NULL and 0 if nothing is. */
const unsigned char *sync_request_kept_data(struct sync_context *ctx, size_t *size_r);

/* Folder, state and key; mailbox opened. Once: further calls do nothing. */
void sync_collection_prepare(struct sync_context *ctx, struct sync_collection *coll);
/* Find the changes and choose up to *window_left of them, which are taken off it. */
void sync_collection_choose(struct sync_context *ctx, struct sync_collection *coll,
			    unsigned int *window_left);
/* Write the state if it changed. Returns 0, -1 if it cannot be written: the answer must
   not go out. */
int sync_collection_save(struct sync_context *ctx, struct sync_collection *coll);

/* Run the client's commands. */
void sync_collection_apply(struct sync_context *ctx, struct sync_collection *coll);

/* Write the collection into the answer. */
void sync_collection_report(struct sync_context *ctx, struct sync_collection *coll);

/* Park the request. */
void sync_park(struct sync_context *ctx);

#endif
