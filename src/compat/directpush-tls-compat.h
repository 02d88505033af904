/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_TLS_COMPAT_H
#define DIRECTPUSH_TLS_COMPAT_H

/* Dovecot's ssl settings as the front needs them for a TLS context of its own, with the
   local and local_name blocks that hold for a connection. */

#include "net.h"

struct master_service;

struct directpush_tls_settings {
	/* ssl = no, ssl = required */
	bool disabled, required;

	/* PEM texts and what else the settings hold; "" if not set */
	const char *cert, *key, *key_password;
	const char *alt_cert, *alt_key;
	const char *dh, *ca;
	const char *cipher_list, *cipher_suites, *curve_list;
	const char *min_protocol;
	const char *cert_username_field;
	bool prefer_server_ciphers;
	bool tickets;
	bool verify_client_cert;
	bool check_crl;
};

/* Master service flags so that the settings below are there. */
#ifdef HAVE_SETTINGS_GET
#  define DIRECTPUSH_TLS_MASTER_SERVICE_FLAGS \
	(MASTER_SERVICE_FLAG_HAVE_STARTTLS | \
	 MASTER_SERVICE_FLAG_NO_SSL_INIT)
#else
#  define DIRECTPUSH_TLS_MASTER_SERVICE_FLAGS \
	(MASTER_SERVICE_FLAG_HAVE_STARTTLS | \
	 MASTER_SERVICE_FLAG_NO_SSL_INIT | \
	 MASTER_SERVICE_FLAG_KEEP_CONFIG_OPEN)
#endif

/* Before the privileges are dropped: later reads use the config connection
   opened here. */
void directpush_tls_settings_init(struct master_service *service);
void directpush_tls_settings_deinit(void);

/* local_name is what the client sent as SNI, NULL if nothing. Strings in *set_r are
   valid until the next read. Returns -1 with a sentence if they cannot be read. */
int directpush_tls_settings_read(const struct ip_addr *local_ip,
				 const struct ip_addr *remote_ip,
				 const char *local_name,
				 struct directpush_tls_settings *set_r,
				 const char **error_r);

#endif
