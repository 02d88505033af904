/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_COMPAT_H
#define DIRECTPUSH_COMPAT_H

/* Calls that differ between Dovecot 2.3 and 2.4, under one name each. configure finds out
   which Dovecot it is by trying (m4/directpush.m4: HAVE_* on the command line), never by version
   numbers. */

#ifdef HAVE_NOTIFY_UNREGISTER_PTR
#  define directpush_compat_notify_unregister(ctx) \
	notify_unregister(ctx)
#else
#  define directpush_compat_notify_unregister(ctx) \
	STMT_START { notify_unregister(*(ctx)); *(ctx) = NULL; } STMT_END
#endif

#endif
