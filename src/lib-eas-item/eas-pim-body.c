/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "str.h"
#include "wbxml-writer.h"
#include "pim-object.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-body.h"
#include "eas-html-text.h"
#include "eas-pim-row.h"
#include "eas-rtf-text.h"

#define PIM_HTML_TYPE "text/html"
/* in UTF-8 */
#define BODY_MAX_CHARACTER_BYTES 4
/* what others use for the same: RFC 9073 "STYLED-DESCRIPTION" (6.5) */
static const char *const html_properties[] = { "X-ALT-DESC", "STYLED-DESCRIPTION" };

/* The text of an object in both forms. */
struct pim_body {
	/* NULL = there is none. If there is only HTML, text is made of it. */
	const char *text, *html;
	bool text_is_made;
};

static const char *html_to_text(const char *html)
{
	struct eas_html_text *parser = eas_html_text_init(EAS_HTML_TEXT_FLAG_LINKS);
	string_t *text = t_str_new(strlen(html) + 1);

	eas_html_text_more(parser, (const unsigned char *)html, strlen(html), text);
	eas_html_text_finish(parser, text);
	eas_html_text_deinit(&parser);
	return t_str_rtrim(str_c(text), "\r\n");
}

static bool property_is_html(const struct pim_property *property)
{
	const char *type = pim_param_get(property, "FMTTYPE");

	return type != NULL && strcasecmp(type, PIM_HTML_TYPE) == 0;
}

static const struct pim_property *html_find(const struct pim_component *component)
{
	const struct pim_property *property;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(html_properties); i++) {
		property = pim_property_find(component, html_properties[i]);
		while (property != NULL && !property_is_html(property))
			property = pim_property_find_next(property);
		if (property != NULL && *property->value != '\0')
			return property;
	}
	return NULL;
}

/* The same words, whatever is between them. */
static bool words_equal(const char *a, const char *b)
{
	const char *const *words_a = t_strsplit_spaces(a, " \t\r\n");
	const char *const *words_b = t_strsplit_spaces(b, " \t\r\n");

	for (; *words_a != NULL && *words_b != NULL; words_a++, words_b++) {
		if (strcmp(*words_a, *words_b) != 0)
			return FALSE;
	}
	return *words_a == NULL && *words_b == NULL;
}

/* Kolab has no HTML of events and tasks: ours stands beside the text, and is out of date when a Kolab client has changed
   that. */
static bool html_is_current(const struct eas_pim_context *ctx, const char *html,
			    const char *text)
{
	return ctx->object->format != PIM_FORMAT_KOLAB3 || text == NULL ||
		words_equal(html_to_text(html), text);
}

static void body_get(const struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     const struct pim_component *component, struct pim_body *body_r)
{
	const struct pim_property *html = html_find(component);
	const char *text = pim_component_get_text(component, row->name);

	i_zero(body_r);
	if (html != NULL) {
		body_r->html = pim_text_unescape(html->value);
		if (!html_is_current(ctx, body_r->html, text))
			body_r->html = NULL;
	}
	if (text != NULL && *text != '\0') {
		body_r->text = text;
	} else if (body_r->html != NULL) {
		body_r->text = html_to_text(body_r->html);
		body_r->text_is_made = TRUE;
	}
}

const char *eas_pim_body_get_text(const struct eas_pim_context *ctx,
				  const struct pim_component *component, const char *name)
{
	const struct eas_pim_property row = { .name = name };
	struct pim_body body;

	body_get(ctx, &row, component, &body);
	return body.text;
}

void eas_pim_body_get_words(const struct eas_pim_context *ctx,
			    const struct pim_component *component, const char *name,
			    const char **words_r, const char **whole_r)
{
	const struct eas_pim_property row = { .name = name };
	struct pim_body body;

	body_get(ctx, &row, component, &body);
	*words_r = *whole_r = "";
	if (body.text == NULL)
		return;
	*words_r = t_strarray_join(t_strsplit_spaces(body.text, " \t\r\n"), " ");
	*whole_r = body.html != NULL ? body.html : body.text;
}

/*
 * Writing
 */

