/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "eas-cmd.h"
#include "eas-collection.h"
#include "eas-pim-folder.h"
#include "eas-pim-move.h"

struct eas_pim_move {
	struct eas_collection *src, *dst;
	uint32_t src_number, src_revision, dst_number, dst_revision;
};

static enum eas_status
move_open(struct eas_cmd_context *cmd, const struct eas_folder *folder,
	  enum eas_status not_found, struct eas_collection **collection_r)
{
	int ret;

	*collection_r = eas_collection_init(cmd->pool, cmd->user, cmd->device, folder);
	/* a folder that the device never synced has none */
	(void)eas_collection_read_state(*collection_r, cmd->pool);
	ret = eas_collection_open(*collection_r);
	return ret > 0 ? EAS_MOVE_ITEMS_STATUS_OK :
		ret == 0 ? not_found : EAS_MOVE_ITEMS_STATUS_LOCKED;
}

static enum eas_status move_result_status(enum eas_pim_result result)
{
	switch (result) {
	case EAS_PIM_OK:
		return EAS_MOVE_ITEMS_STATUS_OK;
	case EAS_PIM_NOT_FOUND:
		return EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE;
	case EAS_PIM_OTHER:
	case EAS_PIM_UNREADABLE:
	case EAS_PIM_REFUSED:
		return EAS_MOVE_ITEMS_STATUS_CANNOT_MOVE;
	case EAS_PIM_TEMPFAIL:
		break;
	}
	return EAS_MOVE_ITEMS_STATUS_LOCKED;
}

static enum eas_status
move_object(struct eas_pim_move *move, const char *src_id)
{
	unsigned char hash[EAS_PIM_HASH_SIZE];
	const struct eas_pim_row *row = eas_pim_folder_find(move->src->pim, src_id);
	enum eas_status status;

	if (row == NULL || !eas_pim_row_is_shown(row))
		return EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE;
	move->src_number = row->number;
	move->src_revision = row->revision;
	memcpy(hash, row->facts.hash, sizeof(hash));
	status = move_result_status(eas_pim_folder_move(move->src->pim, row, move->dst->pim));
	if (status != EAS_MOVE_ITEMS_STATUS_OK)
		return status;
	if (eas_collection_sync(move->src) < 0 || eas_collection_sync(move->dst) < 0)
		return EAS_MOVE_ITEMS_STATUS_LOCKED;
	row = eas_pim_index_find_hash(move->dst->pim->index, hash);
	if (row == NULL || !eas_pim_row_is_shown(row)) {
		/* somebody was quicker */
		return EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE;
	}
	move->dst_number = row->number;
	move->dst_revision = row->revision;
	return EAS_MOVE_ITEMS_STATUS_OK;
}

enum eas_status
eas_pim_move(struct eas_cmd_context *cmd, const struct eas_folder *src,
	     const struct eas_folder *dst, const char *src_id, const char **dst_id_r,
	     struct eas_pim_move **move_r)
{
	struct eas_pim_move *move = p_new(cmd->pool, struct eas_pim_move, 1);
	enum eas_status status;

	*move_r = NULL;
	status = move_open(cmd, src, EAS_MOVE_ITEMS_STATUS_INVALID_SOURCE, &move->src);
	if (status == EAS_MOVE_ITEMS_STATUS_OK) {
		status = move_open(cmd, dst, EAS_MOVE_ITEMS_STATUS_INVALID_DESTINATION,
				   &move->dst);
	}
	if (status == EAS_MOVE_ITEMS_STATUS_OK)
		status = move_object(move, src_id);
	if (status != EAS_MOVE_ITEMS_STATUS_OK) {
		eas_pim_move_free(&move);
		return status;
	}
	*dst_id_r = p_strdup(cmd->pool, eas_pim_folder_item_id(move->dst->pim,
							       move->dst_number));
	*move_r = move;
	return status;
}

/* Failing to write is logged there, and means an echo. */
void eas_pim_move_tell(struct eas_pim_move *move)
{
	/* as with mails: what others changed since it was shown is told there */
	bool current = eas_sync_state_shown_digest(move->src->state, move->src_number,
						   move->src_revision) == move->src_revision;

	if (move->src->state != NULL) {
		eas_sync_state_item_went(move->src->state, move->src_number);
		(void)eas_collection_write_state(move->src);
	}
	if (move->dst->state != NULL) {
		eas_sync_state_item_came(move->dst->state, move->dst_number, current ?
					 move->dst_revision : EAS_SYNC_DIGEST_UNKNOWN);
		(void)eas_collection_write_state(move->dst);
	}
}

void eas_pim_move_free(struct eas_pim_move **_move)
{
	struct eas_pim_move *move = *_move;

	*_move = NULL;
	eas_collection_deinit(&move->src);
	eas_collection_deinit(&move->dst);
}
