/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_ROW_H
#define EAS_PIM_ROW_H

/* Types of rows that more than one class has. */

#include "eas-pim-class.h"

/* TEXT of the property name */
extern const struct eas_pim_type eas_pim_type_text;
/* CATEGORIES; idx = tag of the child elements */
extern const struct eas_pim_type eas_pim_type_categories;
/* CLASS as Sensitivity 0..3; RFC 5545 "Classification" (3.8.1.3) */
extern const struct eas_pim_type eas_pim_type_sensitivity;
/* airsyncbase:Body: name is the property with the plain text; HTML is in X-ALT-DESC;FMTTYPE=text/html beside
   DESCRIPTION, and becomes plain text elsewhere. A body that comes back as it was shown, also cut or as the
   other type, is unchanged. MS-ASAIRS "Body" (2.2.2.9) */
extern const struct eas_pim_type eas_pim_type_body;
/* NativeBodyType of that body, if there is one */
extern const struct eas_pim_type eas_pim_type_native_body;
/* The text of that body, made of its HTML if there is nothing else; NULL = there is none. Data stack, or the tree's. */
const char *eas_pim_body_get_text(const struct eas_pim_context *ctx,
				  const struct pim_component *component, const char *name);
/* The words of that body, whatever its form, and all of it as it is kept; "" = there is none. Data stack. */
void eas_pim_body_get_words(const struct eas_pim_context *ctx,
			    const struct pim_component *component, const char *name,
			    const char **words_r, const char **whole_r);
/* Does a Body that the device sends say that it is cut? */
bool eas_pim_body_is_cut(const struct wbxml_node *body);
/* Is it as long as one that the device was shown cut, by what it asks for now? */
bool eas_pim_body_may_be_cut(const struct eas_pim_context *ctx, const struct wbxml_node *body);
/* known, never told and never kept */
extern const struct eas_pim_type eas_pim_type_ignored;

/* Write <tag>text</tag>; nothing if text is NULL or empty. */
void eas_pim_write_text(struct wbxml_writer *writer, wbxml_tag_t tag, const char *text);

/* One list of names that may be spread over several properties, as CATEGORIES: texts, unescaped, in the data
   stack, NULL-terminated. */
const char *const *eas_pim_list_get(const struct pim_component *component, const char *name);
/* Take out what is not in texts, add what is new behind the rest; entries that stay are not touched. */
void eas_pim_list_set(struct eas_pim_context *ctx, struct pim_component *component,
		      const char *name, const char *const *texts);
/* The values of the children with that tag, without doubles and empty ones; data stack. Returns -1 if there are more
   than max. */
int eas_pim_node_get_texts(struct eas_pim_context *ctx, const struct wbxml_node *node,
			   wbxml_tag_t tag, unsigned int max, const char *const **texts_r);

#endif
