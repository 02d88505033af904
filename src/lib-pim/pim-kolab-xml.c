/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libxml2 calls back per event, so the limits hold before anything grows; a DTD stops it at its first word. */

#include "lib.h"
#include "str.h"
#include "directpush-compat.h"
#include "pim-kolab.h"
#include "pim-kolab-xml.h"

#include <libxml/parser.h>

struct kolab_xml_reader {
	pool_t pool;
	xmlParserCtxtPtr parser;
	struct kolab_node *root, *current;
	/* text since the last tag */
	string_t *text;
	unsigned int depth, elements;
	const char *error;
};

static void kolab_xml_stop(struct kolab_xml_reader *reader, const char *error)
{
	if (reader->error == NULL)
		reader->error = error;
	xmlStopParser(reader->parser);
}

static void kolab_xml_append_text(string_t *dest, const char *text, size_t size)
{
	for (const char *end = text + size; text != end; text++) {
		switch (*text) {
		case '&':
			str_append(dest, "&amp;");
			break;
		case '<':
			str_append(dest, "&lt;");
			break;
		case '>':
			str_append(dest, "&gt;");
			break;
		case '\r':
			str_append(dest, "&#13;");
			break;
		default:
			str_append_c(dest, *text);
		}
	}
}

/* libxml2 gives five pointers each: name, prefix, URI, value and its end. */
static const char *kolab_xml_attributes(pool_t pool, const xmlChar **attributes, int count)
{
	string_t *text = t_str_new(64);

	for (; count > 0; count--, attributes += 5) {
		const char *value = (const char *)attributes[3], *end = (const char *)attributes[4];

		/* it could not be written as it stands */
		if (memchr(value, '"', end - value) != NULL)
			continue;
		str_printfa(text, "%s%s=\"", str_len(text) == 0 ? "" : " ", (const char *)attributes[0]);
		kolab_xml_append_text(text, value, end - value);
		str_append_c(text, '"');
	}
	return str_len(text) == 0 ? NULL : p_strdup(pool, str_c(text));
}

static void
kolab_xml_start(void *context, const xmlChar *name, const xmlChar *prefix ATTR_UNUSED,
		const xmlChar *uri ATTR_UNUSED, int namespaces_count ATTR_UNUSED,
		const xmlChar **namespaces ATTR_UNUSED, int attributes_count,
		int defaulted_count ATTR_UNUSED, const xmlChar **attributes)
{
	struct kolab_xml_reader *reader = context;
	struct kolab_node *node;

	if (reader->error != NULL)
		return;
	if (++reader->depth > PIM_KOLAB_MAX_DEPTH) {
		kolab_xml_stop(reader, "elements are nested too deep");
		return;
	}
	if (++reader->elements > PIM_KOLAB_MAX_ELEMENTS) {
		kolab_xml_stop(reader, "too many elements");
		return;
	}
	node = kolab_node_add(reader->pool, reader->current,
			      p_strdup(reader->pool, (const char *)name), NULL);
	if (attributes_count > 0) T_BEGIN {
		node->attributes = kolab_xml_attributes(reader->pool, attributes, attributes_count);
	} T_END;
	if (reader->root == NULL)
		reader->root = node;
	reader->current = node;
	str_truncate(reader->text, 0);
}

static void kolab_xml_end(void *context, const xmlChar *name ATTR_UNUSED,
			  const xmlChar *prefix ATTR_UNUSED, const xmlChar *uri ATTR_UNUSED)
{
	struct kolab_xml_reader *reader = context;
	struct kolab_node *node = reader->current;

	if (reader->error != NULL || node == NULL)
		return;
	if (node->head == NULL && str_len(reader->text) > 0)
		node->text = p_strdup(reader->pool, str_c(reader->text));
	str_truncate(reader->text, 0);
	reader->current = node->parent;
	reader->depth--;
}

static void kolab_xml_characters(void *context, const xmlChar *text, int length)
{
	struct kolab_xml_reader *reader = context;

	if (reader->error == NULL)
		str_append_data(reader->text, text, length);
}

static void kolab_xml_dtd(void *context, const xmlChar *name ATTR_UNUSED,
			  const xmlChar *external_id ATTR_UNUSED, const xmlChar *system_id ATTR_UNUSED)
{
	struct kolab_xml_reader *reader = context;

	kolab_xml_stop(reader, "it has a document type declaration");
}

