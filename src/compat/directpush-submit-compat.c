/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "iostream-ssl.h"
#include "mail-user.h"
#include "smtp-client.h"
#include "directpush-submit-compat.h"

void directpush_submit_set_ssl(struct mail_user *user, struct smtp_client_settings *set)
{
	struct ssl_iostream_settings *ssl_set = t_new(struct ssl_iostream_settings, 1);

	mail_user_init_ssl_client_settings(user, ssl_set);
	set->ssl = ssl_set;
}
