/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "guid.h"
#include "guid.h"
#include "hex-binary.h"
#include "ioloop.h"
#include "iostream-temp.h"
#include "istream.h"
#include "ostream.h"
#include "sha2.h"
#include "str.h"
#include "message-header-parser.h"
#include "mail-user.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-device.h"
#include "eas-outgoing.h"
#include "directpush-worker-settings.h"
#include "eas-cmd.h"
#include "eas-sent-copy.h"
#include "eas-submit.h"
#include "eas-user.h"
#include "eas-compose.h"

/* A phone tries again after so long when the mail could not be taken now. */
#define COMPOSE_RETRY_AFTER_SECS 60

static const enum eas_status outgoing_statuses[] = {
	[EAS_OUTGOING_OK]		= EAS_STATUS_NONE,
	[EAS_OUTGOING_NO_RECIPIENT]	= EAS_STATUS_GLOBAL_MESSAGE_HAS_NO_RECIPIENT,
	[EAS_OUTGOING_BAD_RECIPIENT]	= EAS_STATUS_GLOBAL_MESSAGE_RECIPIENT_UNRESOLVED,
	[EAS_OUTGOING_FOREIGN_SENDER]	= EAS_STATUS_GLOBAL_MAIL_SUBMISSION_FAILED,
	[EAS_OUTGOING_BAD_MIME]		= EAS_STATUS_GLOBAL_INVALID_MIME,
	[EAS_OUTGOING_READ_FAILED]	= EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER
};

struct compose_send {
	struct eas_cmd_context *ctx;
	const char *key;
	bool save_copy;
};

/* What will fail again, 12.1 must not hear as "try again": the table has 503 for it. */
static void compose_refuse(struct eas_cmd_context *ctx, enum eas_status status)
{
	if (ctx->request->version < EAS_VERSION_14_0 &&
	    status == EAS_STATUS_GLOBAL_MAIL_SUBMISSION_FAILED) {
		eas_reply_http_status(ctx->reply, 400);
		eas_reply_set_eas_status(ctx->reply, status);
	} else {
		eas_cmd_reply_status(ctx, status);
	}
}

void eas_compose_try_later(struct eas_cmd_context *ctx)
{
	if (ctx->request->version < EAS_VERSION_14_0)
		eas_reply_unavailable(ctx->reply, COMPOSE_RETRY_AFTER_SECS);
	else
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER);
}

/*
 * Reading the request
 */

/* The body of 12.1 comes through a pipe and is needed twice. Returns 1, 0 if it is too
   large, -1 if it did not come whole. */
static int compose_spool(struct eas_cmd_context *ctx, struct istream **mime_r)
{
	uoff_t max = ctx->user->set->directpush_max_send_size;
	string_t *prefix = t_str_new(128);
	const unsigned char *data;
	struct ostream *output;
	size_t size;

	mail_user_set_get_temp_prefix(prefix, ctx->user->mail_user->set);
	output = iostream_temp_create(str_c(prefix), 0);
	o_stream_set_no_error_handling(output, TRUE);
	while (output->offset <= max &&
	       i_stream_read_more(ctx->mime_body, &data, &size) > 0) {
		o_stream_nsend(output, data, size);
		i_stream_skip(ctx->mime_body, size);
	}
	if (output->offset > max || ctx->mime_body->stream_errno != 0 ||
	    o_stream_flush(output) < 0) {
		bool too_large = output->offset > max;

		o_stream_destroy(&output);
		return too_large ? 0 : -1;
	}
	*mime_r = iostream_temp_finish(&output, IO_BLOCK_SIZE);
	return 1;
}

static int compose_read_mime_body(struct eas_cmd_context *ctx,
				  struct eas_compose *compose_r)
{
	int ret;

	compose_r->save_copy = ctx->request->save_in_sent;
	ret = compose_spool(ctx, &compose_r->mime);
	if (ret == 0) {
		e_debug(ctx->event, "Mail is larger than directpush_max_send_size");
		eas_reply_http_status(ctx->reply, 413);
	} else if (ret < 0) {
		eas_compose_try_later(ctx);
	}
	return ret > 0 ? 0 : -1;
}

