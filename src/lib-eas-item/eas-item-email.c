/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "message-date.h"
#include "wbxml-tree.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-conversation.h"
#include "eas-header-text.h"
#include "eas-email-attachment.h"
#include "eas-email-flags.h"
#include "eas-email-meeting.h"
#include "eas-email-message.h"
#include "eas-email-tnef.h"
#include "eas-item-email.h"

/* MS-ASEMAIL "To" (2.2.2.79), "From" (2.2.2.36) */
#define EMAIL_MAX_ADDRESS_BYTES 32768
/* Email2.xsd, Bcc */
#define EMAIL_MAX_BCC_BYTES 1024

#define EMAIL_CPID_UTF8 "65001"
#define EMAIL_CONTENT_CLASS "urn:content-classes:message"
#define EMAIL_CONTENT_CLASS_MEETING "urn:content-classes:calendarmessage"

struct eas_item_email {
	pool_t pool;
	struct wbxml_writer *writer;
	enum eas_version version;
	/* NULL: all properties */
	const struct wbxml_node *schema;
	const struct eas_email_source *source;
	struct eas_email_message *message;
	/* NULL: it is about none */
	const struct eas_email_meeting *meeting;
	/* NULL: the message is the source's */
	struct istream *unpacked;

	struct eas_part_place text, html;
	struct eas_body_source body_source;
	/* NULL: not wanted */
	struct eas_body *body, *part;

	/* while it is written */
	struct eas_email_flags flags;
	const char *topic;
	/* what stands for the body of an invitation that has none */
	struct istream *meeting_text;
};

/*
 * Head
 */

static const char *email_header(const struct eas_item_email *item, enum eas_email_header header)
{
	const char *value = item->message->headers[header];

	return value == NULL ? "" : value;
}

static bool email_wants(const struct eas_item_email *item, wbxml_tag_t tag)
{
	return item->schema == NULL || wbxml_node_child(item->schema, tag) != NULL;
}

static void write_text(struct eas_item_email *item, wbxml_tag_t tag, const char *text)
{
	if (*text != '\0' && email_wants(item, tag))
		wbxml_writer_element(item->writer, tag, text);
}

static void write_uint(struct eas_item_email *item, wbxml_tag_t tag, unsigned int number)
{
	if (email_wants(item, tag))
		wbxml_writer_element_uint(item->writer, tag, number);
}

static void write_opaque(struct eas_item_email *item, wbxml_tag_t tag, const void *data,
			 size_t size)
{
	if (email_wants(item, tag))
		wbxml_writer_element_opaque(item->writer, tag, data, size);
}

static void write_addresses(struct eas_item_email *item, wbxml_tag_t tag,
			    enum eas_email_header header, const char *separator,
			    size_t max_bytes)
{
	const char *value = email_header(item, header), *text;

	if (*value == '\0')
		return;
	text = eas_header_address_list(item->pool, value, separator, max_bytes);
	write_text(item, tag, text);
}

/* A From that holds no address is shown as it stands. */
static void write_from(struct eas_item_email *item)
{
	const char *value = email_header(item, EAS_EMAIL_HEADER_FROM), *text;

	text = eas_header_address_list(item->pool, value, ", ", EMAIL_MAX_ADDRESS_BYTES);
	if (*text == '\0')
		text = eas_header_decode(item->pool, value);
	write_text(item, EAS_TAG_EMAIL_FROM, text);
}

static time_t email_sent_time(const struct eas_item_email *item)
{
	const char *value = email_header(item, EAS_EMAIL_HEADER_DATE);
	time_t sent;
	int zone;

	if (message_date_parse((const unsigned char *)value, strlen(value),
			       &sent, &zone))
		return sent;
	return item->source->received_utc;
}

/* Always there: iOS shows the time of the sync instead (quirk 54). */
static void write_date_received(struct eas_item_email *item)
{
	time_t received = item->source->received_utc;

	if (received == 0)
		received = email_sent_time(item);
	write_text(item, EAS_TAG_EMAIL_DATE_RECEIVED, eas_date_format(received));
}

static void write_topic(struct eas_item_email *item, const char *subject)
{
	const char *topic;

	topic = eas_header_decode(item->pool, email_header(item, EAS_EMAIL_HEADER_THREAD_TOPIC));
	item->topic = *topic != '\0' ? topic : eas_header_topic(subject);
	write_text(item, EAS_TAG_EMAIL_THREAD_TOPIC, item->topic);
}

/*
 * What may change
 */

