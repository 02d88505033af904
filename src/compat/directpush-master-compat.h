/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_MASTER_COMPAT_H
#define DIRECTPUSH_MASTER_COMPAT_H

/* How a service without mail users reads its settings, and its connections. */

struct master_service;
struct master_service_connection;
struct setting_parser_info;

/* *set_r: the struct of info. Returns 0, -1 with a sentence. */
int directpush_master_settings_read(struct master_service *service,
				    const struct setting_parser_info *info,
				    const void **set_r, const char **error_r);
void directpush_master_settings_free(const void *set);

/* after the settings were read */
const char *directpush_master_get_haproxy_networks(struct master_service *service);

/* Did a proxy say, by the PROXY protocol, that it has TLS with the client? */
bool directpush_master_is_proxied_tls(const struct master_service_connection *conn);

#endif
