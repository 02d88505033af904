/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "mail-storage.h"
#include "eas-changes.h"
#include "eas-collection.h"
#include "eas-conversation.h"
#include "eas-conversation-moves.h"
#include "eas-folder.h"
#include "eas-folder-lister.h"
#include "eas-mail-move.h"
#include "eas-mail-search.h"
#include "eas-mailbox.h"
#include "eas-user.h"
#include "eas-conversation-mover.h"

/* of those that came since the last time */
#define CONVERSATION_MAX_NEW 1000

#if EAS_CONVERSATION_ID_BYTES != GUID_128_SIZE
#  error a ConversationId is kept as a GUID
#endif

/* Not out of other people's folders: a conversation is moved for the user. */
static bool folder_is_moved_from(const struct eas_folder *folder)
{
	return folder->class == EAS_CLASS_EMAIL && folder->selectable &&
		folder->vname != NULL && !eas_folder_is_shared(folder) &&
		folder->type != EAS_FOLDER_TYPE_SENT_ITEMS &&
		folder->type != EAS_FOLDER_TYPE_DRAFTS;
}

/* MS-ASCON 3.1.4.6: neither Outbox nor Drafts; MS-ASCMD 2.2.3.177.8: only folders of mail */
bool eas_conversation_can_move_to(const struct eas_folder *folder)
{
	return folder->class == EAS_CLASS_EMAIL && folder->selectable &&
		folder->vname != NULL && folder->type != EAS_FOLDER_TYPE_OUTBOX &&
		folder->type != EAS_FOLDER_TYPE_DRAFTS;
}

/* Returns how many could not be moved. */
static unsigned int
move_mails(struct eas_user *user, struct event *event, struct mailbox *src, struct mailbox *dst,
	   const ARRAY_TYPE(uint32_t) *uids)
{
	ARRAY(struct eas_mail_move) moves;
	struct eas_mail_move *move;
	unsigned int count, failed = 0;
	uint32_t uid;

	t_array_init(&moves, array_count(uids));
	array_foreach_elem(uids, uid) {
		move = array_append_space(&moves);
		move->src_uid = uid;
	}
	move = array_get_modifiable(&moves, &count);
	eas_mail_move(user, src, dst, event, move, count);
	for (unsigned int i = 0; i < count; i++) {
		if (move[i].result != EAS_MAIL_MOVED &&
		    move[i].result != EAS_MAIL_MOVE_NOT_FOUND)
			failed++;
	}
	return failed;
}

/*
 * Those that are there
 */

/* The hits that lie in the folder. */
static unsigned int
move_from_folder(struct eas_user *user, struct event *event, const struct eas_folder *folder,
		 const ARRAY_TYPE(eas_search_hit) *hits, struct mailbox *dst)
{
	const struct eas_search_hit *hit;
	ARRAY_TYPE(uint32_t) uids;
	struct mailbox *box;
	unsigned int failed;

	t_array_init(&uids, 16);
	array_foreach(hits, hit) {
		if (strcmp(hit->folder_id, folder->id) == 0)
			array_push_back(&uids, &hit->uid);
	}
	if (array_is_empty(&uids))
		return 0;
	if (eas_mailbox_open(user, folder, &box) <= 0)
		return array_count(&uids);
	failed = move_mails(user, event, box, dst, &uids);
	if (mailbox_sync(box, 0) < 0) {
		e_error(event, "Mailbox %s cannot be synced now: %s", folder->vname,
			mailbox_get_last_internal_error(box, NULL));
	}
	eas_mailbox_close(user, folder, &box);
	return failed;
}

static unsigned int
move_hits(struct eas_user *user, struct event *event, const struct eas_mail_search *search,
	  const ARRAY_TYPE(eas_search_hit) *hits, const struct eas_folder *dst)
{
	const struct eas_folder *folder;
	struct mailbox *dst_box;
	unsigned int failed = 0;

	if (eas_mailbox_open(user, dst, &dst_box) <= 0)
		return array_count(hits);
	array_foreach_elem(&search->folders, folder) {
		if (folder_is_moved_from(folder) && strcmp(folder->id, dst->id) != 0) T_BEGIN {
			failed += move_from_folder(user, event, folder, hits, dst_box);
		} T_END;
	}
	eas_mailbox_close(user, dst, &dst_box);
	return failed;
}

static int
remember_move(struct eas_user *user, const unsigned char *id, const struct eas_folder *dst)
{
	struct eas_conversation_move move;

	i_zero(&move);
	memcpy(move.id, id, sizeof(move.id));
	i_strocpy(move.folder_id, dst->id, sizeof(move.folder_id));
	move.created = ioloop_time;
	return eas_conversation_moves_add(user->state_store, &move);
}