static void email_flags_read(const struct eas_email_source *source,
			     struct eas_email_flags *flags_r)
{
	eas_email_flags_read(source->flags, source->keywords, flags_r);
	flags_r->followup = source->followup;
}

static void write_read(struct wbxml_writer *writer, const struct eas_email_flags *flags)
{
	wbxml_writer_element_uint(writer, EAS_TAG_EMAIL_READ, flags->read ? 1 : 0);
}

static void write_flag(struct wbxml_writer *writer, const struct eas_email_flags *flags)
{
	wbxml_writer_start(writer, EAS_TAG_EMAIL_FLAG);
	if (flags->flag != EAS_EMAIL_FLAG_CLEAR) {
		wbxml_writer_element_uint(writer, EAS_TAG_EMAIL_STATUS, flags->flag);
		eas_email_followup_write(flags->followup,
					 flags->flag == EAS_EMAIL_FLAG_COMPLETE, writer);
	}
	wbxml_writer_end(writer, EAS_TAG_EMAIL_FLAG);
}

static void write_last_verb(struct wbxml_writer *writer, enum eas_version version,
			    const struct eas_email_flags *flags, time_t last_verb_utc)
{
	if (version < EAS_VERSION_14_0 || flags->last_verb == EAS_EMAIL_VERB_NONE)
		return;
	wbxml_writer_element_uint(writer, EAS_TAG_EMAIL2_LAST_VERB_EXECUTED, flags->last_verb);
	if (last_verb_utc != 0) {
		wbxml_writer_element(writer, EAS_TAG_EMAIL2_LAST_VERB_EXECUTION_TIME,
				     eas_date_format(last_verb_utc));
	}
}

/* Empty if there are none: a Change without the element would leave the old ones. */
static void write_categories(struct wbxml_writer *writer, enum eas_version version,
			     const struct eas_email_flags *flags)
{
	const char *const *category;

	if (version < EAS_VERSION_14_0)
		return;
	wbxml_writer_start(writer, EAS_TAG_EMAIL_CATEGORIES);
	for (category = flags->categories; *category != NULL; category++)
		wbxml_writer_element(writer, EAS_TAG_EMAIL_CATEGORY, *category);
	wbxml_writer_end(writer, EAS_TAG_EMAIL_CATEGORIES);
}

void eas_item_email_write_changes(struct wbxml_writer *writer,
				  const struct eas_email_source *source,
				  const struct eas_body_options *options,
				  enum eas_email_change changes)
{
	struct eas_email_flags flags;
	bool all = (changes & EAS_EMAIL_CHANGE_OTHER) != 0 || changes == 0;

	T_BEGIN {
		email_flags_read(source, &flags);
		if (all || (changes & EAS_EMAIL_CHANGE_READ) != 0)
			write_read(writer, &flags);
		if (all || (changes & EAS_EMAIL_CHANGE_FLAG) != 0)
			write_flag(writer, &flags);
		if (all)
			write_last_verb(writer, options->version, &flags,
					source->last_verb_utc);
		if (all || (changes & EAS_EMAIL_CHANGE_CATEGORIES) != 0)
			write_categories(writer, options->version, &flags);
	} T_END;
}

/*
 * The whole item
 */

static void write_head(struct eas_item_email *item)
{
	const char *subject =
		eas_header_decode(item->pool, email_header(item, EAS_EMAIL_HEADER_SUBJECT));

	write_addresses(item, EAS_TAG_EMAIL_TO, EAS_EMAIL_HEADER_TO, ", ",
			EMAIL_MAX_ADDRESS_BYTES);
	write_addresses(item, EAS_TAG_EMAIL_CC, EAS_EMAIL_HEADER_CC, ", ",
			EMAIL_MAX_ADDRESS_BYTES);
	write_from(item);
	write_text(item, EAS_TAG_EMAIL_SUBJECT, subject);
	write_addresses(item, EAS_TAG_EMAIL_REPLY_TO, EAS_EMAIL_HEADER_REPLY_TO, "; ",
			EMAIL_MAX_ADDRESS_BYTES);
	write_date_received(item);
	write_text(item, EAS_TAG_EMAIL_DISPLAY_TO,
		   eas_header_display_list(item->pool, email_header(item, EAS_EMAIL_HEADER_TO),
					   EMAIL_MAX_ADDRESS_BYTES));
	write_topic(item, subject);
	/* always there: its absence is low for some (quirk 60) */
	write_uint(item, EAS_TAG_EMAIL_IMPORTANCE, item->message->importance);
	if (email_wants(item, EAS_TAG_EMAIL_READ))
		write_read(item->writer, &item->flags);
}

