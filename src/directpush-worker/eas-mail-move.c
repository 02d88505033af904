/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "seq-range-array.h"
#include "mail-storage.h"
#include "eas-mail-followup.h"
#include "eas-mail-source.h"
#include "eas-mail-move.h"

struct mail_mover {
	struct eas_user *user;
	struct event *event;
	struct mailbox *src, *dst;
	struct mailbox_transaction_context *src_trans, *dst_trans;
	struct mail *mail;
};

static void mover_begin(struct mail_mover *mover)
{
	/* refreshed, so that mails expunged meanwhile are noticed */
	mover->src_trans = mailbox_transaction_begin(mover->src,
		MAILBOX_TRANSACTION_FLAG_REFRESH, "eas move");
	mover->dst_trans = mailbox_transaction_begin(mover->dst,
		MAILBOX_TRANSACTION_FLAG_EXTERNAL |
		MAILBOX_TRANSACTION_FLAG_ASSIGN_UIDS, "eas move");
	mover->mail = mail_alloc(mover->src_trans, MAIL_FETCH_FLAGS, NULL);
}

static void mover_rollback(struct mail_mover *mover)
{
	mail_free(&mover->mail);
	mailbox_transaction_rollback(&mover->dst_trans);
	mailbox_transaction_rollback(&mover->src_trans);
}

static enum eas_mail_move_result
mover_failed(struct mail_mover *mover, struct mailbox *box, const char *what)
{
	enum mail_error error;
	const char *reason = mailbox_get_last_internal_error(box, &error);

	switch (error) {
	case MAIL_ERROR_EXPUNGED:
		return EAS_MAIL_MOVE_NOT_FOUND;
	case MAIL_ERROR_PERM:
	case MAIL_ERROR_NOQUOTA:
	case MAIL_ERROR_NOTPOSSIBLE:
	case MAIL_ERROR_NOTFOUND:
		e_debug(mover->event, "%s was refused: %s", what, reason);
		return EAS_MAIL_MOVE_REFUSED;
	default:
		e_error(mover->event, "%s failed: %s", what, reason);
		return EAS_MAIL_MOVE_TEMPFAIL;
	}
}

static enum eas_mail_move_result
mover_add(struct mail_mover *mover, struct eas_mail_move *move)
{
	struct mail_save_context *save;

	if (!mail_set_uid(mover->mail, move->src_uid))
		return EAS_MAIL_MOVE_NOT_FOUND;
	move->digest = eas_mail_digest(mover->user, mover->mail);
	move->verb_utc = eas_mail_verb_time_get(mover->user, mover->mail);
	move->followup = eas_mail_followup_get(mover->user, mover->mail,
					       pool_datastack_create());
	save = mailbox_save_alloc(mover->dst_trans);
	mailbox_save_copy_flags(save, mover->mail);
	if (mailbox_move(&save, mover->mail) < 0)
		return mover_failed(mover, mover->dst, "Moving a mail");
	return EAS_MAIL_MOVED;
}

/* The source may be read and not be taken from: it has them all still, and the copies go. */
static void
mover_take_back(struct mail_mover *mover, struct eas_mail_move *moves, unsigned int count)
{
	struct mailbox_transaction_context *trans;
	struct mail *mail;

	if (mailbox_sync(mover->dst, 0) < 0) {
		(void)mover_failed(mover, mover->dst, "Finding copies");
		return;
	}
	trans = mailbox_transaction_begin(mover->dst, 0, "eas move");
	mail = mail_alloc(trans, 0, NULL);
	for (unsigned int i = 0; i < count; i++) {
		if (moves[i].result != EAS_MAIL_MOVED)
			continue;
		if (moves[i].dst_uid != 0 && mail_set_uid(mail, moves[i].dst_uid))
			mail_expunge(mail);
		moves[i].result = EAS_MAIL_MOVE_REFUSED;
	}
	mail_free(&mail);
	if (mailbox_transaction_commit(&trans) < 0 || mailbox_sync(mover->dst, 0) < 0)
		(void)mover_failed(mover, mover->dst, "Removing copies");
}

