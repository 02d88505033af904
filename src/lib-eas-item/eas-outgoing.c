/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hex-binary.h"
#include "istream.h"
#include "istream-concat.h"
#include "istream-crlf.h"
#include "istream-header-filter.h"
#include "sha2.h"
#include "str.h"
#include "message-address.h"
#include "message-date.h"
#include "message-header-parser.h"
#include "eas-header-text.h"
#include "eas-outgoing.h"

/* bytes of the hash in a Message-ID made here */
#define OUTGOING_ID_BYTES 16

enum outgoing_field {
	OUTGOING_FROM,
	OUTGOING_SENDER,
	OUTGOING_TO,
	OUTGOING_CC,
	OUTGOING_BCC,
	OUTGOING_DATE,
	OUTGOING_MESSAGE_ID,
	OUTGOING_MIME_VERSION,
	OUTGOING_CONTENT_TYPE,
	OUTGOING_FIELD_COUNT
};

static const char *const outgoing_fields[OUTGOING_FIELD_COUNT] = {
	"From", "Sender", "To", "Cc", "Bcc",
	"Date", "Message-ID", "MIME-Version", "Content-Type"
};

struct outgoing_context {
	struct eas_outgoing *mail;
	const struct eas_outgoing_sender *sender;
	/* NULL if there is none; several are joined by commas */
	const char *values[OUTGOING_FIELD_COUNT];
	unsigned int fields;
};

static void parse_field(struct outgoing_context *ctx, struct message_header_line *hdr)
{
	const char *value;
	unsigned int i;

	if (hdr->continues) {
		hdr->use_full_value = TRUE;
		return;
	}
	ctx->fields++;
	for (i = 0; i < OUTGOING_FIELD_COUNT; i++) {
		if (strcasecmp(hdr->name, outgoing_fields[i]) == 0)
			break;
	}
	if (i == OUTGOING_FIELD_COUNT)
		return;
	value = message_header_strdup(ctx->mail->pool, hdr->full_value,
				      hdr->full_value_len);
	ctx->values[i] = ctx->values[i] == NULL ? value :
		p_strconcat(ctx->mail->pool, ctx->values[i], ", ", value, NULL);
}

static enum eas_outgoing_result parse_head(struct outgoing_context *ctx)
{
	struct istream *mime = ctx->mail->mime;
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;

	i_stream_seek(mime, 0);
	parser = message_parse_header_init(mime, NULL,
		MESSAGE_HEADER_PARSER_FLAG_SKIP_INITIAL_LWSP |
		MESSAGE_HEADER_PARSER_FLAG_DROP_CR |
		MESSAGE_HEADER_PARSER_FLAG_CLEAN_ONELINE);
	message_parse_header_set_limit(parser, EAS_OUTGOING_MAX_HEADER_BYTES);
	while (message_parse_header_next(parser, &hdr) > 0) {
		if (!hdr->eoh)
			parse_field(ctx, hdr);
	}
	message_parse_header_deinit(&parser);
	if (mime->stream_errno != 0)
		return EAS_OUTGOING_READ_FAILED;
	return ctx->fields == 0 ? EAS_OUTGOING_BAD_MIME : EAS_OUTGOING_OK;
}

/*
 * Recipients
 */

/* An address that may stand in an envelope. What is not ASCII would need SMTPUTF8 all the way, whatever
   Dovecot's parser takes (2.4 does). */
static bool
envelope_address_parse(pool_t pool, const char *address, struct smtp_address **smtp_r, const char **error_r)
{
	for (const char *p = address; *p != '\0'; p++) {
		if ((unsigned char)*p >= 0x80) {
			*error_r = "Not ASCII";
			return FALSE;
		}
	}
	return smtp_address_parse_mailbox(pool, address, 0, smtp_r, error_r) == 0;
}

/* NULL if it cannot stand in an envelope. */
static const struct smtp_address *
envelope_address(pool_t pool, const struct message_address *addr)
{
	struct smtp_address *smtp, *parsed;
	const char *error;

	if (addr->invalid_syntax || addr->domain == NULL || *addr->domain == '\0' ||
	    smtp_address_create_from_msg(pool, addr, &smtp) < 0 ||
	    smtp_address_isnull(smtp) ||
	    !envelope_address_parse(pool_datastack_create(), smtp_address_encode(smtp), &parsed, &error))
		return NULL;
	return smtp;
}

