/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "strescape.h"
#include "eas-request.h"
#include "directpush-ipc-notify.h"

#include <limits.h>

#define NOTIFY_USER_MAX_LENGTH 512
#define NOTIFY_FIELDS_COUNT 8

static const unsigned int notify_changes_all =
	DIRECTPUSH_CHANGE_NEW | DIRECTPUSH_CHANGE_FLAGS | DIRECTPUSH_CHANGE_EXPUNGE |
	DIRECTPUSH_CHANGE_ATTRIBUTES | DIRECTPUSH_CHANGE_HIERARCHY;

bool directpush_ipc_notify_append(string_t *dest,
				  const struct directpush_ipc_notify *notify)
{
	size_t start = str_len(dest);

	if (strlen(notify->user) > NOTIFY_USER_MAX_LENGTH)
		return FALSE;
	str_append(dest, "\nN1\t");
	str_append_tabescaped(dest, notify->user);
	str_printfa(dest, "\t%s\t%u\t%u\t%u\t%"PRIu64"\t",
		    guid_128_to_string(notify->mailbox_guid),
		    (unsigned int)notify->changes,
		    notify->first_uid, notify->last_uid, notify->modseq);
	str_append_tabescaped(dest, notify->origin_device_id);
	str_append_c(dest, '\n');
	if (str_len(dest) - start > PIPE_BUF) {
		str_truncate(dest, start);
		return FALSE;
	}
	return TRUE;
}

int directpush_ipc_notify_parse(const char *line,
				struct directpush_ipc_notify *notify_r)
{
	const char *const *args = t_strsplit_tabescaped(line);
	unsigned int changes;

	i_zero(notify_r);
	if (str_array_length(args) < NOTIFY_FIELDS_COUNT || strcmp(args[0], "N1") != 0)
		return -1;
	if (*args[1] == '\0' || strlen(args[1]) > NOTIFY_USER_MAX_LENGTH)
		return -1;
	if (guid_128_from_string(args[2], notify_r->mailbox_guid) < 0 ||
	    str_to_uint(args[3], &changes) < 0 ||
	    str_to_uint32(args[4], &notify_r->first_uid) < 0 ||
	    str_to_uint32(args[5], &notify_r->last_uid) < 0 ||
	    str_to_uint64(args[6], &notify_r->modseq) < 0)
		return -1;
	/* unknown bits are of a newer plugin */
	notify_r->changes = changes & notify_changes_all;
	if (notify_r->changes == 0 || strlen(args[7]) > EAS_DEVICE_ID_MAX_LENGTH)
		return -1;
	notify_r->user = args[1];
	notify_r->origin_device_id = args[7];
	return 0;
}
