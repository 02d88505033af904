/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "test-common.h"
#include "unlink-directory.h"
#include "eas-conversation-moves.h"

#include <stdlib.h>

static struct eas_conversation_move test_move(uint8_t id, const char *folder_id)
{
	struct eas_conversation_move move;

	i_zero(&move);
	memset(move.id, id, sizeof(move.id));
	i_strocpy(move.folder_id, folder_id, sizeof(move.folder_id));
	move.created = 1700000000 + id;
	return move;
}

static void test_conversation_moves(void)
{
	char root[] = "/tmp/test-eas-moves-XXXXXX";
	struct event *event = event_create(NULL);
	ARRAY_TYPE(eas_conversation_move) moves;
	struct eas_conversation_move move;
	const struct eas_conversation_move *found;
	struct eas_state_store *store;
	const char *error;

	test_begin("conversation moves: kept, replaced, bounded");
	if (mkdtemp(root) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", root);
	store = eas_state_store_init_user(root, event);
	test_assert(eas_conversation_moves_read(store, pool_datastack_create(), &moves) == 0);
	test_assert(array_is_empty(&moves));

	move = test_move(1, "first");
	test_assert(eas_conversation_moves_add(store, &move) == 0);
	move = test_move(2, "second\tone");
	test_assert(eas_conversation_moves_add(store, &move) == 0);
	move = test_move(1, "third");
	test_assert(eas_conversation_moves_add(store, &move) == 0);
	test_assert(eas_conversation_moves_read(store, pool_datastack_create(), &moves) == 0);
	test_assert(array_count(&moves) == 2);
	found = eas_conversation_moves_find(&moves, move.id);
	test_assert(found != NULL && strcmp(found->folder_id, "third") == 0 &&
		    found->created == move.created);
	memset(move.id, 2, sizeof(move.id));
	found = eas_conversation_moves_find(&moves, move.id);
	test_assert(found != NULL && strcmp(found->folder_id, "second\tone") == 0);
	memset(move.id, 3, sizeof(move.id));
	test_assert(eas_conversation_moves_find(&moves, move.id) == NULL);

	eas_state_store_deinit(&store);
	event_unref(&event);
	if (unlink_directory(root, UNLINK_DIRECTORY_FLAG_RMDIR, &error) < 0)
		i_fatal("%s", error);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_conversation_moves,
		NULL
	};
	return test_run(test_functions);
}
