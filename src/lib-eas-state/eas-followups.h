/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_FOLLOWUPS_H
#define EAS_FOLLOWUPS_H

/* What a mailbox cannot keep of its mails, by their GUIDs: subjects of the user's own store.
   docs/state-format.md has the lines; docs/decisions/131. */

#include "eas-state-store.h"

#define EAS_FOLLOWUPS_FORMAT 1
/* the one set longest ago is forgotten for one more */
#define EAS_FOLLOWUPS_MAX 5000

/* what follow-up flags say besides; when a mail was last replied to or forwarded */
#define EAS_FOLLOWUPS_FLAGS "followups"
#define EAS_FOLLOWUPS_VERBS "verbs"
/* not of mails, but of meetings: what their organizers were told last */
#define EAS_FOLLOWUPS_ANSWERS "answers"
/* and the newest invitation that was seen */
#define EAS_FOLLOWUPS_INVITATIONS "invitations"
/* and what folders hold that cannot say so, by their GUIDs */
#define EAS_FOLLOWUPS_FOLDERS "folders"

/* those of one user and subject */
struct eas_followups;

struct eas_followup {
	const char *mail_guid;
	/* one line, opaque here; NULL: there is none any more */
	const char *text;
};
ARRAY_DEFINE_TYPE(eas_followup, struct eas_followup);

/* As they are now; *followups_r has a pool of its own. Returns 0, -1 if it cannot be said now (logged). */
int eas_followups_read(struct eas_state_store *store, const char *subject,
		       struct eas_followups **followups_r);
void eas_followups_free(struct eas_followups **followups);
unsigned int eas_followups_count(const struct eas_followups *followups);
/* NULL if the mail has none */
const char *eas_followups_find(const struct eas_followups *followups, const char *mail_guid);
/* Read, change, write; the store is locked meanwhile. Nothing is written if nothing is new. Returns 0, -1
   (logged). */
int eas_followups_update(struct eas_state_store *store, const char *subject,
			 const ARRAY_TYPE(eas_followup) *updates);

#endif
