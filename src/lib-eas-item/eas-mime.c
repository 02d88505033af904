/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"
#include "unichar.h"
#include "charset-utf8.h"
#include "message-header-parser.h"
#include "eas-email-message.h"
#include "eas-mime.h"

#define MIME_FALLBACK_CHARSET "windows-1252"

struct mime_context {
	const struct eas_email_message *message;
	pool_t pool;
	ARRAY_TYPE(eas_mime_segment) *segments;
	/* the first byte that is in no segment yet */
	uoff_t done;
};

static bool chr_is_forbidden(unsigned char c)
{
	return c < 0x20 && c != '\t' && c != '\r' && c != '\n';
}

/* Returns 1 if all of the range can stand in a document as it is: UTF-8 without control
   characters; 0 if not, -1 on error. */
static int range_is_text(struct istream *input, uoff_t offset, uoff_t size)
{
	struct istream *range = i_stream_create_range(input, offset, size);
	const unsigned char *data;
	size_t len, i, wanted = 1;
	unichar_t chr;
	int ret = 1, char_len;

	while (ret > 0 && i_stream_read_bytes(range, &data, &len, wanted) > 0) {
		wanted = 1;
		for (i = 0; i < len; i += char_len) {
			char_len = 1;
			if (data[i] >= 0x80)
				char_len = uni_utf8_get_char_n(data + i, len - i, &chr);
			if (char_len < 0 || chr_is_forbidden(data[i])) {
				ret = 0;
				break;
			}
			if (char_len == 0) {
				/* its end comes with more bytes */
				wanted = len - i + 1;
				break;
			}
		}
		i_stream_skip(range, i);
	}
	if (range->stream_errno != 0)
		ret = -1;
	else if (ret > 0 && wanted > 1)
		ret = 0;
	i_stream_unref(&range);
	return ret;
}

static void add_raw(struct mime_context *ctx, uoff_t end)
{
	struct eas_mime_segment *segment;

	if (end <= ctx->done)
		return;
	segment = array_append_space(ctx->segments);
	segment->place.offset = ctx->done;
	segment->place.size = end - ctx->done;
	segment->place.cte = MESSAGE_CTE_BINARY;
	segment->form = EAS_PART_FORM_CRLF;
	ctx->done = end;
}

static void replace_zeros(string_t *line)
{
	char *data = str_c_modifiable(line);

	for (size_t i = 0; i < str_len(line); i++) {
		if (data[i] == '\0')
			data[i] = ' ';
	}
}

/* The head as UTF-8, with another transfer encoding if the body gets one. */
static int add_head(struct mime_context *ctx, const struct message_part *part, bool encode)
{
	struct istream *input = ctx->message->input;
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;
	struct charset_translation *trans;
	struct eas_mime_segment *segment;
	string_t *head = t_str_new(1024), *line = t_str_new(256);
	size_t size;

	i_stream_seek(input, part->physical_pos);
	parser = message_parse_header_init(input, NULL, 0);
	while (message_parse_header_next(parser, &hdr) > 0) {
		if (encode && strcasecmp(hdr->name, "Content-Transfer-Encoding") == 0)
			continue;
		if (encode && hdr->eoh)
			str_append(head, "Content-Transfer-Encoding: quoted-printable\r\n");
		str_truncate(line, 0);
		message_header_line_write(line, hdr);
		replace_zeros(line);
		size = str_len(line);
		if (uni_utf8_data_is_valid(str_data(line), size) ||
		    charset_to_utf8_begin(MIME_FALLBACK_CHARSET, NULL, &trans) < 0) {
			str_append_str(head, line);
		} else {
			(void)charset_to_utf8(trans, str_data(line), &size, head);
			charset_to_utf8_end(&trans);
		}
	}
	message_parse_header_deinit(&parser);
	segment = array_append_space(ctx->segments);
	segment->literal = p_strdup(ctx->pool, str_c(head));
	ctx->done = part->physical_pos + part->header_size.physical_size;
	return input->stream_errno != 0 ? -1 : 0;
}

static void add_encoded(struct mime_context *ctx, unsigned int idx)
{
	struct eas_mime_segment *segment = array_append_space(ctx->segments);

	eas_email_message_get_place(ctx->message, idx, &segment->place);
	segment->form = EAS_PART_FORM_QUOTED_PRINTABLE;
	ctx->done = segment->place.offset + segment->place.size;
}

/* Returns -1 on error. */
static int add_part(struct mime_context *ctx, unsigned int idx)
{
	const struct eas_email_part *part = &ctx->message->parts[idx];
	const struct message_part *mpart = part->part;
	struct istream *input = ctx->message->input;
	uoff_t body = mpart->physical_pos + mpart->header_size.physical_size;
	int head_ok, body_ok = 1;

	head_ok = range_is_text(input, mpart->physical_pos,
				mpart->header_size.physical_size);
	/* what is encoded is text, and what has parts is looked at part by part */
	if (mpart->children == NULL && part->cte != MESSAGE_CTE_BASE64 &&
	    part->cte != MESSAGE_CTE_QP)
		body_ok = range_is_text(input, body, mpart->body_size.physical_size);
	if (head_ok < 0 || body_ok < 0)
		return -1;
	if (head_ok > 0 && body_ok > 0)
		return 0;
	add_raw(ctx, mpart->physical_pos);
	if (add_head(ctx, mpart, body_ok == 0) < 0)
		return -1;
	if (body_ok == 0)
		add_encoded(ctx, idx);
	return 0;
}

int eas_mime_get_segments(const struct eas_email_message *message, pool_t pool,
			  ARRAY_TYPE(eas_mime_segment) *segments_r)
{
	const struct message_part *root = message->parts[0].part;
	struct mime_context ctx = {
		.message = message,
		.pool = pool,
		.segments = segments_r
	};
	int ret = 0;

	p_array_init(segments_r, pool, 1);
	for (unsigned int i = 0; i < message->parts_count && ret == 0; i++) T_BEGIN {
		ret = add_part(&ctx, i);
	} T_END;
	add_raw(&ctx, root->header_size.physical_size + root->body_size.physical_size);
	return ret;
}
