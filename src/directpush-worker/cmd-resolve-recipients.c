/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ResolveRecipients: whom the user means, with the certificates to encrypt for them and when they have time, as far as
   the user may read their calendars. Pictures are not kept here, which their own Status says.
   MS-ASCMD "ResolveRecipients" (2.2.1.15) */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "buffer.h"
#include "str.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "wbxml-writer.h"
#include "eas-freebusy.h"
#include "eas-gal.h"
#include "eas-recipient.h"
#include "eas-user.h"
#include "eas-cmd.h"

/* MS-ASCMD "MaxCertificates" (2.2.3.101), "MaxAmbiguousRecipients" (2.2.3.100) */
#define RESOLVE_MAX_COUNT 9999
/* suggestions for one text where the client names no limit */
#define RESOLVE_DEFAULT_AMBIGUOUS 20
/* MS-ASCMD "MaxSize (ResolveRecipients)" (2.2.3.105.2) */
#define RESOLVE_MAX_PICTURE_BYTES 102400

/* MS-ASCMD "Type (ResolveRecipients)" (2.2.3.186.5): of the address list, not a contact */
#define RECIPIENT_TYPE_GAL 1
#define RECIPIENT_TYPE_CONTACT 2

/* MS-ASCMD "CertificateRetrieval" (2.2.3.22) */
enum certificate_retrieval {
	CERTIFICATE_RETRIEVAL_NONE	= 1,
	CERTIFICATE_RETRIEVAL_FULL	= 2,
	CERTIFICATE_RETRIEVAL_MINI	= 3
};

struct resolve {
	struct eas_cmd_context *ctx;
	struct wbxml_writer *writer;
	struct eas_gal gal;

	unsigned int retrieval;
	/* that may still be sent */
	unsigned int certificates_left;
	unsigned int max_ambiguous;
	bool picture;
	/* NULL = it is not asked for */
	struct eas_freebusy *freebusy;
};

/*
 * Options
 */

/* An empty element counts as not sent. */
static int
option_uint(const struct wbxml_node *options, wbxml_tag_t tag, unsigned int min,
	    unsigned int max, unsigned int *value)
{
	const char *text = wbxml_node_child_value(options, tag);

	if (text == NULL || *text == '\0')
		return 0;
	return eas_uint_parse_range(text, min, max, value);
}

/* MS-ASCMD "Availability" (2.2.3.16): with a span of time, or it is no legal request */
static int options_availability(struct resolve *resolve, const struct wbxml_node *node)
{
	time_t start, end;

	if (node == NULL || resolve->ctx->request->version < EAS_VERSION_14_0)
		return 0;
	if (eas_date_parse(wbxml_node_child_value(node,
			EAS_TAG_RESOLVE_RECIPIENTS_START_TIME), &start) < 0 ||
	    eas_date_parse(wbxml_node_child_value(node,
			EAS_TAG_RESOLVE_RECIPIENTS_END_TIME), &end) < 0 || start >= end)
		return -1;
	resolve->freebusy = eas_freebusy_init(resolve->ctx, start, end);
	return 0;
}

static int options_picture(struct resolve *resolve, const struct wbxml_node *node)
{
	unsigned int value;

	if (node == NULL || resolve->ctx->request->version < EAS_VERSION_14_1)
		return 0;
	resolve->picture = TRUE;
	return option_uint(node, EAS_TAG_RESOLVE_RECIPIENTS_MAX_SIZE, 0,
			   RESOLVE_MAX_PICTURE_BYTES, &value);
}

static int resolve_parse_options(struct resolve *resolve, const struct wbxml_node *options)
{
	resolve->retrieval = CERTIFICATE_RETRIEVAL_NONE;
	resolve->certificates_left = RESOLVE_MAX_COUNT;
	resolve->max_ambiguous = RESOLVE_DEFAULT_AMBIGUOUS;
	if (options == NULL)
		return 0;
	if (option_uint(options, EAS_TAG_RESOLVE_RECIPIENTS_CERTIFICATE_RETRIEVAL,
			CERTIFICATE_RETRIEVAL_NONE, CERTIFICATE_RETRIEVAL_MINI,
			&resolve->retrieval) < 0 ||
	    option_uint(options, EAS_TAG_RESOLVE_RECIPIENTS_MAX_CERTIFICATES, 0,
			RESOLVE_MAX_COUNT, &resolve->certificates_left) < 0 ||
	    option_uint(options, EAS_TAG_RESOLVE_RECIPIENTS_MAX_AMBIGUOUS_RECIPIENTS, 0,
			RESOLVE_MAX_COUNT, &resolve->max_ambiguous) < 0)
		return -1;
	if (options_availability(resolve, wbxml_node_child(options,
			EAS_TAG_RESOLVE_RECIPIENTS_AVAILABILITY)) < 0)
		return -1;
	return options_picture(resolve, wbxml_node_child(options,
			EAS_TAG_RESOLVE_RECIPIENTS_PICTURE));
}

