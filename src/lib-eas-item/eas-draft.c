/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "hex-binary.h"
#include "istream.h"
#include "istream-base64.h"
#include "ostream.h"
#include "sha2.h"
#include "str.h"
#include "strnum.h"
#include "message-date.h"
#include "message-header-parser.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-email-message.h"
#include "eas-item-email.h"
#include "eas-part-reader.h"
#include "eas-draft-field.h"
#include "eas-draft.h"

/* MS-ASAIRS "Type (Body)" (2.2.2.41.1) */
#define DRAFT_BODY_TEXT 1
#define DRAFT_BODY_HTML 2
#define DRAFT_BODY_MIME 4
/* MS-ASAIRS "Method (Add)" (2.2.2.31.1) */
#define DRAFT_METHOD_NORMAL 1
#define DRAFT_METHOD_MESSAGE 5

#define DRAFT_BASE64_LINE_LENGTH 76
#define DRAFT_ID_BYTES 16

enum draft_field_kind {
	DRAFT_FIELD_TEXT,
	DRAFT_FIELD_ADDRESSES,
	DRAFT_FIELD_IMPORTANCE
};

/* the elements that are header fields */
static const struct {
	wbxml_tag_t tag;
	const char *name;
	enum draft_field_kind kind;
} draft_fields[] = {
	{ EAS_TAG_EMAIL_TO, "To", DRAFT_FIELD_ADDRESSES },
	{ EAS_TAG_EMAIL_CC, "Cc", DRAFT_FIELD_ADDRESSES },
	{ EAS_TAG_EMAIL2_BCC, "Bcc", DRAFT_FIELD_ADDRESSES },
	{ EAS_TAG_EMAIL_REPLY_TO, "Reply-To", DRAFT_FIELD_ADDRESSES },
	{ EAS_TAG_EMAIL_SUBJECT, "Subject", DRAFT_FIELD_TEXT },
	{ EAS_TAG_EMAIL_IMPORTANCE, "Importance", DRAFT_FIELD_IMPORTANCE }
};
/* what else says how important it is */
static const char *const importance_fields[] = {
	"Importance", "X-Priority", "X-MSMail-Priority", "Priority", NULL
};

struct draft_context {
	const struct eas_draft_source *source;
	struct ostream *output;
	const struct wbxml_node *body, *attachments;
	unsigned int body_type;
	/* the mail this one is made of: the old one, or the device's own; NULL if there is none */
	struct eas_email_message *base;
	/* fields are given by elements, and those of base are dropped */
	bool replace_fields, replace_importance;
	/* indexes of parts of base */
	ARRAY_TYPE(uint32_t) kept;
	bool have_from, have_message_id, have_date, have_mime_version;
};

/*
 * What it says
 */

static unsigned int draft_body_type(const struct wbxml_node *body)
{
	const char *value = wbxml_node_child_value(body, EAS_TAG_AIRSYNCBASE_TYPE);
	unsigned int type;

	return value == NULL || str_to_uint(value, &type) < 0 ? 0 : type;
}

static bool draft_has_fields(const struct wbxml_node *data)
{
	for (unsigned int i = 0; i < N_ELEMENTS(draft_fields); i++) {
		if (wbxml_node_child(data, draft_fields[i].tag) != NULL)
			return TRUE;
	}
	return FALSE;
}

bool eas_draft_has_attachments(const struct wbxml_node *data)
{
	const struct wbxml_node *node;

	node = wbxml_node_child(data, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	return node != NULL && node->first_child != NULL;
}

bool eas_draft_is_content(const struct wbxml_node *data)
{
	return draft_has_fields(data) || eas_draft_has_attachments(data) ||
		wbxml_node_child(data, EAS_TAG_AIRSYNCBASE_BODY) != NULL;
}

/* Bytes are opaque data; some encode them and send text. */
static bool content_is_bytes(const struct wbxml_node *content)
{
	if (content->opaque || content->stream != NULL)
		return TRUE;
	return base64_scheme_decode(&base64_scheme, 0, content->value, content->value_size,
				    t_buffer_create(content->value_size)) >= 0;
}

static const char *attachment_check(const struct wbxml_node *node)
{
	const char *method = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_METHOD);
	unsigned int num;

	if (node->tag == EAS_TAG_AIRSYNCBASE_DELETE) {
		return wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE) == NULL ?
			"An attachment to delete has no FileReference" : NULL;
	}
	if (node->tag != EAS_TAG_AIRSYNCBASE_ADD)
		return "Attachments has something else than Add and Delete";
	if (wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_CLIENT_ID) == NULL ||
	    wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_CONTENT) == NULL ||
	    wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME) == NULL)
		return "An attachment has no ClientId, Content or DisplayName";
	if (method != NULL && (str_to_uint(method, &num) < 0 ||
			       (num != DRAFT_METHOD_NORMAL && num != DRAFT_METHOD_MESSAGE)))
		return "An attachment has an unknown Method";
	if (!content_is_bytes(wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_CONTENT)))
		return "The Content of an attachment is text, and not base64";
	return NULL;
}

