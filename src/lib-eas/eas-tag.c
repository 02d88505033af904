/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-tag.h"

#define EAS_PAGE_TOKENS 64

static const struct eas_tag_info eas_tags[EAS_PAGE_COUNT][EAS_PAGE_TOKENS] = {
#define EAS_TAG(page, token, ident, name, kind, since, until) \
	[page][token] = { EAS_TAG_##ident, name, EAS_TAG_KIND_##kind, \
			  EAS_VERSION_##since, EAS_VERSION_##until },
#include "tags/all.def"
};

/* MS-ASWBXML "Code Pages" (2.1.2.1) */
static const char *const eas_page_names[EAS_PAGE_COUNT] = {
	[0] = "AirSync",
	[1] = "Contacts",
	[2] = "Email",
	[4] = "Calendar",
	[5] = "Move",
	[6] = "GetItemEstimate",
	[7] = "FolderHierarchy",
	[8] = "MeetingResponse",
	[9] = "Tasks",
	[10] = "ResolveRecipients",
	[11] = "ValidateCert",
	[12] = "Contacts2",
	[13] = "Ping",
	[14] = "Provision",
	[15] = "Search",
	[16] = "GAL",
	[17] = "AirSyncBase",
	[18] = "Settings",
	[19] = "DocumentLibrary",
	[20] = "ItemOperations",
	[21] = "ComposeMail",
	[22] = "Email2",
	[23] = "Notes",
	[24] = "RightsManagement",
	[25] = "Find"
};

const struct eas_tag_info *eas_tag_find(wbxml_tag_t tag)
{
	unsigned int page = WBXML_TAG_PAGE(tag);
	const struct eas_tag_info *info;

	if (page >= EAS_PAGE_COUNT || (tag & 0xff) >= EAS_PAGE_TOKENS)
		return NULL;
	info = &eas_tags[page][WBXML_TAG_TOKEN(tag)];
	return info->name == NULL ? NULL : info;
}

wbxml_tag_t eas_tag_find_name(unsigned int page, const char *name)
{
	if (page >= EAS_PAGE_COUNT)
		return WBXML_TAG_NONE;
	for (unsigned int i = 0; i < EAS_PAGE_TOKENS; i++) {
		if (eas_tags[page][i].name != NULL &&
		    strcmp(eas_tags[page][i].name, name) == 0)
			return eas_tags[page][i].tag;
	}
	return WBXML_TAG_NONE;
}

const char *eas_tag_get_name(wbxml_tag_t tag)
{
	const struct eas_tag_info *info = eas_tag_find(tag);

	return info == NULL ? NULL : info->name;
}

bool eas_tag_is_in_version(const struct eas_tag_info *info,
			   enum eas_version version)
{
	return (info->since == EAS_VERSION_ANY || version >= info->since) &&
		(info->until == EAS_VERSION_ANY || version <= info->until);
}

const char *eas_page_get_name(unsigned int page)
{
	return page >= EAS_PAGE_COUNT ? NULL : eas_page_names[page];
}

int eas_page_find_name(const char *name, unsigned int *page_r)
{
	for (unsigned int i = 0; i < EAS_PAGE_COUNT; i++) {
		if (eas_page_names[i] != NULL &&
		    strcmp(eas_page_names[i], name) == 0) {
			*page_r = i;
			return 0;
		}
	}
	return -1;
}
