/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "bsearch-insert-pos.h"
#include "hash.h"
#include "randgen.h"
#include "sha2.h"
#include "eas-pim-index.h"

void eas_pim_hash_make(const char *uid, unsigned char hash_r[EAS_PIM_HASH_SIZE])
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(uid, strlen(uid), digest);
	memcpy(hash_r, digest, EAS_PIM_HASH_SIZE);
}

struct eas_pim_index *eas_pim_index_new(void)
{
	struct eas_pim_index *index = i_new(struct eas_pim_index, 1);

	do {
		index->instance = i_rand();
	} while (index->instance == 0);
	index->next_number = 1;
	index->modseq = 1;
	i_array_init(&index->rows, 64);
	i_array_init(&index->copies, 64);
	i_array_init(&index->news.rows, 8);
	i_array_init(&index->news.went, 8);
	i_array_init(&index->news.came, 8);
	return index;
}

static void index_forget_hashes(struct eas_pim_index *index)
{
	if (!hash_table_is_created(index->numbers))
		return;
	hash_table_destroy(&index->numbers);
	pool_unref(&index->hash_pool);
}

void eas_pim_index_free(struct eas_pim_index **_index)
{
	struct eas_pim_index *index = *_index;

	*_index = NULL;
	if (index == NULL)
		return;
	index_forget_hashes(index);
	array_free(&index->rows);
	array_free(&index->copies);
	array_free(&index->news.rows);
	array_free(&index->news.went);
	array_free(&index->news.came);
	i_free(index);
}

/*
 * Finding
 */

static int row_number_cmp(const uint32_t *number, const struct eas_pim_row *row)
{
	return *number < row->number ? -1 : (*number > row->number ? 1 : 0);
}

const struct eas_pim_row *
eas_pim_index_find(const struct eas_pim_index *index, uint32_t number)
{
	unsigned int idx;

	return array_bsearch_insert_pos(&index->rows, &number, row_number_cmp, &idx) ?
		array_idx(&index->rows, idx) : NULL;
}

static struct eas_pim_row *index_get_row(struct eas_pim_index *index, uint32_t number)
{
	const struct eas_pim_row *row = eas_pim_index_find(index, number);

	i_assert(row != NULL);
	return array_idx_modifiable(&index->rows, array_ptr_to_idx(&index->rows, row));
}

static unsigned int pim_hash(const unsigned char *hash)
{
	return be32_to_cpu_unaligned(hash);
}

static int pim_hash_cmp(const unsigned char *hash1, const unsigned char *hash2)
{
	return memcmp(hash1, hash2, EAS_PIM_HASH_SIZE);
}

static void
index_add_hash(struct eas_pim_index *index, const struct eas_pim_row *row)
{
	hash_table_update(index->numbers,
		(const unsigned char *)p_memdup(index->hash_pool, row->facts.hash,
						EAS_PIM_HASH_SIZE),
		POINTER_CAST(row->number));
}

static void index_build_hashes(struct eas_pim_index *index)
{
	const struct eas_pim_row *row;

	if (hash_table_is_created(index->numbers))
		return;
	index->hash_pool = pool_alloconly_create("pim index hashes", 16*1024);
	hash_table_create(&index->numbers, default_pool, array_count(&index->rows),
			  pim_hash, pim_hash_cmp);
	array_foreach(&index->rows, row)
		index_add_hash(index, row);
}

/* 0 = none */
static uint32_t index_find_number(struct eas_pim_index *index, const unsigned char *hash)
{
	void *number;

	index_build_hashes(index);
	number = hash_table_lookup(index->numbers, hash);
	return number == NULL ? 0 : POINTER_CAST_TO(number, uint32_t);
}

const struct eas_pim_row *
eas_pim_index_find_hash(struct eas_pim_index *index,
			const unsigned char hash[EAS_PIM_HASH_SIZE])
{
	uint32_t number = index_find_number(index, hash);

	return number == 0 ? NULL : eas_pim_index_find(index, number);
}

bool eas_pim_row_is_shown(const struct eas_pim_row *row)
{
	return row->gone_utc == 0 && (row->facts.flags & EAS_PIM_ROW_HIDDEN) == 0;
}

