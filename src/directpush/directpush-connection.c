/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "ioloop.h"
#include "istream.h"
#include "llist.h"
#include "randgen.h"
#include "str.h"
#include "master-service.h"
#include "http-server.h"
#include "directpush-master-compat.h"
#include "directpush-common.h"
#include "directpush-auth.h"
#include "directpush-device.h"
#include "directpush-http.h"
#include "directpush-memory.h"
#include "directpush-parked.h"
#include "directpush-pump.h"
#include "directpush-remote.h"
#include "directpush-request.h"
#include "directpush-connection.h"

#include <unistd.h>
#include <sys/socket.h>

/* how long a phone may take to close after our last byte */
#define CONNECTION_CLOSING_MSECS (5*1000)
/* lib-http's last words may need a moment to leave before it can go */
#define CONNECTION_PARK_RETRY_MSECS 2
#define CONNECTION_PARK_MAX_RETRIES 500
#define CONNECTION_BLOCK_SIZE (16*1024)

static struct directpush_connection *connections;
static unsigned int connections_count;
static bool connections_tls;

static void connection_input(struct directpush_connection *conn);
static void connection_drained(void *context);

void directpush_connections_init(void)
{
	const char *error;

	if (directpush_tls_init(&connections_tls, &error) < 0)
		i_fatal("TLS: %s", error);
}

void directpush_connections_deinit(void)
{
	while (connections != NULL)
		directpush_connection_destroy(connections);
	directpush_tls_deinit();
}

unsigned int directpush_connections_count(void)
{
	return connections_count;
}

/*
 * Creation
 */

static void
connection_set_addresses(struct directpush_connection *conn,
			 const struct master_service_connection *mconn)
{
	bool proxied_tls = directpush_master_is_proxied_tls(mconn);

	conn->peer.local_ip = mconn->local_ip;
	conn->peer.remote_ip = mconn->remote_ip;
	conn->local_port = mconn->local_port;
	conn->remote_port = mconn->remote_port;
	conn->real_remote_ip = mconn->real_remote_ip;
	conn->real_remote_port = mconn->real_remote_port;
	conn->from_proxy = directpush_remote_is_trusted(&mconn->real_remote_ip);
	conn->tls = mconn->ssl || proxied_tls;
	conn->secured = conn->tls || conn->from_proxy ||
		net_ip_compare(&mconn->local_ip, &mconn->remote_ip);
}

static void connection_timeout(struct directpush_connection *conn)
{
	directpush_device_conn_ended(conn, FALSE);
	e_debug(directpush_event, "Connection from %s: %s",
		net_ip2addr(&conn->peer.remote_ip),
		conn->state == DIRECTPUSH_CONNECTION_HANDSHAKE ?
		"TLS handshake took too long" :
		conn->state == DIRECTPUSH_CONNECTION_AWAKE ?
		"Request took too long to come" : "Closed when idle");
	directpush_connection_destroy(conn);
}

static void connection_set_timeout(struct directpush_connection *conn,
				   unsigned int msecs)
{
	directpush_timer_start(&conn->timer, msecs, connection_timeout, conn);
}

/* Does it need the memory of a handshake or a request? */
static void connection_set_active(struct directpush_connection *conn, bool active)
{
	if (active == conn->active)
		return;
	conn->active = active;
	if (active)
		directpush_memory_active_begin();
	else
		directpush_memory_active_end();
}

static void connection_set_idle(struct directpush_connection *conn)
{
	connection_set_active(conn, FALSE);
	conn->state = DIRECTPUSH_CONNECTION_IDLE;
	if (conn->io == NULL) {
		conn->io = io_add(conn->transport.fd, IO_READ,
				  connection_input, conn);
	}
	connection_set_timeout(conn, directpush_set->directpush_keepalive_timeout*1000);
}

void directpush_connection_create(const struct master_service_connection *mconn)
{
	struct directpush_connection *conn;
	const char *error = "ssl=no, but the listener has ssl=yes";

	conn = p_new(directpush_memory_get_pool(), struct directpush_connection, 1);
	conn->transport.fd = mconn->fd;
	conn->transport.drained = connection_drained;
	conn->transport.context = conn;
	conn->transport.send_timeout_msecs =
		directpush_set->directpush_body_timeout * 1000;
	connection_set_addresses(conn, mconn);
	DLLIST_PREPEND(&connections, conn);
	connections_count++;
	(void)net_set_tcp_nodelay(mconn->fd, TRUE);

	if (!mconn->ssl) {
		conn->transport.handshaked = TRUE;
		connection_set_idle(conn);
		connection_set_timeout(conn, directpush_set->directpush_header_timeout*1000);
		return;
	}
	if (connections_tls) {
		conn->transport.ssl = directpush_tls_session_new(mconn->fd,
								 &conn->peer, &error);
	}
	if (conn->transport.ssl == NULL) {
		e_error(directpush_event, "TLS: %s", error);
		directpush_connection_destroy(conn);
		return;
	}
	connection_set_active(conn, TRUE);
	conn->io = io_add(mconn->fd, IO_READ, connection_input, conn);
	connection_set_timeout(conn, directpush_set->directpush_handshake_timeout*1000);
}

