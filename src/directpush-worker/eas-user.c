/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hostpid.h"
#include "str.h"
#include "module-dir.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "mail-storage-service.h"
#include "pim-zone.h"
#include "directpush-login-compat.h"
#include "directpush-ipc-origin.h"
#include "directpush-worker-settings.h"
#include "eas-folder.h"
#include "eas-mail-followup.h"
#include "eas-mailbox.h"
#include "eas-pim-folder.h"
#include "eas-search-results.h"
#include "eas-state-root.h"
#include "eas-state-store.h"
#include "eas-user.h"

#include <limits.h>
#include <unistd.h>

struct event_category event_category_eas = {
	.name = "eas",
};
struct event_category event_category_directpush_worker = {
	.parent = &event_category_eas,
	.name = "directpush-worker",
};

static void eas_user_find_addresses(struct eas_user *user)
{
	const char *list = user->set->directpush_addresses;
	const char *const *addresses = t_strsplit_spaces(list, ", ");

	if (addresses[0] == NULL) {
		list = strchr(user->username, '@') != NULL ? user->username :
			t_strconcat(user->username, "@", my_hostdomain(), NULL);
		addresses = t_strsplit(list, ",");
	}
	user->addresses = p_strarray_dup(user->pool, addresses);
}

static void eas_user_find_tnef_prefix(struct eas_user *user)
{
	string_t *prefix = t_str_new(128);

	if (!user->set->directpush_tnef)
		return;
	mail_user_set_get_temp_prefix(prefix, user->mail_user->set);
	user->tnef_temp_prefix = p_strdup(user->pool, str_c(prefix));
}

static void eas_user_find_plugin(struct eas_user *user)
{
	struct module *module = module_dir_find(mail_storage_service_modules,
						DIRECTPUSH_PLUGIN_MODULE);

	if (module != NULL) {
		user->set_origin_device =
			module_get_symbol_quiet(module, DIRECTPUSH_PLUGIN_SET_ORIGIN);
	}
	if (user->set_origin_device == NULL) {
		e_warning(user->event, "The directpush plugin is not loaded, so changes "
			  "wake no phone: add \"notify directpush\" to mail_plugins");
	}
}

int eas_user_create(const struct directpush_login *login, struct eas_user **user_r,
		    const char **error_r)
{
	struct event *event = event_create(NULL);
	struct eas_user *user;
	pool_t pool;

	event_add_category(event, &event_category_directpush_worker);
	event_add_str(event, "user", login->username);
	event_add_str(event, "session", login->session_id);

	pool = pool_alloconly_create("eas user", 1024);
	user = p_new(pool, struct eas_user, 1);
	user->pool = pool;
	user->event = event;
	user->max_memory_value = EAS_MAX_MEMORY_VALUE;
	if (directpush_storage_user_create(login, event, &user->storage_user,
					   error_r) < 0) {
		event_unref(&event);
		pool_unref(&pool);
		return -1;
	}
	user->mail_user = user->storage_user.mail_user;
	user->username = user->mail_user->username;
	user->set = user->storage_user.set;
	user->submit_set = user->storage_user.submit_set;
	if (eas_state_root_find(user->mail_user, pool, &user->state_root, error_r) < 0) {
		eas_user_destroy(&user);
		return -1;
	}
	user->state_store = eas_state_store_init_user(user->state_root, event);
	eas_user_find_addresses(user);
	eas_user_find_tnef_prefix(user);
	eas_user_find_plugin(user);
	*user_r = user;
	return 0;
}

void eas_user_destroy(struct eas_user **_user)
{
	struct eas_user *user = *_user;

	*_user = NULL;
	eas_search_results_free(user);
	eas_mail_followups_forget(user);
	eas_pim_folders_free(user);
	eas_mailboxes_free(user);
	eas_folder_lists_free(user);
	if (user->state_store != NULL)
		eas_state_store_deinit(&user->state_store);
	directpush_storage_user_destroy(&user->storage_user);
	event_unref(&user->event);
	pool_unref(&user->pool);
}

void eas_user_set_origin_device(struct eas_user *user, const char *device_id)
{
	if (user->set_origin_device != NULL)
		user->set_origin_device(user->mail_user, device_id);
}

const char *const *eas_user_get_addresses(struct eas_user *user)
{
	return user->addresses;
}

/* A link into the tz database, as every system sets it up. */
static const struct pim_zone *zone_of_server(void)
{
	char target[PATH_MAX];
	const char *name;
	ssize_t len = readlink("/etc/localtime", target, sizeof(target) - 1);

	if (len <= 0)
		return NULL;
	target[len] = '\0';
	name = strstr(target, "/zoneinfo/");
	return name == NULL ? NULL : pim_zone_find(name + strlen("/zoneinfo/"));
}

const struct pim_zone *eas_user_get_zone(struct eas_user *user)
{
	const char *name = user->set->directpush_timezone;

	if (user->zone != NULL)
		return user->zone;
	if (*name == '\0')
		user->zone = zone_of_server();
	else if ((user->zone = pim_zone_find(name)) == NULL) {
		e_warning(user->event, "directpush_timezone=%s is no zone of the system: "
			  "taking UTC", name);
	}
	if (user->zone == NULL)
		user->zone = pim_zone_utc();
	return user->zone;
}
