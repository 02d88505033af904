/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SmartForward of an entry of the calendar. From 16.0 on the device may name who gets it, and the server writes the invitation; else
   the device writes a mail, and the entry is attached to it.

   MS-ASCMD "SmartForward" (2.2.1.19, 2.2.3.169), "Forwardees" (2.2.3.79) */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "str.h"
#include "wbxml-tree.h"
#include "pim-event.h"
#include "pim-itip.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "eas-device.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-cmd.h"
#include "eas-compose.h"
#include "eas-folder.h"
#include "eas-meeting.h"
#include "eas-user.h"
#include "cmd-smart.h"

/* MS-ASCMD says nothing of how many; each is a recipient of one mail. */
#define FORWARD_MAX_FORWARDEES 500

struct smart_forward {
	struct eas_cmd_context *ctx;
	pool_t pool;

	struct eas_pim_folder *calendar;
	const struct eas_pim_row *row;
	struct pim_object *object;
	/* NULL: all of it */
	struct pim_component *instance;
};

/*
 * The entry
 */

const struct eas_folder *
smart_find_calendar(struct eas_cmd_context *ctx, const char *id)
{
	const struct eas_folder *folder;

	return id == NULL || eas_folder_find(ctx->user, t_strcut(id, ':'), &folder) <= 0 ||
		folder->class != EAS_CLASS_CALENDAR ? NULL : folder;
}

static enum eas_status find_instance(struct smart_forward *forward)
{
	const char *value = smart_get_instance(forward->ctx);
	time_t utc;

	if (value == NULL || *value == '\0')
		return EAS_STATUS_NONE;
	if (eas_date_parse(value, &utc) < 0)
		return EAS_STATUS_GLOBAL_INVALID_DATE_TIME;
	if (!pim_event_is_recurring(pim_object_main(forward->object)))
		return EAS_STATUS_NONE;
	forward->instance = eas_meeting_get_instance(forward->object, utc);
	return forward->instance == NULL ? EAS_STATUS_GLOBAL_INVALID_DATE_TIME :
		EAS_STATUS_NONE;
}

static enum eas_status
forward_open(struct smart_forward *forward, const struct eas_folder *folder, const char *id)
{
	struct eas_cmd_context *ctx = forward->ctx;
	uoff_t size;
	int ret = eas_pim_folder_open(ctx->user, folder, ctx->event, &forward->calendar);

	if (ret <= 0) {
		return ret == 0 ? EAS_STATUS_GLOBAL_ITEM_NOT_FOUND :
			EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	}
	forward->row = eas_pim_folder_find(forward->calendar, id);
	if (forward->row == NULL || !eas_pim_row_is_shown(forward->row))
		return EAS_STATUS_GLOBAL_ITEM_NOT_FOUND;
	if (eas_pim_folder_read(forward->calendar, forward->row, forward->pool,
				&forward->object, &size) != EAS_PIM_OK)
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	return find_instance(forward);
}

static void forward_init(struct smart_forward *forward, struct eas_cmd_context *ctx)
{
	i_zero(forward);
	forward->ctx = ctx;
	forward->pool = pool_alloconly_create("eas forwarded meeting", 16*1024);
}

static void forward_deinit(struct smart_forward *forward)
{
	eas_pim_folder_close(&forward->calendar);
	pool_unref(&forward->pool);
}

static const struct pim_component *forward_event(const struct smart_forward *forward)
{
	return forward->instance != NULL ? forward->instance :
		pim_object_main(forward->object);
}

static bool is_meeting(const struct smart_forward *forward)
{
	return pim_property_find(forward_event(forward), "ORGANIZER") != NULL;
}

static bool is_own_meeting(const struct smart_forward *forward)
{
	return pim_itip_is_organizer(forward_event(forward),
				     eas_user_get_addresses(forward->ctx->user));
}

static enum pim_itip_method forward_method(const struct smart_forward *forward)
{
	return is_meeting(forward) ? PIM_ITIP_REQUEST : PIM_ITIP_PUBLISH;
}

static const char *forward_title(const struct smart_forward *forward)
{
	const char *title = pim_component_get_text(forward_event(forward), "SUMMARY");

	return title == NULL ? "" : title;
}

