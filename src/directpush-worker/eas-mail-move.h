/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAIL_MOVE_H
#define EAS_MAIL_MOVE_H

/* Move mails from one mailbox to another, in as few transactions as possible: all together
   and, if that fails, one by one, so that one mail that cannot be moved does not
   keep the others. */

struct mailbox;
struct eas_user;

enum eas_mail_move_result {
	EAS_MAIL_MOVED,
	/* there is no such mail in the source (any more) */
	EAS_MAIL_MOVE_NOT_FOUND,
	/* not allowed, over quota: trying again does not help */
	EAS_MAIL_MOVE_REFUSED,
	/* try again later */
	EAS_MAIL_MOVE_TEMPFAIL
};

struct eas_mail_move {
	uint32_t src_uid;
	/* set by eas_mail_move(): dst_uid 0 = not known */
	enum eas_mail_move_result result;
	uint32_t dst_uid;
	/* Set by eas_mail_moves_check(): it was moved, and is still in the source too, which
	   could not let it go. */
	bool stayed;
	/* what a phone sees of its flags (eas-changes.h) */
	uint32_t digest;
	/* when it was replied to (eas-mail-followup.h); 0 = not known */
	time_t verb_utc;
	/* on the data stack; it is the moved mail's too. NULL = none */
	const struct eas_email_followup *followup;
};

/* Both mailboxes are open; src is synced. Fills in the moves. Errors are logged. The mails leave
   src when it is synced. */
void eas_mail_move(struct eas_user *user, struct mailbox *src, struct mailbox *dst,
		   struct event *event, struct eas_mail_move *moves, unsigned int count);

/* After src was synced. */
void eas_mail_moves_check(struct mailbox *src, struct eas_mail_move *moves,
			  unsigned int count);

#endif
