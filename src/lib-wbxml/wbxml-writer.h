/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WBXML_WRITER_H
#define WBXML_WRITER_H

/* Events -> bytes, straight into a stream. Page switches, tags without content
   and containers that turn out empty are the writer's business.

   Text is made legal on the way: invalid UTF-8 becomes U+FFFD, characters XML
   1.0 forbids (NUL, U+0001, ...) become U+FFFD too; line ends stay. */

#include "wbxml.h"

struct istream;
struct ostream;
struct wbxml_node;

/* Writes the document head at the first element. The stream is referenced. It
   must be one that takes all it is given (blocking, buffer or unlimited). */
struct wbxml_writer *wbxml_writer_create(struct ostream *output);
/* A writer of fragments: without a head, and beginning with a page switch of its own, so
   that what it writes can be taken into any document. For items that may fail
   half-way and for pieces whose surroundings are decided later. */
struct wbxml_writer *wbxml_writer_create_fragment(struct ostream *output);
/* All elements must be closed, unless nothing at all was written. Does not flush
   or close the stream. */
void wbxml_writer_destroy(struct wbxml_writer **writer);
/* The document is given up: no element need be closed. *writer may be NULL. */
void wbxml_writer_abort(struct wbxml_writer **writer);

/* Returns 0, or -1 when the stream has failed. Write errors are kept by the stream, so
   writers of documents need not look after each call. */
int wbxml_writer_check(struct wbxml_writer *writer);
/* TRUE once any byte was given to the stream. */
bool wbxml_writer_has_output(struct wbxml_writer *writer);

/* Open an element; it is written as an empty tag if nothing follows before end. */
void wbxml_writer_start(struct wbxml_writer *writer, wbxml_tag_t tag);
/* Open an element that is written only once something is written inside it: a
   container which must never be empty (Responses, Commands, Collections). */
void wbxml_writer_start_optional(struct wbxml_writer *writer, wbxml_tag_t tag);
/* Close the innermost open element, which must be tag. */
void wbxml_writer_end(struct wbxml_writer *writer, wbxml_tag_t tag);

/* Text inside the open element, all at once or in pieces. An empty text writes nothing. */
void wbxml_writer_text(struct wbxml_writer *writer, const char *text);
void wbxml_writer_text_data(struct wbxml_writer *writer,
			    const void *data, size_t size);
/* The rest of a stream as text of the open element. Returns 0, or -1 if reading failed:
   the text so far is there and is closed properly. */
int wbxml_writer_text_stream(struct wbxml_writer *writer, struct istream *input);
void wbxml_writer_opaque(struct wbxml_writer *writer,
			 const void *data, size_t size);

/* <tag>text</tag>, <tag>5</tag>, <tag/> */
void wbxml_writer_element(struct wbxml_writer *writer,
			  wbxml_tag_t tag, const char *text);
void wbxml_writer_element_uint(struct wbxml_writer *writer,
			       wbxml_tag_t tag, uintmax_t number);
void wbxml_writer_element_opaque(struct wbxml_writer *writer, wbxml_tag_t tag,
				 const void *data, size_t size);
void wbxml_writer_empty(struct wbxml_writer *writer, wbxml_tag_t tag);
/* One or more whole fragments, one behind the other, as content of the open element; the
   bytes may come in several calls. size 0 writes nothing. */
void wbxml_writer_fragment(struct wbxml_writer *writer, const void *data, size_t size);
/* The node with all below it. */
void wbxml_writer_node(struct wbxml_writer *writer, const struct wbxml_node *node);

#endif
