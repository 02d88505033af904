/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a Search asks for. MS-ASCMD "Query (Search)" (2.2.3.142.2), "Options (Search)" */

#include "lib.h"
#include "array.h"
#include "wbxml-tree.h"
#include "eas-conversation.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-cmd.h"
#include "cmd-search.h"

#define SEARCH_ALL_FOLDERS "0"
/* MS-ASCMD "Range (Search)" (2.2.3.143.3): of mails and addresses no more can be had */
#define SEARCH_MAX_LAST 99

/* MS-ASCMD "Class (Search)" (2.2.3.27.5) */
static const char *const search_classes[] = {
	"Email", "Calendar", "Contacts", "Tasks", "Notes", "SMS", NULL
};

static enum eas_status search_get_range(struct search *search)
{
	const char *value = wbxml_node_child_value(search->options, EAS_TAG_SEARCH_RANGE);

	search->last = SEARCH_MAX_LAST;
	if (value == NULL || *value == '\0')
		return EAS_SEARCH_STATUS_OK;
	if (eas_search_range_parse(value, &search->first, &search->last) < 0)
		return EAS_SEARCH_STATUS_INVALID_REQUEST;
	if (search->last > SEARCH_MAX_LAST) {
		search->last = SEARCH_MAX_LAST;
		search->past_range = TRUE;
	}
	return EAS_SEARCH_STATUS_OK;
}

/* <DateReceived/>, <Value>...</Value> */
static enum eas_status search_get_date(const struct wbxml_node *node, time_t *utc)
{
	const char *value = wbxml_node_child_value(node, EAS_TAG_SEARCH_VALUE);

	if (node->first_child == NULL ||
	    node->first_child->tag != EAS_TAG_EMAIL_DATE_RECEIVED || value == NULL ||
	    *utc != 0 || eas_date_parse(value, utc) < 0 || *utc <= 0)
		return EAS_SEARCH_STATUS_INVALID_REQUEST;
	return EAS_SEARCH_STATUS_OK;
}

static enum eas_status search_add_folder(struct search *search, const char *id)
{
	int ret;

	/* empty as if it were not there (quirk 16) */
	ret = eas_mail_search_add_folder(&search->mail, search->ctx->user,
					 *id == '\0' ? SEARCH_ALL_FOLDERS : id, search->deep);
	return ret > 0 ? EAS_SEARCH_STATUS_OK : ret < 0 ? EAS_SEARCH_STATUS_SERVER_ERROR :
		EAS_SEARCH_STATUS_FOLDER_SYNC_REQUIRED;
}

static enum eas_status
search_add_text(struct search *search, const char *text)
{
	const char *error;

	if (eas_search_text_parse(search->ctx->pool, text, &search->mail.terms, &error) == 0)
		return EAS_SEARCH_STATUS_OK;
	e_debug(search->ctx->event, "%s", error);
	return EAS_SEARCH_STATUS_INVALID_REQUEST;
}

static enum eas_status
search_set_conversation(struct search *search, const struct wbxml_node *node)
{
	if (search->mail.conversation_id != NULL ||
	    node->value_size != EAS_CONVERSATION_ID_BYTES)
		return EAS_SEARCH_STATUS_INVALID_REQUEST;
	search->mail.conversation_id = (const unsigned char *)node->value;
	return EAS_SEARCH_STATUS_OK;
}

static enum eas_status search_add_condition(struct search *search, const struct wbxml_node *node)
{
	switch (node->tag) {
	case EAS_TAG_SEARCH_FREE_TEXT:
		return search_add_text(search, node->value);
	case EAS_TAG_AIRSYNC_COLLECTION_ID:
		return search_add_folder(search, node->value);
	case EAS_TAG_SEARCH_CONVERSATION_ID:
		return search_set_conversation(search, node);
	case EAS_TAG_SEARCH_GREATER_THAN:
		return search_get_date(node, &search->mail.after_utc);
	case EAS_TAG_SEARCH_LESS_THAN:
		return search_get_date(node, &search->mail.before_utc);
	case EAS_TAG_AIRSYNC_CLASS:
		return str_array_icase_find(search_classes, node->value) ?
			EAS_SEARCH_STATUS_OK : EAS_SEARCH_STATUS_INVALID_REQUEST;
	default:
		/* And, Or: one level is all there is */
		return EAS_SEARCH_STATUS_TOO_COMPLEX;
	}
}

/* Are there classes named, and mail not among them? */
static bool query_is_of_other_class(const struct wbxml_node *query)
{
	const struct wbxml_node *node =
		wbxml_node_child(query, EAS_TAG_AIRSYNC_CLASS);
	bool found = node != NULL;

	for (; node != NULL; node = wbxml_node_next_same(node)) {
		if (strcasecmp(node->value, "Email") == 0)
			return FALSE;
	}
	return found;
}

/* The conditions stand in one And. MS-ASCMD "And" (2.2.3.10): two of them, or a condition outside
   of it, are too complex. */
static enum eas_status
search_get_conditions(struct search *search, const struct wbxml_node *query)
{
	const struct wbxml_node *and = query->first_child, *node;
	enum eas_status status = EAS_SEARCH_STATUS_OK;

	if (and == NULL)
		return EAS_SEARCH_STATUS_INVALID_REQUEST;
	if (and->tag != EAS_TAG_SEARCH_AND || and->next != NULL)
		return EAS_SEARCH_STATUS_TOO_COMPLEX;
	wbxml_node_foreach(and, node) {
		status = search_add_condition(search, node);
		if (status != EAS_SEARCH_STATUS_OK)
			return status;
	}
	search->other_class = query_is_of_other_class(and);
	/* quirk 58 */
	if (wbxml_node_child(and, EAS_TAG_AIRSYNC_COLLECTION_ID) == NULL)
		status = search_add_folder(search, SEARCH_ALL_FOLDERS);
	return status;
}

enum eas_status search_read_request(struct search *search, const struct wbxml_node *query)
{
	enum eas_status status;
	const char *error;

	eas_mail_search_init(&search->mail, search->ctx->pool);
	search->deep = wbxml_node_child(search->options, EAS_TAG_SEARCH_DEEP_TRAVERSAL) != NULL;
	if (eas_body_options_parse(search->options, search->ctx->request->version,
				   &search->body, &error) < 0) {
		e_debug(search->ctx->event, "%s", error);
		return search->body.part_type_refused ?
			EAS_STATUS_GLOBAL_BODY_PART_PREFERENCE_TYPE_NOT_SUPPORTED :
			EAS_SEARCH_STATUS_INVALID_REQUEST;
	}
	status = search_get_range(search);
	if (status == EAS_SEARCH_STATUS_OK)
		status = search_get_conditions(search, query);
	return status;
}