void directpush_connection_destroy(struct directpush_connection *conn)
{
	DLLIST_REMOVE(&connections, conn);
	connections_count--;
	directpush_timer_stop(&conn->timer);
	timeout_remove(&conn->to_park);
	io_remove(&conn->io);
	if (conn->parked != NULL)
		directpush_parked_connection_lost(conn->parked);
	directpush_device_conn_ended(conn, FALSE);
	conn->lost = TRUE;
	directpush_http_close(conn, "Connection closed");
	/* one that is asleep, or that lib-http has not been told of yet */
	if (conn->requests != NULL)
		directpush_request_lost(conn->requests);
	i_assert(conn->requests == NULL);
	if (conn->pump != NULL)
		directpush_pump_destroy(&conn->pump);
	directpush_transport_close(&conn->transport);
	connection_set_active(conn, FALSE);
	directpush_auth_login_unref(&conn->login);
	p_free(directpush_memory_get_pool(), conn->session_id);
	p_free(directpush_memory_get_pool(), conn);
	master_service_client_connection_destroyed(master_service);
}

/*
 * Closing
 */

/* Say goodbye and wait for the phone to close: closing a socket with unread input
   would make the kernel throw away what we sent last. */
static void connection_set_closing(struct directpush_connection *conn)
{
	conn->state = DIRECTPUSH_CONNECTION_CLOSING;
	directpush_transport_shutdown(&conn->transport);
	if (conn->io == NULL) {
		conn->io = io_add(conn->transport.fd, IO_READ,
				  connection_input, conn);
	}
	connection_set_timeout(conn, CONNECTION_CLOSING_MSECS);
}

void directpush_connections_die(void)
{
	struct directpush_connection *conn, *next;

	for (conn = connections; conn != NULL; conn = next) {
		next = conn->next;
		conn->close_after = TRUE;
		if (conn->state == DIRECTPUSH_CONNECTION_HANDSHAKE)
			directpush_connection_destroy(conn);
		else if (conn->state == DIRECTPUSH_CONNECTION_IDLE &&
			 conn->transport.out == NULL)
			connection_set_closing(conn);
	}
}

/*
 * Awake
 */

static void connection_sleep(struct directpush_connection *conn)
{
	/* it may still watch over a body that has come by now */
	directpush_timer_stop(&conn->timer);
	directpush_http_close(conn, "hibernate");
	directpush_pump_destroy(&conn->pump);
	connection_set_active(conn, FALSE);
	if (conn->io == NULL) {
		conn->io = io_add(conn->transport.fd, IO_READ,
				  connection_input, conn);
	}
}

static bool connection_has_unread_input(struct directpush_connection *conn)
{
	uoff_t in = directpush_pump_get_in(conn->pump);
	uoff_t end = conn->request_end != UOFF_T_MAX ? conn->request_end :
		http_server_connection_get_stats(conn->http)->input;

	/* some old clients send a line end behind the body */
	return in > end + 2;
}

static bool connection_has_all_input(struct directpush_connection *conn)
{
	return conn->request_end == UOFF_T_MAX ||
		directpush_pump_get_in(conn->pump) >= conn->request_end;
}

/* lib-http wrote nothing that did not leave yet. */
static bool connection_is_drained(struct directpush_connection *conn)
{
	return directpush_pump_is_empty(conn->pump) &&
		http_server_connection_get_stats(conn->http)->output ==
		directpush_pump_get_out(conn->pump);
}

static void connection_try_idle(struct directpush_connection *conn)
{
	if (conn->requests != NULL || conn->http == NULL || conn->request_end == 0)
		return;
	if (connection_has_unread_input(conn)) {
		/* of a header that came behind the last request */
		if (!conn->timer.running) {
			connection_set_timeout(conn,
				directpush_set->directpush_header_timeout*1000);
		}
		return;
	}
	if (!connection_has_all_input(conn) || !connection_is_drained(conn))
		return;
	connection_sleep(conn);
	if (conn->close_after)
		connection_set_closing(conn);
	else
		connection_set_idle(conn);
}

