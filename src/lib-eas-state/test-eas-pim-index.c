/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "test-common.h"
#include "eas-pim-index.h"

#define NOW 1767225600

struct test_object {
	uint32_t version;
	/* NULL: it cannot be read */
	const char *uid;
	uint64_t digest;
};

static struct eas_pim_index *test_copy(const struct eas_pim_index *index)
{
	buffer_t *buf = t_buffer_create(256);
	struct eas_pim_index *copy;
	const char *error;

	eas_pim_index_encode(buf, index);
	if (eas_pim_index_decode(buf->data, buf->used, &copy, &error) < 0)
		i_fatal("cannot be decoded: %s", error);
	return copy;
}

/* What the update says of itself makes the same of the index as it was before. */
static void test_news(struct eas_pim_index *before, const struct eas_pim_index *index)
{
	buffer_t *news = t_buffer_create(256), *buf = t_buffer_create(256);
	buffer_t *expected = t_buffer_create(256);
	struct eas_pim_index *damaged;
	const char *error;
	size_t size;

	if (index->news.too_much)
		return;
	eas_pim_index_encode_news(news, index);
	for (size = 0; size < news->used; size++) T_BEGIN {
		damaged = test_copy(before);
		test_assert(eas_pim_index_apply_news(damaged, news->data, size, &error) < 0);
		eas_pim_index_free(&damaged);
	} T_END;
	test_assert(eas_pim_index_apply_news(before, news->data, news->used, &error) == 0);
	eas_pim_index_encode(buf, before);
	eas_pim_index_encode(expected, index);
	test_assert(buffer_cmp(buf, expected));
	test_assert(before->shown_count == index->shown_count);
}

/* Update the index from a folder that has these, in this order; version 0 ends them. Returns how many
   were read. */
static unsigned int
test_update(struct eas_pim_index *index, const struct test_object *objects, time_t now)
{
	struct eas_pim_token token = { .validity = 7, .next = 100 };
	ARRAY_TYPE(seq_range) here, new;
	struct eas_pim_index *before = test_copy(index);
	unsigned int i, reads = 0;

	t_array_init(&here, 8);
	t_array_init(&new, 8);
	for (i = 0; objects[i].version != 0; i++)
		(void)seq_range_array_add(&here, objects[i].version);
	token.count = i;
	eas_pim_index_update_begin(index);
	eas_pim_index_update_list(index, &here, &new);
	for (i = 0; objects[i].version != 0; i++) {
		struct eas_pim_facts facts = {
			.digest = objects[i].digest, .first = -1, .last = INT64_MAX
		};

		if (!seq_range_exists(&new, objects[i].version))
			continue;
		reads++;
		if (objects[i].uid == NULL) {
			eas_pim_index_update_skip(index, objects[i].version,
						  EAS_PIM_COPY_UNREADABLE);
			continue;
		}
		eas_pim_hash_make(objects[i].uid, facts.hash);
		eas_pim_index_update_add(index, objects[i].version, &facts);
	}
	eas_pim_index_update_end(index, &token, now);
	T_BEGIN {
		test_news(before, index);
	} T_END;
	eas_pim_index_free(&before);
	return reads;
}

static const struct eas_pim_row *test_row(struct eas_pim_index *index, const char *uid)
{
	unsigned char hash[EAS_PIM_HASH_SIZE];

	eas_pim_hash_make(uid, hash);
	return eas_pim_index_find_hash(index, hash);
}

