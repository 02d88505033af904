/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "istream.h"
#include "wbxml-parser.h"

enum wbxml_parser_state {
	WBXML_PARSER_STATE_HEAD,
	WBXML_PARSER_STATE_BODY,
	/* inside an inline string */
	WBXML_PARSER_STATE_TEXT,
	/* inside opaque data, opaque_left bytes before its end */
	WBXML_PARSER_STATE_OPAQUE,
	/* an empty tag was reported: its end comes next */
	WBXML_PARSER_STATE_EMPTY,
	WBXML_PARSER_STATE_FAILED
};

struct wbxml_parser {
	struct istream *input;
	struct wbxml_limits limits;
	enum wbxml_parser_state state;

	unsigned char page;
	wbxml_tag_t open[WBXML_MAX_DEPTH];
	unsigned int depth, elements;

	/* bytes taken from the stream */
	uoff_t offset;
	/* bytes looked at, but taken only when the whole token is there: a nonblocking
	   stream may stop in the middle of one */
	size_t pos;
	/* bytes of the last event, taken at the next call */
	size_t event_bytes;

	uoff_t value_bytes;
	uint32_t opaque_left;

	char *error;
	bool stream_error;
};

struct wbxml_parser *
wbxml_parser_init(struct istream *input, const struct wbxml_limits *limits)
{
	struct wbxml_parser *parser;

	i_assert(limits->max_depth > 0 && limits->max_depth <= WBXML_MAX_DEPTH);

	parser = i_new(struct wbxml_parser, 1);
	parser->input = input;
	parser->limits = *limits;
	i_stream_ref(input);
	return parser;
}

void wbxml_parser_deinit(struct wbxml_parser **_parser)
{
	struct wbxml_parser *parser = *_parser;

	*_parser = NULL;
	i_stream_unref(&parser->input);
	i_free(parser->error);
	i_free(parser);
}

const char *wbxml_parser_get_error(struct wbxml_parser *parser)
{
	i_assert(parser->error != NULL);
	return parser->error;
}

bool wbxml_parser_has_stream_error(struct wbxml_parser *parser)
{
	return parser->stream_error;
}

static int ATTR_FORMAT(2, 3)
wbxml_parser_fail(struct wbxml_parser *parser, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	parser->error = i_strdup_printf("byte %"PRIuUOFF_T": %s", parser->offset,
					t_strdup_vprintf(format, args));
	va_end(args);
	parser->state = WBXML_PARSER_STATE_FAILED;
	return -1;
}

static int wbxml_parser_peek(struct wbxml_parser *parser, size_t want,
			     const unsigned char **data_r, size_t *size_r)
{
	int ret;

	ret = i_stream_read_bytes(parser->input, data_r, size_r, want);
	if (ret >= 0)
		return ret;
	if (parser->input->stream_errno != 0) {
		parser->stream_error = TRUE;
		return wbxml_parser_fail(parser, "read(%s) failed: %s",
					 i_stream_get_name(parser->input),
					 i_stream_get_error(parser->input));
	}
	return wbxml_parser_fail(parser, "document ends too early");
}

/* Look at the next byte of the token. */
static int
wbxml_parser_byte(struct wbxml_parser *parser, unsigned char *byte_r)
{
	const unsigned char *data;
	size_t size;
	int ret;

	if ((ret = wbxml_parser_peek(parser, parser->pos + 1, &data, &size)) <= 0)
		return ret;
	*byte_r = data[parser->pos++];
	return 1;
}

/* Multi-byte integer: 7 bits a byte, all but the last with the high bit. */
static int wbxml_parser_uint32(struct wbxml_parser *parser, uint32_t *number_r)
{
	unsigned char byte;
	uint32_t number = 0;
	int ret;

	do {
		if ((ret = wbxml_parser_byte(parser, &byte)) <= 0)
			return ret;
		if (number > (UINT32_MAX >> 7))
			return wbxml_parser_fail(parser, "number is too large");
		number = number << 7 | (byte & 0x7f);
	} while ((byte & 0x80) != 0);
	*number_r = number;
	return 1;
}

static void wbxml_parser_skip(struct wbxml_parser *parser, size_t bytes)
{
	i_stream_skip(parser->input, bytes);
	parser->offset += bytes;
}

/* The token is complete. */
static void wbxml_parser_take(struct wbxml_parser *parser)
{
	wbxml_parser_skip(parser, parser->pos);
	parser->pos = 0;
}

