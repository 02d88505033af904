/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "bsearch-insert-pos.h"
#include "eas-pim-folder.h"
#include "eas-pim-source.h"

struct eas_pim_source {
	struct eas_changes_source source;
	struct eas_pim_folder *pim;
};

static struct eas_pim_index *pim_index(struct eas_changes_source *_source)
{
	struct eas_pim_source *source =
		container_of(_source, struct eas_pim_source, source);

	return source->pim->index;
}

static int row_number_cmp(const uint32_t *number, const struct eas_pim_row *row)
{
	return *number < row->number ? -1 : (*number > row->number ? 1 : 0);
}

/* Rows from number on, up to the last one. */
static const struct eas_pim_row *
pim_rows_from(struct eas_changes_source *source, uint32_t number, unsigned int *count_r)
{
	struct eas_pim_index *index = pim_index(source);
	unsigned int idx;

	(void)array_bsearch_insert_pos(&index->rows, &number, row_number_cmp, &idx);
	*count_r = array_count(&index->rows) - idx;
	return *count_r == 0 ? NULL : array_idx(&index->rows, idx);
}

static unsigned int
pim_source_count(struct eas_changes_source *source, uint32_t uid1, uint32_t uid2)
{
	unsigned int i, count, found = 0;
	const struct eas_pim_row *rows = pim_rows_from(source, uid1, &count);

	for (i = 0; i < count && rows[i].number <= uid2; i++) {
		if (eas_pim_row_is_shown(&rows[i]))
			found++;
	}
	return found;
}

static void
pim_source_list(struct eas_changes_source *source, uint32_t uid1, uint32_t uid2,
		ARRAY_TYPE(seq_range) *uids)
{
	unsigned int i, count;
	const struct eas_pim_row *rows = pim_rows_from(source, uid1, &count);

	for (i = 0; i < count && rows[i].number <= uid2; i++) {
		if (eas_pim_row_is_shown(&rows[i]))
			(void)seq_range_array_add(uids, rows[i].number);
	}
}

static void
pim_source_changed(struct eas_changes_source *source, const ARRAY_TYPE(seq_range) *uids,
		   uint64_t modseq, ARRAY_TYPE(seq_range) *changed)
{
	const struct seq_range *range;
	const struct eas_pim_row *rows;
	unsigned int i, count;

	array_foreach(uids, range) {
		rows = pim_rows_from(source, range->seq1, &count);
		for (i = 0; i < count && rows[i].number <= range->seq2; i++) {
			if (rows[i].modseq > modseq && eas_pim_row_is_shown(&rows[i]))
				(void)seq_range_array_add(changed, rows[i].number);
		}
	}
}

static void
pim_source_came(struct eas_changes_source *source, uint64_t modseq,
		ARRAY_TYPE(seq_range) *uids)
{
	const struct eas_pim_row *row;

	array_foreach(&pim_index(source)->rows, row) {
		if (row->modseq > modseq && eas_pim_row_is_shown(row))
			(void)seq_range_array_add(uids, row->number);
	}
}

static const struct eas_pim_row *
pim_source_find(struct eas_changes_source *source, uint32_t uid)
{
	const struct eas_pim_row *row = eas_pim_index_find(pim_index(source), uid);

	return row == NULL || !eas_pim_row_is_shown(row) ? NULL : row;
}

static int
pim_source_digest(struct eas_changes_source *source, uint32_t uid, uint32_t *digest_r)
{
	const struct eas_pim_row *row = pim_source_find(source, uid);

	if (row == NULL)
		return 0;
	*digest_r = row->revision;
	return 1;
}

/* What the filter goes by: the end of the last occurrence; a task that is done is past, any other is
   not. */
static int
pim_source_received(struct eas_changes_source *source, uint32_t uid,
		    time_t *received_utc_r)
{
	const struct eas_pim_row *row = pim_source_find(source, uid);

	if (row == NULL)
		return 0;
	*received_utc_r = (row->facts.flags & EAS_PIM_ROW_COMPLETE) != 0 ? 0 :
		row->facts.last;
	return 1;
}

struct eas_changes_source *eas_pim_source_init(struct eas_pim_folder *pim)
{
	struct eas_pim_source *source = i_new(struct eas_pim_source, 1);
	const struct eas_pim_index *index = pim->index;

	source->pim = pim;
	source->source.header.uid_validity = index->instance;
	source->source.header.uid_next = index->next_number;
	source->source.header.messages = index->shown_count;
	source->source.header.highest_modseq = index->modseq;
	source->source.oldest_modseq = index->forgotten_modseq;
	source->source.count = pim_source_count;
	source->source.list = pim_source_list;
	source->source.changed = pim_source_changed;
	source->source.came = pim_source_came;
	source->source.digest = pim_source_digest;
	source->source.received = pim_source_received;
	return &source->source;
}

void eas_pim_source_deinit(struct eas_changes_source **_source)
{
	struct eas_pim_source *source =
		container_of(*_source, struct eas_pim_source, source);

	*_source = NULL;
	i_free(source);
}
