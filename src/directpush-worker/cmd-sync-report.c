/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "ioloop.h"
#include "istream.h"
#include "ostream.h"
#include "time-util.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "cmd-sync-class.h"

struct sync_report {
	struct sync_context *ctx;
	struct sync_collection *coll;
	struct eas_collection *collection;
	struct wbxml_writer *writer;

	const struct sync_class *class;
	struct sync_reader reader;

	/* Content of Commands that waits until it is known whether MoreAvailable stands
	   before it. */
	buffer_t *waiting;
	/* the collection is open in the answer, up to and with <Commands> */
	bool begun;
	/* new items: not told yet, told, not readable */
	unsigned int new_left, new_told;
	ARRAY_TYPE(uint32_t) unreadable;
};

static unsigned int report_msecs(struct sync_report *report)
{
	io_loop_time_refresh();
	return I_MAX(timeval_diff_msecs(&ioloop_timeval, &report->ctx->started), 0);
}

static void report_copy_fragment(struct sync_report *report, struct istream *input)
{
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		wbxml_writer_fragment(report->writer, data, size);
		i_stream_skip(input, size);
	}
}

/*
 * The collection
 */

static const char *report_get_key(struct sync_collection *coll)
{
	struct eas_sync_state *state =
		coll->collection == NULL ? NULL : coll->collection->state;
	struct eas_sync_key key;

	if (coll->status == EAS_SYNC_STATUS_INVALID_SYNC_KEY)
		return "0";
	if (coll->status != EAS_SYNC_STATUS_OK && coll->key_str != NULL)
		return coll->key_str;
	if (coll->status != EAS_SYNC_STATUS_OK && state == NULL)
		return "0";
	if (coll->initial)
		key = eas_sync_state_first_key(state);
	else if (coll->next != NULL)
		key = eas_sync_state_key(state, coll->next);
	else
		key = coll->key;
	return eas_sync_key_format(&key);
}

/* MS-ASCMD "Collection (Sync)" (2.2.3.29.2); the order matters to some (quirk 14) */
static void report_write_head(struct sync_report *report)
{
	struct wbxml_writer *writer = report->writer;
	struct sync_collection *coll = report->coll;

	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_COLLECTION);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SYNC_KEY, report_get_key(coll));
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_COLLECTION_ID, coll->id);
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_STATUS, coll->status);
	if (coll->more && coll->status == EAS_SYNC_STATUS_OK)
		wbxml_writer_empty(writer, EAS_TAG_AIRSYNC_MORE_AVAILABLE);
}

/* The items a Fetch wants go through report->waiting too, which is empty then. */
static void
report_write_fetch(struct sync_report *report, struct sync_response *response)
{
	struct istream *input;
	const char *error;
	int ret;

	ret = sync_item_make(&report->reader, response->uid, EAS_TAG_AIRSYNC_FETCH,
			     report->waiting, &input, &error);
	if (ret == 0) {
		response->status = EAS_SYNC_STATUS_OBJECT_NOT_FOUND;
	} else if (ret < 0) {
		e_error(report->collection->event,
			"Item %u cannot be read now: %s", response->uid, error);
		response->status = EAS_SYNC_STATUS_SERVER_ERROR;
	} else if (input != NULL) {
		report_copy_fragment(report, input);
		i_stream_unref(&input);
	} else {
		wbxml_writer_fragment(report->writer, report->waiting->data,
				      report->waiting->used);
		buffer_set_used_size(report->waiting, 0);
	}
}

static void
report_write_response(struct sync_report *report, struct sync_response *response)
{
	struct wbxml_writer *writer = report->writer;

	if (response->tag == EAS_TAG_AIRSYNC_FETCH &&
	    response->status == EAS_SYNC_STATUS_OK) {
		report_write_fetch(report, response);
		if (response->status == EAS_SYNC_STATUS_OK)
			return;
	}
	wbxml_writer_start(writer, response->tag);
	if (response->client_id != NULL) {
		wbxml_writer_element(writer, EAS_TAG_AIRSYNC_CLIENT_ID,
				     response->client_id);
	}
	if (response->server_id != NULL) {
		wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SERVER_ID,
				     response->server_id);
	}
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNC_STATUS, response->status);
	if (response->tag == EAS_TAG_AIRSYNC_ADD &&
	    response->status == EAS_SYNC_STATUS_OK && report->class->write_added != NULL)
		report->class->write_added(&report->reader, writer, response);
	wbxml_writer_end(writer, response->tag);
}

