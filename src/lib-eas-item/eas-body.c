/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "ostream.h"
#include "unichar.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-email-message.h"
#include "eas-mime.h"
#include "eas-body.h"

/* A plain body cut below this many bytes is shown in a list (quirk 53). */
#define BODY_BRIEF_BYTES 1024
/* A preview is looked for so far into a body. */
#define BODY_PREVIEW_SOURCE_BYTES (32*1024)
/* A body up to this size is read whole even to be cut, so that its size is exact. */
#define BODY_EXACT_BYTES 8192
/* Held back from a piece until the next one: a character may be cut there. */
#define BODY_TAIL_BYTES 4

/* MS-ASAIRS "Status" (2.2.2.37) */
#define BODY_PART_STATUS_OK 1
#define BODY_PART_STATUS_TOO_LARGE 176

struct eas_body {
	const struct eas_body_source *source;
	enum eas_version version;
	struct eas_body_parts *parts;
	/* it is a BodyPart */
	bool message_part;

	enum eas_body_type type;
	/* what it is made of, one behind the other: one, but for some MIME */
	pool_t pool;
	ARRAY_TYPE(eas_mime_segment) segments;
	unsigned int next_segment;

	/* of the segment before the next one */
	struct eas_part_reader *reader;
	buffer_t *head;
	/* all of it is in head */
	bool whole;
	/* of the whole body: exact, or an estimate for large ones */
	uoff_t size;
	/* so much of it is sent */
	uoff_t limit;
	bool truncated, have_data;
	char *preview;
};

/*
 * Choosing
 */

enum eas_body_type eas_body_get_native_type(const struct eas_body_source *source)
{
	return source->html != NULL ? EAS_BODY_TYPE_HTML : EAS_BODY_TYPE_TEXT;
}

static bool body_mime_is_wanted(const struct eas_body_source *source,
				const struct eas_body_options *options)
{
	if (source->message == NULL)
		return FALSE;
	if (!options->mime_support_sent) {
		/* quirk 48: the preference is a permission; quirk 49: signed mail */
		return source->smime || options->preferences_count == 1;
	}
	switch (options->mime_support) {
	case EAS_MIME_SUPPORT_NEVER:
		return FALSE;
	case EAS_MIME_SUPPORT_SMIME:
		return source->smime;
	case EAS_MIME_SUPPORT_ALWAYS:
		return TRUE;
	}
	i_unreached();
}

static void candidate_add(const struct eas_body_options *options, enum eas_body_type type,
			  struct eas_body_preference *list, unsigned int *count)
{
	const struct eas_body_preference *pref;
	unsigned int i;

	for (i = 0; i < options->preferences_count; i++) {
		pref = &options->preferences[i];
		if (pref->type != type)
			continue;
		list[*count] = *pref;
		/* the older of the two limits on MIME counts only alone */
		if (type == EAS_BODY_TYPE_MIME && pref->truncation_size == UOFF_T_MAX)
			list[*count].truncation_size = options->mime_truncation_size;
		*count += 1;
	}
}

/* The preferences that can be served, best first: MIME where it is due, then the type that needs
   no conversion, then the other one. MS-ASAIRS "AllOrNone (BodyPreference)" (2.2.2.3.2).
   Returns their number; 0 if the device asked for no body. */
static unsigned int
body_candidates(const struct eas_body_source *source,
		const struct eas_body_options *options,
		struct eas_body_preference list_r[EAS_BODY_MAX_PREFERENCES])
{
	enum eas_body_type native = eas_body_get_native_type(source);
	unsigned int count = 0;

	if (body_mime_is_wanted(source, options)) {
		candidate_add(options, EAS_BODY_TYPE_MIME, list_r, &count);
		if (options->preferences_count == 0 && options->mime_support_sent) {
			i_zero(&list_r[0]);
			list_r[0].type = EAS_BODY_TYPE_MIME;
			list_r[0].truncation_size = options->mime_truncation_size;
			count = 1;
		}
	}
	candidate_add(options, native, list_r, &count);
	candidate_add(options, native == EAS_BODY_TYPE_HTML ?
		      EAS_BODY_TYPE_TEXT : EAS_BODY_TYPE_HTML, list_r, &count);
	if (count == 0 && options->preferences_count > 0) {
		/* only types that cannot be had here: the "regular body" */
		list_r[0] = options->preferences[0];
		list_r[0].type = native;
		count = 1;
	}
	return count;
}

static void body_set_part(struct eas_body *body, const struct eas_part_place *place,
			  enum eas_part_form form)
{
	struct eas_mime_segment *segment;

	if (place == NULL || place->size == 0)
		return;
	segment = array_append_space(&body->segments);
	segment->place = *place;
	segment->form = form;
}