/* The destination first: a mail may be in both folders, never in none. */
static enum eas_mail_move_result
mover_commit(struct mail_mover *mover, struct eas_mail_move *moves, unsigned int count)
{
	struct mail_transaction_commit_changes changes;
	struct seq_range_iter iter;
	unsigned int i, n = 0;
	uint32_t uid;

	mail_free(&mover->mail);
	if (mailbox_transaction_commit_get_changes(&mover->dst_trans, &changes) < 0) {
		mailbox_transaction_rollback(&mover->src_trans);
		return mover_failed(mover, mover->dst, "Moving mails");
	}
	seq_range_array_iter_init(&iter, &changes.saved_uids);
	for (i = 0; i < count; i++) {
		if (moves[i].result != EAS_MAIL_MOVED)
			continue;
		moves[i].dst_uid = seq_range_array_iter_nth(&iter, n++, &uid) ? uid : 0;
	}
	pool_unref(&changes.pool);
	if (mailbox_transaction_commit(&mover->src_trans) < 0 &&
	    mover_failed(mover, mover->src, "Removing moved mails") == EAS_MAIL_MOVE_REFUSED)
		mover_take_back(mover, moves, count);
	/* else they are in the destination: what is left is a second copy */
	return EAS_MAIL_MOVED;
}

static void move_one(struct mail_mover *mover, struct eas_mail_move *move)
{
	mover_begin(mover);
	move->result = mover_add(mover, move);
	if (move->result != EAS_MAIL_MOVED)
		mover_rollback(mover);
	else {
		enum eas_mail_move_result result = mover_commit(mover, move, 1);

		if (result != EAS_MAIL_MOVED)
			move->result = result;
	}
}

/* A moved mail may have another GUID: what its flag says is noted for that one too. Failing to do so
   is logged, and the mail keeps its flag. */
static void
mover_take_followups(struct mail_mover *mover, const struct eas_mail_move *moves,
		     unsigned int count)
{
	struct mailbox_transaction_context *trans;
	ARRAY_TYPE(eas_followup) updates, verbs;
	struct mail *mail;

	t_array_init(&updates, 4);
	t_array_init(&verbs, 4);
	trans = mailbox_transaction_begin(mover->dst, 0, "eas move");
	mail = mail_alloc(trans, 0, NULL);
	for (unsigned int i = 0; i < count; i++) {
		if (moves[i].result != EAS_MAIL_MOVED ||
		    (moves[i].followup == NULL && moves[i].verb_utc == 0) ||
		    !mail_set_uid(mail, moves[i].dst_uid))
			continue;
		if (moves[i].verb_utc != 0) {
			eas_mail_verb_time_note(mail, moves[i].verb_utc,
						pool_datastack_create(), &verbs);
		}
		if (moves[i].followup != NULL) {
			(void)eas_mail_followup_note(mover->user, mail, moves[i].followup,
						     pool_datastack_create(), &updates);
		}
	}
	mail_free(&mail);
	(void)mailbox_transaction_commit(&trans);
	(void)eas_mail_followups_write(mover->user, &updates);
	eas_mail_verb_times_write(mover->user, &verbs);
}

static void
mover_moved(struct mail_mover *mover, const struct eas_mail_move *moves, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (moves[i].result != EAS_MAIL_MOVED ||
		    (moves[i].followup == NULL && moves[i].verb_utc == 0))
			continue;
		if (mailbox_sync(mover->dst, 0) == 0)
			mover_take_followups(mover, moves, count);
		break;
	}
}

static void
mover_move_all(struct mail_mover *mover, struct eas_mail_move *moves, unsigned int count)
{
	unsigned int i;

	mover_begin(mover);
	for (i = 0; i < count; i++) {
		moves[i].result = mover_add(mover, &moves[i]);
		if (moves[i].result != EAS_MAIL_MOVED &&
		    moves[i].result != EAS_MAIL_MOVE_NOT_FOUND)
			break;
	}
	if (i < count)
		mover_rollback(mover);
	else if (mover_commit(mover, moves, count) == EAS_MAIL_MOVED)
		return;
	for (i = 0; i < count; i++)
		move_one(mover, &moves[i]);
}

void eas_mail_move(struct eas_user *user, struct mailbox *src, struct mailbox *dst,
		   struct event *event, struct eas_mail_move *moves, unsigned int count)
{
	struct mail_mover mover = { .user = user, .event = event, .src = src, .dst = dst };

	mover_move_all(&mover, moves, count);
	mover_moved(&mover, moves, count);
}

void eas_mail_moves_check(struct mailbox *src, struct eas_mail_move *moves,
			  unsigned int count)
{
	uint32_t seq1, seq2;

	for (unsigned int i = 0; i < count; i++) {
		if (moves[i].result != EAS_MAIL_MOVED)
			continue;
		mailbox_get_seq_range(src, moves[i].src_uid, moves[i].src_uid,
				      &seq1, &seq2);
		moves[i].stayed = seq1 != 0;
	}
}
