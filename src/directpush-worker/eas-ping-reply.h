/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PING_REPLY_H
#define EAS_PING_REPLY_H

/* The documents a Ping is answered with, whole and in the pieces that the front puts together
   when it wakes a parked phone. Pure. MS-ASCMD "Ping" (2.2.1.13) */

#include "eas-status.h"

struct wbxml_writer;

/* limit: of what the status complains about, HeartbeatInterval in seconds or MaxFolders;
   ignored for other statuses. */
void eas_ping_reply_write(struct wbxml_writer *writer, enum eas_status status,
			  unsigned int limit);
/* Status 2. */
void eas_ping_reply_write_changed(struct wbxml_writer *writer,
				  const ARRAY_TYPE(const_string) *folder_ids);

/* Status 1 as bytes. */
void eas_ping_reply_expired(buffer_t *dest);
/* A Folder element of one id as bytes. head + one piece or more + tail is the
   document of Status 2. */
void eas_ping_reply_piece(buffer_t *dest, const char *folder_id);
void eas_ping_reply_head_tail(buffer_t *head, buffer_t *tail);

#endif
