/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_STORAGE_COMPAT_H
#define DIRECTPUSH_STORAGE_COMPAT_H

/* How a mail user comes to life: the calls around lib-storage's service whose shape
   differs between Dovecot 2.3 and 2.4. */

struct event;
struct master_service;
struct mail_user;
struct mail_storage_service_user;
struct setting_parser_info;
struct smtp_submit_settings;
struct directpush_login;

#ifdef HAVE_SETTINGS_GET
#  define DIRECTPUSH_STORAGE_MASTER_SERVICE_FLAGS 0
#else
#  define DIRECTPUSH_STORAGE_MASTER_SERVICE_FLAGS \
	MASTER_SERVICE_FLAG_KEEP_CONFIG_OPEN
#endif

struct directpush_storage_user {
	struct mail_user *mail_user;
	/* 2.3 only */
	struct mail_storage_service_user *service_user;
	/* variables in them are expanded; they live as long as the user */
	const void *set;
	const struct smtp_submit_settings *submit_set;
};

/* Before master_service_init_finish(). set_info names the caller's settings, whose struct
   begins with its pool. */
void directpush_storage_init(struct master_service *service,
			     const struct setting_parser_info *set_info);
void directpush_storage_deinit(void);

/* Look the user up, drop privileges for good, open the namespaces.
   Returns 0, -1 with a reason for the log. */
int directpush_storage_user_create(const struct directpush_login *login,
				   struct event *event_parent,
				   struct directpush_storage_user *user_r,
				   const char **error_r);
void directpush_storage_user_destroy(struct directpush_storage_user *user);

#endif
