/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "mail-index-modseq.h"
#include "mail-storage-private.h"
#include "eas-email-flags.h"
#include "eas-mail-conversation.h"
#include "eas-mail-followup.h"
#include "eas-mail-source.h"

struct eas_mail_source {
	struct eas_changes_source source;
	struct eas_user *user;
	struct mailbox *box;
	const char *folder_id;
	/* opened when the first item is looked at */
	struct mailbox_transaction_context *trans;
	struct mail *mail;
};

static struct eas_mail_source *mail_source(struct eas_changes_source *source)
{
	return container_of(source, struct eas_mail_source, source);
}

uint32_t eas_mail_digest(struct eas_user *user, struct mail *mail)
{
	struct eas_email_flags flags;
	uint32_t digest;

	T_BEGIN {
		eas_email_flags_read(mail_get_flags(mail), mail_get_keywords(mail),
				     &flags);
		if (flags.flag != EAS_EMAIL_FLAG_CLEAR) {
			flags.followup = eas_mail_followup_get(user, mail,
							       pool_datastack_create());
		}
		digest = flags.hidden ? EAS_DIGEST_HIDDEN :
			eas_email_flags_digest(&flags);
	} T_END;
	return digest;
}

static unsigned int
mail_source_count(struct eas_changes_source *_source, uint32_t uid1, uint32_t uid2)
{
	uint32_t seq1, seq2;

	mailbox_get_seq_range(mail_source(_source)->box, uid1, uid2, &seq1, &seq2);
	return seq1 == 0 ? 0 : seq2 - seq1 + 1;
}

static void
mail_source_list(struct eas_changes_source *_source, uint32_t uid1, uint32_t uid2,
		 ARRAY_TYPE(seq_range) *uids)
{
	struct mail_index_view *view = mail_source(_source)->box->view;
	uint32_t seq, seq1, seq2, uid;

	mailbox_get_seq_range(mail_source(_source)->box, uid1, uid2, &seq1, &seq2);
	if (seq1 == 0)
		return;
	for (seq = seq1; seq <= seq2; seq++) {
		mail_index_lookup_uid(view, seq, &uid);
		(void)seq_range_array_add(uids, uid);
	}
}

static void
mail_source_changed(struct eas_changes_source *_source,
		    const ARRAY_TYPE(seq_range) *uids, uint64_t modseq,
		    ARRAY_TYPE(seq_range) *changed)
{
	struct mailbox *box = mail_source(_source)->box;
	const struct seq_range *range;
	uint32_t seq, seq1, seq2, uid;

	array_foreach(uids, range) {
		mailbox_get_seq_range(box, range->seq1, range->seq2, &seq1, &seq2);
		if (seq1 == 0)
			continue;
		for (seq = seq1; seq <= seq2; seq++) {
			if (mail_index_modseq_lookup(box->view, seq) <= modseq)
				continue;
			mail_index_lookup_uid(box->view, seq, &uid);
			(void)seq_range_array_add(changed, uid);
		}
	}
}

static bool mail_source_set_uid(struct eas_mail_source *source, uint32_t uid)
{
	if (source->trans == NULL) {
		source->trans = mailbox_transaction_begin(source->box, 0, __func__);
		source->mail = mail_alloc(source->trans, MAIL_FETCH_FLAGS |
					  MAIL_FETCH_RECEIVED_DATE, NULL);
	}
	return mail_set_uid(source->mail, uid);
}

static int
mail_source_digest(struct eas_changes_source *_source, uint32_t uid, uint32_t *digest_r)
{
	struct eas_mail_source *source = mail_source(_source);

	if (!mail_source_set_uid(source, uid))
		return 0;
	*digest_r = eas_mail_digest(source->user, source->mail);
	return 1;
}

static int
mail_source_received(struct eas_changes_source *_source, uint32_t uid,
		     time_t *received_utc_r)
{
	struct eas_mail_source *source = mail_source(_source);

	/* A mail that cannot be dated must not stop the folder: it counts as inside the
	   filter, and whoever reads it finds out what is wrong with it. */
	if (!mail_source_set_uid(source, uid) ||
	    mail_get_received_date(source->mail, received_utc_r) < 0)
		return 0;
	return 1;
}

static int
mail_source_conversation(struct eas_changes_source *_source, uint32_t uid, guid_128_t id_r)
{
	struct eas_mail_source *source = mail_source(_source);

	if (!mail_source_set_uid(source, uid))
		return 0;
	eas_mail_conversation_get_id(source->mail, source->folder_id, id_r);
	return 1;
}

struct eas_changes_source *
eas_mail_source_init(struct eas_user *user, struct mailbox *box, const char *folder_id)
{
	struct eas_mail_source *source = i_new(struct eas_mail_source, 1);
	struct mailbox_status status;

	mailbox_get_open_status(box, STATUS_UIDVALIDITY | STATUS_UIDNEXT |
				STATUS_MESSAGES | STATUS_HIGHESTMODSEQ, &status);
	source->source.header.uid_validity = status.uidvalidity;
	source->source.header.uid_next = status.uidnext;
	source->source.header.messages = status.messages;
	source->source.header.highest_modseq = status.highest_modseq;
	source->source.count = mail_source_count;
	source->source.list = mail_source_list;
	source->source.changed = mail_source_changed;
	source->source.digest = mail_source_digest;
	source->source.received = mail_source_received;
	source->source.conversation = mail_source_conversation;
	source->user = user;
	source->box = box;
	source->folder_id = folder_id;
	return &source->source;
}

void eas_mail_source_deinit(struct eas_changes_source **_source)
{
	struct eas_mail_source *source = mail_source(*_source);

	*_source = NULL;
	if (source->trans != NULL) {
		mail_free(&source->mail);
		/* what was added to the cache; failing to add it is no loss */
		(void)mailbox_transaction_commit(&source->trans);
	}
	i_free(source);
}
