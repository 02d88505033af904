/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Types that xCal and xCard share: texts, lists of them, URIs, numbers. */

#include "lib.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

#include <ctype.h>

const char *kolab_value_text(const struct kolab_node *node)
{
	const struct kolab_node *value;

	if (node->head == NULL)
		return node->text == NULL ? "" : node->text;
	for (value = node->head; value != NULL; value = value->next) {
		if (strcmp(value->name, "parameters") != 0)
			return value->text == NULL ? "" : value->text;
	}
	return "";
}

void kolab_value_add(pool_t pool, struct kolab_node *node, const char *type, const char *text)
{
	(void)kolab_node_add(pool, node, type, p_strdup(pool, text));
}

const char *kolab_row_text(const struct kolab_row *row, const struct pim_property *property)
{
	const char *text = pim_text_unescape(property->value);

	return row->values == NULL ? text : kolab_list_find(row->values, text);
}

static bool
kolab_text_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct pim_property *property, struct kolab_node *node)
{
	kolab_value_add(pool, node, "text", pim_text_unescape(property->value));
	return TRUE;
}

static bool
kolab_text_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct kolab_node *node, struct pim_property *property)
{
	property->value = p_strdup(pool, pim_text_escape(kolab_value_text(node)));
	return TRUE;
}

const struct kolab_type kolab_type_text = { kolab_text_encode, kolab_text_decode };

/* One of the row's values */
static bool
kolab_word_encode(pool_t pool, const struct kolab_row *row,
		  const struct pim_property *property, struct kolab_node *node)
{
	const char *text = kolab_row_text(row, property);

	if (text == NULL)
		return FALSE;
	kolab_value_add(pool, node, "text", text);
	return TRUE;
}

const struct kolab_type kolab_type_word = { kolab_word_encode, kolab_text_decode };

static bool
kolab_texts_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct pim_property *property, struct kolab_node *node)
{
	const char *const *field = pim_value_split(property->value, ',');

	for (; *field != NULL; field++)
		kolab_value_add(pool, node, "text", pim_text_unescape(*field));
	return TRUE;
}

static bool
kolab_texts_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct kolab_node *node, struct pim_property *property)
{
	string_t *dest = t_str_new(128);
	unsigned int count = 0;

	for (const struct kolab_node *value = node->head; value != NULL; value = value->next) {
		if (strcmp(value->name, "text") != 0)
			continue;
		if (count++ > 0)
			str_append_c(dest, ',');
		str_append(dest, pim_text_escape(value->text == NULL ? "" : value->text));
	}
	property->value = p_strdup(pool, str_c(dest));
	return count > 0;
}

const struct kolab_type kolab_type_texts = { kolab_texts_encode, kolab_texts_decode };

/* What Xerces takes as anyURI: before a first ':' there is a scheme, each '%' has two digits, there is one fragment
   at most, and no bracket. */
bool kolab_uri_is_valid(const char *text)
{
	size_t scheme = strcspn(text, ":/?#");

	if (text[scheme] == ':' && (scheme == 0 || !i_isalpha(text[0]) ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") < scheme))
		return FALSE;
	if (strpbrk(text, "[]") != NULL || strchr(text, '#') != strrchr(text, '#'))
		return FALSE;
	for (; *text != '\0'; text++) {
		if (*text == '%' && !(i_isxdigit(text[1]) && i_isxdigit(text[2])))
			return FALSE;
	}
	return TRUE;
}

/* Not escaped in a content line. */
static bool
kolab_uri_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct pim_property *property, struct kolab_node *node)
{
	/* some escape it nevertheless */
	const char *text = pim_text_unescape(property->value);

	kolab_value_add(pool, node, "uri", text);
	return kolab_uri_is_valid(text);
}

static bool
kolab_uri_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		 const struct kolab_node *node, struct pim_property *property)
{
	property->value = p_strdup(pool, t_strcut(kolab_value_text(node), '\n'));
	return TRUE;
}

const struct kolab_type kolab_type_uri = { kolab_uri_encode, kolab_uri_decode };

static bool
kolab_integer_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		     const struct pim_property *property, struct kolab_node *node)
{
	if (!kolab_integer_is_valid(property->value, 0, INT_MAX))
		return FALSE;
	kolab_value_add(pool, node, "integer", property->value);
	return TRUE;
}

static bool
kolab_integer_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		     const struct kolab_node *node, struct pim_property *property)
{
	property->value = p_strdup(pool, pim_text_escape(kolab_value_text(node)));
	return TRUE;
}

const struct kolab_type kolab_type_integer = { kolab_integer_encode, kolab_integer_decode };