/*
 * Answer
 */

static void resolve_status(struct resolve *resolve, enum eas_status status)
{
	wbxml_writer_element_uint(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_STATUS,
				  status);
}

/* The format of a mini certificate is not published. A whole certificate under its name is one
   to every client that reads it as what it is. */
static void resolve_certificate_data(struct resolve *resolve, const buffer_t *der)
{
	string_t *text = t_str_new(MAX_BASE64_ENCODED_SIZE(der->used));

	base64_encode(der->data, der->used, text);
	wbxml_writer_element(resolve->writer,
			     resolve->retrieval == CERTIFICATE_RETRIEVAL_FULL ?
			     EAS_TAG_RESOLVE_RECIPIENTS_CERTIFICATE :
			     EAS_TAG_RESOLVE_RECIPIENTS_MINI_CERTIFICATE, str_c(text));
}

static void resolve_certificates(struct resolve *resolve, const char *address)
{
	struct eas_cmd_context *ctx = resolve->ctx;
	buffer_t *der = t_buffer_create(2048);
	bool found = eas_recipient_get_certificate(ctx->user, ctx->event, address, der);
	enum eas_status status = EAS_RESOLVE_RECIPIENTS_STATUS_OK;

	if (!found)
		status = EAS_RESOLVE_RECIPIENTS_STATUS_NO_CERTIFICATE;
	else if (resolve->certificates_left == 0)
		status = EAS_RESOLVE_RECIPIENTS_STATUS_CERTIFICATE_LIMIT;
	wbxml_writer_start(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_CERTIFICATES);
	resolve_status(resolve, status);
	wbxml_writer_element_uint(resolve->writer,
				  EAS_TAG_RESOLVE_RECIPIENTS_CERTIFICATE_COUNT, found ? 1 : 0);
	/* members of a distribution list: there are none of these here */
	wbxml_writer_element_uint(resolve->writer,
				  EAS_TAG_RESOLVE_RECIPIENTS_RECIPIENT_COUNT, 1);
	if (status == EAS_RESOLVE_RECIPIENTS_STATUS_OK) {
		resolve_certificate_data(resolve, der);
		resolve->certificates_left--;
	}
	wbxml_writer_end(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_CERTIFICATES);
}

/* MS-ASCMD "Availability" (2.2.3.16) */
static void resolve_availability(struct resolve *resolve, const char *address)
{
	const char *digits;
	int ret;

	wbxml_writer_start(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_AVAILABILITY);
	ret = eas_freebusy_get(resolve->freebusy, address, &digits);
	if (ret == 0)
		resolve_status(resolve, EAS_STATUS_GLOBAL_AVAILABILITY_FAILURE);
	else if (ret < 0)
		resolve_status(resolve, EAS_STATUS_GLOBAL_AVAILABILITY_TRANSIENT_FAILURE);
	else {
		resolve_status(resolve, EAS_RESOLVE_RECIPIENTS_STATUS_OK);
		wbxml_writer_element(resolve->writer,
				     EAS_TAG_RESOLVE_RECIPIENTS_MERGED_FREE_BUSY, digits);
	}
	wbxml_writer_end(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_AVAILABILITY);
}

static void
resolve_recipient(struct resolve *resolve, const struct eas_gal_entry *entry, bool suggestion)
{
	const char *address = entry->values[EAS_GAL_EMAIL_ADDRESS];
	struct wbxml_writer *writer = resolve->writer;

	wbxml_writer_start(writer, EAS_TAG_RESOLVE_RECIPIENTS_RECIPIENT);
	wbxml_writer_element_uint(writer, EAS_TAG_RESOLVE_RECIPIENTS_TYPE,
				  entry->is_contact ? RECIPIENT_TYPE_CONTACT :
				  RECIPIENT_TYPE_GAL);
	wbxml_writer_element(writer, EAS_TAG_RESOLVE_RECIPIENTS_DISPLAY_NAME,
			     entry->values[EAS_GAL_DISPLAY_NAME]);
	wbxml_writer_element(writer, EAS_TAG_RESOLVE_RECIPIENTS_EMAIL_ADDRESS, address);
	if (resolve->freebusy != NULL && !suggestion)
		resolve_availability(resolve, address);
	if (resolve->retrieval != CERTIFICATE_RETRIEVAL_NONE && !suggestion)
		resolve_certificates(resolve, address);
	if (resolve->picture) {
		wbxml_writer_start(writer, EAS_TAG_RESOLVE_RECIPIENTS_PICTURE);
		resolve_status(resolve, EAS_STATUS_GLOBAL_NO_PICTURE);
		wbxml_writer_end(writer, EAS_TAG_RESOLVE_RECIPIENTS_PICTURE);
	}
	wbxml_writer_end(writer, EAS_TAG_RESOLVE_RECIPIENTS_RECIPIENT);
}

