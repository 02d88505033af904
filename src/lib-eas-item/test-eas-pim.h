/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_EAS_PIM_H
#define TEST_EAS_PIM_H

/* For tests of groupware items. */

#include "pim-object.h"
#include "eas-pim-class.h"

#define TEST_PIM_NOW 1768464000

/* cleared after each file */
extern pool_t test_pim_pool;

/* NULL = not one of those tried */
const struct eas_pim_class *test_pim_class(enum eas_class class);
enum pim_kind test_pim_kind(enum eas_class class);
void test_pim_context_init(struct eas_pim_context *ctx, enum eas_class class,
			   enum eas_version version, const struct eas_body_options *body);
/* Without the lines that each change writes anew; LF. Data stack. */
const char *test_pim_tree_text(const struct pim_component *root);
const char *test_pim_dump(struct wbxml_node *root);
struct wbxml_node *
test_pim_node_add(struct wbxml_node *parent, wbxml_tag_t tag, const char *value);
/* Files of the folder whose names end so, in no order. Returns how many; 0 = there is no such folder. */
unsigned int
test_pim_files_each(const char *folder, const char *ending,
		    void (*callback)(const char *name, const char *text, size_t size));

#endif
