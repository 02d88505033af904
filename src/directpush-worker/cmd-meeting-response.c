/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* MeetingResponse: the user accepts or declines. The calendar says so afterwards, the invitation goes to Deleted Items,
   and in 16.x the organizer is told; devices of older versions do that themselves. docs/decisions/141

   MS-ASCMD "MeetingResponse" (2.2.1.11), "Receiving and Accepting Meeting Requests" (3.1.5.6) */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "ioloop.h"
#include "mail-storage.h"
#include "str.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "pim-event.h"
#include "pim-mime.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "eas-device.h"
#include "eas-followups.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-item-id.h"
#include "eas-mail-item.h"
#include "eas-mail-move.h"
#include "eas-mailbox.h"
#include "eas-meeting.h"
#include "eas-special.h"
#include "eas-user.h"

/* UserResponse. MS-ASCMD "UserResponse" (2.2.3.188) */
static const struct {
	const char *number, *partstat, *title;
} user_responses[] = {
	{ "1", "ACCEPTED", "Accepted" },
	{ "2", "TENTATIVE", "Tentative" },
	{ "3", "DECLINED", "Declined" },
};
#define RESPONSE_DECLINED 2

/* 2026-03-17T09:00:00.000Z; what is of another length must not stand in an answer */
#define INSTANCE_ID_LENGTH 24

struct response {
	struct eas_cmd_context *ctx;
	pool_t pool;
	const char *request_id, *collection_id, *long_id, *instance_id;
	const struct wbxml_node *send_response;
	/* as iCalendar has them; NULL = none are proposed */
	const char *proposed_start, *proposed_end;
	/* index into user_responses */
	unsigned int answer;

	/* what it is about: a mail, or an entry of the calendar */
	bool is_mail;
	const char *mail_id;
	struct pim_itip itip;
	struct eas_pim_folder *calendar;
	const struct eas_pim_row *row;
	struct pim_object *object;
	/* the part that is answered */
	struct pim_component *event;
	/* what the organizer is told about; not changed by the answer */
	struct pim_component *asked;

	/* ServerId of the entry */
	const char *object_id;
	struct eas_meeting_change change;
	/* before, and the invitation is gone since */
	bool answered;
};

/* Both times or none, in their order. MS-ASCMD "ProposedStartTime" (2.2.3.141), "ProposedEndTime" (2.2.3.140) */
static bool proposal_parse(struct response *response)
{
	const char *start = response->send_response == NULL ? NULL :
		wbxml_node_child_value(response->send_response,
			EAS_TAG_MEETING_RESPONSE_PROPOSED_START_TIME);
	const char *end = response->send_response == NULL ? NULL :
		wbxml_node_child_value(response->send_response,
			EAS_TAG_MEETING_RESPONSE_PROPOSED_END_TIME);
	time_t start_utc, end_utc;

	if (start == NULL && end == NULL)
		return TRUE;
	if (start == NULL || end == NULL || eas_date_parse(start, &start_utc) < 0 ||
	    eas_date_parse(end, &end_utc) < 0 || end_utc < start_utc)
		return FALSE;
	response->proposed_start = p_strdup(response->pool, pim_object_stamp(start_utc));
	response->proposed_end = p_strdup(response->pool, pim_object_stamp(end_utc));
	return TRUE;
}

static bool response_parse(struct response *response, const struct wbxml_node *node)
{
	const char *answer = wbxml_node_child_value(node,
		EAS_TAG_MEETING_RESPONSE_USER_RESPONSE);

	response->request_id = wbxml_node_child_value(node,
		EAS_TAG_MEETING_RESPONSE_REQUEST_ID);
	response->collection_id = wbxml_node_child_value(node,
		EAS_TAG_MEETING_RESPONSE_COLLECTION_ID);
	response->long_id = wbxml_node_child_value(node, EAS_TAG_SEARCH_LONG_ID);
	response->instance_id = wbxml_node_child_value(node,
		EAS_TAG_MEETING_RESPONSE_INSTANCE_ID);
	response->send_response = wbxml_node_child(node,
		EAS_TAG_MEETING_RESPONSE_SEND_RESPONSE);
	for (unsigned int i = 0; answer != NULL && i < N_ELEMENTS(user_responses); i++) {
		if (strcmp(answer, user_responses[i].number) == 0) {
			response->answer = i;
			return proposal_parse(response);
		}
	}
	return FALSE;
}

