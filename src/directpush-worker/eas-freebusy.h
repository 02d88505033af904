/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FREEBUSY_H
#define EAS_FREEBUSY_H

/* When a user has time, as far as this server's calendars tell. */

struct eas_cmd_context;

/* The user's own half hours from start to end, as digits on the data stack: all own calendars together. NULL = they
   cannot be read now (logged), or the span is too long. MS-ASCMD "MergedFreeBusy" (2.2.3.107) */
const char *eas_freebusy_get(struct eas_cmd_context *ctx, time_t start, time_t end);

#endif
