/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_ITEM_OPERATIONS_H
#define CMD_ITEM_OPERATIONS_H

/* The parts of ItemOperations. Each writes the answer to one operation into the open
   Response element; what goes wrong with one is its own Status, and the others go on. */

struct wbxml_node;
struct wbxml_writer;
struct eas_body_parts;
struct eas_cmd_context;

struct item_operations {
	struct eas_cmd_context *ctx;
	struct wbxml_writer *writer;
	/* NULL: not a multipart answer */
	struct eas_body_parts *parts;
};

/* Returns 0, or -1: the answer broke in the middle and must be given up. */
int item_operations_fetch(struct item_operations *op, const struct wbxml_node *fetch);
void item_operations_empty_folder(struct item_operations *op,
				  const struct wbxml_node *node);

#endif