static void write_conversation(struct eas_item_email *item)
{
	unsigned char id[EAS_CONVERSATION_ID_BYTES];
	buffer_t *index = t_buffer_create(64);

	eas_conversation_get_id(item->message, item->topic, item->source->item_id, id);
	write_opaque(item, EAS_TAG_EMAIL2_CONVERSATION_ID, id, sizeof(id));
	eas_conversation_append_index(item->message, email_sent_time(item), index);
	write_opaque(item, EAS_TAG_EMAIL2_CONVERSATION_INDEX, index->data, index->used);
}

/* Who sent it for the one in From. MS-ASEMAIL "Sender" (2.2.2.70) */
static void write_sender(struct eas_item_email *item)
{
	const char *sender, *from;

	sender = eas_header_first_address(item->pool, email_header(item, EAS_EMAIL_HEADER_SENDER));
	if (sender == NULL)
		return;
	from = eas_header_first_address(item->pool, email_header(item, EAS_EMAIL_HEADER_FROM));
	if (from == NULL || strcasecmp(sender, from) != 0)
		write_addresses(item, EAS_TAG_EMAIL2_SENDER, EAS_EMAIL_HEADER_SENDER, ", ",
				EMAIL_MAX_ADDRESS_BYTES);
}

/* The address it was delivered for is named nowhere in its head, as far as the mail server wrote down which
   that was. What comes by a list is no secret. MS-ASEMAIL "ReceivedAsBcc" (2.2.2.59) */
static bool email_is_blind_copy(const struct eas_item_email *item)
{
	static const enum eas_email_header named[] = {
		EAS_EMAIL_HEADER_TO, EAS_EMAIL_HEADER_CC
	};
	const char *address = email_header(item, EAS_EMAIL_HEADER_X_ORIGINAL_TO), *list;

	if (*address == '\0')
		address = email_header(item, EAS_EMAIL_HEADER_ENVELOPE_TO);
	address = eas_header_first_address(item->pool, address);
	if (address == NULL || *email_header(item, EAS_EMAIL_HEADER_LIST_ID) != '\0')
		return FALSE;
	for (unsigned int i = 0; i < N_ELEMENTS(named); i++) {
		list = eas_header_address_list(item->pool, email_header(item, named[i]), ", ",
					       EMAIL_MAX_ADDRESS_BYTES);
		if (strstr(t_str_lcase(list), t_str_lcase(address)) != NULL)
			return FALSE;
	}
	return TRUE;
}

static void write_tail_of_14(struct eas_item_email *item)
{
	write_conversation(item);
	if (email_wants(item, EAS_TAG_EMAIL2_LAST_VERB_EXECUTED))
		write_last_verb(item->writer, item->version, &item->flags,
				item->source->last_verb_utc);
	if (email_wants(item, EAS_TAG_EMAIL2_RECEIVED_AS_BCC) && email_is_blind_copy(item))
		write_uint(item, EAS_TAG_EMAIL2_RECEIVED_AS_BCC, 1);
	write_sender(item);
	if (email_wants(item, EAS_TAG_EMAIL_CATEGORIES))
		write_categories(item->writer, item->version, &item->flags);
}

static enum eas_meeting_type email_meeting_type(const struct eas_item_email *item)
{
	static const char *const nobody[] = { NULL };
	const struct eas_email_source *source = item->source;
	struct eas_meeting_facts facts = {
		.own = nobody
	};
	const char *from;

	facts.itip = eas_item_email_get_meeting(item, &from);
	/* before 14.1 nobody asks */
	if (source->meeting_type != NULL && item->version >= EAS_VERSION_14_1)
		return source->meeting_type(source->meeting_context, facts.itip,
					    from);
	return eas_meeting_type_get(&facts);
}

