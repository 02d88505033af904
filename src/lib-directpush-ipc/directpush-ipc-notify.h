/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DIRECTPUSH_IPC_NOTIFY_H
#define DIRECTPUSH_IPC_NOTIFY_H

/* Mail plugin -> front: something was committed in a mailbox. One line, begun and ended
   with LF so that garbage in the FIFO costs one line only, at most PIPE_BUF long so that
   it is written in one piece:

     LF N1 \t user \t mailbox-guid \t changes \t first-uid \t last-uid \t modseq \t device-id LF

   Everybody with a mail uid can write the FIFO: a line is a hint to look, never a fact. */

#include "guid.h"
#include "directpush-ipc-worker.h"

#define DIRECTPUSH_IPC_NOTIFY_FIFO "directpush-notify"

struct directpush_ipc_notify {
	/* as Dovecot knows the user, the owner of a shared mailbox; at most 512 bytes, else the
	   line is not made */
	const char *user;
	/* all zero for DIRECTPUSH_CHANGE_HIERARCHY alone; with other bits it then means any
	   mailbox of the user (too many changes to name, or a mailbox without GUID) */
	guid_128_t mailbox_guid;
	enum directpush_change changes;
	/* of new mails; 0 if not known */
	uint32_t first_uid, last_uid;
	/* of the mailbox after the change; 0 if not known */
	uint64_t modseq;
	/* the device on whose behalf our worker made the change; "" for others */
	const char *origin_device_id;
};

/* Returns FALSE (dest unchanged) if the line would be over PIPE_BUF. */
bool directpush_ipc_notify_append(string_t *dest,
				  const struct directpush_ipc_notify *notify);
/* line without LFs. Strings in *notify_r live on the data stack. -1 = not a line of ours. */
int directpush_ipc_notify_parse(const char *line,
				struct directpush_ipc_notify *notify_r);

#endif