/*
 * The device writes the mail
 */

enum eas_status
smart_read_calendar(struct eas_cmd_context *ctx, const struct eas_folder *folder,
		    const char *id, struct istream **original_r)
{
	struct smart_forward forward;
	enum eas_status status;
	string_t *mime;

	forward_init(&forward, ctx);
	status = forward_open(&forward, folder, id);
	if (status == EAS_STATUS_NONE) {
		struct pim_itip_mail mail = {
			.subject = forward_title(&forward),
			.method = forward_method(&forward)
		};

		mail.calendar = pim_itip_new_message(forward.pool, forward.object,
			mail.method, forward.instance, ioloop_time);
		mime = str_new(ctx->pool, 4096);
		pim_itip_write_attached(&mail, mime);
		*original_r = i_stream_create_from_data(str_data(mime), str_len(mime));
	}
	forward_deinit(&forward);
	return status;
}

/*
 * The server writes it
 */

static bool is_somebody(const char *email)
{
	struct pim_property property = { .name = "ATTENDEE", .value = email };

	return email != NULL && *pim_itip_address(&property) != '\0';
}

/* Returns FALSE if the device says it wrong. */
static bool get_forwardees(struct eas_cmd_context *ctx, ARRAY_TYPE(const_string) *to)
{
	const struct wbxml_node *forwardees =
		wbxml_node_child(ctx->tree->root, EAS_TAG_COMPOSE_MAIL_FORWARDEES);
	const struct wbxml_node *node =
		wbxml_node_child(forwardees, EAS_TAG_COMPOSE_MAIL_FORWARDEE);
	const char *email;

	for (; node != NULL; node = wbxml_node_next_same(node)) {
		email = wbxml_node_child_value(node, EAS_TAG_COMPOSE_MAIL_EMAIL);
		if (!is_somebody(email) || array_count(to) >= FORWARD_MAX_FORWARDEES)
			return FALSE;
		array_push_back(to, &email);
	}
	return TRUE;
}

/* Who is not on the list could not answer. */
static void
invite(struct smart_forward *forward, struct pim_component *event, const char *email)
{
	const char *const addresses[] = { email, NULL };
	const struct wbxml_node *node = wbxml_node_child(wbxml_node_child(
		forward->ctx->tree->root, EAS_TAG_COMPOSE_MAIL_FORWARDEES),
		EAS_TAG_COMPOSE_MAIL_FORWARDEE);
	const char *name = NULL;
	struct pim_property *attendee;

	if (pim_itip_find_attendee(event, addresses) != NULL)
		return;
	for (; node != NULL; node = wbxml_node_next_same(node)) {
		if (strcmp(wbxml_node_child_value(node, EAS_TAG_COMPOSE_MAIL_EMAIL),
			   email) == 0)
			name = wbxml_node_child_value(node, EAS_TAG_COMPOSE_MAIL_NAME);
	}
	attendee = pim_property_add(forward->pool, event, "ATTENDEE",
				    t_strconcat("mailto:", email, NULL));
	if (name != NULL && *name != '\0')
		pim_param_set(forward->pool, attendee, "CN", name);
	pim_param_set(forward->pool, attendee, "PARTSTAT", "NEEDS-ACTION");
	pim_param_set(forward->pool, attendee, "RSVP", "TRUE");
}

static void invite_all(struct smart_forward *forward, const ARRAY_TYPE(const_string) *to)
{
	struct pim_component *event = pim_component_find(forward->object->root, "VEVENT");
	const char *email;

	for (; event != NULL; event = pim_component_find_next(event)) {
		if (forward->instance != NULL && event != forward->instance)
			continue;
		array_foreach_elem(to, email)
			invite(forward, event, email);
	}
}

static int forward_write(struct smart_forward *forward)
{
	uint32_t version;

	pim_object_touch(forward->object, ioloop_time);
	return eas_pim_folder_put(forward->calendar, forward->row, forward->object,
				  &version) != EAS_PIM_OK ||
		eas_pim_folder_update(forward->calendar) < 0 ? -1 : 0;
}

