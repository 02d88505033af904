/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_AUTH_CACHE_H
#define DIRECTPUSH_AUTH_CACHE_H

/* Hashes of credentials, with a key that only this process knows, and the credentials
   found wrong a short while ago. */

#include "net.h"
#include "sha2.h"

/* credentials refused at the same time that are remembered */
#define DIRECTPUSH_AUTH_CACHE_MAX_WRONG 4096

void directpush_auth_cache_init(void);
void directpush_auth_cache_deinit(void);

/* Of the credentials, where they come from and how (TLS, a client's certificate): the auth process may decide by
   each of them, and a proxy may send several phones' requests over one connection. */
void directpush_auth_digest(const char *credentials, const struct ip_addr *remote_ip, const char *how,
			    unsigned char digest_r[STATIC_ARRAY SHA256_RESULTLEN]);

/* now_msecs: monotonic clock. ttl 0 remembers nothing. */
void directpush_auth_cache_add_wrong(const unsigned char digest[STATIC_ARRAY SHA256_RESULTLEN],
				     uint64_t now_msecs, unsigned int ttl_secs);
bool directpush_auth_cache_is_wrong(const unsigned char digest[STATIC_ARRAY SHA256_RESULTLEN],
				    uint64_t now_msecs);

#endif