static void kolab_xml_error(void *context, xmlErrorPtr error)
{
	struct kolab_xml_reader *reader = context;

	if (error->level < XML_ERR_ERROR || reader->error != NULL)
		return;
	/* libxml2's sentences end with a newline */
	reader->error = t_strdup_printf("line %d: %s", error->line,
					t_strcut(error->message == NULL ? "?" : error->message, '\n'));
}

int kolab_xml_parse(pool_t pool, const unsigned char *xml, size_t size,
		    struct kolab_node **root_r, const char **error_r)
{
	struct kolab_xml_reader reader;
	xmlSAXHandler handlers;

	if (size > PIM_KOLAB_MAX_BYTES) {
		*error_r = "too large";
		return -1;
	}
	i_zero(&handlers);
	handlers.initialized = XML_SAX2_MAGIC;
	handlers.startElementNs = kolab_xml_start;
	handlers.endElementNs = kolab_xml_end;
	handlers.characters = kolab_xml_characters;
	handlers.cdataBlock = kolab_xml_characters;
	handlers.ignorableWhitespace = kolab_xml_characters;
	handlers.internalSubset = kolab_xml_dtd;
	handlers.serror = kolab_xml_error;

	i_zero(&reader);
	reader.pool = pool;
	reader.text = str_new(default_pool, 256);
	reader.parser = xmlCreatePushParserCtxt(&handlers, &reader, NULL, 0, NULL);
	if (reader.parser == NULL)
		i_fatal_status(FATAL_OUTOFMEM, "xmlCreatePushParserCtxt(): Out of memory");
	(void)xmlCtxtUseOptions(reader.parser, XML_PARSE_NONET);
	(void)xmlParseChunk(reader.parser, (const char *)xml, size, 1);
	if (reader.error == NULL && !reader.parser->wellFormed)
		reader.error = "not well-formed";
	if (reader.error == NULL && reader.root == NULL)
		reader.error = "empty";
	xmlFreeParserCtxt(reader.parser);
	str_free(&reader.text);
	*root_r = reader.root;
	*error_r = reader.error;
	return reader.error == NULL ? 0 : -1;
}

static void kolab_xml_indent(string_t *dest, unsigned int depth)
{
	while (depth-- > 0)
		str_append(dest, "  ");
}

void kolab_xml_write(string_t *dest, const struct kolab_node *node, unsigned int depth)
{
	kolab_xml_indent(dest, depth);
	str_printfa(dest, "<%s", node->name);
	if (node->attributes != NULL)
		str_printfa(dest, " %s", node->attributes);
	if (node->head != NULL) {
		str_append(dest, ">\n");
		for (const struct kolab_node *child = node->head; child != NULL; child = child->next)
			kolab_xml_write(dest, child, depth + 1);
		kolab_xml_indent(dest, depth);
		str_printfa(dest, "</%s>\n", node->name);
	} else if (node->text == NULL || node->text[0] == '\0') {
		str_append(dest, "/>\n");
	} else {
		str_append_c(dest, '>');
		kolab_xml_append_text(dest, node->text, strlen(node->text));
		str_printfa(dest, "</%s>\n", node->name);
	}
}

struct kolab_node *kolab_node_add(pool_t pool, struct kolab_node *parent,
				  const char *name, const char *text)
{
	struct kolab_node *node = p_new(pool, struct kolab_node, 1);

	node->name = name;
	node->text = text;
	node->parent = parent;
	if (parent != NULL) {
		if (parent->tail == NULL)
			parent->head = node;
		else
			parent->tail->next = node;
		parent->tail = node;
	}
	return node;
}

const struct kolab_node *kolab_node_find(const struct kolab_node *parent, const char *name)
{
	const struct kolab_node *child;

	for (child = parent->head; child != NULL; child = child->next) {
		if (strcmp(child->name, name) == 0)
			return child;
	}
	return NULL;
}

const char *kolab_node_text(const struct kolab_node *parent, const char *name)
{
	const struct kolab_node *node = kolab_node_find(parent, name);

	if (node == NULL)
		return NULL;
	return node->text == NULL ? "" : node->text;
}

const char *kolab_node_attribute(const struct kolab_node *node, const char *name)
{
	const char *const *word;
	size_t length = strlen(name);

	if (node->attributes == NULL)
		return NULL;
	for (word = t_strsplit(node->attributes, " "); *word != NULL; word++) {
		if (strncmp(*word, name, length) == 0 && str_begins_with(*word + length, "=\""))
			return t_strcut(*word + length + 2, '"');
	}
	return NULL;
}
