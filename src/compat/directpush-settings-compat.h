/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_SETTINGS_COMPAT_H
#define DIRECTPUSH_SETTINGS_COMPAT_H

/* How a block of settings is declared. Dovecot 2.4 wants a pool in the struct and a
   name, 2.3 a module name and its dependencies. Every settings struct of ours starts with
   "pool_t pool". */

#include "array.h"
#include "settings-parser.h"

#ifdef HAVE_SETTINGS_GET
#  define DIRECTPUSH_SETTING_INFO(info_name, set_name, set_defines, \
				  set_defaults, set_struct, set_check, set_dependencies) \
	const struct setting_parser_info info_name = { \
		.name = set_name, \
		.defines = set_defines, \
		.defaults = &set_defaults, \
		.struct_size = sizeof(struct set_struct), \
		.pool_offset1 = 1 + offsetof(struct set_struct, pool), \
		.check_func = set_check \
	}
/* all of its strings have variables */
#  define SETTING_DEFINE_STRUCT_STR_VARS SETTING_DEFINE_STRUCT_STR
#else
#  define DIRECTPUSH_SETTING_INFO(info_name, set_name, set_defines, \
				  set_defaults, set_struct, set_check, set_dependencies) \
	const struct setting_parser_info info_name = { \
		.module_name = set_name, \
		.defines = set_defines, \
		.defaults = &set_defaults, \
		.type_offset = SIZE_MAX, \
		.struct_size = sizeof(struct set_struct), \
		.parent_offset = SIZE_MAX, \
		.check_func = set_check, \
		.dependencies = set_dependencies \
	}
#endif

/* What the front has in common with Dovecot's login processes: whose X-Forwarded-For
   is believed, and whether a password may come over a plain connection. */
#ifdef HAVE_SETTINGS_GET
#  define DIRECTPUSH_LOGIN_SETTINGS_MEMBERS \
	ARRAY_TYPE(const_string) login_trusted_networks; \
	bool auth_allow_cleartext;
#  define DIRECTPUSH_LOGIN_SETTINGS_DEFINES \
	DEF(BOOLLIST, login_trusted_networks), \
	DEF(BOOL, auth_allow_cleartext),
#  define DIRECTPUSH_LOGIN_SETTINGS_DEFAULTS \
	.login_trusted_networks = ARRAY_INIT, \
	.auth_allow_cleartext = FALSE,
#  define directpush_settings_get_login_networks(set) \
	(array_is_created(&(set)->login_trusted_networks) ? \
	 t_array_const_string_join(&(set)->login_trusted_networks, " ") : "")
#  define directpush_settings_is_plaintext_allowed(set) \
	((set)->auth_allow_cleartext)
#else
#  define DIRECTPUSH_LOGIN_SETTINGS_MEMBERS \
	const char *login_trusted_networks; \
	bool disable_plaintext_auth;
#  define DIRECTPUSH_LOGIN_SETTINGS_DEFINES \
	DEF(STR, login_trusted_networks), \
	DEF(BOOL, disable_plaintext_auth),
#  define DIRECTPUSH_LOGIN_SETTINGS_DEFAULTS \
	.login_trusted_networks = "", \
	.disable_plaintext_auth = TRUE,
#  define directpush_settings_get_login_networks(set) \
	((set)->login_trusted_networks)
#  define directpush_settings_is_plaintext_allowed(set) \
	(!(set)->disable_plaintext_auth)
#endif

#endif
