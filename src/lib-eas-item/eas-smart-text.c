/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "ostream.h"
#include "qp-encoder.h"
#include "str.h"
#include "eas-header-text.h"
#include "eas-html-text.h"
#include "eas-smart-private.h"

#define SMART_LINE_LENGTH 76
#define SMART_QUOTE "> "
#define SMART_RULE "-----Original Message-----\r\n"
/* the longest of the ends looked for */
#define SMART_HTML_END "</body"
#define SMART_HTML_END_LEN (sizeof(SMART_HTML_END) - 1)

/* What is repeated of the original's head, in Exchange's words. */
static const struct {
	enum eas_email_header header;
	const char *label;
} smart_head[] = {
	{ EAS_EMAIL_HEADER_FROM,	"From" },
	{ EAS_EMAIL_HEADER_DATE,	"Sent" },
	{ EAS_EMAIL_HEADER_TO,		"To" },
	{ EAS_EMAIL_HEADER_CC,		"Cc" },
	{ EAS_EMAIL_HEADER_SUBJECT,	"Subject" }
};

struct smart_text {
	struct eas_smart_context *ctx;
	struct qp_encoder *qp;
	/* encoded, not sent yet */
	string_t *encoded;
	/* each line of what is written now gets a quote mark */
	bool quote, line_begins;
};

static void text_begin(struct smart_text *text, struct eas_smart_context *ctx,
		       const char *subtype)
{
	i_zero(text);
	text->ctx = ctx;
	text->encoded = str_new(default_pool, EAS_PART_READER_PIECE_MAX);
	text->qp = qp_encoder_init(text->encoded, SMART_LINE_LENGTH, 0);
	text->line_begins = TRUE;
	o_stream_nsend_str(ctx->output, t_strdup_printf(
		"Content-Type: text/%s; charset=utf-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n", subtype));
}

static void text_flush(struct smart_text *text)
{
	o_stream_nsend(text->ctx->output, str_data(text->encoded), str_len(text->encoded));
	str_truncate(text->encoded, 0);
}

static void text_end(struct smart_text *text)
{
	qp_encoder_finish(text->qp);
	str_append(text->encoded, "\r\n");
	text_flush(text);
	qp_encoder_deinit(&text->qp);
	str_free(&text->encoded);
}

static void text_write(struct smart_text *text, const void *_data, size_t size)
{
	const unsigned char *data = _data, *lf;
	size_t line;

	while (text->quote && size > 0) {
		/* no space at the end of an empty line */
		if (text->line_begins)
			qp_encoder_more(text->qp, SMART_QUOTE, *data == '\r' ? 1 :
					strlen(SMART_QUOTE));
		lf = memchr(data, '\n', size);
		line = lf == NULL ? size : (size_t)(lf - data) + 1;
		qp_encoder_more(text->qp, data, line);
		text->line_begins = lf != NULL;
		data += line;
		size -= line;
	}
	if (size > 0)
		qp_encoder_more(text->qp, data, size);
	if (str_len(text->encoded) >= EAS_PART_READER_PIECE_MAX)
		text_flush(text);
}

static void text_write_str(struct smart_text *text, const char *str)
{
	text_write(text, str, strlen(str));
}

/* The part in this form. Returns 0, -1 if reading failed. */
static int text_write_part(struct smart_text *text, const struct eas_email_message *message,
			   unsigned int idx, enum eas_part_form form)
{
	struct eas_part_place place;
	struct eas_part_reader *reader;
	buffer_t *piece;
	int ret;

	eas_email_message_get_place(message, idx, &place);
	reader = eas_part_reader_init(message->input, &place, form);
	piece = buffer_create_dynamic(default_pool, EAS_PART_READER_PIECE_MAX);
	do {
		ret = eas_part_reader_more(reader, piece);
		text_write(text, piece->data, piece->used);
		buffer_set_used_size(piece, 0);
	} while (ret > 0);
	buffer_free(&piece);
	eas_part_reader_deinit(&reader);
	return ret;
}

/*
 * text/plain
 */

static int plain_write_body(struct smart_text *text, const struct eas_email_message *message)
{
	if (message->text != EAS_EMAIL_PART_NONE)
		return text_write_part(text, message, message->text, EAS_PART_FORM_UTF8);
	if (message->html != EAS_EMAIL_PART_NONE)
		return text_write_part(text, message, message->html,
				       EAS_PART_FORM_HTML_TO_TEXT);
	return 0;
}

static void plain_write_head(struct smart_text *text,
			     const struct eas_email_message *original)
{
	unsigned int i;

	text_write_str(text, "\r\n\r\n" SMART_RULE);
	for (i = 0; i < N_ELEMENTS(smart_head); i++) T_BEGIN {
		const char *value = original->headers[smart_head[i].header];

		if (value != NULL) {
			value = eas_header_decode(pool_datastack_create(), value);
			text_write_str(text, t_strdup_printf("%s: %s\r\n",
				smart_head[i].label, value));
		}
	} T_END;
	text_write_str(text, "\r\n");
}