/*
 * What is answered
 */

static enum eas_status read_invitation(struct response *response, const char *id)
{
	struct eas_cmd_context *ctx = response->ctx;
	const struct eas_device_move *moved = eas_device_find_move(ctx->device, id);
	struct eas_mail_item *item;
	struct pim_mime *mime;
	const char *error = "";
	int ret;

	if (moved != NULL) {
		/* asked before, and the answer was lost */
		response->answered = strcmp(moved->dst_id, id) == 0;
		id = moved->dst_id;
	}
	response->mail_id = id;
	ret = eas_mail_item_open(ctx->user, ctx->event, id, &item);
	if (ret == 0 && response->answered)
		return EAS_STATUS_NONE;
	response->answered = FALSE;
	if (ret <= 0) {
		return ret < 0 ? EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR :
			EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST;
	}
	if (pim_mime_read(response->pool, item->source.input, PIM_OBJECT_MAX_BYTES,
			  &mime, &error) < 0 ||
	    pim_itip_read_message(response->pool, mime, &response->itip, &error) <= 0 ||
	    response->itip.method != PIM_ITIP_REQUEST) {
		e_debug(ctx->event, "Mail %s is no invitation: %s", id, error);
		ret = 0;
	}
	eas_mail_item_close(&item);
	response->is_mail = TRUE;
	return ret == 0 ? EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST : EAS_STATUS_NONE;
}

static enum eas_status read_entry(struct response *response)
{
	uoff_t size;

	response->row = eas_pim_folder_find(response->calendar, response->request_id);
	if (response->row == NULL || response->row->version == 0)
		return EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST;
	return eas_pim_folder_read(response->calendar, response->row, response->pool,
				   &response->object, &size) == EAS_PIM_OK ?
		EAS_STATUS_NONE : EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR;
}

static enum eas_status open_calendar(struct response *response)
{
	struct eas_cmd_context *ctx = response->ctx;

	switch (eas_meeting_open_calendar(ctx->user, ctx->event, &response->calendar)) {
	case 1:
		return EAS_STATUS_NONE;
	case 0:
		e_warning(ctx->event, "There is no calendar for meetings");
		break;
	default:
		break;
	}
	return EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR;
}

static enum eas_status open_folder(struct response *response,
				   const struct eas_folder *folder)
{
	struct eas_cmd_context *ctx = response->ctx;

	if (eas_pim_folder_open(ctx->user, folder, ctx->event,
				&response->calendar) <= 0)
		return EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR;
	return eas_pim_folder_update(response->calendar) < 0 ?
		EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR : EAS_STATUS_NONE;
}

/* Either class of folder, whatever the version (quirk 75). */
static enum eas_status find_asked(struct response *response)
{
	const char *folder_id = response->collection_id, *id = response->request_id;
	const struct eas_folder *folder;
	enum eas_status status;
	uint32_t uid;
	int ret;

	if (response->long_id != NULL) {
		id = response->long_id;
		if (eas_item_id_parse(id, &folder_id, &uid) < 0)
			folder_id = t_strcut(id, ':');
	}
	if (folder_id == NULL || id == NULL)
		return EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST;
	ret = eas_folder_find(response->ctx->user, folder_id, &folder);
	if (ret <= 0) {
		return ret < 0 ? EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR :
			EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST;
	}
	if (folder->class == EAS_CLASS_CALENDAR) {
		response->request_id = id;
		status = open_folder(response, folder);
		return status != EAS_STATUS_NONE ? status : read_entry(response);
	}
	status = read_invitation(response, id);
	return status != EAS_STATUS_NONE || response->answered ? status :
		open_calendar(response);
}

/*
 * The calendar
 */

/* The entry as the invitation has it, new or brought up to date. */
static enum eas_status take_invitation(struct response *response)
{
	if (eas_meeting_find(response->calendar, response->itip.uid, response->pool,
			     &response->row, &response->object) < 0)
		return EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR;
	if (response->row == NULL) {
		response->object = pim_itip_new_object(response->pool, &response->itip,
			eas_pim_folder_new_format(response->calendar));
	} else {
		(void)pim_itip_apply_request(response->object, &response->itip);
	}
	return EAS_STATUS_NONE;
}

