/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "ostream.h"
#include "eas-tag.h"
#include "wbxml-writer.h"
#include "eas-ping-reply.h"

void eas_ping_reply_write(struct wbxml_writer *writer, enum eas_status status,
			  unsigned int limit)
{
	wbxml_writer_start(writer, EAS_TAG_PING_PING);
	wbxml_writer_element_uint(writer, EAS_TAG_PING_STATUS, status);
	if (status == EAS_PING_STATUS_TOO_MANY_FOLDERS)
		wbxml_writer_element_uint(writer, EAS_TAG_PING_MAX_FOLDERS, limit);
	if (status == EAS_PING_STATUS_INVALID_INTERVAL) {
		wbxml_writer_element_uint(writer, EAS_TAG_PING_HEARTBEAT_INTERVAL,
					  limit);
	}
	wbxml_writer_end(writer, EAS_TAG_PING_PING);
}

static void changed_start(struct wbxml_writer *writer)
{
	wbxml_writer_start(writer, EAS_TAG_PING_PING);
	wbxml_writer_element_uint(writer, EAS_TAG_PING_STATUS, EAS_PING_STATUS_CHANGED);
	wbxml_writer_start(writer, EAS_TAG_PING_FOLDERS);
}

static void changed_end(struct wbxml_writer *writer)
{
	wbxml_writer_end(writer, EAS_TAG_PING_FOLDERS);
	wbxml_writer_end(writer, EAS_TAG_PING_PING);
}

void eas_ping_reply_write_changed(struct wbxml_writer *writer,
				  const ARRAY_TYPE(const_string) *folder_ids)
{
	const char *id;

	changed_start(writer);
	array_foreach_elem(folder_ids, id)
		wbxml_writer_element(writer, EAS_TAG_PING_FOLDER, id);
	changed_end(writer);
}

static struct ostream *bytes_create(buffer_t *dest)
{
	struct ostream *output = o_stream_create_buffer(dest);

	o_stream_set_no_error_handling(output, TRUE);
	return output;
}

void eas_ping_reply_expired(buffer_t *dest)
{
	struct ostream *output = bytes_create(dest);
	struct wbxml_writer *writer = wbxml_writer_create(output);

	eas_ping_reply_write(writer, EAS_PING_STATUS_EXPIRED, 0);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
}

void eas_ping_reply_piece(buffer_t *dest, const char *folder_id)
{
	struct ostream *output = bytes_create(dest);
	struct wbxml_writer *writer = wbxml_writer_create_fragment(output);

	wbxml_writer_element(writer, EAS_TAG_PING_FOLDER, folder_id);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
}

/* Write a document with one piece and cut it around that. */
void eas_ping_reply_head_tail(buffer_t *head, buffer_t *tail)
{
	buffer_t *piece = t_buffer_create(32), *document = t_buffer_create(64);
	struct ostream *output = bytes_create(document);
	struct wbxml_writer *writer = wbxml_writer_create(output);
	size_t end;

	eas_ping_reply_piece(piece, "x");
	changed_start(writer);
	wbxml_writer_fragment(writer, piece->data, piece->used);
	end = document->used;
	changed_end(writer);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);

	i_assert(end > piece->used &&
		 memcmp(CONST_PTR_OFFSET(document->data, end - piece->used),
			piece->data, piece->used) == 0);
	buffer_append(head, document->data, end - piece->used);
	buffer_append_buf(tail, document, end, SIZE_MAX);
}
