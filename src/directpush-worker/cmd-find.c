/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Find: mails of the mailbox in short, for 16.1. The address book is always found empty, as there is
   none yet. MS-ASCMD "Find" (2.2.1.2) */

#include "lib.h"
#include "array.h"
#include "mail-storage.h"
#include "wbxml-writer.h"
#include "eas-email-found.h"
#include "eas-tag.h"
#include "eas-cmd.h"
#include "eas-gal.h"
#include "eas-item-id.h"
#include "eas-mail-item.h"
#include "eas-mail-search.h"

#include <time.h>

#define FIND_STORE "Mailbox"
#define FIND_ALL_FOLDERS "0"
#define FIND_DEFAULT_LAST 99
/* of an answer on its way nothing is held back for longer */
#define FIND_FLUSH_SECS 5

struct find {
	struct eas_cmd_context *ctx;
	struct wbxml_writer *writer;
	/* MailBoxSearchCriterion */
	const struct wbxml_node *criterion;
	/* the device's name for this search, and for its later ranges */
	const char *key;
	unsigned int first, last;
	/* in the answer */
	unsigned int shown;
};

/*
 * Request
 */

/* Options are the same in both criterions. Returns -1 if the range is none. */
static int find_get_range(struct find *find, const struct wbxml_node *criterion)
{
	const char *value = wbxml_node_child_value(
		wbxml_node_child(criterion, EAS_TAG_FIND_OPTIONS), EAS_TAG_FIND_RANGE);

	find->first = 0;
	find->last = FIND_DEFAULT_LAST;
	if (value == NULL || *value == '\0')
		return 0;
	return eas_search_range_parse(value, &find->first, &find->last);
}

/* Returns the Status of the command. */
static enum eas_status find_get_query(struct find *find, struct eas_mail_search *search)
{
	const struct wbxml_node *query = wbxml_node_child(find->criterion, EAS_TAG_FIND_QUERY);
	const char *class = wbxml_node_child_value(query, EAS_TAG_AIRSYNC_CLASS);
	const char *id = wbxml_node_child_value(query, EAS_TAG_AIRSYNC_COLLECTION_ID);
	bool deep = wbxml_node_child(wbxml_node_child(find->criterion, EAS_TAG_FIND_OPTIONS),
				     EAS_TAG_FIND_DEEP_TRAVERSAL) != NULL;
	const char *error;
	int ret;

	eas_mail_search_init(search, find->ctx->pool);
	if (class != NULL && *class != '\0' && strcasecmp(class, "Email") != 0) {
		e_debug(find->ctx->event, "There is nothing to find of class %s", class);
		return EAS_FIND_STATUS_INVALID_REQUEST;
	}
	if (eas_search_text_parse(find->ctx->pool,
				  wbxml_node_child_value(query, EAS_TAG_FIND_FREE_TEXT),
				  &search->terms, &error) < 0) {
		e_debug(find->ctx->event, "%s", error);
		return EAS_FIND_STATUS_INVALID_REQUEST;
	}
	ret = eas_mail_search_add_folder(search, find->ctx->user,
		id == NULL || *id == '\0' ? FIND_ALL_FOLDERS : id, deep);
	return ret > 0 ? EAS_FIND_STATUS_OK :
		ret < 0 ? EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER :
		EAS_FIND_STATUS_FOLDER_SYNC_REQUIRED;
}

/*
 * Results
 */

/* Dovecot's preview: of the text, without quotes, without its line ends. */
static const char *find_get_preview(struct mail *mail)
{
	const char *snippet;

	/* its first character says how it was made */
	if (mail_get_special(mail, MAIL_FETCH_BODY_SNIPPET, &snippet) < 0 ||
	    *snippet == '\0')
		return "";
	return snippet + 1;
}

static void find_write_item(struct find *find, const struct eas_mail_item *item, const char *id)
{
	struct wbxml_writer *writer = find->writer;
	struct eas_email_found *found;
	const char *error;

	if (eas_email_found_open(&item->source, &found, &error) < 0) {
		e_error(find->ctx->event, "Mail %s cannot be read: %s", id, error);
		return;
	}
	wbxml_writer_start(writer, EAS_TAG_FIND_RESULT);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_CLASS, "Email");
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_SERVER_ID, id);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNC_COLLECTION_ID, item->folder->id);
	eas_email_found_write(found, writer, find_get_preview(item->mail));
	wbxml_writer_end(writer, EAS_TAG_FIND_RESULT);
	find->shown++;
	eas_email_found_close(&found);
}

static void find_write_hit(struct find *find, const struct eas_search_hit *hit)
{
	const char *id = eas_item_id_make(hit->folder_id, hit->uid);
	struct eas_mail_item *item;

	/* gone meanwhile */
	if (eas_mail_item_open(find->ctx->user, find->ctx->event, id, &item) <= 0)
		return;
	find_write_item(find, item, id);
	eas_mail_item_close(&item);
}

