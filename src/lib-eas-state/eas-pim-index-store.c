/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "eas-pim-index.h"

static const char *subject_name(const char *folder_id)
{
	return t_strconcat("pim-", folder_id, NULL);
}

enum eas_state_result
eas_pim_index_read(struct eas_state_store *store, const char *folder_id,
		   struct event *event, struct eas_pim_index **index_r)
{
	pool_t pool = pool_alloconly_create("pim index file", 64*1024);
	enum eas_state_result result;
	const unsigned char *data;
	const char *error;
	size_t size;

	*index_r = NULL;
	result = eas_state_store_read(store, subject_name(folder_id), EAS_PIM_INDEX_FORMAT,
				      pool, &data, &size);
	if (result == EAS_STATE_OK &&
	    eas_pim_index_decode(data, size, index_r, &error) < 0) {
		e_error(event, "The index of folder %s is damaged and made again: %s",
			folder_id, error);
		result = EAS_STATE_CORRUPT;
	}
	pool_unref(&pool);
	return result;
}

int eas_pim_index_write(struct eas_state_store *store, const char *folder_id,
			const struct eas_pim_index *index)
{
	buffer_t *buf = buffer_create_dynamic(default_pool, 4096);
	int ret;

	eas_pim_index_encode(buf, index);
	ret = eas_state_store_write(store, subject_name(folder_id), EAS_PIM_INDEX_FORMAT,
				    buf->data, buf->used);
	buffer_free(&buf);
	return ret;
}

void eas_pim_index_get_stamp(struct eas_state_store *store, const char *folder_id,
			     struct eas_state_stamp *stamp_r)
{
	eas_state_store_get_stamp(store, subject_name(folder_id), stamp_r);
}