/* WBXML 1.3 "Document Structure" (5.): version, public id, charset, string table */
static int wbxml_parser_head(struct wbxml_parser *parser)
{
	unsigned char version;
	uint32_t public_id, charset, table_bytes;
	int ret;

	if ((ret = wbxml_parser_byte(parser, &version)) <= 0 ||
	    (ret = wbxml_parser_uint32(parser, &public_id)) <= 0 ||
	    (ret = wbxml_parser_uint32(parser, &charset)) <= 0 ||
	    (ret = wbxml_parser_uint32(parser, &table_bytes)) <= 0)
		return ret;

	if (version == 0 || version > WBXML_VERSION_13) {
		return wbxml_parser_fail(parser, "not WBXML 1.x: version byte 0x%02x",
					 version);
	}
	if (public_id == 0) {
		return wbxml_parser_fail(parser,
			"public identifier by name is not used in EAS");
	}
	/* The specification demands UTF-8; 0 = not said, 3 = US-ASCII */
	if (charset != WBXML_CHARSET_UTF8 && charset != 0 && charset != 3) {
		return wbxml_parser_fail(parser, "charset %u is not UTF-8", charset);
	}
	if (table_bytes != 0) {
		return wbxml_parser_fail(parser,
			"string tables are not used in EAS");
	}
	wbxml_parser_take(parser);
	parser->state = WBXML_PARSER_STATE_BODY;
	return 1;
}

static int wbxml_parser_switch_page(struct wbxml_parser *parser)
{
	unsigned char page;
	int ret;

	if ((ret = wbxml_parser_byte(parser, &page)) <= 0)
		return ret;
	wbxml_parser_take(parser);
	parser->page = page;
	return 1;
}

static int wbxml_parser_start(struct wbxml_parser *parser, unsigned char byte,
			      struct wbxml_event *event_r)
{
	if ((byte & 0x3f) < WBXML_TAG_TOKEN_MIN ||
	    (byte & WBXML_TAG_ATTRIBUTES) != 0) {
		return wbxml_parser_fail(parser,
			"token 0x%02x is not used in EAS", byte);
	}
	if (parser->depth == parser->limits.max_depth) {
		return wbxml_parser_fail(parser, "more than %u elements deep",
					 parser->limits.max_depth);
	}
	if (parser->elements++ == parser->limits.max_elements) {
		return wbxml_parser_fail(parser, "more than %u elements",
					 parser->limits.max_elements);
	}
	wbxml_parser_take(parser);
	event_r->type = WBXML_EVENT_START;
	event_r->tag = WBXML_TAG(parser->page, byte & 0x3f);
	parser->open[parser->depth++] = event_r->tag;
	if ((byte & WBXML_TAG_CONTENT) == 0)
		parser->state = WBXML_PARSER_STATE_EMPTY;
	return 1;
}

static int wbxml_parser_end(struct wbxml_parser *parser,
			    struct wbxml_event *event_r)
{
	wbxml_parser_take(parser);
	event_r->type = WBXML_EVENT_END;
	event_r->tag = parser->open[--parser->depth];
	parser->state = WBXML_PARSER_STATE_BODY;
	return 1;
}

static int wbxml_parser_opaque_head(struct wbxml_parser *parser)
{
	int ret;

	if ((ret = wbxml_parser_uint32(parser, &parser->opaque_left)) <= 0)
		return ret;
	if (parser->opaque_left > parser->limits.max_value_bytes) {
		return wbxml_parser_fail(parser,
			"value of %u bytes is longer than %"PRIuUOFF_T,
			parser->opaque_left, parser->limits.max_value_bytes);
	}
	wbxml_parser_take(parser);
	parser->state = WBXML_PARSER_STATE_OPAQUE;
	return 1;
}

/* Read one token. Returns 1, 0 = needs more, -1 = error; *have_event_r says whether
   it makes an event. */
static int wbxml_parser_body(struct wbxml_parser *parser,
			     struct wbxml_event *event_r, bool *have_event_r)
{
	unsigned char byte;
	int ret;

