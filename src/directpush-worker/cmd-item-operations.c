/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ItemOperations: fetch mails and attachments, empty a folder. The answer is a document, or,
   where the device takes it (MS-ASAcceptMultiPart), the document with the bodies and attachments
   behind it as they are. MS-ASCMD "ItemOperations" (2.2.1.10) */

#include "lib.h"
#include "array.h"
#include "iostream-temp.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "mail-user.h"
#include "wbxml-writer.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-conversation.h"
#include "eas-conversation-mover.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "cmd-item-operations.h"

#define ITEM_OPERATIONS_RETRY_AFTER_SECS 30

static struct ostream *item_operations_temp(struct eas_cmd_context *ctx)
{
	string_t *prefix = t_str_new(128);
	struct ostream *output;

	mail_user_set_get_temp_prefix(prefix, ctx->user->mail_user->set);
	output = iostream_temp_create(str_c(prefix), 0);
	o_stream_set_no_error_handling(output, TRUE);
	return output;
}

static unsigned int
move_conversation(struct item_operations *op, const struct wbxml_node *move,
		  const struct wbxml_node *id)
{
	static const unsigned int statuses[] = {
		[EAS_CONVERSATION_MOVED] = EAS_ITEM_OPERATIONS_STATUS_OK,
		[EAS_CONVERSATION_MOVED_PARTLY] = EAS_ITEM_OPERATIONS_STATUS_PARTIAL_SUCCESS,
		[EAS_CONVERSATION_NOT_FOUND] = EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND,
		[EAS_CONVERSATION_TEMPFAIL] = EAS_ITEM_OPERATIONS_STATUS_SERVER_ERROR
	};
	const struct wbxml_node *options =
		wbxml_node_child(move, EAS_TAG_ITEM_OPERATIONS_OPTIONS);
	const struct eas_folder *dst;
	int ret;

	if (wbxml_node_child(options, EAS_TAG_ITEM_OPERATIONS_MOVE_ALWAYS) == NULL)
		return EAS_ITEM_OPERATIONS_STATUS_MISSING_MOVE_ALWAYS;
	ret = eas_folder_find(op->ctx->user,
		wbxml_node_child_value(move, EAS_TAG_ITEM_OPERATIONS_DST_FLD_ID), &dst);
	if (ret < 0)
		return EAS_ITEM_OPERATIONS_STATUS_SERVER_ERROR;
	if (ret == 0)
		return EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND;
	if (!eas_conversation_can_move_to(dst))
		return EAS_ITEM_OPERATIONS_STATUS_NOT_SUPPORTED;
	if (id->value_size != EAS_CONVERSATION_ID_BYTES)
		return EAS_ITEM_OPERATIONS_STATUS_NOT_FOUND;
	return statuses[eas_conversation_move(op->ctx->user, op->ctx->event,
					      (const unsigned char *)id->value, dst)];
}

/* MS-ASCMD "Move (ItemOperations)" (2.2.3.117.1) */
static void
item_operations_move(struct item_operations *op, const struct wbxml_node *move)
{
	const struct wbxml_node *id =
		wbxml_node_child(move, EAS_TAG_ITEM_OPERATIONS_CONVERSATION_ID);

	wbxml_writer_start(op->writer, EAS_TAG_ITEM_OPERATIONS_MOVE);
	wbxml_writer_element_uint(op->writer, EAS_TAG_ITEM_OPERATIONS_STATUS,
				  move_conversation(op, move, id));
	wbxml_writer_element_opaque(op->writer, EAS_TAG_ITEM_OPERATIONS_CONVERSATION_ID,
				    id->value, id->value_size);
	wbxml_writer_end(op->writer, EAS_TAG_ITEM_OPERATIONS_MOVE);
}

/* MS-ASCMD "Options (ItemOperations)" (2.2.3.125.3): an option of another operation is Status 2 */
static bool item_operation_options_are_its_own(const struct wbxml_node *operation)
{
	const struct wbxml_node *option, *options =
		wbxml_node_child(operation, EAS_TAG_ITEM_OPERATIONS_OPTIONS);
	wbxml_tag_t owner;

	if (options == NULL)
		return TRUE;
	wbxml_node_foreach(options, option) {
		switch (option->tag) {
		case EAS_TAG_ITEM_OPERATIONS_DELETE_SUB_FOLDERS:
			owner = EAS_TAG_ITEM_OPERATIONS_EMPTY_FOLDER_CONTENTS;
			break;
		case EAS_TAG_ITEM_OPERATIONS_MOVE_ALWAYS:
			owner = EAS_TAG_ITEM_OPERATIONS_MOVE;
			break;
		default:
			owner = EAS_TAG_ITEM_OPERATIONS_FETCH;
			break;
		}
		if (owner != operation->tag)
			return FALSE;
	}
	return TRUE;
}

static int
item_operation(struct item_operations *op, const struct wbxml_node *node)
{
	switch (node->tag) {
	case EAS_TAG_ITEM_OPERATIONS_FETCH:
		return item_operations_fetch(op, node);
	case EAS_TAG_ITEM_OPERATIONS_EMPTY_FOLDER_CONTENTS:
		item_operations_empty_folder(op, node);
		return 0;
	case EAS_TAG_ITEM_OPERATIONS_MOVE:
		item_operations_move(op, node);
		return 0;
	default:
		/* not of this protocol; the schema lets it pass */
		return 0;
	}
}