int eas_smart_write_plain(struct eas_smart_context *ctx)
{
	struct smart_text text;
	int ret;

	text_begin(&text, ctx, "plain");
	ret = plain_write_body(&text, ctx->mime);
	plain_write_head(&text, ctx->original);
	text.quote = ctx->source->kind == EAS_SMART_REPLY;
	if (ret == 0)
		ret = plain_write_body(&text, ctx->original);
	text_end(&text);
	return ret;
}

/*
 * text/html
 */

/* Where "</body" begins, or NULL. */
static const unsigned char *html_find_end(const unsigned char *data, size_t size)
{
	size_t i;

	for (i = 0; i + SMART_HTML_END_LEN <= size; i++) {
		if (data[i] == '<' &&
		    i_memcasecmp(data + i, SMART_HTML_END, SMART_HTML_END_LEN) == 0)
			return data + i;
	}
	return NULL;
}

/* The new HTML, open for more at its end. */
static int html_write_open(struct smart_text *text, const struct eas_email_message *message,
			   unsigned int idx, enum eas_part_form form)
{
	struct eas_part_place place;
	struct eas_part_reader *reader;
	buffer_t *piece;
	const unsigned char *end;
	size_t size;
	int ret;

	eas_email_message_get_place(message, idx, &place);
	reader = eas_part_reader_init(message->input, &place, form);
	piece = buffer_create_dynamic(default_pool, EAS_PART_READER_PIECE_MAX);
	do {
		ret = eas_part_reader_more(reader, piece);
		end = html_find_end(piece->data, piece->used);
		if (end != NULL)
			size = end - (const unsigned char *)piece->data;
		else if (ret > 0 && piece->used > SMART_HTML_END_LEN)
			size = piece->used - SMART_HTML_END_LEN;
		else
			size = ret > 0 ? 0 : piece->used;
		text_write(text, piece->data, size);
		buffer_delete(piece, 0, size);
	} while (ret > 0 && end == NULL);
	buffer_free(&piece);
	eas_part_reader_deinit(&reader);
	return ret < 0 ? -1 : 0;
}

static int html_write_new(struct smart_text *text, const struct eas_email_message *message)
{
	if (message->html != EAS_EMAIL_PART_NONE)
		return html_write_open(text, message, message->html, EAS_PART_FORM_HTML);
	if (message->text != EAS_EMAIL_PART_NONE)
		return html_write_open(text, message, message->text,
				       EAS_PART_FORM_TEXT_TO_HTML);
	text_write_str(text, EAS_TEXT_HTML_HEAD);
	return 0;
}

static void html_write_head(struct smart_text *text, const struct eas_email_message *original)
{
	const char *value;
	buffer_t *escaped;
	unsigned int i;

	text_write_str(text, "<br><br><hr>\r\n<div>");
	for (i = 0; i < N_ELEMENTS(smart_head); i++) T_BEGIN {
		value = original->headers[smart_head[i].header];
		if (value != NULL) {
			value = eas_header_decode(pool_datastack_create(), value);
			escaped = t_buffer_create(strlen(value) + 64);
			eas_text_html_append((const unsigned char *)value, strlen(value),
					     'x', escaped);
			text_write_str(text, t_strdup_printf("<b>%s:</b> ",
							     smart_head[i].label));
			text_write(text, escaped->data, escaped->used);
			text_write_str(text, "<br>\r\n");
		}
	} T_END;
	text_write_str(text, "</div><br>\r\n");
}

static int html_write_original(struct smart_text *text,
			       const struct eas_email_message *original)
{
	if (original->html != EAS_EMAIL_PART_NONE)
		return text_write_part(text, original, original->html, EAS_PART_FORM_HTML);
	if (original->text != EAS_EMAIL_PART_NONE)
		return text_write_part(text, original, original->text,
				       EAS_PART_FORM_TEXT_TO_HTML);
	return 0;
}

int eas_smart_write_html(struct eas_smart_context *ctx)
{
	bool reply = ctx->source->kind == EAS_SMART_REPLY;
	struct smart_text text;
	int ret;

	text_begin(&text, ctx, "html");
	ret = html_write_new(&text, ctx->mime);
	html_write_head(&text, ctx->original);
	text_write_str(&text, reply ? "<blockquote type=\"cite\">\r\n" : "<div>\r\n");
	if (ret == 0)
		ret = html_write_original(&text, ctx->original);
	text_write_str(&text, reply ? "\r\n</blockquote>\r\n" : "\r\n</div>\r\n");
	text_write_str(&text, "</body></html>\r\n");
	text_end(&text);
	return ret;
}
