/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "istream-header-filter.h"
#include "ostream.h"
#include "str.h"
#include "message-header-parser.h"
#include "eas-header-text.h"
#include "eas-email-attachment.h"
#include "eas-smart-private.h"

/* one letter behind the boundary for each multipart */
enum smart_level {
	SMART_MIXED	= 'M',
	SMART_RELATED	= 'R',
	SMART_ALTERNATIVE = 'A'
};

struct smart_attachment {
	const struct eas_email_message *message;
	unsigned int idx;
};
ARRAY_DEFINE_TYPE(smart_attachment, struct smart_attachment);

struct smart_tree {
	struct eas_smart_context *ctx;
	ARRAY_TYPE(smart_attachment) images, attachments;
	bool have_html;
	/* the original is attached whole */
	bool attach_original;
};

static void send_str(struct smart_tree *tree, const char *str)
{
	o_stream_nsend_str(tree->ctx->output, str);
}

static void send_boundary(struct smart_tree *tree, enum smart_level level, const char *end)
{
	send_str(tree, t_strdup_printf("--%s%c%s\r\n", tree->ctx->source->boundary,
				       level, end));
}

static void send_multipart_head(struct smart_tree *tree, enum smart_level level,
				const char *subtype)
{
	send_str(tree, t_strdup_printf("Content-Type: multipart/%s; boundary=\"%s%c\"\r\n\r\n",
				       subtype, tree->ctx->source->boundary, level));
}

/*
 * Bytes as they are
 */

static int send_range(struct smart_tree *tree, struct istream *input, uoff_t offset,
		      uoff_t size)
{
	struct istream *range = i_stream_create_range(input, offset, size);
	enum ostream_send_istream_result res;

	res = o_stream_send_istream(tree->ctx->output, range);
	i_stream_unref(&range);
	return res == OSTREAM_SEND_ISTREAM_RESULT_ERROR_INPUT ? -1 : 0;
}

static bool header_is_content(const char *name)
{
	return strncasecmp(name, "Content-", 8) == 0 || strcasecmp(name, "MIME-Version") == 0;
}

/* Of the head that begins at offset the lines about its content, or all others. */
static int send_header_lines(struct smart_tree *tree, struct istream *input, uoff_t offset,
			     bool content)
{
	struct message_header_parser_ctx *parser;
	struct message_header_line *hdr;
	buffer_t *line = t_buffer_create(256);

	i_stream_seek(input, offset);
	parser = message_parse_header_init(input, NULL, 0);
	while (message_parse_header_next(parser, &hdr) > 0) {
		if (hdr->eoh || header_is_content(hdr->name) != content)
			continue;
		buffer_set_used_size(line, 0);
		message_header_line_write(line, hdr);
		if (hdr->no_newline)
			buffer_append(line, "\r\n", 2);
		o_stream_nsend(tree->ctx->output, line->data, line->used);
	}
	message_parse_header_deinit(&parser);
	return input->stream_errno != 0 ? -1 : 0;
}

static int send_attachment(struct smart_tree *tree, const struct smart_attachment *attachment)
{
	const struct eas_email_message *message = attachment->message;
	const struct message_part *part = message->parts[attachment->idx].part;
	int ret;

	ret = send_header_lines(tree, message->input, part->physical_pos, TRUE);
	send_str(tree, "\r\n");
	if (ret == 0) {
		ret = send_range(tree, message->input,
				 part->physical_pos + part->header_size.physical_size,
				 part->body_size.physical_size);
	}
	send_str(tree, "\r\n");
	return ret;
}

/* But for its Bcc: a sent mail may be passed on too. */
static int send_original_message(struct smart_tree *tree)
{
	static const char *const drop[] = { "Bcc", "Resent-Bcc" };
	struct istream *input = tree->ctx->original->input, *filtered;
	enum ostream_send_istream_result res;

	send_str(tree, "Content-Type: message/rfc822\r\n"
		 "Content-Disposition: attachment; filename=\"message.eml\"\r\n\r\n");
	i_stream_seek(input, 0);
	filtered = i_stream_create_header_filter(input, HEADER_FILTER_EXCLUDE,
		drop, N_ELEMENTS(drop), *null_header_filter_callback, NULL);
	res = o_stream_send_istream(tree->ctx->output, filtered);
	i_stream_unref(&filtered);
	send_str(tree, "\r\n");
	return res == OSTREAM_SEND_ISTREAM_RESULT_ERROR_INPUT ? -1 : 0;
}

/*
 * Head
 */

/* The first one and the last ones, then the original's own id. */
static void append_references(string_t *dest, const struct eas_email_message *original)
{
	const char *refs = original->headers[EAS_EMAIL_HEADER_REFERENCES];
	const char *const *ids = t_strsplit_spaces(refs == NULL ? "" : refs, " \t");
	unsigned int i, count = str_array_length(ids), skip = 0;

	if (count >= EAS_SMART_MAX_REFERENCES)
		skip = count - EAS_SMART_MAX_REFERENCES + 1;
	for (i = 0; i < count; i++) {
		if (i == 0 || i > skip)
			str_printfa(dest, "%s\r\n ", ids[i]);
	}
}

