/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "numpack.h"
#include "eas-state-decoder.h"
#include "eas-state-log.h"
#include "eas-pim-bases.h"

/* Payload and records are the same. Numbers are numpack.

     bases     instance of the index, entries to the end
     entry     number, revision, number of elements, {tag, digest (4 bytes, big-endian)} */

#define BASES_DIGEST_BYTES 4
/* more than were there after it was written whole last, and it is written whole again */
#define BASES_MIN_GROWTH (256*1024)

struct bases_entry {
	uint32_t number, revision;
	/* as they stand in the file */
	const unsigned char *data;
	size_t size;
};
ARRAY_DEFINE_TYPE(bases_entry, struct bases_entry);

static const char *bases_subject(const char *folder_id)
{
	return t_strconcat("bases-", folder_id, NULL);
}

void eas_pim_bases_add(buffer_t *update, uint32_t number, uint32_t revision,
		       const ARRAY_TYPE(eas_element_digest) *elements)
{
	const struct eas_element_digest *element;
	unsigned char digest[BASES_DIGEST_BYTES];

	numpack_encode(update, number);
	numpack_encode(update, revision);
	numpack_encode(update, array_count(elements));
	array_foreach(elements, element) {
		numpack_encode(update, element->tag);
		cpu32_to_be_unaligned(element->digest, digest);
		buffer_append(update, digest, sizeof(digest));
	}
}

/*
 * Reading
 */

static void decode_elements(struct eas_state_decoder *dec,
			    ARRAY_TYPE(eas_element_digest) *elements)
{
	unsigned int i, count = eas_state_decode_count(dec);
	struct eas_element_digest element;

	for (i = 0; i < count && dec->error == NULL; i++) {
		element.tag = eas_state_decode_num32(dec);
		if (dec->end - dec->data < BASES_DIGEST_BYTES) {
			eas_state_decode_fail(dec, "Bytes are cut off");
			break;
		}
		element.digest = be32_to_cpu_unaligned(dec->data);
		dec->data += BASES_DIGEST_BYTES;
		if (elements != NULL)
			array_push_back(elements, &element);
	}
}

static void decode_entry(struct eas_state_decoder *dec, struct bases_entry *entry_r,
			 ARRAY_TYPE(eas_element_digest) *elements)
{
	entry_r->data = dec->data;
	entry_r->number = eas_state_decode_num32(dec);
	entry_r->revision = eas_state_decode_num32(dec);
	decode_elements(dec, elements);
	entry_r->size = dec->data - entry_r->data;
}

/* Returns FALSE if they are of another index. */
static bool record_read(const struct eas_state_record *record, uint32_t instance,
			ARRAY_TYPE(bases_entry) *entries)
{
	struct eas_state_decoder dec = {
		.data = record->data, .end = record->data + record->size
	};
	struct bases_entry entry;

	if (eas_state_decode_num32(&dec) != instance)
		return FALSE;
	while (dec.error == NULL && dec.data < dec.end) {
		decode_entry(&dec, &entry, NULL);
		if (dec.error == NULL)
			array_push_back(entries, &entry);
	}
	return TRUE;
}

/* In the order in which they were written. Returns FALSE if there is none of this index. */
static bool bases_read(struct eas_state_store *store, const char *folder_id,
		       uint32_t instance, pool_t pool, struct eas_state_log *log_r,
		       ARRAY_TYPE(bases_entry) *entries_r)
{
	const struct eas_state_record *record;
	unsigned int format;

	p_array_init(entries_r, pool, 64);
	if (eas_state_log_read(store, bases_subject(folder_id), EAS_PIM_BASES_FORMAT,
			       EAS_PIM_BASES_FORMAT, pool, &format, log_r) != EAS_STATE_OK)
		return FALSE;
	if (!record_read(&log_r->whole, instance, entries_r))
		return FALSE;
	array_foreach(&log_r->records, record)
		(void)record_read(record, instance, entries_r);
	return TRUE;
}

