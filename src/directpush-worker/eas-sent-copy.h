/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_SENT_COPY_H
#define EAS_SENT_COPY_H

/* The copy of a sent mail in the user's Sent folder, which is made if there is none. */

struct eas_user;
struct eas_outgoing;

/* Save it, with its Bcc, as read. once: look first whether it is there already (by
   Message-ID). Returns 0, or -1 (logged). */
int eas_sent_copy_save(struct eas_user *user, struct event *event,
		       const struct eas_outgoing *mail, bool once);

#endif