static void find_write_hits(struct find *find, const struct eas_search_results *results)
{
	const struct eas_search_hit *hits;
	unsigned int i, count;
	time_t flushed = time(NULL);

	hits = array_get(&results->hits, &count);
	for (i = find->first; i <= find->last && i < count; i++) T_BEGIN {
		find_write_hit(find, &hits[i]);
		if (time(NULL) - flushed >= FIND_FLUSH_SECS) {
			eas_reply_flush(find->ctx->reply);
			flushed = time(NULL);
		}
	} T_END;
}

/*
 * Answer
 */

static void find_start(struct find *find, enum eas_status status)
{
	find->writer = eas_reply_wbxml(find->ctx->reply);
	wbxml_writer_start(find->writer, EAS_TAG_FIND_FIND);
	wbxml_writer_element_uint(find->writer, EAS_TAG_FIND_STATUS, EAS_FIND_STATUS_OK);
	wbxml_writer_start(find->writer, EAS_TAG_FIND_RESPONSE);
	wbxml_writer_element(find->writer, EAS_TAG_ITEM_OPERATIONS_STORE, FIND_STORE);
	wbxml_writer_element_uint(find->writer, EAS_TAG_FIND_STATUS, status);
	eas_reply_set_eas_status(find->ctx->reply, status);
}

static void find_write_range(struct find *find, unsigned int total)
{
	wbxml_writer_element(find->writer, EAS_TAG_FIND_RANGE,
		t_strdup_printf("%u-%u", find->first, find->shown > 0 ?
				find->first + find->shown - 1 : find->first));
	wbxml_writer_element_uint(find->writer, EAS_TAG_FIND_TOTAL, total);
}

static void find_end(struct find *find)
{
	wbxml_writer_end(find->writer, EAS_TAG_FIND_RESPONSE);
	wbxml_writer_end(find->writer, EAS_TAG_FIND_FIND);
}

static void find_mailbox(struct find *find)
{
	struct eas_user *user = find->ctx->user;
	const struct eas_search_results *results = NULL;
	struct eas_search_results *new_results;
	struct eas_mail_search search;
	enum eas_status status;

	status = find_get_query(find, &search);
	if (status != EAS_FIND_STATUS_OK) {
		eas_cmd_reply_status(find->ctx, status);
		return;
	}
	if (find->first == 0) {
		new_results = eas_search_results_new(user, find->key);
		(void)eas_mail_search_run(&search, user, find->ctx->event, new_results);
		results = new_results;
	} else {
		results = eas_search_results_find(user, find->key);
	}
	if (results == NULL) {
		/* never begun, or too long ago */
		find_start(find, EAS_FIND_STATUS_START_WITH_RANGE_ZERO);
	} else {
		find_start(find, EAS_FIND_STATUS_OK);
		find_write_hits(find, results);
		find_write_range(find, array_count(&results->hits));
	}
	find_end(find);
}

static void find_gal(struct find *find, const struct wbxml_node *criterion)
{
	const struct wbxml_node *picture = wbxml_node_child(
		wbxml_node_child(criterion, EAS_TAG_FIND_OPTIONS), EAS_TAG_FIND_PICTURE);
	const char *text = wbxml_node_child_value(criterion, EAS_TAG_FIND_QUERY);
	ARRAY_TYPE(eas_gal_entry) entries;
	struct eas_gal gal;
	const struct eas_gal_entry *entry;
	unsigned int i, count;

	eas_gal_init(&gal, find->ctx);
	eas_gal_find(&gal, text == NULL ? "" : text, &entries);
	find_start(find, EAS_FIND_STATUS_OK);
	entry = array_get(&entries, &count);
	for (i = find->first; i <= find->last && i < count; i++) {
		wbxml_writer_start(find->writer, EAS_TAG_FIND_RESULT);
		wbxml_writer_start(find->writer, EAS_TAG_FIND_PROPERTIES);
		eas_gal_write(find->ctx, find->writer, &entry[i], picture);
		wbxml_writer_end(find->writer, EAS_TAG_FIND_PROPERTIES);
		wbxml_writer_end(find->writer, EAS_TAG_FIND_RESULT);
		find->shown++;
	}
	find_write_range(find, count);
	find_end(find);
}

void eas_cmd_find(struct eas_cmd_context *ctx)
{
	struct find find = { .ctx = ctx };
	const struct wbxml_node *execute =
		wbxml_node_child(ctx->tree->root, EAS_TAG_FIND_EXECUTE_SEARCH);
	const struct wbxml_node *gal =
		wbxml_node_child(execute, EAS_TAG_FIND_GAL_SEARCH_CRITERION);

	/* nothing of the device's is touched, and it takes its time */
	if (eas_cmd_device_done(ctx) < 0)
		return;
	find.criterion = wbxml_node_child(execute, EAS_TAG_FIND_MAIL_BOX_SEARCH_CRITERION);
	find.key = t_strconcat("Find ", ctx->request->device_id, " ",
		wbxml_node_child_value(ctx->tree->root, EAS_TAG_FIND_SEARCH_ID), NULL);
	if ((find.criterion == NULL) == (gal == NULL) ||
	    find_get_range(&find, gal != NULL ? gal : find.criterion) < 0)
		eas_cmd_reply_status(ctx, EAS_FIND_STATUS_INVALID_REQUEST);
	else if (gal != NULL)
		find_gal(&find, gal);
	else
		find_mailbox(&find);
}