static void connection_phone_closed(struct directpush_connection *conn)
{
	struct directpush_request *req = conn->requests;

	if (conn->transport.broken || conn->http == NULL || req == NULL ||
	    !directpush_request_is_answered(req)) {
		directpush_connection_destroy(conn);
		return;
	}
	/* It only closed its direction; the answer is on its way. */
	directpush_pump_end_input(conn->pump);
}

static void
connection_pump_event(enum directpush_pump_event event,
		      struct directpush_connection *conn)
{
	switch (event) {
	case DIRECTPUSH_PUMP_PHONE_CLOSED:
		connection_phone_closed(conn);
		break;
	case DIRECTPUSH_PUMP_HTTP_CLOSED:
		connection_sleep(conn);
		connection_set_closing(conn);
		break;
	case DIRECTPUSH_PUMP_DRAINED:
		connection_try_idle(conn);
		break;
	}
}

/* Returns -1 if the connection is destroyed. */
static int connection_wake(struct directpush_connection *conn,
			   const void *data, size_t size)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0) {
		e_error(directpush_event, "socketpair() failed: %m");
		directpush_connection_destroy(conn);
		return -1;
	}
	io_remove(&conn->io);
	connection_set_active(conn, TRUE);
	conn->state = DIRECTPUSH_CONNECTION_AWAKE;
	conn->request_end = 0;
	conn->pump = directpush_pump_create(&conn->transport, fd[0],
					    connection_pump_event, conn);
	directpush_http_open(conn, fd[1]);
	connection_set_timeout(conn, directpush_set->directpush_header_timeout*1000);
	directpush_pump_inject(conn->pump, data, size);
	return 0;
}

static const struct directpush_request *
connection_get_last_request(const struct directpush_connection *conn)
{
	const struct directpush_request *req = conn->requests;

	while (req != NULL && req->next != NULL)
		req = req->next;
	return req;
}

static bool connection_body_is_complete(const struct directpush_connection *conn)
{
	const struct directpush_request *req = connection_get_last_request(conn);

	if (req == NULL)
		return TRUE;
	if (conn->request_end != UOFF_T_MAX)
		return directpush_pump_get_in(conn->pump) >= conn->request_end;
	return req->payload == NULL || req->payload->eof;
}

/* Does the phone go on sending its body? If a worker is slow, it cannot. */
static void connection_check_body(struct directpush_connection *conn)
{
	unsigned int timeout_msecs = directpush_set->directpush_body_timeout * 1000;
	uoff_t in = directpush_pump_get_in(conn->pump);
	bool waiting;

	if (conn->http == NULL || connection_body_is_complete(conn))
		return;
	waiting = http_server_connection_get_stats(conn->http)->input +
		CONNECTION_BLOCK_SIZE < in || !directpush_pump_is_empty(conn->pump);
	if (waiting)
		directpush_pace_held_up(&conn->body_pace, in, timeout_msecs);
	else if (!directpush_pace_keeps_up(&conn->body_pace, in, timeout_msecs,
					   directpush_timer_now_msecs())) {
		e_debug(directpush_event, "Connection from %s: Body took too long to come",
			net_ip2addr(&conn->peer.remote_ip));
		directpush_connection_destroy(conn);
		return;
	}
	directpush_timer_start(&conn->timer, timeout_msecs,
			       connection_check_body, conn);
}

void directpush_connection_request_begin(struct directpush_connection *conn,
					 uoff_t body_size)
{
	directpush_timer_stop(&conn->timer);
	directpush_device_conn_used(conn);
	conn->request_end = body_size == UOFF_T_MAX ? UOFF_T_MAX :
		http_server_connection_get_stats(conn->http)->input + body_size;
	if (body_size > 0) {
		directpush_pace_begin(&conn->body_pace,
				      directpush_pump_get_in(conn->pump),
				      directpush_timer_now_msecs());
		directpush_timer_start(&conn->timer,
				       directpush_set->directpush_body_timeout * 1000,
				       connection_check_body, conn);
	}
}

/*
 * Parking
 */