static void write_tail(struct eas_item_email *item, enum eas_body_type native)
{
	const struct eas_email_meeting *meeting = item->meeting;

	write_text(item, EAS_TAG_EMAIL_MESSAGE_CLASS, meeting != NULL ?
		   meeting->message_class : item->message->message_class);
	if (meeting != NULL && email_wants(item, EAS_TAG_EMAIL_MEETING_REQUEST)) {
		eas_email_meeting_write(meeting, item->version, email_meeting_type(item),
					item->source->hex_global_id, item->writer);
	}
	write_text(item, EAS_TAG_EMAIL_INTERNET_CPID, EMAIL_CPID_UTF8);
	if (email_wants(item, EAS_TAG_EMAIL_FLAG))
		write_flag(item->writer, &item->flags);
	write_text(item, EAS_TAG_EMAIL_CONTENT_CLASS, meeting != NULL ?
		   EMAIL_CONTENT_CLASS_MEETING : EMAIL_CONTENT_CLASS);
	write_uint(item, EAS_TAG_AIRSYNCBASE_NATIVE_BODY_TYPE, native);
	if (item->version < EAS_VERSION_14_0)
		return;
	write_tail_of_14(item);
	if (item->version < EAS_VERSION_16_0)
		return;
	write_uint(item, EAS_TAG_EMAIL2_IS_DRAFT, item->source->is_draft ? 1 : 0);
	if (item->source->is_draft)
		write_addresses(item, EAS_TAG_EMAIL2_BCC, EAS_EMAIL_HEADER_BCC, ", ",
				EMAIL_MAX_BCC_BYTES);
}

static void email_find_body(struct eas_item_email *item)
{
	const struct eas_email_message *message = item->message;
	struct eas_body_source *source = &item->body_source;

	source->input = message->input;
	source->smime = message->smime;
	source->message = message;
	if (message->text != EAS_EMAIL_PART_NONE) {
		eas_email_message_get_place(message, message->text, &item->text);
		source->text = &item->text;
	}
	if (message->html != EAS_EMAIL_PART_NONE) {
		eas_email_message_get_place(message, message->html, &item->html);
		source->html = &item->html;
	}
}

/* An invitation in iCalendar alone, without a word for people: they get those that are in it. */
static void email_find_meeting_body(struct eas_item_email *item)
{
	struct eas_body_source *source = &item->body_source;
	const char *text;

	if (item->meeting == NULL || source->text != NULL || source->html != NULL)
		return;
	text = eas_email_meeting_get_text(item->meeting);
	item->text.cte = MESSAGE_CTE_78BIT;
	item->text.charset = "utf-8";
	item->text.size = strlen(text);
	item->meeting_text = i_stream_create_from_data(text, item->text.size);
	source->text_input = item->meeting_text;
	source->text = &item->text;
}

/* Parse the mail, or the one that comes out of its winmail.dat: then unpacked_r is its stream. */
static int email_parse(pool_t pool, const struct eas_email_source *source,
		       struct eas_email_message **message_r,
		       struct istream **unpacked_r, const char **error_r)
{
	int ret;

	*unpacked_r = NULL;
	if (eas_email_message_parse(pool, source->input, source->parts, message_r,
				    error_r) < 0)
		return -1;
	if (source->tnef_temp_prefix == NULL)
		return 0;
	ret = eas_email_tnef_unpack(*message_r, source->tnef_temp_prefix, unpacked_r);
	if (ret < 0) {
		*error_r = t_strdup_printf("read(%s) failed: %s",
			i_stream_get_name(source->input),
			i_stream_get_error(source->input));
	}
	if (ret <= 0)
		return ret;
	if (eas_email_message_parse(pool, *unpacked_r, NULL, message_r, error_r) < 0) {
		i_stream_unref(unpacked_r);
		return -1;
	}
	return 0;
}

static int email_open_bodies(struct eas_item_email *item,
			     const struct eas_body_options *options)
{
	if (eas_body_is_wanted(options) && email_wants(item, EAS_TAG_AIRSYNCBASE_BODY) &&
	    eas_body_open(&item->body_source, options, &item->body) < 0)
		return -1;
	if (options->part.type != EAS_BODY_TYPE_NONE &&
	    email_wants(item, EAS_TAG_AIRSYNCBASE_BODY_PART) &&
	    eas_body_open_part(&item->body_source, options, &item->part) < 0)
		return -1;
	return 0;
}

int eas_item_email_open(const struct eas_email_source *source,
			const struct eas_body_options *options,
			struct eas_item_email **item_r, const char **error_r)
{
	struct eas_item_email *item;
	pool_t pool;
	int ret;

	pool = pool_alloconly_create("eas email item", 4096);
	item = p_new(pool, struct eas_item_email, 1);
	item->pool = pool;
	item->version = options->version;
	item->schema = options->schema;
	item->source = source;
	T_BEGIN {
		ret = email_parse(pool, source, &item->message, &item->unpacked,
				  error_r);
	} T_END_PASS_STR_IF(ret < 0, error_r);
	if (ret == 0) {
		item->meeting = eas_email_meeting_read(item->message);
		email_find_body(item);
		email_find_meeting_body(item);
		ret = email_open_bodies(item, options);
		if (ret < 0) {
			*error_r = t_strdup_printf("read(%s) failed: %s",
				i_stream_get_name(source->input),
				i_stream_get_error(source->input));
		}
	}
	if (ret < 0) {
		eas_item_email_close(&item);
		return -1;
	}
	*item_r = item;
	return 0;
}

