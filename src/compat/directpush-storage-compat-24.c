/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "settings.h"
#include "master-service.h"
#include "master-service-settings.h"
#include "smtp-submit-settings.h"
#include "mail-user.h"
#include "mail-storage-service.h"
#include "directpush-login-compat.h"
#include "directpush-storage-compat.h"

/* `protocol directpush { .. }` is for all of our processes */
#define STORAGE_SERVICE_NAME "directpush"

static struct mail_storage_service_ctx *storage_service = NULL;
static const struct setting_parser_info *own_set_info;

void directpush_storage_init(struct master_service *service,
			     const struct setting_parser_info *set_info)
{
	struct master_service_settings_input input;
	struct master_service_settings_output output;
	const char *error;

	i_assert(storage_service == NULL);

	own_set_info = set_info;
	/* The storage service knows no settings before. What is read without our protocol's name has
	   lost its blocks for good: the program is called otherwise. */
	i_zero(&input);
	input.protocol = STORAGE_SERVICE_NAME;
	if (master_service_settings_read(service, &input, &output, &error) < 0)
		i_fatal("%s", error);
	storage_service = mail_storage_service_init(service, 0);
}

void directpush_storage_deinit(void)
{
	if (storage_service != NULL)
		mail_storage_service_deinit(&storage_service);
}

static int
user_get_settings(struct directpush_storage_user *user, const char **error_r)
{
	struct event *event = user->mail_user->event;

	/* not the macro: it wants to know the struct */
	if ((settings_get)(event, own_set_info, 0, __FILE__, __LINE__,
			   &user->set, error_r) < 0)
		return -1;
	return settings_get(event, &smtp_submit_setting_parser_info, 0,
			    &user->submit_set, error_r);
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
	input.service = STORAGE_SERVICE_NAME;
	input.username = login->username;
	input.session_id = login->session_id;
	input.userdb_fields = login->userdb_fields;
	input.local_ip = login->local_ip;
	input.remote_ip = login->remote_ip;
	input.local_port = login->local_port;
	input.remote_port = login->remote_port;
	input.end_client_tls_secured = login->conn_ssl_secured;

	if (mail_storage_service_lookup_next(storage_service, &input,
					     &user_r->mail_user, error_r) <= 0)
		return -1;
	if (user_get_settings(user_r, error_r) < 0) {
		directpush_storage_user_destroy(user_r);
		return -1;
	}
	return 0;
}

void directpush_storage_user_destroy(struct directpush_storage_user *user)
{
	pool_t pool;

	if (user->set != NULL) {
		pool = *(const pool_t *)user->set;
		pool_unref(&pool);
		user->set = NULL;
	}
	settings_free(user->submit_set);
	mail_user_deinit(&user->mail_user);
}
