/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "directpush-services-compat.h"

static const struct service_settings directpush_service_settings = {
	.name = "directpush",
	.protocol = "directpush",
	.type = "",
	.executable = "directpush",
	.user = "$SET:default_login_user",
	.group = "",
	.privileged_group = "",
	.extra_groups = ARRAY_INIT,
	.chroot = "login",

	.drop_priv_before_exec = FALSE,

	.process_min_avail = 0,
	.process_limit = 1,
	.client_limit = DIRECTPUSH_CLIENT_LIMIT,
	.restart_request_count = 0,
	.idle_kill_interval = SET_TIME_INFINITE,
	.vsz_limit = DIRECTPUSH_VSZ_LIMIT,

	.unix_listeners = ARRAY_INIT,
	.fifo_listeners = ARRAY_INIT,
	.inet_listeners = ARRAY_INIT,

	/* one reader for the FIFO */
	.process_limit_1 = TRUE
};

static const struct setting_keyvalue directpush_service_defaults[] = {
	{ "unix_listener", "directpush-admin" },
	{ "unix_listener/directpush-admin/path", "directpush-admin" },
	{ "unix_listener/directpush-admin/mode", "0600" },

	/* Every mail user's process writes here. */
	{ "fifo_listener", "directpush-notify" },
	{ "fifo_listener/directpush-notify/path", "directpush-notify" },
	{ "fifo_listener/directpush-notify/mode", "0622" },

	/* ssl=yes only tells who listens; with the global ssl=no such a port stays closed. */
	{ "inet_listener", "directpush directpushs" },
	{ "inet_listener/directpush/name", "directpush" },
	{ "inet_listener/directpush/port", "0" },
	{ "inet_listener/directpushs/name", "directpushs" },
	{ "inet_listener/directpushs/port", "0" },
	{ "inet_listener/directpushs/ssl", "yes" },
	{ NULL, NULL }
};

static const struct service_settings directpush_worker_service_settings = {
	.name = "directpush-worker",
	.protocol = "directpush",
	.type = "",
	.executable = "directpush-worker",
	.user = "",
	.group = "",
	.privileged_group = "",
	.extra_groups = ARRAY_INIT,
	.chroot = "",

	.drop_priv_before_exec = FALSE,

	.process_min_avail = 0,
	.process_limit = DIRECTPUSH_WORKER_PROCESS_LIMIT,
	.client_limit = 1,
	.restart_request_count = 1,
	.idle_kill_interval = 0,
	.vsz_limit = UOFF_T_MAX,

	.unix_listeners = ARRAY_INIT,
	.fifo_listeners = ARRAY_INIT,
	.inet_listeners = ARRAY_INIT
};

/* The front reaches it from its chroot; the login folder keeps others out. */
static const struct setting_keyvalue directpush_worker_service_defaults[] = {
	{ "unix_listener", "login\\sdirectpush-worker" },
	{ "unix_listener/login\\sdirectpush-worker/path", "login/directpush-worker" },
	{ "unix_listener/login\\sdirectpush-worker/mode", "0666" },
	{ "service_extra_groups", "$SET:default_internal_group" },
	{ NULL, NULL }
};

const struct config_service directpush_settings_services_array[] = {
	{ &directpush_service_settings, directpush_service_defaults },
	{ &directpush_worker_service_settings, directpush_worker_service_defaults },
	{ NULL, NULL }
};
