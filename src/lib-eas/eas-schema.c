/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "unichar.h"
#include "wbxml-tree.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-schema.h"

enum eas_schema_check {
	EAS_SCHEMA_CHECK_NONE,
	EAS_SCHEMA_CHECK_FILLED,
	EAS_SCHEMA_CHECK_SHORT,
	EAS_SCHEMA_CHECK_ID,
	EAS_SCHEMA_CHECK_OPEN
};

/* ComposeMail.xsd, ClientId */
#define EAS_SCHEMA_SHORT_CHARS 40
/* MS-ASCMD "CollectionId(Sync)" (2.2.3.30.5); an id that is longer is none of ours, and could not be told again */
#define EAS_SCHEMA_ID_CHARS 64

#define MANY UINT_MAX
#define COMMAND EAS_STATUS_NONE

static const struct eas_schema_command {
	wbxml_tag_t root, status_tag;
	enum eas_status status;
} eas_schema_commands[] = {
#define EAS_SCHEMA_COMMAND(command, root, status_tag, status) \
	[EAS_COMMAND_##command] = { EAS_TAG_##root, EAS_TAG_##status_tag, status },
#define EAS_SCHEMA_LIMIT(parent, max, status)
#define EAS_SCHEMA_NOT_EMPTY(parent, status)
#define EAS_SCHEMA(parent, element, min, max, check, status)
#include "eas-schema.def"
};

static const struct eas_schema_limit {
	wbxml_tag_t parent;
	unsigned int min, max;
	enum eas_status status;
} eas_schema_limits[] = {
#define EAS_SCHEMA_COMMAND(command, root, status_tag, status)
#define EAS_SCHEMA_LIMIT(parent, max, status) \
	{ EAS_TAG_##parent, 0, max, status },
#define EAS_SCHEMA_NOT_EMPTY(parent, status) \
	{ EAS_TAG_##parent, 1, UINT_MAX, status },
#define EAS_SCHEMA(parent, element, min, max, check, status)
#include "eas-schema.def"
};

static const struct eas_schema_row {
	wbxml_tag_t parent, tag;
	unsigned int min, max;
	enum eas_schema_check check;
	enum eas_status status;
} eas_schema_rows[] = {
#define EAS_SCHEMA_COMMAND(command, root, status_tag, status)
#define EAS_SCHEMA_LIMIT(parent, max, status)
#define EAS_SCHEMA_NOT_EMPTY(parent, status)
#define EAS_SCHEMA(parent, element, min, max, check, status) \
	{ EAS_TAG_##parent, EAS_TAG_##element, min, max, \
	  EAS_SCHEMA_CHECK_##check, status },
#include "eas-schema.def"
};

#define EAS_SCHEMA_ROWS_END (eas_schema_rows + N_ELEMENTS(eas_schema_rows))

struct eas_schema_context {
	enum eas_version version;
	const struct eas_schema_command *command;
	struct eas_schema_error *error;
};

static void eas_schema_set_error(struct eas_schema_context *ctx,
				 enum eas_status status, const char *reason)
{
	struct eas_schema_error *error = ctx->error;

	error->root = ctx->command->root;
	error->status_tag = ctx->command->status_tag;
	error->status = status;
	error->reason = reason;
	/* clients of 12.1 do not know the global statuses */
	error->http_status = ctx->version >= EAS_VERSION_14_0 ? 0 :
		eas_status_get_http(status);
}

static int ATTR_FORMAT(3, 4)
eas_schema_fail(struct eas_schema_context *ctx, enum eas_status status,
		const char *format, ...)
{
	va_list args;

	if (status == COMMAND)
		status = ctx->command->status;
	va_start(args, format);
	eas_schema_set_error(ctx, status, t_strdup_vprintf(format, args));
	va_end(args);
	return -1;
}

static const char *eas_schema_name(wbxml_tag_t tag)
{
	const char *name = eas_tag_get_name(tag);

	return name != NULL ? name : t_strdup_printf("0x%04x", tag);
}

/* NULL if the value is one of its kind. */
static const char *eas_schema_value_error(const struct wbxml_node *node)
{
	const struct eas_tag_info *info = eas_tag_find(node->tag);
	unsigned int number;
	bool flag;

	if (info->kind == EAS_TAG_KIND_CONTAINER)
		return node->value_size > 0 ? "has text instead of elements" : NULL;
	if (node->first_child != NULL)
		return "has elements instead of text";
	if (node->value_size == 0)
		return NULL;
	switch (info->kind) {
	case EAS_TAG_KIND_UINT:
		return eas_uint_parse(node->value, &number) < 0 ?
			"is not a number" : NULL;
	case EAS_TAG_KIND_BOOL:
		return eas_bool_parse(node->value, &flag) < 0 ?
			"is neither 0 nor 1" : NULL;
	default:
		return NULL;
	}
}

/* NULL if the value may be this of the row. */
static const char *
eas_schema_text_error(const struct eas_schema_row *row, const struct wbxml_node *node)
{
	unsigned int max_chars = row->check == EAS_SCHEMA_CHECK_ID ?
		EAS_SCHEMA_ID_CHARS : EAS_SCHEMA_SHORT_CHARS;

	if (row->check == EAS_SCHEMA_CHECK_NONE)
		return NULL;
	if (node->value_size == 0)
		return "is empty";
	if (row->check == EAS_SCHEMA_CHECK_FILLED)
		return NULL;
	/* a value in a stream has its size, but no bytes here */
	if (node->stream != NULL ||
	    uni_utf8_strlen_n(node->value, node->value_size) > max_chars)
		return "is too long";
	return NULL;
}

static int eas_schema_check_children(struct eas_schema_context *ctx,
				     const struct wbxml_node *parent);

static int
eas_schema_check_node(struct eas_schema_context *ctx,
		      const struct eas_schema_row *row,
		      const struct wbxml_node *node)
{
	const char *error;

	if (row->check == EAS_SCHEMA_CHECK_OPEN)
		return 0;
	error = eas_schema_value_error(node);
	if (error == NULL)
		error = eas_schema_text_error(row, node);
	if (error != NULL) {
		return eas_schema_fail(ctx, row->status, "%s in %s %s",
				       eas_schema_name(row->tag),
				       eas_schema_name(row->parent), error);
	}
	return eas_schema_check_children(ctx, node);
}

static int
eas_schema_check_row(struct eas_schema_context *ctx,
		     const struct eas_schema_row *row,
		     const struct wbxml_node *parent)
{
	const struct wbxml_node *node;
	unsigned int count = 0;

	wbxml_node_foreach(parent, node) {
		if (node->tag != row->tag)
			continue;
		count++;
		if (eas_schema_check_node(ctx, row, node) < 0)
			return -1;
	}
	if (count < row->min) {
		return eas_schema_fail(ctx, row->status, "%s has no %s",
				       eas_schema_name(row->parent),
				       eas_schema_name(row->tag));
	}
	if (count > row->max) {
		return eas_schema_fail(ctx, row->status,
				       "%s has more than %u %s",
				       eas_schema_name(row->parent), row->max,
				       eas_schema_name(row->tag));
	}
	return 0;
}

static int eas_schema_check_limits(struct eas_schema_context *ctx,
				   const struct wbxml_node *parent)
{
	const struct wbxml_node *node;
	unsigned int count;

	for (unsigned int i = 0; i < N_ELEMENTS(eas_schema_limits); i++) {
		const struct eas_schema_limit *limit = &eas_schema_limits[i];

		if (limit->parent != parent->tag)
			continue;
		count = 0;
		wbxml_node_foreach(parent, node)
			count++;
		if (count < limit->min) {
			return eas_schema_fail(ctx, limit->status, "%s is empty",
				eas_schema_name(parent->tag));
		}
		if (count > limit->max) {
			return eas_schema_fail(ctx, limit->status,
				"%s has more than %u elements",
				eas_schema_name(parent->tag), limit->max);
		}
	}
	return 0;
}

static int eas_schema_check_children(struct eas_schema_context *ctx,
				     const struct wbxml_node *parent)
{
	const struct eas_schema_row *row = eas_schema_rows;

	if (eas_schema_check_limits(ctx, parent) < 0)
		return -1;
	while (row < EAS_SCHEMA_ROWS_END && row->parent != parent->tag)
		row++;
	for (; row < EAS_SCHEMA_ROWS_END && row->parent == parent->tag; row++) {
		if (eas_schema_check_row(ctx, row, parent) < 0)
			return -1;
	}
	return 0;
}

static const struct eas_schema_command *
eas_schema_command_get(enum eas_command_id command)
{
	i_assert((unsigned int)command < N_ELEMENTS(eas_schema_commands) &&
		 eas_schema_commands[command].root != WBXML_TAG_NONE);
	return &eas_schema_commands[command];
}

void eas_schema_get_status_tags(enum eas_command_id command,
				wbxml_tag_t *root_r, wbxml_tag_t *status_tag_r)
{
	*root_r = *status_tag_r = WBXML_TAG_NONE;
	if ((unsigned int)command < N_ELEMENTS(eas_schema_commands)) {
		*root_r = eas_schema_commands[command].root;
		*status_tag_r = eas_schema_commands[command].status_tag;
	}
}

static void
eas_schema_begin(struct eas_schema_context *ctx, enum eas_command_id command,
		 enum eas_version version, struct eas_schema_error *error_r)
{
	i_zero(error_r);
	i_zero(ctx);
	ctx->version = version;
	ctx->command = eas_schema_command_get(command);
	ctx->error = error_r;
}

int eas_schema_check(enum eas_command_id command, enum eas_version version,
		     const struct wbxml_node *root,
		     struct eas_schema_error *error_r)
{
	struct eas_schema_context ctx;

	eas_schema_begin(&ctx, command, version, error_r);
	if (root == NULL) {
		if ((eas_command_get(command)->flags &
		     EAS_COMMAND_FLAG_EMPTY_BODY) != 0)
			return 0;
		return eas_schema_fail(&ctx, COMMAND, "body is empty");
	}
	if (root->tag != ctx.command->root) {
		return eas_schema_fail(&ctx, COMMAND, "root is %s",
				       eas_schema_name(root->tag));
	}
	if (eas_schema_value_error(root) != NULL) {
		return eas_schema_fail(&ctx, COMMAND, "root %s",
				       eas_schema_value_error(root));
	}
	return eas_schema_check_children(&ctx, root);
}

void eas_schema_get_wbxml_error(enum eas_command_id command,
				enum eas_version version,
				struct eas_schema_error *error_r)
{
	struct eas_schema_context ctx;

	eas_schema_begin(&ctx, command, version, error_r);
	eas_schema_set_error(&ctx, EAS_STATUS_GLOBAL_INVALID_WBXML,
			     "body is not WBXML");
	error_r->http_status = 400;
}
