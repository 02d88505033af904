/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "message-date.h"
#include "unichar.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-email-attachment.h"
#include "eas-email-flags.h"
#include "eas-email-message.h"
#include "eas-header-text.h"
#include "eas-item-email.h"
#include "eas-email-found.h"

#define FOUND_MAX_NAMES_BYTES 32768

struct eas_email_found {
	pool_t pool;
	const struct eas_email_source *source;
	struct eas_email_message *message;
	/* while it is written */
	struct wbxml_writer *writer;
};

static void found_write_text(struct eas_email_found *found, wbxml_tag_t tag, const char *text)
{
	if (*text != '\0')
		wbxml_writer_element(found->writer, tag, text);
}

static const char *found_header(const struct eas_email_found *found, enum eas_email_header header)
{
	const char *value = found->message->headers[header];

	return value == NULL ? "" : value;
}

static void
found_write_names(struct eas_email_found *found, wbxml_tag_t tag, enum eas_email_header header)
{
	found_write_text(found, tag,
		eas_header_display_list(found->message->pool, found_header(found, header),
					FOUND_MAX_NAMES_BYTES));
}

static void found_write_date(struct eas_email_found *found)
{
	const char *value = found_header(found, EAS_EMAIL_HEADER_DATE);
	time_t received = found->source->received_utc;
	int zone;

	if (received == 0 &&
	    !message_date_parse((const unsigned char *)value, strlen(value),
				&received, &zone))
		received = 0;
	wbxml_writer_element(found->writer, EAS_TAG_EMAIL_DATE_RECEIVED,
			     eas_date_format(received));
}

static bool found_has_attachments(const struct eas_email_message *message)
{
	const uint32_t *idx;

	array_foreach(&message->attachments, idx) {
		if (!eas_email_attachment_is_inline(message, *idx))
			return TRUE;
	}
	return FALSE;
}

static void found_write_preview(struct eas_email_found *found, const char *preview)
{
	const char *p = preview;

	for (unsigned int i = 0; i < EAS_EMAIL_FOUND_MAX_PREVIEW && *p != '\0'; i++)
		p += uni_utf8_char_bytes((unsigned char)*p);
	found_write_text(found, EAS_TAG_FIND_PREVIEW, t_strdup_until(preview, p));
}

static void found_write(struct eas_email_found *found, const char *preview)
{
	const struct eas_email_message *message = found->message;
	struct wbxml_writer *writer = found->writer;
	struct eas_email_flags flags;

	eas_email_flags_read(found->source->flags, found->source->keywords, &flags);
	wbxml_writer_start(writer, EAS_TAG_FIND_PROPERTIES);
	found_write_text(found, EAS_TAG_EMAIL_SUBJECT,
		eas_header_decode(message->pool,
				  found_header(found, EAS_EMAIL_HEADER_SUBJECT)));
	found_write_date(found);
	found_write_names(found, EAS_TAG_EMAIL_DISPLAY_TO, EAS_EMAIL_HEADER_TO);
	found_write_names(found, EAS_TAG_FIND_DISPLAY_CC, EAS_EMAIL_HEADER_CC);
	found_write_names(found, EAS_TAG_FIND_DISPLAY_BCC, EAS_EMAIL_HEADER_BCC);
	wbxml_writer_element_uint(writer, EAS_TAG_EMAIL_IMPORTANCE, message->importance);
	wbxml_writer_element_uint(writer, EAS_TAG_EMAIL_READ, flags.read ? 1 : 0);
	wbxml_writer_element_uint(writer, EAS_TAG_EMAIL2_IS_DRAFT,
				  found->source->is_draft ? 1 : 0);
	found_write_preview(found, preview);
	wbxml_writer_element_uint(writer, EAS_TAG_FIND_HAS_ATTACHMENTS,
				  found_has_attachments(message) ? 1 : 0);
	found_write_text(found, EAS_TAG_EMAIL_FROM,
		eas_header_address_list(message->pool,
					found_header(found, EAS_EMAIL_HEADER_FROM),
					", ", FOUND_MAX_NAMES_BYTES));
	wbxml_writer_end(writer, EAS_TAG_FIND_PROPERTIES);
}

int eas_email_found_open(const struct eas_email_source *source,
			 struct eas_email_found **found_r, const char **error_r)
{
	pool_t pool = pool_alloconly_create("eas email found", 4096);
	struct eas_email_found *found = p_new(pool, struct eas_email_found, 1);
	int ret;

	found->pool = pool;
	found->source = source;
	T_BEGIN {
		ret = eas_email_message_parse(pool, source->input, source->parts,
					      &found->message, error_r);
	} T_END_PASS_STR_IF(ret < 0, error_r);
	if (ret < 0)
		eas_email_found_close(&found);
	else
		*found_r = found;
	return ret;
}

void eas_email_found_close(struct eas_email_found **_found)
{
	struct eas_email_found *found = *_found;

	*_found = NULL;
	pool_unref(&found->pool);
}

void eas_email_found_write(struct eas_email_found *found, struct wbxml_writer *writer,
			   const char *preview)
{
	found->writer = writer;
	T_BEGIN {
		found_write(found, preview);
	} T_END;
}
