/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WBXML_TREE_H
#define WBXML_TREE_H

/* A document as a tree in a pool, for requests: small but for a few values (the
   MIME of a mail to send), which go to a temporary file. */

#include "wbxml.h"

struct istream;

struct wbxml_node {
	struct wbxml_node *parent, *next, *first_child, *last_child;
	wbxml_tag_t tag;
	/* value came as opaque data */
	bool opaque;
	/* The value of a leaf: value_size bytes and a NUL. Never NULL: "" for an
	   element without content and for one with children. */
	const char *value;
	size_t value_size;
	/* Set instead of value for a value longer than
	   wbxml_tree_settings.max_memory_value: seekable, read from the start.
	   Owned by the tree: wbxml_tree_free(). */
	struct istream *stream;
};

struct wbxml_tree {
	pool_t pool;
	struct wbxml_node *root;
	/* the nodes with a stream */
	ARRAY(struct wbxml_node *) streams;
};

struct wbxml_tree_settings {
	struct wbxml_limits limits;
	/* longer values become streams */
	size_t max_memory_value;
	/* for iostream-temp; required if max_memory_value < limits.max_value_bytes */
	const char *temp_path_prefix;
};

/* Read one document to its end. Blocks when the stream does.
   Returns 1 = a document; 0 = the stream holds no byte at all (an empty body);
   -1 = broken document or over a limit (error_r says where and why);
   -2 = the stream failed. The tree, its nodes and values live in pool; streams
   until wbxml_tree_free(). */
int wbxml_tree_read(pool_t pool, struct istream *input,
		    const struct wbxml_tree_settings *set,
		    struct wbxml_tree **tree_r, const char **error_r);
/* Closes the streams. The memory goes with the pool. */
void wbxml_tree_free(struct wbxml_tree **tree);

/* First child with this tag, NULL if there is none. node may be NULL. */
struct wbxml_node *
wbxml_node_child(const struct wbxml_node *node, wbxml_tag_t tag);
/* Next sibling with the same tag, NULL if there is none. */
struct wbxml_node *wbxml_node_next_same(const struct wbxml_node *node);
/* Value of the first such child, NULL if there is none. */
const char *wbxml_node_child_value(const struct wbxml_node *node, wbxml_tag_t tag);
/* The value as a stream, whichever way it is held. Caller unreferences. */
struct istream *wbxml_node_get_stream(const struct wbxml_node *node);

#define wbxml_node_foreach(parent_node, node) \
	for (node = (parent_node)->first_child; node != NULL; node = node->next)

#endif
