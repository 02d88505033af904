/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_SETTINGS_H
#define DIRECTPUSH_SETTINGS_H

/* The front's settings. conf.d/95-directpush.conf explains each of them; a setting that the
   worker also reads has the same name and default in directpush-worker-settings.[ch]. */

#include "directpush-settings-compat.h"

struct directpush_settings {
	pool_t pool;

	bool verbose_proctitle;
	DIRECTPUSH_LOGIN_SETTINGS_MEMBERS

	/* seconds */
	unsigned int directpush_heartbeat_min;
	unsigned int directpush_heartbeat_max;
	unsigned int directpush_heartbeat_alert;
	/* heartbeats */
	unsigned int directpush_heartbeat_alert_window;

	/* "16.1": one that eas_version_parse() knows */
	const char *directpush_max_version;

	/* bytes */
	uoff_t directpush_max_request_size;
	uoff_t directpush_max_send_size;

	/* seconds; 0 = no cache */
	unsigned int directpush_auth_cache_ttl;
	unsigned int directpush_auth_negative_ttl;

	unsigned int directpush_worker_idle_timeout;
	unsigned int directpush_worker_max_per_user;
	/* of all users together */
	unsigned int directpush_worker_max;
	unsigned int directpush_worker_timeout;

	unsigned int directpush_max_parked_per_user;
	unsigned int directpush_max_parked_per_device;
	unsigned int directpush_max_requests_per_device;
	/* a minute; 0 = no limit */
	unsigned int directpush_device_rate, directpush_user_rate;

	/* milliseconds */
	unsigned int directpush_coalesce_time;
	/* seconds; 0 = a repeated Ping is never believed */
	unsigned int directpush_look_interval;

	/* seconds */
	unsigned int directpush_handshake_timeout;
	unsigned int directpush_header_timeout;
	unsigned int directpush_body_timeout;
	unsigned int directpush_keepalive_timeout;
	unsigned int directpush_shutdown_spread;
	/* seconds; 0 = no Strict-Transport-Security */
	unsigned int directpush_hsts;
};

extern const struct setting_parser_info directpush_setting_parser_info;

#endif
