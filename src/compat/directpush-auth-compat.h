/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_AUTH_COMPAT_H
#define DIRECTPUSH_AUTH_COMPAT_H

/* Names of the auth client's and the login protocol's parts, as Dovecot 2.3 has them. 2.4
   renamed some without changing what they mean. */

#include "auth-client.h"

#ifdef HAVE_DOVECOT_SETTINGS_24
#  include "login-client.h"
#  define MASTER_AUTH_COOKIE_SIZE LOGIN_REQUEST_COOKIE_SIZE
#  define AUTH_REQUEST_FLAG_SECURED AUTH_REQUEST_FLAG_CONN_SECURED
#  define AUTH_REQUEST_FLAG_TRANSPORT_SECURITY_TLS \
	AUTH_REQUEST_FLAG_CONN_SECURED_TLS
#  define directpush_auth_info_set_service(info, name) ((info)->protocol = (name))
#else
#  include "master-auth.h"
#  define directpush_auth_info_set_service(info, name) ((info)->service = (name))
#endif

#endif
