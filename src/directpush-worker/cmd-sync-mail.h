/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_SYNC_MAIL_H
#define CMD_SYNC_MAIL_H

/* The reading half of the class of mail: functions of struct sync_class (cmd-sync-class.h). */

#include "cmd-sync-class.h"

int sync_mail_reader_open(struct sync_reader *reader, uint32_t uid, uoff_t *size_r,
			  const char **error_r);
int sync_mail_reader_write(struct sync_reader *reader, wbxml_tag_t tag,
			   struct wbxml_writer *writer, const char *id, const char **error_r);
bool sync_mail_changes_whole(struct sync_context *ctx, struct sync_collection *coll);
void sync_mail_reader_write_changes(struct sync_reader *reader, struct wbxml_writer *writer,
				    const char *id);
void sync_mail_reader_write_added(struct sync_reader *reader, struct wbxml_writer *writer,
				  const struct sync_response *response);
void sync_mail_reader_close(struct sync_reader *reader);

#endif
