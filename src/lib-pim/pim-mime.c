/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "charset-utf8.h"
#include "istream.h"
#include "message-header-decode.h"
#include "message-header-parser.h"
#include "message-parser.h"
#include "message-size.h"
#include "qp-decoder.h"
#include "rfc822-parser.h"
#include "rfc2231-parser.h"
#include "str.h"
#include "unichar.h"
#include "pim-mime.h"

#include <ctype.h>

static const struct message_parser_settings parser_set = {
	.hdr_flags = MESSAGE_HEADER_PARSER_FLAG_SKIP_INITIAL_LWSP |
		MESSAGE_HEADER_PARSER_FLAG_DROP_CR,
};

static struct pim_mime_part *
mime_part_get(struct pim_mime *mime, const struct message_part *part)
{
	struct pim_mime_part *last;

	/* the headers of a part come in one go */
	if (array_count(&mime->parts) > 0) {
		last = array_back_modifiable(&mime->parts);
		if (last->part == part)
			return last;
	}
	last = array_append_space(&mime->parts);
	last->part = part;
	last->content_type = "text/plain";
	last->cte = MESSAGE_CTE_78BIT;
	return last;
}

static const char *param_decode(pool_t pool, const char *value, bool extended)
{
	string_t *str = t_str_new(64), *utf8;
	const char *charset = "utf-8", *quote, *p;
	enum charset_result result;

	if (!extended) {
		message_header_decode_utf8((const void *)value, strlen(value),
					   str, NULL);
		return p_strdup(pool, str_c(str));
	}
	quote = strchr(value, '\'');
	if (quote != NULL) {
		if (quote != value)
			charset = t_strdup_until(value, quote);
		p = strchr(quote + 1, '\'');
		value = p == NULL ? quote + 1 : p + 1;
	}
	for (; *value != '\0'; value++) {
		unsigned int byte;

		if (*value == '%' && i_isxdigit(value[1]) && i_isxdigit(value[2]) &&
		    str_to_uint_hex(t_strndup(value + 1, 2), &byte) == 0 &&
		    byte != 0) {
			str_append_c(str, byte);
			value += 2;
		} else {
			str_append_c(str, *value);
		}
	}
	utf8 = t_str_new(64);
	if (charset_to_utf8_str(charset, NULL, str_c(str), utf8, &result) < 0)
		str_append_str(utf8, str);
	return p_strdup(pool, str_c(utf8));
}

/* parser stands behind the value, before the first ';' */
static void
mime_part_params(struct pim_mime *mime, struct pim_mime_part *part,
		 struct rfc822_parser_context *parser)
{
	const char *const *results;

	(void)rfc2231_parse(parser, &results);
	for (; results[0] != NULL; results += 2) {
		size_t len = strlen(results[0]);
		bool extended = len > 0 && results[0][len - 1] == '*';
		const char *name = t_strndup(results[0], len - (extended ? 1 : 0));

		if (strcasecmp(name, "name") == 0) {
			if (part->filename == NULL) {
				part->filename = param_decode(mime->pool,
					results[1], extended);
			}
		} else if (strcasecmp(name, "filename") == 0) {
			part->filename = param_decode(mime->pool, results[1],
						      extended);
		} else if (strcasecmp(name, "charset") == 0)
			part->charset = p_strdup(mime->pool, results[1]);
		else if (strcasecmp(name, "method") == 0)
			part->method = p_strdup(mime->pool, results[1]);
	}
}

static void
mime_part_header(struct pim_mime *mime, struct pim_mime_part *part,
		 const struct message_header_line *hdr)
{
	struct rfc822_parser_context parser;
	string_t *value = t_str_new(64);
	const unsigned char *data = hdr->full_value;
	size_t size = hdr->full_value_len;

	if (strcasecmp(hdr->name, "Content-ID") == 0) {
		const char *id = t_strndup(data, size);

		id = t_str_trim(id, " \t\r\n");
		if (*id == '<' && id[strlen(id) - 1] == '>')
			id = t_strndup(id + 1, strlen(id) - 2);
		part->content_id = p_strdup_empty(mime->pool, id);
		return;
	}
	rfc822_parser_init(&parser, data, size, NULL);
	(void)rfc822_skip_lwsp(&parser);
	if (strcasecmp(hdr->name, "Content-Type") == 0) {
		if (rfc822_parse_content_type(&parser, value) >= 0 &&
		    strchr(str_c(value), '/') != NULL) {
			part->content_type = p_strdup(mime->pool,
				t_str_lcase(str_c(value)));
			mime_part_params(mime, part, &parser);
		}
	} else if (strcasecmp(hdr->name, "Content-Disposition") == 0) {
		if (rfc822_parse_mime_token(&parser, value) >= 0)
			mime_part_params(mime, part, &parser);
	} else {
		part->cte = message_decoder_parse_cte(
			(struct message_header_line *)hdr);
	}
	rfc822_parser_deinit(&parser);
}

