/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "bsearch-insert-pos.h"
#include "buffer.h"
#include "numpack.h"
#include "eas-state-decoder.h"
#include "eas-pim-index.h"

/* Numbers are numpack (7 bits a byte, low bits first).

     index   instance, next number, modseq, forgotten modseq, token,
             number of rows, rows, number of copies, copies
     token   validity, next, count, modseq
     row     hash (10 bytes), digest (8 bytes, big-endian), number - number of the row before,
             revision, version, modseq, gone, first, last, flags
     copy    version - version of the copy before, number, flags
     news    the first line of the index, number of rows, rows, number of copies that went,
             their versions (as gaps), number of copies that came, copies

   first and last are signed: twice the number, or twice its absolute value minus 1. */

static void encode_signed(buffer_t *dest, int64_t num)
{
	numpack_encode(dest, ((uint64_t)num << 1) ^ (num < 0 ? UINT64_MAX : 0));
}

static void encode_row(buffer_t *dest, const struct eas_pim_row *row, uint32_t before)
{
	unsigned char digest[8];

	buffer_append(dest, row->facts.hash, EAS_PIM_HASH_SIZE);
	cpu64_to_be_unaligned(row->facts.digest, digest);
	buffer_append(dest, digest, sizeof(digest));
	numpack_encode(dest, row->number - before);
	numpack_encode(dest, row->revision);
	numpack_encode(dest, row->version);
	numpack_encode(dest, row->modseq);
	numpack_encode(dest, row->gone_utc);
	encode_signed(dest, row->facts.first);
	encode_signed(dest, row->facts.last);
	numpack_encode(dest, row->facts.flags);
}

static void encode_copy(buffer_t *dest, const struct eas_pim_copy *copy, uint32_t before)
{
	numpack_encode(dest, copy->version - before);
	numpack_encode(dest, copy->number);
	numpack_encode(dest, copy->flags);
}

static void encode_head(buffer_t *dest, const struct eas_pim_index *index)
{
	numpack_encode(dest, index->instance);
	numpack_encode(dest, index->next_number);
	numpack_encode(dest, index->modseq);
	numpack_encode(dest, index->forgotten_modseq);
	numpack_encode(dest, index->token.validity);
	numpack_encode(dest, index->token.next);
	numpack_encode(dest, index->token.count);
	numpack_encode(dest, index->token.modseq);
}

void eas_pim_index_encode(buffer_t *dest, const struct eas_pim_index *index)
{
	const struct eas_pim_row *row;
	const struct eas_pim_copy *copy;
	uint32_t before = 0;

	encode_head(dest, index);
	numpack_encode(dest, array_count(&index->rows));
	array_foreach(&index->rows, row) {
		encode_row(dest, row, before);
		before = row->number;
	}
	before = 0;
	numpack_encode(dest, array_count(&index->copies));
	array_foreach(&index->copies, copy) {
		encode_copy(dest, copy, before);
		before = copy->version;
	}
}

static int number_cmp(const uint32_t *num1, const uint32_t *num2)
{
	return *num1 < *num2 ? -1 : (*num1 > *num2 ? 1 : 0);
}

static void encode_news_rows(buffer_t *dest, const struct eas_pim_index *index)
{
	ARRAY_TYPE(uint32_t) numbers;
	uint32_t number, before = 0;
	unsigned int count = 0;

	t_array_init(&numbers, array_count(&index->news.rows) + 1);
	array_append_array(&numbers, &index->news.rows);
	array_sort(&numbers, number_cmp);
	array_foreach_elem(&numbers, number) {
		if (number != before)
			count++;
		before = number;
	}
	numpack_encode(dest, count);
	before = 0;
	array_foreach_elem(&numbers, number) {
		if (number != before)
			encode_row(dest, eas_pim_index_find(index, number), before);
		before = number;
	}
}

static int copy_cmp(const uint32_t *version, const struct eas_pim_copy *copy)
{
	return number_cmp(version, &copy->version);
}

