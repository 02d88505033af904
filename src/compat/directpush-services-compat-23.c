/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "directpush-services-compat.h"

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

/* ssl=yes only tells who listens; with the global ssl=no such a port stays closed. */
static struct inet_listener_settings directpush_inet_listeners_array[] = {
	{ .name = "directpush", .address = "", .port = 0, .ssl = FALSE },
	{ .name = "directpushs", .address = "", .port = 0, .ssl = TRUE }
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
	.process_limit = DIRECTPUSH_WORKER_PROCESS_LIMIT,
	.client_limit = 1,
	.service_count = 1,
	.idle_kill = 0,
	.vsz_limit = UOFF_T_MAX,

	.unix_listeners = { { &directpush_worker_unix_listeners_buf,
			      sizeof(directpush_worker_unix_listeners[0]) } },
	.fifo_listeners = ARRAY_INIT,
	.inet_listeners = ARRAY_INIT
};

struct service_settings *directpush_settings_service_settings_array[] = {
	&directpush_service_settings,
	&directpush_worker_service_settings,
	NULL
};