int eas_draft_check(const struct wbxml_node *data, const char **error_r)
{
	const struct wbxml_node *body, *list, *node;
	unsigned int type, count = 0;

	body = wbxml_node_child(data, EAS_TAG_AIRSYNCBASE_BODY);
	if (body != NULL) {
		type = draft_body_type(body);
		if (type != DRAFT_BODY_TEXT && type != DRAFT_BODY_HTML &&
		    type != DRAFT_BODY_MIME) {
			*error_r = "Body has no type that a draft can have";
			return -1;
		}
		if (type == DRAFT_BODY_MIME &&
		    wbxml_node_child(body, EAS_TAG_AIRSYNCBASE_DATA) == NULL) {
			*error_r = "Body is a whole mail without Data";
			return -1;
		}
	}
	list = wbxml_node_child(data, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	if (list == NULL)
		return 0;
	wbxml_node_foreach(list, node) {
		if ((*error_r = attachment_check(node)) != NULL)
			return -1;
		if (++count > EAS_DRAFT_MAX_ATTACHMENTS) {
			*error_r = "There are too many attachments";
			return -1;
		}
	}
	return 0;
}

/*
 * Head
 */

static void send_str(struct draft_context *ctx, const char *str)
{
	o_stream_nsend_str(ctx->output, str);
}

static bool field_is_replaced(struct draft_context *ctx, const char *name)
{
	if (ctx->replace_importance && str_array_icase_find(importance_fields, name))
		return TRUE;
	if (!ctx->replace_fields)
		return FALSE;
	if (strcasecmp(name, "Date") == 0)
		return TRUE;
	for (unsigned int i = 0; i < N_ELEMENTS(draft_fields); i++) {
		if (strcasecmp(draft_fields[i].name, name) == 0)
			return TRUE;
	}
	return FALSE;
}

static void note_field(struct draft_context *ctx, const char *name)
{
	if (strcasecmp(name, "From") == 0)
		ctx->have_from = TRUE;
	else if (strcasecmp(name, "Message-ID") == 0)
		ctx->have_message_id = TRUE;
	else if (strcasecmp(name, "Date") == 0)
		ctx->have_date = TRUE;
	else if (strcasecmp(name, "MIME-Version") == 0)
		ctx->have_mime_version = TRUE;
}

/* Lines of the head at offset: those about its content, or all the others, or both, but those that
   are replaced. */
static int send_base_fields(struct draft_context *ctx, uoff_t offset, bool content,
			    bool others)
{
	struct istream *input = ctx->base->input;
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;
	buffer_t *line = t_buffer_create(256);
	bool is_content;

	i_stream_seek(input, offset);
	parser = message_parse_header_init(input, NULL, 0);
	while (message_parse_header_next(parser, &hdr) > 0) {
		is_content = strncasecmp(hdr->name, "Content-", 8) == 0;
		if (hdr->eoh || (is_content ? !content : !others) ||
		    (others && field_is_replaced(ctx, hdr->name)))
			continue;
		if (others)
			note_field(ctx, hdr->name);
		buffer_set_used_size(line, 0);
		message_header_line_write(line, hdr);
		if (hdr->no_newline)
			buffer_append(line, "\r\n", 2);
		o_stream_nsend(ctx->output, line->data, line->used);
	}
	message_parse_header_deinit(&parser);
	return input->stream_errno != 0 ? -1 : 0;
}

static void append_importance(string_t *dest, const char *value)
{
	if (strcmp(value, "0") == 0)
		str_append(dest, "Importance: low\r\n");
	else if (strcmp(value, "2") == 0)
		str_append(dest, "Importance: high\r\n");
}

static void append_fields(struct draft_context *ctx, string_t *head)
{
	const char *value;

	for (unsigned int i = 0; i < N_ELEMENTS(draft_fields); i++) {
		value = wbxml_node_child_value(ctx->source->data, draft_fields[i].tag);
		if (value == NULL)
			continue;
		if (draft_fields[i].kind == DRAFT_FIELD_IMPORTANCE) {
			if (ctx->replace_importance)
				append_importance(head, value);
		} else if (!ctx->replace_fields) {
			continue;
		} else if (draft_fields[i].kind == DRAFT_FIELD_ADDRESSES) {
			eas_draft_append_addresses(head, draft_fields[i].name, value);
		} else {
			eas_draft_append_text(head, draft_fields[i].name, value);
		}
	}
}

static void append_missing(struct draft_context *ctx, string_t *head)
{
	const struct eas_draft_source *source = ctx->source;
	unsigned char digest[SHA256_RESULTLEN];
	const char *domain = strrchr(source->from, '@');

	if (!ctx->have_from)
		str_printfa(head, "From: <%s>\r\n", source->from);
	if (!ctx->have_date)
		str_printfa(head, "Date: %s\r\n", message_date_create(source->now));
	if (!ctx->have_message_id) {
		sha256_get_digest(source->unique, strlen(source->unique), digest);
		str_printfa(head, "Message-ID: <%s@%s>\r\n",
			    binary_to_hex(digest, DRAFT_ID_BYTES),
			    domain == NULL ? "localhost" : domain + 1);
	}
	if (!ctx->have_mime_version)
		str_append(head, "MIME-Version: 1.0\r\n");
}

/* All of the head but for what is about its content, which stays only if the body does. */
static int send_head(struct draft_context *ctx, bool content)
{
	string_t *head = t_str_new(512);

	if (ctx->base != NULL && send_base_fields(ctx, 0, content, TRUE) < 0)
		return -1;
	append_fields(ctx, head);
	append_missing(ctx, head);
	send_str(ctx, str_c(head));
	return 0;
}

/*
 * Parts
 */

static void send_boundary(struct draft_context *ctx, char level, const char *end)
{
	send_str(ctx, t_strdup_printf("--%s%c%s\r\n", ctx->source->boundary, level, end));
}

static void send_multipart(struct draft_context *ctx, char level, const char *subtype)
{
	send_str(ctx, t_strdup_printf(
		"Content-Type: multipart/%s;\r\n boundary=\"%s%c\"\r\n\r\n",
		subtype, ctx->source->boundary, level));
}

static int send_range(struct draft_context *ctx, uoff_t offset, uoff_t size)
{
	struct istream *range = i_stream_create_range(ctx->base->input, offset, size);
	enum ostream_send_istream_result res = o_stream_send_istream(ctx->output, range);

	i_stream_unref(&range);
	return res == OSTREAM_SEND_ISTREAM_RESULT_ERROR_INPUT ? -1 : 0;
}

/* One part of base as it is. */
static int send_part(struct draft_context *ctx, unsigned int idx)
{
	const struct message_part *part = ctx->base->parts[idx].part;

	if (send_base_fields(ctx, part->physical_pos, TRUE, FALSE) < 0)
		return -1;
	send_str(ctx, "\r\n");
	if (send_range(ctx, part->physical_pos + part->header_size.physical_size,
		       part->body_size.physical_size) < 0)
		return -1;
	send_str(ctx, "\r\n");
	return 0;
}

static int send_text(struct draft_context *ctx, const struct wbxml_node *data)
{
	struct eas_part_place place = { .cte = MESSAGE_CTE_BINARY, .charset = "UTF-8" };
	struct istream *input = wbxml_node_get_stream(data);
	struct eas_part_reader *reader;
	buffer_t *piece = buffer_create_dynamic(default_pool, 4096);
	int ret = i_stream_get_size(input, TRUE, &place.size) > 0 ? 1 : -1;

	reader = eas_part_reader_init(input, &place, EAS_PART_FORM_QUOTED_PRINTABLE);
	while (ret > 0) {
		buffer_set_used_size(piece, 0);
		ret = eas_part_reader_more(reader, piece);
		o_stream_nsend(ctx->output, piece->data, piece->used);
	}
	eas_part_reader_deinit(&reader);
	i_stream_unref(&input);
	buffer_free(&piece);
	return ret;
}

static int send_new_body(struct draft_context *ctx)
{
	const struct wbxml_node *data =
		wbxml_node_child(ctx->body, EAS_TAG_AIRSYNCBASE_DATA);
	int ret = 0;

	send_str(ctx, t_strdup_printf("Content-Type: text/%s; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		ctx->body_type == DRAFT_BODY_HTML ? "html" : "plain"));
	if (data != NULL)
		ret = send_text(ctx, data);
	send_str(ctx, "\r\n");
	return ret;
}

static int send_body(struct draft_context *ctx)
{
	const struct eas_email_message *base = ctx->base;
	bool have_text = base != NULL && base->text != EAS_EMAIL_PART_NONE;
	bool have_html = base != NULL && base->html != EAS_EMAIL_PART_NONE;

	if (ctx->body_type == DRAFT_BODY_TEXT || ctx->body_type == DRAFT_BODY_HTML ||
	    (!have_text && !have_html))
		return send_new_body(ctx);
	if (!have_text || !have_html || base->text == base->html)
		return send_part(ctx, have_html ? base->html : base->text);
	send_multipart(ctx, 'A', "alternative");
	send_boundary(ctx, 'A', "");
	if (send_part(ctx, base->text) < 0)
		return -1;
	send_boundary(ctx, 'A', "");
	if (send_part(ctx, base->html) < 0)
		return -1;
	send_boundary(ctx, 'A', "--");
	return 0;
}

static void append_id_field(string_t *dest, const char *name, const char *before,
			    const char *value, const char *after)
{
	if (value == NULL || *value == '\0')
		return;
	for (const char *p = value; *p != '\0'; p++) {
		if (*p <= ' ' || *p >= 0x7f || *p == '<' || *p == '>')
			return;
	}
	str_printfa(dest, "%s: %s%s%s\r\n", name, before, value, after);
}

static int send_attachment_data(struct draft_context *ctx, const struct wbxml_node *data,
				bool whole)
{
	struct istream *input = wbxml_node_get_stream(data), *child;
	enum ostream_send_istream_result res;

	if (!data->opaque) {
		child = input;
		input = i_stream_create_base64_decoder(child);
		i_stream_unref(&child);
	}
	if (!whole) {
		child = input;
		input = i_stream_create_base64_encoder(child, DRAFT_BASE64_LINE_LENGTH,
						       TRUE);
		i_stream_unref(&child);
	}
	res = o_stream_send_istream(ctx->output, input);
	i_stream_unref(&input);
	send_str(ctx, "\r\n");
	return res == OSTREAM_SEND_ISTREAM_RESULT_ERROR_INPUT ? -1 : 0;
}

static int send_added(struct draft_context *ctx, const struct wbxml_node *node)
{
	const struct wbxml_node *data = wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_CONTENT);
	const char *name = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_DISPLAY_NAME);
	const char *method = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_METHOD);
	const struct wbxml_node *inl = wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_IS_INLINE);
	bool whole = method != NULL && strcmp(method, "5") == 0;
	const char *type = whole ? "message/rfc822" :
		eas_draft_content_type(wbxml_node_child_value(node,
					EAS_TAG_AIRSYNCBASE_CONTENT_TYPE));
	/* a text would be taken for the body */
	bool shown = inl != NULL && strcmp(inl->value, "0") != 0 &&
		strncasecmp(type, "image/", 6) == 0;
	string_t *head = t_str_new(256);

	str_printfa(head, "Content-Type: %s", type);
	eas_draft_append_param(head, "name", name);
	str_printfa(head, "\r\nContent-Disposition: %s", shown ? "inline" : "attachment");
	eas_draft_append_param(head, "filename", name);
	str_append(head, "\r\n");
	if (!whole)
		str_append(head, "Content-Transfer-Encoding: base64\r\n");
	append_id_field(head, "Content-ID", "<",
		wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_CONTENT_ID), ">");
	append_id_field(head, "Content-Location", "",
		wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_CONTENT_LOCATION), "");
	str_append(head, "\r\n");
	send_str(ctx, str_c(head));
	return send_attachment_data(ctx, data, whole);
}