/* Returns -1 if the stream failed. */
static int body_set_type(struct eas_body *body, const struct eas_body_preference *pref)
{
	const struct eas_body_source *source = body->source;
	enum eas_part_form form;

	body->type = pref->type;
	array_clear(&body->segments);
	switch (pref->type) {
	case EAS_BODY_TYPE_MIME:
		return eas_mime_get_segments(source->message, body->pool,
					     &body->segments);
	case EAS_BODY_TYPE_HTML:
		if (source->html != NULL)
			body_set_part(body, source->html, EAS_PART_FORM_HTML);
		else
			body_set_part(body, source->text, EAS_PART_FORM_TEXT_TO_HTML);
		break;
	default:
		form = pref->truncation_size < BODY_BRIEF_BYTES ?
			EAS_PART_FORM_HTML_TO_TEXT_BRIEF : EAS_PART_FORM_HTML_TO_TEXT;
		if (source->text != NULL)
			body_set_part(body, source->text, EAS_PART_FORM_UTF8);
		else
			body_set_part(body, source->html, form);
		break;
	}
	return 0;
}

/*
 * Reading its beginning
 */

static uoff_t body_estimate_size(const struct eas_body *body)
{
	const struct message_part *root;
	const struct eas_mime_segment *segment;
	uoff_t size = 0;

	if (body->type == EAS_BODY_TYPE_MIME && array_count(&body->segments) == 1) {
		root = body->source->message->parts[0].part;
		return root->header_size.virtual_size + root->body_size.virtual_size;
	}
	array_foreach(&body->segments, segment) {
		if (segment->literal != NULL)
			size += strlen(segment->literal);
		else if (segment->place.cte == MESSAGE_CTE_BASE64)
			size += segment->place.size / 78 * 57;
		else
			size += segment->place.size;
	}
	return I_MAX(size, body->head->used);
}

static struct istream *body_text_input(const struct eas_body_source *source)
{
	return source->text_input != NULL ? source->text_input : source->input;
}

/* As eas_part_reader_more(), through all segments. */
static int body_more(struct eas_body *body, buffer_t *dest)
{
	const struct eas_mime_segment *segment;
	int ret;

	if (body->reader != NULL) {
		ret = eas_part_reader_more(body->reader, dest);
		if (ret != 0)
			return ret;
		eas_part_reader_deinit(&body->reader);
	}
	if (body->next_segment == array_count(&body->segments))
		return 0;
	segment = array_idx(&body->segments, body->next_segment++);
	if (segment->literal != NULL) {
		buffer_append(dest, segment->literal, strlen(segment->literal));
	} else {
		body->reader = eas_part_reader_init(body->type == EAS_BODY_TYPE_MIME ? body->source->input :
						    body_text_input(body->source),
						    &segment->place, segment->form);
	}
	return 1;
}

/* Read head up to more than max bytes, or to the end. Returns 1 = there is more, 0 = that was
   all, -1 = error. */
static int body_read_head(struct eas_body *body, size_t max)
{
	int ret = 1;

	eas_part_reader_deinit(&body->reader);
	body->next_segment = 0;
	buffer_set_used_size(body->head, 0);
	while (body->head->used <= max && (ret = body_more(body, body->head)) > 0) ;
	return ret;
}

/* Count the bytes behind head, then stand behind head again. */
static int body_count_rest(struct eas_body *body)
{
	buffer_t *piece = buffer_create_dynamic(default_pool, EAS_PART_READER_PIECE_MAX);
	size_t head_size = body->head->used;
	int ret;

	body->size = head_size;
	while ((ret = body_more(body, piece)) > 0) {
		body->size += piece->used;
		buffer_set_used_size(piece, 0);
	}
	body->size += piece->used;
	buffer_free(&piece);
	if (ret < 0)
		return -1;
	ret = body_read_head(body, head_size - 1);
	return ret < 0 ? -1 : 0;
}

/* A text that does not fit anyway, and is for a list of mails: as much of it as can be read there. What it
   says of its size is true of the whole one (quirk 53). */
static int body_make_brief(struct eas_body *body)
{
	struct eas_mime_segment *segment;
	int ret;

	array_foreach_modifiable(&body->segments, segment)
		segment->form = EAS_PART_FORM_UTF8_BRIEF;
	ret = body_read_head(body, BODY_EXACT_BYTES);
	body->whole = ret == 0;
	return ret < 0 ? -1 : 0;
}

