/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_TLS_CONTEXT_H
#define DIRECTPUSH_TLS_CONTEXT_H

/* One OpenSSL context, made from one set of Dovecot's ssl settings. */

#include <openssl/ssl.h>

struct directpush_tls_settings;

/* NULL with a sentence that names the setting at fault. */
SSL_CTX *directpush_tls_context_create(const struct directpush_tls_settings *set,
				       const char **error_r);

#endif
