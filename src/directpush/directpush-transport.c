/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "ioloop.h"
#include "net.h"
#include "directpush-tls.h"
#include "directpush-transport.h"

#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <openssl/err.h>

static void transport_flush(struct directpush_transport *transport);

static void transport_want_write(struct directpush_transport *transport)
{
	if (transport->io_out == NULL) {
		transport->io_out = io_add(transport->fd, IO_WRITE,
					   transport_flush, transport);
	}
}

/* Translate what an SSL call said into the return values of read(2) and
   write(2), with 0 for "not now". */
static ssize_t
transport_tls_result(struct directpush_transport *transport, int ret)
{
	if (ret > 0)
		return ret;
	switch (SSL_get_error(transport->ssl, ret)) {
	case SSL_ERROR_WANT_READ:
		return 0;
	case SSL_ERROR_WANT_WRITE:
		transport->read_wants_write = TRUE;
		transport_want_write(transport);
		return 0;
	case SSL_ERROR_ZERO_RETURN:
		errno = 0;
		return -1;
	case SSL_ERROR_SYSCALL:
		transport->broken = TRUE;
		return -1;
	default:
		transport->broken = TRUE;
		errno = EPROTO;
		return -1;
	}
}

int directpush_transport_handshake(struct directpush_transport *transport,
				   const char **error_r)
{
	ssize_t ret;

	if (transport->ssl == NULL) {
		transport->handshaked = TRUE;
		return 1;
	}
	ERR_clear_error();
	errno = 0;
	ret = transport_tls_result(transport, SSL_accept(transport->ssl));
	if (ret > 0) {
		transport->handshaked = TRUE;
		return 1;
	}
	if (ret < 0) {
		int reason = ERR_GET_REASON(ERR_peek_error());

		/* unless an alert has left: that would be TLS after all */
		transport->peer_without_tls =
			BIO_number_written(SSL_get_wbio(transport->ssl)) == 0 &&
			(reason == SSL_R_HTTP_REQUEST ||
			 reason == SSL_R_WRONG_VERSION_NUMBER);
		*error_r = ERR_peek_error() != 0 ? directpush_tls_error() :
			errno != 0 ? t_strdup(strerror(errno)) :
			"connection closed";
	}
	return ret;
}

void directpush_transport_drop_tls(struct directpush_transport *transport)
{
	io_remove(&transport->io_out);
	SSL_free(transport->ssl);
	transport->ssl = NULL;
	transport->handshaked = TRUE;
	transport->broken = FALSE;
}

ssize_t directpush_transport_read(struct directpush_transport *transport,
				  void *data, size_t size)
{
	ssize_t ret;

	if (transport->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		return transport_tls_result(transport,
					    SSL_read(transport->ssl, data, size));
	}
	ret = read(transport->fd, data, size);
	if (ret > 0)
		return ret;
	if (ret < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (ret == 0)
		errno = 0;
	else
		transport->broken = TRUE;
	return -1;
}

static ssize_t
transport_write(struct directpush_transport *transport,
		const void *data, size_t size)
{
	ssize_t ret;

	if (transport->broken) {
		errno = EPIPE;
		return -1;
	}
	if (transport->ssl != NULL) {
		ERR_clear_error();
		errno = 0;
		return transport_tls_result(transport,
					    SSL_write(transport->ssl, data, size));
	}
	ret = write(transport->fd, data, size);
	if (ret < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (ret < 0)
		transport->broken = TRUE;
	return ret;
}

static void transport_watch_send(struct directpush_transport *transport);

static void transport_check_send(struct directpush_transport *transport)
{
	if (directpush_transport_get_unacked(transport) < transport->last_unacked) {
		/* slow, but it takes something */
		transport_watch_send(transport);
		return;
	}
	transport->broken = TRUE;
	io_remove(&transport->io_out);
	transport->drained(transport->context);
}

static void transport_watch_send(struct directpush_transport *transport)
{
	transport->last_unacked = directpush_transport_get_unacked(transport);
	directpush_timer_start(&transport->send_timer, transport->send_timeout_msecs,
			       transport_check_send, transport);
}

/* Write what is kept. 1 = nothing is left. */
static int transport_write_kept(struct directpush_transport *transport)
{
	ssize_t ret;

	while (transport->out != NULL) {
		ret = transport_write(transport, transport->out->data,
				      transport->out->used);
		if (ret <= 0)
			return ret;
		buffer_delete(transport->out, 0, ret);
		if (transport->out->used == 0)
			buffer_free(&transport->out);
		else
			transport_watch_send(transport);
	}
	directpush_timer_stop(&transport->send_timer);
	return 1;
}

static void transport_flush(struct directpush_transport *transport)
{
	transport->read_wants_write = FALSE;
	if (!transport->handshaked) {
		io_remove(&transport->io_out);
		transport->drained(transport->context);
		return;
	}
	if (transport_write_kept(transport) == 0)
		return;
	/* Also when it failed: who reads the transport learns it there. */
	io_remove(&transport->io_out);
	transport->drained(transport->context);
}

int directpush_transport_send(struct directpush_transport *transport,
			      const void *data, size_t size)
{
	const unsigned char *bytes = data;
	ssize_t ret;

	while (transport->out == NULL && size > 0) {
		ret = transport_write(transport, bytes, size);
		if (ret < 0)
			return -1;
		if (ret == 0) {
			transport->out = buffer_create_dynamic(default_pool, size);
			transport_watch_send(transport);
			break;
		}
		bytes += ret;
		size -= ret;
	}
	if (size == 0)
		return 1;
	buffer_append(transport->out, bytes, size);
	transport_want_write(transport);
	return 0;
}

void directpush_transport_shutdown(struct directpush_transport *transport)
{
	if (transport->ssl != NULL && transport->handshaked && !transport->broken) {
		ERR_clear_error();
		(void)SSL_shutdown(transport->ssl);
	}
	(void)shutdown(transport->fd, SHUT_WR);
}

void directpush_transport_close(struct directpush_transport *transport)
{
	directpush_timer_stop(&transport->send_timer);
	io_remove(&transport->io_out);
	buffer_free(&transport->out);
	if (transport->ssl != NULL) {
		ERR_clear_error();
		SSL_free(transport->ssl);
		transport->ssl = NULL;
	}
	net_disconnect(transport->fd);
	transport->fd = -1;
}

unsigned int
directpush_transport_get_unacked(const struct directpush_transport *transport)
{
	int unacked;

	if (ioctl(transport->fd, SIOCOUTQ, &unacked) < 0 || unacked < 0)
		return 0;
	return unacked;
}