static void report_write_responses(struct sync_report *report)
{
	struct sync_response *response;
	buffer_t *waiting = report->waiting;

	report->waiting = buffer_create_dynamic(default_pool, 1024);
	wbxml_writer_start_optional(report->writer, EAS_TAG_AIRSYNC_RESPONSES);
	array_foreach_modifiable(&report->coll->responses, response) T_BEGIN {
		report_write_response(report, response);
	} T_END;
	wbxml_writer_end(report->writer, EAS_TAG_AIRSYNC_RESPONSES);
	buffer_free(&report->waiting);
	report->waiting = waiting;
}

/* Write all that stands before the items, and the items so far. MoreAvailable must be decided
   now: if there is still an item to come, it may not come in this answer. */
static void report_begin(struct sync_report *report)
{
	if (!report->begun) {
		report->begun = TRUE;
		if (report->new_left > 0)
			report->coll->more = TRUE;
		report_write_head(report);
		report_write_responses(report);
		wbxml_writer_start_optional(report->writer, EAS_TAG_AIRSYNC_COMMANDS);
	}
	wbxml_writer_fragment(report->writer, report->waiting->data,
			      report->waiting->used);
	buffer_set_used_size(report->waiting, 0);
}

static void report_flush(struct sync_report *report)
{
	if (report->begun || report->waiting->used > SYNC_MAX_DECIDE_BYTES ||
	    report_msecs(report) > SYNC_MAX_DECIDE_SECS * 1000)
		report_begin(report);
}

static void
report_ids(struct sync_report *report, struct wbxml_writer *writer, wbxml_tag_t tag,
	   const ARRAY_TYPE(uint32_t) *uids)
{
	uint32_t uid;

	array_foreach_elem(uids, uid) T_BEGIN {
		wbxml_writer_start(writer, tag);
		wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SERVER_ID,
				     eas_collection_item_id(report->collection, uid));
		wbxml_writer_end(writer, tag);
		eas_sync_generation_remove(report->coll->next, uid);
	} T_END;
}

static void
report_changed(struct sync_report *report, struct wbxml_writer *writer,
	       const struct eas_changed_item *item)
{
	struct sync_collection *coll = report->coll;
	const char *error, *id = eas_collection_item_id(coll->collection, item->uid);
	uoff_t size;

	if (item->digest == EAS_DIGEST_HIDDEN ||
	    report->class->open(&report->reader, item->uid, &size, &error) <= 0) {
		/* marked as deleted: to the device it is gone */
		wbxml_writer_start(writer, EAS_TAG_AIRSYNC_DELETE);
		wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SERVER_ID, id);
		wbxml_writer_end(writer, EAS_TAG_AIRSYNC_DELETE);
		eas_sync_generation_skip(coll->next, item->uid, EAS_SYNC_SKIP_HIDDEN);
		return;
	}
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_CHANGE);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SERVER_ID, id);
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	report->class->write_changes(&report->reader, writer, id);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_CHANGE);
	eas_sync_generation_set(report->ctx->pool, coll->next, item->uid, item->digest);
}

static bool report_is_whole(struct sync_report *report, const struct eas_changed_item *item)
{
	return item->digest != EAS_DIGEST_HIDDEN &&
		report->class->changes_whole(report->ctx, report->coll);
}

static void
report_changed_whole(struct sync_report *report, const struct eas_changed_item *item)
{
	struct sync_collection *coll = report->coll;
	struct istream *input;
	const char *error;
	int ret;

	ret = sync_item_make(&report->reader, item->uid, EAS_TAG_AIRSYNC_CHANGE,
			     report->waiting, &input, &error);
	/* one that came and went is told the next time */
	if (ret == 0)
		return;
	if (ret < 0) {
		e_error(report->collection->event, "Item %u cannot be read: %s",
			item->uid, error);
		return;
	}
	if (input != NULL) {
		report_begin(report);
		report_copy_fragment(report, input);
		i_stream_unref(&input);
	}
	eas_sync_generation_set(report->ctx->pool, coll->next, item->uid, item->digest);
}

static void report_whole(struct sync_report *report)
{
	const struct eas_changed_item *item;

	report->new_left = array_count(&report->coll->tell_new);
	array_foreach(&report->coll->tell_changed, item) {
		if (report_is_whole(report, item)) T_BEGIN {
			report_changed_whole(report, item);
			report_flush(report);
		} T_END;
	}
}

