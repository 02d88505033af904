/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "eas-pim-index.h"

/* of appended records; more, and it is written whole again */
#define INDEX_MIN_GROWTH (64*1024)

static const char *subject_name(const char *folder_id)
{
	return t_strconcat("pim-", folder_id, NULL);
}

/* Returns 0, -1 with a sentence. */
static int index_decode_log(const struct eas_state_log *log, struct eas_pim_index **index_r,
			    const char **error_r)
{
	const struct eas_state_record *record;

	if (eas_pim_index_decode(log->whole.data, log->whole.size, index_r, error_r) < 0)
		return -1;
	array_foreach(&log->records, record) {
		if (eas_pim_index_apply_news(*index_r, record->data, record->size,
					     error_r) < 0) {
			eas_pim_index_free(index_r);
			return -1;
		}
	}
	(*index_r)->end = log->end;
	(*index_r)->whole_size = log->whole.size;
	return 0;
}

enum eas_state_result
eas_pim_index_read(struct eas_state_store *store, const char *folder_id,
		   struct event *event, struct eas_pim_index **index_r)
{
	pool_t pool = pool_alloconly_create("pim index file", 64*1024);
	enum eas_state_result result;
	struct eas_state_log log;
	unsigned int format;
	const char *error;

	*index_r = NULL;
	result = eas_state_log_read(store, subject_name(folder_id), EAS_PIM_INDEX_FORMAT,
				    EAS_PIM_INDEX_FORMAT, pool, &format, &log);
	if (result == EAS_STATE_OK && index_decode_log(&log, index_r, &error) < 0) {
		e_error(event, "The index of folder %s is damaged and made again: %s",
			folder_id, error);
		result = EAS_STATE_CORRUPT;
	}
	pool_unref(&pool);
	return result;
}

/* Returns as eas_state_log_append(). */
static int index_append(struct eas_state_store *store, const char *folder_id,
			struct eas_pim_index *index, buffer_t *buf)
{
	if (index->end.offset == 0 || index->news.too_much ||
	    index->end.offset > 2 * index->whole_size + INDEX_MIN_GROWTH ||
	    array_count(&index->news.rows) > array_count(&index->rows) / 2 + 1)
		return 0;
	eas_pim_index_encode_news(buf, index);
	return eas_state_log_append(store, subject_name(folder_id), &index->end,
				    buf->data, buf->used, TRUE);
}

int eas_pim_index_write(struct eas_state_store *store, const char *folder_id,
			struct eas_pim_index *index)
{
	buffer_t *buf = buffer_create_dynamic(default_pool, 4096);
	int ret = index_append(store, folder_id, index, buf);

	if (ret == 0) {
		buffer_set_used_size(buf, 0);
		eas_pim_index_encode(buf, index);
		ret = eas_state_log_write(store, subject_name(folder_id),
					  EAS_PIM_INDEX_FORMAT, buf->data, buf->used,
					  &index->end);
		index->whole_size = buf->used;
	}
	buffer_free(&buf);
	return ret < 0 ? -1 : 0;
}

void eas_pim_index_get_stamp(struct eas_state_store *store, const char *folder_id,
			     struct eas_state_stamp *stamp_r)
{
	eas_state_store_get_stamp(store, subject_name(folder_id), stamp_r);
}
