/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_SMART_H
#define CMD_SMART_H

/* SmartReply and SmartForward: what cmd-smart.c (mail) and cmd-smart-meeting.c (the calendar) share. */

#include "eas-status.h"

struct istream;
struct eas_cmd_context;
struct eas_folder;

/* InstanceId or Occurrence; NULL = none */
const char *smart_get_instance(struct eas_cmd_context *ctx);

/* The calendar an item is of; NULL = it is of none. id may be NULL. */
const struct eas_folder *
smart_find_calendar(struct eas_cmd_context *ctx, const char *id);
/* That entry as a mail that has it attached; its bytes live in ctx's pool. Returns EAS_STATUS_NONE, or what to answer. */
enum eas_status
smart_read_calendar(struct eas_cmd_context *ctx, const struct eas_folder *folder,
		    const char *id, struct istream **original_r);

/* 16.0: is the server to write the mail, to those named in the request? */
bool smart_has_forwardees(const struct eas_cmd_context *ctx);
/* Send it, and answer. id may be NULL. */
void smart_forward_meeting(struct eas_cmd_context *ctx, const char *id);

#endif
