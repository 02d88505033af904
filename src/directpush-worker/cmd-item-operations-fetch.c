/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fetch of one mail (by ServerId or LongId, which are the same here) or of one attachment (by
   FileReference). MS-ASCMD "Fetch (ItemOperations)" (2.2.3.67.1) */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "wbxml-writer.h"
#include "eas-item-email.h"
#include "eas-tag.h"
#include "eas-quirk.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-item-id.h"
#include "eas-mail-item.h"
#include "cmd-item-operations-fetch.h"

#define FETCH_STORE_MAILBOX "Mailbox"
/* base64 is written in pieces of so many bytes; a multiple of 3 */
#define FETCH_BASE64_BYTES (3*4096)

struct fetch_range {
	bool asked;
	/* first and last byte */
	uoff_t first, last;
	/* bytes there are */
	uoff_t total;
};

void item_fetch_start(struct item_fetch *fetch, unsigned int status)
{
	struct wbxml_writer *writer = fetch->op->writer;
	const struct {
		wbxml_tag_t tag;
		const char *value;
	} names[] = {
		{ EAS_TAG_AIRSYNC_COLLECTION_ID, fetch->collection_id },
		{ EAS_TAG_AIRSYNC_SERVER_ID, fetch->server_id },
		{ EAS_TAG_SEARCH_LONG_ID, fetch->long_id },
		{ EAS_TAG_AIRSYNC_CLASS, status == EAS_ITEM_OPERATIONS_STATUS_OK &&
		  fetch->file_reference == NULL ? eas_class_get_name(fetch->class) : NULL },
		{ EAS_TAG_AIRSYNCBASE_FILE_REFERENCE, fetch->file_reference }
	};

	wbxml_writer_start(writer, EAS_TAG_ITEM_OPERATIONS_FETCH);
	wbxml_writer_element_uint(writer, EAS_TAG_ITEM_OPERATIONS_STATUS, status);
	for (unsigned int i = 0; i < N_ELEMENTS(names); i++) {
		if (names[i].value != NULL)
			wbxml_writer_element(writer, names[i].tag, names[i].value);
	}
}

void item_fetch_end(struct item_fetch *fetch)
{
	wbxml_writer_end(fetch->op->writer, EAS_TAG_ITEM_OPERATIONS_FETCH);
}

void item_fetch_fail(struct item_fetch *fetch, unsigned int status)
{
	e_debug(fetch->op->ctx->event, "Fetch of %s: Status %u (%s)",
		fetch->file_reference != NULL ? fetch->file_reference :
		fetch->server_id != NULL ? fetch->server_id : "nothing", status,
		eas_status_get_name(EAS_COMMAND_ITEM_OPERATIONS, status));
	item_fetch_start(fetch, status);
	item_fetch_end(fetch);
}

/*
 * Mails
 */

/* Returns -1 if the answer broke. */
static int fetch_mail_write(struct item_fetch *fetch, struct eas_item_email *email)
{
	struct wbxml_writer *writer = fetch->op->writer;
	int ret;

	item_fetch_start(fetch, EAS_ITEM_OPERATIONS_STATUS_OK);
	wbxml_writer_start(writer, EAS_TAG_ITEM_OPERATIONS_PROPERTIES);
	ret = eas_item_email_write_opened(email, writer);
	wbxml_writer_end(writer, EAS_TAG_ITEM_OPERATIONS_PROPERTIES);
	item_fetch_end(fetch);
	return ret;
}

static int fetch_mail_item(struct item_fetch *fetch, const struct eas_mail_item *item,
			   const struct eas_body_options *options)
{
	struct eas_item_email *email;
	const char *error;
	int ret;

	if (eas_item_email_open(&item->source, options, &email, &error) < 0) {
		e_error(fetch->op->ctx->event, "Mail %s cannot be read: %s",
			item->source.item_id, error);
		item_fetch_fail(fetch, EAS_ITEM_OPERATIONS_STATUS_CONVERSION_FAILED);
		return 0;
	}
	ret = fetch_mail_write(fetch, email);
	eas_item_email_close(&email);
	return ret;
}

static int fetch_mail(struct item_fetch *fetch, const struct eas_body_options *options)
{
	struct eas_cmd_context *ctx = fetch->op->ctx;
	struct eas_mail_item *item;
	int ret;

	ret = eas_mail_item_open(ctx->user, ctx->event,
		eas_collection_find_item(ctx->user, ctx->device, fetch->server_id),
		&item);
	if (ret <= 0) {
		item_fetch_fail(fetch, ret == 0 ? EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND :
				EAS_ITEM_OPERATIONS_STATUS_IO_FAILURE);
		return 0;
	}
	ret = fetch_mail_item(fetch, item, options);
	eas_mail_item_close(&item);
	return ret;
}

