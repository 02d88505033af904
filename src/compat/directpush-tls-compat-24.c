/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "settings.h"
#include "master-service.h"
#include "iostream-ssl.h"
#include "ssl-settings.h"
#include "directpush-tls-compat.h"

/* of the last read: the strings given out point into them */
static const struct ssl_settings *tls_set;
static const struct ssl_server_settings *tls_server_set;
static const struct ssl_iostream_settings *tls_iostream_set;
static struct master_service *tls_service;

static void tls_settings_free(void)
{
	settings_free(tls_set);
	settings_free(tls_server_set);
	settings_free(tls_iostream_set);
}

void directpush_tls_settings_init(struct master_service *service)
{
	tls_service = service;
}

void directpush_tls_settings_deinit(void)
{
	tls_settings_free();
}

static int
tls_settings_get(const struct ip_addr *local_ip, const struct ip_addr *remote_ip,
		 const char *local_name, const char **error_r)
{
	struct event *event = event_create(master_service_get_event(tls_service));
	int ret;

	event_add_ip(event, "local_ip", local_ip);
	event_add_ip(event, "remote_ip", remote_ip);
	if (local_name != NULL)
		event_add_str(event, "local_name", local_name);
	ret = ssl_server_settings_get(event, &tls_set, &tls_server_set, error_r);
	event_unref(&event);
	return ret;
}

static const char *tls_get_text(const char *text)
{
	return text == NULL ? "" : text;
}

int directpush_tls_settings_read(const struct ip_addr *local_ip,
				 const struct ip_addr *remote_ip,
				 const char *local_name,
				 struct directpush_tls_settings *set_r,
				 const char **error_r)
{
	const struct ssl_iostream_settings *set;

	tls_settings_free();
	if (tls_settings_get(local_ip, remote_ip, local_name, error_r) < 0)
		return -1;
	ssl_server_settings_to_iostream_set(tls_set, tls_server_set, &tls_iostream_set);
	set = tls_iostream_set;

	i_zero(set_r);
	set_r->disabled = strcmp(tls_server_set->ssl, "no") == 0;
	set_r->required = strcmp(tls_server_set->ssl, "required") == 0;
	set_r->cert = tls_get_text(set->cert.cert.content);
	set_r->key = tls_get_text(set->cert.key.content);
	set_r->key_password = tls_get_text(set->cert.key_password);
	set_r->alt_cert = tls_get_text(set->alt_cert.cert.content);
	set_r->alt_key = tls_get_text(set->alt_cert.key.content);
	set_r->dh = tls_get_text(set->dh.content);
	set_r->ca = tls_get_text(set->ca.content);
	set_r->cipher_list = tls_get_text(set->cipher_list);
	set_r->cipher_suites = tls_get_text(set->ciphersuites);
	set_r->curve_list = tls_get_text(set->curve_list);
	set_r->min_protocol = tls_get_text(set->min_protocol);
	set_r->cert_username_field = tls_get_text(set->cert_username_field);
	set_r->prefer_server_ciphers = set->prefer_server_ciphers;
	set_r->tickets = set->tickets;
	set_r->verify_client_cert = set->verify_remote_cert;
	set_r->check_crl = !set->skip_crl_check;
	return 0;
}