void eas_pim_index_encode_news(buffer_t *dest, const struct eas_pim_index *index)
{
	struct seq_range_iter iter;
	uint32_t version, before = 0;
	unsigned int idx, n = 0;

	encode_head(dest, index);
	T_BEGIN {
		encode_news_rows(dest, index);
	} T_END;
	numpack_encode(dest, seq_range_count(&index->news.went));
	seq_range_array_iter_init(&iter, &index->news.went);
	while (seq_range_array_iter_nth(&iter, n++, &version)) {
		numpack_encode(dest, version - before);
		before = version;
	}
	numpack_encode(dest, seq_range_count(&index->news.came));
	seq_range_array_iter_init(&iter, &index->news.came);
	for (n = 0, before = 0; seq_range_array_iter_nth(&iter, n, &version); n++) {
		if (!array_bsearch_insert_pos(&index->copies, &version, copy_cmp, &idx))
			i_unreached();
		encode_copy(dest, array_idx(&index->copies, idx), before);
		before = version;
	}
}

static int64_t decode_signed(struct eas_state_decoder *dec)
{
	uint64_t num = eas_state_decode_num(dec);

	return (int64_t)(num >> 1) ^ -(int64_t)(num & 1);
}

/* Ascending: the number before and a gap of at least 1. */
static uint32_t decode_next(struct eas_state_decoder *dec, uint32_t before)
{
	uint32_t gap = eas_state_decode_num32(dec);

	if (gap == 0 || gap > UINT32_MAX - before) {
		eas_state_decode_fail(dec, "A list is out of order");
		return 0;
	}
	return before + gap;
}

static void decode_bytes(struct eas_state_decoder *dec, unsigned char *data, size_t size)
{
	if ((size_t)(dec->end - dec->data) < size) {
		eas_state_decode_fail(dec, "Bytes are cut off");
		memset(data, 0, size);
		return;
	}
	memcpy(data, dec->data, size);
	dec->data += size;
}

static void decode_row(struct eas_state_decoder *dec, const struct eas_pim_index *index,
		       struct eas_pim_row *row, uint32_t *before)
{
	unsigned char digest[8];

	decode_bytes(dec, row->facts.hash, EAS_PIM_HASH_SIZE);
	decode_bytes(dec, digest, sizeof(digest));
	row->facts.digest = be64_to_cpu_unaligned(digest);
	row->number = *before = decode_next(dec, *before);
	row->revision = eas_state_decode_num32(dec);
	row->version = eas_state_decode_num32(dec);
	row->modseq = eas_state_decode_num(dec);
	row->gone_utc = eas_state_decode_num(dec);
	row->facts.first = decode_signed(dec);
	row->facts.last = decode_signed(dec);
	row->facts.flags = eas_state_decode_num32(dec);
	if (row->number >= index->next_number || row->revision == 0 ||
	    row->revision > EAS_PIM_MAX_REVISION || row->modseq > index->modseq ||
	    row->gone_utc < 0 || (row->version == 0) != (row->gone_utc != 0))
		eas_state_decode_fail(dec, "A row is not one");
}

static void decode_copy(struct eas_state_decoder *dec, const struct eas_pim_index *index,
			struct eas_pim_copy *copy, uint32_t *before)
{
	copy->version = *before = decode_next(dec, *before);
	copy->number = eas_state_decode_num32(dec);
	copy->flags = eas_state_decode_num32(dec);
	if (copy->number != 0 && eas_pim_index_find(index, copy->number) == NULL)
		eas_state_decode_fail(dec, "A copy is of no row");
}

/* Every entry has at least a byte, so that a count cannot ask for more than there is. */
static void decode_head(struct eas_state_decoder *dec, struct eas_pim_index *index)
{
	index->instance = eas_state_decode_num32(dec);
	index->next_number = eas_state_decode_num32(dec);
	index->modseq = eas_state_decode_num(dec);
	index->forgotten_modseq = eas_state_decode_num(dec);
	index->token.validity = eas_state_decode_num32(dec);
	index->token.next = eas_state_decode_num32(dec);
	index->token.count = eas_state_decode_num32(dec);
	index->token.modseq = eas_state_decode_num(dec);
}

