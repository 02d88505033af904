/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What Dovecot's config process loads: our settings and the defaults of our two services, so
   that doveconf knows them and nobody copies service blocks. Both services belong to the
   protocol "directpush" and run only where `protocols` names it. The listeners' ports are 0,
   off, until the administrator sets them. */

#include "lib.h"
#include "buffer.h"
#include "settings-parser.h"
#include "service-settings.h"
#include "directpush-settings.h"
#include "directpush-worker-settings.h"

/* 16,000 parked phones in 14 kB each and what is active beside them */
#define DIRECTPUSH_CLIENT_LIMIT 16384
#define DIRECTPUSH_VSZ_LIMIT (1024ULL*1024*1024)

#define POINTERS_BUFFER(array) { { { array, sizeof(array) } } }

/* <settings checks> */
static struct file_listener_settings directpush_unix_listener = {
	"directpush-admin", 0600, "", ""
};
static struct file_listener_settings *directpush_unix_listeners[] = {
	&directpush_unix_listener
};
static buffer_t directpush_unix_listeners_buf =
	POINTERS_BUFFER(directpush_unix_listeners);

/* Every mail user's process writes here. */
static struct file_listener_settings directpush_fifo_listener = {
	"directpush-notify", 0622, "", ""
};
static struct file_listener_settings *directpush_fifo_listeners[] = {
	&directpush_fifo_listener
};
static buffer_t directpush_fifo_listeners_buf =
	POINTERS_BUFFER(directpush_fifo_listeners);

/* TLS on "directpushs" is ours: ssl=yes would give it to lib-http. */
static struct inet_listener_settings directpush_inet_listeners_array[] = {
	{ .name = "directpush", .address = "", .port = 0, .ssl = FALSE },
	{ .name = "directpushs", .address = "", .port = 0, .ssl = FALSE }
};
static struct inet_listener_settings *directpush_inet_listeners[] = {
	&directpush_inet_listeners_array[0],
	&directpush_inet_listeners_array[1]
};
static buffer_t directpush_inet_listeners_buf =
	POINTERS_BUFFER(directpush_inet_listeners);

/* The front reaches it from its chroot; the login folder keeps others out. */
static struct file_listener_settings directpush_worker_unix_listener = {
	"login/directpush-worker", 0666, "", ""
};
static struct file_listener_settings *directpush_worker_unix_listeners[] = {
	&directpush_worker_unix_listener
};
static buffer_t directpush_worker_unix_listeners_buf =
	POINTERS_BUFFER(directpush_worker_unix_listeners);
/* </settings checks> */

static struct service_settings directpush_service_settings = {
	.name = "directpush",
	.protocol = "directpush",
	.type = "",
	.executable = "directpush",
	.user = "$default_login_user",
	.group = "",
	.privileged_group = "",
	.extra_groups = "",
	.chroot = "login",

	.drop_priv_before_exec = FALSE,

	.process_min_avail = 0,
	.process_limit = 1,
	.client_limit = DIRECTPUSH_CLIENT_LIMIT,
	.service_count = 0,
	.idle_kill = UINT_MAX,
	.vsz_limit = DIRECTPUSH_VSZ_LIMIT,

	.unix_listeners = { { &directpush_unix_listeners_buf,
			      sizeof(directpush_unix_listeners[0]) } },
	.fifo_listeners = { { &directpush_fifo_listeners_buf,
			      sizeof(directpush_fifo_listeners[0]) } },
	.inet_listeners = { { &directpush_inet_listeners_buf,
			      sizeof(directpush_inet_listeners[0]) } },

	/* one reader for the FIFO */
	.process_limit_1 = TRUE
};

static struct service_settings directpush_worker_service_settings = {
	.name = "directpush-worker",
	.protocol = "directpush",
	.type = "",
	.executable = "directpush-worker",
	.user = "",
	.group = "",
	.privileged_group = "",
	.extra_groups = "$default_internal_group",
	.chroot = "",

	.drop_priv_before_exec = FALSE,

	.process_min_avail = 0,
	.process_limit = 1024,
	.client_limit = 1,
	.service_count = 1,
	.idle_kill = 0,
	.vsz_limit = UOFF_T_MAX,

	.unix_listeners = { { &directpush_worker_unix_listeners_buf,
			      sizeof(directpush_worker_unix_listeners[0]) } },
	.fifo_listeners = ARRAY_INIT,
	.inet_listeners = ARRAY_INIT
};

extern const char *directpush_settings_version;
extern const struct setting_parser_info *directpush_settings_set_roots[];
extern struct service_settings *directpush_settings_service_settings_array[];

const char *directpush_settings_version = DOVECOT_ABI_VERSION;

const struct setting_parser_info *directpush_settings_set_roots[] = {
	&directpush_setting_parser_info,
	&directpush_worker_setting_parser_info,
	NULL
};

struct service_settings *directpush_settings_service_settings_array[] = {
	&directpush_service_settings,
	&directpush_worker_service_settings,
	NULL
};