static int fetch_item(struct item_fetch *fetch)
{
	struct eas_cmd_context *ctx = fetch->op->ctx;
	const struct eas_folder *folder;
	struct eas_body_options options;
	const char *error;

	if (eas_body_options_parse(fetch->options, ctx->request->version,
				   &options, &error) < 0) {
		e_debug(ctx->event, "%s", error);
		item_fetch_fail(fetch, options.part_type_refused ?
			   EAS_STATUS_GLOBAL_BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED :
			   EAS_ITEM_OPERATIONS_STATUS_PROTOCOL_ERROR);
		return 0;
	}
	options.parts = fetch->op->parts;
	options.schema = wbxml_node_child(fetch->options, EAS_TAG_ITEM_OPERATIONS_SCHEMA);
	/* an empty one is none (quirk 16) */
	if (options.schema != NULL && options.schema->first_child == NULL)
		options.schema = NULL;
	folder = item_fetch_find_pim_folder(fetch, fetch->server_id);
	if (folder == NULL)
		return fetch_mail(fetch, &options);
	item_fetch_pim(fetch, folder, &options);
	return 0;
}

/*
 * Attachments
 */

/* Options Range "first-last". Returns 0, -1 if it is none. */
static int fetch_range_parse(const struct item_fetch *fetch, struct fetch_range *range_r)
{
	const char *value, *dash;

	i_zero(range_r);
	range_r->last = UOFF_T_MAX;
	value = wbxml_node_child_value(fetch->options, EAS_TAG_ITEM_OPERATIONS_RANGE);
	if (value == NULL || *value == '\0')
		return 0;
	dash = strchr(value, '-');
	if (dash == NULL || str_to_uoff(t_strdup_until(value, dash), &range_r->first) < 0 ||
	    str_to_uoff(dash + 1, &range_r->last) < 0 ||
	    range_r->first > range_r->last)
		return -1;
	range_r->asked = TRUE;
	return 0;
}

static int attachment_open(const struct eas_mail_item *item, const char *part_path,
			   struct eas_part_reader **reader_r, const char **type_r)
{
	const char *error;
	int ret;

	ret = eas_item_email_open_attachment(&item->source, part_path, reader_r,
					     type_r, &error);
	if (ret < 0)
		e_error(item->event, "Attachment cannot be read: %s", error);
	return ret;
}

/* A range is answered with what there is in all, so that has to be read once. Returns the
   status of the fetch. */
static unsigned int
attachment_measure(const struct eas_mail_item *item, const char *part_path,
		   struct fetch_range *range)
{
	struct eas_part_reader *reader;
	const char *type;
	buffer_t *piece;
	int ret;

	ret = attachment_open(item, part_path, &reader, &type);
	if (ret <= 0)
		return ret == 0 ? EAS_ITEM_OPERATIONS_STATUS_INVALID_ATTACHMENT :
			EAS_ITEM_OPERATIONS_STATUS_IO_FAILURE;
	piece = buffer_create_dynamic(default_pool, EAS_PART_READER_PIECE_MAX);
	do {
		ret = eas_part_reader_more(reader, piece);
		range->total += piece->used;
		buffer_set_used_size(piece, 0);
	} while (ret > 0);
	buffer_free(&piece);
	eas_part_reader_deinit(&reader);
	if (ret < 0)
		return EAS_ITEM_OPERATIONS_STATUS_IO_FAILURE;
	if (range->first >= range->total)
		return EAS_ITEM_OPERATIONS_STATUS_INVALID_RANGE;
	if (range->last >= range->total)
		range->last = range->total - 1;
	return EAS_ITEM_OPERATIONS_STATUS_OK;
}

static void attachment_emit(struct item_fetch *fetch, buffer_t *data, size_t size)
{
	buffer_t *encoded;

	if (fetch->op->parts != NULL) {
		o_stream_nsend(fetch->op->parts->output, data->data, size);
	} else T_BEGIN {
		encoded = t_buffer_create(MAX_BASE64_ENCODED_SIZE(size) + 1);
		base64_encode(data->data, size, encoded);
		wbxml_writer_text_data(fetch->op->writer, encoded->data, encoded->used);
	} T_END;
	buffer_delete(data, 0, size);
}

