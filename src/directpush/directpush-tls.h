/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_TLS_H
#define DIRECTPUSH_TLS_H

/* TLS contexts from Dovecot's ssl settings, one per certificate, and the choice
   between them by the name the client asks for (SNI).

   Dovecot's own TLS streams keep 65 kB per connection; a bare SSL object on
   the socket keeps 14 kB. That is why the front has its own. */

#include "net.h"
#include <openssl/ssl.h>

/* Whom a TLS session belongs to. Must live as long as the SSL object. */
struct directpush_tls_peer {
	struct ip_addr local_ip, remote_ip;
};

/* Read the default certificate. FALSE in *enabled_r: ssl=no or no certificate.
   Returns -1 with a sentence if the settings cannot be used. */
int directpush_tls_init(bool *enabled_r, const char **error_r);
void directpush_tls_deinit(void);

/* A server session on fd, before its handshake. NULL with a sentence: out of memory
   or broken local block. */
SSL *directpush_tls_session_new(int fd, struct directpush_tls_peer *peer,
				const char **error_r);

/* What OpenSSL has to say, and empty its error queue. */
const char *directpush_tls_error(void);

/* Valid client certificate, checked against ssl_ca; *username_r is its
   ssl_cert_username_field, NULL if it has none. */
bool directpush_tls_has_valid_client_cert(SSL *ssl, const char **username_r);

#endif
