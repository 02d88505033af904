/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Search: mails of the mailbox. The address book is always found empty, as there is none yet; of document
   libraries there is nothing at all. MS-ASCMD "Search" (2.2.1.16) */

#include "lib.h"
#include "array.h"
#include "hex-binary.h"
#include "str.h"
#include "wbxml-writer.h"
#include "eas-conversation.h"
#include "eas-gal.h"
#include "eas-item-email.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-item-id.h"
#include "eas-mail-item.h"
#include "cmd-search.h"

#include <time.h>

/* of an answer on its way nothing is held back for longer */
#define SEARCH_FLUSH_SECS 5
#define SEARCH_RETRY_AFTER_SECS 30

enum search_store {
	SEARCH_STORE_UNKNOWN = 0,
	SEARCH_STORE_MAILBOX,
	SEARCH_STORE_GAL,
	SEARCH_STORE_DOCUMENTS
};

static const struct {
	const char *name;
	enum search_store store;
} search_stores[] = {
	{ "Mailbox", SEARCH_STORE_MAILBOX },
	{ "GAL", SEARCH_STORE_GAL },
	{ "DocumentLibrary", SEARCH_STORE_DOCUMENTS }
};

/*
 * Results
 */

/* What is searched for, where, and by whom. */
static const char *search_get_key(const struct search *search)
{
	string_t *key = t_str_new(256);
	const struct eas_search_term *term;
	const struct eas_folder *folder;

	str_printfa(key, "Search %s %"PRIdTIME_T" %"PRIdTIME_T" ",
		    search->ctx->request->device_id,
		    search->mail.after_utc, search->mail.before_utc);
	if (search->mail.conversation_id != NULL) {
		str_append(key, binary_to_hex(search->mail.conversation_id,
					      EAS_CONVERSATION_ID_BYTES));
	}
	array_foreach_elem(&search->mail.folders, folder)
		str_printfa(key, " %s", folder->id);
	array_foreach(&search->mail.terms, term) {
		str_printfa(key, " %d%d%d\"%s\"", term->fields, term->match_not,
			    term->or_previous, term->text);
	}
	return str_c(key);
}

/* The first range of a search, and RebuildResults, look anew. */
static const struct eas_search_results *search_get_results(struct search *search)
{
	struct eas_user *user = search->ctx->user;
	const char *key = search_get_key(search);
	const struct eas_search_results *old = NULL;
	struct eas_search_results *results;

	if (search->first > 0 &&
	    wbxml_node_child(search->options, EAS_TAG_SEARCH_REBUILD_RESULTS) == NULL)
		old = eas_search_results_find(user, key);
	if (old != NULL)
		return old;
	results = eas_search_results_new(user, key);
	if (!search->other_class)
		(void)eas_mail_search_run(&search->mail, user, search->ctx->event, results);
	return results;
}

/* Returns 1, 0 = there is nothing to show of this mail, -1 = the answer broke. */
static int search_write_item(struct search *search, const struct eas_mail_item *item,
			     const char *id)
{
	struct wbxml_writer *writer = eas_reply_wbxml(search->ctx->reply);
	struct eas_item_email *email;
	const char *error;
	int ret;

	if (eas_item_email_open(&item->source, &search->body, &email, &error) < 0) {
		e_error(search->ctx->event, "Mail %s cannot be read: %s", id, error);
		return 0;
	}
	wbxml_writer_start(writer, EAS_TAG_SEARCH_RESULT);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_CLASS, "Email");
	wbxml_writer_element(writer, EAS_TAG_SEARCH_LONG_ID, id);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_COLLECTION_ID, item->folder->id);
	wbxml_writer_start(writer, EAS_TAG_SEARCH_PROPERTIES);
	ret = eas_item_email_write_opened(email, writer);
	wbxml_writer_end(writer, EAS_TAG_SEARCH_PROPERTIES);
	wbxml_writer_end(writer, EAS_TAG_SEARCH_RESULT);
	eas_item_email_close(&email);
	return ret < 0 ? -1 : 1;
}

