/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_USER_H
#define EAS_USER_H

/* The user this process serves: storage opened, privileges dropped for good. */

#include "directpush-storage-compat.h"
#include "directpush-ipc-origin.h"

struct event;
struct mail_user;
struct eas_folder_list;
struct eas_state_store;
struct directpush_login;
struct directpush_worker_settings;
struct smtp_submit_settings;

extern struct event_category event_category_eas;
extern struct event_category event_category_directpush_worker;

/* Values of a request that are longer wait in a temporary file: the MIME of a mail to send. */
#define EAS_MAX_MEMORY_VALUE (256*1024)

struct eas_user {
	pool_t pool;
	struct event *event;
	/* as Dovecot knows the user */
	const char *username;
	struct mail_user *mail_user;
	struct directpush_storage_user storage_user;
	const struct directpush_worker_settings *set;
	const struct smtp_submit_settings *submit_set;
	/* where sync state is kept: <control dir>/directpush */
	const char *state_root;
	/* what holds for all devices */
	struct eas_state_store *state_store;
	/* The folders as last listed: eas-folder.c's. NULL = not listed yet. */
	struct eas_folder_list *folders;
	/* eas-mailbox.c's */
	ARRAY(struct eas_mailbox_kept) kept_mailboxes;
	/* eas-mail-followup.c's */
	struct eas_mail_followups *followups;
	/* eas-pim-folder.c's */
	ARRAY(struct eas_pim_kept) kept_pim_indexes;
	/* eas-search-results.c's */
	struct eas_search_results *search_results;
	const char *const *addresses;
	/* NULL = not asked for yet */
	const struct pim_zone *zone;
	/* EAS_MAX_MEMORY_VALUE; less where files are to be tried */
	size_t max_memory_value;
	/* a new device was refused and logged */
	bool devices_full;
	/* for eas_email_source: set if directpush_tnef is */
	const char *tnef_temp_prefix;
	/* of the mail plugin; NULL if it is not loaded */
	directpush_plugin_set_origin_device_t *set_origin_device;
};

/* The file descriptor of login stays with the caller. Returns 0, -1 with a reason. */
int eas_user_create(const struct directpush_login *login, struct eas_user **user_r,
		    const char **error_r);
void eas_user_destroy(struct eas_user **user);

/* The device on whose behalf changes are made from now on; NULL = nobody's. The mail
   plugin tells the front, which then does not wake that device. */
void eas_user_set_origin_device(struct eas_user *user, const char *device_id);

/* The addresses mail may be sent from: the first is the primary one. NULL-terminated,
   never empty. Where directpush_addresses is empty, the user name is the address, with the
   host name's domain if it has none. */
const char *const *eas_user_get_addresses(struct eas_user *user);
/* Where the user is: directpush_timezone, else the server's zone, else UTC. */
const struct pim_zone *eas_user_get_zone(struct eas_user *user);

#endif
