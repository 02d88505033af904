/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_COMMON_H
#define DIRECTPUSH_COMMON_H

/* What every part of the front may use: its settings, its event, and whether it is
   about to end. */

#include "str-sanitize.h"
#include "directpush-settings.h"

extern const struct directpush_settings *directpush_set;
/* category directpush; parent of all others */
extern struct event *directpush_event;
/* doveadm reload or stop: nothing new is parked, connections close when idle */
extern bool directpush_dying;

/* Set the first two. */
void directpush_common_init(const struct directpush_settings *set);

/* Process title, when verbose_proctitle is set. */
void directpush_refresh_proctitle(void);

#endif
