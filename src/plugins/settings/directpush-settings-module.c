/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What Dovecot's config process loads: our settings and, from directpush-services-compat, the
   defaults of our services, so that doveconf knows them and nobody copies blocks. */

#include "lib.h"
#include "directpush-services-compat.h"
#include "directpush-settings.h"
#include "directpush-worker-settings.h"

extern const char *directpush_settings_version;
extern const struct setting_parser_info *directpush_settings_set_roots[];

const char *directpush_settings_version = DOVECOT_ABI_VERSION;

const struct setting_parser_info *directpush_settings_set_roots[] = {
	&directpush_setting_parser_info,
	&directpush_worker_setting_parser_info,
	NULL
};