static void body_source_init(const struct pim_body *body, string_t *data,
			     struct eas_part_place places[2],
			     struct eas_body_source *source_r)
{
	static const struct eas_part_place utf8 = {
		.cte = MESSAGE_CTE_78BIT, .charset = "utf-8"
	};

	i_zero(source_r);
	source_r->truncated_only = TRUE;
	if (!body->text_is_made && body->text != NULL) {
		places[0] = utf8;
		places[0].size = strlen(body->text);
		str_append(data, body->text);
		source_r->text = &places[0];
	}
	if (body->html != NULL) {
		places[1] = utf8;
		places[1].offset = str_len(data);
		places[1].size = strlen(body->html);
		str_append(data, body->html);
		source_r->html = &places[1];
	}
}

/* An item without a text has no element: quirk 67. */
static void body_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		       const struct pim_component *component, struct wbxml_writer *writer)
{
	struct eas_part_place places[2];
	struct eas_body_source source;
	struct eas_body *body;
	struct pim_body own;
	string_t *data;

	body_get(ctx, row, component, &own);
	if ((own.text == NULL && own.html == NULL) || !eas_body_is_wanted(ctx->body))
		return;
	data = t_str_new(1024);
	body_source_init(&own, data, places, &source);
	source.input = i_stream_create_from_buffer(data);
	/* reading from memory does not fail */
	if (eas_body_open(&source, ctx->body, &body) == 0) {
		(void)eas_body_write(body, writer);
		eas_body_close(&body);
	}
	i_stream_unref(&source.input);
}

static void native_body_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			      const struct pim_component *component,
			      struct wbxml_writer *writer)
{
	struct pim_body own;

	if (!eas_body_is_wanted(ctx->body))
		return;
	body_get(ctx, row, component, &own);
	if (own.html != NULL || own.text != NULL) {
		wbxml_writer_element_uint(writer, row->tag, own.html != NULL ?
					  EAS_BODY_TYPE_HTML : EAS_BODY_TYPE_TEXT);
	}
}

/*
 * Comparing
 */

/* As the device says it. */
static unsigned int body_node_sent_type(const struct wbxml_node *node)
{
	const char *value = wbxml_node_child_value(node, EAS_TAG_AIRSYNCBASE_TYPE);
	unsigned int type;

	return value != NULL && eas_uint_parse(value, &type) == 0 ? type :
		EAS_BODY_TYPE_TEXT;
}

/* Of rich text the words are kept: nothing else that has these objects knows it. */
static unsigned int body_node_type(const struct wbxml_node *node)
{
	unsigned int type = body_node_sent_type(node);

	return type == EAS_BODY_TYPE_RTF ? EAS_BODY_TYPE_TEXT : type;
}

static const char *rtf_node_text(const struct wbxml_node *data)
{
	string_t *text = t_str_new(1024);

	return eas_rtf_text(data->value, text) ? t_str_rtrim(str_c(text), "\n") : NULL;
}

static const char *body_node_data(struct eas_pim_context *ctx, const struct wbxml_node *node)
{
	const struct wbxml_node *data = wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_DATA);
	const char *text;

	if (data == NULL)
		return "";
	if (body_node_sent_type(node) != EAS_BODY_TYPE_RTF || *data->value == '\0')
		return eas_pim_node_text(ctx, data);
	text = rtf_node_text(data);
	/* body_set() refuses it */
	return text == NULL ? data->value : text;
}

static const char *data_as_text(unsigned int type, const char *data)
{
	return type == EAS_BODY_TYPE_HTML ? html_to_text(data) : data;
}

bool eas_pim_body_is_cut(const struct wbxml_node *body)
{
	const char *truncated = wbxml_node_child_value(body, EAS_TAG_AIRSYNCBASE_TRUNCATED);

	return truncated != NULL && strcmp(truncated, "1") == 0;
}

