/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "sort.h"
#include "eas-email-message.h"

#define EMAIL_IMPORTANCE_NORMAL 1

/* How senders say it: RFC 2156 Importance and Priority, and what others made of it. */
static const struct {
	enum eas_email_header header;
	/* the beginning of the value */
	const char *value;
	unsigned int importance;
} email_importances[] = {
	{ EAS_EMAIL_HEADER_IMPORTANCE,	"low",		0 },
	{ EAS_EMAIL_HEADER_IMPORTANCE,	"high",		2 },
	{ EAS_EMAIL_HEADER_X_PRIORITY,	"1",		2 },
	{ EAS_EMAIL_HEADER_X_PRIORITY,	"2",		2 },
	{ EAS_EMAIL_HEADER_X_PRIORITY,	"4",		0 },
	{ EAS_EMAIL_HEADER_X_PRIORITY,	"5",		0 },
	{ EAS_EMAIL_HEADER_MS_PRIORITY,	"low",		0 },
	{ EAS_EMAIL_HEADER_MS_PRIORITY,	"high",		2 },
	{ EAS_EMAIL_HEADER_PRIORITY,	"non-urgent",	0 },
	{ EAS_EMAIL_HEADER_PRIORITY,	"urgent",	2 }
};

/* how much of a delivery report is looked at */
#define REPORT_MAX_BYTES 4096

struct structure_context {
	struct eas_email_message *message;
	/* The body was found: a text further down is an attachment, as in Exchange. */
	bool sealed;
};

static void structure_walk(struct structure_context *ctx, unsigned int idx);

static bool part_is(const struct eas_email_part *part, const char *type,
		    const char *subtype)
{
	return strcmp(part->type, type) == 0 &&
		(subtype == NULL || strcmp(part->subtype, subtype) == 0);
}

/* "x-pkcs7-mime" and the like are the names of before RFC 2311. */
static bool subtype_is_x(const char *subtype, const char *name)
{
	if (strncmp(subtype, "x-", 2) == 0)
		subtype += 2;
	return strcmp(subtype, name) == 0;
}

static bool have_body(const struct eas_email_message *message)
{
	return message->text != EAS_EMAIL_PART_NONE ||
		message->html != EAS_EMAIL_PART_NONE;
}

/* Returns where to note the part as body, NULL if it is an attachment. */
static unsigned int *
structure_body_slot(struct structure_context *ctx, unsigned int idx)
{
	const struct eas_email_part *part = &ctx->message->parts[idx];
	unsigned int *slot;

	/* a multipart whose boundary never comes is shown as it stands */
	if (part_is(part, "text", "plain") || part_is(part, "multipart", NULL))
		slot = &ctx->message->text;
	else if (part_is(part, "text", "html"))
		slot = &ctx->message->html;
	else
		return NULL;
	if (*slot != EAS_EMAIL_PART_NONE || ctx->sealed)
		return NULL;
	/* a mail that is nothing but one text shows it, whatever it says of itself */
	if (idx != 0 &&
	    (part->disposition == EAS_EMAIL_DISPOSITION_ATTACHMENT ||
	     part->file_name != NULL))
		return NULL;
	return slot;
}

static void structure_leaf(struct structure_context *ctx, unsigned int idx)
{
	unsigned int *slot = structure_body_slot(ctx, idx);
	uint32_t number = idx;

	if (slot != NULL)
		*slot = idx;
	else
		array_push_back(&ctx->message->attachments, &number);
}

/* The root of multipart/related: the one named by start, else the first. */
static unsigned int related_root(const struct eas_email_message *message,
				 unsigned int idx)
{
	const char *start = message->parts[idx].start, *id;
	unsigned int child, first;

	first = eas_email_message_first_child(message, idx);
	if (start == NULL)
		return first;
	if (*start == '<')
		start = t_strcut(start + 1, '>');
	for (child = first; child != EAS_EMAIL_PART_NONE;
	     child = eas_email_message_next_sibling(message, child)) {
		id = message->parts[child].content_id;
		if (id != NULL && strcmp(id, start) == 0)
			return child;
	}
	return first;
}

static void structure_related(struct structure_context *ctx, unsigned int idx)
{
	unsigned int root = related_root(ctx->message, idx), child;

	structure_walk(ctx, root);
	ctx->sealed = TRUE;
	for (child = eas_email_message_first_child(ctx->message, idx);
	     child != EAS_EMAIL_PART_NONE;
	     child = eas_email_message_next_sibling(ctx->message, child)) {
		if (child != root)
			structure_walk(ctx, child);
	}
}

static void structure_multipart(struct structure_context *ctx, unsigned int idx)
{
	bool alternative = part_is(&ctx->message->parts[idx], "multipart", "alternative");
	bool sealed = ctx->sealed, had_body = have_body(ctx->message);
	unsigned int child;

	for (child = eas_email_message_first_child(ctx->message, idx);
	     child != EAS_EMAIL_PART_NONE;
	     child = eas_email_message_next_sibling(ctx->message, child)) {
		structure_walk(ctx, child);
		/* its parts say the same in other words; those of all others do not */
		if (alternative)
			ctx->sealed = sealed;
		else if (!had_body && have_body(ctx->message))
			ctx->sealed = TRUE;
	}
}

