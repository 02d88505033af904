/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Types of notes: the value stands in the element itself. */

#include "lib.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

static bool
kolab_plain_encode(pool_t pool, const struct kolab_row *row,
		   const struct pim_property *property, struct kolab_node *node)
{
	node->text = p_strdup(pool, kolab_row_text(row, property));
	return node->text != NULL;
}

static bool
kolab_plain_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct kolab_node *node, struct pim_property *property)
{
	property->value = p_strdup(pool, pim_text_escape(kolab_value_text(node)));
	return TRUE;
}

const struct kolab_type kolab_type_plain = { kolab_plain_encode, kolab_plain_decode };

static bool
kolab_plain_class_encode(pool_t pool, const struct kolab_row *row,
			 const struct pim_property *property, struct kolab_node *node)
{
	const char *text = kolab_row_text(row, property);

	node->text = p_strdup(pool, text == NULL ? "PRIVATE" : text);
	return TRUE;
}

const struct kolab_type kolab_type_plain_class = { kolab_plain_class_encode, kolab_plain_decode };

static bool
kolab_plain_utc_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		       const struct pim_property *property, struct kolab_node *node)
{
	struct kolab_time time;

	if (!kolab_time_parse(property->value, &time) || !time.utc)
		return FALSE;
	node->text = p_strdup(pool, kolab_time_xml(&time));
	return TRUE;
}

const struct kolab_type kolab_type_plain_utc = { kolab_plain_utc_encode, kolab_utc_decode };

/* Clients tell an HTML note from a plain one by how it begins, so do we. */
static bool kolab_text_is_html(const char *text)
{
	text += strspn(text, " \t\r\n");
	return strncasecmp(text, "<!DOCTYPE html", 14) == 0 || strncasecmp(text, "<html", 5) == 0;
}

static bool
kolab_html_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		  const struct pim_property *property, struct kolab_node *node)
{
	node->text = p_strdup(pool, pim_text_unescape(property->value));
	return kolab_text_is_html(node->text) && pim_param_has(property, "FMTTYPE", "text/html");
}

static bool
kolab_html_decode(pool_t pool, const struct kolab_row *row,
		  const struct kolab_node *node, struct pim_property *property)
{
	if (!kolab_text_is_html(kolab_value_text(node)))
		return FALSE;
	pim_param_add(pool, property, "FMTTYPE", "text/html");
	return kolab_plain_decode(pool, row, node, property);
}

const struct kolab_type kolab_type_html = { kolab_html_encode, kolab_html_decode };

static bool
kolab_plain_attach_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
			  const struct pim_property *property, struct kolab_node *node)
{
	const char *type = pim_param_get(property, "FMTTYPE"), *label = pim_param_get(property, "X-LABEL");
	bool binary = pim_param_has(property, "VALUE", "BINARY");
	struct kolab_node *params;

	if (property->value[0] == '\0')
		return FALSE;
	params = kolab_node_add(pool, node, "parameters", NULL);
	kolab_value_add(pool, params, "fmttype", type == NULL ? "application/octet-stream" : type);
	if (label != NULL)
		kolab_value_add(pool, params, "x-label", label);
	if (binary)
		kolab_value_add(pool, params, "encoding", "BASE64");
	kolab_value_add(pool, node, binary ? "binary" : "uri", property->value);
	return TRUE;
}

const struct kolab_type kolab_type_plain_attach = { kolab_plain_attach_encode, kolab_attach_decode };
