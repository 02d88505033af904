/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "istream.h"
#include "unichar.h"
#include "charset-utf8.h"
#include "qp-decoder.h"
#include "qp-encoder.h"
#include "eas-html-text.h"
#include "eas-text-brief.h"
#include "eas-part-reader.h"

#define TEXT_FALLBACK_CHARSET "windows-1252"
#define TEXT_QP_LINE_LENGTH 76

struct eas_part_reader {
	struct istream *input;
	/* the next byte to read, and the first one behind the part */
	uoff_t offset, end;
	enum eas_part_form form;

	enum message_cte cte;
	struct qp_decoder *qp;
	struct base64_decoder base64;
	/* decoded bytes; a partial character stays here until its rest comes */
	buffer_t *decoded;

	/* NULL: bytes pass as they are */
	struct charset_translation *charset;
	/* not said which, and no proof yet that it is not UTF-8 */
	bool charset_guessed;
	buffer_t *utf8, *lines;

	struct eas_html_text *html;
	struct eas_text_brief *brief;
	/* into lines */
	struct qp_encoder *encoder;
	unsigned char last;
	bool begun:1, meta_done:1;
	bool base64_ended:1;
};

static bool charset_is_said(const char *charset)
{
	return charset != NULL && *charset != '\0' &&
		strcasecmp(charset, "us-ascii") != 0;
}

static void reader_init_charset(struct eas_part_reader *reader, const char *charset)
{
	if (charset_is_said(charset) &&
	    charset_to_utf8_begin(charset, NULL, &reader->charset) == 0)
		return;
	reader->charset = charset_utf8_to_utf8_begin(NULL);
	reader->charset_guessed = TRUE;
}

struct eas_part_reader *
eas_part_reader_init(struct istream *input, const struct eas_part_place *part,
		     enum eas_part_form form)
{
	struct eas_part_reader *reader;

	reader = i_new(struct eas_part_reader, 1);
	reader->input = input;
	i_stream_ref(input);
	reader->offset = part->offset;
	reader->end = part->offset + part->size;
	reader->form = form;
	reader->cte = part->cte;
	reader->decoded = buffer_create_dynamic(default_pool, 1024);
	reader->utf8 = buffer_create_dynamic(default_pool, 1024);
	reader->lines = buffer_create_dynamic(default_pool, 1024);
	if (part->cte == MESSAGE_CTE_QP)
		reader->qp = qp_decoder_init(reader->decoded);
	base64_decode_init(&reader->base64, &base64_scheme, 0);

	if (form >= EAS_PART_FORM_UTF8)
		reader_init_charset(reader, part->charset);
	if (form == EAS_PART_FORM_HTML_TO_TEXT)
		reader->html = eas_html_text_init(EAS_HTML_TEXT_FLAG_LINKS);
	else if (form == EAS_PART_FORM_HTML_TO_TEXT_BRIEF)
		reader->html = eas_html_text_init(0);
	else if (form == EAS_PART_FORM_UTF8_BRIEF)
		reader->brief = eas_text_brief_init();
	else if (form == EAS_PART_FORM_QUOTED_PRINTABLE)
		reader->encoder = qp_encoder_init(reader->lines, TEXT_QP_LINE_LENGTH,
						  QP_ENCODER_FLAG_BINARY_DATA);
	return reader;
}

void eas_part_reader_deinit(struct eas_part_reader **_reader)
{
	struct eas_part_reader *reader = *_reader;

	if (reader == NULL)
		return;
	*_reader = NULL;
	eas_html_text_deinit(&reader->html);
	eas_text_brief_deinit(&reader->brief);
	if (reader->charset != NULL)
		charset_to_utf8_end(&reader->charset);
	if (reader->qp != NULL)
		qp_decoder_deinit(&reader->qp);
	if (reader->encoder != NULL)
		qp_encoder_deinit(&reader->encoder);
	buffer_free(&reader->decoded);
	buffer_free(&reader->utf8);
	buffer_free(&reader->lines);
	i_stream_unref(&reader->input);
	i_free(reader);
}

/*
 * Line ends and control characters
 */

static void append_crlf(struct eas_part_reader *reader, const unsigned char *data,
			size_t size, buffer_t *dest)
{
	bool clean = reader->form >= EAS_PART_FORM_UTF8;
	unsigned char c, prev = reader->last;
	size_t i, start = 0;

	if (size == 0)
		return;
	for (i = 0; i < size; prev = c, i++) {
		c = data[i];
		if (c >= 0x20 || c == '\t' || c == '\r')
			continue;
		if (c == '\n' ? prev == '\r' : !clean)
			continue;
		buffer_append(dest, data + start, i - start);
		if (c == '\n')
			buffer_append(dest, "\r\n", 2);
		else
			buffer_append_c(dest, ' ');
		start = i + 1;
	}
	buffer_append(dest, data + start, size - start);
	reader->last = data[size - 1];
}