/* The bytes of the range into the answer. Returns -1 if reading failed. */
static int attachment_copy(struct item_fetch *fetch, struct eas_part_reader *reader,
			   const struct fetch_range *range, uoff_t *sent_r)
{
	buffer_t *data = buffer_create_dynamic(default_pool, 2 * FETCH_BASE64_BYTES);
	uoff_t skip = range->first, left = range->last - range->first, sent = 0;
	size_t size;
	int ret;

	/* last is a byte of the range */
	if (left != UOFF_T_MAX)
		left++;
	do {
		ret = eas_part_reader_more(reader, data);
		size = I_MIN(data->used, skip);
		buffer_delete(data, 0, size);
		skip -= size;
		if (data->used > left - sent)
			buffer_set_used_size(data, left - sent);
		size = data->used;
		if (ret > 0 && sent + size < left)
			size -= size % FETCH_BASE64_BYTES;
		if (size > 0)
			attachment_emit(fetch, data, size);
		sent += size;
	} while (ret > 0 && sent < left);
	buffer_free(&data);
	*sent_r = sent;
	return ret < 0 ? -1 : 0;
}

/* iOS takes the first property for the data (quirk 15), and stumbles over a Range it did not ask
   for (quirk 55). */
static int attachment_write(struct item_fetch *fetch, struct eas_part_reader *reader,
			    const char *content_type, const struct fetch_range *range)
{
	struct wbxml_writer *writer = fetch->op->writer;
	struct eas_body_parts *parts = fetch->op->parts;
	uoff_t sent;
	int ret;

	item_fetch_start(fetch, EAS_ITEM_OPERATIONS_STATUS_OK);
	wbxml_writer_start(writer, EAS_TAG_ITEM_OPERATIONS_PROPERTIES);
	if (parts == NULL) {
		wbxml_writer_start(writer, EAS_TAG_ITEM_OPERATIONS_DATA);
		ret = attachment_copy(fetch, reader, range, &sent);
		wbxml_writer_end(writer, EAS_TAG_ITEM_OPERATIONS_DATA);
	} else {
		ret = attachment_copy(fetch, reader, range, &sent);
		array_push_back(&parts->sizes, &sent);
		wbxml_writer_element_uint(writer, EAS_TAG_ITEM_OPERATIONS_PART,
					  array_count(&parts->sizes));
	}
	wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_CONTENT_TYPE, content_type);
	if (range->asked) {
		wbxml_writer_element(writer, EAS_TAG_ITEM_OPERATIONS_RANGE,
			t_strdup_printf("%"PRIuUOFF_T"-%"PRIuUOFF_T,
					range->first, range->last));
		wbxml_writer_element_uint(writer, EAS_TAG_ITEM_OPERATIONS_TOTAL,
					  range->total);
	}
	wbxml_writer_end(writer, EAS_TAG_ITEM_OPERATIONS_PROPERTIES);
	item_fetch_end(fetch);
	return ret;
}

static int fetch_attachment_item(struct item_fetch *fetch, const struct eas_mail_item *item,
				 const char *part_path, struct fetch_range *range)
{
	struct eas_part_reader *reader;
	const char *type;
	unsigned int status = EAS_ITEM_OPERATIONS_STATUS_OK;
	int ret;

	if (range->asked)
		status = attachment_measure(item, part_path, range);
	if (status == EAS_ITEM_OPERATIONS_STATUS_OK) {
		ret = attachment_open(item, part_path, &reader, &type);
		if (ret == 0)
			status = EAS_ITEM_OPERATIONS_STATUS_INVALID_ATTACHMENT;
		else if (ret < 0)
			status = EAS_ITEM_OPERATIONS_STATUS_IO_FAILURE;
	}
	if (status != EAS_ITEM_OPERATIONS_STATUS_OK) {
		item_fetch_fail(fetch, status);
		return 0;
	}
	ret = attachment_write(fetch, reader, type, range);
	eas_part_reader_deinit(&reader);
	return ret;
}

/* An attachment of an event: all of it is in memory. */
static int fetch_attachment_pim(struct item_fetch *fetch, const struct eas_folder *folder,
				struct fetch_range *range)
{
	buffer_t *data = buffer_create_dynamic(default_pool, 64*1024);
	struct eas_part_place whole = { .cte = MESSAGE_CTE_BINARY };
	struct eas_part_reader *reader;
	struct istream *input;
	const char *type;
	unsigned int status;
	int ret = 0;

