/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-email-message.h"
#include "eas-email-attachment.h"

/* MS-ASAIRS "Method (Attachment)" (2.2.2.31.2) */
enum attachment_method {
	ATTACHMENT_METHOD_NORMAL	= 1,
	ATTACHMENT_METHOD_MESSAGE	= 5
};

/* Names for parts without one: a phone chooses the application by the suffix. */
static const struct {
	const char *type, *subtype;
	const char *name;
} attachment_names[] = {
	{ "text", "plain", "text.txt" },
	{ "text", "html", "text.html" },
	{ "text", "calendar", "invite.ics" },
	{ "text", "vcard", "contact.vcf" },
	{ "text", "x-vcard", "contact.vcf" },
	{ "text", "directory", "contact.vcf" },
	{ "text", "rfc822-headers", "headers.txt" },
	{ "message", "delivery-status", "details.txt" },
	{ "message", "disposition-notification", "details.txt" },
	{ "application", "pdf", "document.pdf" },
	{ "application", "zip", "archive.zip" },
	{ "application", "pkcs7-mime", "smime.p7m" },
	{ "application", "x-pkcs7-mime", "smime.p7m" },
	{ "application", "pkcs7-signature", "smime.p7s" },
	{ "application", "x-pkcs7-signature", "smime.p7s" },
	{ "application", "pgp-signature", "signature.asc" },
	{ "application", "pgp-encrypted", "version.txt" },
	{ "application", "ms-tnef", "winmail.dat" },
	{ "image", "jpeg", "image.jpg" },
	{ "image", "png", "image.png" },
	{ "image", "gif", "image.gif" },
	{ "audio", "mpeg", "audio.mp3" },
	{ "video", "mp4", "video.mp4" }
};

static bool attachment_is_message(const struct eas_email_part *part)
{
	return strcmp(part->type, "message") == 0 &&
		(strcmp(part->subtype, "rfc822") == 0 ||
		 strcmp(part->subtype, "global") == 0);
}

/* An attached message opens only under a name that says so (quirk 51). */
static const char *message_name(const char *name)
{
	size_t len = strlen(name);

	if (len > 4 && strcasecmp(name + len - 4, ".eml") == 0)
		return name;
	return t_strconcat(name, ".eml", NULL);
}

const char *
eas_email_attachment_get_name(const struct eas_email_message *message, unsigned int idx)
{
	const struct eas_email_part *part = &message->parts[idx];
	unsigned int i;

	if (attachment_is_message(part))
		return message_name(part->file_name != NULL ?
				    part->file_name : "message");
	if (part->file_name != NULL)
		return part->file_name;
	for (i = 0; i < N_ELEMENTS(attachment_names); i++) {
		if (strcmp(part->type, attachment_names[i].type) == 0 &&
		    strcmp(part->subtype, attachment_names[i].subtype) == 0)
			return attachment_names[i].name;
	}
	return "attachment.bin";
}

static uoff_t attachment_size(const struct eas_email_part *part)
{
	uoff_t size = part->part->body_size.virtual_size;

	/* 57 bytes a line of 76 characters */
	return part->cte == MESSAGE_CTE_BASE64 ? size / 78 * 57 + size % 78 * 3 / 4 : size;
}

bool eas_email_attachment_is_inline(const struct eas_email_message *message,
				    unsigned int idx)
{
	const struct eas_email_part *part = &message->parts[idx];

	if (part->disposition == EAS_EMAIL_DISPOSITION_ATTACHMENT)
		return FALSE;
	return message->html != EAS_EMAIL_PART_NONE &&
		(part->content_id != NULL || part->content_location != NULL);
}

static void attachment_write(struct wbxml_writer *writer,
			     const struct eas_email_message *message, unsigned int idx,
			     const char *item_id)
{
	const struct eas_email_part *part = &message->parts[idx];

	wbxml_writer_start(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENT);
	wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME,
			     eas_email_attachment_get_name(message, idx));
	wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE,
			     t_strdup_printf("%s:%u", item_id, idx));
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_METHOD,
				  attachment_is_message(part) ?
				  ATTACHMENT_METHOD_MESSAGE : ATTACHMENT_METHOD_NORMAL);
	wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_ESTIMATED_DATA_SIZE,
				  attachment_size(part));
	if (part->content_id != NULL)
		wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_CONTENT_ID,
				     part->content_id);
	if (part->content_location != NULL)
		wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_CONTENT_LOCATION,
				     part->content_location);
	if (eas_email_attachment_is_inline(message, idx))
		wbxml_writer_element_uint(writer, EAS_TAG_AIRSYNCBASE_IS_INLINE, 1);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENT);
}

void eas_email_attachments_write(struct wbxml_writer *writer,
				 const struct eas_email_message *message,
				 const char *item_id)
{
	const uint32_t *idx;
	unsigned int i, count;

	idx = array_get(&message->attachments, &count);
	if (count > EAS_EMAIL_MAX_ATTACHMENTS)
		count = EAS_EMAIL_MAX_ATTACHMENTS;
	wbxml_writer_start_optional(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	for (i = 0; i < count; i++) T_BEGIN {
		attachment_write(writer, message, idx[i], item_id);
	} T_END;
	wbxml_writer_end(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
}

void eas_email_attachments_write_added(struct wbxml_writer *writer,
				       const struct eas_email_message *message,
				       const char *item_id, const char *const *client_ids)
{
	unsigned int i, count, ids = str_array_length(client_ids);
	const uint32_t *idx = array_get(&message->attachments, &count);

	if (ids > count)
		return;
	wbxml_writer_start_optional(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	for (i = 0; i < ids; i++) T_BEGIN {
		uint32_t part = idx[count - ids + i];

		wbxml_writer_start(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENT);
		wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME,
				     eas_email_attachment_get_name(message, part));
		wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE,
				     t_strdup_printf("%s:%u", item_id, part));
		wbxml_writer_element(writer, EAS_TAG_AIRSYNCBASE_CLIENT_ID, client_ids[i]);
		wbxml_writer_end(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENT);
	} T_END;
	wbxml_writer_end(writer, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
}
