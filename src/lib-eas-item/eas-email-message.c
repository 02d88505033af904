/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"
#include "strfuncs.h"
#include "rfc822-parser.h"
#include "rfc2231-parser.h"
#include "message-parser.h"
#include "eas-header-text.h"
#include "eas-email-message.h"

enum header_kind {
	HEADER_KIND_FIRST,
	HEADER_KIND_LIST
};

static const struct {
	const char *name;
	size_t name_len;
	enum header_kind kind;
} email_headers[EAS_EMAIL_HEADER_COUNT] = {
#define EAS_EMAIL_HEADER(ident, name, kind) \
	{ name, sizeof(name) - 1, HEADER_KIND_##kind },
#include "eas-email-headers.def"
};

struct email_parse_context {
	struct eas_email_message *message;
	ARRAY(struct eas_email_part) parts;
};

/*
 * Head of the message
 */

static const char *header_value(pool_t pool, const struct message_header_line *hdr)
{
	return message_header_strdup(pool, hdr->full_value,
		I_MIN(hdr->full_value_len, EAS_EMAIL_MAX_HEADER_BYTES));
}

static void message_header(struct eas_email_message *message,
			   const struct message_header_line *hdr)
{
	const char *old, *value;
	unsigned int i;

	for (i = 0; i < EAS_EMAIL_HEADER_COUNT; i++) {
		if (hdr->name_len == email_headers[i].name_len &&
		    strcasecmp(hdr->name, email_headers[i].name) == 0)
			break;
	}
	if (i == EAS_EMAIL_HEADER_COUNT)
		return;
	old = message->headers[i];
	if (old == NULL || *old == '\0') {
		message->headers[i] = header_value(message->pool, hdr);
	} else if (email_headers[i].kind == HEADER_KIND_LIST &&
		   strlen(old) < EAS_EMAIL_MAX_HEADER_BYTES) {
		value = header_value(message->pool, hdr);
		message->headers[i] =
			p_strconcat(message->pool, old, ", ", value, NULL);
	}
}

/*
 * Heads of the parts
 */

/* Only the last component: a name is no path. */
static const char *clean_file_name(pool_t pool, const char *name)
{
	const char *p;

	for (p = name; *p != '\0'; p++) {
		if (*p == '/' || *p == '\\')
			name = p + 1;
	}
	return *name == '\0' ? NULL : p_strdup(pool, name);
}

/* The value of a parameter for people. */
static const char *param_text(const char *name, const char *value)
{
	if (name[strlen(name) - 1] == '*')
		return eas_header_decode_extended(pool_datastack_create(), value);
	return eas_header_decode(pool_datastack_create(), value);
}

static bool param_is(const char *name, const char *wanted)
{
	size_t len = strlen(wanted);

	return strncasecmp(name, wanted, len) == 0 &&
		(name[len] == '\0' || (name[len] == '*' && name[len + 1] == '\0'));
}

static void content_type_param(pool_t pool, struct eas_email_part *part,
			       const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **dest;
	} params[] = {
		{ "charset", &part->charset },
		{ "start", &part->start },
		{ "protocol", &part->protocol },
		{ "report-type", &part->report_type },
		{ "smime-type", &part->smime_type },
		{ "method", &part->method }
	};
	unsigned int i;

	/* the one of Content-Disposition counts more */
	if (param_is(name, "name") && part->file_name == NULL)
		part->file_name = clean_file_name(pool, param_text(name, value));
	for (i = 0; i < N_ELEMENTS(params); i++) {
		if (param_is(name, params[i].name) && *params[i].dest == NULL)
			*params[i].dest = p_strdup(pool, param_text(name, value));
	}
}