	if (parser->depth == 0 && parser->elements > 0) {
		event_r->type = WBXML_EVENT_DOCUMENT_END;
		*have_event_r = TRUE;
		return 1;
	}
	if ((ret = wbxml_parser_byte(parser, &byte)) <= 0)
		return ret;
	if (byte == WBXML_SWITCH_PAGE)
		return wbxml_parser_switch_page(parser);
	if (parser->depth == 0 && (byte == WBXML_END || byte == WBXML_STR_I ||
				   byte == WBXML_OPAQUE)) {
		return wbxml_parser_fail(parser,
			"token 0x%02x outside of an element", byte);
	}
	switch (byte) {
	case WBXML_STR_I:
		wbxml_parser_take(parser);
		parser->value_bytes = 0;
		parser->state = WBXML_PARSER_STATE_TEXT;
		return 1;
	case WBXML_OPAQUE:
		return wbxml_parser_opaque_head(parser);
	case WBXML_END:
		*have_event_r = TRUE;
		return wbxml_parser_end(parser, event_r);
	default:
		*have_event_r = TRUE;
		return wbxml_parser_start(parser, byte, event_r);
	}
}

static int wbxml_parser_text(struct wbxml_parser *parser,
			     struct wbxml_event *event_r)
{
	const unsigned char *data, *nul;
	size_t size;
	int ret;

	if ((ret = wbxml_parser_peek(parser, 1, &data, &size)) <= 0)
		return ret;
	nul = memchr(data, '\0', size);
	event_r->type = WBXML_EVENT_TEXT;
	event_r->data = data;
	event_r->size = nul == NULL ? size : (size_t)(nul - data);
	event_r->more = nul == NULL;

	parser->value_bytes += event_r->size;
	if (parser->value_bytes > parser->limits.max_value_bytes) {
		return wbxml_parser_fail(parser,
			"value is longer than %"PRIuUOFF_T" bytes",
			parser->limits.max_value_bytes);
	}
	parser->event_bytes = event_r->size;
	if (nul != NULL) {
		parser->event_bytes++;
		parser->state = WBXML_PARSER_STATE_BODY;
	}
	return 1;
}

static int wbxml_parser_opaque(struct wbxml_parser *parser,
			       struct wbxml_event *event_r)
{
	const unsigned char *data;
	size_t size;
	int ret;

	if (parser->opaque_left == 0) {
		data = (const unsigned char *)"";
		size = 0;
	} else if ((ret = wbxml_parser_peek(parser, 1, &data, &size)) <= 0) {
		return ret;
	}
	event_r->type = WBXML_EVENT_OPAQUE;
	event_r->data = data;
	event_r->size = I_MIN(size, parser->opaque_left);
	parser->event_bytes = event_r->size;
	parser->opaque_left -= event_r->size;
	event_r->more = parser->opaque_left > 0;
	if (!event_r->more)
		parser->state = WBXML_PARSER_STATE_BODY;
	return 1;
}

static int wbxml_parser_step(struct wbxml_parser *parser,
			     struct wbxml_event *event_r, bool *have_event_r)
{
	if (parser->offset > parser->limits.max_document_bytes) {
		return wbxml_parser_fail(parser,
			"document is longer than %"PRIuUOFF_T" bytes",
			parser->limits.max_document_bytes);
	}
	switch (parser->state) {
	case WBXML_PARSER_STATE_HEAD:
		return wbxml_parser_head(parser);
	case WBXML_PARSER_STATE_BODY:
		return wbxml_parser_body(parser, event_r, have_event_r);
	case WBXML_PARSER_STATE_TEXT:
		*have_event_r = TRUE;
		return wbxml_parser_text(parser, event_r);
	case WBXML_PARSER_STATE_OPAQUE:
		*have_event_r = TRUE;
		return wbxml_parser_opaque(parser, event_r);
	case WBXML_PARSER_STATE_EMPTY:
		*have_event_r = TRUE;
		return wbxml_parser_end(parser, event_r);
	case WBXML_PARSER_STATE_FAILED:
		break;
	}
	i_unreached();
}

int wbxml_parser_next(struct wbxml_parser *parser, struct wbxml_event *event_r)
{
	bool have_event = FALSE;
	int ret;

	if (parser->state == WBXML_PARSER_STATE_FAILED)
		return -1;

	wbxml_parser_skip(parser, parser->event_bytes);
	parser->event_bytes = 0;
	do {
		i_zero(event_r);
		if (parser->depth > 0)
			event_r->tag = parser->open[parser->depth - 1];
		parser->pos = 0;
		ret = wbxml_parser_step(parser, event_r, &have_event);
	} while (ret > 0 && !have_event);
	return ret;
}
