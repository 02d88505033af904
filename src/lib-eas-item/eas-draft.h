/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_DRAFT_H
#define EAS_DRAFT_H

/* A draft as a device describes it -> a mail. Either the device sends the whole mail (Body of type 4),
   or the elements To, Cc, Bcc, ReplyTo, Subject, Importance and a Body of type 1 or 2; attachments are
   added and deleted one by one. What a changed draft has besides (From, Message-ID, References, ...) stays.

   Of a draft that is changed: if only Attachments are named, the rest stays; else an element that is absent
   is deleted, but for Body and Attachments. MS-ASCMD "Change" (2.2.3.24)

   MS-ASEMAIL "Sync Command Request" (3.1.5.4), MS-ASAIRS "Add" (2.2.2.2), "Delete" (2.2.2.21) */

struct istream;
struct ostream;
struct wbxml_node;

#define EAS_DRAFT_MAX_ATTACHMENTS 500

struct eas_draft_source {
	/* ApplicationData; not NULL */
	const struct wbxml_node *data;
	/* the draft as it is; NULL for a new one. Seekable, from its start. */
	struct istream *old;
	/* used where the draft has none: the user's address, and any text that no other draft has */
	const char *from, *unique;
	/* UTC */
	time_t now;
	/* letters and digits that stand nowhere in it */
	const char *boundary;
};

/* Does it say anything of the mail itself, and not only flags? data may be NULL. */
bool eas_draft_is_content(const struct wbxml_node *data);
/* Does it add or delete attachments? */
bool eas_draft_has_attachments(const struct wbxml_node *data);
/* Is what it says legal? Returns 0, -1 with a sentence (Sync item Status 6). */
int eas_draft_check(const struct wbxml_node *data, const char **error_r);

/* Write the mail; data must be legal. Attachments that are added are its last ones, in their order.
   Returns 0, -1 with a reason if a stream failed (for output: see it there). */
int eas_draft_write(const struct eas_draft_source *source, struct ostream *output,
		    const char **error_r);

#endif
