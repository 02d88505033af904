/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "master-service.h"
#include "master-service-settings.h"
#include "settings-parser.h"
#include "directpush-master-compat.h"

#ifdef HAVE_SETTINGS_GET

#include "settings.h"

int directpush_master_settings_read(struct master_service *service,
				    const struct setting_parser_info *info,
				    const void **set_r, const char **error_r)
{
	if (master_service_settings_read_simple(service, error_r) < 0)
		return -1;
	/* not the macro: it wants to know the struct */
	return (settings_get)(master_service_get_event(service), info, 0,
			      __FILE__, __LINE__, set_r, error_r);
}

void directpush_master_settings_free(const void *set)
{
	/* every struct of ours begins with its pool */
	pool_t pool = *(const pool_t *)set;

	pool_unref(&pool);
}

bool directpush_master_is_proxied_tls(const struct master_service_connection *conn)
{
	return conn->haproxied && conn->haproxy.ssl;
}

const char *directpush_master_get_haproxy_networks(struct master_service *service)
{
	return master_service_get_service_settings(service)->haproxy_trusted_networks;
}

#else

static pool_t settings_pool;

int directpush_master_settings_read(struct master_service *service,
				    const struct setting_parser_info *info,
				    const void **set_r, const char **error_r)
{
	const struct setting_parser_info *set_roots[] = { info, NULL };

	if (master_service_settings_read_simple(service, set_roots, error_r) < 0)
		return -1;
	/* reading TLS settings for a name makes Dovecot forget these */
	settings_pool = pool_alloconly_create("directpush settings", 4096);
	*set_r = settings_dup(info, master_service_settings_get_others(service)[0],
			      settings_pool);
	return 0;
}

void directpush_master_settings_free(const void *set ATTR_UNUSED)
{
	pool_unref(&settings_pool);
}

bool directpush_master_is_proxied_tls(const struct master_service_connection *conn)
{
	return conn->proxied && conn->proxy.ssl;
}

const char *directpush_master_get_haproxy_networks(struct master_service *service)
{
	return master_service_settings_get(service)->haproxy_trusted_networks;
}

#endif