bool eas_pim_body_may_be_cut(const struct eas_pim_context *ctx, const struct wbxml_node *body)
{
	const struct wbxml_node *data = wbxml_node_child(body, EAS_TAG_AIRSYNCBASE_DATA);
	unsigned int i, type = body_node_type(body);
	uoff_t limit;

	for (i = 0; data != NULL && i < ctx->body->preferences_count; i++) {
		/* it may end before a character that does not fit */
		limit = ctx->body->preferences[i].truncation_size;
		if (ctx->body->preferences[i].type == type && data->value_size <= limit &&
		    limit - data->value_size < BODY_MAX_CHARACTER_BYTES)
			return TRUE;
	}
	return FALSE;
}

static bool body_same(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		      const struct pim_component *component,
		      const struct wbxml_node *shown, const struct wbxml_node *sent)
{
	unsigned int type = body_node_type(sent);
	const char *data = body_node_data(ctx, sent), *shown_data, *stored;
	struct pim_body own;

	body_get(ctx, row, component, &own);
	if (own.text == NULL && own.html == NULL)
		return *data == '\0';
	if (shown != NULL) {
		/* cut or not: what it was shown comes back */
		shown_data = body_node_data(ctx, shown);
		if (body_node_type(shown) == type ?
		    eas_pim_text_equal(shown_data, data) :
		    words_equal(data_as_text(body_node_type(shown), shown_data),
				data_as_text(type, data)))
			return TRUE;
	}
	stored = type == EAS_BODY_TYPE_HTML ? own.html : own.text;
	if (stored != NULL && eas_pim_text_equal(stored, data))
		return TRUE;
	/* the form it is not kept in: a device that writes the same text in its own way */
	return (type == EAS_BODY_TYPE_HTML) != (own.html != NULL) &&
		words_equal(own.html != NULL ? html_to_text(own.html) : own.text,
			    data_as_text(type, data));
}

/*
 * Setting
 */

static void html_remove(struct pim_component *component)
{
	struct pim_property *property, *next;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(html_properties); i++) {
		property = pim_property_find(component, html_properties[i]);
		for (; property != NULL; property = next) {
			next = pim_property_find_next(property);
			if (property_is_html(property))
				pim_property_remove(component, property);
		}
	}
}

static void text_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		     struct pim_component *component, const char *text)
{
	struct pim_property *property;

	pim_component_set_text(ctx->pool, component, row->name, text);
	property = pim_property_find(component, row->name);
	/* it pointed to another form of the old text */
	if (property != NULL)
		pim_param_set(ctx->pool, property, "ALTREP", NULL);
}

/* Notes of Kolab and Apple are one text, in either form. */
static bool html_stands_alone(const struct eas_pim_context *ctx)
{
	return ctx->object->kind == PIM_KIND_NOTE && ctx->object->format != PIM_FORMAT_RAW;
}

static int body_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		    struct pim_component *component, const struct wbxml_node *node)
{
	unsigned int type = body_node_type(node);
	const char *data = node == NULL ? "" : body_node_data(ctx, node);
	struct pim_property *html;

	if (body_node_sent_type(node) == EAS_BODY_TYPE_RTF && *data != '\0' &&
	    rtf_node_text(wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_DATA)) == NULL) {
		return eas_pim_refuse(ctx, wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_DATA),
				      "no rich text");
	}
	html_remove(component);
	if (*data == '\0') {
		pim_property_set(ctx->pool, component, row->name, NULL);
		return 0;
	}
	switch (type) {
	case EAS_BODY_TYPE_TEXT:
		text_set(ctx, row, component, data);
		return 0;
	case EAS_BODY_TYPE_HTML:
		text_set(ctx, row, component, html_stands_alone(ctx) ? NULL :
			 html_to_text(data));
		if (strcmp(row->name, "DESCRIPTION") == 0) {
			html = pim_property_add(ctx->pool, component, html_properties[0],
						pim_text_escape(data));
			pim_param_set(ctx->pool, html, "FMTTYPE", PIM_HTML_TYPE);
		}
		return 0;
	default:
		/* MIME */
		return eas_pim_refuse(ctx, wbxml_node_child(node, EAS_TAG_AIRSYNCBASE_TYPE),
				      "neither plain text nor HTML");
	}
}

const struct eas_pim_type eas_pim_type_body = { body_write, body_set, body_same };
const struct eas_pim_type eas_pim_type_native_body = { native_body_write, NULL, NULL };
