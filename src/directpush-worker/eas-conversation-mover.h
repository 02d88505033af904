/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_CONVERSATION_MOVER_H
#define EAS_CONVERSATION_MOVER_H

/* Whole conversations on their way to another folder: the mails that are there, and, from then on,
   those that arrive. docs/decisions/130

   MS-ASCON "Always Moving a Conversation" (3.2.5.3.2), "Ignoring a Conversation" (3.2.5.3.1) */

struct eas_user;
struct eas_folder;
struct eas_collection;

enum eas_conversation_move_result {
	EAS_CONVERSATION_MOVED,
	/* some are still where they were (logged); the others are not */
	EAS_CONVERSATION_MOVED_PARTLY,
	/* no folder has a mail of it */
	EAS_CONVERSATION_NOT_FOUND,
	EAS_CONVERSATION_TEMPFAIL
};

/* Can a conversation be moved there? */
bool eas_conversation_can_move_to(const struct eas_folder *folder);
/* Move the mails of the conversation (EAS_CONVERSATION_ID_BYTES) from all folders but Sent and
   Drafts to dst, and remember to do so with later ones. */
enum eas_conversation_move_result
eas_conversation_move(struct eas_user *user, struct event *event, const unsigned char *id,
		      const struct eas_folder *dst);

/* Move away what came to the open folder since the device was last told of it, where its conversation is one to
   be always moved. The state was read. Returns 0, -1 if the mailbox cannot be synced
   afterwards (logged). What cannot be moved stays (logged). */
int eas_conversation_move_new(struct eas_collection *collection);

#endif