bool eas_pim_token_equals(const struct eas_pim_token *token1,
			  const struct eas_pim_token *token2)
{
	return token1->validity == token2->validity && token1->next == token2->next &&
		token1->count == token2->count && token1->modseq == token2->modseq;
}

void eas_pim_index_get_copies(const struct eas_pim_index *index, uint32_t number,
			      ARRAY_TYPE(uint32_t) *versions)
{
	const struct eas_pim_copy *copy;

	array_foreach(&index->copies, copy) {
		if (copy->number == number)
			array_push_back(versions, &copy->version);
	}
}

/*
 * Update
 */

static void index_touch(struct eas_pim_index *index, struct eas_pim_row *row)
{
	if (!index->touched) {
		index->touched = TRUE;
		index->modseq++;
	}
	row->modseq = index->modseq;
}

void eas_pim_index_update_begin(struct eas_pim_index *index)
{
	index->touched = FALSE;
	array_clear(&index->news.rows);
	array_clear(&index->news.went);
	array_clear(&index->news.came);
	index->news.too_much = FALSE;
}

static int uint32_cmp(const uint32_t *num1, const uint32_t *num2)
{
	return *num1 < *num2 ? -1 : (*num1 > *num2 ? 1 : 0);
}

/* Forget copies that are gone. Where one was the object, its other ones are forgotten too: whichever is it
   now must be read. */
static void index_remove_copies(struct eas_pim_index *index,
				const ARRAY_TYPE(seq_range) *here)
{
	ARRAY_TYPE(eas_pim_copy) left;
	ARRAY_TYPE(uint32_t) lost;
	const struct eas_pim_copy *copy;
	struct eas_pim_row *row;

	t_array_init(&lost, 16);
	array_foreach(&index->copies, copy) {
		if (copy->number == 0 || seq_range_exists(here, copy->version))
			continue;
		row = index_get_row(index, copy->number);
		if (row->version == copy->version) {
			row->version = 0;
			array_push_back(&lost, &copy->number);
			array_push_back(&index->news.rows, &copy->number);
		}
	}
	array_sort(&lost, uint32_cmp);
	i_array_init(&left, array_count(&index->copies));
	array_foreach(&index->copies, copy) {
		if (seq_range_exists(here, copy->version) &&
		    (copy->number == 0 ||
		     array_bsearch(&lost, &copy->number, uint32_cmp) == NULL))
			array_push_back(&left, copy);
		else
			(void)seq_range_array_add(&index->news.went, copy->version);
	}
	array_free(&index->copies);
	index->copies = left;
}

void eas_pim_index_update_list(struct eas_pim_index *index,
			       const ARRAY_TYPE(seq_range) *here,
			       ARRAY_TYPE(seq_range) *new_r)
{
	const struct eas_pim_copy *copy;
	ARRAY_TYPE(seq_range) known;

	T_BEGIN {
		index_remove_copies(index, here);
	} T_END;
	seq_range_array_merge(new_r, here);
	t_array_init(&known, 16);
	array_foreach(&index->copies, copy)
		(void)seq_range_array_add(&known, copy->version);
	(void)seq_range_array_remove_seq_range(new_r, &known);
}

static int copy_version_cmp(const uint32_t *version, const struct eas_pim_copy *copy)
{
	return *version < copy->version ? -1 : (*version > copy->version ? 1 : 0);
}

static void
index_add_copy(struct eas_pim_index *index, uint32_t version, uint32_t number,
	       enum eas_pim_flags_of_copy flags)
{
	struct eas_pim_copy copy = {
		.version = version, .number = number, .flags = flags
	};
	unsigned int idx = array_count(&index->copies);
	const struct eas_pim_copy *last;

	/* nearly always the last one */
	last = idx == 0 ? NULL : array_back(&index->copies);
	if (last != NULL && last->version > version &&
	    array_bsearch_insert_pos(&index->copies, &version, copy_version_cmp, &idx))
		i_unreached();
	array_insert(&index->copies, idx, &copy, 1);
	(void)seq_range_array_add(&index->news.came, version);
}

