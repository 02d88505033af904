/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two messages, separated by a zero byte, make a reply and a forward; what comes out can be
   sent or is refused. */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "fuzzer.h"
#include "eas-outgoing.h"
#include "eas-smart-mime.h"

static void fuzz_send(struct istream *mime)
{
	static const char *const addresses[] = { "me@example.com", NULL };
	const struct eas_outgoing_sender sender = { .addresses = addresses, .unique = "x" };
	pool_t pool = pool_alloconly_create("fuzz", 1024);
	struct eas_outgoing *mail;
	const unsigned char *piece;
	struct istream *input;
	const char *error;
	size_t size;

	if (eas_outgoing_parse(pool, mime, &sender, &mail, &error) == EAS_OUTGOING_OK) {
		input = eas_outgoing_open(mail, FALSE);
		while (i_stream_read_more(input, &piece, &size) > 0)
			i_stream_skip(input, size);
		i_stream_unref(&input);
	}
	pool_unref(&pool);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	const uint8_t *end = size == 0 ? NULL : memchr(data, '\0', size);
	size_t first = end == NULL ? size : (size_t)(end - data);
	struct eas_smart_source source = {
		.mime = i_stream_create_from_data(data, first),
		.original = i_stream_create_from_data(data + first, size - first),
		.boundary = "b"
	};
	const char *error;

	fuzz_send(source.mime);
	for (source.kind = EAS_SMART_REPLY; source.kind <= EAS_SMART_FORWARD; source.kind++) {
		buffer_t *dest = buffer_create_dynamic(default_pool, 1024);
		struct ostream *output = o_stream_create_buffer(dest);
		struct istream *result;

		i_stream_seek(source.mime, 0);
		if (eas_smart_mime_write(&source, output, &error) < 0)
			i_panic("%s", error);
		o_stream_destroy(&output);
		result = i_stream_create_from_buffer(dest);
		fuzz_send(result);
		i_stream_unref(&result);
		buffer_free(&dest);
	}
	i_stream_unref(&source.mime);
	i_stream_unref(&source.original);
}
FUZZ_END
