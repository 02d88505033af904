/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_SERVICES_COMPAT_H
#define DIRECTPUSH_SERVICES_COMPAT_H

/* The defaults of our two services, under the names by which Dovecot's config process finds
   them in a settings module. Both belong to the protocol "directpush" and run only where
   `protocols` names it; the ports are 0, off, until the administrator sets them. */

#include "settings-parser.h"
#include "service-settings.h"

/* 16,000 parked phones in about 20 kB each and what is active beside them */
#define DIRECTPUSH_CLIENT_LIMIT 16384
#define DIRECTPUSH_VSZ_LIMIT (1024ULL*1024*1024)
#define DIRECTPUSH_WORKER_PROCESS_LIMIT 1024

#ifdef HAVE_SETTINGS_GET
#  define directpush_settings_set_roots directpush_settings_set_infos
extern const struct config_service directpush_settings_services_array[];
#else
extern struct service_settings *directpush_settings_service_settings_array[];
#endif

#endif