static int body_measure(struct eas_body *body, const struct eas_body_preference *pref)
{
	uoff_t limit = pref->truncation_size;
	int ret = 0;

	if (body_set_type(body, pref) < 0)
		return -1;
	body->limit = limit;
	body->have_data = TRUE;
	body->size = 0;
	ret = body_read_head(body, I_MIN(I_MAX(limit, BODY_EXACT_BYTES),
					 EAS_BODY_MEMORY_BYTES));
	if (ret < 0)
		return -1;
	body->whole = ret == 0;
	if (body->whole)
		body->size = body->head->used;
	else if (limit < body->head->used || limit == UOFF_T_MAX)
		body->size = body_estimate_size(body);
	else if (body_count_rest(body) < 0)
		return -1;
	body->truncated = limit < body->size;
	if (body->truncated && limit < BODY_BRIEF_BYTES && body->type == EAS_BODY_TYPE_TEXT &&
	    body->source->text != NULL)
		return body_make_brief(body);
	return 0;
}

/* The first body that comes whole where it must; else a body without data. */
static int body_choose(struct eas_body *body, const struct eas_body_options *options,
		       const struct eas_body_preference **pref_r,
		       struct eas_body_preference list[EAS_BODY_MAX_PREFERENCES])
{
	unsigned int i, count = body_candidates(body->source, options, list);

	if (count == 0) {
		i_zero(&list[0]);
		list[0].type = eas_body_get_native_type(body->source);
		list[0].all_or_none = TRUE;
		count = 1;
	}
	for (i = 0; i < count; i++) {
		if (body_measure(body, &list[i]) < 0)
			return -1;
		if (!body->truncated || !list[i].all_or_none)
			break;
	}
	if (i == count) {
		if (count > 1 && body_measure(body, &list[0]) < 0)
			return -1;
		body->have_data = FALSE;
		i = 0;
	}
	*pref_r = &list[i];
	return 0;
}

/*
 * Preview
 */

/* Append text with its white space as single spaces, up to max characters.
   Returns FALSE when it is full. */
static bool preview_append(string_t *dest, const buffer_t *text, unsigned int max)
{
	const unsigned char *data = text->data;
	unsigned int count = 0, len;
	size_t i;
	bool space = FALSE;

	for (i = 0; i < text->used; i += len) {
		len = 1;
		if (data[i] <= 0x20) {
			space = str_len(dest) > 0;
			continue;
		}
		len = uni_utf8_char_bytes(data[i]);
		if (len > text->used - i)
			break;
		if (count + (space ? 2 : 1) > max)
			return FALSE;
		if (space) {
			str_append_c(dest, ' ');
			count++;
		}
		buffer_append(dest, data + i, len);
		count++;
		space = FALSE;
	}
	return TRUE;
}

static int body_read_preview(struct eas_body *body, unsigned int max)
{
	const struct eas_part_place *part = body->source->text;
	enum eas_part_form form = EAS_PART_FORM_UTF8_BRIEF;
	struct eas_part_reader *reader;
	buffer_t *text;
	string_t *preview;
	int ret;

	if (part == NULL) {
		part = body->source->html;
		form = EAS_PART_FORM_HTML_TO_TEXT_BRIEF;
	}
	if (part == NULL || part->size == 0)
		return 0;
	text = buffer_create_dynamic(default_pool, EAS_PART_READER_PIECE_MAX);
	preview = t_str_new(512);
	reader = eas_part_reader_init(body_text_input(body->source), part, form);
	do {
		ret = eas_part_reader_more(reader, text);
		str_truncate(preview, 0);
	} while (preview_append(preview, text, max) && ret > 0 &&
		 text->used < BODY_PREVIEW_SOURCE_BYTES);
	eas_part_reader_deinit(&reader);
	buffer_free(&text);
	if (str_len(preview) > 0)
		body->preview = i_strdup(str_c(preview));
	return ret < 0 ? -1 : 0;
}

static bool body_sends_data(const struct eas_body *body)
{
	return body->have_data && body->head->used > 0 && body->limit > 0;
}

int eas_body_open(const struct eas_body_source *source,
		  const struct eas_body_options *options, struct eas_body **body_r)
{
	struct eas_body_preference list[EAS_BODY_MAX_PREFERENCES];
	const struct eas_body_preference *pref;
	struct eas_body *body;
	int ret;

	body = i_new(struct eas_body, 1);
	body->source = source;
	body->version = options->version;
	body->parts = options->parts;
	body->head = buffer_create_dynamic(default_pool, EAS_PART_READER_PIECE_MAX);
	body->pool = pool_alloconly_create("eas body", 512);
	p_array_init(&body->segments, body->pool, 1);
	ret = body_choose(body, options, &pref, list);
	/* beside plain text a preview says nothing new. MS-ASAIRS "Preview (Body)" */
	if (ret == 0 && pref->preview > 0 &&
	    (body->type != EAS_BODY_TYPE_TEXT || !body_sends_data(body))) T_BEGIN {
		ret = body_read_preview(body, pref->preview);
	} T_END;
	if (ret < 0) {
		eas_body_close(&body);
		return -1;
	}
	*body_r = body;
	return 0;
}