/* Deletions and changes: small, and all of them. */
static void report_small(struct sync_report *report)
{
	struct ostream *output = o_stream_create_buffer(report->waiting);
	struct wbxml_writer *writer = wbxml_writer_create_fragment(output);
	const struct eas_changed_item *item;

	report_ids(report, writer, EAS_TAG_AIRSYNC_DELETE, &report->coll->tell_gone);
	report_ids(report, writer, EAS_TAG_AIRSYNC_SOFT_DELETE,
		   &report->coll->tell_outside);
	array_foreach(&report->coll->tell_changed, item) T_BEGIN {
		if (!report_is_whole(report, item))
			report_changed(report, writer, item);
	} T_END;
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
}

static void report_new(struct sync_report *report, uint32_t uid)
{
	struct sync_collection *coll = report->coll;
	struct istream *input;
	const char *error;
	uint32_t digest;
	int ret;

	ret = sync_item_make(&report->reader, uid, EAS_TAG_AIRSYNC_ADD,
			     report->waiting, &input, &error);
	if (ret < 0) {
		e_error(report->collection->event, "Item %u cannot be read: %s",
			uid, error);
		array_push_back(&report->unreadable, &uid);
		return;
	}
	if (ret == 0 || report->collection->source->digest(
				report->collection->source, uid, &digest) <= 0) {
		/* came and went */
		eas_sync_generation_remove(coll->next, uid);
		return;
	}
	if (input != NULL) {
		report_begin(report);
		report_copy_fragment(report, input);
		i_stream_unref(&input);
	}
	report->new_told++;
	eas_sync_generation_set(report->ctx->pool, coll->next, uid, digest);
}

static void report_all_new(struct sync_report *report)
{
	uint32_t uid;

	report->new_left = array_count(&report->coll->tell_new);
	array_foreach_elem(&report->coll->tell_new, uid) {
		/* at least one, so that it goes on */
		if (report->new_told > 0 &&
		    report_msecs(report) > SYNC_MAX_FILL_SECS * 1000) {
			report->coll->more = TRUE;
			break;
		}
		report->new_left--;
		T_BEGIN {
			report_new(report, uid);
		} T_END;
		report_flush(report);
	}
}

/* One item that cannot be read must not stop the others: it is left out until it changes. But if
   none can be read, it is more likely the storage: the device tries again,
   and only the second time they are left out. Returns FALSE if the device is to try
   again. */
static bool report_unreadable(struct sync_report *report)
{
	struct sync_collection *coll = report->coll;
	struct eas_sync_loop *loop = &report->collection->state->loop;
	uint32_t uid;

	if (array_is_empty(&report->unreadable))
		return TRUE;
	uid = *array_front(&report->unreadable);
	if (report->new_told == 0 && !report->begun && loop->alone_uid != uid &&
	    array_is_empty(&coll->responses)) {
		loop->alone_uid = uid;
		coll->next = NULL;
		coll->dirty = TRUE;
		return FALSE;
	}
	array_foreach_elem(&report->unreadable, uid) {
		e_warning(report->collection->event,
			  "Item %u is left out until it changes", uid);
		eas_sync_generation_skip(coll->next, uid, EAS_SYNC_SKIP_UNREADABLE);
	}
	return TRUE;
}

static void report_items(struct sync_report *report)
{
	report_small(report);
	report_whole(report);
	report_all_new(report);
	if (report_unreadable(report)) {
		report->new_left = 0;
		report_begin(report);
		wbxml_writer_end(report->writer, EAS_TAG_AIRSYNC_COMMANDS);
	} else {
		report->coll->status = EAS_SYNC_STATUS_SERVER_ERROR;
		report_write_head(report);
	}
	report->class->close(&report->reader);
}

void sync_collection_report(struct sync_context *ctx, struct sync_collection *coll)
{
	struct sync_report report = {
		.ctx = ctx,
		.coll = coll,
		.collection = coll->collection,
		.reader = { .ctx = ctx, .coll = coll },
		.writer = eas_reply_wbxml(ctx->cmd->reply)
	};

	if (coll->status != EAS_SYNC_STATUS_OK || coll->initial) {
		report_write_head(&report);
	} else {
		i_assert(coll->next != NULL);
		report.class = sync_class_of(coll->collection);
		p_array_init(&report.unreadable, ctx->pool, 1);
		report.waiting = buffer_create_dynamic(default_pool, 16*1024);
		report_items(&report);
		buffer_free(&report.waiting);
	}
	wbxml_writer_end(report.writer, EAS_TAG_AIRSYNC_COLLECTION);
	if (coll->collection != NULL)
		eas_collection_close(coll->collection);
}
