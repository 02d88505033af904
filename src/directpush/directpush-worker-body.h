/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_WORKER_BODY_H
#define DIRECTPUSH_WORKER_BODY_H

/* Bodies on their way between phone and worker, without being kept: nobody reads faster
   than the other side takes. */

struct istream;
struct ostream;
struct directpush_worker_body;
struct directpush_worker_sender;

enum directpush_worker_sender_result {
	/* with its end frame */
	DIRECTPUSH_WORKER_SENDER_DONE,
	DIRECTPUSH_WORKER_SENDER_WORKER_LOST,
	/* The worker was told that the body is given up. */
	DIRECTPUSH_WORKER_SENDER_BODY_BROKEN,
	DIRECTPUSH_WORKER_SENDER_BODY_TOO_LARGE
};
typedef void
directpush_worker_sender_callback_t(enum directpush_worker_sender_result result,
				    void *context);

/* Send body to output as frames. NULL if it has left already; else callback is called
   when it has, or cannot. */
struct directpush_worker_sender *
directpush_worker_sender_create(struct ostream *output,
				const struct directpush_worker_body *body,
				directpush_worker_sender_callback_t *callback,
				void *context);
#define directpush_worker_sender_create(output, body, callback, context) \
	directpush_worker_sender_create(output, body, \
		(directpush_worker_sender_callback_t *)callback, TRUE ? context : \
		CALLBACK_TYPECHECK(callback, void (*)( \
			enum directpush_worker_sender_result, typeof(context))))
/* tell_worker: say that the body will not be completed. */
void directpush_worker_sender_abort(struct directpush_worker_sender **sender,
				    bool tell_worker);

/* body with a size, if it is known (UOFF_T_MAX: not); a body of another size is
   an error then. */
struct istream *
directpush_worker_body_istream(struct istream *body, uoff_t content_length);

#endif