static void connection_park_now(struct directpush_connection *conn)
{
	directpush_connection_parked_callback_t *callback = conn->park_callback;

	i_assert(conn->state == DIRECTPUSH_CONNECTION_AWAKE);

	if (connection_get_last_request(conn) != conn->park_context ||
	    connection_has_unread_input(conn)) {
		timeout_remove(&conn->to_park);
		callback(FALSE, conn->park_context);
		return;
	}
	/* those before it are just being answered */
	if (conn->requests->next != NULL || !connection_is_drained(conn) ||
	    !connection_has_all_input(conn)) {
		timeout_remove(&conn->to_park);
		if (++conn->park_retries > CONNECTION_PARK_MAX_RETRIES)
			callback(FALSE, conn->park_context);
		else {
			conn->to_park = timeout_add_short(CONNECTION_PARK_RETRY_MSECS,
							  connection_park_now, conn);
		}
		return;
	}
	timeout_remove(&conn->to_park);
	callback(TRUE, conn->park_context);
	connection_sleep(conn);
	conn->state = conn->parked != NULL ? DIRECTPUSH_CONNECTION_PARKED :
		DIRECTPUSH_CONNECTION_ASKING;
	i_assert((conn->parked == NULL) == (conn->requests != NULL));
}

void directpush_connection_asked(struct directpush_connection *conn)
{
	i_assert(conn->state == DIRECTPUSH_CONNECTION_ASKING);
	i_assert(conn->parked != NULL && conn->requests == NULL);
	conn->state = DIRECTPUSH_CONNECTION_PARKED;
}

void directpush_connection_park(struct directpush_connection *conn,
				directpush_connection_parked_callback_t *callback,
				void *context)
{
	if (conn->to_park != NULL) {
		/* The phone sent this one behind another, before that was parked. */
		timeout_remove(&conn->to_park);
		conn->park_callback(FALSE, conn->park_context);
	}
	conn->park_callback = callback;
	conn->park_context = context;
	conn->park_retries = 0;
	conn->to_park = timeout_add_short(0, connection_park_now, conn);
}

void directpush_connection_park_abort(struct directpush_connection *conn,
				      void *context)
{
	/* by now another request may be the one that parks */
	if (conn->park_context == context)
		timeout_remove(&conn->to_park);
}

int directpush_connection_answer(struct directpush_connection *conn,
				 const string_t *response, bool close)
{
	int ret;

	i_assert(conn->state == DIRECTPUSH_CONNECTION_PARKED ||
		 conn->state == DIRECTPUSH_CONNECTION_ASKING);
	i_assert(conn->parked == NULL && conn->requests == NULL);

	ret = directpush_transport_send(&conn->transport, str_data(response),
					str_len(response));
	if (ret < 0) {
		directpush_connection_destroy(conn);
		return -1;
	}
	if (close || directpush_dying)
		conn->close_after = TRUE;
	connection_set_idle(conn);
	if (conn->close_after && ret > 0)
		connection_set_closing(conn);
	return 0;
}

int directpush_connection_replay(struct directpush_connection *conn,
				 bool http10, bool close)
{
	const char *request = t_strdup_printf(
		"POST / HTTP/1.%c\r\nHost: localhost\r\nContent-Length: 0\r\n"
		"Connection: %s\r\n\r\n", http10 ? '0' : '1',
		close ? "close" : "keep-alive");

	i_assert(conn->state == DIRECTPUSH_CONNECTION_PARKED ||
		 conn->state == DIRECTPUSH_CONNECTION_ASKING);
	return connection_wake(conn, request, strlen(request));
}

/*
 * Input and output while not awake
 */

/* TLS's last words, an alert, should arrive; and who speaks plain HTTP here should learn why that fails. */
static void connection_handshake_failed(struct directpush_connection *conn)
{
	static const char answer[] =
		"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
		"Connection: close\r\n\r\nThis port speaks HTTPS only.\n";

	directpush_transport_drop_tls(&conn->transport);
	if (conn->transport.peer_without_tls &&
	    directpush_transport_send(&conn->transport, answer, sizeof(answer) - 1) <= 0) {
		directpush_connection_destroy(conn);
		return;
	}
	connection_set_active(conn, FALSE);
	connection_set_closing(conn);
}

static void connection_handshake(struct directpush_connection *conn)
{
	const char *error;
	int ret = directpush_transport_handshake(&conn->transport, &error);

	if (ret < 0) {
		e_debug(directpush_event, "Connection from %s: TLS handshake failed: %s",
			net_ip2addr(&conn->peer.remote_ip), error);
		connection_handshake_failed(conn);
	} else if (ret > 0) {
		connection_set_idle(conn);
		connection_set_timeout(conn, directpush_set->directpush_header_timeout*1000);
		/* the request often comes with the last handshake record */
		connection_input(conn);
	}
}

static bool data_is_line_end(const unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (data[i] != '\r' && data[i] != '\n')
			return FALSE;
	}
	return TRUE;
}

/* The phone sent something while a request of its own waits for an answer. */
static void connection_parked_input(struct directpush_connection *conn,
				    const unsigned char *data, size_t size)
{
	if (data_is_line_end(data, size))
		return;
	/* The connection may be gone after its answer was sent, or closing. */
	if (directpush_parked_superseded(conn->parked) < 0 ||
	    conn->state != DIRECTPUSH_CONNECTION_IDLE)
		return;
	(void)connection_wake(conn, data, size);
}

