/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_MOVE_H
#define EAS_PIM_MOVE_H

/* Move one object to another folder of its class. It keeps its UID, and so the second half of its
   ServerId. */

#include "eas-status.h"

struct eas_cmd_context;
struct eas_folder;
struct eas_pim_move;

/* Returns the status of MoveItems. If it is OK, *dst_id_r (in the command's pool) is the new
   ServerId, and *move_r (else NULL) what the device's states are still to be told. */
enum eas_status
eas_pim_move(struct eas_cmd_context *cmd, const struct eas_folder *src,
	     const struct eas_folder *dst, const char *src_id, const char **dst_id_r,
	     struct eas_pim_move **move_r);
/* The device knows of its own move: neither folder tells it again. Not before it is known for certain what a
   repeated request is answered. */
void eas_pim_move_tell(struct eas_pim_move *move);
void eas_pim_move_free(struct eas_pim_move **move);

#endif