int eas_item_email_write_opened(struct eas_item_email *item, struct wbxml_writer *writer)
{
	int ret = 0;

	item->writer = writer;
	T_BEGIN {
		email_flags_read(item->source, &item->flags);
		write_head(item);
		if (email_wants(item, EAS_TAG_AIRSYNCBASE_ATTACHMENTS)) {
			eas_email_attachments_write(writer, item->message,
						    item->source->item_id);
		}
		if (item->body != NULL)
			ret = eas_body_write(item->body, writer);
		if (item->part != NULL && ret == 0)
			ret = eas_body_write(item->part, writer);
		write_tail(item, eas_body_get_native_type(&item->body_source));
	} T_END;
	return ret;
}

const struct pim_itip *
eas_item_email_get_meeting(const struct eas_item_email *item, const char **from_r)
{
	if (item->meeting == NULL)
		return NULL;
	*from_r = eas_header_first_address(item->pool,
					   email_header(item, EAS_EMAIL_HEADER_FROM));
	if (*from_r == NULL)
		*from_r = "";
	return &item->meeting->itip;
}

void eas_item_email_close(struct eas_item_email **_item)
{
	struct eas_item_email *item = *_item;

	if (item == NULL)
		return;
	*_item = NULL;
	eas_body_close(&item->body);
	eas_body_close(&item->part);
	i_stream_unref(&item->meeting_text);
	i_stream_unref(&item->unpacked);
	pool_unref(&item->pool);
}

void eas_item_email_write_added(struct eas_item_email *item, struct wbxml_writer *writer,
				const char *const *attachment_ids)
{
	item->writer = writer;
	if (item->topic == NULL)
		item->topic = "";
	if (item->version >= EAS_VERSION_14_0) T_BEGIN {
		write_conversation(item);
	} T_END;
	if (attachment_ids != NULL) {
		eas_email_attachments_write_added(writer, item->message,
						  item->source->item_id, attachment_ids);
	}
}

int eas_item_email_write(struct wbxml_writer *writer,
			 const struct eas_email_source *source,
			 const struct eas_body_options *options,
			 const char **error_r)
{
	struct eas_item_email *item;
	int ret;

	if (eas_item_email_open(source, options, &item, error_r) < 0)
		return -1;
	ret = eas_item_email_write_opened(item, writer);
	if (ret < 0) {
		*error_r = t_strdup_printf("read(%s) failed: %s",
			i_stream_get_name(source->input),
			i_stream_get_error(source->input));
	}
	eas_item_email_close(&item);
	return ret;
}

/*
 * Attachments
 */

int eas_item_email_parse_file_reference(const char *reference, const char **item_id_r,
					const char **part_path_r)
{
	const char *colon = strrchr(reference, ':');
	unsigned int idx;

	if (colon == NULL || colon == reference ||
	    str_to_uint(colon + 1, &idx) < 0)
		return -1;
	*item_id_r = t_strdup_until(reference, colon);
	*part_path_r = t_strdup(colon + 1);
	return 0;
}

/* Line ends on the wire were CRLF, whatever the storage made of them. */
static enum eas_part_form attachment_form(enum message_cte cte)
{
	return cte == MESSAGE_CTE_78BIT ? EAS_PART_FORM_CRLF : EAS_PART_FORM_BINARY;
}

int eas_item_email_open_attachment(const struct eas_email_source *source,
				   const char *part_path,
				   struct eas_part_reader **reader_r,
				   const char **content_type_r, const char **error_r)
{
	struct eas_email_message *message;
	const struct eas_email_part *part;
	struct eas_part_place place;
	struct istream *unpacked;
	unsigned int idx;
	pool_t pool;
	int ret;

	if (str_to_uint(part_path, &idx) < 0)
		return 0;
	pool = pool_alloconly_create("eas email attachment", 4096);
	ret = email_parse(pool, source, &message, &unpacked, error_r);
	if (ret == 0 && idx < message->parts_count) {
		part = &message->parts[idx];
		eas_email_message_get_place(message, idx, &place);
		*reader_r = eas_part_reader_init(message->input, &place,
						 attachment_form(part->cte));
		*content_type_r = t_strconcat(part->type, "/", part->subtype, NULL);
		ret = 1;
	}
	i_stream_unref(&unpacked);
	pool_unref(&pool);
	return ret;
}
