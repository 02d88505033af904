/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_CONNECTION_H
#define DIRECTPUSH_CONNECTION_H

/* A phone's connection from accept to close. Most of its life it only waits: between two
   requests, or parked. Then it is this struct, the fd and the SSL object. lib-http,
   the socketpair and the pump exist while a request is active ("awake"). */

#include "net.h"
#include "directpush-pace.h"
#include "directpush-timer.h"
#include "directpush-tls.h"
#include "directpush-transport.h"

struct master_service_connection;
struct http_server_request;
struct directpush_request;
struct directpush_user;

enum directpush_connection_state {
	DIRECTPUSH_CONNECTION_HANDSHAKE,
	/* no request; the next byte makes one */
	DIRECTPUSH_CONNECTION_IDLE,
	/* lib-http is there */
	DIRECTPUSH_CONNECTION_AWAKE,
	/* a worker takes its time to say whether the request may wait; lib-http is gone
	   already */
	DIRECTPUSH_CONNECTION_ASKING,
	/* a request waits for a change */
	DIRECTPUSH_CONNECTION_PARKED,
	/* the last bytes left; waits for the phone to close */
	DIRECTPUSH_CONNECTION_CLOSING
};

typedef void directpush_connection_parked_callback_t(bool parked, void *context);

struct directpush_connection {
	struct directpush_connection *prev, *next;
	enum directpush_connection_state state;

	struct directpush_transport transport;
	/* the phone and us; where a trusted proxy told (PROXY protocol), its word */
	struct directpush_tls_peer peer;
	in_port_t local_port, remote_port;
	struct ip_addr real_remote_ip;
	in_port_t real_remote_port;

	/* while not awake */
	struct io *io;
	/* handshake, header, keep-alive or closing time, by state */
	struct directpush_timer timer;

	/* while awake */
	struct directpush_pump *pump;
	struct http_server_connection *http;
	struct http_link *http_link;
	struct timeout *to_park;
	directpush_connection_parked_callback_t *park_callback;
	void *park_context;
	unsigned int park_retries;
	/* directpush_pump_get_in() when the request read last was complete;
	   UOFF_T_MAX if lib-http has to be asked */
	uoff_t request_end;
	/* of the body, by directpush_pump_get_in() */
	struct directpush_pace body_pace;
	/* being handled, oldest first */
	struct directpush_request *requests;

	struct directpush_parked *parked;

	/* whose wait was ended by the last answer, until it is known that it arrived;
	   NULL otherwise */
	struct directpush_device *answered_device;
	/* whose Sync was answered here last, until then */
	struct directpush_device *sync_device;

	/* who authenticated here last, NULL if nobody */
	struct directpush_auth_login *login;
	char *session_id;

	bool tls:1;
	/* counted by directpush_memory_active_begin() */
	bool active:1;
	/* a password may come over it: TLS, a trusted network or ourselves */
	bool secured:1;
	/* X-Forwarded-For is believed */
	bool from_proxy:1;
	/* close when what is being sent has left */
	bool close_after:1;
	bool login_logged:1;
	/* it is being destroyed: what was not answered never will be */
	bool lost:1;
};

void directpush_connections_init(void);
void directpush_connections_deinit(void);
/* doveadm reload or stop: those that do not wait for an answer close now, the
   others when they have it. */
void directpush_connections_die(void);
unsigned int directpush_connections_count(void);

/* Takes conn->fd. */
void directpush_connection_create(const struct master_service_connection *conn);
/* At once, without another word. Ends its requests. */
void directpush_connection_destroy(struct directpush_connection *conn);

/* Of the logs, made when first asked for. */
const char *directpush_connection_get_session_id(struct directpush_connection *conn);
/* SNI, NULL if none */
const char *directpush_connection_get_local_name(const struct directpush_connection *conn);

/* A request was taken from lib-http. body_size is UOFF_T_MAX when not known. */
void directpush_connection_request_begin(struct directpush_connection *conn,
					 uoff_t body_size);

/* Drop lib-http and keep the connection, soon: not while lib-http's callbacks run. callback
   then gets TRUE, and either sets conn->parked (the state is PARKED then) or detaches its
   request from lib-http (ASKING); or FALSE if the phone sent more meanwhile, or
   another of its requests parks: the request has to be answered as usual. Not called
   when the connection is lost first, or after an abort with the same context. */
void directpush_connection_park(struct directpush_connection *conn,
				directpush_connection_parked_callback_t *callback,
				void *context);
void directpush_connection_park_abort(struct directpush_connection *conn,
				      void *context);
/* ASKING -> PARKED: conn->parked took the place of the request. */
void directpush_connection_asked(struct directpush_connection *conn);

/* While lib-http is gone and nothing waits any more: send a complete HTTP response and be
   IDLE again, or CLOSING if close is set. Returns -1 if the connection is destroyed. */
int directpush_connection_answer(struct directpush_connection *conn,
				 const string_t *response, bool close);
/* Wake lib-http and give it a request of ours, which comes back as the next one to
   directpush_request_create(). http10, close: as the phone's was. Returns -1 if the
   connection is destroyed. */
int directpush_connection_replay(struct directpush_connection *conn,
				 bool http10, bool close);

/* Requests being handled; parked ones are not among them. */
typedef void directpush_request_callback_t(const struct directpush_request *req,
					   void *context);
void directpush_connections_foreach_request(directpush_request_callback_t *callback,
					    void *context);
/* Close connections with a request of the user's device ("": of any) being handled.
   Returns how many. */
unsigned int directpush_connections_kick(const struct directpush_user *user,
					 const char *device_id);

#endif