static int send_attachments(struct draft_context *ctx)
{
	const struct wbxml_node *node;
	uint32_t idx;

	array_foreach_elem(&ctx->kept, idx) {
		send_boundary(ctx, 'M', "");
		if (send_part(ctx, idx) < 0)
			return -1;
	}
	if (ctx->attachments == NULL)
		return 0;
	wbxml_node_foreach(ctx->attachments, node) {
		if (node->tag != EAS_TAG_AIRSYNCBASE_ADD)
			continue;
		send_boundary(ctx, 'M', "");
		if (send_added(ctx, node) < 0)
			return -1;
	}
	return 0;
}

/*
 * The mail
 */

static bool draft_adds_attachment(const struct draft_context *ctx)
{
	return ctx->attachments != NULL &&
		wbxml_node_child(ctx->attachments, EAS_TAG_AIRSYNCBASE_ADD) != NULL;
}

static bool draft_deletes_part(const struct draft_context *ctx, uint32_t wanted)
{
	const struct wbxml_node *node;
	const char *ref, *item_id, *path;
	unsigned int idx;

	/* a whole mail has them no more */
	if (ctx->attachments == NULL || ctx->body_type == DRAFT_BODY_MIME)
		return FALSE;
	wbxml_node_foreach(ctx->attachments, node) {
		ref = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_FILE_REFERENCE);
		if (node->tag == EAS_TAG_AIRSYNCBASE_DELETE && ref != NULL &&
		    eas_item_email_parse_file_reference(ref, &item_id, &path) == 0 &&
		    str_to_uint(path, &idx) == 0 && idx == wanted)
			return TRUE;
	}
	return FALSE;
}

