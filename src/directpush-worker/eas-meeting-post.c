/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mails about meetings, from before the calendar is written until they are out. */

#include "lib.h"
#include "array.h"
#include "guid.h"
#include "ioloop.h"
#include "istream.h"
#include "str.h"
#include "directpush-compat.h"
#include "eas-device.h"
#include "eas-followups.h"
#include "eas-outbox.h"
#include "eas-cmd.h"
#include "eas-compose.h"
#include "eas-folder.h"
#include "eas-user.h"
#include "eas-meeting.h"

/* So long the device hears "not now" when a mail cannot be sent, and repeats what caused it. */
#define POST_HOLD_SECS (60*60)
/* Then it is tried at each Sync of the device, and given up at last. */
#define POST_MAX_SECS (3*24*60*60)
/* So many are sent before the outbox is written again: until then the device's list of what was sent has to hold their
   keys, beside those of other mails. */
#define POST_BATCH (EAS_DEVICE_MAX_SENT / 2)
/* No phone names a mail so: when it has left the outbox, nothing asks for it any more. */
#define POST_KEY_PREFIX "post:"

static int outbox_open(struct eas_cmd_context *ctx)
{
	return ctx->outbox != NULL ? 0 :
		eas_outbox_read(ctx->device->store, &ctx->outbox);
}

static int outbox_write(struct eas_cmd_context *ctx)
{
	return eas_outbox_write(ctx->device->store, ctx->outbox);
}

/*
 * Posting
 */

int eas_meeting_change_begin(struct eas_cmd_context *ctx, const char *object_id,
			     uint32_t version, struct eas_meeting_change *change_r)
{
	i_zero(change_r);
	change_r->ctx = ctx;
	change_r->object_id = object_id;
	change_r->version = version;
	p_array_init(&change_r->keys, ctx->pool, 2);
	return outbox_open(ctx);
}

static const char *mail_mime(struct eas_cmd_context *ctx,
			     const struct eas_meeting_mail *mail)
{
	struct pim_itip_mail itip_mail = {
		.from_address = eas_user_get_addresses(ctx->user)[0],
		.to = mail->to, .subject = mail->subject, .text = mail->text,
		.calendar = mail->calendar, .method = mail->method,
		.now = ioloop_time
	};
	string_t *mime = str_new(default_pool, 4096);
	const char *text;

	pim_itip_write_mail(&itip_mail, mime);
	text = p_strdup(ctx->outbox->pool, str_c(mime));
	str_free(&mime);
	return text;
}

void eas_meeting_post(struct eas_meeting_change *change,
		      const struct eas_meeting_mail *mail)
{
	struct eas_cmd_context *ctx = change->ctx;
	const struct eas_meeting_told *told = mail->told;
	struct eas_outbox_mail *posted;
	guid_128_t guid;

	if (mail->to[0] == NULL)
		return;
	if (told != NULL && eas_meeting_was_told(ctx->user, told)) {
		e_debug(ctx->event, "The organizer knows it (%s): not told again",
			told->text);
		return;
	}
	guid_128_generate(guid);
	posted = array_append_space(&ctx->outbox->mails);
	posted->key = mail->key != NULL ? p_strdup(ctx->outbox->pool, mail->key) :
		p_strdup_printf(ctx->outbox->pool, POST_KEY_PREFIX"%s", guid_128_to_string(guid));
	posted->object_id = p_strdup(ctx->outbox->pool, change->object_id);
	posted->version = change->version;
	posted->written = change->written;
	posted->created = ioloop_time;
	if (told != NULL) {
		posted->told_name = p_strdup(ctx->outbox->pool, told->name);
		posted->told = p_strdup(ctx->outbox->pool, told->text);
		posted->told_before = p_strdup(ctx->outbox->pool, eas_meeting_note_get(
			ctx->user, EAS_FOLLOWUPS_ANSWERS, told->name));
	}
	posted->mime = mail_mime(ctx, mail);
	array_push_back(&change->keys, &posted->key);
}

static void set_told(struct eas_cmd_context *ctx, const struct eas_outbox_mail *mail,
		     const char *text)
{
	if (mail->told_name != NULL) {
		eas_meeting_note_set(ctx->user, EAS_FOLLOWUPS_ANSWERS, mail->told_name,
				     text);
	}
}

int eas_meeting_change_posted(struct eas_meeting_change *change)
{
	struct eas_cmd_context *ctx = change->ctx;
	const char *key;

	if (array_is_empty(&change->keys))
		return 0;
	if (outbox_write(ctx) < 0) {
		array_foreach_elem(&change->keys, key)
			eas_outbox_remove(ctx->outbox, key);
		array_clear(&change->keys);
		return -1;
	}
	array_foreach_elem(&change->keys, key) {
		const struct eas_outbox_mail *mail = eas_outbox_find(ctx->outbox, key);

		set_told(ctx, mail, mail->told);
	}
	return 0;
}

/* It is not to go out. */
static void drop(struct eas_cmd_context *ctx, const struct eas_outbox_mail *mail)
{
	set_told(ctx, mail, mail->told_before);
	eas_outbox_remove(ctx->outbox, mail->key);
}

