/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_KOLAB_H
#define PIM_KOLAB_H

/* Kolab's XML <-> the canonical tree of an object. What Kolab's closed schema cannot hold is carried in its one
   extension point, x-custom, so that decode(encode(tree)) has the properties of the tree again: same lines, like
   ones in the same order, those without an element after the others. Order between unlike ones is the schema's.
   Three things are not kept: control characters become U+FFFD, PHOTO and LOGO come back as data: URIs, and what the
   schema demands and the tree lacks (VERSION, CREATED, DTSTAMP, REV, PRODID, X-KOLAB-VERSION) is there afterwards.

   Kolab storage format 3.0: xCal (RFC 6321), xCard (RFC 6351) and an own form for notes, each an ordered subset.
   docs/decisions: "Kolab" */

#include "pim-object.h"

struct pim_component;

/* Bytes of an XML part that are looked at */
#define PIM_KOLAB_MAX_BYTES (16 * 1024 * 1024)
#define PIM_KOLAB_MAX_DEPTH 32
#define PIM_KOLAB_MAX_ELEMENTS 100000

/* Read the XML part of a v3 object of that kind (not PIM_KIND_OTHER). Tolerant: any namespace prefix, any order,
   unknown elements. A DTD is refused, and with it entities. The tree lives in pool, the sentence on the data stack.
   Returns 0, or -1: this cannot be read. */
int pim_kolab_decode(pool_t pool, enum pim_kind kind, const unsigned char *xml, size_t size,
		     struct pim_component **root_r, const char **error_r);
/* Append the object as the XML part of a v3 message: UTF-8, LF. Returns 0, or -1: this tree is not of that kind. */
int pim_kolab_encode(string_t *dest, enum pim_kind kind, const struct pim_component *root, const char **error_r);

/* Read the XML part of a v2 object, which is never written. Returns 0, or -1.
   Kolab storage format 2.0, docs/decisions: "v2" */
int pim_kolab2_decode(pool_t pool, enum pim_kind kind, const unsigned char *xml, size_t size,
		      struct pim_component **root_r, const char **error_r);

#endif
