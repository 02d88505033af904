/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_GAL_H
#define EAS_GAL_H

/* What phones take for the organization's address book: the people this server knows (eas-recipient.h), and the
   user's contacts. MS-ASCMD "Search" (2.2.1.16), "Find" (2.2.1.2) */

struct eas_cmd_context;
struct wbxml_node;
struct wbxml_writer;

/* MS-ASCMD "Range (Search)" (2.2.3.143.3) */
#define EAS_GAL_MAX_ENTRIES 100
/* contacts looked at, and for how long: a phone waits for it */
#define EAS_GAL_MAX_LOOKS 10000
#define EAS_GAL_MAX_MSECS 5000

enum eas_gal_field {
#define EAS_GAL(name, gal_tag, contact_tag) EAS_GAL_##name,
#include "eas-gal.def"
	EAS_GAL_FIELDS
};

struct eas_gal_entry {
	/* NULL = not known; the display name and the address always are */
	const char *values[EAS_GAL_FIELDS];
	/* one of the user's contacts */
	bool is_contact;
};
ARRAY_DEFINE_TYPE(eas_gal_entry, struct eas_gal_entry);

/* Of one command. The contacts are read when they are first asked for. */
struct eas_gal {
	struct eas_cmd_context *ctx;
	ARRAY_TYPE(eas_gal_entry) contacts;
};

void eas_gal_init(struct eas_gal *gal_r, struct eas_cmd_context *ctx);
/* Those of whom a word or the address begins with the text, by display name; if it is an address, also
   "Name <box@domain>", whoever has it and nobody else. In the command's pool. Contacts without an address are none of them. */
void eas_gal_find(struct eas_gal *gal, const char *text, ARRAY_TYPE(eas_gal_entry) *entries);
/* One entry's properties. picture: of the request, NULL if none is wanted; there is never one. */
void eas_gal_write(struct eas_cmd_context *ctx, struct wbxml_writer *writer,
		   const struct eas_gal_entry *entry, const struct wbxml_node *picture);

#endif