static int compose_read_tree(struct eas_cmd_context *ctx, struct eas_compose *compose_r)
{
	const struct wbxml_node *root = ctx->tree->root, *mime;
	const char *account;

	mime = wbxml_node_child(root, EAS_TAG_COMPOSE_MAIL_MIME);
	account = wbxml_node_child_value(root, EAS_TAG_COMPOSE_MAIL_ACCOUNT_ID);
	if (account != NULL && *account != '\0') {
		/* the one account there is has no id. MS-ASCMD "AccountId (Settings)" */
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_INVALID_ACCOUNT_ID);
		return -1;
	}
	compose_r->client_id = wbxml_node_child_value(root, EAS_TAG_COMPOSE_MAIL_CLIENT_ID);
	compose_r->save_copy =
		wbxml_node_child(root, EAS_TAG_COMPOSE_MAIL_SAVE_IN_SENT_ITEMS) != NULL;
	if (mime == NULL) {
		eas_cmd_reply_status(ctx, EAS_STATUS_GLOBAL_INVALID_MIME);
		return -1;
	}
	compose_r->mime = wbxml_node_get_stream(mime);
	return 0;
}

static bool compose_has_message_id(struct istream *mime)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;
	bool found = FALSE;

	i_stream_seek(mime, 0);
	parser = message_parse_header_init(mime, NULL, 0);
	while (!found && message_parse_header_next(parser, &hdr) > 0)
		found = strcasecmp(hdr->name, "Message-ID") == 0;
	message_parse_header_deinit(&parser);
	i_stream_seek(mime, 0);
	return found;
}

static const char *compose_digest(pool_t pool, struct istream *mime)
{
	unsigned char digest[SHA256_RESULTLEN];
	struct sha256_ctx sha;
	const unsigned char *data;
	size_t size;

	sha256_init(&sha);
	while (i_stream_read_more(mime, &data, &size) > 0) {
		sha256_loop(&sha, data, size);
		i_stream_skip(mime, size);
	}
	sha256_result(&sha, digest);
	i_stream_seek(mime, 0);
	return p_strdup_printf(pool, "mime:%s", binary_to_hex(digest, sizeof(digest)));
}

/* Without a ClientId the bytes tell a repeated request, if a Message-ID is among them: else
   two mails that say the same to the same people would be one. */
static const char *
compose_get_key(struct eas_cmd_context *ctx, const struct eas_compose *compose)
{
	guid_128_t guid;

	if (compose->client_id != NULL && *compose->client_id != '\0')
		return compose->client_id;
	if (compose_has_message_id(compose->mime))
		return compose_digest(ctx->pool, compose->mime);
	guid_128_generate(guid);
	return p_strdup_printf(ctx->pool, "once:%s", guid_128_to_string(guid));
}

static bool compose_is_copy_saved(struct eas_cmd_context *ctx, bool asked)
{
	switch (ctx->user->set->parsed_sent_copy) {
	case DIRECTPUSH_SENT_COPY_ALWAYS:
		return TRUE;
	case DIRECTPUSH_SENT_COPY_NEVER:
		return FALSE;
	case DIRECTPUSH_SENT_COPY_ASKED:
		break;
	}
	return asked;
}

int eas_compose_read(struct eas_cmd_context *ctx, struct eas_compose *compose_r)
{
	int ret;

	i_zero(compose_r);
	ret = ctx->mime_body != NULL ?
		compose_read_mime_body(ctx, compose_r) :
		compose_read_tree(ctx, compose_r);
	if (ret < 0)
		return -1;
	compose_r->key = compose_get_key(ctx, compose_r);
	compose_r->save_copy = compose_is_copy_saved(ctx, compose_r->save_copy);
	return 0;
}

void eas_compose_init_draft(struct eas_cmd_context *ctx, const char *key,
			    struct istream *mime, struct eas_compose *compose_r)
{
	i_zero(compose_r);
	compose_r->mime = mime;
	i_stream_ref(mime);
	compose_r->key = key;
	/* it lay in a folder, and does so when it is sent */
	compose_r->save_copy = compose_is_copy_saved(ctx, TRUE);
}

