/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MAIL_SEARCH_H
#define EAS_MAIL_SEARCH_H

/* Searching mail in some folders, by Dovecot's search, which uses a full text index where there is
   one. Takes no longer than its time: then it gives what it has found so far. */

#include "eas-search-text.h"
#include "eas-search-results.h"

struct eas_user;

/* phones hang up after some 30 silent seconds, some after 10 */
#define EAS_MAIL_SEARCH_MSECS 7000

struct eas_mail_search {
	/* empty = all mails */
	ARRAY_TYPE(eas_search_term) terms;
	/* received after and before, neither at the very second; 0 = whenever */
	time_t after_utc, before_utc;
	/* EAS_CONVERSATION_ID_BYTES; NULL = any */
	const unsigned char *conversation_id;
	ARRAY(const struct eas_folder *) folders;
};

void eas_mail_search_init(struct eas_mail_search *search, pool_t pool);
/* Search in the folder with this id, or with all, "0", in all; deep: and in those below.
   Returns 1, 0 = there is no such folder, -1 = cannot be said now (logged). */
int eas_mail_search_add_folder(struct eas_mail_search *search, struct eas_user *user,
			       const char *id, bool deep);
/* Append to results, sorted. Folders that cannot be searched now are left out (logged). Returns FALSE
   if the time was over before all of it was searched. */
bool eas_mail_search_run(const struct eas_mail_search *search, struct eas_user *user,
			 struct event *event, struct eas_search_results *results);

#endif
