/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "sha2.h"
#include "directpush-tls-compat.h"
#include "directpush-tls.h"
#include "directpush-tls-context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* ALPN: what we speak, in wire format */
static const unsigned char tls_alpn_http[] = "\x08http/1.1";

static int
tls_password_callback(char *buf, int size, int rwflag ATTR_UNUSED, void *context)
{
	const char *password = context;

	if (*password == '\0' || i_strocpy(buf, password, size) < 0)
		return 0;
	return strlen(buf);
}

/* The certificate and, behind it, what leads to the authority. */
static int tls_use_cert(SSL_CTX *ctx, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL), *chain_cert;
	int ret = cert != NULL && SSL_CTX_use_certificate(ctx, cert) == 1 ? 0 : -1;

	if (ret == 0)
		(void)SSL_CTX_select_current_cert(ctx, cert);
	while (ret == 0 &&
	       (chain_cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		if (SSL_CTX_add0_chain_cert(ctx, chain_cert) != 1) {
			X509_free(chain_cert);
			ret = -1;
		}
	}
	/* the end of the text looks like an error to the PEM reader */
	if (ret == 0)
		ERR_clear_error();
	X509_free(cert);
	BIO_free(bio);
	return ret;
}

static int tls_use_key(SSL_CTX *ctx, const char *pem, const char *password)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, tls_password_callback,
						(void *)password);
	int ret = key != NULL && SSL_CTX_use_PrivateKey(ctx, key) == 1 ? 0 : -1;

	EVP_PKEY_free(key);
	BIO_free(bio);
	return ret;
}

static int tls_use_dh(SSL_CTX *ctx, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *params = PEM_read_bio_Parameters(bio, NULL);
	int ret = params != NULL &&
		SSL_CTX_set0_tmp_dh_pkey(ctx, params) == 1 ? 0 : -1;

	if (ret < 0)
		EVP_PKEY_free(params);
	BIO_free(bio);
	return ret;
}

static int tls_use_ca(SSL_CTX *ctx, const char *pem, bool check_crl)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *bio = BIO_new_mem_buf(pem, -1);
	STACK_OF(X509_INFO) *infos = PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL);
	X509_INFO *info;

	BIO_free(bio);
	if (infos == NULL)
		return -1;
	for (int i = 0; i < sk_X509_INFO_num(infos); i++) {
		info = sk_X509_INFO_value(infos, i);
		if (info->x509 != NULL) {
			X509_STORE_add_cert(store, info->x509);
			SSL_CTX_add_client_CA(ctx, info->x509);
		}
		if (info->crl != NULL)
			X509_STORE_add_crl(store, info->crl);
	}
	sk_X509_INFO_pop_free(infos, X509_INFO_free);
	if (check_crl) {
		X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK |
				     X509_V_FLAG_CRL_CHECK_ALL);
	}
	return 0;
}

static int tls_min_protocol(const char *name)
{
	static const struct {
		const char *name;
		int version;
	} versions[] = {
		{ "ANY", 0 },
		{ "SSLv3", SSL3_VERSION },
		{ "TLSv1", TLS1_VERSION },
		{ "TLSv1.1", TLS1_1_VERSION },
		{ "TLSv1.2", TLS1_2_VERSION },
		{ "TLSv1.3", TLS1_3_VERSION },
		{ "LATEST", TLS1_3_VERSION }
	};

	for (unsigned int i = 0; i < N_ELEMENTS(versions); i++) {
		if (strcasecmp(versions[i].name, name) == 0)
			return versions[i].version;
	}
	return -1;
}