static void structure_walk(struct structure_context *ctx, unsigned int idx)
{
	const struct eas_email_part *part = &ctx->message->parts[idx];

	if (eas_email_message_first_child(ctx->message, idx) == EAS_EMAIL_PART_NONE) {
		/* an empty multipart is nothing */
		if (!part_is(part, "multipart", NULL) ||
		    part->part->body_size.physical_size > 0)
			structure_leaf(ctx, idx);
	} else if (part_is(part, "multipart", "related")) {
		structure_related(ctx, idx);
	} else {
		structure_multipart(ctx, idx);
	}
}

/*
 * Message class
 */

/* RFC 3464 2.3.3 */
static const struct {
	const char *action;
	const char *message_class;
} report_actions[] = {
	{ "failed", "REPORT.IPM.NOTE.NDR" },
	{ "delayed", "REPORT.IPM.NOTE.DELAYED" },
	{ "delivered", "REPORT.IPM.NOTE.DR" },
	{ "relayed", "REPORT.IPM.NOTE.DR" },
	{ "expanded", "REPORT.IPM.NOTE.DR" }
};

static const char *delivery_report_class(struct eas_email_message *message,
					 unsigned int idx)
{
	struct eas_part_place part;
	struct eas_part_reader *reader;
	buffer_t *text = t_buffer_create(REPORT_MAX_BYTES);
	const char *const *line, *p;
	unsigned int i;

	eas_email_message_get_place(message, idx, &part);
	reader = eas_part_reader_init(message->input, &part, EAS_PART_FORM_UTF8);
	while (text->used < REPORT_MAX_BYTES &&
	       eas_part_reader_more(reader, text) > 0) ;
	eas_part_reader_deinit(&reader);
	buffer_append_c(text, '\0');

	for (line = t_strsplit(text->data, "\n"); *line != NULL; line++) {
		if (strncasecmp(*line, "Action:", 7) != 0)
			continue;
		for (p = *line + 7; *p == ' ' || *p == '\t'; p++) ;
		for (i = 0; i < N_ELEMENTS(report_actions); i++) {
			if (strncasecmp(p, report_actions[i].action,
					strlen(report_actions[i].action)) == 0)
				return report_actions[i].message_class;
		}
	}
	return "REPORT.IPM.NOTE.NDR";
}

static const char *report_class(struct eas_email_message *message)
{
	const char *type = message->parts[0].report_type;
	unsigned int i;

	if (type == NULL)
		return "IPM.Note";
	if (strcasecmp(type, "disposition-notification") == 0)
		return "REPORT.IPM.NOTE.IPNRN";
	if (strcasecmp(type, "delivery-status") != 0)
		return "IPM.Note";
	for (i = 1; i < message->parts_count; i++) {
		if (part_is(&message->parts[i], "message", "delivery-status"))
			return delivery_report_class(message, i);
	}
	return "REPORT.IPM.NOTE.NDR";
}

static void structure_class(struct eas_email_message *message)
{
	const struct eas_email_part *root = &message->parts[0];
	const char *slash;

	message->message_class = "IPM.Note";
	if (part_is(root, "application", NULL) &&
	    subtype_is_x(root->subtype, "pkcs7-mime")) {
		message->message_class = "IPM.Note.SMIME";
		message->smime = TRUE;
	} else if (part_is(root, "multipart", "signed") && root->protocol != NULL) {
		slash = strchr(root->protocol, '/');
		if (slash != NULL &&
		    subtype_is_x(t_str_lcase(slash + 1), "pkcs7-signature")) {
			message->message_class = "IPM.Note.SMIME.MultipartSigned";
			message->smime = TRUE;
		}
	} else if (part_is(root, "multipart", "report")) {
		message->message_class = report_class(message);
	}
}

static void structure_importance(struct eas_email_message *message)
{
	const char *value;

	message->importance = EMAIL_IMPORTANCE_NORMAL;
	for (unsigned int i = 0; i < N_ELEMENTS(email_importances); i++) {
		value = message->headers[email_importances[i].header];
		if (value != NULL &&
		    strncasecmp(value, email_importances[i].value,
				strlen(email_importances[i].value)) == 0) {
			message->importance = email_importances[i].importance;
			return;
		}
	}
}

void eas_email_structure_find(struct eas_email_message *message)
{
	struct structure_context ctx;

	i_zero(&ctx);
	ctx.message = message;
	message->text = message->html = EAS_EMAIL_PART_NONE;
	p_array_init(&message->attachments, message->pool, 4);
	T_BEGIN {
		structure_walk(&ctx, 0);
		structure_class(message);
	} T_END;
	structure_importance(message);
	array_sort(&message->attachments, uint32_cmp);
}
