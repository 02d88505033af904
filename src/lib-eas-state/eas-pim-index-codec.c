/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
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

void eas_pim_index_encode(buffer_t *dest, const struct eas_pim_index *index)
{
	const struct eas_pim_row *row;
	const struct eas_pim_copy *copy;
	uint32_t before = 0;

	numpack_encode(dest, index->instance);
	numpack_encode(dest, index->next_number);
	numpack_encode(dest, index->modseq);
	numpack_encode(dest, index->forgotten_modseq);
	numpack_encode(dest, index->token.validity);
	numpack_encode(dest, index->token.next);
	numpack_encode(dest, index->token.count);
	numpack_encode(dest, index->token.modseq);
	numpack_encode(dest, array_count(&index->rows));
	array_foreach(&index->rows, row) {
		encode_row(dest, row, before);
		before = row->number;
	}
	before = 0;
	numpack_encode(dest, array_count(&index->copies));
	array_foreach(&index->copies, copy) {
		numpack_encode(dest, copy->version - before);
		numpack_encode(dest, copy->number);
		numpack_encode(dest, copy->flags);
		before = copy->version;
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

static void decode_row(struct eas_state_decoder *dec, struct eas_pim_index *index, uint32_t *before)
{
	struct eas_pim_row *row = array_append_space(&index->rows);
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
	else if (eas_pim_row_is_shown(row))
		index->shown_count++;
}

static void decode_copy(struct eas_state_decoder *dec, struct eas_pim_index *index, uint32_t *before)
{
	struct eas_pim_copy *copy = array_append_space(&index->copies);

	copy->version = *before = decode_next(dec, *before);
	copy->number = eas_state_decode_num32(dec);
	copy->flags = eas_state_decode_num32(dec);
	if (copy->number != 0 && eas_pim_index_find(index, copy->number) == NULL)
		eas_state_decode_fail(dec, "A copy is of no row");
}

/* Every entry has at least a byte, so that a count cannot ask for more than there is. */
static void index_decode(struct eas_state_decoder *dec, struct eas_pim_index *index)
{
	unsigned int i, count;
	uint32_t before = 0;

	index->instance = eas_state_decode_num32(dec);
	index->next_number = eas_state_decode_num32(dec);
	index->modseq = eas_state_decode_num(dec);
	index->forgotten_modseq = eas_state_decode_num(dec);
	index->token.validity = eas_state_decode_num32(dec);
	index->token.next = eas_state_decode_num32(dec);
	index->token.count = eas_state_decode_num32(dec);
	index->token.modseq = eas_state_decode_num(dec);
	count = eas_state_decode_count(dec);
	for (i = 0; i < count && dec->error == NULL; i++)
		decode_row(dec, index, &before);
	count = eas_state_decode_count(dec);
	for (i = 0, before = 0; i < count && dec->error == NULL; i++)
		decode_copy(dec, index, &before);
	if (index->instance == 0)
		eas_state_decode_fail(dec, "There is no instance");
	else if (dec->data != dec->end)
		eas_state_decode_fail(dec, "There is more behind the end");
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