static enum eas_status find_instance(struct response *response)
{
	time_t instance_utc;
	int64_t utc;

	response->event = pim_object_main(response->object);
	if (response->instance_id != NULL && *response->instance_id != '\0') {
		if (eas_date_parse(response->instance_id, &instance_utc) < 0)
			return EAS_STATUS_GLOBAL_INVALID_DATE_TIME;
		if (response->is_mail)
			return EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST;
		if (!pim_event_is_recurring(response->event))
			return EAS_STATUS_GLOBAL_NO_RECURRENCE_IN_CALENDAR;
	} else if (response->is_mail &&
		   pim_itip_get_instance(response->itip.event, &utc) &&
		   pim_property_find(response->event, "RECURRENCE-ID") == NULL) {
		/* an invitation to one instance of a series that is known */
		instance_utc = utc;
	} else {
		return EAS_STATUS_NONE;
	}
	response->event = eas_meeting_get_instance(response->object, instance_utc);
	return response->event == NULL ?
		EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST : EAS_STATUS_NONE;
}

static enum eas_status write_calendar(struct response *response)
{
	struct eas_pim_folder *calendar = response->calendar;
	bool declined = response->answer == RESPONSE_DECLINED;
	enum eas_pim_result result;
	uint32_t version;

	if (declined && pim_property_find(response->event, "RECURRENCE-ID") != NULL &&
	    response->event != pim_object_main(response->object)) {
		eas_meeting_remove_instance(response->object, response->event);
	} else if (declined) {
		if (response->row == NULL)
			return EAS_STATUS_NONE;
		result = eas_pim_folder_remove(calendar, response->row);
		return result == EAS_PIM_OK || result == EAS_PIM_NOT_FOUND ?
			EAS_STATUS_NONE : EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR;
	} else {
		pim_itip_set_partstat(response->object, response->event,
			eas_user_get_addresses(response->ctx->user),
			user_responses[response->answer].partstat, ioloop_time);
	}
	pim_object_touch(response->object, ioloop_time);
	result = eas_pim_folder_put(calendar, response->row, response->object, &version);
	if (result != EAS_PIM_OK || eas_pim_folder_update(calendar) < 0)
		return EAS_MEETING_RESPONSE_STATUS_MAILBOX_ERROR;
	return EAS_STATUS_NONE;
}

/*
 * The answer to the organizer
 */

/* The organizer may not want to hear of other times: MS-ASCAL "DisallowNewTimeProposal" (2.2.2.17). */
static bool may_propose(const struct response *response)
{
	const char *disallowed = pim_component_get(response->asked,
						   "X-MICROSOFT-DISALLOW-COUNTER");

	return response->proposed_start != NULL &&
		(disallowed == NULL || strcasecmp(disallowed, "TRUE") != 0);
}

static void post_answer(struct response *response)
{
	const char *const *addresses = eas_user_get_addresses(response->ctx->user);
	const struct pim_component *event = response->asked;
	const struct pim_property *organizer = pim_property_find(event, "ORGANIZER");
	const struct pim_property *attendee = pim_itip_find_attendee(event, addresses);
	const char *title = pim_component_get_text(event, "SUMMARY");
	const char *partstat = user_responses[response->answer].partstat;
	const char *to[2] = { NULL, NULL };
	struct pim_itip_answer answer = {
		.address = attendee != NULL ? pim_itip_address(attendee) : addresses[0],
		.name = attendee == NULL ? NULL : pim_param_get(attendee, "CN"),
		.partstat = partstat, .comment = eas_meeting_get_body(response->send_response),
		.now = ioloop_time
	};
	struct eas_meeting_told told;
	struct eas_meeting_mail mail = {
		.to = to, .text = answer.comment, .told = &told
	};

	if (organizer == NULL || *(to[0] = pim_itip_address(organizer)) == '\0')
		return;
	mail.method = PIM_ITIP_REPLY;
	if (may_propose(response)) {
		answer.proposed_start = response->proposed_start;
		answer.proposed_end = response->proposed_end;
		mail.method = PIM_ITIP_COUNTER;
	}
	mail.calendar = pim_itip_new_answer(response->pool, event, &answer);
	mail.subject = t_strdup_printf("%s: %s", user_responses[response->answer].title,
				       title == NULL ? "" : title);
	eas_meeting_told_init(&told, event, mail.method == PIM_ITIP_REPLY ? partstat :
		t_strconcat(answer.proposed_start, "/", answer.proposed_end, NULL));
	eas_meeting_post(&response->change, &mail);
}

