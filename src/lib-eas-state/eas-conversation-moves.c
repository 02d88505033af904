/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "strescape.h"
#include "strnum.h"
#include "eas-conversation-moves.h"

#define SUBJECT "conversations"
#define KEY_MOVE "move"

/* "move", conversation, folder, time */
static bool move_decode(const char *line, struct eas_conversation_move *move_r)
{
	const char *const *fields = t_strsplit_tabescaped(line);

	if (str_array_length(fields) < 4 || strcmp(fields[0], KEY_MOVE) != 0 ||
	    strlen(fields[2]) > EAS_CONVERSATION_MOVES_FOLDER_ID_LENGTH)
		return FALSE;
	i_zero(move_r);
	i_strocpy(move_r->folder_id, fields[2], sizeof(move_r->folder_id));
	return guid_128_from_string(fields[1], move_r->id) == 0 &&
		str_to_time(fields[3], &move_r->created) == 0;
}

int eas_conversation_moves_read(struct eas_state_store *store, pool_t pool,
				ARRAY_TYPE(eas_conversation_move) *moves_r)
{
	struct eas_conversation_move move;
	const unsigned char *data;
	const char *const *lines;
	size_t size;

	p_array_init(moves_r, pool, 4);
	switch (eas_state_store_read(store, SUBJECT, EAS_CONVERSATION_MOVES_FORMAT,
				     pool, &data, &size)) {
	case EAS_STATE_OK:
		break;
	case EAS_STATE_NONE:
	case EAS_STATE_CORRUPT:
		return 0;
	case EAS_STATE_TEMPFAIL:
		return -1;
	}
	/* no frame of its own: the pool may be the caller's data stack */
	lines = t_strsplit(t_strndup(data, size), "\n");
	for (; *lines != NULL; lines++) {
		if (move_decode(*lines, &move) &&
		    array_count(moves_r) < EAS_CONVERSATION_MOVES_MAX)
			array_push_back(moves_r, &move);
	}
	return 0;
}

const struct eas_conversation_move *
eas_conversation_moves_find(const ARRAY_TYPE(eas_conversation_move) *moves,
			    const guid_128_t id)
{
	const struct eas_conversation_move *move;

	array_foreach(moves, move) {
		if (guid_128_equals(move->id, id))
			return move;
	}
	return NULL;
}

static void moves_replace(ARRAY_TYPE(eas_conversation_move) *moves,
			  const struct eas_conversation_move *move)
{
	const struct eas_conversation_move *old = eas_conversation_moves_find(moves, move->id);

	if (old != NULL)
		array_delete(moves, array_ptr_to_idx(moves, old), 1);
	else if (array_count(moves) >= EAS_CONVERSATION_MOVES_MAX)
		array_pop_front(moves);
	array_push_back(moves, move);
}

static int moves_write(struct eas_state_store *store,
		       const ARRAY_TYPE(eas_conversation_move) *moves)
{
	const struct eas_conversation_move *move;
	string_t *str = t_str_new(256);

	array_foreach(moves, move) {
		str_printfa(str, KEY_MOVE"\t%s\t", guid_128_to_string(move->id));
		str_append_tabescaped(str, move->folder_id);
		str_printfa(str, "\t%ld\n", (long)move->created);
	}
	return eas_state_store_write(store, SUBJECT, EAS_CONVERSATION_MOVES_FORMAT,
				     str_data(str), str_len(str));
}

int eas_conversation_moves_add(struct eas_state_store *store,
			       const struct eas_conversation_move *move)
{
	ARRAY_TYPE(eas_conversation_move) moves;
	int ret;

	if (eas_state_store_lock(store) < 0)
		return -1;
	T_BEGIN {
		ret = eas_conversation_moves_read(store, pool_datastack_create(), &moves);
		if (ret == 0) {
			moves_replace(&moves, move);
			ret = moves_write(store, &moves);
		}
	} T_END;
	eas_state_store_unlock(store);
	return ret;
}
