/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WBXML_PARSER_H
#define WBXML_PARSER_H

/* Bytes -> events, incremental and bounded. A value of any length passes in
   pieces; nothing is kept but one piece and the open tags. */

#include "wbxml.h"

struct istream;

enum wbxml_event_type {
	/* <tag>: tag is set. An element without content is a START
	   followed at once by its END. */
	WBXML_EVENT_START,
	/* A piece of text or of opaque data: data, size. The pieces of one value
	   follow each other; the last has more=FALSE and may be empty. */
	WBXML_EVENT_TEXT,
	WBXML_EVENT_OPAQUE,
	/* </tag>: tag is set again. */
	WBXML_EVENT_END,
	/* The document is complete: its root was closed. */
	WBXML_EVENT_DOCUMENT_END
};

struct wbxml_event {
	enum wbxml_event_type type;
	wbxml_tag_t tag;
	/* valid until the next call */
	const unsigned char *data;
	size_t size;
	bool more;
};

/* The stream is referenced. Limits are copied. */
struct wbxml_parser *
wbxml_parser_init(struct istream *input, const struct wbxml_limits *limits);
void wbxml_parser_deinit(struct wbxml_parser **parser);

/* Returns 1 and the next event, 0 when the stream has no more for now (a
   nonblocking one), -1 on an error: the document is broken, over a limit, ends
   early, or reading failed. After DOCUMENT_END, further bytes are not read. */
int wbxml_parser_next(struct wbxml_parser *parser, struct wbxml_event *event_r);

/* Why _next() returned -1: one sentence with the byte offset. */
const char *wbxml_parser_get_error(struct wbxml_parser *parser);
/* TRUE when the stream failed rather than the document. */
bool wbxml_parser_has_stream_error(struct wbxml_parser *parser);

#endif