/* If the calendar has another answer than the device gives now, who gave that told the organizer,
   whatever devices told before. */
static void forget_told(struct response *response)
{
	struct eas_user *user = response->ctx->user;
	const struct pim_property *attendee = response->row == NULL ? NULL :
		pim_itip_find_attendee(response->event, eas_user_get_addresses(user));
	const char *partstat = attendee == NULL ? NULL :
		pim_param_get(attendee, "PARTSTAT");

	if (partstat == NULL || strcasecmp(partstat, "NEEDS-ACTION") == 0 ||
	    strcasecmp(partstat, user_responses[response->answer].partstat) == 0)
		return;
	eas_meeting_note_set(user, EAS_FOLLOWUPS_ANSWERS,
			     eas_meeting_note_name(response->asked, NULL), NULL);
}

/* The calendar, and the organizer is told. */
static enum eas_status answer(struct response *response)
{
	struct eas_cmd_context *ctx = response->ctx;
	enum eas_status status;

	if (eas_meeting_change_begin(ctx, response->object_id, response->row == NULL ? 0 :
				     response->row->version, &response->change) < 0)
		return EAS_MEETING_RESPONSE_STATUS_SERVER_ERROR;
	/* declined, and it never was in the calendar */
	response->change.written = response->row == NULL &&
		response->answer == RESPONSE_DECLINED;
	forget_told(response);
	if (eas_meeting_is_ours_to_tell(ctx) && response->send_response != NULL)
		post_answer(response);
	if (eas_meeting_change_posted(&response->change) < 0)
		return EAS_MEETING_RESPONSE_STATUS_SERVER_ERROR;
	status = write_calendar(response);
	if (status != EAS_STATUS_NONE)
		eas_meeting_change_failed(&response->change, FALSE);
	else if (eas_meeting_change_done(&response->change) < 0)
		status = EAS_MEETING_RESPONSE_STATUS_SERVER_ERROR;
	return status;
}

/*
 * The invitation
 */

static const struct eas_folder *find_trash(struct eas_user *user)
{
	const struct eas_folder_list *list;
	const struct eas_folder *folder;

	if (eas_folder_list_get(user, FALSE, &list) < 0)
		return NULL;
	array_foreach(&list->folders, folder) {
		if (folder->type == EAS_FOLDER_TYPE_DELETED_ITEMS)
			return folder;
	}
	return NULL;
}

/* Where it is found if the device, which lost the answer, asks again. */
static void remember_move(struct response *response, const char *id,
			  const struct eas_mail_move *move)
{
	const struct eas_folder *trash = find_trash(response->ctx->user);

	if (move->result == EAS_MAIL_MOVED && move->dst_uid != 0 && trash != NULL) {
		eas_device_add_move(response->ctx->device, id,
				    eas_item_id_make(trash->id, move->dst_uid));
	}
}

/* Durably, before the invitation goes: without either nobody could tell what a device asks that repeats
   the request. An id that moved to itself stands for it until more is known. Where it fails the
   invitation stays. */
static int remember_answer(struct response *response)
{
	eas_device_add_move(response->ctx->device, response->mail_id, response->mail_id);
	return eas_device_write(response->ctx->device);
}

/* It has served: from the Inbox it goes to Deleted Items. Where it cannot, it stays. */
static void put_away(struct response *response)
{
	struct eas_cmd_context *ctx = response->ctx;
	struct eas_mail_move move;
	const struct eas_folder *folder;
	struct mailbox *inbox, *trash;
	const char *folder_id;

	i_zero(&move);
	if (!response->is_mail || response->mail_id == NULL ||
	    eas_item_id_parse(response->mail_id, &folder_id, &move.src_uid) < 0 ||
	    eas_folder_find(ctx->user, folder_id, &folder) <= 0 ||
	    folder->type != EAS_FOLDER_TYPE_INBOX || remember_answer(response) < 0 ||
	    eas_mailbox_open(ctx->user, folder, &inbox) <= 0)
		return;
	if (eas_special_open(ctx->user, EAS_FOLDER_TYPE_DELETED_ITEMS, &trash) == 0) {
		eas_mail_move(ctx->user, inbox, trash, ctx->event, &move, 1);
		mailbox_free(&trash);
		remember_move(response, response->mail_id, &move);
	}
	eas_mailbox_close(ctx->user, folder, &inbox);
}

