/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* SmartReply and SmartForward: the server adds what the answer quotes or passes on, so that the
   phone need not have it. MS-ASCMD "SmartForward" (2.2.1.19), "SmartReply" (2.2.1.20) */

#include "lib.h"
#include "guid.h"
#include "ioloop.h"
#include "hex-binary.h"
#include "iostream-temp.h"
#include "istream.h"
#include "ostream.h"
#include "str.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-email-flags.h"
#include "eas-smart-mime.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-compose.h"
#include "eas-mail-followup.h"
#include "eas-mail-item.h"
#include "eas-user.h"
#include "cmd-smart.h"

#define SMART_BOUNDARY_PREFIX "----=_"

/* The original's ServerId, NULL if the device named none. A LongId is one too. */
static const char *smart_get_original_id(struct eas_cmd_context *ctx)
{
	const struct wbxml_node *source;
	const char *id;

	if (ctx->tree == NULL)
		return ctx->request->item_id != NULL ?
			ctx->request->item_id : ctx->request->long_id;
	source = wbxml_node_child(ctx->tree->root, EAS_TAG_COMPOSE_MAIL_SOURCE);
	if (source == NULL)
		return NULL;
	id = wbxml_node_child_value(source, EAS_TAG_COMPOSE_MAIL_ITEM_ID);
	return id != NULL ? id :
		wbxml_node_child_value(source, EAS_TAG_COMPOSE_MAIL_LONG_ID);
}

const char *smart_get_instance(struct eas_cmd_context *ctx)
{
	return ctx->tree == NULL ? ctx->request->occurrence :
		wbxml_node_child_value(wbxml_node_child(ctx->tree->root,
						EAS_TAG_COMPOSE_MAIL_SOURCE),
				       EAS_TAG_COMPOSE_MAIL_INSTANCE_ID);
}

/* A mail is the same at every time that is one. MS-ASCMD "SmartForward" (2.2.1.19) */
static bool smart_instance_is_time(struct eas_cmd_context *ctx)
{
	const char *instance = smart_get_instance(ctx);
	time_t utc;

	return instance == NULL || *instance == '\0' ||
		eas_date_parse(instance, &utc) == 0;
}

static bool smart_has_whole_mime(struct eas_cmd_context *ctx)
{
	return ctx->tree != NULL &&
		wbxml_node_child(ctx->tree->root, EAS_TAG_COMPOSE_MAIL_REPLACE_MIME) != NULL;
}

/* Returns 1, 0 or -1: answered. */
static int smart_open_original(struct eas_cmd_context *ctx, struct eas_mail_item **item_r)
{
	const char *id = smart_get_original_id(ctx);
	int ret;

	if (!smart_instance_is_time(ctx)) {
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_INVALID_DATE_TIME);
		return -1;
	}
	ret = id == NULL ? 0 : eas_mail_item_open(ctx->user, ctx->event,
		eas_collection_find_item(ctx->user, ctx->device, id), item_r);
	if (ret == 0)
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_ITEM_NOT_FOUND);
	else if (ret < 0)
		eas_compose_try_later(ctx);
	return ret;
}

/* Returns NULL if it cannot be put together (logged). */
static struct istream *
smart_build(struct eas_cmd_context *ctx, const struct eas_compose *compose,
	    struct istream *original, struct message_part *parts, enum eas_smart_kind kind)
{
	struct eas_smart_source source = {
		.kind = kind,
		.mime = compose->mime,
		.original = original,
		.original_parts = parts
	};
	string_t *prefix = t_str_new(128);
	struct ostream *output;
	guid_128_t guid;
	const char *error;

	guid_128_generate(guid);
	source.boundary = t_strconcat(SMART_BOUNDARY_PREFIX,
				      guid_128_to_string(guid), NULL);
	mail_user_set_get_temp_prefix(prefix, ctx->user->mail_user->set);
	output = iostream_temp_create(str_c(prefix), 0);
	o_stream_set_no_error_handling(output, TRUE);
	if (eas_smart_mime_write(&source, output, &error) < 0) {
		e_error(ctx->event, "Mail cannot be put together: %s", error);
		o_stream_destroy(&output);
		return NULL;
	}
	if (o_stream_flush(output) < 0) {
		e_error(ctx->event, "Mail cannot be put together: write() failed: %s",
			o_stream_get_error(output));
		o_stream_destroy(&output);
		return NULL;
	}
	return iostream_temp_finish(&output, IO_BLOCK_SIZE);
}