static void parse_content_type(pool_t pool, struct eas_email_part *part,
			       const struct message_header_line *hdr)
{
	struct rfc822_parser_context parser;
	const char *const *params, *type, *slash;
	string_t *str = t_str_new(64);

	if (part->type != NULL)
		return;
	rfc822_parser_init(&parser, hdr->full_value, hdr->full_value_len, NULL);
	(void)rfc822_skip_lwsp(&parser);
	if (rfc822_parse_content_type(&parser, str) >= 0) {
		type = str_lcase(str_c_modifiable(str));
		slash = strchr(type, '/');
		if (slash != NULL) {
			part->type = p_strdup_until(pool, type, slash);
			part->subtype = p_strdup(pool, slash + 1);
		}
		rfc2231_parse(&parser, &params);
		for (; *params != NULL; params += 2)
			content_type_param(pool, part, params[0], params[1]);
	}
	rfc822_parser_deinit(&parser);
}

static void parse_content_disposition(pool_t pool, struct eas_email_part *part,
				      const struct message_header_line *hdr)
{
	struct rfc822_parser_context parser;
	const char *const *params, *name;
	string_t *str = t_str_new(64);

	rfc822_parser_init(&parser, hdr->full_value, hdr->full_value_len, NULL);
	(void)rfc822_skip_lwsp(&parser);
	if (rfc822_parse_mime_token(&parser, str) >= 0) {
		part->disposition = strcasecmp(str_c(str), "inline") == 0 ?
			EAS_EMAIL_DISPOSITION_INLINE :
			EAS_EMAIL_DISPOSITION_ATTACHMENT;
		rfc2231_parse(&parser, &params);
		for (; *params != NULL; params += 2) {
			if (!param_is(params[0], "filename"))
				continue;
			name = clean_file_name(pool, param_text(params[0], params[1]));
			if (name != NULL)
				part->file_name = name;
		}
	}
	rfc822_parser_deinit(&parser);
}

static const char *parse_content_id(pool_t pool, const struct message_header_line *hdr)
{
	const char *value = header_value(pool_datastack_create(), hdr), *id;

	id = eas_header_first_message_id(pool, value);
	if (id == NULL)
		id = p_strdup(pool, t_str_trim(value, " \t"));
	return *id == '\0' ? NULL : id;
}

static void part_header(pool_t pool, struct eas_email_part *part,
			const struct message_header_line *hdr)
{
	const char *name = hdr->name + strlen("Content-");

	if (strcasecmp(name, "Type") == 0)
		parse_content_type(pool, part, hdr);
	else if (strcasecmp(name, "Transfer-Encoding") == 0)
		part->cte = message_decoder_parse_cte(hdr);
	else if (strcasecmp(name, "Disposition") == 0)
		parse_content_disposition(pool, part, hdr);
	else if (strcasecmp(name, "ID") == 0)
		part->content_id = parse_content_id(pool, hdr);
	else if (strcasecmp(name, "Location") == 0)
		part->content_location = p_strdup(pool,
			eas_header_decode(pool_datastack_create(),
				header_value(pool_datastack_create(), hdr)));
}

/*
 * Parsing
 */

static struct eas_email_part *
parse_get_part(struct email_parse_context *ctx, const struct message_part *part)
{
	struct eas_email_part *last;

	if (array_count(&ctx->parts) > 0) {
		last = array_back_modifiable(&ctx->parts);
		if (last->part == part)
			return last;
	}
	last = array_append_space(&ctx->parts);
	last->part = part;
	last->cte = MESSAGE_CTE_78BIT;
	return last;
}

static void parse_block(struct email_parse_context *ctx, const struct message_block *block)
{
	struct message_header_line *hdr = block->hdr;
	struct eas_email_part *part;

	part = parse_get_part(ctx, block->part);
	if (hdr == NULL || hdr->eoh)
		return;
	if (hdr->continues) {
		hdr->use_full_value = TRUE;
		return;
	}
	T_BEGIN {
		if (strncasecmp(hdr->name, "Content-", 8) == 0)
			part_header(ctx->message->pool, part, hdr);
		else if (block->part->parent == NULL)
			message_header(ctx->message, hdr);
	} T_END;
}

/* Some part of a broken message may not have been reported; children_count needs all of
   them, in the order of the tree. */
static void parse_collect(struct email_parse_context *ctx, const struct message_part *part,
			  struct eas_email_part *dest, unsigned int *idx)
{
	const struct eas_email_part *seen;

