/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes give the same events, whole or byte by byte, and end. */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "fuzzer.h"
#include "test-common.h"
#include "wbxml-parser.h"

static const struct wbxml_limits limits = {
	.max_depth = 16,
	.max_elements = 1000,
	.max_value_bytes = 1024,
	.max_document_bytes = 8192
};

/* Events into dest, pieces of a value joined. */
static int fuzz_read(struct wbxml_parser *parser, buffer_t *dest)
{
	struct wbxml_event event;
	int ret;

	while ((ret = wbxml_parser_next(parser, &event)) > 0) {
		if (event.type == WBXML_EVENT_TEXT ||
		    event.type == WBXML_EVENT_OPAQUE) {
			buffer_append(dest, event.data, event.size);
			if (event.more)
				continue;
		}
		buffer_append_c(dest, event.type);
		buffer_append(dest, &event.tag, sizeof(event.tag));
		if (event.type == WBXML_EVENT_DOCUMENT_END)
			break;
	}
	return ret;
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	buffer_t *whole = buffer_create_dynamic(default_pool, 1024);
	buffer_t *pieces = buffer_create_dynamic(default_pool, 1024);
	struct istream *input = i_stream_create_from_data(data, size);
	struct wbxml_parser *parser = wbxml_parser_init(input, &limits);
	int whole_ret = fuzz_read(parser, whole), ret = 0;

	wbxml_parser_deinit(&parser);
	i_stream_unref(&input);

	input = test_istream_create_data(data, size);
	test_istream_set_allow_eof(input, FALSE);
	parser = wbxml_parser_init(input, &limits);
	for (size_t i = 0; i <= size && ret == 0; i++) {
		test_istream_set_size(input, i);
		test_istream_set_allow_eof(input, i == size);
		ret = fuzz_read(parser, pieces);
	}
	wbxml_parser_deinit(&parser);
	i_stream_unref(&input);

	i_assert(ret == whole_ret);
	/* of a value that is too long, pieces show the beginning */
	if (ret > 0)
		i_assert(buffer_cmp(whole, pieces));
	buffer_free(&whole);
	buffer_free(&pieces);
}
FUZZ_END
