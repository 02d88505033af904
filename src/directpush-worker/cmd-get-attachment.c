/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GetAttachment: one attachment as it is, for clients of 12.1. Later ones ask by ItemOperations.
   MS-ASCMD "GetAttachment" (2.2.1.7) */

#include "lib.h"
#include "buffer.h"
#include "ostream.h"
#include "eas-item-email.h"
#include "eas-cmd.h"
#include "eas-mail-item.h"

#define GET_ATTACHMENT_RETRY_AFTER_SECS 30

/* Returns -1 if it broke in the middle. */
static int get_attachment_send(struct ostream *output, struct eas_part_reader *reader)
{
	buffer_t *piece = buffer_create_dynamic(default_pool, EAS_PART_READER_PIECE_MAX);
	int ret;

	do {
		ret = eas_part_reader_more(reader, piece);
		o_stream_nsend(output, piece->data, piece->used);
		buffer_set_used_size(piece, 0);
	} while (ret > 0);
	buffer_free(&piece);
	return ret;
}

/* Returns 1, 0 = there is no such attachment, -1 = it cannot be read now (logged). */
static int get_attachment(struct eas_cmd_context *ctx, struct eas_mail_item *item,
			  const char *part_path)
{
	struct eas_part_reader *reader;
	const char *type, *error = "The message stream failed";
	int ret;

	ret = eas_item_email_open_attachment(&item->source, part_path, &reader,
					     &type, &error);
	if (ret > 0) {
		ret = get_attachment_send(eas_reply_stream(ctx->reply, type), reader);
		eas_part_reader_deinit(&reader);
		if (ret == 0)
			return 1;
	}
	if (ret < 0)
		e_error(ctx->event, "Attachment cannot be read: %s", error);
	return ret;
}

void eas_cmd_get_attachment(struct eas_cmd_context *ctx)
{
	const char *reference = ctx->request->attachment_name, *item_id, *part_path;
	struct eas_mail_item *item;
	int ret;

	if (reference == NULL) {
		eas_reply_http_status(ctx->reply, 400);
		return;
	}
	if (eas_cmd_device_done(ctx) < 0)
		return;
	if (eas_item_email_parse_file_reference(reference, &item_id, &part_path) < 0)
		ret = 0;
	else
		ret = eas_mail_item_open(ctx->user, ctx->event, item_id, &item);
	if (ret > 0) {
		ret = get_attachment(ctx, item, part_path);
		eas_mail_item_close(&item);
	}
	/* "If the GetAttachment command is used to retrieve an attachment that has been deleted on
	   the server, a 500 status code is returned" */
	if (ret == 0)
		eas_reply_http_status(ctx->reply, 500);
	else if (ret < 0)
		eas_reply_unavailable(ctx->reply, GET_ATTACHMENT_RETRY_AFTER_SECS);
}
