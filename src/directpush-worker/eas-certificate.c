/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "eas-certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

struct eas_certificate_store {
	X509_STORE *trusted;
	STACK_OF(X509) *chain;
};

/* What OpenSSL finds -> what the client is told of the certificate itself, and when it is found
   at one further up. Whatever has no row: not trusted. */
static const struct {
	int error;
	enum eas_status own, above;
} certificate_errors[] = {
#define ROW(error, own, above) \
	{ X509_V_ERR_##error, EAS_VALIDATE_CERT_STATUS_##own, \
	  EAS_VALIDATE_CERT_STATUS_##above }
	ROW(CERT_SIGNATURE_FAILURE,              BAD_SIGNATURE,      BAD_SIGNATURE),
	ROW(UNABLE_TO_DECRYPT_CERT_SIGNATURE,    BAD_SIGNATURE,      BAD_SIGNATURE),
	ROW(UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY,  BAD_SIGNATURE,      BAD_SIGNATURE),
	ROW(CERT_CHAIN_TOO_LONG,                 BAD_CHAIN,          BAD_CHAIN),
	ROW(INVALID_PURPOSE,                     NOT_FOR_SIGNING,    WRONG_USAGE),
	ROW(KEYUSAGE_NO_DIGITAL_SIGNATURE,       NOT_FOR_SIGNING,    WRONG_USAGE),
	ROW(CERT_NOT_YET_VALID,                  EXPIRED,            CHAIN_EXPIRED),
	ROW(CERT_HAS_EXPIRED,                    EXPIRED,            CHAIN_EXPIRED),
	ROW(ERROR_IN_CERT_NOT_BEFORE_FIELD,      BAD_FORMAT,         BAD_FORMAT),
	ROW(ERROR_IN_CERT_NOT_AFTER_FIELD,       BAD_FORMAT,         BAD_FORMAT),
	ROW(INVALID_EXTENSION,                   BAD_FORMAT,         BAD_FORMAT),
	ROW(UNHANDLED_CRITICAL_EXTENSION,        BAD_FORMAT,         BAD_FORMAT),
	ROW(KEYUSAGE_NO_CERTSIGN,                WRONG_CA,           WRONG_CA),
	ROW(INVALID_CA,                          WRONG_CA,           WRONG_CA),
	ROW(INVALID_NON_CA,                      WRONG_CA,           WRONG_CA),
	ROW(PATH_LENGTH_EXCEEDED,                WRONG_CA,           WRONG_CA),
	ROW(PERMITTED_VIOLATION,                 WRONG_USAGE,        WRONG_USAGE),
	ROW(EXCLUDED_VIOLATION,                  WRONG_USAGE,        WRONG_USAGE),
	ROW(CERT_REVOKED,                        REVOKED,            CHAIN_REVOKED),
	ROW(UNABLE_TO_GET_CRL,                   REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(UNABLE_TO_GET_CRL_ISSUER,            REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(UNABLE_TO_DECRYPT_CRL_SIGNATURE,     REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(CRL_SIGNATURE_FAILURE,               REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(CRL_NOT_YET_VALID,                   REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(CRL_HAS_EXPIRED,                     REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(ERROR_IN_CRL_LAST_UPDATE_FIELD,      REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(ERROR_IN_CRL_NEXT_UPDATE_FIELD,      REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(KEYUSAGE_NO_CRL_SIGN,                REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(UNHANDLED_CRITICAL_CRL_EXTENSION,    REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(DIFFERENT_CRL_SCOPE,                 REVOCATION_UNKNOWN, REVOCATION_UNKNOWN),
	ROW(OUT_OF_MEM,                          SERVER_ERROR,       SERVER_ERROR)
#undef ROW
};

static const char *certificate_openssl_error(void)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = error == 0 ? NULL : ERR_reason_error_string(error);

	ERR_clear_error();
	return reason == NULL ? "unknown error" : reason;
}

/*
 * Store
 */

static int store_load(X509_STORE *trusted, const char *path, const char **error_r)
{
	struct stat st;
	bool is_dir;

	if (*path == '\0') {
		if (X509_STORE_set_default_paths(trusted) != 1) {
			*error_r = t_strdup_printf("OpenSSL's default paths: %s",
						   certificate_openssl_error());
			return -1;
		}
		return 0;
	}
	if (stat(path, &st) < 0) {
		*error_r = t_strdup_printf("stat(%s) failed: %m", path);
		return -1;
	}
	is_dir = S_ISDIR(st.st_mode);
	if (X509_STORE_load_locations(trusted, is_dir ? NULL : path,
				      is_dir ? path : NULL) != 1) {
		*error_r = t_strdup_printf("%s: %s", path, certificate_openssl_error());
		return -1;
	}
	return 0;
}

int eas_certificate_store_init(const char *trusted, struct eas_certificate_store **store_r,
			       const char **error_r)
{
	struct eas_certificate_store *store = i_new(struct eas_certificate_store, 1);
	int ret;

	store->trusted = X509_STORE_new();
	store->chain = sk_X509_new_null();
	if (store->trusted == NULL || store->chain == NULL)
		i_fatal_status(FATAL_OUTOFMEM, "OpenSSL is out of memory");
	ret = store_load(store->trusted, trusted, error_r);
	ERR_clear_error();
	if (ret < 0) {
		eas_certificate_store_deinit(&store);
		return -1;
	}
	*store_r = store;
	return 0;
}

void eas_certificate_store_deinit(struct eas_certificate_store **_store)
{
	struct eas_certificate_store *store = *_store;

	if (store == NULL)
		return;
	*_store = NULL;
	sk_X509_pop_free(store->chain, X509_free);
	X509_STORE_free(store->trusted);
	i_free(store);
}

static X509 *certificate_decode(const void *der, size_t size)
{
	const unsigned char *pos = der;
	X509 *cert;

	if (size == 0 || size > EAS_CERTIFICATE_MAX_BYTES)
		return NULL;
	cert = d2i_X509(NULL, &pos, size);
	if (cert != NULL && pos != (const unsigned char *)der + size) {
		X509_free(cert);
		cert = NULL;
	}
	ERR_clear_error();
	return cert;
}

void eas_certificate_store_add_chain(struct eas_certificate_store *store, const void *der,
				     size_t size)
{
	X509 *cert = certificate_decode(der, size);

	if (cert != NULL && sk_X509_push(store->chain, cert) == 0)
		i_fatal_status(FATAL_OUTOFMEM, "OpenSSL is out of memory");
}

/*
 * Check
 */

static enum eas_status certificate_error_status(int error, int depth)
{
	for (unsigned int i = 0; i < N_ELEMENTS(certificate_errors); i++) {
		if (certificate_errors[i].error == error)
			return depth == 0 ? certificate_errors[i].own :
				certificate_errors[i].above;
	}
	return EAS_VALIDATE_CERT_STATUS_UNTRUSTED;
}

/* Lists are always used; without CheckCRL only what they say counts, not that one is
   missing. MS-ASCMD "CheckCRL" (2.2.3.26) */
static int certificate_ignore_unknown_revocation(int ok, X509_STORE_CTX *ctx)
{
	if (ok == 1)
		return 1;
	return certificate_error_status(X509_STORE_CTX_get_error(ctx), 0) ==
		EAS_VALIDATE_CERT_STATUS_REVOCATION_UNKNOWN ? 1 : 0;
}

static enum eas_status
certificate_verify(X509_STORE_CTX *ctx, time_t now, bool check_crl, const char **reason_r)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	int error;

	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	X509_VERIFY_PARAM_set_depth(param, EAS_CERTIFICATE_MAX_DEPTH);
	X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SMIME_SIGN);
	X509_VERIFY_PARAM_set_trust(param, X509_TRUST_EMAIL);
	X509_VERIFY_PARAM_set_time(param, now);
	if (!check_crl)
		X509_STORE_CTX_set_verify_cb(ctx, certificate_ignore_unknown_revocation);
	if (X509_verify_cert(ctx) == 1) {
		*reason_r = "valid";
		return EAS_VALIDATE_CERT_STATUS_OK;
	}
	error = X509_STORE_CTX_get_error(ctx);
	*reason_r = X509_verify_cert_error_string(error);
	return certificate_error_status(error, X509_STORE_CTX_get_error_depth(ctx));
}

enum eas_status
eas_certificate_check(struct eas_certificate_store *store, const void *der, size_t size,
		      time_t now, bool check_crl, const char **reason_r)
{
	X509 *cert = certificate_decode(der, size);
	X509_STORE_CTX *ctx;
	enum eas_status status;

	if (cert == NULL) {
		*reason_r = "not a certificate";
		return EAS_VALIDATE_CERT_STATUS_BAD_FORMAT;
	}
	ctx = X509_STORE_CTX_new();
	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, store->trusted, cert, store->chain) != 1)
		i_fatal_status(FATAL_OUTOFMEM, "OpenSSL is out of memory");
	status = certificate_verify(ctx, now, check_crl, reason_r);
	X509_STORE_CTX_free(ctx);
	X509_free(cert);
	ERR_clear_error();
	return status;
}

/*
 * Read
 */

static X509 *certificate_read_pem(const void *data, size_t size)
{
	BIO *bio = BIO_new_mem_buf(data, size);
	X509 *cert;

	if (bio == NULL)
		i_fatal_status(FATAL_OUTOFMEM, "OpenSSL is out of memory");
	cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return cert;
}

bool eas_certificate_read(const void *data, size_t size, time_t now, buffer_t *dest)
{
	unsigned char *der = NULL;
	X509 *cert;
	int len = 0;

	if (size > EAS_CERTIFICATE_MAX_BYTES)
		return FALSE;
	cert = certificate_decode(data, size);
	if (cert == NULL)
		cert = certificate_read_pem(data, size);
	if (cert == NULL)
		return FALSE;
	if (X509_cmp_time(X509_get0_notBefore(cert), &now) < 0 &&
	    X509_cmp_time(X509_get0_notAfter(cert), &now) > 0)
		len = i2d_X509(cert, &der);
	if (len > 0)
		buffer_append(dest, der, len);
	OPENSSL_free(der);
	X509_free(cert);
	ERR_clear_error();
	return len > 0;
}
