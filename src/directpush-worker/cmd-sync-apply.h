/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CMD_SYNC_APPLY_H
#define CMD_SYNC_APPLY_H

/* Running one collection's commands: what cmd-sync-apply.c and the classes share. */

#include "eas-followups.h"
#include "cmd-sync-class.h"

struct eas_mail_move;
struct sync_pim;

/* what a phone saw and wants to see of a mail (eas-mail-source.h) */
struct sync_mail_change {
	uint32_t uid, before, wished;
};

struct sync_apply {
	struct sync_context *ctx;
	struct sync_collection *coll;
	struct eas_collection *collection;
	const struct sync_class *class;
	/* cmd-sync-pim.c's */
	struct sync_pim *pim;
	/* Mail's, to the end: opened for the first command that needs it */
	struct mailbox_transaction_context *trans;
	struct mail *mail;
	/* changed in trans */
	ARRAY(struct sync_mail_change) changed;
	/* what their flags say, written before trans is committed */
	ARRAY_TYPE(eas_followup) followups;
	/* deletions that are moves to the trash */
	ARRAY(struct eas_mail_move) moves;
	ARRAY_TYPE(uint32_t) expunged_uids;
};

struct sync_response *
sync_apply_respond(struct sync_apply *apply, wbxml_tag_t tag, enum eas_status status,
		   const char *server_id);
/* An Add succeeded: asked again, it gets the same answer. */
void sync_apply_added(struct sync_apply *apply, const char *client_id, const char *server_id);

/* Point apply->mail to this mail. Returns FALSE if it is not there. */
bool sync_apply_set_uid(struct sync_apply *apply, uint32_t uid);
/* Commit what was done so far, and respond to what failed. */
void sync_apply_flush(struct sync_apply *apply);

/* Can the device work on drafts here: a Drafts folder, from 16.0 on? */
bool sync_draft_is_folder(const struct sync_apply *apply);
/* An Add of a mail. */
void sync_draft_add(struct sync_apply *apply, const struct wbxml_node *node,
		    const char *client_id);
/* A Change of more than flags, or with Send. Returns TRUE if flags can be changed next; FALSE: it is
   all done or has failed, and that is responded to. */
bool sync_draft_change(struct sync_apply *apply, const struct wbxml_node *node, const char *id);
/* The device added attachments or removed some: the draft is told it whole, with their new
   references. */
void sync_draft_tell_attachments(struct sync_apply *apply, const struct wbxml_node *node,
				 const char *id);

#endif
