/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_REMOTE_H
#define DIRECTPUSH_REMOTE_H

/* Who the phone is when a proxy stands before us. Headers are believed only from the
   addresses in haproxy_trusted_networks and login_trusted_networks. */

#include "net.h"

/* Lists of IP[/bits], separated by spaces or commas. Returns -1 with a sentence. */
int directpush_remote_init(const char *haproxy_networks, const char *login_networks,
			   const char **error_r);
void directpush_remote_deinit(void);

bool directpush_remote_is_trusted(const struct ip_addr *ip);

/* The nearest address in an X-Forwarded-For header that is not a proxy of ours: who
   adds to the header adds at its end, what stands further left is only claimed.
   Returns FALSE if there is no usable address. */
bool directpush_remote_parse_forwarded_for(const char *header,
					   struct ip_addr *ip_r);

#endif