static void append_encoded_again(struct eas_part_reader *reader, const unsigned char *data,
				 size_t size, buffer_t *dest)
{
	buffer_set_used_size(reader->utf8, 0);
	/* of what is no text, no byte may change */
	if (reader->cte == MESSAGE_CTE_BINARY)
		buffer_append(reader->utf8, data, size);
	else
		append_crlf(reader, data, size, reader->utf8);
	qp_encoder_more(reader->encoder, reader->utf8->data, reader->utf8->used);
	buffer_append_buf(dest, reader->lines, 0, SIZE_MAX);
	buffer_set_used_size(reader->lines, 0);
}

static void append_html_held(struct eas_part_reader *reader, buffer_t *dest)
{
	eas_html_append_utf8_meta(reader->lines->data, reader->lines->used, dest);
	buffer_set_used_size(reader->lines, 0);
	reader->meta_done = TRUE;
}

/* Its beginning is held back until <meta> is past. */
static void append_html(struct eas_part_reader *reader, const unsigned char *data,
			size_t size, buffer_t *dest)
{
	if (reader->meta_done) {
		append_crlf(reader, data, size, dest);
		return;
	}
	append_crlf(reader, data, size, reader->lines);
	if (reader->lines->used >= EAS_HTML_META_BYTES)
		append_html_held(reader, dest);
}

static void append_text(struct eas_part_reader *reader, const unsigned char *data,
			size_t size, buffer_t *dest)
{
	unsigned char prev = reader->last;

	switch (reader->form) {
	case EAS_PART_FORM_BINARY:
		buffer_append(dest, data, size);
		break;
	case EAS_PART_FORM_CRLF:
	case EAS_PART_FORM_UTF8:
		append_crlf(reader, data, size, dest);
		break;
	case EAS_PART_FORM_UTF8_BRIEF:
		buffer_set_used_size(reader->lines, 0);
		append_crlf(reader, data, size, reader->lines);
		eas_text_brief_more(reader->brief, reader->lines->data,
				    reader->lines->used, dest);
		break;
	case EAS_PART_FORM_HTML:
		append_html(reader, data, size, dest);
		break;
	case EAS_PART_FORM_QUOTED_PRINTABLE:
		append_encoded_again(reader, data, size, dest);
		break;
	case EAS_PART_FORM_HTML_TO_TEXT:
	case EAS_PART_FORM_HTML_TO_TEXT_BRIEF:
		eas_html_text_more(reader->html, data, size, dest);
		break;
	case EAS_PART_FORM_TEXT_TO_HTML:
		buffer_set_used_size(reader->lines, 0);
		append_crlf(reader, data, size, reader->lines);
		eas_text_html_append(reader->lines->data, reader->lines->used,
				     prev, dest);
		break;
	}
}

/*
 * Charset
 */

/* Is all of it UTF-8, but for a character cut off at its end? */
static bool data_is_utf8(const unsigned char *data, size_t size)
{
	unichar_t chr;
	size_t i = 0;
	int ret;

	while (i < size) {
		if (data[i] < 0x80) {
			i++;
			continue;
		}
		ret = uni_utf8_get_char_n(data + i, size - i, &chr);
		if (ret <= 0)
			return ret == 0;
		i += ret;
	}
	return TRUE;
}

static void reader_use_fallback(struct eas_part_reader *reader)
{
	reader->charset_guessed = FALSE;
	charset_to_utf8_end(&reader->charset);
	if (charset_to_utf8_begin(TEXT_FALLBACK_CHARSET, NULL, &reader->charset) < 0)
		reader->charset = charset_utf8_to_utf8_begin(NULL);
}

/* Returns how many bytes were used. */
static size_t append_charset(struct eas_part_reader *reader, const unsigned char *data,
			     size_t size, buffer_t *dest)
{
	size_t used = size;

	if (reader->charset == NULL) {
		append_text(reader, data, size, dest);
		return size;
	}
	if (reader->charset_guessed && !data_is_utf8(data, size))
		reader_use_fallback(reader);
	buffer_set_used_size(reader->utf8, 0);
	(void)charset_to_utf8(reader->charset, data, &used, reader->utf8);
	append_text(reader, reader->utf8->data, reader->utf8->used, dest);
	return used;
}

/*
 * Transfer encoding
 */

