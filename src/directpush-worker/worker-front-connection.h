/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WORKER_FRONT_CONNECTION_H
#define WORKER_FRONT_CONNECTION_H

/* The front's end of the line: requests come over it one at a time, each is answered before
   the next one is read. The process ends with it. directpush-ipc-worker.h has the lines. */

struct eas_user;

/* Takes over the file descriptor and the user. */
void worker_front_connection_create(int fd, struct eas_user *user);
void worker_front_connections_destroy(void);

#endif
