/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "settings-parser.h"
#include "master-service.h"
#include "smtp-submit-settings.h"
#include "mail-user.h"
#include "mail-storage-service.h"
#include "directpush-login-compat.h"
#include "directpush-storage-compat.h"

/* `protocol directpush { .. }` is for all of our processes */
#define STORAGE_SERVICE_NAME "directpush"

/* places in mail_storage_service_user_get_set(): the mail user's come first */
enum {
	SET_IDX_SUBMIT = 1,
	SET_IDX_OWN
};

static struct mail_storage_service_ctx *storage_service = NULL;
static const struct setting_parser_info *own_set_info;

void directpush_storage_init(struct master_service *service,
			     const struct setting_parser_info *set_info)
{
	static const struct setting_parser_info *set_roots[] = {
		&smtp_submit_setting_parser_info,
		NULL,
		NULL
	};

	i_assert(storage_service == NULL);

	own_set_info = set_info;
	set_roots[SET_IDX_OWN - 1] = set_info;
	storage_service = mail_storage_service_init(service, set_roots,
		MAIL_STORAGE_SERVICE_FLAG_NO_SSL_CA);
}

void directpush_storage_deinit(void)
{
	if (storage_service != NULL)
		mail_storage_service_deinit(&storage_service);
}

/* Strings with variables come with a leading '0' or '1' until they are expanded. */
static int
user_expand_settings(struct directpush_storage_user *user, const char **error_r)
{
	void **sets = mail_storage_service_user_get_set(user->service_user);
	const struct var_expand_table *table =
		mail_user_var_expand_table(user->mail_user);
	pool_t pool = user->mail_user->pool;
	const char *error;

	if (settings_var_expand(&smtp_submit_setting_parser_info, sets[SET_IDX_SUBMIT],
				pool, table, &error) <= 0 ||
	    settings_var_expand(own_set_info, sets[SET_IDX_OWN],
				pool, table, &error) <= 0) {
		*error_r = t_strdup_printf("Failed to expand settings: %s", error);
		return -1;
	}
	user->submit_set = sets[SET_IDX_SUBMIT];
	user->set = sets[SET_IDX_OWN];
	return 0;
}

int directpush_storage_user_create(const struct directpush_login *login,
				   struct event *event_parent,
				   struct directpush_storage_user *user_r,
				   const char **error_r)
{
	struct mail_storage_service_input input;

	i_zero(user_r);
	i_zero(&input);
	input.event_parent = event_parent;
	input.module = own_set_info->module_name;
	input.service = STORAGE_SERVICE_NAME;
	input.username = login->username;
	input.session_id = login->session_id;
	input.userdb_fields = login->userdb_fields;
	input.local_ip = login->local_ip;
	input.remote_ip = login->remote_ip;
	input.local_port = login->local_port;
	input.remote_port = login->remote_port;
	input.conn_secured = login->conn_secured;
	input.conn_ssl_secured = login->conn_ssl_secured;

	if (mail_storage_service_lookup_next(storage_service, &input,
					     &user_r->service_user,
					     &user_r->mail_user, error_r) <= 0)
		return -1;
	if (user_expand_settings(user_r, error_r) < 0) {
		directpush_storage_user_destroy(user_r);
		return -1;
	}
	return 0;
}

void directpush_storage_user_destroy(struct directpush_storage_user *user)
{
	mail_user_deinit(&user->mail_user);
	mail_storage_service_user_unref(&user->service_user);
}