/*
 * The command
 */

static enum eas_status response_run(struct response *response)
{
	enum eas_status status = find_asked(response);
	unsigned char hash[EAS_PIM_HASH_SIZE];

	if (status != EAS_STATUS_NONE || response->answered)
		return status;
	if (response->is_mail)
		status = take_invitation(response);
	if (status == EAS_STATUS_NONE)
		status = find_instance(response);
	if (status != EAS_STATUS_NONE)
		return status;
	if (pim_itip_is_organizer(response->event,
				  eas_user_get_addresses(response->ctx->user)))
		return EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST;
	response->asked = pim_component_copy(response->pool, response->event);
	eas_pim_hash_make(response->object->uid, hash);
	response->object_id = eas_pim_folder_hash_id(response->calendar, hash);
	status = eas_meeting_is_due(response->ctx, response->object_id) ?
		EAS_MEETING_RESPONSE_STATUS_SERVER_ERROR : answer(response);
	if (status == EAS_STATUS_NONE)
		put_away(response);
	return status;
}

static void response_write(struct response *response, enum eas_status status)
{
	struct wbxml_writer *writer = eas_reply_wbxml(response->ctx->reply);
	bool ok = status == EAS_STATUS_NONE;

	wbxml_writer_start(writer, EAS_TAG_MEETING_RESPONSE_RESULT);
	if (response->request_id != NULL) {
		wbxml_writer_element(writer, EAS_TAG_MEETING_RESPONSE_REQUEST_ID,
				     response->request_id);
	}
	wbxml_writer_element_uint(writer, EAS_TAG_MEETING_RESPONSE_STATUS,
				  ok ? EAS_MEETING_RESPONSE_STATUS_OK : status);
	if (ok && response->answer != RESPONSE_DECLINED &&
	    response->object_id != NULL) {
		wbxml_writer_element(writer, EAS_TAG_MEETING_RESPONSE_CALENDAR_ID,
				     response->object_id);
	}
	if (response->instance_id != NULL &&
	    strlen(response->instance_id) == INSTANCE_ID_LENGTH) {
		wbxml_writer_element(writer, EAS_TAG_MEETING_RESPONSE_INSTANCE_ID,
				     response->instance_id);
	}
	wbxml_writer_end(writer, EAS_TAG_MEETING_RESPONSE_RESULT);
}

static void respond(struct eas_cmd_context *ctx, const struct wbxml_node *node)
{
	struct response response = { .ctx = ctx };
	enum eas_status status = EAS_MEETING_RESPONSE_STATUS_INVALID_REQUEST;

	response.pool = pool_alloconly_create("eas meeting response", 16*1024);
	if (response_parse(&response, node))
		status = response_run(&response);
	response_write(&response, status);
	eas_pim_folder_close(&response.calendar);
	pool_unref(&response.pool);
}

void eas_cmd_meeting_response(struct eas_cmd_context *ctx)
{
	struct wbxml_writer *writer = eas_reply_wbxml(ctx->reply);
	const struct wbxml_node *node =
		wbxml_node_child(ctx->tree->root, EAS_TAG_MEETING_RESPONSE_REQUEST);

	eas_meeting_catch_up(ctx);
	wbxml_writer_start(writer, EAS_TAG_MEETING_RESPONSE_MEETING_RESPONSE);
	for (; node != NULL; node = wbxml_node_next_same(node)) T_BEGIN {
		respond(ctx, node);
	} T_END;
	wbxml_writer_end(writer, EAS_TAG_MEETING_RESPONSE_MEETING_RESPONSE);
	eas_reply_set_eas_status(ctx->reply, EAS_MEETING_RESPONSE_STATUS_OK);
}
