/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_AUTH_NAME_H
#define DIRECTPUSH_AUTH_NAME_H

/* From what a phone puts into the Authorization header to what Dovecot's auth process
   takes. Pure functions; results live on the data stack. */

/* base64: the credentials of "Basic". They are UTF-8 or, if they are not valid UTF-8, taken
   as ISO-8859-1 (quirk 26). Returns -1 if this is not "user:password" or holds a NUL. */
int directpush_auth_basic_parse(const char *base64, const char **user_r,
				const char **password_r);

/* The name to log in with:
     user@example.com, user     as they are (auth_default_realm completes the second)
     example.com\user           user@example.com: a domain with a dot is an Internet domain
     EXAMPLE\user               user: a Windows domain says nothing here
     any\user@example.com       user@example.com
   So does the separator of master users pass through. */
const char *directpush_auth_name_normalize(const char *user);

/* SASL PLAIN initial response (RFC 4616), in base64. */
const char *directpush_auth_plain_response(const char *user, const char *password);

/* Does the query name clearly another account than the one that logged in as login_name
   (after normalisation) and is called user_name by auth? Local parts
   are compared, since phones mix the forms. */
bool directpush_auth_name_conflicts(const char *query_user, const char *login_name,
				    const char *user_name);

#endif