	status = item_fetch_pim_attachment(fetch, folder, data, &type);
	if (status == EAS_ITEM_OPERATIONS_STATUS_OK && range->asked) {
		range->total = data->used;
		if (range->first >= range->total)
			status = EAS_ITEM_OPERATIONS_STATUS_INVALID_RANGE;
		range->last = I_MIN(range->last, range->total - 1);
	}
	if (status != EAS_ITEM_OPERATIONS_STATUS_OK) {
		item_fetch_fail(fetch, status);
	} else {
		whole.size = data->used;
		input = i_stream_create_from_buffer(data);
		reader = eas_part_reader_init(input, &whole, EAS_PART_FORM_BINARY);
		ret = attachment_write(fetch, reader, type, range);
		eas_part_reader_deinit(&reader);
		i_stream_unref(&input);
	}
	buffer_free(&data);
	return ret;
}

static int fetch_attachment(struct item_fetch *fetch)
{
	struct eas_cmd_context *ctx = fetch->op->ctx;
	const struct eas_folder *folder;
	struct eas_mail_item *item;
	struct fetch_range range;
	const char *item_id, *part_path;
	int ret;

	if (fetch_range_parse(fetch, &range) < 0) {
		item_fetch_fail(fetch, EAS_ITEM_OPERATIONS_STATUS_INVALID_RANGE);
		return 0;
	}
	folder = item_fetch_find_pim_folder(fetch, fetch->file_reference);
	if (folder != NULL)
		return fetch_attachment_pim(fetch, folder, &range);
	if (eas_item_email_parse_file_reference(fetch->file_reference, &item_id,
						&part_path) < 0)
		ret = 0;
	else
		ret = eas_mail_item_open(ctx->user, ctx->event,
			eas_collection_find_item(ctx->user, ctx->device, item_id),
			&item);
	if (ret <= 0) {
		item_fetch_fail(fetch, ret == 0 ? EAS_ITEM_OPERATIONS_STATUS_INVALID_ATTACHMENT :
			   EAS_ITEM_OPERATIONS_STATUS_IO_FAILURE);
		return 0;
	}
	ret = fetch_attachment_item(fetch, item, part_path, &range);
	eas_mail_item_close(&item);
	return ret;
}

/*
 * Which of them
 */

/* A search hit is fetched by its LongId alone, and then wanted to be deleted: say where it
   is (quirk 56). */
static void fetch_resolve_long_id(struct item_fetch *fetch)
{
	const char *folder_id;
	uint32_t uid;

	if (fetch->long_id == NULL || fetch->server_id != NULL ||
	    eas_item_id_parse(fetch->long_id, &folder_id, &uid) < 0)
		return;
	fetch->server_id = fetch->long_id;
	fetch->collection_id = folder_id;
}

int item_operations_fetch(struct item_operations *op, const struct wbxml_node *node)
{
	struct item_fetch fetch = { .op = op, .class = EAS_CLASS_EMAIL };
	const char *store;

	fetch.options = wbxml_node_child(node, EAS_TAG_ITEM_OPERATIONS_OPTIONS);
	fetch.collection_id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_COLLECTION_ID);
	fetch.server_id = wbxml_node_child_value(node, EAS_TAG_AIRSYNC_SERVER_ID);
	fetch.long_id = wbxml_node_child_value(node, EAS_TAG_SEARCH_LONG_ID);
	fetch.file_reference =
		wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE);
	store = wbxml_node_child_value(node, EAS_TAG_ITEM_OPERATIONS_STORE);

	if (strcasecmp(store, FETCH_STORE_MAILBOX) != 0) {
		item_fetch_fail(&fetch, EAS_ITEM_OPERATIONS_STATUS_UNKNOWN_STORE);
		return 0;
	}
	if (fetch.file_reference != NULL)
		return fetch_attachment(&fetch);
	fetch_resolve_long_id(&fetch);
	if (fetch.server_id == NULL) {
		item_fetch_fail(&fetch, fetch.long_id != NULL ?
			   EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND :
			   EAS_ITEM_OPERATIONS_STATUS_PROTOCOL_ERROR);
		return 0;
	}
	/* an item that lies elsewhere is not in this collection */
	if (fetch.collection_id != NULL &&
	    !eas_item_id_is_in(fetch.server_id, fetch.collection_id)) {
		item_fetch_fail(&fetch, EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND);
		return 0;
	}
	return fetch_item(&fetch);
}
