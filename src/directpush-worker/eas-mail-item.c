/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "mail-storage.h"
#include "eas-folder.h"
#include "eas-item-id.h"
#include "eas-mail-followup.h"
#include "eas-mailbox.h"
#include "eas-meeting.h"
#include "eas-user.h"
#include "eas-mail-item.h"

#define MAIL_ITEM_WANTED_FIELDS \
	(MAIL_FETCH_FLAGS | MAIL_FETCH_RECEIVED_DATE | \
	 MAIL_FETCH_STREAM_HEADER | MAIL_FETCH_STREAM_BODY)

/* The mail's structure, if the cache has it. */
static struct message_part *mail_get_cached_parts(struct mail *mail)
{
	struct message_part *parts = NULL;

	mail->lookup_abort = MAIL_LOOKUP_ABORT_READ_MAIL;
	if (mail_get_parts(mail, &parts) < 0)
		parts = NULL;
	mail->lookup_abort = MAIL_LOOKUP_ABORT_NEVER;
	return parts;
}

static unsigned int
mail_item_meeting_type(void *context, const struct pim_itip *itip, const char *from)
{
	return eas_meeting_get_type(context, itip, from);
}

int eas_mail_item_get_source(struct eas_user *user, struct mail *mail, const char *id,
			     bool is_draft, struct eas_email_source *source_r,
			     const char **error_r)
{
	i_zero(source_r);
	if (mail_get_received_date(mail, &source_r->received_utc) < 0)
		source_r->received_utc = 0;
	if (mail_get_stream(mail, NULL, NULL, &source_r->input) < 0) {
		*error_r = mailbox_get_last_internal_error(mail->box, NULL);
		return -1;
	}
	source_r->parts = mail_get_cached_parts(mail);
	source_r->flags = mail_get_flags(mail);
	source_r->keywords = mail_get_keywords(mail);
	source_r->last_verb_utc = eas_mail_verb_time_get(user, mail);
	source_r->followup = eas_mail_followup_get_kept(user, mail);
	source_r->item_id = id;
	source_r->is_draft = is_draft;
	source_r->tnef_temp_prefix = user->tnef_temp_prefix;
	source_r->meeting_type = mail_item_meeting_type;
	source_r->meeting_context = user;
	return 0;
}

/* Returns 1, 0 = there is no such mail, -1 with a reason. */
static int mail_item_open(struct eas_mail_item *item, const char *id, uint32_t uid,
			  const char **error_r)
{
	item->trans = mailbox_transaction_begin(item->box, 0, "directpush item");
	item->mail = mail_alloc(item->trans, MAIL_ITEM_WANTED_FIELDS, NULL);
	if (!mail_set_uid(item->mail, uid))
		return 0;
	if (eas_mail_item_get_source(item->user, item->mail, id,
				     item->folder->type == EAS_FOLDER_TYPE_DRAFTS,
				     &item->source, error_r) < 0)
		return mailbox_get_last_mail_error(item->box) == MAIL_ERROR_EXPUNGED ?
			0 : -1;
	return 1;
}

int eas_mail_item_open(struct eas_user *user, struct event *event, const char *id,
		       struct eas_mail_item **item_r)
{
	const struct eas_folder *folder;
	struct eas_mail_item *item;
	struct mailbox *box;
	const char *folder_id, *error;
	uint32_t uid;
	int ret;

	if (eas_item_id_parse(id, &folder_id, &uid) < 0)
		return 0;
	ret = eas_folder_find(user, folder_id, &folder);
	if (ret <= 0)
		return ret;
	if (!folder->selectable || folder->vname == NULL ||
	    folder->class != EAS_CLASS_EMAIL)
		return 0;
	ret = eas_mailbox_open(user, folder, &box);
	if (ret <= 0)
		return ret;
	item = i_new(struct eas_mail_item, 1);
	item->user = user;
	item->event = event;
	item->folder = folder;
	item->box = box;
	ret = mail_item_open(item, id, uid, &error);
	if (ret <= 0) {
		if (ret < 0) {
			e_error(event, "Mail %u in %s cannot be read now: %s", uid,
				folder->vname, error);
		}
		eas_mail_item_close(&item);
		return ret;
	}
	*item_r = item;
	return 1;
}

int eas_mail_item_commit(struct eas_mail_item **_item)
{
	struct eas_mail_item *item = *_item;
	int ret;

	*_item = NULL;
	mail_free(&item->mail);
	ret = mailbox_transaction_commit(&item->trans);
	if (ret < 0) {
		e_error(item->event, "Mail in %s cannot be changed now: %s",
			item->folder->vname,
			mailbox_get_last_internal_error(item->box, NULL));
	}
	eas_mailbox_close(item->user, item->folder, &item->box);
	i_free(item);
	return ret;
}

void eas_mail_item_close(struct eas_mail_item **item)
{
	/* what was added to the cache; failing to add it is no loss */
	(void)eas_mail_item_commit(item);
}