/* The organizer's own list has them, too; another's calendar is the organizer's to change. */
static enum eas_status
forward_send(struct smart_forward *forward, ARRAY_TYPE(const_string) *to)
{
	struct eas_cmd_context *ctx = forward->ctx;
	struct eas_meeting_mail mail = {
		.method = forward_method(forward),
		.subject = t_strconcat("FW: ", forward_title(forward), NULL),
		.text = eas_meeting_get_body(ctx->tree->root),
		.key = wbxml_node_child_value(ctx->tree->root,
					      EAS_TAG_COMPOSE_MAIL_CLIENT_ID)
	};
	struct eas_meeting_change change;
	bool own = is_meeting(forward) && is_own_meeting(forward);

	if (eas_meeting_change_begin(ctx, eas_pim_folder_hash_id(forward->calendar,
			forward->row->facts.hash), forward->row->version, &change) < 0)
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	change.written = !own;
	if (is_meeting(forward))
		invite_all(forward, to);
	mail.calendar = pim_itip_new_message(forward->pool, forward->object, mail.method,
					     forward->instance, ioloop_time);
	array_append_zero(to);
	mail.to = array_front(to);
	eas_meeting_post(&change, &mail);
	if (eas_meeting_change_posted(&change) < 0)
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	if (own && forward_write(forward) < 0) {
		eas_meeting_change_failed(&change, FALSE);
		return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
	}
	return eas_meeting_change_done(&change) < 0 ?
		EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER : EAS_STATUS_NONE;
}

/* What stands beside Forwardees or Body. */
static bool has_mail_elements(const struct eas_cmd_context *ctx)
{
	static const wbxml_tag_t tags[] = {
		EAS_TAG_COMPOSE_MAIL_MIME, EAS_TAG_COMPOSE_MAIL_SAVE_IN_SENT_ITEMS,
		EAS_TAG_COMPOSE_MAIL_REPLACE_MIME
	};

	for (unsigned int i = 0; i < N_ELEMENTS(tags); i++) {
		if (wbxml_node_child(ctx->tree->root, tags[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

static enum eas_status forward_run(struct eas_cmd_context *ctx, const char *id)
{
	const struct eas_folder *folder = smart_find_calendar(ctx, id);
	ARRAY_TYPE(const_string) to;
	struct smart_forward forward;
	enum eas_status status;

	if (has_mail_elements(ctx))
		return EAS_STATUS_GLOBAL_INVALID_MIME_BODY_COMBINATION;
	t_array_init(&to, 8);
	if (folder == NULL || !get_forwardees(ctx, &to))
		return EAS_STATUS_GLOBAL_INVALID_SMART_FORWARD_PARAMETERS;
	if (array_is_empty(&to))
		return EAS_STATUS_GLOBAL_MESSAGE_HAS_NO_RECIPIENT;
	forward_init(&forward, ctx);
	status = forward_open(&forward, folder, id);
	if (status == EAS_STATUS_NONE)
		status = forward_send(&forward, &to);
	forward_deinit(&forward);
	return status;
}

bool smart_has_forwardees(const struct eas_cmd_context *ctx)
{
	return ctx->request->version >= EAS_VERSION_16_0 && ctx->tree != NULL &&
		(wbxml_node_child(ctx->tree->root, EAS_TAG_COMPOSE_MAIL_FORWARDEES) != NULL ||
		 wbxml_node_child(ctx->tree->root, EAS_TAG_AIRSYNCBASE_BODY) != NULL);
}

void smart_forward_meeting(struct eas_cmd_context *ctx, const char *id)
{
	const char *client_id = wbxml_node_child_value(ctx->tree->root,
						       EAS_TAG_COMPOSE_MAIL_CLIENT_ID);
	enum eas_status status;

	eas_meeting_catch_up(ctx);
	if (eas_device_find_sent(ctx->device, client_id) != NULL)
		return;
	status = forward_run(ctx, id);
	if (status == EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER)
		eas_compose_try_later(ctx);
	else if (status != EAS_STATUS_NONE)
		eas_cmd_reply_status(ctx, status);
}
