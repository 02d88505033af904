/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_EAS_PIM_ORACLE_H
#define TEST_EAS_PIM_ORACLE_H

/* libkolabxml, which Kolab's programs read with, asked about objects that devices have changed: in a process of its own, for
   all of them at once, and each only once. */

#include "pim-object.h"

/* Before the tests. */
void test_oracle_init(void);
/* Remember the object as Kolab's XML. name: a sample and what was changed, for people. */
void test_oracle_add(const char *name, enum pim_kind kind, const struct pim_component *root);
/* The last test: all that were remembered are read without a word. Skipped, loudly, if there is nobody to ask. */
void test_oracle(void);

#endif
