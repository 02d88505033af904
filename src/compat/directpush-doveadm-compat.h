/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_DOVEADM_COMPAT_H
#define DIRECTPUSH_DOVEADM_COMPAT_H

/* How a user command of doveadm gets its first positional parameter. */

#include "doveadm.h"
#include "doveadm-mail.h"

#ifdef HAVE_SETTINGS_GET
/* Head of a v.init function. */
#  define DIRECTPUSH_DOVEADM_INIT(function, ctx) \
	function(struct doveadm_mail_cmd_context *ctx)
/* NULL if it was not given. */
#  define DIRECTPUSH_DOVEADM_GET_PARAM(ctx, name, value_r) \
	STMT_START { \
		if (!doveadm_cmd_param_str((ctx)->cctx, name, value_r)) \
			*(value_r) = NULL; \
	} STMT_END
#else
#  define DIRECTPUSH_DOVEADM_INIT(function, ctx) \
	function(struct doveadm_mail_cmd_context *ctx, const char *const args[])
#  define DIRECTPUSH_DOVEADM_GET_PARAM(ctx, name, value_r) \
	(*(value_r) = args[0])
#endif

#endif