static void send_threading(struct smart_tree *tree)
{
	const struct eas_email_message *mime = tree->ctx->mime;
	const char *id = tree->ctx->original->headers[EAS_EMAIL_HEADER_MESSAGE_ID];
	string_t *str = t_str_new(256);

	id = id == NULL ? NULL : eas_header_first_message_id(pool_datastack_create(), id);
	if (id == NULL)
		return;
	if (mime->headers[EAS_EMAIL_HEADER_REFERENCES] == NULL) {
		str_append(str, "References: ");
		append_references(str, tree->ctx->original);
		str_printfa(str, "<%s>\r\n", id);
	}
	if (tree->ctx->source->kind == EAS_SMART_REPLY &&
	    mime->headers[EAS_EMAIL_HEADER_IN_REPLY_TO] == NULL)
		str_printfa(str, "In-Reply-To: <%s>\r\n", id);
	send_str(tree, str_c(str));
}

static int send_head(struct smart_tree *tree)
{
	int ret = send_header_lines(tree, tree->ctx->mime->input, 0, FALSE);

	send_threading(tree);
	send_str(tree, "MIME-Version: 1.0\r\n");
	return ret;
}

/*
 * Tree
 */

static int send_alternative(struct smart_tree *tree)
{
	if (!tree->have_html)
		return eas_smart_write_plain(tree->ctx);
	send_multipart_head(tree, SMART_ALTERNATIVE, "alternative");
	send_boundary(tree, SMART_ALTERNATIVE, "");
	if (eas_smart_write_plain(tree->ctx) < 0)
		return -1;
	send_boundary(tree, SMART_ALTERNATIVE, "");
	if (eas_smart_write_html(tree->ctx) < 0)
		return -1;
	send_boundary(tree, SMART_ALTERNATIVE, "--");
	return 0;
}

static int send_related(struct smart_tree *tree)
{
	const struct smart_attachment *image;

	if (array_count(&tree->images) == 0)
		return send_alternative(tree);
	send_multipart_head(tree, SMART_RELATED, "related");
	send_boundary(tree, SMART_RELATED, "");
	if (send_alternative(tree) < 0)
		return -1;
	array_foreach(&tree->images, image) {
		send_boundary(tree, SMART_RELATED, "");
		if (send_attachment(tree, image) < 0)
			return -1;
	}
	send_boundary(tree, SMART_RELATED, "--");
	return 0;
}

static int send_mixed(struct smart_tree *tree)
{
	const struct smart_attachment *attachment;

	if (array_count(&tree->attachments) == 0 && !tree->attach_original)
		return send_related(tree);
	send_multipart_head(tree, SMART_MIXED, "mixed");
	send_boundary(tree, SMART_MIXED, "");
	if (send_related(tree) < 0)
		return -1;
	array_foreach(&tree->attachments, attachment) {
		send_boundary(tree, SMART_MIXED, "");
		if (send_attachment(tree, attachment) < 0)
			return -1;
	}
	if (tree->attach_original) {
		send_boundary(tree, SMART_MIXED, "");
		if (send_original_message(tree) < 0)
			return -1;
	}
	send_boundary(tree, SMART_MIXED, "--");
	return 0;
}

/* Those the HTML shows in its place go with it; of the others a reply takes only the device's. */
static void collect_attachments(struct smart_tree *tree,
				const struct eas_email_message *message, bool others)
{
	struct smart_attachment attachment = { .message = message };
	const uint32_t *idx;

	array_foreach(&message->attachments, idx) {
		attachment.idx = *idx;
		if (tree->have_html &&
		    eas_email_attachment_is_inline(message, *idx))
			array_push_back(&tree->images, &attachment);
		else if (others)
			array_push_back(&tree->attachments, &attachment);
	}
}

static int smart_write(struct eas_smart_context *ctx)
{
	struct smart_tree tree = { .ctx = ctx };
	bool forward = ctx->source->kind == EAS_SMART_FORWARD;

	/* what is signed stays as it is */
	if (ctx->mime->smime)
		return send_range(&tree, ctx->mime->input, 0, UOFF_T_MAX);

	t_array_init(&tree.images, 8);
	t_array_init(&tree.attachments, 8);
	tree.have_html = ctx->mime->html != EAS_EMAIL_PART_NONE ||
		ctx->original->html != EAS_EMAIL_PART_NONE;
	tree.attach_original = forward && ctx->original->smime;
	collect_attachments(&tree, ctx->mime, TRUE);
	if (!tree.attach_original)
		collect_attachments(&tree, ctx->original, forward);
	if (send_head(&tree) < 0)
		return -1;
	return send_mixed(&tree);
}

int eas_smart_mime_write(const struct eas_smart_source *source, struct ostream *output,
			 const char **error_r)
{
	struct eas_smart_context ctx = { .source = source, .output = output };
	pool_t pool = pool_alloconly_create("eas smart mime", 4096);
	int ret;

	ret = eas_email_message_parse(pool, source->mime, NULL, &ctx.mime, error_r);
	if (ret == 0)
		ret = eas_email_message_parse(pool, source->original,
					      source->original_parts,
					      &ctx.original, error_r);
	if (ret == 0) T_BEGIN {
		ret = smart_write(&ctx);
	} T_END;
	if (ret < 0 && ctx.original != NULL) {
		*error_r = t_strdup_printf("read() failed: %s",
			source->mime->stream_errno != 0 ?
			i_stream_get_error(source->mime) :
			i_stream_get_error(source->original));
	}
	pool_unref(&pool);
	return ret;
}
