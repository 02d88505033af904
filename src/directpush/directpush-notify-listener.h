/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_NOTIFY_LISTENER_H
#define DIRECTPUSH_NOTIFY_LISTENER_H

/* Reads the FIFO that every mail process writes to. What stands in it is a hint only:
   whoever has a mail uid can write it. */

/* fd is the FIFO itself, opened by Dovecot's master. */
void directpush_notify_listener_init(int fd);
/* Stop reading: two readers of one FIFO would each get half. No-op if there
   is none. */
void directpush_notify_listener_deinit(void);

#endif
