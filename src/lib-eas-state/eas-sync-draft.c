/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "eas-sync-state.h"

uint32_t eas_sync_draft_get_uid(const struct eas_sync_state *state, uint32_t id_uid)
{
	const struct eas_sync_draft *draft;

	array_foreach(&state->drafts, draft) {
		if (draft->id_uid == id_uid)
			return draft->uid;
	}
	return id_uid;
}

uint32_t eas_sync_draft_get_id_uid(const struct eas_sync_state *state, uint32_t uid)
{
	const struct eas_sync_draft *draft;

	array_foreach(&state->drafts, draft) {
		if (draft->uid == uid)
			return draft->id_uid;
	}
	return uid;
}

const struct eas_sync_draft *
eas_sync_draft_find(const struct eas_sync_state *state, uint64_t command)
{
	const struct eas_sync_draft *draft;

	array_foreach(&state->drafts, draft) {
		if (draft->command == command)
			return draft;
	}
	return NULL;
}

static bool draft_is_known(const struct eas_sync_state *state, uint32_t uid)
{
	return (state->confirmed != NULL &&
		eas_sync_generation_has(state->confirmed, uid, NULL)) ||
		(state->pending != NULL &&
		 eas_sync_generation_has(state->pending, uid, NULL));
}

/* Forget the oldest whose ServerId would not be missed. Returns FALSE if there is none. */
static bool drafts_forget_one(struct eas_sync_state *state)
{
	const struct eas_sync_draft *draft;

	array_foreach(&state->drafts, draft) {
		if (draft->id_uid == draft->uid || !draft_is_known(state, draft->uid)) {
			array_delete(&state->drafts,
				     array_foreach_idx(&state->drafts, draft), 1);
			return TRUE;
		}
	}
	return FALSE;
}

bool eas_sync_draft_set(struct eas_sync_state *state, uint32_t id_uid, uint32_t uid,
			uint64_t command)
{
	struct eas_sync_draft *draft;

	array_foreach_modifiable(&state->drafts, draft) {
		if (draft->id_uid == id_uid) {
			draft->uid = uid;
			draft->command = command;
			return TRUE;
		}
	}
	if (array_count(&state->drafts) >= EAS_SYNC_MAX_DRAFTS &&
	    !drafts_forget_one(state))
		return FALSE;
	draft = array_append_space(&state->drafts);
	draft->id_uid = id_uid;
	draft->uid = uid;
	draft->command = command;
	return TRUE;
}

void eas_sync_generation_replace(pool_t pool, struct eas_sync_generation *generation,
				 uint32_t old_uid, uint32_t new_uid)
{
	uint32_t digest;

	if (!eas_sync_generation_has(generation, old_uid, &digest))
		return;
	eas_sync_generation_remove(generation, old_uid);
	eas_sync_generation_set(pool, generation, new_uid, digest);
}
