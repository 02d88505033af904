/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_ELEMENT_DIGEST_H
#define EAS_ELEMENT_DIGEST_H

/* What an object said in one element, or in several that belong together, to be compared and not to be read. */

#include "array.h"
#include "wbxml.h"

struct eas_element_digest {
	wbxml_tag_t tag;
	/* 0 = it is not there */
	uint32_t digest;
};
ARRAY_DEFINE_TYPE(eas_element_digest, struct eas_element_digest);

#endif