/* The same while a worker is still asked: its answer leaves first, by lib-http. */
static void connection_asking_input(struct directpush_connection *conn,
				    const unsigned char *data, size_t size)
{
	if (data_is_line_end(data, size))
		return;
	if (directpush_request_replay(conn->requests) == 0)
		directpush_pump_inject(conn->pump, data, size);
}

static void connection_input(struct directpush_connection *conn)
{
	unsigned char block[CONNECTION_BLOCK_SIZE];
	ssize_t ret;

	if (conn->state == DIRECTPUSH_CONNECTION_HANDSHAKE) {
		connection_handshake(conn);
		return;
	}
	ret = directpush_transport_read(&conn->transport, block, sizeof(block));
	if (ret == 0)
		return;
	if (ret < 0) {
		directpush_device_conn_ended(conn, errno == 0);
		directpush_connection_destroy(conn);
		return;
	}
	switch (conn->state) {
	case DIRECTPUSH_CONNECTION_IDLE:
		if (!conn->close_after && !data_is_line_end(block, ret))
			(void)connection_wake(conn, block, ret);
		break;
	case DIRECTPUSH_CONNECTION_ASKING:
		connection_asking_input(conn, block, ret);
		break;
	case DIRECTPUSH_CONNECTION_PARKED:
		connection_parked_input(conn, block, ret);
		break;
	case DIRECTPUSH_CONNECTION_CLOSING:
		break;
	case DIRECTPUSH_CONNECTION_HANDSHAKE:
	case DIRECTPUSH_CONNECTION_AWAKE:
		i_unreached();
	}
}

static void connection_drained(void *context)
{
	struct directpush_connection *conn = context;

	if (conn->state == DIRECTPUSH_CONNECTION_HANDSHAKE) {
		connection_handshake(conn);
		return;
	}
	if (conn->transport.broken) {
		/* perhaps nobody reads any more, to learn of it there */
		directpush_connection_destroy(conn);
		return;
	}
	switch (conn->state) {
	case DIRECTPUSH_CONNECTION_HANDSHAKE:
		i_unreached();
	case DIRECTPUSH_CONNECTION_AWAKE:
		directpush_pump_output(conn->pump);
		break;
	case DIRECTPUSH_CONNECTION_IDLE:
		if (conn->close_after)
			connection_set_closing(conn);
		break;
	case DIRECTPUSH_CONNECTION_ASKING:
	case DIRECTPUSH_CONNECTION_PARKED:
	case DIRECTPUSH_CONNECTION_CLOSING:
		break;
	}
}

/*
 * What others ask
 */

const char *
directpush_connection_get_session_id(struct directpush_connection *conn)
{
	unsigned char random[12];
	string_t *id;

	if (conn->session_id == NULL) {
		random_fill(random, sizeof(random));
		id = t_str_new(MAX_BASE64_ENCODED_SIZE(sizeof(random)));
		base64_encode(random, sizeof(random), id);
		conn->session_id = p_strdup(directpush_memory_get_pool(), str_c(id));
	}
	return conn->session_id;
}

const char *
directpush_connection_get_local_name(const struct directpush_connection *conn)
{
	if (conn->transport.ssl == NULL)
		return NULL;
	return SSL_get_servername(conn->transport.ssl, TLSEXT_NAMETYPE_host_name);
}

void directpush_connections_foreach_request(directpush_request_callback_t *callback,
					    void *context)
{
	struct directpush_connection *conn;
	struct directpush_request *req;

	for (conn = connections; conn != NULL; conn = conn->next) {
		for (req = conn->requests; req != NULL; req = req->next)
			callback(req, context);
	}
}

static bool connection_is_of(const struct directpush_connection *conn,
			     const struct directpush_user *user, const char *device_id)
{
	const struct directpush_request *req;

	for (req = conn->requests; req != NULL; req = req->next) {
		if (req->device != NULL && req->device->user == user &&
		    (*device_id == '\0' || strcmp(req->device->id, device_id) == 0))
			return TRUE;
	}
	return FALSE;
}

unsigned int directpush_connections_kick(const struct directpush_user *user,
					 const char *device_id)
{
	struct directpush_connection *conn, *next;
	unsigned int count = 0;

	for (conn = connections; conn != NULL; conn = next) {
		next = conn->next;
		if (connection_is_of(conn, user, device_id)) {
			directpush_connection_destroy(conn);
			count++;
		}
	}
	return count;
}