static void decode_base64(struct eas_part_reader *reader, const unsigned char *data,
			  size_t size)
{
	if (reader->base64_ended)
		return;
	/* what stands behind the end, or behind an error, is no text of this part */
	if (base64_decode_more(&reader->base64, data, size, NULL, reader->decoded) <= 0)
		reader->base64_ended = TRUE;
}

/* Returns how many bytes of the stream were used. */
static size_t append_encoded(struct eas_part_reader *reader, const unsigned char *data,
			     size_t size, buffer_t *dest)
{
	const char *error;
	size_t invalid_pos, used;

	switch (reader->cte) {
	case MESSAGE_CTE_QP:
		(void)qp_decoder_more(reader->qp, data, size, &invalid_pos, &error);
		break;
	case MESSAGE_CTE_BASE64:
		decode_base64(reader, data, size);
		break;
	default:
		/* An unknown encoding is shown as it stands: better than nothing. */
		return append_charset(reader, data, size, dest);
	}
	used = append_charset(reader, reader->decoded->data,
			      reader->decoded->used, dest);
	buffer_delete(reader->decoded, 0, used);
	return size;
}

/* A character that is cut, at the end of the part. */
static void append_cut(struct eas_part_reader *reader, const unsigned char *data,
		       size_t size, buffer_t *dest)
{
	if (reader->charset_guessed) {
		reader_use_fallback(reader);
		if (append_charset(reader, data, size, dest) == size)
			return;
	}
	append_text(reader, (const unsigned char *)UNICODE_REPLACEMENT_CHAR_UTF8,
		    UTF8_REPLACEMENT_CHAR_LEN, dest);
}

/* The part is over: what is still held back. */
static void append_end(struct eas_part_reader *reader, buffer_t *dest)
{
	const char *error;
	size_t used;

	if (reader->qp != NULL) {
		(void)qp_decoder_finish(reader->qp, &error);
		used = append_charset(reader, reader->decoded->data,
				      reader->decoded->used, dest);
		buffer_delete(reader->decoded, 0, used);
	}
	if (reader->decoded->used > 0) {
		append_cut(reader, reader->decoded->data, reader->decoded->used, dest);
		buffer_set_used_size(reader->decoded, 0);
	}
	if (reader->html != NULL)
		eas_html_text_finish(reader->html, dest);
	if (reader->brief != NULL)
		eas_text_brief_finish(reader->brief, dest);
	if (reader->form == EAS_PART_FORM_HTML && !reader->meta_done)
		append_html_held(reader, dest);
	if (reader->encoder != NULL) {
		qp_encoder_finish(reader->encoder);
		buffer_append_buf(dest, reader->lines, 0, SIZE_MAX);
		buffer_set_used_size(reader->lines, 0);
	}
	if (reader->form == EAS_PART_FORM_TEXT_TO_HTML)
		buffer_append(dest, EAS_TEXT_HTML_TAIL, strlen(EAS_TEXT_HTML_TAIL));
}

/* Returns 1 = data, 0 = the end of the part, -1 = error. */
static int reader_read(struct eas_part_reader *reader, size_t min_size,
		       const unsigned char **data_r, size_t *size_r)
{
	if (reader->offset >= reader->end)
		return 0;
	if (reader->input->v_offset != reader->offset)
		i_stream_seek(reader->input, reader->offset);
	if (i_stream_read_bytes(reader->input, data_r, size_r, min_size) < 0 &&
	    *size_r == 0)
		return reader->input->stream_errno != 0 ? -1 : 0;
	if (*size_r > reader->end - reader->offset)
		*size_r = reader->end - reader->offset;
	if (*size_r > EAS_PART_READER_PIECE_MAX)
		*size_r = EAS_PART_READER_PIECE_MAX;
	return 1;
}

int eas_part_reader_more(struct eas_part_reader *reader, buffer_t *dest)
{
	const unsigned char *data;
	size_t size, used, min_size = 1;
	int ret;

	if (!reader->begun && reader->form == EAS_PART_FORM_TEXT_TO_HTML)
		buffer_append(dest, EAS_TEXT_HTML_HEAD, strlen(EAS_TEXT_HTML_HEAD));
	reader->begun = TRUE;

	do {
		ret = reader_read(reader, min_size, &data, &size);
		if (ret <= 0) {
			if (ret == 0)
				append_end(reader, dest);
			return ret;
		}
		used = append_encoded(reader, data, size, dest);
		i_assert(used <= size);
		if (used == 0 && size < min_size) {
			/* there is no more of it */
			append_cut(reader, data, size, dest);
			used = size;
		}
		min_size = size + 1;
	} while (used == 0);

	i_stream_skip(reader->input, used);
	reader->offset += used;
	return 1;
}