/* In the order they stand. Returns -1 if the answer must be given up. */
static int item_operations_write(struct item_operations *op)
{
	const struct wbxml_node *root = op->ctx->tree->root, *node;
	int ret = 0;

	wbxml_writer_start(op->writer, EAS_TAG_ITEM_OPERATIONS_ITEM_OPERATIONS);
	wbxml_writer_element_uint(op->writer, EAS_TAG_ITEM_OPERATIONS_STATUS,
				  EAS_ITEM_OPERATIONS_STATUS_OK);
	wbxml_writer_start_optional(op->writer, EAS_TAG_ITEM_OPERATIONS_RESPONSE);
	for (node = root->first_child; node != NULL && ret == 0; node = node->next) T_BEGIN {
		ret = item_operation(op, node);
	} T_END;
	wbxml_writer_end(op->writer, EAS_TAG_ITEM_OPERATIONS_RESPONSE);
	wbxml_writer_end(op->writer, EAS_TAG_ITEM_OPERATIONS_ITEM_OPERATIONS);
	return ret;
}

/*
 * Multipart
 */

static void append_uint32(buffer_t *dest, uint32_t number)
{
	buffer_append_c(dest, number & 0xff);
	buffer_append_c(dest, (number >> 8) & 0xff);
	buffer_append_c(dest, (number >> 16) & 0xff);
	buffer_append_c(dest, (number >> 24) & 0xff);
}

/* Number of parts, then offset and length of each, little-endian. MS-ASCMD "MultiPartResponse"
   (2.2.1.10.1.1) */
static void multipart_head(buffer_t *dest, uoff_t document_size,
			   const struct eas_body_parts *parts)
{
	unsigned int count = array_count(&parts->sizes) + 1;
	uint32_t offset = 4 + 8 * count;
	const uoff_t *size;

	append_uint32(dest, count);
	append_uint32(dest, offset);
	append_uint32(dest, document_size);
	offset += document_size;
	array_foreach(&parts->sizes, size) {
		append_uint32(dest, offset);
		append_uint32(dest, *size);
		offset += *size;
	}
}

static int multipart_send(struct ostream *dest, struct ostream **src)
{
	struct istream *input = iostream_temp_finish(src, IO_BLOCK_SIZE);
	int ret = 0;

	if (o_stream_send_istream(dest, input) != OSTREAM_SEND_ISTREAM_RESULT_FINISHED)
		ret = -1;
	i_stream_unref(&input);
	return ret;
}

static int item_operations_multipart(struct item_operations *op)
{
	struct eas_body_parts parts;
	struct ostream *document, *reply;
	int ret;

	parts.output = item_operations_temp(op->ctx);
	p_array_init(&parts.sizes, op->ctx->pool, 8);
	op->parts = &parts;
	document = item_operations_temp(op->ctx);
	op->writer = wbxml_writer_create(document);
	ret = item_operations_write(op);
	wbxml_writer_destroy(&op->writer);
	if (ret == 0 && (o_stream_flush(document) < 0 || o_stream_flush(parts.output) < 0))
		ret = -1;
	if (ret == 0) {
		buffer_t *head = t_buffer_create(64);

		multipart_head(head, document->offset, &parts);
		reply = eas_reply_stream(op->ctx->reply, EAS_CONTENT_TYPE_MULTIPART);
		o_stream_nsend(reply, head->data, head->used);
		if (multipart_send(reply, &document) < 0 ||
		    multipart_send(reply, &parts.output) < 0)
			ret = -1;
	}
	o_stream_destroy(&document);
	o_stream_destroy(&parts.output);
	return ret;
}

void eas_cmd_item_operations(struct eas_cmd_context *ctx)
{
	struct item_operations op = { .ctx = ctx };
	const struct wbxml_node *node;
	int ret;

	wbxml_node_foreach(ctx->tree->root, node) {
		/* MS-ASCMD "Move (ItemOperations)" (2.2.3.117.1): not in 12.1 */
		if (!item_operation_options_are_its_own(node) ||
		    (node->tag == EAS_TAG_ITEM_OPERATIONS_MOVE &&
		     ctx->request->version < EAS_VERSION_14_0)) {
			eas_cmd_reply_status(ctx, EAS_ITEM_OPERATIONS_STATUS_PROTOCOL_ERROR);
			return;
		}
	}

	/* nothing of the device's is touched, and large attachments take their time */
	if (eas_cmd_device_done(ctx) < 0)
		return;
	if (ctx->request->accept_multipart) {
		ret = item_operations_multipart(&op);
	} else {
		op.writer = eas_reply_wbxml(ctx->reply);
		ret = item_operations_write(&op);
	}
	if (ret < 0)
		eas_reply_unavailable(ctx->reply, ITEM_OPERATIONS_RETRY_AFTER_SECS);
	else
		eas_reply_set_eas_status(ctx->reply, EAS_ITEM_OPERATIONS_STATUS_OK);
}
