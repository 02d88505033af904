/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "sha2.h"
#include "directpush-tls-compat.h"
#include "directpush-common.h"
#include "directpush-tls-context.h"
#include "directpush-tls.h"

#include <openssl/err.h>
#include <openssl/x509.h>

struct tls_context {
	/* of the settings it is made from */
	unsigned char digest[SHA256_RESULTLEN];
	SSL_CTX *ctx;
};

/* One for each set of settings, so as many as the configuration has. The first
   is the default. */
static ARRAY(struct tls_context) tls_contexts;
/* ssl_cert_username_field */
static int tls_username_nid;

const char *directpush_tls_error(void)
{
	unsigned long err;
	const char *text = "unknown error";

	while ((err = ERR_get_error()) != 0)
		text = t_strdup(ERR_error_string(err, NULL));
	return text;
}

static void
tls_settings_digest(const struct directpush_tls_settings *set,
		    unsigned char digest_r[STATIC_ARRAY SHA256_RESULTLEN])
{
	const char *const texts[] = {
		set->cert, set->key, set->alt_cert, set->alt_key, set->dh,
		set->ca, set->cipher_list, set->cipher_suites,
		set->curve_list, set->min_protocol, set->key_password
	};
	const bool switches[] = {
		set->prefer_server_ciphers, set->tickets,
		set->verify_client_cert, set->check_crl
	};
	struct sha256_ctx sha;

	sha256_init(&sha);
	for (unsigned int i = 0; i < N_ELEMENTS(texts); i++)
		sha256_loop(&sha, texts[i], strlen(texts[i]) + 1);
	sha256_loop(&sha, switches, sizeof(switches));
	sha256_result(&sha, digest_r);
}

static int
tls_context_get(const struct directpush_tls_settings *set, SSL_CTX **ctx_r,
		const char **error_r)
{
	struct tls_context *context, new_context;

	tls_settings_digest(set, new_context.digest);
	array_foreach_modifiable(&tls_contexts, context) {
		if (memcmp(context->digest, new_context.digest,
			   sizeof(new_context.digest)) == 0) {
			*ctx_r = context->ctx;
			return 0;
		}
	}
	new_context.ctx = directpush_tls_context_create(set, error_r);
	if (new_context.ctx == NULL)
		return -1;
	array_push_back(&tls_contexts, &new_context);
	*ctx_r = new_context.ctx;
	return 0;
}

static int
tls_context_find(const struct directpush_tls_peer *peer, const char *local_name,
		 SSL_CTX **ctx_r, const char **error_r)
{
	struct directpush_tls_settings set;

	if (directpush_tls_settings_read(&peer->local_ip, &peer->remote_ip,
					 local_name, &set, error_r) < 0)
		return -1;
	return tls_context_get(&set, ctx_r, error_r);
}

static int
tls_servername_callback(SSL *ssl, int *alert ATTR_UNUSED, void *arg ATTR_UNUSED)
{
	const struct directpush_tls_peer *peer =
		(const void *)BIO_get_callback_arg(SSL_get_rbio(ssl));
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const char *error;
	SSL_CTX *ctx;

	if (name == NULL || *name == '\0')
		return SSL_TLSEXT_ERR_NOACK;
	T_BEGIN {
		if (tls_context_find(peer, name, &ctx, &error) < 0) {
			e_error(directpush_event, "TLS: Can't read settings for "
				"local_name %s, using the default certificate: %s",
				str_sanitize(name, 128), error);
			ctx = NULL;
		}
	} T_END;
	if (ctx != NULL)
		SSL_set_SSL_CTX(ssl, ctx);
	return SSL_TLSEXT_ERR_OK;
}

int directpush_tls_init(bool *enabled_r, const char **error_r)
{
	struct directpush_tls_settings set;
	struct directpush_tls_peer nobody;
	SSL_CTX *ctx;

	i_array_init(&tls_contexts, 4);
	*enabled_r = FALSE;
	i_zero(&nobody);
	if (directpush_tls_settings_read(&nobody.local_ip, &nobody.remote_ip,
					 NULL, &set, error_r) < 0)
		return -1;
	if (set.disabled || *set.cert == '\0')
		return 0;
	tls_username_nid = OBJ_txt2nid(set.cert_username_field);
	if (tls_context_get(&set, &ctx, error_r) < 0)
		return -1;
	*enabled_r = TRUE;
	return 0;
}

void directpush_tls_deinit(void)
{
	struct tls_context *context;

	array_foreach_modifiable(&tls_contexts, context)
		SSL_CTX_free(context->ctx);
	array_free(&tls_contexts);
}

SSL *directpush_tls_session_new(int fd, struct directpush_tls_peer *peer,
				const char **error_r)
{
	SSL_CTX *ctx;
	SSL *ssl;

	if (tls_context_find(peer, NULL, &ctx, error_r) < 0)
		return NULL;
	SSL_CTX_set_tlsext_servername_callback(ctx, tls_servername_callback);
	ssl = SSL_new(ctx);
	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) {
		*error_r = directpush_tls_error();
		SSL_free(ssl);
		return NULL;
	}
	/* SSL_set_app_data() would take some 100 bytes for one pointer; the BIO has one that
	   nobody uses. */
	BIO_set_callback_arg(SSL_get_rbio(ssl), (char *)peer);
	SSL_set_accept_state(ssl);
	return ssl;
}

bool directpush_tls_has_valid_client_cert(SSL *ssl, const char **username_r)
{
	X509 *cert = SSL_get_peer_certificate(ssl);
	char name[256];

	*username_r = NULL;
	if (cert == NULL)
		return FALSE;
	if (SSL_get_verify_result(ssl) != X509_V_OK) {
		X509_free(cert);
		return FALSE;
	}
	if (X509_NAME_get_text_by_NID(X509_get_subject_name(cert),
				      tls_username_nid, name, sizeof(name)) > 0)
		*username_r = t_strdup(name);
	X509_free(cert);
	return TRUE;
}
