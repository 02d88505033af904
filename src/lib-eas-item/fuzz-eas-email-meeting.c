/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any calendar in a mail becomes a MeetingRequest, or none, that can be read. Input: version, type of message, and the text of
   the text/calendar part. */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "ostream.h"
#include "fuzzer.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-item-email.h"
#include "eas-meeting-type.h"
#include "eas-tag.h"

static const char fuzz_header[] =
	"From: a@example.com\r\nContent-Type: text/calendar; charset=utf-8\r\n\r\n";
static const enum eas_version fuzz_versions[] = {
	EAS_VERSION_12_1, EAS_VERSION_14_1, EAS_VERSION_16_1
};

static unsigned int fuzz_type(void *context, const struct pim_itip *itip,
			      const char *from ATTR_UNUSED)
{
	static const char *const own[] = { "a@example.com", NULL };
	const struct eas_meeting_facts facts = {
		.itip = itip, .entry = itip->event, .own = own
	};
	const unsigned int *type = context;

	(void)eas_meeting_type_get(&facts);
	return *type;
}

static void fuzz_read(const buffer_t *written)
{
	struct wbxml_tree_settings set = {
		.limits = wbxml_default_limits,
		.max_memory_value = wbxml_default_limits.max_value_bytes,
	};
	struct istream *input = i_stream_create_from_buffer(written);
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct wbxml_tree *tree;
	const char *error;

	if (wbxml_tree_read(pool, input, &set, &tree, &error) <= 0)
		i_panic("written and cannot be read: %s", error);
	pool_unref(&pool);
	i_stream_unref(&input);
}

static void fuzz_write(const struct eas_email_source *source, enum eas_version version)
{
	struct eas_body_options options = { .version = version };
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
	fuzz_read(dest);
	buffer_free(&dest);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	buffer_t *mail = buffer_create_dynamic(default_pool, size + sizeof(fuzz_header));
	unsigned int type = size < 2 ? 0 : data[1] % (EAS_MEETING_TYPE_DELEGATED + 1);
	struct eas_email_source source = {
		.item_id = "folder:1", .meeting_type = fuzz_type, .meeting_context = &type
	};

	if (size > 2) {
		buffer_append(mail, fuzz_header, sizeof(fuzz_header) - 1);
		buffer_append(mail, data + 2, size - 2);
		source.input = i_stream_create_from_buffer(mail);
		fuzz_write(&source, fuzz_versions[data[0] % N_ELEMENTS(fuzz_versions)]);
		i_stream_unref(&source.input);
	}
	buffer_free(&mail);
}
FUZZ_END