static void test_eas_pim_index_rewrite(void)
{
	static const struct test_object first[] = {
		{ 1, "a", 10 }, { 2, "b", 20 }, { 3, NULL, 0 }, { 0, NULL, 0 }
	};
	static const struct test_object saved[] = {
		{ 1, "a", 10 }, { 2, "b", 20 }, { 3, NULL, 0 }, { 4, "a", 11 }, { 0, NULL, 0 }
	};
	static const struct test_object rewritten[] = {
		{ 2, "b", 20 }, { 3, NULL, 0 }, { 4, "a", 11 }, { 0, NULL, 0 }
	};
	struct eas_pim_index *index = eas_pim_index_new();
	const struct eas_pim_row *row;
	uint64_t modseq;

	test_begin("pim index: a rewritten object keeps its number");
	test_assert(test_update(index, first, NOW) == 3);
	test_assert(index->shown_count == 2 && index->next_number == 3);
	test_assert(test_row(index, "a")->number == 1 && test_row(index, "b")->number == 2);
	test_assert(test_row(index, "c") == NULL);
	modseq = index->modseq;

	/* nothing happened */
	test_assert(test_update(index, first, NOW) == 0);
	test_assert(index->modseq == modseq);

	/* the new one is there, the old one still */
	test_assert(test_update(index, saved, NOW) == 1);
	row = test_row(index, "a");
	test_assert(row->number == 1 && row->version == 4 && row->revision == 2);
	test_assert(row->modseq == modseq + 1 && index->modseq == modseq + 1);
	test_assert(test_row(index, "b")->modseq == modseq);
	/* and gone */
	test_assert(test_update(index, rewritten, NOW) == 0);
	test_assert(index->modseq == modseq + 1 && index->shown_count == 2);

	eas_pim_index_free(&index);
	test_end();
}

static void test_eas_pim_index_expunge_first(void)
{
	static const struct test_object first[] = {
		{ 1, "a", 10 }, { 2, "b", 20 }, { 0, NULL, 0 }
	};
	static const struct test_object expunged[] = {
		{ 2, "b", 20 }, { 0, NULL, 0 }
	};
	static const struct test_object back[] = {
		{ 2, "b", 20 }, { 3, "a", 10 }, { 0, NULL, 0 }
	};
	struct eas_pim_index *index = eas_pim_index_new();
	const struct eas_pim_row *row;

	test_begin("pim index: an object that went and comes back is the same");
	test_update(index, first, NOW);
	test_update(index, expunged, NOW);
	row = test_row(index, "a");
	test_assert(row->gone_utc == NOW && !eas_pim_row_is_shown(row));
	test_assert(row->modseq == index->modseq && index->shown_count == 1);
	test_update(index, back, NOW + 1);
	row = test_row(index, "a");
	test_assert(row->number == 1 && row->version == 3 && row->gone_utc == 0);
	/* its content is the same, but that it is there is news */
	test_assert(row->revision == 1 && row->modseq == index->modseq);
	test_assert(index->next_number == 3 && index->shown_count == 2);
	eas_pim_index_free(&index);
	test_end();
}

static void test_eas_pim_index_duplicates(void)
{
	static const struct test_object both[] = {
		{ 1, "a", 10 }, { 2, "a", 11 }, { 0, NULL, 0 }
	};
	static const struct test_object older[] = {
		{ 1, "a", 10 }, { 0, NULL, 0 }
	};
	struct eas_pim_index *index = eas_pim_index_new();
	ARRAY_TYPE(uint32_t) versions;

	test_begin("pim index: of two copies the higher one counts");
	test_update(index, both, NOW);
	test_assert(array_count(&index->rows) == 1);
	test_assert(test_row(index, "a")->version == 2);
	test_assert(test_row(index, "a")->facts.digest == 11);
	t_array_init(&versions, 2);
	eas_pim_index_get_copies(index, 1, &versions);
	test_assert(array_count(&versions) == 2);
	/* the higher one goes: the other is read again */
	test_assert(test_update(index, older, NOW) == 1);
	test_assert(test_row(index, "a")->version == 1);
	test_assert(test_row(index, "a")->facts.digest == 10);
	test_assert(test_row(index, "a")->gone_utc == 0);
	eas_pim_index_free(&index);
	test_end();
}

static void test_eas_pim_index_revision(void)
{
	struct test_object objects[] = { { 1, "a", 1 }, { 0, NULL, 0 } };
	struct eas_pim_index *index = eas_pim_index_new();
	unsigned int i;

	test_begin("pim index: revisions start again, and are never 0");
	test_update(index, objects, NOW);
	for (i = 2; i <= EAS_PIM_MAX_REVISION + 1; i++) {
		objects[0].version = objects[0].digest = i;
		test_update(index, objects, NOW);
		test_assert(test_row(index, "a")->revision ==
			    (i > EAS_PIM_MAX_REVISION ? 1 : i));
	}
	eas_pim_index_free(&index);
	test_end();
}

