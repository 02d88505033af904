/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_KOLAB_XML_H
#define PIM_KOLAB_XML_H

/* XML as a tree of elements: names without prefix, text of leaves. Knows nothing of Kolab. */

struct kolab_node {
	struct kolab_node *parent, *next, *head, *tail;
	const char *name;
	/* of an element without elements, NULL = none */
	const char *text;
	/* as they stand in the start tag ('name="value" name="value"'), NULL = none */
	const char *attributes;
};

/* Limits are those of pim-kolab.h. Returns 0, or -1 with a sentence. */
int kolab_xml_parse(pool_t pool, const unsigned char *xml, size_t size,
		    struct kolab_node **root_r, const char **error_r);
/* Append the element, indented by depth, each on lines of its own. */
void kolab_xml_write(string_t *dest, const struct kolab_node *node, unsigned int depth);

/* Append an element to parent, which may be NULL. Strings are not copied. */
struct kolab_node *kolab_node_add(pool_t pool, struct kolab_node *parent,
				  const char *name, const char *text);
/* The first child of that name, or NULL. */
const struct kolab_node *kolab_node_find(const struct kolab_node *parent, const char *name);
/* The text of that child, "" if it is empty, NULL if it is not there. */
const char *kolab_node_text(const struct kolab_node *parent, const char *name);

/* The value of an attribute that is a plain word; NULL = none. In the data stack. */
const char *kolab_node_attribute(const struct kolab_node *node, const char *name);

#endif