static void
mime_header_callback(struct message_part *part, struct message_header_line *hdr,
		     struct pim_mime *mime)
{
	struct pim_mime_part *mime_part = mime_part_get(mime, part);

	if (hdr == NULL || hdr->eoh ||
	    (strcasecmp(hdr->name, "Content-Type") != 0 &&
	     strcasecmp(hdr->name, "Content-Disposition") != 0 &&
	     strcasecmp(hdr->name, "Content-Transfer-Encoding") != 0 &&
	     strcasecmp(hdr->name, "Content-ID") != 0))
		return;
	if (hdr->continues) {
		hdr->use_full_value = TRUE;
		return;
	}
	T_BEGIN {
		mime_part_header(mime, mime_part, hdr);
	} T_END;
}

static int
mime_load(struct pim_mime *mime, struct istream *message, size_t max_bytes,
	  const char **error_r)
{
	buffer_t *buf = buffer_create_dynamic(mime->pool, 4096);
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(message, &data, &size) > 0) {
		if (buf->used + size > max_bytes) {
			*error_r = "The message is too long";
			return -1;
		}
		buffer_append(buf, data, size);
		i_stream_skip(message, size);
	}
	if (message->stream_errno != 0) {
		*error_r = t_strdup(i_stream_get_error(message));
		return -1;
	}
	mime->data = buf->data;
	mime->size = buf->used;
	return 0;
}

int pim_mime_read(pool_t pool, struct istream *message, size_t max_bytes,
		  struct pim_mime **mime_r, const char **error_r)
{
	struct pim_mime *mime = p_new(pool, struct pim_mime, 1);
	struct message_parser_ctx *parser;
	struct message_part *parts;
	struct message_size header_size;
	struct istream *input;

	mime->pool = pool;
	p_array_init(&mime->parts, pool, 4);
	if (mime_load(mime, message, max_bytes, error_r) < 0)
		return -1;
	input = i_stream_create_from_data(mime->data, mime->size);
	parser = message_parser_init(pool, input, &parser_set);
	message_parser_parse_header(parser, &header_size,
				    mime_header_callback, mime);
	message_parser_parse_body(parser, mime_header_callback, mime);
	message_parser_deinit(&parser, &parts);
	i_stream_unref(&input);
	if (array_count(&mime->parts) == 0)
		(void)mime_part_get(mime, parts);
	*mime_r = mime;
	return 0;
}

bool pim_mime_part_is_leaf(const struct pim_mime_part *part)
{
	const struct message_part *parent = part->part->parent;

	if ((part->part->flags & MESSAGE_PART_FLAG_MULTIPART) != 0)
		return FALSE;
	for (; parent != NULL; parent = parent->parent) {
		if ((parent->flags & MESSAGE_PART_FLAG_MESSAGE_RFC822) != 0)
			return FALSE;
	}
	return TRUE;
}

const unsigned char *
pim_mime_part_raw(const struct pim_mime *mime, const struct pim_mime_part *part,
		  size_t *size_r, size_t *body_offset_r)
{
	const struct message_part *place = part->part;
	size_t offset = I_MIN(place->physical_pos, mime->size);

	*size_r = I_MIN(place->header_size.physical_size +
			place->body_size.physical_size, mime->size - offset);
	*body_offset_r = I_MIN(place->header_size.physical_size, *size_r);
	return mime->data + offset;
}

static void decode_base64(const unsigned char *body, size_t size, buffer_t *dest)
{
	struct base64_decoder decoder;
	size_t pos;

	base64_decode_init(&decoder, &base64_scheme, 0);
	(void)base64_decode_more(&decoder, body, size, &pos, dest);
	(void)base64_decode_finish(&decoder);
}

void pim_mime_decode(enum message_cte cte, const unsigned char *body,
		     size_t size, buffer_t *dest)
{
	struct qp_decoder *qp;
	const char *error;
	size_t pos;

	switch (cte) {
	case MESSAGE_CTE_BASE64:
		decode_base64(body, size, dest);
		break;
	case MESSAGE_CTE_QP:
		qp = qp_decoder_init(dest);
		(void)qp_decoder_more(qp, body, size, &pos, &error);
		(void)qp_decoder_finish(qp, &error);
		qp_decoder_deinit(&qp);
		break;
	default:
		buffer_append(dest, body, size);
	}
}

