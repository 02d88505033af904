/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mail in a Sync: reading it, for what the server tells. */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "mail-storage.h"
#include "wbxml-writer.h"
#include "eas-tag.h"
#include "eas-item-email.h"
#include "eas-quirk.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-folder.h"
#include "eas-mail-followup.h"
#include "eas-mail-item.h"
#include "eas-mail-source.h"
#include "eas-meeting.h"
#include "cmd-sync-mail.h"

int sync_mail_reader_open(struct sync_reader *reader, uint32_t uid, uoff_t *size_r,
			  const char **error_r ATTR_UNUSED)
{
	struct mailbox *box = reader->coll->collection->box;

	if (box == NULL)
		return 0;
	if (reader->trans == NULL) {
		reader->trans = mailbox_transaction_begin(box, 0, "eas Sync");
		reader->mail = mail_alloc(reader->trans, MAIL_FETCH_FLAGS |
			MAIL_FETCH_RECEIVED_DATE | MAIL_FETCH_PHYSICAL_SIZE |
			MAIL_FETCH_STREAM_HEADER | MAIL_FETCH_STREAM_BODY, NULL);
	}
	if (!mail_set_uid(reader->mail, uid))
		return 0;
	if (mail_get_physical_size(reader->mail, size_r) < 0)
		*size_r = 0;
	return 1;
}

static bool mail_is_draft(const struct sync_collection *coll)
{
	return coll->collection->folder->type == EAS_FOLDER_TYPE_DRAFTS;
}

/* Of an item that is there for its conversation only, too old for the filter, there is no body but
   the preview, and the part if one is wanted. MS-ASCMD "ConversationMode (Sync)" (2.2.3.36.2), MS-ASCON "Sending a
   Message Part" (3.2.5.7) */
static void item_leave_out_body(struct eas_body_options *options)
{
	for (unsigned int i = 0; i < options->preferences_count; i++) {
		options->preferences[i].truncation_size = 0;
		options->preferences[i].all_or_none = FALSE;
	}
	options->mime_truncation_size = 0;
}

/* As eas_item_email_write(); what a new mail in the Inbox says of a meeting goes into the calendar. */
static int
mail_reader_write_item(struct sync_reader *reader, wbxml_tag_t tag,
		       struct wbxml_writer *writer,
		       const struct eas_email_source *source,
		       const struct eas_body_options *options, const char **error_r)
{
	const struct pim_itip *meeting;
	struct eas_item_email *item;
	const char *from;
	int ret;

	if (eas_item_email_open(source, options, &item, error_r) < 0)
		return -1;
	if (tag == EAS_TAG_AIRSYNC_ADD &&
	    reader->coll->collection->folder->type == EAS_FOLDER_TYPE_INBOX &&
	    (meeting = eas_item_email_get_meeting(item, &from)) != NULL)
		eas_meeting_take_mail(reader->ctx->cmd, meeting, from);
	ret = eas_item_email_write_opened(item, writer);
	if (ret < 0) {
		*error_r = t_strdup_printf("read(%s) failed: %s",
			i_stream_get_name(source->input),
			i_stream_get_error(source->input));
	}
	eas_item_email_close(&item);
	return ret;
}

int sync_mail_reader_write(struct sync_reader *reader, wbxml_tag_t tag,
			   struct wbxml_writer *writer, const char *id,
			   const char **error_r)
{
	struct sync_collection *coll = reader->coll;
	struct eas_body_options options = coll->options.body;
	struct eas_email_source source;

	if (eas_mail_item_get_source(coll->collection->user, reader->mail, id,
				     mail_is_draft(coll), &source, error_r) < 0)
		return reader->mail->expunged ? 0 : -1;
	if (tag != EAS_TAG_AIRSYNC_FETCH && source.received_utc != 0 &&
	    source.received_utc < coll->filter.window_start)
		item_leave_out_body(&options);
	source.hex_global_id = eas_quirk_has(reader->ctx->cmd->request,
					     EAS_QUIRK_HEX_GLOBAL_ID);
	if (mail_reader_write_item(reader, tag, writer, &source, &options, error_r) < 0)
		return reader->mail->expunged ? 0 : -1;
	return 1;
}