static enum eas_conversation_move_result
conversation_move(struct eas_user *user, struct event *event, const unsigned char *id,
		  const struct eas_folder *dst, struct eas_search_results *results)
{
	struct eas_mail_search search;
	unsigned int count, failed;
	bool complete;

	eas_mail_search_init(&search, pool_datastack_create());
	search.conversation_id = id;
	if (eas_mail_search_add_folder(&search, user, EAS_FOLDER_TOP_ID, TRUE) < 0)
		return EAS_CONVERSATION_TEMPFAIL;
	complete = eas_mail_search_run(&search, user, event, results);
	count = array_count(&results->hits);
	if (count == 0)
		return complete ? EAS_CONVERSATION_NOT_FOUND : EAS_CONVERSATION_TEMPFAIL;
	/* first, so that nothing that arrives meanwhile is missed */
	if (remember_move(user, id, dst) < 0)
		return EAS_CONVERSATION_TEMPFAIL;
	failed = move_hits(user, event, &search, &results->hits, dst);
	if (failed == count)
		return EAS_CONVERSATION_TEMPFAIL;
	return failed == 0 && complete ? EAS_CONVERSATION_MOVED :
		EAS_CONVERSATION_MOVED_PARTLY;
}

enum eas_conversation_move_result
eas_conversation_move(struct eas_user *user, struct event *event, const unsigned char *id,
		      const struct eas_folder *dst)
{
	enum eas_conversation_move_result ret;
	struct eas_search_results results;

	i_zero(&results);
	/* it grows in other frames of the data stack */
	i_array_init(&results.hits, 64);
	ret = conversation_move(user, event, id, dst, &results);
	array_free(&results.hits);
	return ret;
}

/*
 * Those that arrive
 */

struct new_mails {
	struct eas_collection *collection;
	ARRAY_TYPE(eas_conversation_move) moves;
	/* the UIDs to be moved for each of moves */
	ARRAY(ARRAY_TYPE(uint32_t)) uids;
	bool moved;
};

/* Mail that was there before the user asked stays where somebody put it since. */
static void new_mail_check(struct new_mails *mails, uint32_t uid)
{
	struct eas_changes_source *source = mails->collection->source;
	const struct eas_conversation_move *move;
	ARRAY_TYPE(uint32_t) *uids;
	time_t received;
	guid_128_t id;

	if (source->conversation(source, uid, id) <= 0)
		return;
	move = eas_conversation_moves_find(&mails->moves, id);
	if (move == NULL || strcmp(move->folder_id, mails->collection->folder->id) == 0 ||
	    source->received(source, uid, &received) <= 0 || received < move->created)
		return;
	uids = array_idx_get_space(&mails->uids, array_ptr_to_idx(&mails->moves, move));
	if (!array_is_created(uids))
		t_array_init(uids, 8);
	array_push_back(uids, &uid);
}

static void new_mails_find(struct new_mails *mails)
{
	const struct eas_sync_generation *generation = mails->collection->state->confirmed;
	struct eas_changes_source *source = mails->collection->source;
	ARRAY_TYPE(seq_range) found;
	struct seq_range_iter iter;
	unsigned int n = 0, count;
	uint32_t uid;

	t_array_init(&found, 8);
	source->list(source, generation->uid_next, (uint32_t)-1, &found);
	count = seq_range_count(&found);
	if (count > CONVERSATION_MAX_NEW)
		n = count - CONVERSATION_MAX_NEW;
	seq_range_array_iter_init(&iter, &found);
	while (seq_range_array_iter_nth(&iter, n++, &uid)) {
		/* what the device moved here itself */
		if (!eas_sync_generation_has(generation, uid, NULL))
			new_mail_check(mails, uid);
	}
}

static void new_mails_move(struct new_mails *mails)
{
	struct eas_collection *collection = mails->collection;
	const struct eas_conversation_move *move;
	const ARRAY_TYPE(uint32_t) *uids;
	const struct eas_folder *dst;
	struct mailbox *dst_box;

	array_foreach(&mails->uids, uids) {
		if (!array_is_created(uids))
			continue;
		move = array_idx(&mails->moves, array_foreach_idx(&mails->uids, uids));
		/* a folder that is gone takes none */
		if (eas_folder_find(collection->user, move->folder_id, &dst) <= 0 ||
		    !eas_conversation_can_move_to(dst) ||
		    eas_mailbox_open(collection->user, dst, &dst_box) <= 0)
			continue;
		e_debug(collection->event, "%u mails of a conversation go to %s",
			array_count(uids), dst->vname);
		(void)move_mails(collection->user, collection->event, collection->box,
				 dst_box, uids);
		eas_mailbox_close(collection->user, dst, &dst_box);
		mails->moved = TRUE;
	}
}

int eas_conversation_move_new(struct eas_collection *collection)
{
	const struct eas_sync_generation *generation = collection->state->confirmed;
	struct new_mails mails = { .collection = collection };

	if (collection->box == NULL || !folder_is_moved_from(collection->folder) ||
	    generation->uid_validity == 0 ||
	    collection->source->header.uid_next <= generation->uid_next)
		return 0;
	T_BEGIN {
		if (eas_conversation_moves_read(collection->user->state_store,
						pool_datastack_create(), &mails.moves) == 0 &&
		    !array_is_empty(&mails.moves)) {
			t_array_init(&mails.uids, 4);
			new_mails_find(&mails);
			new_mails_move(&mails);
		}
	} T_END;
	return mails.moved ? eas_collection_sync(collection) : 0;
}