static void append_utf8(buffer_t *dest, const char *charset,
			const unsigned char *data, size_t size)
{
	struct charset_translation *trans;

	if (uni_utf8_data_is_valid(data, size) &&
	    (charset == NULL || charset_is_utf8(charset))) {
		buffer_append(dest, data, size);
		return;
	}
	if (charset == NULL || charset_is_utf8(charset) ||
	    charset_to_utf8_begin(charset, NULL, &trans) < 0) {
		if (charset_to_utf8_begin("windows-1252", NULL, &trans) < 0)
			trans = charset_utf8_to_utf8_begin(NULL);
	}
	(void)charset_to_utf8(trans, data, &size, dest);
	charset_to_utf8_end(&trans);
}

void pim_mime_part_decode(const struct pim_mime *mime,
			  const struct pim_mime_part *part, bool text,
			  buffer_t *dest)
{
	size_t size, body_offset;
	const unsigned char *raw =
		pim_mime_part_raw(mime, part, &size, &body_offset);
	buffer_t *bytes;

	if (!text) {
		pim_mime_decode(part->cte, raw + body_offset,
				size - body_offset, dest);
		return;
	}
	bytes = buffer_create_dynamic(default_pool, size - body_offset + 1);
	pim_mime_decode(part->cte, raw + body_offset, size - body_offset, bytes);
	append_utf8(dest, part->charset, bytes->data, bytes->used);
	buffer_free(&bytes);
}

/* The end of the field that begins at field: of its last line. */
static const char *field_end(const char *field, const char *end)
{
	do {
		const char *lf = memchr(field, '\n', end - field);

		if (lf == NULL)
			return end;
		field = lf + 1;
	} while (field != end && (*field == ' ' || *field == '\t'));
	return field;
}

static const char *mime_head(const struct pim_mime *mime, const char **end_r)
{
	const struct pim_mime_part *part = array_front(&mime->parts);
	size_t size, body_offset;
	const unsigned char *raw =
		pim_mime_part_raw(mime, part, &size, &body_offset);

	*end_r = (const char *)raw + body_offset;
	return (const char *)raw;
}

static bool field_is(const char *field, const char *end, const char *name)
{
	size_t len = strlen(name);

	if (len > 0 && name[len - 1] == '*') {
		return (size_t)(end - field) >= len - 1 &&
			strncasecmp(field, name, len - 1) == 0;
	}
	return (size_t)(end - field) > len && field[len] == ':' &&
		strncasecmp(field, name, len) == 0;
}

const char *pim_mime_header(const struct pim_mime *mime, const char *name)
{
	const char *end, *field = mime_head(mime, &end), *next;

	for (; field != end; field = next) {
		next = field_end(field, end);
		if (field_is(field, next, name)) {
			string_t *value = str_new(mime->pool, 64);

			field += strlen(name) + 1;
			for (; field != next; field++) {
				if (*field != '\r' && *field != '\n' &&
				    *field != '\0')
					str_append_c(value, *field);
			}
			return p_strdup(mime->pool,
					t_str_trim(str_c(value), " \t"));
		}
	}
	return NULL;
}

const char *pim_mime_header_text(const struct pim_mime *mime, const char *name)
{
	const char *value = pim_mime_header(mime, name);
	string_t *text;

	if (value == NULL)
		return NULL;
	text = str_new(mime->pool, 128);
	message_header_decode_utf8((const void *)value, strlen(value), text,
				   NULL);
	return str_c(text);
}

static bool field_is_any(const char *field, const char *end,
			 const char *const *names)
{
	for (; *names != NULL; names++) {
		if (field_is(field, end, *names))
			return TRUE;
	}
	return FALSE;
}

const char *pim_mime_other_headers(const struct pim_mime *mime,
				   const char *const *skip)
{
	const char *end, *field = mime_head(mime, &end), *next;
	string_t *dest = str_new(mime->pool, 256);

	for (; field != end; field = next) {
		next = field_end(field, end);
		/* the empty line at the end, and mbox's From_ */
		if (memchr(field, ':', next - field) == NULL ||
		    field_is_any(field, next, skip))
			continue;
		for (; field != next; field++) {
			if (*field == '\n')
				str_append(dest, "\r\n");
			else if (*field != '\r' && *field != '\0')
				str_append_c(dest, *field);
		}
		if (str_len(dest) > 0 && str_data(dest)[str_len(dest) - 1] != '\n')
			str_append(dest, "\r\n");
	}
	return str_c(dest);
}
