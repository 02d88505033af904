/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "iostream-ssl.h"
#include "mail-user.h"
#include "smtp-client.h"
#include "directpush-submit-compat.h"

#ifdef HAVE_SETTINGS_GET

#include "settings.h"

void directpush_submit_set_ssl(struct mail_user *user, struct smtp_client_settings *set)
{
	const struct ssl_settings *ssl_set;
	const char *error;

	if (ssl_client_settings_get(user->event, &ssl_set, &error) < 0) {
		e_error(user->event, "%s", error);
		return;
	}
	ssl_client_settings_to_iostream_set(ssl_set, &set->ssl);
	pool_add_external_ref(user->pool, set->ssl->pool);
	pool_unref(&(pool_t){ set->ssl->pool });
	settings_free(ssl_set);
}

#else

void directpush_submit_set_ssl(struct mail_user *user, struct smtp_client_settings *set)
{
	struct ssl_iostream_settings *ssl_set = t_new(struct ssl_iostream_settings, 1);

	mail_user_init_ssl_client_settings(user, ssl_set);
	set->ssl = ssl_set;
}

#endif