/* Returns TRUE if one is deleted. */
static bool draft_collect_kept(struct draft_context *ctx)
{
	bool deleted = FALSE;
	uint32_t idx;

	t_array_init(&ctx->kept, 8);
	if (ctx->base == NULL)
		return FALSE;
	array_foreach_elem(&ctx->base->attachments, idx) {
		if (draft_deletes_part(ctx, idx))
			deleted = TRUE;
		else
			array_push_back(&ctx->kept, &idx);
	}
	return deleted;
}

static int draft_send(struct draft_context *ctx)
{
	bool rebuild, mixed, deleted = draft_collect_kept(ctx);

	rebuild = ctx->base == NULL || deleted || draft_adds_attachment(ctx) ||
		(ctx->body != NULL && ctx->body_type != DRAFT_BODY_MIME);
	if (!rebuild) {
		const struct message_part *root = ctx->base->parts[0].part;

		if (send_head(ctx, TRUE) < 0)
			return -1;
		send_str(ctx, "\r\n");
		return send_range(ctx, root->header_size.physical_size,
				  root->body_size.physical_size);
	}
	mixed = array_count(&ctx->kept) > 0 || draft_adds_attachment(ctx);
	if (send_head(ctx, FALSE) < 0)
		return -1;
	if (!mixed)
		return send_body(ctx);
	send_multipart(ctx, 'M', "mixed");
	send_boundary(ctx, 'M', "");
	if (send_body(ctx) < 0 || send_attachments(ctx) < 0)
		return -1;
	send_boundary(ctx, 'M', "--");
	return 0;
}

