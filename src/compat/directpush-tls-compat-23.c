/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "settings-parser.h"
#include "master-service.h"
#include "master-service-settings.h"
#include "master-service-settings-cache.h"
#include "master-service-ssl-settings.h"
#include "directpush-tls-compat.h"

#define TLS_MODULE "directpush"

static struct master_service *tls_service;
static struct master_service_settings_cache *tls_cache;

void directpush_tls_settings_init(struct master_service *service)
{
	tls_service = service;
	tls_cache = master_service_settings_cache_init(service, TLS_MODULE, TLS_MODULE);
	/* With the filters at hand, names that no local_name block has
	   cost no question to the config process. */
	(void)master_service_settings_cache_init_filter(tls_cache);
}

void directpush_tls_settings_deinit(void)
{
	master_service_settings_cache_deinit(&tls_cache);
}

int directpush_tls_settings_read(const struct ip_addr *local_ip,
				 const struct ip_addr *remote_ip,
				 const char *local_name,
				 struct directpush_tls_settings *set_r,
				 const char **error_r)
{
	static const struct setting_parser_info *const no_roots[] = { NULL };
	struct master_service_settings_input input;
	const struct setting_parser_context *parser;
	const struct master_service_ssl_settings *ssl_set;
	const struct master_service_ssl_server_settings *server_set;
	void **sets;

	i_zero(&input);
	input.roots = no_roots;
	input.module = TLS_MODULE;
	input.service = TLS_MODULE;
	input.local_ip = *local_ip;
	input.remote_ip = *remote_ip;
	input.local_name = local_name;
	if (master_service_settings_cache_read(tls_cache, &input, NULL,
					       &parser, error_r) < 0)
		return -1;

	/* the order of master_service_settings_read(): master, ssl, ssl-server */
	sets = settings_parser_get_list(parser);
	ssl_set = sets[1];
	server_set = sets[2];

	i_zero(set_r);
	set_r->disabled = strcmp(ssl_set->ssl, "no") == 0;
	set_r->required = strcmp(ssl_set->ssl, "required") == 0;
	set_r->cert = server_set->ssl_cert;
	set_r->key = server_set->ssl_key;
	set_r->key_password = server_set->ssl_key_password;
	set_r->alt_cert = server_set->ssl_alt_cert;
	set_r->alt_key = server_set->ssl_alt_key;
	set_r->dh = server_set->ssl_dh;
	set_r->ca = ssl_set->ssl_ca;
	set_r->cipher_list = ssl_set->ssl_cipher_list;
	set_r->cipher_suites = ssl_set->ssl_cipher_suites;
	set_r->curve_list = ssl_set->ssl_curve_list;
	set_r->min_protocol = ssl_set->ssl_min_protocol;
	set_r->cert_username_field = ssl_set->ssl_cert_username_field;
	set_r->prefer_server_ciphers = ssl_set->ssl_prefer_server_ciphers;
	set_r->tickets = strstr(ssl_set->ssl_options, "no_ticket") == NULL;
	set_r->verify_client_cert = ssl_set->ssl_verify_client_cert;
	set_r->check_crl = ssl_set->ssl_require_crl;
	return 0;
}
