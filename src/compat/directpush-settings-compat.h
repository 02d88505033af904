/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_SETTINGS_COMPAT_H
#define DIRECTPUSH_SETTINGS_COMPAT_H

/* How a block of settings is declared. Dovecot 2.4 wants a pool in the struct and a
   name, 2.3 a module name and its dependencies. Every settings struct of ours starts with
   "pool_t pool". */

#include "settings-parser.h"

#ifdef HAVE_DOVECOT_SETTINGS_24
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

#endif