void eas_meeting_change_failed(struct eas_meeting_change *change, bool for_good)
{
	struct eas_cmd_context *ctx = change->ctx;
	const char *key;

	/* A mailbox that failed may show the object later all the same (sdbox, when its index is rebuilt). */
	if (array_is_empty(&change->keys) || !for_good)
		return;
	array_foreach_elem(&change->keys, key)
		drop(ctx, eas_outbox_find(ctx->outbox, key));
	(void)outbox_write(ctx);
}

/*
 * Sending
 */

/* Returns 0 = it is out, or will never be (logged); -1 = not now. */
static int send_mail(struct eas_cmd_context *ctx, const struct eas_outbox_mail *mail)
{
	struct istream *input = i_stream_create_from_data(mail->mime, strlen(mail->mime));
	struct eas_compose compose;
	enum eas_status status = EAS_STATUS_NONE;

	eas_compose_init_draft(ctx, mail->key, input, &compose);
	if (!eas_compose_was_sent(ctx, &compose))
		status = eas_compose_submit(ctx, &compose, compose.mime);
	eas_compose_free(&compose);
	i_stream_unref(&input);
	return status == EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER ? -1 : 0;
}

/* What left the outbox is written down there, and makes room in the device's list. One that stays in the file though it
   is out is known by its key. */
static int outbox_settle(struct eas_cmd_context *ctx, ARRAY_TYPE(const_string) *sent)
{
	const char *key;

	if (outbox_write(ctx) < 0)
		return -1;
	array_foreach_elem(sent, key) {
		if (str_begins_with(key, POST_KEY_PREFIX))
			eas_device_remove_sent(ctx->device, key);
	}
	array_clear(sent);
	return 0;
}

static int send_keys(struct eas_cmd_context *ctx, const ARRAY_TYPE(const_string) *keys)
{
	struct eas_outbox_mail *mail;
	ARRAY_TYPE(const_string) sent;
	const char *key;
	int ret = 0;

	t_array_init(&sent, POST_BATCH);
	array_foreach_elem(keys, key) {
		mail = eas_outbox_find(ctx->outbox, key);
		mail->written = TRUE;
		if (send_mail(ctx, mail) < 0) {
			ret = -1;
			continue;
		}
		eas_outbox_remove(ctx->outbox, key);
		array_push_back(&sent, &key);
		if (array_count(&sent) == POST_BATCH && outbox_settle(ctx, &sent) < 0)
			return -1;
	}
	(void)outbox_settle(ctx, &sent);
	return ret;
}

int eas_meeting_change_done(struct eas_meeting_change *change)
{
	return array_is_empty(&change->keys) ? 0 : send_keys(change->ctx, &change->keys);
}

/*
 * Left by an earlier request
 */

/* Was the change that the mail tells of written? Its object is another one than before then. Returns 1, 0, or -1 = cannot be
   said now. */
static int was_written(struct eas_cmd_context *ctx, const struct eas_outbox_mail *mail)
{
	const struct eas_folder *folder;
	const struct eas_pim_row *row;
	struct eas_pim_folder *pim;
	uint32_t version;
	int ret;

	ret = eas_folder_find(ctx->user, t_strcut(mail->object_id, ':'), &folder);
	if (ret > 0)
		ret = eas_pim_folder_open(ctx->user, folder, ctx->event, &pim);
	if (ret <= 0)
		return ret;
	row = eas_pim_folder_find(pim, mail->object_id);
	version = row == NULL ? 0 : row->version;
	eas_pim_folder_close(&pim);
	return version == mail->version ? 0 : 1;
}

/* Returns TRUE if it is to be sent. */
static bool check_left(struct eas_cmd_context *ctx, struct eas_outbox_mail *mail)
{
	int ret = mail->written ||
		eas_device_find_sent(ctx->device, mail->key) != NULL ? 1 :
		was_written(ctx, mail);

	if (ret > 0 && ioloop_time - mail->created > POST_MAX_SECS) {
		e_error(ctx->event, "Mail about a meeting could not be sent for %u days: "
			"It is given up", POST_MAX_SECS / (24*60*60));
		ret = 0;
	}
	if (ret == 0)
		drop(ctx, mail);
	return ret > 0;
}

void eas_meeting_catch_up(struct eas_cmd_context *ctx)
{
	ARRAY_TYPE(const_string) left, keys;
	const struct eas_outbox_mail *mail;
	const char *key;

	if (!eas_meeting_is_ours_to_tell(ctx) || outbox_open(ctx) < 0 ||
	    array_is_empty(&ctx->outbox->mails))
		return;
	t_array_init(&left, 4);
	t_array_init(&keys, 4);
	array_foreach(&ctx->outbox->mails, mail)
		array_push_back(&left, &mail->key);
	array_foreach_elem(&left, key) {
		if (check_left(ctx, eas_outbox_find(ctx->outbox, key)))
			array_push_back(&keys, &key);
	}
	(void)send_keys(ctx, &keys);
}

bool eas_meeting_is_due(struct eas_cmd_context *ctx, const char *object_id)
{
	const struct eas_outbox_mail *mail;

	if (!eas_meeting_is_ours_to_tell(ctx) || outbox_open(ctx) < 0)
		return FALSE;
	array_foreach(&ctx->outbox->mails, mail) {
		if (strcmp(mail->object_id, object_id) == 0 &&
		    ioloop_time - mail->created < POST_HOLD_SECS)
			return TRUE;
	}
	return FALSE;
}
