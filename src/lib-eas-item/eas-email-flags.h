/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_EMAIL_FLAGS_H
#define EAS_EMAIL_FLAGS_H

/* IMAP flags and keywords <-> what a phone sees and changes of a mail after delivery: read,
   follow-up flag, categories, answered and forwarded.

     Read          \Seen
     Flag          \Flagged = active; keyword $Completed = complete. Dates and texts are not in
                   the mailbox: eas-email-followup.h
     Categories    keywords without a leading '$', but those programs set (eas-email-keywords.def);
                   in modified UTF-7, a space is kept as '_'
     answered      \Answered
     forwarded     keyword $Forwarded
     last verb     of the two, if both are there: forward. Keyword $DirectPushRepliedLast says that
                   it was reply; SmartReply sets it on what was forwarded, SmartForward removes it.
                   So phones are told truly what phones did; what an IMAP client adds to
                   both cannot be known.

   MS-ASEMAIL "Read" (2.2.2.58), "Flag" (2.2.2.34), "Status" (2.2.2.74), "Categories"
   (2.2.2.16), "LastVerbExecuted" (2.2.2.44); RFC 5788 */

#include "mail-types.h"
#include "eas-email-followup.h"

struct wbxml_node;

#define EAS_EMAIL_KEYWORD_COMPLETED "$Completed"
#define EAS_EMAIL_KEYWORD_FORWARDED "$Forwarded"
#define EAS_EMAIL_KEYWORD_REPLIED_LAST "$DirectPushRepliedLast"

/* MS-ASEMAIL "Categories": clients send no more than 300 */
#define EAS_EMAIL_MAX_CATEGORIES 300
#define EAS_EMAIL_MAX_CATEGORY_BYTES 255

enum eas_email_flag_status {
	EAS_EMAIL_FLAG_CLEAR	= 0,
	EAS_EMAIL_FLAG_COMPLETE	= 1,
	EAS_EMAIL_FLAG_ACTIVE	= 2
};

/* MS-ASEMAIL "LastVerbExecuted" (2.2.2.44) */
enum eas_email_verb {
	EAS_EMAIL_VERB_NONE	= 0,
	EAS_EMAIL_VERB_REPLY	= 1,
	EAS_EMAIL_VERB_FORWARD	= 3
};

struct eas_email_flags {
	bool read, answered, forwarded;
	enum eas_email_verb last_verb;
	enum eas_email_flag_status flag;
	/* set by whoever knows it; NULL = none */
	const struct eas_email_followup *followup;
	/* \Deleted: not to be shown */
	bool hidden;
	/* UTF-8, NULL-terminated, in the order of the keywords; on the data stack */
	const char *const *categories;
};

/* keywords: NULL-terminated, or NULL */
void eas_email_flags_read(enum mail_flags flags, const char *const *keywords,
			  struct eas_email_flags *flags_r);
/* A number over all of it but hidden: equal numbers = nothing to tell. Its low byte is the
   flags, the other bits are sums over categories and followup; never above 0xfffffff0. */
uint32_t eas_email_flags_digest(const struct eas_email_flags *flags);
/* MS-ASEMAIL "Sending E-Mail Changes to the Client" (3.2.5.4.1) */
enum eas_email_change {
	EAS_EMAIL_CHANGE_READ		= BIT(0),
	EAS_EMAIL_CHANGE_FLAG		= BIT(1),
	EAS_EMAIL_CHANGE_CATEGORIES	= BIT(2),
	/* answered, forwarded */
	EAS_EMAIL_CHANGE_OTHER		= BIT(3)
};
/* What differs between two digests. */
enum eas_email_change eas_email_digest_changes(uint32_t digest1, uint32_t digest2);

/* What a client's Change says about them. */
struct eas_email_flags_change {
	bool have_read, have_flag, have_categories;
	bool read;
	enum eas_email_flag_status flag;
	/* what the flag says besides */
	bool flag_has_no_status;
	struct eas_email_followup followup;
	/* as keywords, NULL-terminated; in the pool of the call */
	const char *const *categories;
};

/* Take the change out of an ApplicationData element. Other properties are ignored. Returns
   0, or -1 with a sentence: not legal (Sync item Status 6). */
int eas_email_flags_change_parse(const struct wbxml_node *data, pool_t pool,
				 struct eas_email_flags_change *change_r,
				 const char **error_r);

/* Make of what the flag says now what it says after the change. Values are in the pools they came
   from. */
void eas_email_flags_change_followup(const struct eas_email_flags_change *change,
				     struct eas_email_followup *followup);

/* The change as flags and keywords to add and to remove. keywords: as the mail has
   them. The arrays are NULL-terminated, in pool. */
struct eas_email_flags_update {
	enum mail_flags add_flags, remove_flags;
	const char *const *add_keywords, *const *remove_keywords;
};
void eas_email_flags_change_apply(const struct eas_email_flags_change *change,
				  const char *const *keywords, pool_t pool,
				  struct eas_email_flags_update *update_r);

#endif
