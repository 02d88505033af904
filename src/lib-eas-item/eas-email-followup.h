/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_EMAIL_FOLLOWUP_H
#define EAS_EMAIL_FOLLOWUP_H

/* The dates, reminder and texts of a follow-up flag: what IMAP's \Flagged cannot say. The flag's Status is not
   among them, that is the mailbox's (eas-email-flags.h).

   MS-ASEMAIL "Flag" (2.2.2.34), "Updating E-Mail Flags" (3.2.5.4.2) */

struct wbxml_node;
struct wbxml_writer;

#define EAS_EMAIL_FOLLOWUP_MAX_TEXT_BYTES 1024

enum eas_email_followup_field {
#define EAS_FOLLOWUP(name, tag, kind) EAS_EMAIL_FOLLOWUP_##name,
#include "eas-email-followup.def"
	EAS_EMAIL_FOLLOWUP_FIELDS
};

struct eas_email_followup {
	/* As they stand in the elements; NULL = not there. */
	const char *values[EAS_EMAIL_FOLLOWUP_FIELDS];
};

/* Nothing that \Flagged alone does not say. */
bool eas_email_followup_is_empty(const struct eas_email_followup *followup);
/* Take it out of a Flag element; values in pool. is_complete: its Status is 1. Returns 0, or -1 with a
   sentence: not legal together. */
int eas_email_followup_parse(const struct wbxml_node *flag, bool is_complete, pool_t pool,
			     struct eas_email_followup *followup_r, const char **error_r);
/* A text as long as one may be. */
const char *eas_email_followup_text(const char *text, pool_t pool);
/* What update has takes the place of what followup has. */
void eas_email_followup_merge(struct eas_email_followup *followup,
			      const struct eas_email_followup *update);

/* One line of text, in the data stack, and back; values in pool. What is not understood is passed
   over. */
const char *eas_email_followup_encode(const struct eas_email_followup *followup);
void eas_email_followup_decode(const char *text, pool_t pool,
			       struct eas_email_followup *followup_r);

/* Write what there is, and FlagType in any case. followup may be NULL. */
void eas_email_followup_write(const struct eas_email_followup *followup, bool is_complete,
			      struct wbxml_writer *writer);

#endif