static void decode_end(struct eas_state_decoder *dec, struct eas_pim_index *index)
{
	const struct eas_pim_row *row;

	if (index->instance == 0)
		eas_state_decode_fail(dec, "There is no instance");
	else if (dec->data != dec->end)
		eas_state_decode_fail(dec, "There is more behind the end");
	index->shown_count = 0;
	array_foreach(&index->rows, row) {
		if (eas_pim_row_is_shown(row))
			index->shown_count++;
	}
}

static void index_decode(struct eas_state_decoder *dec, struct eas_pim_index *index)
{
	unsigned int i, count;
	uint32_t before = 0;

	decode_head(dec, index);
	count = eas_state_decode_count(dec);
	for (i = 0; i < count && dec->error == NULL; i++)
		decode_row(dec, index, array_append_space(&index->rows), &before);
	count = eas_state_decode_count(dec);
	for (i = 0, before = 0; i < count && dec->error == NULL; i++)
		decode_copy(dec, index, array_append_space(&index->copies), &before);
	decode_end(dec, index);
}

int eas_pim_index_decode(const unsigned char *data, size_t size,
			 struct eas_pim_index **index_r, const char **error_r)
{
	struct eas_state_decoder dec = { .data = data, .end = data + size };
	struct eas_pim_index *index = eas_pim_index_new();

	index_decode(&dec, index);
	if (dec.error != NULL) {
		*error_r = dec.error;
		eas_pim_index_free(&index);
		return -1;
	}
	*index_r = index;
	return 0;
}

/*
 * News
 */

static int row_cmp(const uint32_t *number, const struct eas_pim_row *row)
{
	return number_cmp(number, &row->number);
}

/* Rows are replaced, or come behind all others. */
static void apply_rows(struct eas_state_decoder *dec, struct eas_pim_index *index)
{
	unsigned int i, idx, count = eas_state_decode_count(dec);
	struct eas_pim_row row;
	uint32_t before = 0;

	for (i = 0; i < count && dec->error == NULL; i++) {
		decode_row(dec, index, &row, &before);
		if (array_bsearch_insert_pos(&index->rows, &row.number, row_cmp, &idx))
			array_idx_set(&index->rows, idx, &row);
		else if (idx == array_count(&index->rows))
			array_push_back(&index->rows, &row);
		else
			eas_state_decode_fail(dec, "A row comes late");
	}
}

static void apply_went(struct eas_state_decoder *dec, struct eas_pim_index *index)
{
	unsigned int i, idx, count = eas_state_decode_count(dec);
	uint32_t version = 0;

	for (i = 0; i < count && dec->error == NULL; i++) {
		version = decode_next(dec, version);
		if (array_bsearch_insert_pos(&index->copies, &version, copy_cmp, &idx))
			array_delete(&index->copies, idx, 1);
		else
			eas_state_decode_fail(dec, "A copy went that was not there");
	}
}

static void apply_came(struct eas_state_decoder *dec, struct eas_pim_index *index)
{
	unsigned int i, idx, count = eas_state_decode_count(dec);
	struct eas_pim_copy copy;
	uint32_t before = 0;

	for (i = 0; i < count && dec->error == NULL; i++) {
		decode_copy(dec, index, &copy, &before);
		if (array_bsearch_insert_pos(&index->copies, &copy.version, copy_cmp, &idx))
			eas_state_decode_fail(dec, "A copy came that was there");
		else
			array_insert(&index->copies, idx, &copy, 1);
	}
}

int eas_pim_index_apply_news(struct eas_pim_index *index, const unsigned char *data,
			     size_t size, const char **error_r)
{
	struct eas_state_decoder dec = { .data = data, .end = data + size };
	uint32_t instance = index->instance;

	decode_head(&dec, index);
	if (index->instance != instance)
		eas_state_decode_fail(&dec, "They are of another index");
	apply_rows(&dec, index);
	apply_went(&dec, index);
	apply_came(&dec, index);
	decode_end(&dec, index);
	*error_r = dec.error;
	return dec.error == NULL ? 0 : -1;
}
