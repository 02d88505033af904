/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_COMPAT_H
#define DIRECTPUSH_COMPAT_H

/* Small calls that differ between Dovecot 2.3 and 2.4, under one name each. configure finds out
   which Dovecot it is by trying (m4/directpush.m4: HAVE_* on the command line), never by version
   numbers. Larger differences have files of their own beside this one. */

#ifdef HAVE_VERSION_H
#  include "version.h"
#else
#  include "master-service.h"	/* version_string_verify() */
#endif

#ifndef HAVE_STR_BEGINS_WITH
#  define str_begins_with(haystack, needle) str_begins(haystack, needle)
#endif

#ifdef HAVE_NOTIFY_UNREGISTER_PTR
#  define directpush_compat_notify_unregister(ctx) \
	notify_unregister(ctx)
#else
#  define directpush_compat_notify_unregister(ctx) \
	STMT_START { notify_unregister(*(ctx)); *(ctx) = NULL; } STMT_END
#endif

#endif
