/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_NOTIFY_QUEUE_H
#define DIRECTPUSH_NOTIFY_QUEUE_H

/* Lines on their way into the front's FIFO. Normally each is written at once and nothing is
   kept. While the FIFO is full, changes wait here, one entry a mailbox, and are written again
   by a timer; too many of them shrink to one entry a user. Never blocks, never fails: a
   delivery does not notice. Knows no mailboxes. */

struct directpush_ipc_notify;

#define DIRECTPUSH_NOTIFY_QUEUE_MAX_ENTRIES 256
#define DIRECTPUSH_NOTIFY_RESEND_MSECS 200
/* one log line for each kind of trouble so often */
#define DIRECTPUSH_NOTIFY_LOG_INTERVAL_SECS 60

struct directpush_notify_queue *directpush_notify_queue_init(const char *fifo_path);
/* Tries once more; what cannot be written now is lost (logged). */
void directpush_notify_queue_deinit(struct directpush_notify_queue **queue);

void directpush_notify_queue_add(struct directpush_notify_queue *queue,
				 const struct directpush_ipc_notify *notify);
/* Write what waits, as far as the FIFO takes it. */
void directpush_notify_queue_flush(struct directpush_notify_queue *queue);
unsigned int
directpush_notify_queue_count(const struct directpush_notify_queue *queue);

#endif
