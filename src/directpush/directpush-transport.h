/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_TRANSPORT_H
#define DIRECTPUSH_TRANSPORT_H

/* The phone's socket: plain bytes in and out, with or without TLS between. Lies inside a
   connection and keeps nothing but the fd and the SSL object while nobody
   reads or writes. */

#include "directpush-timer.h"

#include <openssl/ssl.h>

/* Everything that directpush_transport_send() took has left, or never will (broken). */
typedef void directpush_transport_drained_t(void *context);

struct directpush_transport {
	int fd;
	/* NULL: no TLS */
	SSL *ssl;
	/* what the socket did not take yet; NULL usually */
	buffer_t *out;
	struct io *io_out;
	/* how long the peer may take nothing of it; set by the owner */
	unsigned int send_timeout_msecs;
	struct directpush_timer send_timer;
	unsigned int last_unacked;

	directpush_transport_drained_t *drained;
	void *context;

	bool handshaked:1;
	/* nothing can be sent any more, not even a close_notify */
	bool broken:1;
	/* TLS has to send something before it can read on */
	bool read_wants_write:1;
	/* the handshake failed because the peer speaks something else */
	bool peer_without_tls:1;
};

/* 1 = done, 0 = call again when there is input, -1 = failed, with a sentence. */
int directpush_transport_handshake(struct directpush_transport *transport,
				   const char **error_r);
/* After a handshake that failed: read and write the bare socket from now on. */
void directpush_transport_drop_tls(struct directpush_transport *transport);

/* >0 bytes; 0 = nothing there now; -1 = the end: errno 0 if the peer closed in
   order, else why. Read until 0: TLS may hold bytes that the ioloop
   does not know of. */
ssize_t directpush_transport_read(struct directpush_transport *transport,
				  void *data, size_t size);

/* All of data is taken: what the socket does not take is kept (transport.out) and
   drained() is called when it has left. Returns 1 = all has left, 0 = some is kept, -1 = the
   connection is lost (errno). */
int directpush_transport_send(struct directpush_transport *transport,
			      const void *data, size_t size);

/* Say that nothing more will come (close_notify, FIN). Reading goes on. */
void directpush_transport_shutdown(struct directpush_transport *transport);
/* Free and close everything. */
void directpush_transport_close(struct directpush_transport *transport);

/* Bytes the peer's kernel did not acknowledge; 0 also when that is not known. */
unsigned int directpush_transport_get_unacked(const struct directpush_transport *transport);

#endif