static void smart_update_keyword(const struct eas_mail_item *item, enum modify_type modify,
				 const char *name)
{
	const char *const names[] = { name, NULL };
	struct mail_keywords *keywords;

	keywords = mailbox_keywords_create_valid(item->box, names);
	mail_update_keywords(item->mail, modify, keywords);
	mailbox_keywords_unref(&keywords);
}

/* So that every client shows it; which was last of the two is kept where it must be
   (eas-email-flags.h). */
static void smart_mark_original(const struct eas_mail_item *item, enum eas_smart_kind kind)
{
	const char *const *keywords = mail_get_keywords(item->mail);

	if (kind == EAS_SMART_REPLY) {
		mail_update_flags(item->mail, MODIFY_ADD, MAIL_ANSWERED);
		if (str_array_icase_find(keywords, EAS_EMAIL_KEYWORD_FORWARDED)) {
			smart_update_keyword(item, MODIFY_ADD,
					     EAS_EMAIL_KEYWORD_REPLIED_LAST);
		}
	} else {
		if (str_array_icase_find(keywords, EAS_EMAIL_KEYWORD_REPLIED_LAST)) {
			smart_update_keyword(item, MODIFY_REMOVE,
					     EAS_EMAIL_KEYWORD_REPLIED_LAST);
		}
		smart_update_keyword(item, MODIFY_ADD, EAS_EMAIL_KEYWORD_FORWARDED);
	}
}

static void smart_send(struct eas_cmd_context *ctx, const struct eas_compose *compose,
		       struct eas_mail_item *item, enum eas_smart_kind kind)
{
	struct istream *mime = compose->mime;

	if (smart_has_whole_mime(ctx)) {
		i_stream_ref(mime);
	} else {
		mime = smart_build(ctx, compose, item->source.input, item->source.parts, kind);
		if (mime == NULL) {
			eas_compose_try_later(ctx);
			return;
		}
	}
	if (eas_compose_send(ctx, compose, mime)) {
		smart_mark_original(item, kind);
		eas_mail_verb_time_set(ctx->user, item->mail, ioloop_time);
	}
	i_stream_unref(&mime);
}

/* An entry of the calendar, attached to the device's mail. */
static void
smart_send_calendar(struct eas_cmd_context *ctx, const struct eas_compose *compose,
		    const struct eas_folder *folder, const char *id)
{
	struct istream *original, *mime = NULL;
	enum eas_status status = smart_read_calendar(ctx, folder, id, &original);

	if (status == EAS_STATUS_NONE) {
		mime = smart_build(ctx, compose, original, NULL, EAS_SMART_FORWARD);
		i_stream_unref(&original);
	} else if (status != EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER) {
		eas_cmd_reply_status(ctx, status);
		return;
	}
	if (mime == NULL) {
		eas_compose_try_later(ctx);
		return;
	}
	(void)eas_compose_send(ctx, compose, mime);
	i_stream_unref(&mime);
}

static void smart_send_mail(struct eas_cmd_context *ctx, const struct eas_compose *compose,
			    enum eas_smart_kind kind)
{
	struct eas_mail_item *item;

	if (smart_open_original(ctx, &item) > 0) {
		smart_send(ctx, compose, item, kind);
		(void)eas_mail_item_commit(&item);
	}
}

static void smart_command(struct eas_cmd_context *ctx, enum eas_smart_kind kind)
{
	const char *id = smart_get_original_id(ctx);
	const struct eas_folder *calendar = kind != EAS_SMART_FORWARD ? NULL :
		smart_find_calendar(ctx, id);
	struct eas_compose compose;

	if (eas_compose_read(ctx, &compose) < 0)
		return;
	if (!eas_compose_was_sent(ctx, &compose)) {
		if (calendar != NULL)
			smart_send_calendar(ctx, &compose, calendar, id);
		else
			smart_send_mail(ctx, &compose, kind);
	}
	eas_compose_free(&compose);
}

void eas_cmd_smart_reply(struct eas_cmd_context *ctx)
{
	smart_command(ctx, EAS_SMART_REPLY);
}

void eas_cmd_smart_forward(struct eas_cmd_context *ctx)
{
	if (smart_has_forwardees(ctx))
		smart_forward_meeting(ctx, smart_get_original_id(ctx));
	else
		smart_command(ctx, EAS_SMART_FORWARD);
}
