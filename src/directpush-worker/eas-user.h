/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_USER_H
#define EAS_USER_H

/* The user this process serves: storage opened, privileges dropped for good. */

struct mail_user;
struct mail_storage_service_user;
struct eas_device;
struct eas_folder_list;
struct directpush_worker_settings;

struct eas_user {
	pool_t pool;
	struct event *event;
	struct mail_user *mail_user;
	struct mail_storage_service_user *service_user;
	const struct directpush_worker_settings *set;
	const struct smtp_submit_settings *submit_set;
	/* where sync state is kept: <control dir>/directpush */
	const char *state_root;
	/* device on whose behalf a change is made now; the mail plugin reads it by
	   directpush_user_get_origin_device() */
	const char *origin_device_id;
};

/* The user's name as Dovecot knows it, and the addresses mail may be sent from: the first
   is the primary one. NULL-terminated. */
const char *const *eas_user_get_addresses(struct eas_user *user);

#endif
