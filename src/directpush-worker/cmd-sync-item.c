/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "iostream-temp.h"
#include "mail-user.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "cmd-sync-class.h"

/* A larger item than this is put together in a temporary file. */
#define SYNC_MAX_MEMORY_ITEM (1024*1024)

const struct sync_class *sync_class_of(const struct eas_collection *collection)
{
	return collection->folder->class == EAS_CLASS_EMAIL ? &sync_class_mail :
		&sync_class_pim;
}

/* <Add>, <Change> or <Fetch> with all it has, as a fragment. Returns as sync_item_make(). */
static int
item_write(struct sync_reader *reader, uint32_t uid, wbxml_tag_t tag,
	   struct ostream *output, const char **error_r)
{
	struct eas_collection *collection = reader->coll->collection;
	struct wbxml_writer *writer = wbxml_writer_create_fragment(output);
	const char *id = eas_collection_item_id(collection, uid);
	int ret;

	wbxml_writer_start(writer, tag);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SERVER_ID, id);
	if (tag == EAS_TAG_AIRSYNC_FETCH) {
		wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_STATUS,
					  EAS_SYNC_STATUS_OK);
	}
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	ret = sync_class_of(collection)->write(reader, tag, writer, id, error_r);
	if (ret > 0) {
		wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
		wbxml_writer_end(writer, tag);
	}
	wbxml_writer_abort(&writer);
	return ret;
}

static int
item_write_temp(struct sync_reader *reader, uint32_t uid, wbxml_tag_t tag,
		struct istream **input_r, const char **error_r)
{
	string_t *prefix = t_str_new(128);
	struct ostream *output;
	int ret;

	mail_user_set_get_temp_prefix(prefix, reader->ctx->cmd->user->mail_user->set);
	output = iostream_temp_create_named(str_c(prefix), 0, "eas Sync item");
	if ((ret = item_write(reader, uid, tag, output, error_r)) <= 0) {
		o_stream_abort(output);
		o_stream_destroy(&output);
		return ret;
	}
	if (o_stream_flush(output) < 0) {
		*error_r = t_strdup(o_stream_get_error(output));
		o_stream_destroy(&output);
		return -1;
	}
	*input_r = iostream_temp_finish(&output, IO_BLOCK_SIZE);
	if ((*input_r)->stream_errno != 0) {
		*error_r = t_strdup(i_stream_get_error(*input_r));
		i_stream_unref(input_r);
		return -1;
	}
	return 1;
}

int sync_item_make(struct sync_reader *reader, uint32_t uid, wbxml_tag_t tag,
		   buffer_t *dest, struct istream **input_r, const char **error_r)
{
	const struct sync_class *class = sync_class_of(reader->coll->collection);
	size_t used = dest->used;
	struct ostream *output;
	uoff_t size;
	int ret;

	*input_r = NULL;
	if ((ret = class->open(reader, uid, &size, error_r)) <= 0)
		return ret;
	if (size > SYNC_MAX_MEMORY_ITEM)
		return item_write_temp(reader, uid, tag, input_r, error_r);

	output = o_stream_create_buffer(dest);
	(void)o_stream_seek(output, used);
	ret = item_write(reader, uid, tag, output, error_r);
	o_stream_destroy(&output);
	if (ret <= 0)
		buffer_set_used_size(dest, used);
	return ret;
}
