/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_DEVICE_H
#define DIRECTPUSH_DEVICE_H

/* What the front remembers of a device between its requests: by which order it waited
   last, what happened since, and what its network bears. All of it may be forgotten: then a
   worker is asked once more. */

#include "guid.h"
#include "directpush-heartbeat.h"
#include "directpush-order.h"
#include "directpush-rate.h"

struct directpush_connection;

/* devices remembered that have nothing open */
#define DIRECTPUSH_DEVICES_MAX_UNUSED 20000
/* and of one user: its list is walked for each change, and a client may call itself
   something else each time */
#define DIRECTPUSH_DEVICES_MAX_UNUSED_PER_USER 100

/* Notes what happens to the user's mailboxes while a worker looks at them, until its order
   is there. */
#define DIRECTPUSH_WATCH_MAX_EVENTS 8
struct directpush_watch {
	struct directpush_watch *prev, *next;
	struct directpush_device *device;
	unsigned int count;
	/* more happened than fits */
	bool overflow;
	/* directpush_foreign_now() when it began */
	uint64_t foreign_since;
	struct {
		guid_128_t mailbox_guid;
		enum directpush_change changes;
	} events[DIRECTPUSH_WATCH_MAX_EVENTS];
};

struct directpush_device {
	/* of the user */
	struct directpush_device *prev, *next;
	/* of all that are not in use, the longest unused first */
	struct directpush_device *unused_prev, *unused_next;
	/* requests, parked requests and watches */
	int refcount;

	struct directpush_user *user;
	char *id;

	/* being handled, parked ones not counted */
	unsigned int requests_count;
	struct directpush_rate rate;
	/* told in the log; until a request goes on again */
	bool rate_logged;
	/* oldest first */
	struct directpush_parked *parked_head, *parked_tail;
	unsigned int parked_count;
	struct directpush_watch *watches;
	/* directpush-foreign.c's */
	struct directpush_foreign_watch *foreign_watches;
	/* the last orders of Ping and Sync, NULL if there is none to repeat */
	struct directpush_order *ping_order, *sync_order;
	/* counts Pings and Syncs: the newest ends those before it */
	unsigned int ping_seq, sync_seq;

	/* An answer to a Sync was sent on this connection, and it is not known yet
	   whether it arrived. */
	struct directpush_connection *sync_conn;
	/* It did not, or none left. Until the next Sync. */
	bool sync_lost;

	struct directpush_heartbeat heartbeat;
	/* An answer ended a wait of answered_secs on this connection, and it is not
	   known yet whether it arrived. */
	struct directpush_connection *answered_conn;
	/* It was "nothing happened": a phone that missed it can be told from one
	   that heard it. */
	bool answered_expired;
	unsigned int answered_secs;
	uint64_t answered_msecs;
	/* The phone's side closed a wait of closed_secs; 0 = none, or judged. */
	unsigned int closed_secs;
	uint64_t closed_msecs;
	bool cut_warned;
};

void directpush_devices_init(void);
void directpush_devices_deinit(void);

/* With a reference. */
struct directpush_device *
directpush_device_get(struct directpush_user *user, const char *id);
void directpush_device_ref(struct directpush_device *device);
void directpush_device_unref(struct directpush_device **device);

/* Where the device's order for that command is kept, NULL for commands that do not wait. */
struct directpush_order **
directpush_device_get_order(struct directpush_device *device,
			    enum eas_command_id command);
unsigned int *directpush_device_get_seq(struct directpush_device *device,
					enum eas_command_id command);
/* The device does something that no order knew of. */
void directpush_device_forget_orders(struct directpush_device *device);

void directpush_watch_start(struct directpush_watch *watch,
			    struct directpush_device *device);
void directpush_watch_stop(struct directpush_watch *watch);
/* Did anything happen that the order waits for? Such changes are noted in the order. */
bool directpush_watch_concerns(const struct directpush_watch *watch,
			       struct directpush_order *order);

/* Something happened in the user's mailboxes. */
void directpush_device_notify(struct directpush_device *device,
			      const struct directpush_ipc_notify *notify);

/*
 * Did the answer arrive?
 */

/* An answer ended a wait of so many seconds; expired: because that was all. */
void directpush_device_answered(struct directpush_device *device,
				struct directpush_connection *conn,
				unsigned int secs, bool expired);
/* A Sync begins; its answer was given to lib-http; it was lost with the connection. */
void directpush_device_sync_begin(struct directpush_device *device);
void directpush_device_sync_answered(struct directpush_device *device,
				     struct directpush_connection *conn);
void directpush_device_sync_lost(struct directpush_device *device);

/* The connection carried something of the phone's, or ends. arrived: the phone closed
   in order; else what the kernel knows decides. */
void directpush_device_conn_used(struct directpush_connection *conn);
void directpush_device_conn_ended(struct directpush_connection *conn, bool arrived);
/* The phone's side closed while it waited, after so many seconds. */
void directpush_device_closed(struct directpush_device *device, unsigned int secs);
/* The device sent a request on this connection. */
void directpush_device_asks(struct directpush_device *device,
			    struct directpush_connection *conn);

#endif
