/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_CERTIFICATE_H
#define EAS_CERTIFICATE_H

/* The certificates of S/MIME: reading them, and whether one is to be trusted. OpenSSL does the
   work. Nothing is fetched: issuers and revocation lists are those at hand.

   RFC 8550; MS-ASCMD "Status (ValidateCert)" (2.2.3.177.18) */

#include "eas-status.h"

struct eas_certificate_store;

/* of one certificate: with RSA keys of 4096 bits they have 2 kB */
#define EAS_CERTIFICATE_MAX_BYTES (64*1024)
/* from the certificate to the authority */
#define EAS_CERTIFICATE_MAX_DEPTH 10

/* The authorities to believe, and the revocation lists at hand. trusted: a PEM file of
   certificates and lists, or a directory of them named by `openssl rehash`; "" = the system's.
   Returns 0, or -1 with a reason for the log. */
int eas_certificate_store_init(const char *trusted, struct eas_certificate_store **store_r,
			       const char **error_r);
void eas_certificate_store_deinit(struct eas_certificate_store **store);

/* A certificate that may stand between others and an authority; it is not trusted
   itself. What is no certificate is left out. */
void eas_certificate_store_add_chain(struct eas_certificate_store *store, const void *der,
				     size_t size);

/* Is it valid at this moment for signing mail, and not revoked? With check_crl the answer is no
   where a revocation list is missing; without, lists are used where they are.
   Returns EAS_VALIDATE_CERT_STATUS_OK or why not. *reason_r: OpenSSL's words, for logs. */
enum eas_status
eas_certificate_check(struct eas_certificate_store *store, const void *der, size_t size,
		      time_t now, bool check_crl, const char **reason_r);

/* The first certificate in data, PEM or DER, as DER in dest. Returns FALSE if there is none, or
   if it is not valid at this moment. */
bool eas_certificate_read(const void *data, size_t size, time_t now, buffer_t *dest);

#endif
