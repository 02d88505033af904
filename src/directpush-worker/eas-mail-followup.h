/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAIL_FOLLOWUP_H
#define EAS_MAIL_FOLLOWUP_H

/* What the follow-up flags of the user's mails say besides being there, and when mails were replied to: kept by the
   mails' GUIDs in the user's state store, read once a request when such a mail is met. docs/decisions/131 */

#include "eas-email-followup.h"
#include "eas-followups.h"

struct mail;
struct mailbox;
struct eas_user;

/* Set when a followup changes and no flag does, cleared when it does so again: that is a change in the mailbox,
   which other devices hear of. */
#define EAS_MAIL_FOLLOWUP_KEYWORD "$DirectPushFollowup"

/* NULL: the mail has no flag, or it says nothing. Values in pool. */
const struct eas_email_followup *
eas_mail_followup_get(struct eas_user *user, struct mail *mail, pool_t pool);
/* The same, until the next request. */
const struct eas_email_followup *
eas_mail_followup_get_kept(struct eas_user *user, struct mail *mail);

/* Note in updates that the mail has this one (NULL or empty: none) from now on; all in pool. Nothing is noted
   if it has the same already, and then it returns FALSE. */
bool eas_mail_followup_note(struct eas_user *user, struct mail *mail,
			    const struct eas_email_followup *followup, pool_t pool,
			    ARRAY_TYPE(eas_followup) *updates);
/* Write what was noted. Returns 0, -1 (logged). */
int eas_mail_followups_write(struct eas_user *user, const ARRAY_TYPE(eas_followup) *updates);

/* When the mail was last replied to or forwarded by a device; 0 = not known. */
time_t eas_mail_verb_time_get(struct eas_user *user, struct mail *mail);
/* It was then. Failing to keep that is logged. */
void eas_mail_verb_time_set(struct eas_user *user, struct mail *mail, time_t utc);
/* The same of many mails: note each in updates (strings of pool), write them all. */
void eas_mail_verb_time_note(struct mail *mail, time_t utc, pool_t pool,
			     ARRAY_TYPE(eas_followup) *updates);
void eas_mail_verb_times_write(struct eas_user *user, const ARRAY_TYPE(eas_followup) *updates);

/* A new request: read them again when they are needed. */
void eas_mail_followups_forget(struct eas_user *user);

#endif
