/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any message becomes an item, in every form of body, and each of its parts can be read. */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "fuzzer.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-item-email.h"

static const struct eas_body_preference preferences[] = {
	{ .type = EAS_BODY_TYPE_TEXT, .truncation_size = 100, .preview = 255 },
	{ .type = EAS_BODY_TYPE_TEXT, .truncation_size = UOFF_T_MAX },
	{ .type = EAS_BODY_TYPE_HTML, .truncation_size = 1000, .all_or_none = TRUE,
	  .preview = 10 },
	{ .type = EAS_BODY_TYPE_MIME, .truncation_size = 7 },
};

static void fuzz_write(const struct eas_email_source *source,
		       const struct eas_body_preference *pref)
{
	struct eas_body_options options = {
		.version = EAS_VERSION_16_1,
		.preferences = { *pref },
		.preferences_count = 1,
		.mime_truncation_size = UOFF_T_MAX
	};
	buffer_t *dest = buffer_create_dynamic(default_pool, 1024);
	struct ostream *output = o_stream_create_buffer(dest);
	struct wbxml_writer *writer = wbxml_writer_create(output);
	const char *error;

	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	if (eas_item_email_write(writer, source, &options, &error) < 0)
		i_panic("%s", error);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	wbxml_writer_destroy(&writer);
	o_stream_destroy(&output);
	buffer_free(&dest);
}

static void fuzz_read_part(const struct eas_email_source *source, unsigned int idx)
{
	struct eas_part_reader *reader;
	const char *type, *error;
	buffer_t *dest;

	if (eas_item_email_open_attachment(source, t_strdup_printf("%u", idx), &reader,
					   &type, &error) <= 0)
		return;
	dest = buffer_create_dynamic(default_pool, 1024);
	while (eas_part_reader_more(reader, dest) > 0) ;
	buffer_free(&dest);
	eas_part_reader_deinit(&reader);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct eas_email_source source = {
		.item_id = "folder:1",
		.tnef_temp_prefix = "/tmp/fuzz-eas-tnef.",
		.input = i_stream_create_from_data(data, size)
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(preferences); i++)
		fuzz_write(&source, &preferences[i]);
	for (i = 0; i < 4; i++)
		fuzz_read_part(&source, i);
	i_stream_unref(&source.input);
}
FUZZ_END