int eas_body_open_part(const struct eas_body_source *source,
		       const struct eas_body_options *options, struct eas_body **body_r)
{
	const struct eas_body_options part_options = {
		.version = options->version,
		.preferences[0] = options->part,
		.preferences_count = 1,
		.mime_truncation_size = UOFF_T_MAX
	};

	i_assert(options->part.type == EAS_BODY_TYPE_HTML);
	if (eas_body_open(source, &part_options, body_r) < 0)
		return -1;
	(*body_r)->message_part = TRUE;
	return 0;
}

bool eas_body_is_wanted(const struct eas_body_options *options)
{
	return options->preferences_count > 0 || options->part.type == EAS_BODY_TYPE_NONE;
}

void eas_body_close(struct eas_body **_body)
{
	struct eas_body *body = *_body;

	if (body == NULL)
		return;
	*_body = NULL;
	eas_part_reader_deinit(&body->reader);
	buffer_free(&body->head);
	i_free(body->preview);
	pool_unref(&body->pool);
	i_free(body);
}

/*
 * Writing
 */

static void body_emit(struct eas_body *body, struct wbxml_writer *writer, size_t size)
{
	if (body->parts == NULL)
		wbxml_writer_text_data(writer, body->head->data, size);
	else
		o_stream_nsend(body->parts->output, body->head->data, size);
	buffer_delete(body->head, 0, size);
}

/* Where to cut so that no character is cut: max or a little before it. */
static size_t body_cut(const buffer_t *text, size_t max)
{
	const unsigned char *data = text->data;
	size_t pos = max;

	if (max >= text->used)
		return text->used;
	while (pos > 0 && max - pos < BODY_TAIL_BYTES && (data[pos] & 0xc0) == 0x80)
		pos--;
	/* no character at all is so long: it was none */
	return (data[pos] & 0xc0) == 0x80 ? max : pos;
}

static int body_write_data(struct eas_body *body, struct wbxml_writer *writer,
			   uoff_t *sent_r)
{
	uoff_t sent = 0;
	size_t size;
	int ret = 1;

	for (;;) {
		if (body->head->used > body->limit - sent) {
			size = body_cut(body->head, body->limit - sent);
			body_emit(body, writer, size);
			sent += size;
			break;
		}
		size = body->head->used;
		if (body->whole || ret <= 0) {
			body_emit(body, writer, size);
			sent += size;
			break;
		}
		if (size > BODY_TAIL_BYTES) {
			size -= BODY_TAIL_BYTES;
			body_emit(body, writer, size);
			sent += size;
		}
		ret = body_more(body, body->head);
	}
	*sent_r = sent;
	return ret < 0 ? -1 : 0;
}

int eas_body_write(struct eas_body *body, struct wbxml_writer *writer)
{
	wbxml_tag_t tag = body->message_part ? EAS_TAG_AIRSYNCBASE_BODY_PART :
		EAS_TAG_AIRSYNCBASE_BODY;
	bool have_data = body_sends_data(body);
	uoff_t sent = 0;
	int ret = 0;

	wbxml_writer_start(writer, tag);
	if (body->message_part) {
		wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_STATUS,
					  body->have_data ? BODY_PART_STATUS_OK :
					  BODY_PART_STATUS_TOO_LARGE);
	}
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_TYPE, body->type);
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_ESTIMATED_DATA_SIZE,
				  body->size);
	/* said for mail: some phones take its absence for a 1 */
	if (body->truncated || !body->source->truncated_only) {
		wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_TRUNCATED,
					  body->truncated ? 1 : 0);
	}
	if (have_data && body->parts == NULL) {
		wbxml_writer_start(writer, EAS_TAG_AIRSYNCBASE_DATA);
		ret = body_write_data(body, writer, &sent);
		wbxml_writer_end(writer, EAS_TAG_AIRSYNCBASE_DATA);
	}
	if (body->preview != NULL)
		wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_PREVIEW, body->preview);
	if (have_data && body->parts != NULL) {
		ret = body_write_data(body, writer, &sent);
		array_push_back(&body->parts->sizes, &sent);
		wbxml_writer_element_uint(writer, EAS_TAG_ITEM_OPERATIONS_PART,
					  array_count(&body->parts->sizes));
	}
	wbxml_writer_end(writer, tag);
	return ret;
}
