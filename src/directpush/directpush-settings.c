/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "directpush-ipc-limits.h"
#include "directpush-settings.h"

static bool
directpush_settings_check(void *_set, pool_t pool, const char **error_r);

#undef DEF
#define DEF(type, name) \
	SETTING_DEFINE_STRUCT_##type(#name, name, struct directpush_settings)

static const struct setting_define directpush_setting_defines[] = {
	DEF(BOOL, verbose_proctitle),
	DIRECTPUSH_LOGIN_SETTINGS_DEFINES

	DEF(TIME, directpush_heartbeat_min),
	DEF(TIME, directpush_heartbeat_max),
	DEF(TIME, directpush_heartbeat_alert),
	DEF(UINT, directpush_heartbeat_alert_window),

	DEF(ENUM, directpush_max_version),

	DEF(SIZE, directpush_max_request_size),
	DEF(SIZE, directpush_max_send_size),

	DEF(TIME, directpush_auth_cache_ttl),
	DEF(TIME, directpush_auth_negative_ttl),

	DEF(TIME, directpush_worker_idle_timeout),
	DEF(UINT, directpush_worker_max_per_user),
	DEF(UINT, directpush_worker_max),
	DEF(TIME, directpush_worker_timeout),

	DEF(UINT, directpush_max_parked_per_user),
	DEF(UINT, directpush_max_parked_per_device),
	DEF(UINT, directpush_max_requests_per_device),
	DEF(UINT, directpush_device_rate),
	DEF(UINT, directpush_user_rate),

	DEF(TIME_MSECS, directpush_coalesce_time),
	DEF(TIME, directpush_look_interval),

	DEF(TIME, directpush_handshake_timeout),
	DEF(TIME, directpush_header_timeout),
	DEF(TIME, directpush_body_timeout),
	DEF(TIME, directpush_keepalive_timeout),
	DEF(TIME, directpush_shutdown_spread),
	DEF(TIME, directpush_hsts),

	SETTING_DEFINE_LIST_END
};

static const struct directpush_settings directpush_default_settings = {
	.verbose_proctitle = FALSE,
	DIRECTPUSH_LOGIN_SETTINGS_DEFAULTS

	.directpush_heartbeat_min = DIRECTPUSH_DEFAULT_HEARTBEAT_MIN_SECS,
	.directpush_heartbeat_max = DIRECTPUSH_DEFAULT_HEARTBEAT_MAX_SECS,
	.directpush_heartbeat_alert = 9*60,
	.directpush_heartbeat_alert_window = 200,

	.directpush_max_version = "16.1:16.0:14.1:14.0:12.1",

	.directpush_max_request_size = DIRECTPUSH_DEFAULT_MAX_REQUEST_BYTES,
	.directpush_max_send_size = DIRECTPUSH_DEFAULT_MAX_SEND_BYTES,

	.directpush_auth_cache_ttl = 5*60,
	.directpush_auth_negative_ttl = 30,

	.directpush_worker_idle_timeout = 60,
	.directpush_worker_max_per_user = 4,
	.directpush_worker_max = 1000,
	.directpush_worker_timeout = 30,

	.directpush_max_parked_per_user = 50,
	.directpush_max_parked_per_device = 2,
	.directpush_max_requests_per_device = 6,
	.directpush_device_rate = 300,
	.directpush_user_rate = 1500,

	.directpush_coalesce_time = 1,
	.directpush_look_interval = 60*60,

	.directpush_handshake_timeout = 10,
	.directpush_header_timeout = 15,
	.directpush_body_timeout = 60,
	.directpush_keepalive_timeout = 5*60,
	.directpush_shutdown_spread = 5,
	.directpush_hsts = 0
};

static const struct setting_parser_info *directpush_setting_dependencies[] ATTR_UNUSED = {
	NULL
};

DIRECTPUSH_SETTING_INFO(directpush_setting_parser_info, "directpush",
			directpush_setting_defines, directpush_default_settings,
			directpush_settings, directpush_settings_check,
			directpush_setting_dependencies);

static bool
directpush_settings_check(void *_set, pool_t pool ATTR_UNUSED, const char **error_r)
{
	const struct directpush_settings *set = _set;

	if (set->directpush_heartbeat_min == 0) {
		*error_r = "directpush_heartbeat_min must be at least 1 second";
		return FALSE;
	}
	if (set->directpush_heartbeat_max < set->directpush_heartbeat_min ||
	    set->directpush_heartbeat_max > DIRECTPUSH_HEARTBEAT_LIMIT_SECS) {
		*error_r = "directpush_heartbeat_max must lie between "
			"directpush_heartbeat_min and 59 mins";
		return FALSE;
	}
	if (set->directpush_heartbeat_alert_window == 0) {
		*error_r = "directpush_heartbeat_alert_window must be at least 1";
		return FALSE;
	}
	if (set->directpush_max_parked_per_device == 0 ||
	    set->directpush_max_parked_per_user == 0 ||
	    set->directpush_max_requests_per_device == 0 ||
	    set->directpush_worker_max_per_user == 0 ||
	    set->directpush_worker_max == 0) {
		*error_r = "directpush_max_parked_per_device, "
			"directpush_max_parked_per_user, "
			"directpush_max_requests_per_device, "
			"directpush_worker_max_per_user and "
			"directpush_worker_max must be at least 1";
		return FALSE;
	}
	return TRUE;
}
