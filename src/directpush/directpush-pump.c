/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "ioloop.h"
#include "directpush-transport.h"
#include "directpush-pump.h"

#include <unistd.h>
#include <sys/socket.h>

/* a TLS record's worth */
#define PUMP_BLOCK_SIZE (16*1024)

struct directpush_pump {
	struct directpush_transport *transport;
	/* our end of the socketpair */
	int fd;
	/* phone -> HTTP: io_phone listens while to_http is empty, io_http_out waits
	   while it is not */
	struct io *io_phone, *io_http_out;
	/* HTTP -> phone: listens while the transport keeps nothing back */
	struct io *io_http;

	/* read from the phone, not yet taken by lib-http; NULL usually */
	buffer_t *to_http;
	uoff_t bytes_in, bytes_out;

	directpush_pump_callback_t *callback;
	void *context;
	bool http_closed;
};

#undef directpush_pump_create
struct directpush_pump *
directpush_pump_create(struct directpush_transport *transport, int fd,
		       directpush_pump_callback_t *callback, void *context)
{
	struct directpush_pump *pump;

	pump = i_new(struct directpush_pump, 1);
	pump->transport = transport;
	pump->fd = fd;
	pump->callback = callback;
	pump->context = context;
	pump->io_phone = io_add(transport->fd, IO_READ,
				directpush_pump_input, pump);
	/* TLS may already have read more than it gave out */
	io_set_pending(pump->io_phone);
	pump->io_http = io_add(fd, IO_READ, directpush_pump_output, pump);
	return pump;
}

void directpush_pump_destroy(struct directpush_pump **_pump)
{
	struct directpush_pump *pump = *_pump;

	*_pump = NULL;
	io_remove(&pump->io_phone);
	io_remove(&pump->io_http);
	io_remove(&pump->io_http_out);
	buffer_free(&pump->to_http);
	i_close_fd(&pump->fd);
	i_free(pump);
}

/* Write to lib-http; what it does not take is kept and the phone not
   read meanwhile. */
static void
pump_write_http(struct directpush_pump *pump, const void *data, size_t size)
{
	ssize_t ret = send(pump->fd, data, size, MSG_NOSIGNAL);

	if (ret < 0) {
		if (errno != EAGAIN && errno != EINTR) {
			/* lib-http closed: its last words are still to be read */
			pump->bytes_in += size;
			return;
		}
		ret = 0;
	}
	pump->bytes_in += ret;
	if ((size_t)ret == size)
		return;
	pump->to_http = buffer_create_dynamic(default_pool, size - ret);
	buffer_append(pump->to_http, CONST_PTR_OFFSET(data, ret), size - ret);
	io_remove(&pump->io_phone);
	if (pump->io_http_out == NULL) {
		pump->io_http_out = io_add(pump->fd, IO_WRITE,
					   directpush_pump_input, pump);
	}
}

void directpush_pump_input(struct directpush_pump *pump)
{
	unsigned char block[PUMP_BLOCK_SIZE];
	buffer_t *kept = pump->to_http;
	ssize_t ret;

	if (kept != NULL) {
		pump->to_http = NULL;
		pump_write_http(pump, kept->data, kept->used);
		buffer_free(&kept);
	}
	while (pump->to_http == NULL) {
		ret = directpush_transport_read(pump->transport, block, sizeof(block));
		if (ret == 0)
			break;
		if (ret < 0) {
			io_remove(&pump->io_phone);
			io_remove(&pump->io_http_out);
			pump->callback(DIRECTPUSH_PUMP_PHONE_CLOSED, pump->context);
			return;
		}
		pump_write_http(pump, block, ret);
	}
	if (pump->to_http == NULL) {
		io_remove(&pump->io_http_out);
		if (pump->io_phone == NULL) {
			pump->io_phone = io_add(pump->transport->fd, IO_READ,
						directpush_pump_input, pump);
		}
	}
}

void directpush_pump_output(struct directpush_pump *pump)
{
	unsigned char block[PUMP_BLOCK_SIZE];
	ssize_t ret;

	while (pump->transport->out == NULL && !pump->http_closed) {
		ret = read(pump->fd, block, sizeof(block));
		if (ret < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (ret <= 0) {
			/* ECONNRESET: closed without having read everything */
			pump->http_closed = TRUE;
			break;
		}
		pump->bytes_out += ret;
		if (directpush_transport_send(pump->transport, block, ret) < 0) {
			pump->callback(DIRECTPUSH_PUMP_PHONE_CLOSED, pump->context);
			return;
		}
	}
	if (pump->transport->out != NULL || pump->http_closed)
		io_remove(&pump->io_http);
	else if (pump->io_http == NULL) {
		pump->io_http = io_add(pump->fd, IO_READ,
				       directpush_pump_output, pump);
	}
	if (pump->transport->out == NULL) {
		pump->callback(pump->http_closed ? DIRECTPUSH_PUMP_HTTP_CLOSED :
			       DIRECTPUSH_PUMP_DRAINED, pump->context);
	}
}

void directpush_pump_inject(struct directpush_pump *pump,
			    const void *data, size_t size)
{
	i_assert(pump->to_http == NULL);
	pump_write_http(pump, data, size);
}

void directpush_pump_end_input(struct directpush_pump *pump)
{
	(void)shutdown(pump->fd, SHUT_WR);
}

uoff_t directpush_pump_get_in(const struct directpush_pump *pump)
{
	return pump->bytes_in;
}

uoff_t directpush_pump_get_out(const struct directpush_pump *pump)
{
	return pump->bytes_out;
}

bool directpush_pump_is_empty(const struct directpush_pump *pump)
{
	return pump->to_http == NULL && pump->transport->out == NULL;
}
