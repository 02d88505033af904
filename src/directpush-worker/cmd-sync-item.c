/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "iostream-temp.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-item-email.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-mail-item.h"
#include "eas-user.h"
#include "cmd-sync.h"

/* An item of a larger mail than this is put together in a temporary file. */
#define SYNC_MAX_MEMORY_ITEM (1024*1024)

/* Of an item that is there for its conversation only, too old for the filter, there is no body but
   the preview. MS-ASCMD "ConversationMode (Sync)" (2.2.3.36.2) */
static void item_leave_out_body(struct eas_body_options *options)
{
	for (unsigned int i = 0; i < options->preferences_count; i++) {
		options->preferences[i].truncation_size = 0;
		options->preferences[i].all_or_none = FALSE;
	}
	options->mime_truncation_size = 0;
	options->part.type = EAS_BODY_TYPE_NONE;
}

/* Write the mail's properties. Returns 0, -1 with a reason if it cannot be read. */
static int
item_write_mail(struct sync_collection *coll, struct mail *mail, wbxml_tag_t tag,
		struct wbxml_writer *writer, const char *id, const char **error_r)
{
	bool is_draft = coll->collection->folder->type == EAS_FOLDER_TYPE_DRAFTS;
	struct eas_body_options options = coll->options.body;
	struct eas_email_source source;

	if (eas_mail_item_get_source(coll->collection->user, mail, id, is_draft, &source,
				     error_r) < 0)
		return -1;
	if (tag != EAS_TAG_AIRSYNC_FETCH && source.received_utc != 0 &&
	    source.received_utc < coll->filter.window_start)
		item_leave_out_body(&options);
	return eas_item_email_write(writer, &source, &options, error_r);
}

/* <Add>, <Change> or <Fetch> with all it has, as a fragment. */
static int
item_write(struct sync_collection *coll, struct mail *mail, wbxml_tag_t tag,
	   struct ostream *output, const char **error_r)
{
	struct wbxml_writer *writer = wbxml_writer_create_fragment(output);
	const char *id = eas_collection_item_id(coll->collection, mail->uid);
	int ret;

	wbxml_writer_start(writer, tag);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SERVER_ID, id);
	if (tag == EAS_TAG_AIRSYNC_FETCH) {
		wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_STATUS,
					  EAS_SYNC_STATUS_OK);
	}
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	ret = item_write_mail(coll, mail, tag, writer, id, error_r);
	if (ret == 0) {
		wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
		wbxml_writer_end(writer, tag);
	}
	wbxml_writer_abort(&writer);
	return ret;
}

static int
item_write_temp(struct sync_context *ctx, struct sync_collection *coll,
		struct mail *mail, wbxml_tag_t tag, struct istream **input_r,
		const char **error_r)
{
	string_t *prefix = t_str_new(128);
	struct ostream *output;

	mail_user_set_get_temp_prefix(prefix, ctx->cmd->user->mail_user->set);
	output = iostream_temp_create_named(str_c(prefix), 0, "eas Sync item");
	if (item_write(coll, mail, tag, output, error_r) < 0) {
		o_stream_abort(output);
		o_stream_destroy(&output);
		return -1;
	}
	*input_r = iostream_temp_finish(&output, IO_BLOCK_SIZE);
	if ((*input_r)->stream_errno != 0) {
		*error_r = t_strdup(i_stream_get_error(*input_r));
		i_stream_unref(input_r);
		return -1;
	}
	return 0;
}

int sync_item_make(struct sync_context *ctx, struct sync_collection *coll,
		   struct mail *mail, wbxml_tag_t tag, buffer_t *dest,
		   struct istream **input_r, const char **error_r)
{
	size_t used = dest->used;
	struct ostream *output;
	uoff_t size;
	int ret;

	*input_r = NULL;
	if (mail_get_physical_size(mail, &size) == 0 && size > SYNC_MAX_MEMORY_ITEM)
		return item_write_temp(ctx, coll, mail, tag, input_r, error_r);

	output = o_stream_create_buffer(dest);
	(void)o_stream_seek(output, used);
	ret = item_write(coll, mail, tag, output, error_r);
	o_stream_destroy(&output);
	if (ret < 0)
		buffer_set_used_size(dest, used);
	return ret;
}