void eas_pim_index_update_skip(struct eas_pim_index *index, uint32_t version,
			       enum eas_pim_flags_of_copy why)
{
	index_add_copy(index, version, 0, why);
}

static struct eas_pim_row *
index_add_row(struct eas_pim_index *index, const struct eas_pim_facts *facts)
{
	struct eas_pim_row *row = array_append_space(&index->rows);

	row->number = index->next_number++;
	row->revision = 1;
	row->facts = *facts;
	index_touch(index, row);
	index_add_hash(index, row);
	return row;
}

const struct eas_pim_row *
eas_pim_index_update_add(struct eas_pim_index *index, uint32_t version,
			 const struct eas_pim_facts *facts)
{
	uint32_t number = index_find_number(index, facts->hash);
	bool is_new = number == 0;
	struct eas_pim_row *row;

	row = number == 0 ? index_add_row(index, facts) : index_get_row(index, number);
	index_add_copy(index, version, row->number, 0);
	if (row->version > version)
		return NULL;
	row->version = version;
	array_push_back(&index->news.rows, &row->number);
	if (row->gone_utc != 0) {
		row->gone_utc = 0;
		index_touch(index, row);
	}
	if (row->facts.digest != facts->digest) {
		row->revision = row->revision % EAS_PIM_MAX_REVISION + 1;
		index_touch(index, row);
		is_new = TRUE;
	}
	row->facts = *facts;
	return is_new ? row : NULL;
}

static int row_gone_cmp(const struct eas_pim_row *row1, const struct eas_pim_row *row2)
{
	return row1->modseq < row2->modseq ? -1 : (row1->modseq > row2->modseq ? 1 : 0);
}

/* Below which modseq tombstones are too many. */
static uint64_t index_tombstone_limit(const struct eas_pim_index *index, unsigned int count)
{
	ARRAY_TYPE(eas_pim_row) gone;
	const struct eas_pim_row *row;

	if (count <= EAS_PIM_MAX_TOMBSTONES)
		return 0;
	t_array_init(&gone, count);
	array_foreach(&index->rows, row) {
		if (row->gone_utc != 0)
			array_push_back(&gone, row);
	}
	array_sort(&gone, row_gone_cmp);
	row = array_idx(&gone, count - EAS_PIM_MAX_TOMBSTONES - 1);
	return row->modseq;
}

static void index_forget_tombstones(struct eas_pim_index *index, unsigned int count,
				    time_t now)
{
	uint64_t limit = index_tombstone_limit(index, count);
	const struct eas_pim_row *row;
	ARRAY_TYPE(eas_pim_row) left;

	i_array_init(&left, array_count(&index->rows));
	array_foreach(&index->rows, row) {
		if (row->gone_utc != 0 &&
		    (now - row->gone_utc > EAS_PIM_TOMBSTONE_SECS ||
		     row->modseq <= limit)) {
			index->forgotten_modseq =
				I_MAX(index->forgotten_modseq, row->modseq);
		} else {
			array_push_back(&left, row);
		}
	}
	if (array_count(&left) != array_count(&index->rows)) {
		index_forget_hashes(index);
		index->news.too_much = TRUE;
	}
	array_free(&index->rows);
	index->rows = left;
}

void eas_pim_index_update_end(struct eas_pim_index *index,
			      const struct eas_pim_token *token, time_t now)
{
	unsigned int gone_count = 0;
	struct eas_pim_row *row;
	bool too_old = FALSE;

	index->shown_count = 0;
	array_foreach_modifiable(&index->rows, row) {
		if (row->version == 0 && row->gone_utc == 0) {
			row->gone_utc = I_MAX(now, 1);
			index_touch(index, row);
		}
		if (row->gone_utc != 0) {
			gone_count++;
			if (now - row->gone_utc > EAS_PIM_TOMBSTONE_SECS)
				too_old = TRUE;
		} else if (eas_pim_row_is_shown(row)) {
			index->shown_count++;
		}
	}
	if (too_old || gone_count > EAS_PIM_MAX_TOMBSTONES) T_BEGIN {
		index_forget_tombstones(index, gone_count, now);
	} T_END;
	index->token = *token;
}
