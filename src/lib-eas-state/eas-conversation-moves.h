/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_CONVERSATION_MOVES_H
#define EAS_CONVERSATION_MOVES_H

/* The conversations a user wants always moved, and where to: the subject "conversations" of the
   user's own store. docs/state-format.md has the lines; docs/decisions/130. */

#include "guid.h"
#include "eas-state-store.h"

#define EAS_CONVERSATION_MOVES_FORMAT 1
/* the oldest is forgotten for one more */
#define EAS_CONVERSATION_MOVES_MAX 500
#define EAS_CONVERSATION_MOVES_FOLDER_ID_LENGTH 64

struct eas_conversation_move {
	/* ConversationId */
	guid_128_t id;
	char folder_id[EAS_CONVERSATION_MOVES_FOLDER_ID_LENGTH + 1];
	/* when the user asked for it */
	time_t created;
};
ARRAY_DEFINE_TYPE(eas_conversation_move, struct eas_conversation_move);

/* The oldest first; in pool, empty if there are none. Lines that are not ours are passed over. Returns
   0, -1 if it cannot be said now (logged). */
int eas_conversation_moves_read(struct eas_state_store *store, pool_t pool,
				ARRAY_TYPE(eas_conversation_move) *moves_r);
/* NULL if the conversation is not always moved. */
const struct eas_conversation_move *
eas_conversation_moves_find(const ARRAY_TYPE(eas_conversation_move) *moves,
			    const guid_128_t id);
/* Add one, instead of what was said of the conversation before. Locks the store meanwhile. Returns 0, -1
   (logged). */
int eas_conversation_moves_add(struct eas_state_store *store,
			       const struct eas_conversation_move *move);

#endif
