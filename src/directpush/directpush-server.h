/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_SERVER_H
#define DIRECTPUSH_SERVER_H

/* What Dovecot's master tells the front: somebody connected to one of its listeners, or
   it is time to end. */

struct master_service_connection;

void directpush_server_init(void);
void directpush_server_deinit(void);

void directpush_server_client_connected(struct master_service_connection *conn);

#endif
