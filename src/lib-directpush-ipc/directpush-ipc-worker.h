/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_WORKER_H
#define DIRECTPUSH_IPC_WORKER_H

/* Front <-> worker, over the socketpair end that the login protocol handed to the
   worker. Lines of tab-escaped "key=value" fields; bodies as counted frames.

     both     VERSION \t directpush-worker \t <major> \t 0
     front    RUN \t <fields of struct directpush_ipc_run>       then the body
     worker   REPLY \t <fields of struct directpush_ipc_reply>   then the body
              or PARK \t <fields of struct directpush_ipc_park>  (no body)
     body     BODY \t <size> \n <size bytes>  ...  BODY \t 0 \n
              or, instead of the next frame, ABORT \n: the sender cannot go on;
              what came so far must not be used

   One request at a time; each RUN has one REPLY or PARK, also one whose body was
   given up (nobody need read that answer). The front closes the socketpair to end the worker. The fields are
   tables in directpush-ipc-worker.c. */

#include "net.h"
#include "guid.h"
#include "eas-request.h"

struct istream;
struct ostream;

#define DIRECTPUSH_IPC_WORKER_SERVICE "directpush-worker"
#define DIRECTPUSH_IPC_WORKER_MAJOR 1
/* first line of both sides; checked with version_string_verify() */
#define DIRECTPUSH_IPC_WORKER_HANDSHAKE "VERSION\tdirectpush-worker\t1\t0\n"
/* longest line, a PARK order with its reply pieces included */
#define DIRECTPUSH_IPC_MAX_LINE (256*1024)
#define DIRECTPUSH_IPC_MAX_FRAME (64*1024)

struct directpush_ipc_run {
	struct eas_request request;
	/* the phone's real address, and its TLS session's name in the logs */
	struct ip_addr remote_ip;
	const char *session_id;
	/* UOFF_T_MAX: unknown (chunked). 0: no body, no frame but the end follows */
	uoff_t body_size;
	/* This is a parked request looked at again: something happened in a watched
	   folder. The body is empty, which means "as before"; as_asked is what the park
	   order said about that. elapsed_secs have passed since it was first asked. */
	bool recheck;
	const unsigned char *as_asked;
	size_t as_asked_size;
	unsigned int elapsed_secs;
	/* Longest heartbeat that this device's way through the network was seen to
	   bear, learned by the front; 0 = nothing learned, the settings' limit holds. */
	unsigned int heartbeat_max_secs;
	/* The answer to the device's last Sync is known not to have arrived: a Ping must not
	   rely on it. */
	bool sync_lost;
	/* The user's folders, or what they hold, changed since a worker looked for this
	   device: they are to be listed anew. */
	bool folders_changed;
};

struct directpush_ipc_reply {
	/* HTTP status */
	unsigned int status;
	/* NULL: no Content-Type */
	const char *content_type;
	/* UOFF_T_MAX: not known yet, the front sends chunks */
	uoff_t content_length;
	/* 0: no Retry-After */
	unsigned int retry_after_secs;
	/* X-MS-Location, X-MS-RP...: "Name: value" lines separated by LF, or NULL */
	const char *headers;
	/* for the front's log line and events: "Status" of the command, 0 = none */
	unsigned int eas_status;
	/* the device starts over: the front adds the versions and commands it announces */
	bool announce;
};

/* What can happen to a mailbox. The same bits are used in notify lines. */
enum directpush_change {
	DIRECTPUSH_CHANGE_NEW		= BIT(0),
	DIRECTPUSH_CHANGE_FLAGS		= BIT(1),
	DIRECTPUSH_CHANGE_EXPUNGE	= BIT(2),
	DIRECTPUSH_CHANGE_ATTRIBUTES	= BIT(3),
	/* of the user, not of one mailbox: folders created, deleted, renamed */
	DIRECTPUSH_CHANGE_HIERARCHY	= BIT(4)
};

struct directpush_ipc_park_folder {
	guid_128_t mailbox_guid;
	/* wakes at once / only after the worker looked again */
	enum directpush_change wake, look;
	/* Other users have it too: it may be changed in another's name. */
	bool shared;
	/* what the "changed" reply has for this folder */
	const unsigned char *piece;
	size_t piece_size;
};

struct directpush_ipc_park {
	/* the request is answered with "expired" so many seconds after it came */
	unsigned int heartbeat_secs;
	/* HIERARCHY, and ATTRIBUTES of any of the user's mailboxes; other bits are ignored */
	enum directpush_change user_look;
	const struct directpush_ipc_park_folder *folders;
	unsigned int folders_count;
	/* bodies of HTTP 200 answers; size 0 = an empty answer. changed = head, the
	   pieces of the changed folders in the order above, tail. */
	const unsigned char *expired;
	size_t expired_size;
	const unsigned char *changed_head, *changed_tail;
	size_t changed_head_size, changed_tail_size;
	/* The worker's own words for what was asked, for a recheck: meanwhile the device may
	   have asked for something else. Size 0: what the device asked last. */
	const unsigned char *as_asked;
	size_t as_asked_size;
	/* the same body (or an empty one) may be parked again without asking a worker,
	   until something happens */
	bool repeatable;
};

/* Append one line with its LF. */
void directpush_ipc_run_append(string_t *dest, const struct directpush_ipc_run *run);
void directpush_ipc_reply_append(string_t *dest, const struct directpush_ipc_reply *reply);
void directpush_ipc_park_append(string_t *dest, const struct directpush_ipc_park *park);

/* Parse the fields of one line (behind "RUN\t", without LF). Everything in *_r lives in
   pool. Returns 0, or -1 with a sentence. Unknown keys are ignored, a missing
   required one is an error. */
int directpush_ipc_run_parse(pool_t pool, const char *fields,
			     struct directpush_ipc_run *run_r, const char **error_r);
int directpush_ipc_reply_parse(pool_t pool, const char *fields,
			       struct directpush_ipc_reply *reply_r, const char **error_r);
int directpush_ipc_park_parse(pool_t pool, const char *fields,
			      struct directpush_ipc_park *park_r, const char **error_r);

#endif