/* LongId is the ServerId of an item, which other commands take for both (quirk 56). */
static int search_write_hit(struct search *search, const struct eas_search_hit *hit)
{
	const char *id = eas_item_id_make(hit->folder_id, hit->uid);
	struct eas_mail_item *item;
	int ret;

	/* gone meanwhile */
	if (eas_mail_item_open(search->ctx->user, search->ctx->event, id, &item) <= 0)
		return 0;
	ret = search_write_item(search, item, id);
	eas_mail_item_close(&item);
	return ret;
}

/* Returns -1 if the answer broke. shown_r: how many results there are in it */
static int
search_write_hits(struct search *search, const struct eas_search_results *results,
		  unsigned int *shown_r)
{
	const struct eas_search_hit *hits;
	unsigned int i, count;
	time_t flushed = time(NULL);
	int ret = 0;

	*shown_r = 0;
	hits = array_get(&results->hits, &count);
	for (i = search->first; i <= search->last && i < count && ret >= 0; i++) T_BEGIN {
		ret = search_write_hit(search, &hits[i]);
		if (ret > 0)
			*shown_r += 1;
		if (time(NULL) - flushed >= SEARCH_FLUSH_SECS) {
			eas_reply_flush(search->ctx->reply);
			flushed = time(NULL);
		}
	} T_END;
	return ret;
}

/*
 * Answer
 */

static void search_start(struct eas_cmd_context *ctx, enum eas_status status)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);

	e_debug(ctx->event, "Status of the store is %u (%s)", status,
		eas_status_get_name(EAS_COMMAND_SEARCH, status));
	wbxml_writer_start(writer, EAS_TAG_SEARCH_SEARCH);
	wbxml_writer_element_uint(writer, EAS_TAG_SEARCH_STATUS, EAS_SEARCH_STATUS_OK);
	wbxml_writer_start(writer, EAS_TAG_SEARCH_RESPONSE);
	wbxml_writer_start(writer, EAS_TAG_SEARCH_STORE);
	wbxml_writer_element_uint(writer, EAS_TAG_SEARCH_STATUS, status);
	eas_reply_set_eas_status(ctx->reply, status);
}

static void search_end(struct eas_cmd_context *ctx)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);

	wbxml_writer_end(writer, EAS_TAG_SEARCH_STORE);
	wbxml_writer_end(writer, EAS_TAG_SEARCH_RESPONSE);
	wbxml_writer_end(writer, EAS_TAG_SEARCH_SEARCH);
}

/* Android shows nothing without both (quirk 57). */
static void search_write_range(struct eas_cmd_context *ctx, unsigned int first,
			       unsigned int shown, unsigned int total)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);

	wbxml_writer_element(writer, EAS_TAG_SEARCH_RANGE,
		t_strdup_printf("%u-%u", first, shown > 0 ? first + shown - 1 : first));
	wbxml_writer_element_uint(writer, EAS_TAG_SEARCH_TOTAL, total);
}

static void search_fail(struct eas_cmd_context *ctx, enum eas_status status)
{
	search_start(ctx, status);
	search_end(ctx);
}

static void search_mailbox(struct eas_cmd_context *ctx, const struct wbxml_node *store)
{
	struct search search = {
		.ctx = ctx, .options = wbxml_node_child(store, EAS_TAG_SEARCH_OPTIONS)
	};
	const struct eas_search_results *results;
	unsigned int total, shown;
	enum eas_status status;

	status = search_read_request(&search, wbxml_node_child(store, EAS_TAG_SEARCH_QUERY));
	if (status != EAS_SEARCH_STATUS_OK) {
		search_fail(ctx, status);
		return;
	}
	results = search_get_results(&search);
	total = array_count(&results->hits);
	search_start(ctx, search.past_range || (search.first > 0 && search.first >= total) ?
		     EAS_SEARCH_STATUS_END_OF_RANGE : EAS_SEARCH_STATUS_OK);
	if (search_write_hits(&search, results, &shown) < 0) {
		eas_reply_unavailable(ctx->reply, SEARCH_RETRY_AFTER_SECS);
		return;
	}
	/* MS-ASCMD "Result (Search)" (2.2.3.155.3): an empty one says that there is none */
	if (shown == 0)
		wbxml_writer_empty(eas_reply_wbxml(ctx->reply), EAS_TAG_SEARCH_RESULT);
	search_write_range(ctx, search.first, shown, total);
	search_end(ctx);
}

