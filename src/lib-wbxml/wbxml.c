/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "wbxml.h"

const struct wbxml_limits wbxml_default_limits = {
	.max_depth = WBXML_DEFAULT_MAX_DEPTH,
	.max_elements = WBXML_DEFAULT_MAX_ELEMENTS,
	.max_value_bytes = WBXML_DEFAULT_MAX_VALUE_BYTES,
	.max_document_bytes = WBXML_DEFAULT_MAX_DOCUMENT_BYTES
};
