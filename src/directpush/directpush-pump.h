/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_PUMP_H
#define DIRECTPUSH_PUMP_H

/* Carries bytes between a phone's transport and lib-http, which sits at the other end of
   a socketpair and believes to talk to the phone. Exists only while a request
   is active: 16 kB at most are kept in each direction, nobody reads faster than the
   other side takes. */

struct directpush_transport;

enum directpush_pump_event {
	/* The phone closed or was lost (transport.broken). */
	DIRECTPUSH_PUMP_PHONE_CLOSED,
	/* lib-http closed, and all it wrote has left. */
	DIRECTPUSH_PUMP_HTTP_CLOSED,
	/* All that lib-http wrote so far has left. */
	DIRECTPUSH_PUMP_DRAINED
};
/* The pump may be destroyed in the callback. */
typedef void directpush_pump_callback_t(enum directpush_pump_event event,
					void *context);

struct directpush_pump *
directpush_pump_create(struct directpush_transport *transport, int fd,
		       directpush_pump_callback_t *callback, void *context);
#define directpush_pump_create(transport, fd, callback, context) \
	directpush_pump_create(transport, fd - \
		CALLBACK_TYPECHECK(callback, void (*)( \
			enum directpush_pump_event, typeof(context))), \
		(directpush_pump_callback_t *)callback, context)
/* Closes the pump's end of the socketpair, not the transport. */
void directpush_pump_destroy(struct directpush_pump **pump);

/* The transport became readable, or writable again. */
void directpush_pump_input(struct directpush_pump *pump);
void directpush_pump_output(struct directpush_pump *pump);

/* Bytes as if the phone had sent them. They must fit (a few hundred). */
void directpush_pump_inject(struct directpush_pump *pump,
			    const void *data, size_t size);
/* No more input for lib-http. */
void directpush_pump_end_input(struct directpush_pump *pump);

/* Bytes given to and taken from lib-http so far */
uoff_t directpush_pump_get_in(const struct directpush_pump *pump);
uoff_t directpush_pump_get_out(const struct directpush_pump *pump);
/* Nothing is on its way in either direction. */
bool directpush_pump_is_empty(const struct directpush_pump *pump);

#endif
