/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLDER_KIND_H
#define EAS_FOLDER_KIND_H

/* What a mailbox holds, as its Kolab annotations say: /private/vendor/kolab/folder-type, which is the
   user's own word, before /shared/..., which everybody may write who may read the mailbox.
   A name says nothing, but where mailbox attributes are off. docs/decisions/110 */

#include "eas-class.h"

struct mailbox;

struct eas_folder_kind {
	/* NONE: not to be shown */
	enum eas_class class;
	/* the one of its class that new items go to */
	bool is_default;
};

/* Read the two annotations, each NULL if there is none. Pure. Returns FALSE if they say
   nothing: mail. Of the shared one only the class counts. */
bool eas_folder_kind_parse(const char *private_value, const char *shared_value,
			   struct eas_folder_kind *kind_r);
/* The annotation for a folder of this class, on the data stack: "event", "event.default". */
const char *eas_folder_kind_value(const struct eas_folder_kind *kind);

enum eas_folder_kind_result {
	EAS_FOLDER_KIND_SAID,
	EAS_FOLDER_KIND_NOT_SAID,
	/* there are no mailbox attributes here: mail_attribute_dict is not set */
	EAS_FOLDER_KIND_NO_ATTRIBUTES,
	/* cannot be said now: the mailbox's last error has the reason */
	EAS_FOLDER_KIND_FAILED
};

/* Whatever the result, *kind_r is right for SAID and NOT_SAID. */
enum eas_folder_kind_result
eas_folder_kind_read(struct mailbox *box, struct eas_folder_kind *kind_r);
/* Write both annotations. The mailbox must be open. SAID, or one of the two that are no success. */
enum eas_folder_kind_result
eas_folder_kind_write(struct mailbox *box, const struct eas_folder_kind *kind);

#endif
