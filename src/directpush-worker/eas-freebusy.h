/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FREEBUSY_H
#define EAS_FREEBUSY_H

/* When people have time, as far as this server's calendars tell: the user's own ones, and those of others that the user
   may read. docs/decisions/194 */

struct eas_cmd_context;

/* calendars of others that are looked at, and mailboxes of others that are opened to find them */
#define EAS_FREEBUSY_MAX_SHARED 200
#define EAS_FREEBUSY_MAX_OPENED 1000

/* For one request: half hours from start to end. Lives as long as ctx. */
struct eas_freebusy *eas_freebusy_init(struct eas_cmd_context *ctx, time_t start, time_t end);
/* Is it the address of somebody whose calendar the user may read? */
bool eas_freebusy_is_shared_by(struct eas_freebusy *freebusy, const char *address);
/* All calendars of whoever has this address together, as digits on the data stack. Returns 1, 0 = the user may read no
   calendar of anybody with this address, -1 = they cannot be read now (logged), or the span is too long.
   MS-ASCMD "MergedFreeBusy" (2.2.3.107) */
int eas_freebusy_get(struct eas_freebusy *freebusy, const char *address, const char **digits_r);

#endif