static void search_gal_write(struct search *search, const ARRAY_TYPE(eas_gal_entry) *entries)
{
	struct wbxml_writer *writer = eas_reply_wbxml(search->ctx->reply);
	const struct wbxml_node *picture =
		wbxml_node_child(search->options, EAS_TAG_SEARCH_PICTURE);
	const struct eas_gal_entry *entry;
	unsigned int i, count, shown = 0;

	entry = array_get(entries, &count);
	for (i = search->first; i <= search->last && i < count; i++, shown++) {
		wbxml_writer_start(writer, EAS_TAG_SEARCH_RESULT);
		wbxml_writer_start(writer, EAS_TAG_SEARCH_PROPERTIES);
		eas_gal_write(search->ctx, writer, &entry[i], picture);
		wbxml_writer_end(writer, EAS_TAG_SEARCH_PROPERTIES);
		wbxml_writer_end(writer, EAS_TAG_SEARCH_RESULT);
	}
	search_write_range(search->ctx, search->first, shown, count);
}

static void search_gal(struct eas_cmd_context *ctx, const struct wbxml_node *store)
{
	struct search search = {
		.ctx = ctx, .options = wbxml_node_child(store, EAS_TAG_SEARCH_OPTIONS),
		.last = EAS_GAL_MAX_ENTRIES - 1
	};
	const struct wbxml_node *query = wbxml_node_child(store, EAS_TAG_SEARCH_QUERY);
	const char *range = wbxml_node_child_value(search.options, EAS_TAG_SEARCH_RANGE);
	ARRAY_TYPE(eas_gal_entry) entries;
	struct eas_gal gal;

	if (query == NULL || query->first_child != NULL ||
	    (range != NULL && *range != '\0' &&
	     eas_search_range_parse(range, &search.first, &search.last) < 0)) {
		search_fail(ctx, EAS_SEARCH_STATUS_INVALID_REQUEST);
		return;
	}
	search.last = I_MIN(search.last, search.first + EAS_GAL_MAX_ENTRIES - 1);
	eas_gal_init(&gal, ctx);
	eas_gal_find(&gal, query->value, &entries);
	search_start(ctx, search.first > 0 && search.first >= array_count(&entries) ?
		     EAS_SEARCH_STATUS_END_OF_RANGE : EAS_SEARCH_STATUS_OK);
	search_gal_write(&search, &entries);
	search_end(ctx);
}

static enum search_store search_store_find(const char *name)
{
	for (unsigned int i = 0; i < N_ELEMENTS(search_stores); i++) {
		if (strcasecmp(search_stores[i].name, name) == 0)
			return search_stores[i].store;
	}
	return SEARCH_STORE_UNKNOWN;
}

void eas_cmd_search(struct eas_cmd_context *ctx)
{
	const struct wbxml_node *store = wbxml_node_child(ctx->tree->root, EAS_TAG_SEARCH_STORE);

	/* nothing of the device's is touched, and it takes its time */
	if (eas_cmd_device_done(ctx) < 0)
		return;
	switch (search_store_find(wbxml_node_child_value(store, EAS_TAG_SEARCH_NAME))) {
	case SEARCH_STORE_MAILBOX:
		search_mailbox(ctx, store);
		break;
	case SEARCH_STORE_GAL:
		search_gal(ctx, store);
		break;
	case SEARCH_STORE_DOCUMENTS:
		search_fail(ctx, EAS_SEARCH_STATUS_NOT_FOUND);
		break;
	case SEARCH_STORE_UNKNOWN:
		search_fail(ctx, EAS_SEARCH_STATUS_INVALID_REQUEST);
		break;
	}
}
