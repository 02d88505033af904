/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_AUTH_COMPAT_H
#define DIRECTPUSH_AUTH_COMPAT_H

/* Names of the auth client's and the login protocol's parts, as Dovecot 2.3 has them. 2.4
   renamed them without changing what they mean. */

#include "auth-client.h"

#ifdef HAVE_AUTH_INFO_PROTOCOL
#  define AUTH_REQUEST_FLAG_SECURED AUTH_REQUEST_FLAG_CONN_SECURED
#  define AUTH_REQUEST_FLAG_TRANSPORT_SECURITY_TLS \
	AUTH_REQUEST_FLAG_CONN_SECURED_TLS
#  define directpush_auth_info_set_service(info, name) ((info)->protocol = (name))
#else
#  define directpush_auth_info_set_service(info, name) ((info)->service = (name))
#endif

#ifdef HAVE_LOGIN_SERVER
#  include "login-client.h"
#  define MASTER_AUTH_COOKIE_SIZE LOGIN_REQUEST_COOKIE_SIZE
#  define MASTER_AUTH_STATUS_OK LOGIN_REPLY_STATUS_OK
/* a secured connection is not told from others any more */
#  define MAIL_AUTH_REQUEST_FLAG_CONN_SECURED 0
#  define MAIL_AUTH_REQUEST_FLAG_CONN_SSL_SECURED \
	LOGIN_REQUEST_FLAG_END_CLIENT_SECURED_TLS
#  define master_auth login_client_list
#  define master_auth_init login_client_list_init
#  define master_auth_deinit login_client_list_deinit
#  define master_auth_reply login_reply
#  define master_auth_request_params login_client_request_params
#  define master_auth_request_full login_client_request
#  define master_auth_request_abort login_client_request_abort
#else
#  include "master-auth.h"
#endif

#endif
