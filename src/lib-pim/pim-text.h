/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_TEXT_H
#define PIM_TEXT_H

/* Values of the type TEXT, lists and structured values of them.

   RFC 5545 "Text" (3.3.11), RFC 6350 "Property Value Escaping" (3.4) */

struct pim_component;

/* Without escapes; line ends are LF. In the data stack, or value itself. */
const char *pim_text_unescape(const char *value);
/* CRLF and LF become \n; control characters other than tab are dropped. In the data stack, or text itself. */
const char *pim_text_escape(const char *text);
/* At each separator (',' lists, ';' structured values) without a backslash before it. Fields are still escaped; NULL-terminated;
   "" is one empty field. In the data stack. */
const char *const *pim_value_split(const char *value, char separator);
/* The same, each unescaped and without those that are empty. */
const char *const *pim_value_texts(const char *value);
/* texts, NULL-terminated, as a list value. In the data stack. */
const char *pim_value_join(const char *const *texts, char separator);

/* Value of the first such property, unescaped; NULL = none. */
const char *pim_component_get_text(const struct pim_component *component,
				   const char *name);
/* As pim_property_set(), of unescaped text. */
void pim_component_set_text(pool_t pool, struct pim_component *component,
			    const char *name, const char *text);

#endif
