/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "istream.h"
#include "str.h"
#include "str-sanitize.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-class.h"

/* How much of a refused value is told. */
#define PIM_MAX_TOLD_BYTES 80

bool eas_pim_node_is_empty(const struct wbxml_node *node)
{
	return node == NULL ||
		(node->first_child == NULL && node->value_size == 0 && node->stream == NULL);
}

int eas_pim_refuse(struct eas_pim_context *ctx, const struct wbxml_node *node, const char *what)
{
	const char *name = eas_tag_get_name(node->tag);

	ctx->error = p_strdup_printf(ctx->pool, "%s: %s: %s", name == NULL ? "?" : name, what,
				     str_sanitize(node->value, PIM_MAX_TOLD_BYTES));
	return -1;
}

const char *eas_pim_node_text(struct eas_pim_context *ctx, const struct wbxml_node *node)
{
	struct istream *input;
	const unsigned char *data;
	string_t *text;
	size_t size;

	if (node->stream == NULL)
		return node->value;
	text = str_new(ctx->pool, 1024);
	input = wbxml_node_get_stream(node);
	while (str_len(text) < EAS_PIM_MAX_TEXT_BYTES &&
	       i_stream_read_more(input, &data, &size) > 0) {
		size = I_MIN(size, EAS_PIM_MAX_TEXT_BYTES - str_len(text));
		str_append_data(text, data, size);
		i_stream_skip(input, size);
	}
	i_stream_unref(&input);
	return str_c(text);
}

/*
 * Comparing
 */

static const char *text_skip_space(const char *text)
{
	while (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
		text++;
	return text;
}

/* CRLF, CR and LF are one; what stands at the ends is none. */
bool eas_pim_text_equal(const char *a, const char *b)
{
	a = text_skip_space(a);
	b = text_skip_space(b);
	while (*a != '\0' && *b != '\0') {
		if (*a == '\r' && a[1] == '\n')
			a++;
		if (*b == '\r' && b[1] == '\n')
			b++;
		if (*a != *b && !((*a == '\r' || *a == '\n') && (*b == '\r' || *b == '\n')))
			break;
		a++;
		b++;
	}
	return *text_skip_space(a) == '\0' && *text_skip_space(b) == '\0';
}

static bool value_equal(wbxml_tag_t tag, const char *a, const char *b)
{
	const struct eas_tag_info *info = eas_tag_find(tag);
	enum eas_tag_kind kind = info == NULL ? EAS_TAG_KIND_TEXT : info->kind;
	intmax_t number_a, number_b;
	bool bool_a, bool_b;
	time_t time_a, time_b;

	switch (kind) {
	case EAS_TAG_KIND_UINT:
	case EAS_TAG_KIND_INT:
		if (str_to_intmax(a, &number_a) == 0 && str_to_intmax(b, &number_b) == 0)
			return number_a == number_b;
		break;
	case EAS_TAG_KIND_BOOL:
		if (eas_bool_parse(a, &bool_a) == 0 && eas_bool_parse(b, &bool_b) == 0)
			return bool_a == bool_b;
		break;
	case EAS_TAG_KIND_DATE:
		if (eas_date_parse(a, &time_a) == 0 && eas_date_parse(b, &time_b) == 0)
			return time_a == time_b;
		break;
	default:
		break;
	}
	return eas_pim_text_equal(a, b);
}

static const struct wbxml_node *next_filled(const struct wbxml_node *node)
{
	while (node != NULL && eas_pim_node_is_empty(node))
		node = node->next;
	return node;
}

static bool list_equal(const struct wbxml_node *a, const struct wbxml_node *b)
{
	a = next_filled(a);
	b = next_filled(b);
	while (a != NULL && b != NULL && eas_pim_node_equal(a, b)) {
		a = next_filled(a->next);
		b = next_filled(b->next);
	}
	return a == NULL && b == NULL;
}

/* The order of children means nothing anywhere: names and labels are told apart by what they say. */
static bool set_contains_all(const struct wbxml_node *a, const struct wbxml_node *b)
{
	const struct wbxml_node *one, *other;

	for (one = next_filled(b->first_child); one != NULL; one = next_filled(one->next)) {
		for (other = a->first_child; other != NULL; other = other->next) {
			if (eas_pim_node_equal(one, other))
				break;
		}
		if (other == NULL)
			return FALSE;
	}
	return TRUE;
}

bool eas_pim_node_equal(const struct wbxml_node *a, const struct wbxml_node *b)
{
	if (eas_pim_node_is_empty(a) || eas_pim_node_is_empty(b))
		return eas_pim_node_is_empty(a) && eas_pim_node_is_empty(b);
	if (a->tag != b->tag || a->stream != NULL || b->stream != NULL)
		return FALSE;
	if (a->first_child != NULL || b->first_child != NULL) {
		return list_equal(a->first_child, b->first_child) ||
			(set_contains_all(a, b) && set_contains_all(b, a));
	}
	if (a->opaque || b->opaque) {
		return a->value_size == b->value_size &&
			memcmp(a->value, b->value, a->value_size) == 0;
	}
	return value_equal(a->tag, a->value, b->value);
}