static int
tls_alpn_callback(SSL *ssl ATTR_UNUSED, const unsigned char **out,
		  unsigned char *outlen, const unsigned char *in,
		  unsigned int inlen, void *arg ATTR_UNUSED)
{
	unsigned char *chosen;

	if (SSL_select_next_proto(&chosen, outlen, tls_alpn_http,
				  sizeof(tls_alpn_http) - 1, in, inlen) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* The handshake goes on with a bad certificate: the auth process decides
   (auth_ssl_require_client_cert), as for Dovecot's other protocols. */
static int
tls_verify_callback(int preverify_ok ATTR_UNUSED,
		    X509_STORE_CTX *store ATTR_UNUSED)
{
	return 1;
}

static const char *
tls_context_set_crypto(SSL_CTX *ctx, const struct directpush_tls_settings *set)
{
	int min_protocol = tls_min_protocol(set->min_protocol);

	if (min_protocol < 0 || SSL_CTX_set_min_proto_version(ctx, min_protocol) != 1)
		return "ssl_min_protocol";
	if (*set->cipher_list != '\0' &&
	    SSL_CTX_set_cipher_list(ctx, set->cipher_list) != 1)
		return "ssl_cipher_list";
	if (*set->cipher_suites != '\0' &&
	    SSL_CTX_set_ciphersuites(ctx, set->cipher_suites) != 1)
		return "ssl_cipher_suites";
	if (*set->curve_list != '\0' &&
	    SSL_CTX_set1_curves_list(ctx, set->curve_list) != 1)
		return "ssl_curve_list";
	if (*set->dh != '\0' && tls_use_dh(ctx, set->dh) < 0)
		return "ssl_dh";
	return NULL;
}

static const char *
tls_context_set_certs(SSL_CTX *ctx, const struct directpush_tls_settings *set)
{
	if (tls_use_cert(ctx, set->cert) < 0)
		return "ssl_cert";
	if (tls_use_key(ctx, set->key, set->key_password) < 0)
		return "ssl_key";
	if (*set->alt_cert != '\0') {
		if (tls_use_cert(ctx, set->alt_cert) < 0)
			return "ssl_alt_cert";
		if (tls_use_key(ctx, set->alt_key, set->key_password) < 0)
			return "ssl_alt_key";
	}
	if (set->verify_client_cert) {
		if (tls_use_ca(ctx, set->ca, set->check_crl) < 0)
			return "ssl_ca";
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE,
				   tls_verify_callback);
	}
	return NULL;
}

/* A session that began where other authorities vouch for clients is not resumed here. All else may differ: OpenSSL
   compares this before it knows the name that the client asks for. */
static void tls_set_session_context(SSL_CTX *ctx, const struct directpush_tls_settings *set)
{
	const char *trust = !set->verify_client_cert ? "" :
		t_strconcat(set->check_crl ? "crl " : "", set->ca, NULL);
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(trust, strlen(trust), digest);
	(void)SSL_CTX_set_session_id_context(ctx, digest, sizeof(digest));
}

SSL_CTX *directpush_tls_context_create(const struct directpush_tls_settings *set,
				       const char **error_r)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	const char *setting;

	if (ctx == NULL) {
		*error_r = directpush_tls_error();
		return NULL;
	}
	SSL_CTX_set_options(ctx, (SSL_OP_ALL & ~SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS) |
			    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
			    (set->tickets ? 0 : SSL_OP_NO_TICKET) |
			    (set->prefer_server_ciphers ?
			     SSL_OP_CIPHER_SERVER_PREFERENCE : 0));
	/* A waiting connection must keep no buffers. The pump writes again from
	   wherever the rest lies. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS |
			 SSL_MODE_ENABLE_PARTIAL_WRITE |
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* sessions are resumed by tickets, which cost us no memory */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(ctx, set->tickets ? 1 : 0);
	tls_set_session_context(ctx, set);
	SSL_CTX_set_alpn_select_cb(ctx, tls_alpn_callback, NULL);

	setting = tls_context_set_crypto(ctx, set);
	if (setting == NULL)
		setting = tls_context_set_certs(ctx, set);
	if (setting != NULL) {
		*error_r = t_strdup_printf("Can't use setting %s: %s", setting,
					   directpush_tls_error());
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}