static bool recipients_have(const struct eas_outgoing *mail,
			    const struct smtp_address *wanted)
{
	const struct smtp_address *const *addr;

	array_foreach(&mail->recipients, addr) {
		if (smtp_address_equals_icase(*addr, wanted))
			return TRUE;
	}
	return FALSE;
}

static enum eas_outgoing_result
add_recipients(struct eas_outgoing *mail, const char *value, const char **error_r)
{
	const struct message_address *addr;
	const struct smtp_address *smtp;
	bool complete;

	if (value == NULL)
		return EAS_OUTGOING_OK;
	addr = eas_header_addresses(pool_datastack_create(), value, &complete);
	if (!complete) {
		*error_r = t_strdup_printf("Not only addresses: %s", value);
		return EAS_OUTGOING_BAD_RECIPIENT;
	}
	for (; addr != NULL; addr = addr->next) {
		/* begin and end of a group */
		if (addr->domain == NULL)
			continue;
		smtp = envelope_address(mail->pool, addr);
		if (smtp == NULL) {
			*error_r = t_strdup_printf("Not an address: %s@%s",
				addr->mailbox, addr->domain);
			return EAS_OUTGOING_BAD_RECIPIENT;
		}
		if (recipients_have(mail, smtp))
			continue;
		if (array_count(&mail->recipients) >= EAS_OUTGOING_MAX_RECIPIENTS) {
			*error_r = "Too many recipients";
			return EAS_OUTGOING_BAD_RECIPIENT;
		}
		array_push_back(&mail->recipients, &smtp);
	}
	return EAS_OUTGOING_OK;
}

static enum eas_outgoing_result
find_recipients(struct outgoing_context *ctx, const char **error_r)
{
	static const enum outgoing_field fields[] = {
		OUTGOING_TO, OUTGOING_CC, OUTGOING_BCC
	};
	enum eas_outgoing_result result;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(fields); i++) {
		result = add_recipients(ctx->mail, ctx->values[fields[i]], error_r);
		if (result != EAS_OUTGOING_OK)
			return result;
	}
	if (array_count(&ctx->mail->recipients) == 0) {
		*error_r = "No recipients";
		return EAS_OUTGOING_NO_RECIPIENT;
	}
	return EAS_OUTGOING_OK;
}

/*
 * Sender
 */

static bool address_is_own(const struct outgoing_context *ctx, const char *address)
{
	return str_array_icase_find(ctx->sender->addresses, address);
}

/* Are all addresses of the field the user's own? One without a domain is a phone's guess (quirk
   63) and is no address: *usable_r = FALSE. */
static bool field_is_own(const struct outgoing_context *ctx, enum outgoing_field field,
			 bool *usable_r, const char **error_r)
{
	const struct message_address *addr;
	const char *box;

	*usable_r = FALSE;
	if (ctx->values[field] == NULL)
		return TRUE;
	addr = eas_header_addresses(pool_datastack_create(), ctx->values[field],
				    NULL);
	for (; addr != NULL; addr = addr->next) {
		if (addr->domain == NULL || *addr->domain == '\0' ||
		    *addr->mailbox == '\0')
			continue;
		box = t_strconcat(addr->mailbox, "@", addr->domain, NULL);
		if (!address_is_own(ctx, box)) {
			*error_r = t_strdup_printf("%s is not an address of the user: %s",
						   outgoing_fields[field], box);
			return FALSE;
		}
		*usable_r = TRUE;
	}
	return TRUE;
}

static enum eas_outgoing_result
find_sender(struct outgoing_context *ctx, string_t *added, const char **error_r)
{
	struct eas_outgoing *mail = ctx->mail;
	const char *address = ctx->sender->addresses[0], *error;
	struct smtp_address *smtp;
	bool have_from, have_sender;

	if (!field_is_own(ctx, OUTGOING_FROM, &have_from, error_r) ||
	    !field_is_own(ctx, OUTGOING_SENDER, &have_sender, error_r))
		return EAS_OUTGOING_FOREIGN_SENDER;
	if (have_from) {
		address = eas_header_first_address(pool_datastack_create(),
						   ctx->values[OUTGOING_FROM]);
	}
	if (!envelope_address_parse(mail->pool, address, &smtp, &error)) {
		*error_r = t_strdup_printf("The user's address is not valid: %s: %s",
					   address, error);
		return EAS_OUTGOING_FOREIGN_SENDER;
	}
	mail->from = smtp;
	if (!have_from) {
		mail->drop_from = ctx->values[OUTGOING_FROM] != NULL;
		str_printfa(added, "From: <%s>\r\n", smtp_address_encode(smtp));
	}
	return EAS_OUTGOING_OK;
}