static enum eas_status resolve_to_status(struct resolve *resolve, unsigned int count)
{
	if (count == 0)
		return EAS_RESOLVE_RECIPIENTS_STATUS_NOT_FOUND;
	if (count == 1)
		return EAS_RESOLVE_RECIPIENTS_STATUS_OK;
	return count <= resolve->max_ambiguous ?
		EAS_RESOLVE_RECIPIENTS_STATUS_AMBIGUOUS :
		EAS_RESOLVE_RECIPIENTS_STATUS_AMBIGUOUS_PARTIAL;
}

static void resolve_find(struct resolve *resolve, const char *text, ARRAY_TYPE(eas_gal_entry) *entries)
{
	struct eas_gal_entry *known;

	eas_gal_find(&resolve->gal, text, entries);
	/* whoever shares a calendar with the user is known by the address */
	if (array_count(entries) == 0 && resolve->freebusy != NULL &&
	    eas_freebusy_is_shared_by(resolve->freebusy, text)) {
		known = array_append_space(entries);
		known->values[EAS_GAL_DISPLAY_NAME] = text;
		known->values[EAS_GAL_EMAIL_ADDRESS] = text;
	}
}

static void resolve_to(struct resolve *resolve, const char *text)
{
	ARRAY_TYPE(eas_gal_entry) entries;
	const struct eas_gal_entry *entry;
	unsigned int i, count;

	resolve_find(resolve, text, &entries);
	entry = array_get(&entries, &count);
	wbxml_writer_start(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_RESPONSE);
	wbxml_writer_element(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_TO, text);
	resolve_status(resolve, resolve_to_status(resolve, count));
	wbxml_writer_element_uint(resolve->writer,
				  EAS_TAG_RESOLVE_RECIPIENTS_RECIPIENT_COUNT, count);
	for (i = 0; i < count && (count == 1 || i < resolve->max_ambiguous); i++)
		resolve_recipient(resolve, &entry[i], count > 1);
	wbxml_writer_end(resolve->writer, EAS_TAG_RESOLVE_RECIPIENTS_RESPONSE);
}

static bool resolve_texts_are_legal(const struct wbxml_node *root)
{
	const struct wbxml_node *to = wbxml_node_child(root, EAS_TAG_RESOLVE_RECIPIENTS_TO);

	for (; to != NULL; to = wbxml_node_next_same(to)) {
		if (to->stream != NULL || to->value_size > EAS_RECIPIENT_MAX_BYTES)
			return FALSE;
	}
	return TRUE;
}

void eas_cmd_resolve_recipients(struct eas_cmd_context *ctx)
{
	const struct wbxml_node *root = ctx->tree->root, *to;
	struct resolve resolve = { .ctx = ctx };

	if (!resolve_texts_are_legal(root) ||
	    resolve_parse_options(&resolve, wbxml_node_child(root,
			EAS_TAG_RESOLVE_RECIPIENTS_OPTIONS)) < 0) {
		eas_cmd_reply_status(ctx, EAS_RESOLVE_RECIPIENTS_STATUS_PROTOCOL_ERROR);
		return;
	}
	eas_gal_init(&resolve.gal, ctx);
	resolve.writer = eas_reply_wbxml(ctx->reply);
	wbxml_writer_start(resolve.writer, EAS_TAG_RESOLVE_RECIPIENTS_RESOLVE_RECIPIENTS);
	resolve_status(&resolve, EAS_RESOLVE_RECIPIENTS_STATUS_OK);
	to = wbxml_node_child(root, EAS_TAG_RESOLVE_RECIPIENTS_TO);
	for (; to != NULL; to = wbxml_node_next_same(to)) T_BEGIN {
		resolve_to(&resolve, to->value);
	} T_END;
	wbxml_writer_end(resolve.writer, EAS_TAG_RESOLVE_RECIPIENTS_RESOLVE_RECIPIENTS);
	eas_reply_set_eas_status(ctx->reply, EAS_RESOLVE_RECIPIENTS_STATUS_OK);
}
