/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "eas-sync-state.h"

static const char *subject_name(const char *folder_id)
{
	return t_strconcat("folder-", folder_id, NULL);
}

enum eas_state_result
eas_sync_state_read(struct eas_state_store *store, const char *folder_id, pool_t pool,
		    struct event *event, struct eas_sync_state **state_r)
{
	enum eas_state_result result;
	const unsigned char *data;
	const char *error;
	unsigned int format;
	size_t size;

	*state_r = NULL;
	result = eas_state_store_read_formats(store, subject_name(folder_id),
					      EAS_SYNC_STATE_FORMAT_OLDEST,
					      EAS_SYNC_STATE_FORMAT, pool,
					      &format, &data, &size);
	if (result != EAS_STATE_OK)
		return result;
	if (eas_sync_state_decode(pool, format, data, size, state_r, &error) < 0) {
		e_error(event, "Sync state of folder %s is damaged: %s",
			folder_id, error);
		return EAS_STATE_CORRUPT;
	}
	return EAS_STATE_OK;
}

int eas_sync_state_write(struct eas_state_store *store, const char *folder_id,
			 const struct eas_sync_state *state)
{
	buffer_t *buf;
	int ret;

	T_BEGIN {
		buf = t_buffer_create(1024);
		eas_sync_state_encode(buf, state);
		ret = eas_state_store_write(store, subject_name(folder_id),
					    EAS_SYNC_STATE_FORMAT,
					    buf->data, buf->used);
	} T_END;
	return ret;
}

int eas_sync_state_delete(struct eas_state_store *store, const char *folder_id)
{
	return eas_state_store_delete(store, subject_name(folder_id));
}
