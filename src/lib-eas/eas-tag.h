/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_TAG_H
#define EAS_TAG_H

/* The elements of the protocol: rows of tags/NN-<namespace>.def, one file for each
   code page. A tag's number is its code page << 8 | token, as lib-wbxml uses it. */

#include "eas-version.h"
#include "wbxml.h"

/* What stands inside. */
enum eas_tag_kind {
	/* elements; may be empty */
	EAS_TAG_KIND_CONTAINER,
	EAS_TAG_KIND_TEXT,
	/* decimal, not negative */
	EAS_TAG_KIND_UINT,
	/* decimal, may be negative */
	EAS_TAG_KIND_INT,
	/* "0", "1"; an empty element counts as 1 */
	EAS_TAG_KIND_BOOL,
	/* one of the two forms of eas-value.h */
	EAS_TAG_KIND_DATE,
	/* opaque data; clients send some of them as text too */
	EAS_TAG_KIND_OPAQUE,
	/* nothing: being there says it */
	EAS_TAG_KIND_EMPTY
};

#define EAS_TAG(page, token, ident, name, kind, since, until) \
	EAS_TAG_##ident = (page) << 8 | (token),
enum eas_tag {
	EAS_TAG_NONE = WBXML_TAG_NONE,
#include "tags/all.def"
};

#define EAS_PAGE_COUNT 26

struct eas_tag_info {
	wbxml_tag_t tag;
	/* without namespace */
	const char *name;
	enum eas_tag_kind kind;
	/* EAS_VERSION_ANY = always */
	enum eas_version since, until;
};

/* NULL for a tag the protocol does not know. */
const struct eas_tag_info *eas_tag_find(wbxml_tag_t tag);
/* The page's tag of that name (case-sensitive), WBXML_TAG_NONE if there is none. */
wbxml_tag_t eas_tag_find_name(unsigned int page, const char *name);
/* "SyncKey"; NULL if unknown. */
const char *eas_tag_get_name(wbxml_tag_t tag);
/* Is the tag one of this version? */
bool eas_tag_is_in_version(const struct eas_tag_info *info, enum eas_version version);

/* "AirSync"; NULL for a page the protocol does not use (3, and above 25). */
const char *eas_page_get_name(unsigned int page);
/* Returns -1 if there is none of that name (case-sensitive). */
int eas_page_find_name(const char *name, unsigned int *page_r);

#endif