	for (; part != NULL; part = part->next) {
		dest[*idx].part = part;
		dest[*idx].cte = MESSAGE_CTE_78BIT;
		array_foreach(&ctx->parts, seen) {
			if (seen->part == part) {
				dest[*idx] = *seen;
				break;
			}
		}
		if (dest[*idx].type == NULL) {
			dest[*idx].type = "text";
			dest[*idx].subtype = "plain";
		}
		*idx += 1;
		parse_collect(ctx, part->children, dest, idx);
	}
}

/* Returns 1, 0 if the given structure is not this message's, -1 if the stream failed. */
static int parse_once(struct email_parse_context *ctx, struct message_part *parts)
{
	static const struct message_parser_settings set = {
		.hdr_flags = MESSAGE_HEADER_PARSER_FLAG_SKIP_INITIAL_LWSP |
			MESSAGE_HEADER_PARSER_FLAG_DROP_CR |
			MESSAGE_HEADER_PARSER_FLAG_CLEAN_ONELINE,
		.flags = MESSAGE_PARSER_FLAG_SKIP_BODY_BLOCK
	};
	struct eas_email_message *message = ctx->message;
	struct message_parser_ctx *parser;
	struct message_block block;
	struct message_part *root;
	const char *error;
	unsigned int idx = 0;
	int ret;

	i_stream_seek(message->input, 0);
	parser = parts != NULL ?
		message_parser_init_from_parts(parts, message->input, &set) :
		message_parser_init(message->pool, message->input, &set);
	while ((ret = message_parser_parse_next_block(parser, &block)) > 0)
		parse_block(ctx, &block);
	i_assert(ret != 0);
	if (message_parser_deinit_from_parts(&parser, &root, &error) < 0)
		return 0;
	if (message->input->stream_errno != 0)
		return -1;

	message->parts_count = root->children_count + 1;
	message->parts = p_new(message->pool, struct eas_email_part,
			       message->parts_count);
	parse_collect(ctx, root, message->parts, &idx);
	i_assert(idx == message->parts_count);
	return 1;
}

int eas_email_message_parse(pool_t pool, struct istream *input,
			    struct message_part *parts,
			    struct eas_email_message **message_r, const char **error_r)
{
	struct email_parse_context ctx;
	struct eas_email_message *message;
	int ret;

	message = p_new(pool, struct eas_email_message, 1);
	message->pool = pool;
	message->input = input;
	ctx.message = message;
	i_array_init(&ctx.parts, 8);
	ret = parse_once(&ctx, parts);
	if (ret == 0) {
		array_clear(&ctx.parts);
		i_zero(&message->headers);
		ret = parse_once(&ctx, NULL);
		i_assert(ret != 0);
	}
	array_free(&ctx.parts);
	if (ret < 0) {
		*error_r = t_strdup_printf("read(%s) failed: %s",
			i_stream_get_name(input), i_stream_get_error(input));
		return -1;
	}
	eas_email_structure_find(message);
	*message_r = message;
	return 0;
}

/*
 * Reading it
 */

unsigned int
eas_email_message_first_child(const struct eas_email_message *message, unsigned int idx)
{
	const struct message_part *part = message->parts[idx].part;

	if (part->children == NULL ||
	    (part->flags & MESSAGE_PART_FLAG_MESSAGE_RFC822) != 0)
		return EAS_EMAIL_PART_NONE;
	return idx + 1;
}

unsigned int
eas_email_message_next_sibling(const struct eas_email_message *message, unsigned int idx)
{
	const struct message_part *part = message->parts[idx].part;

	if (part->next == NULL)
		return EAS_EMAIL_PART_NONE;
	return idx + 1 + part->children_count;
}

void eas_email_message_get_place(const struct eas_email_message *message,
				     unsigned int idx, struct eas_part_place *part_r)
{
	const struct eas_email_part *part = &message->parts[idx];

	i_zero(part_r);
	part_r->offset = part->part->physical_pos + part->part->header_size.physical_size;
	part_r->size = part->part->body_size.physical_size;
	part_r->cte = part->cte;
	part_r->charset = part->charset;
}