static void test_eas_pim_index_tombstones(void)
{
	static const struct test_object first[] = {
		{ 1, "a", 10 }, { 2, "b", 20 }, { 0, NULL, 0 }
	};
	static const struct test_object left[] = { { 2, "b", 20 }, { 0, NULL, 0 } };
	struct eas_pim_index *index = eas_pim_index_new();
	uint64_t modseq;

	test_begin("pim index: what is gone is forgotten some time");
	test_update(index, first, NOW);
	test_update(index, left, NOW);
	modseq = index->modseq;
	test_update(index, left, NOW + EAS_PIM_TOMBSTONE_SECS);
	test_assert(test_row(index, "a") != NULL && index->forgotten_modseq == 0);
	test_update(index, left, NOW + EAS_PIM_TOMBSTONE_SECS + 1);
	test_assert(test_row(index, "a") == NULL && index->forgotten_modseq == modseq);
	test_assert(test_row(index, "b") != NULL);
	/* another number */
	test_update(index, first, NOW);
	test_assert(test_row(index, "a")->number == 3);
	eas_pim_index_free(&index);
	test_end();
}

static void test_eas_pim_index_codec(void)
{
	static const struct test_object first[] = {
		{ 1, "a", 10 }, { 2, "b", UINT64_MAX }, { 5, NULL, 0 }, { 0, NULL, 0 }
	};
	static const struct test_object left[] = {
		{ 2, "b", UINT64_MAX }, { 5, NULL, 0 }, { 0, NULL, 0 }
	};
	struct eas_pim_index *copy, *index = eas_pim_index_new();
	const struct eas_pim_row *row;
	buffer_t *buf = t_buffer_create(256), *again = t_buffer_create(256);
	const char *error;
	size_t i;

	test_begin("pim index: bytes");
	test_update(index, first, NOW);
	test_update(index, left, NOW);
	eas_pim_index_encode(buf, index);
	test_assert(eas_pim_index_decode(buf->data, buf->used, &copy, &error) == 0);
	eas_pim_index_encode(again, copy);
	test_assert(buffer_cmp(buf, again));
	row = test_row(copy, "b");
	test_assert(row->facts.first == -1 && row->facts.last == INT64_MAX);
	test_assert(copy->shown_count == 1 && test_row(copy, "a")->gone_utc == NOW);
	eas_pim_index_free(&copy);
	/* any end but the right one is none */
	for (i = 0; i < buf->used; i++) {
		void *exact = i_memdup(buf->data, I_MAX(i, 1));

		test_assert_idx(eas_pim_index_decode(exact, i, &copy, &error) < 0, i);
		i_free(exact);
	}
	buffer_append_c(buf, 0);
	test_assert(eas_pim_index_decode(buf->data, buf->used, &copy, &error) < 0);
	eas_pim_index_free(&index);
	test_end();
}

/* whatever the bytes are, it is an index or none */
static void test_eas_pim_index_garbage(void)
{
	static const struct test_object first[] = {
		{ 1, "a", 10 }, { 2, "b", 20 }, { 3, "a", 11 }, { 5, NULL, 0 }, { 0, NULL, 0 }
	};
	struct eas_pim_index *copy, *index = eas_pim_index_new();
	buffer_t *buf = t_buffer_create(256), *again = t_buffer_create(256);
	unsigned char *data;
	const char *error;
	unsigned int value;
	size_t i;

	test_begin("pim index: garbage");
	test_update(index, first, NOW);
	eas_pim_index_encode(buf, index);
	data = i_memdup(buf->data, buf->used);
	for (i = 0; i < buf->used; i++) {
		for (value = 0; value < 256; value += 15) {
			data[i] = value;
			if (eas_pim_index_decode(data, buf->used, &copy, &error) < 0)
				continue;
			(void)test_row(copy, "a");
			buffer_set_used_size(again, 0);
			eas_pim_index_encode(again, copy);
			eas_pim_index_free(&copy);
			test_assert_idx(eas_pim_index_decode(again->data, again->used,
							     &copy, &error) == 0, i);
			eas_pim_index_free(&copy);
		}
		data[i] = ((const unsigned char *)buf->data)[i];
	}
	i_free(data);
	eas_pim_index_free(&index);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_pim_index_rewrite,
		test_eas_pim_index_expunge_first,
		test_eas_pim_index_duplicates,
		test_eas_pim_index_revision,
		test_eas_pim_index_tombstones,
		test_eas_pim_index_codec,
		test_eas_pim_index_garbage,
		NULL
	};
	return test_run(test_functions);
}