/*
 * What is missing
 */

static const char *make_message_id(const struct outgoing_context *ctx)
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(ctx->sender->unique, strlen(ctx->sender->unique), digest);
	return p_strdup_printf(ctx->mail->pool, "%s@%s",
			       binary_to_hex(digest, OUTGOING_ID_BYTES),
			       ctx->mail->from->domain);
}

static void add_missing(struct outgoing_context *ctx, string_t *added)
{
	struct eas_outgoing *mail = ctx->mail;
	const char *id = ctx->values[OUTGOING_MESSAGE_ID];

	if (ctx->values[OUTGOING_DATE] == NULL)
		str_printfa(added, "Date: %s\r\n", message_date_create(ctx->sender->now));
	if (id == NULL) {
		mail->message_id = make_message_id(ctx);
		str_printfa(added, "Message-ID: <%s>\r\n", mail->message_id);
	} else {
		mail->message_id = eas_header_first_message_id(mail->pool, id);
		if (mail->message_id == NULL)
			mail->message_id = p_strdup(mail->pool, id);
	}
	if (ctx->values[OUTGOING_CONTENT_TYPE] != NULL &&
	    ctx->values[OUTGOING_MIME_VERSION] == NULL)
		str_append(added, "MIME-Version: 1.0\r\n");
}

static enum eas_outgoing_result
outgoing_parse(struct outgoing_context *ctx, const char **error_r)
{
	string_t *added = t_str_new(256);
	enum eas_outgoing_result result;

	result = parse_head(ctx);
	if (result == EAS_OUTGOING_READ_FAILED) {
		*error_r = i_stream_get_error(ctx->mail->mime);
	} else if (result != EAS_OUTGOING_OK) {
		*error_r = "There is no mail";
	} else {
		result = find_sender(ctx, added, error_r);
		if (result == EAS_OUTGOING_OK)
			result = find_recipients(ctx, error_r);
	}
	if (result == EAS_OUTGOING_OK) {
		add_missing(ctx, added);
		ctx->mail->added = p_strdup(ctx->mail->pool, str_c(added));
	}
	return result;
}

enum eas_outgoing_result
eas_outgoing_parse(pool_t pool, struct istream *mime,
		   const struct eas_outgoing_sender *sender,
		   struct eas_outgoing **mail_r, const char **error_r)
{
	struct outgoing_context ctx;
	struct eas_outgoing *mail;

	mail = p_new(pool, struct eas_outgoing, 1);
	mail->pool = pool;
	mail->mime = mime;
	p_array_init(&mail->recipients, pool, 8);
	i_zero(&ctx);
	ctx.mail = mail;
	ctx.sender = sender;
	*mail_r = mail;
	return outgoing_parse(&ctx, error_r);
}

struct istream *eas_outgoing_open(const struct eas_outgoing *mail, bool with_bcc)
{
	const char *drop[3];
	struct istream *inputs[3], *input, *crlf;
	unsigned int count = 0;

	/* sorted, as the filter wants them */
	if (!with_bcc)
		drop[count++] = "Bcc";
	if (mail->drop_from)
		drop[count++] = "From";
	if (!with_bcc)
		drop[count++] = "Resent-Bcc";

	i_stream_seek(mail->mime, 0);
	inputs[0] = i_stream_create_from_data(mail->added, strlen(mail->added));
	inputs[1] = i_stream_create_header_filter(mail->mime,
		HEADER_FILTER_EXCLUDE | HEADER_FILTER_ADD_MISSING_EOH,
		drop, count, *null_header_filter_callback, NULL);
	inputs[2] = NULL;
	input = i_stream_create_concat(inputs);
	i_stream_unref(&inputs[0]);
	i_stream_unref(&inputs[1]);
	crlf = i_stream_create_crlf(input);
	i_stream_unref(&input);
	return crlf;
}