bool eas_pim_bases_find(struct eas_state_store *store, const char *folder_id,
			const struct eas_pim_index *index, uint32_t number,
			uint32_t revision, pool_t pool,
			ARRAY_TYPE(eas_element_digest) *elements_r)
{
	pool_t file_pool = pool_alloconly_create("pim bases", 64*1024);
	ARRAY_TYPE(bases_entry) entries;
	const struct bases_entry *entry;
	struct eas_state_decoder dec;
	struct eas_state_log log;
	struct bases_entry found;
	unsigned int i;
	bool ret = FALSE;

	(void)bases_read(store, folder_id, index->instance, file_pool, &log, &entries);
	for (i = array_count(&entries); i > 0 && !ret; i--) {
		/* a number and revision that stand twice: an update that did not reach the index */
		entry = array_idx(&entries, i - 1);
		if (entry->number != number || entry->revision != revision)
			continue;
		i_zero(&dec);
		dec.data = entry->data;
		dec.end = entry->data + entry->size;
		p_array_init(elements_r, pool, 16);
		decode_entry(&dec, &found, elements_r);
		ret = TRUE;
	}
	pool_unref(&file_pool);
	return ret;
}

/*
 * Writing
 */

/* Only the newest of each object that is there. */
static void bases_choose(const ARRAY_TYPE(bases_entry) *entries,
			 const struct eas_pim_index *index, buffer_t *dest)
{
	unsigned char *counts = i_new(unsigned char, index->next_number);
	unsigned char *kept = i_new(unsigned char, array_count(entries) + 1);
	const struct bases_entry *entry;
	const struct eas_pim_row *row;
	unsigned int i;

	for (i = array_count(entries); i > 0; i--) {
		entry = array_idx(entries, i - 1);
		row = eas_pim_index_find(index, entry->number);
		if (row == NULL || row->gone_utc != 0 ||
		    counts[entry->number] == EAS_PIM_BASES_MIN_REVISIONS)
			continue;
		counts[entry->number]++;
		kept[i - 1] = 1;
	}
	for (i = 0; i < array_count(entries); i++) {
		entry = array_idx(entries, i);
		if (kept[i] != 0)
			buffer_append(dest, entry->data, entry->size);
	}
	i_free(kept);
	i_free(counts);
}

static void bases_write_whole(struct eas_state_store *store, const char *folder_id,
			      struct eas_pim_index *index,
			      const ARRAY_TYPE(bases_entry) *entries)
{
	buffer_t *whole = buffer_create_dynamic(default_pool, 4096);

	numpack_encode(whole, index->instance);
	if (entries != NULL)
		bases_choose(entries, index, whole);
	if (eas_state_log_write(store, bases_subject(folder_id), EAS_PIM_BASES_FORMAT,
				whole->data, whole->used, &index->bases_end) < 0)
		i_zero(&index->bases_end);
	index->bases_whole_size = whole->used;
	buffer_free(&whole);
}

static bool bases_are_too_many(uoff_t size, uoff_t whole_size)
{
	return size > 2 * whole_size + BASES_MIN_GROWTH;
}

/* Find out what is there. Where there is too much of it, or nothing of this index, it is written whole. */
static void bases_open(struct eas_state_store *store, const char *folder_id,
		       struct eas_pim_index *index)
{
	pool_t pool = pool_alloconly_create("pim bases", 64*1024);
	ARRAY_TYPE(bases_entry) entries;
	struct eas_state_log log;

	if (!bases_read(store, folder_id, index->instance, pool, &log, &entries)) {
		bases_write_whole(store, folder_id, index, NULL);
	} else if (bases_are_too_many(log.end.offset, log.whole.size)) {
		bases_write_whole(store, folder_id, index, &entries);
	} else {
		index->bases_end = log.end;
		index->bases_whole_size = log.whole.size;
	}
	pool_unref(&pool);
}

void eas_pim_bases_write(struct eas_state_store *store, const char *folder_id,
			 struct eas_pim_index *index, const buffer_t *update)
{
	buffer_t *record;
	int ret = 0;

	if (update->used == 0)
		return;
	if (bases_are_too_many(index->bases_end.offset, index->bases_whole_size))
		i_zero(&index->bases_end);
	record = buffer_create_dynamic(default_pool, update->used + 16);
	numpack_encode(record, index->instance);
	buffer_append_buf(record, update, 0, SIZE_MAX);
	if (index->bases_end.offset != 0) {
		ret = eas_state_log_append(store, bases_subject(folder_id), &index->bases_end,
					   record->data, record->used, FALSE);
	}
	if (ret == 0) {
		/* somebody else has written it since, or we have not yet */
		bases_open(store, folder_id, index);
		if (index->bases_end.offset != 0)
			(void)eas_state_log_append(store, bases_subject(folder_id),
						   &index->bases_end, record->data,
						   record->used, FALSE);
	}
	buffer_free(&record);
}