/* A draft that changed goes out whole (quirk 69). */
bool sync_mail_changes_whole(struct sync_context *ctx, struct sync_collection *coll)
{
	return mail_is_draft(coll) && ctx->cmd->request->version >= EAS_VERSION_16_0;
}

/* Another client cleared the flag: if it is set again, it is a new one. */
static void mail_reader_forget_followup(struct sync_reader *reader)
{
	if (!array_is_created(&reader->followups))
		p_array_init(&reader->followups, reader->ctx->pool, 1);
	(void)eas_mail_followup_note(reader->coll->collection->user, reader->mail, NULL,
				     reader->ctx->pool, &reader->followups);
}

/* What differs from what the device was shown; 0 = that is not known. */
static enum eas_email_change mail_reader_get_changes(struct sync_reader *reader)
{
	struct sync_collection *coll = reader->coll;
	uint32_t shown;

	if (!eas_sync_generation_has(coll->next, reader->mail->uid, &shown) ||
	    shown == EAS_SYNC_DIGEST_UNKNOWN)
		return 0;
	return eas_email_digest_changes(shown,
		eas_mail_digest(coll->collection->user, reader->mail));
}

void sync_mail_reader_write_changes(struct sync_reader *reader,
				    struct wbxml_writer *writer, const char *id)
{
	enum eas_email_change changes = mail_reader_get_changes(reader);
	struct eas_email_source source;

	i_zero(&source);
	source.flags = mail_get_flags(reader->mail);
	source.keywords = mail_get_keywords(reader->mail);
	source.followup = eas_mail_followup_get_kept(reader->coll->collection->user,
						     reader->mail);
	source.last_verb_utc = eas_mail_verb_time_get(reader->coll->collection->user,
						      reader->mail);
	source.item_id = id;
	if ((changes & EAS_EMAIL_CHANGE_FLAG) != 0 && source.followup == NULL)
		mail_reader_forget_followup(reader);
	eas_item_email_write_changes(writer, &source, &reader->coll->options.body, changes);
}

/* What the server alone knows of a draft the device added. MS-ASEMAIL "ConversationId" (2.2.2.21),
   MS-ASAIRS "ClientId" (2.2.2.14) */
void
sync_mail_reader_write_added(struct sync_reader *reader, struct wbxml_writer *writer,
			     const struct sync_response *response)
{
	struct sync_collection *coll = reader->coll;
	struct eas_email_source source;
	struct eas_item_email *item;
	const char *error = "";
	uoff_t size;

	if (response->uid == 0 ||
	    sync_mail_reader_open(reader, response->uid, &size, &error) <= 0)
		return;
	if (eas_mail_item_get_source(coll->collection->user, reader->mail,
				     response->server_id, TRUE, &source, &error) < 0 ||
	    eas_item_email_open(&source, &coll->options.body, &item, &error) < 0) {
		e_error(coll->collection->event, "Mail UID %u cannot be read now: %s",
			response->uid, error);
		return;
	}
	wbxml_writer_start(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	eas_item_email_write_added(item, writer, response->attachment_ids);
	wbxml_writer_end(writer, EAS_TAG_AIRSYNC_APPLICATION_DATA);
	eas_item_email_close(&item);
}

void sync_mail_reader_close(struct sync_reader *reader)
{
	if (reader->trans == NULL)
		return;
	if (array_is_created(&reader->followups)) {
		(void)eas_mail_followups_write(reader->coll->collection->user,
					       &reader->followups);
	}
	mail_free(&reader->mail);
	/* what was added to the cache */
	(void)mailbox_transaction_commit(&reader->trans);
}
