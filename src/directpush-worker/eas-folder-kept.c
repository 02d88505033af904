/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "guid.h"
#include "mail-storage.h"
#include "eas-followups.h"
#include "eas-user.h"
#include "eas-folder-kept.h"

static enum eas_folder_kind_result
kept_failed(struct eas_user *user, struct mailbox *box, const char *action)
{
	enum mail_error error;
	const char *reason = mailbox_get_last_internal_error(box, &error);

	if (error != MAIL_ERROR_PERM) {
		e_error(user->event, "Mailbox %s: Cannot %s folder type: %s",
			mailbox_get_vname(box), action, reason);
	}
	return EAS_FOLDER_KIND_FAILED;
}

static const char *box_guid(struct mailbox *box)
{
	struct mailbox_metadata metadata;

	return mailbox_get_metadata(box, MAILBOX_METADATA_GUID, &metadata) < 0 ? NULL :
		guid_128_to_string(metadata.guid);
}

static int kept_set(struct eas_user *user, const char *guid, const char *value)
{
	const struct eas_followup update = { .mail_guid = guid, .text = value };
	ARRAY_TYPE(eas_followup) updates;

	t_array_init(&updates, 1);
	array_push_back(&updates, &update);
	return eas_followups_update(user->state_store, EAS_FOLLOWUPS_FOLDERS, &updates);
}

/* It can say so itself by now. What fails is tried again. */
static void kept_become_annotation(struct eas_user *user, struct mailbox *box,
				   const char *guid, const struct eas_folder_kind *kind)
{
	struct mailbox *writable = mailbox_alloc(mailbox_get_namespace(box)->list,
						 mailbox_get_vname(box), 0);

	if (mailbox_open(writable) == 0 &&
	    eas_folder_kind_write(writable, kind) == EAS_FOLDER_KIND_SAID)
		(void)kept_set(user, guid, NULL);
	mailbox_free(&writable);
}

int eas_folder_kept_load(struct eas_user *user, struct eas_followups **kept_r)
{
	return eas_followups_read(user->state_store, EAS_FOLLOWUPS_FOLDERS, kept_r);
}

void eas_folder_kept_free(struct eas_followups **kept)
{
	if (*kept != NULL)
		eas_followups_free(kept);
}

enum eas_folder_kind_result
eas_folder_kept_read(struct eas_user *user, struct mailbox *box,
		     const struct eas_followups *kept, struct eas_folder_kind *kind_r)
{
	enum eas_folder_kind_result result = eas_folder_kind_read(box, kind_r);
	const char *guid, *value;

	if (result == EAS_FOLDER_KIND_FAILED)
		return kept_failed(user, box, "get");
	if (result == EAS_FOLDER_KIND_SAID)
		return result;
	kind_r->class = EAS_CLASS_EMAIL;
	kind_r->is_default = FALSE;
	if (eas_followups_count(kept) == 0 || (guid = box_guid(box)) == NULL)
		return EAS_FOLDER_KIND_NOT_SAID;
	value = eas_followups_find(kept, guid);
	if (value == NULL || !eas_folder_kind_parse(value, NULL, kind_r))
		return EAS_FOLDER_KIND_NOT_SAID;
	if (result == EAS_FOLDER_KIND_NOT_SAID)
		kept_become_annotation(user, box, guid, kind_r);
	return EAS_FOLDER_KIND_SAID;
}

enum eas_folder_kind_result
eas_folder_kept_write(struct eas_user *user, struct mailbox *box,
		      const struct eas_folder_kind *kind)
{
	enum eas_folder_kind_result result = eas_folder_kind_write(box, kind);
	const char *guid;

	if (result == EAS_FOLDER_KIND_SAID)
		return result;
	if (result != EAS_FOLDER_KIND_NO_ATTRIBUTES || (guid = box_guid(box)) == NULL)
		return kept_failed(user, box, "set");
	return kept_set(user, guid, eas_folder_kind_value(kind)) < 0 ?
		EAS_FOLDER_KIND_FAILED : EAS_FOLDER_KIND_SAID;
}