int eas_draft_write(const struct eas_draft_source *source, struct ostream *output,
		    const char **error_r)
{
	struct draft_context ctx = { .source = source, .output = output };
	pool_t pool = pool_alloconly_create("eas draft", 4096);
	struct istream *input = NULL;
	int ret = 0;

	ctx.body = wbxml_node_child(source->data, EAS_TAG_AIRSYNCBASE_BODY);
	/* MS-ASCMD "Change" (2.2.3.24): without Data it is unchanged */
	if (wbxml_node_child(ctx.body, EAS_TAG_AIRSYNCBASE_DATA) == NULL)
		ctx.body = NULL;
	ctx.body_type = ctx.body == NULL ? 0 : draft_body_type(ctx.body);
	ctx.attachments = wbxml_node_child(source->data, EAS_TAG_AIRSYNCBASE_ATTACHMENTS);
	ctx.replace_fields = ctx.body_type != DRAFT_BODY_MIME &&
		(ctx.body != NULL || draft_has_fields(source->data));
	ctx.replace_importance = ctx.replace_fields ||
		wbxml_node_child(source->data, EAS_TAG_EMAIL_IMPORTANCE) != NULL;
	if (ctx.body_type == DRAFT_BODY_MIME) {
		input = wbxml_node_get_stream(wbxml_node_child(ctx.body,
						EAS_TAG_AIRSYNCBASE_DATA));
	} else if (source->old != NULL) {
		input = source->old;
		i_stream_ref(input);
	}
	if (input != NULL)
		ret = eas_email_message_parse(pool, input, NULL, &ctx.base, error_r);
	if (ret == 0) T_BEGIN {
		ret = draft_send(&ctx);
	} T_END;
	if (ret < 0 && ctx.base != NULL)
		*error_r = t_strdup_printf("read() failed: %s", i_stream_get_error(input));
	else if (ret < 0 && input == NULL)
		*error_r = "A value of the request cannot be read";
	i_stream_unref(&input);
	pool_unref(&pool);
	return ret;
}
