/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_EAS_TEXT_H
#define TEST_EAS_TEXT_H

/* For tests: documents in the notation of tests/README.md ("Elements as text"). */

struct wbxml_tree;

/* The WBXML of a text; in the data stack. A text that is wrong is fatal. */
buffer_t *test_eas_text_encode(const char *text);
/* The tree of a text, with wide limits, all in memory. */
struct wbxml_tree *test_eas_text_tree(pool_t pool, const char *text);
/* The tree of WBXML bytes; NULL and *error_r if they are wrong. */
struct wbxml_tree *
test_eas_text_decode(pool_t pool, const void *data, size_t size,
		     const char **error_r);
/* A tree as text, nothing shortened; in the data stack. */
const char *test_eas_text_dump(const struct wbxml_tree *tree);

#endif