void eas_compose_free(struct eas_compose *compose)
{
	i_stream_unref(&compose->mime);
}

/*
 * Sent before?
 */

static enum eas_outgoing_result
compose_parse(struct eas_cmd_context *ctx, const char *key, struct istream *mime,
	      struct eas_outgoing **mail_r, const char **error_r)
{
	struct eas_outgoing_sender sender = {
		.addresses = eas_user_get_addresses(ctx->user),
		.now = ioloop_time,
		/* the same at every try, so that others can see a double as well */
		.unique = t_strdup_printf("%s\t%s\t%s", ctx->user->username,
					  ctx->request->device_id, key)
	};

	return eas_outgoing_parse(ctx->pool, mime, &sender, mail_r, error_r);
}

bool eas_compose_was_sent(struct eas_cmd_context *ctx, const struct eas_compose *compose)
{
	const char *key = compose->key, *error;
	const struct eas_device_sent *sent = eas_device_find_sent(ctx->device, key);
	struct eas_outgoing *mail;

	if (sent == NULL)
		return FALSE;
	e_debug(ctx->event, "Mail was sent before (%s): not sent again", key);
	if (sent->copy_due &&
	    compose_parse(ctx, key, compose->mime, &mail, &error) == EAS_OUTGOING_OK &&
	    eas_sent_copy_save(ctx->user, ctx->event, mail, TRUE) == 0)
		eas_device_sent_copied(ctx->device, key);
	return TRUE;
}

/*
 * Sending
 */

/* From here on a repeated request sends nothing, even if this process dies. */
static int compose_send_begin(void *context)
{
	struct compose_send *send = context;
	struct eas_device *device = send->ctx->device;

	eas_device_add_sent(device, send->key, send->save_copy);
	if (eas_device_write(device) < 0) {
		eas_device_remove_sent(device, send->key);
		return -1;
	}
	return 0;
}

static enum eas_status
compose_submit_failed(struct compose_send *send, enum eas_submit_result result,
		      const char *error)
{
	struct eas_cmd_context *ctx = send->ctx;

	eas_device_remove_sent(ctx->device, send->key);
	if (result == EAS_SUBMIT_REFUSED) {
		e_info(ctx->event, "Mail was refused: %s", error);
		return EAS_STATUS_GLOBAL_MAIL_SUBMISSION_FAILED;
	}
	e_error(ctx->event, "Mail could not be submitted: %s", error);
	return EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER;
}

enum eas_status
eas_compose_submit(struct eas_cmd_context *ctx, const struct eas_compose *compose,
		   struct istream *mime)
{
	struct compose_send send = {
		.ctx = ctx,
		.key = compose->key,
		.save_copy = compose->save_copy
	};
	enum eas_outgoing_result parsed;
	enum eas_submit_result result;
	struct eas_outgoing *mail;
	const char *error;

	parsed = compose_parse(ctx, send.key, mime, &mail, &error);
	if (parsed != EAS_OUTGOING_OK) {
		e_debug(ctx->event, "Mail cannot be sent: %s", error);
		return outgoing_statuses[parsed];
	}
	result = eas_submit(ctx->user, ctx->event, mail, compose_send_begin, &send, &error);
	if (result != EAS_SUBMIT_SENT)
		return compose_submit_failed(&send, result, error);
	e_info(ctx->event, "Mail sent: msgid=<%s>, recipients=%u", mail->message_id,
	       array_count(&mail->recipients));
	/* a failure of this must not send the mail again */
	if (send.save_copy &&
	    eas_sent_copy_save(ctx->user, ctx->event, mail, FALSE) == 0)
		eas_device_sent_copied(ctx->device, send.key);
	return EAS_STATUS_NONE;
}

bool eas_compose_send(struct eas_cmd_context *ctx, const struct eas_compose *compose,
		      struct istream *mime)
{
	enum eas_status status = eas_compose_submit(ctx, compose, mime);

	if (status == EAS_STATUS_GLOBAL_SERVER_ERROR_RETRY_LATER)
		eas_compose_try_later(ctx);
	else if (status != EAS_STATUS_NONE)
		compose_refuse(ctx, status);
	return status == EAS_STATUS_NONE;
}
