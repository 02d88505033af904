/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_PARKED_H
#define DIRECTPUSH_PARKED_H

/* A request that waits for a change: a Ping, or a Sync with Wait. lib-http and the body are
   gone; left are the order, the request line and the credentials, to ask a worker again.
   Exactly one of these ends it: a change, its deadline, the phone (gone, or asking
   anew), an administrator, or our own end. */

#include "directpush-auth.h"
#include "directpush-ipc-worker.h"
#include "directpush-order.h"

struct directpush_connection;
struct directpush_device;
struct directpush_ipc_notify;
struct directpush_parked;
struct http_server_request;

enum directpush_parked_end {
	/* the heartbeat is over: "nothing happened" */
	DIRECTPUSH_PARKED_END_EXPIRED,
	/* a change that wakes at once */
	DIRECTPUSH_PARKED_END_WOKEN,
	/* a worker looked again and answered */
	DIRECTPUSH_PARKED_END_ANSWERED,
	/* a newer request of the device */
	DIRECTPUSH_PARKED_END_SUPERSEDED,
	/* too many of the user or device */
	DIRECTPUSH_PARKED_END_LIMIT,
	/* the phone closed or was lost */
	DIRECTPUSH_PARKED_END_GONE,
	DIRECTPUSH_PARKED_END_KICKED,
	DIRECTPUSH_PARKED_END_SHUTDOWN
};

/* Everything is copied. */
struct directpush_parked_params {
	struct directpush_connection *conn;
	struct directpush_device *device;
	struct directpush_auth_login *login;
	struct directpush_order *order;
	const struct eas_request *request;
	const char *credentials;
	struct ip_addr remote_ip;
	/* monotonic clock, when the request came */
	uint64_t asked_msecs;
	/* HTTP/1.0, or Connection: close */
	bool http10, close;
	/* Something happened already while the worker looked. */
	bool look;
};

void directpush_parked_init(void);
void directpush_parked_deinit(void);
unsigned int directpush_parked_count(void);

/* Becomes conn->parked. */
void directpush_parked_create(const struct directpush_parked_params *params);

struct directpush_parked *directpush_parked_next(const struct directpush_parked *parked);

/* Something happened in the user's mailboxes. Answers, if any, leave when the caller
   calls the second one: a burst of lines makes one answer. */
void directpush_parked_notify(struct directpush_parked *parked,
			      const struct directpush_ipc_notify *notify);
void directpush_parked_answer_woken(void);

/* The phone sent another request on the connection. The parked one is answered. Returns
   -1 if the connection went with it. */
int directpush_parked_superseded(struct directpush_parked *parked);
/* Another request of the device ends those of its command. */
void directpush_parked_end_older(struct directpush_device *device,
				 enum eas_command_id command);
/* Called by the connection that goes. */
void directpush_parked_connection_lost(struct directpush_parked *parked);
/* lib-http has the request again that directpush_connection_replay() gave it. */
void directpush_parked_replayed(struct directpush_parked *parked,
				struct http_server_request *req);

/* End those of the device ("": all of the user's) and forget what its orders
   were. Returns how many. */
unsigned int directpush_parked_kick(struct directpush_user *user,
				    const char *device_id);
/* Answer all of them within spread_secs. */
void directpush_parked_shutdown(unsigned int spread_secs);

struct directpush_ipc_admin_who;
typedef void directpush_parked_callback_t(const struct directpush_ipc_admin_who *who,
					  void *context);
void directpush_parked_foreach(directpush_parked_callback_t *callback, void *context);

#endif
