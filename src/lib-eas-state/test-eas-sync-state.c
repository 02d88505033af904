/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "test-common.h"
#include "eas-sync-state.h"

#define NOW 1767225600

static pool_t test_pool;

static void test_pool_begin(const char *name)
{
	test_begin(name);
	test_pool = pool_alloconly_create("test sync state", 4096);
}

static void test_pool_end(void)
{
	pool_unref(&test_pool);
	test_end();
}

/* Answer the request that confirmed the state with these items. */
static struct eas_sync_generation *
test_answer(struct eas_sync_state *state, uint32_t uid1, uint32_t uid2, uint32_t digest)
{
	struct eas_sync_generation *next = eas_sync_state_next(state);

	for (; uid1 <= uid2; uid1++)
		eas_sync_generation_set(state->pool, next, uid1, digest);
	state->pending = next;
	return next;
}

static unsigned int known_count(const struct eas_sync_generation *generation)
{
	ARRAY_TYPE(seq_range) known;

	t_array_init(&known, 8);
	eas_sync_generation_known(generation, &known);
	return seq_range_count(&known);
}

static void test_eas_sync_state_generations(void)
{
	struct eas_sync_state *state;
	struct eas_sync_key key0, key1, key2, other;

	test_pool_begin("sync state: two generations, and no key but theirs");
	state = eas_sync_state_new(test_pool, NULL, NOW);
	key0 = eas_sync_state_first_key(state);
	test_assert(key0.counter == 1);
	test_assert(eas_sync_state_match(state, &key0) == EAS_SYNC_KEY_NEXT);

	test_assert(eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT));
	test_assert(state->confirmed != NULL && state->pending == NULL);
	test_assert(eas_sync_state_match(state, &key0) == EAS_SYNC_KEY_AGAIN);
	/* nothing was answered: asking again is no repeat */
	test_assert(!eas_sync_state_confirm(state, EAS_SYNC_KEY_AGAIN));

	key1 = eas_sync_state_key(state, test_answer(state, 1, 10, 0));
	test_assert(key1.counter == 2);
	test_assert(eas_sync_state_match(state, &key0) == EAS_SYNC_KEY_AGAIN);
	test_assert(eas_sync_state_match(state, &key1) == EAS_SYNC_KEY_NEXT);
	test_assert(known_count(eas_sync_state_latest(state)) == 10);
	test_assert(known_count(eas_sync_state_find(state, &key0)) == 0);

	/* the answer was lost: computed again from the same ground */
	test_assert(eas_sync_state_confirm(state, EAS_SYNC_KEY_AGAIN));
	test_assert(known_count(state->confirmed) == 0);
	test_answer(state, 1, 10, 0);

	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	test_assert(known_count(state->confirmed) == 10);
	test_assert(eas_sync_state_match(state, &key0) == EAS_SYNC_KEY_UNKNOWN);
	key2 = eas_sync_state_key(state, test_answer(state, 11, 11, 0));
	test_assert(key2.counter == 3);

	other = key2;
	other.counter++;
	test_assert(eas_sync_state_match(state, &other) == EAS_SYNC_KEY_UNKNOWN);
	test_assert(eas_sync_state_find(state, &other) == NULL);
	other = key2;
	other.instance++;
	test_assert(eas_sync_state_match(state, &other) == EAS_SYNC_KEY_UNKNOWN);
	test_pool_end();
}

static void test_eas_sync_state_join(void)
{
	struct eas_sync_state *state;

	test_pool_begin("sync state: a second key 0 joins until an item is confirmed");
	state = eas_sync_state_new(test_pool, NULL, NOW);
	test_assert(eas_sync_state_can_join(state, NOW));
	test_assert(eas_sync_state_can_join(state, NOW + EAS_SYNC_JOIN_SECS));
	test_assert(!eas_sync_state_can_join(state, NOW + EAS_SYNC_JOIN_SECS + 1));
	test_assert(!eas_sync_state_can_join(state, NOW - 1));

	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	test_answer(state, 1, 5, 0);
	test_assert(eas_sync_state_can_join(state, NOW + 1));
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	test_assert(!eas_sync_state_can_join(state, NOW + 1));
	test_pool_end();
}

static void test_eas_sync_state_loop(void)
{
	struct eas_sync_state *state, *again;
	unsigned int i;

	test_pool_begin("sync state: repeats are counted and survive a new key 0");
	state = eas_sync_state_new(test_pool, NULL, NOW);
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	for (i = 0; i < 2; i++) {
		test_answer(state, 1, 100, 0);
		(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_AGAIN);
	}
	test_assert(state->loop.repeats == 2);
	test_assert(eas_sync_loop_limit(&state->loop, 100) == 1);

	again = eas_sync_state_new(test_pool, state, NOW);
	test_assert(again->instance != state->instance);
	test_assert(eas_sync_loop_limit(&again->loop, 100) == 1);

	/* but not when the answer had arrived */
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	again = eas_sync_state_new(test_pool, state, NOW);
	test_assert(eas_sync_loop_limit(&again->loop, 100) == 100);
	test_pool_end();
}

static void test_eas_sync_state_adds(void)
{
	struct eas_sync_state *state;
	struct eas_sync_generation *next;
	struct eas_sync_add *add;

	test_pool_begin("sync state: a repeated ClientId finds its ServerId");
	state = eas_sync_state_new(test_pool, NULL, NOW);
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	next = eas_sync_state_next(state);
	add = array_append_space(&next->adds);
	add->client_id = "7";
	add->server_id = "abc:9";
	state->pending = next;

	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_AGAIN);
	test_assert_strcmp(eas_sync_state_find_add(state, "7"), "abc:9");
	test_assert(eas_sync_state_find_add(state, "8") == NULL);
	/* a client may use the same ClientId in its next request */
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	test_assert(eas_sync_state_find_add(state, "7") == NULL);
	test_pool_end();
}

static void test_eas_sync_generation_groups(void)
{
	struct eas_sync_state *state;
	struct eas_sync_generation *next;
	uint32_t digest, uid;

	test_pool_begin("sync state: an item is in one group, and groups have a maximum");
	state = eas_sync_state_new(test_pool, NULL, NOW);
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	next = eas_sync_state_next(state);
	eas_sync_generation_set(test_pool, next, 5, 1);
	eas_sync_generation_set(test_pool, next, 5, 2);
	test_assert(eas_sync_generation_has(next, 5, &digest) && digest == 2);
	test_assert(array_count(&next->groups) == 1);
	eas_sync_generation_remove(next, 5);
	test_assert(!eas_sync_generation_has(next, 5, NULL));
	test_assert(array_count(&next->groups) == 0);

	for (uid = 1; uid <= EAS_SYNC_MAX_GROUPS * 2; uid++)
		eas_sync_generation_set(test_pool, next, uid, uid);
	test_assert(array_count(&next->groups) == EAS_SYNC_MAX_GROUPS);
	test_assert(eas_sync_generation_has(next, 1, &digest) && digest == 1);
	test_assert(eas_sync_generation_has(next, EAS_SYNC_MAX_GROUPS * 2, &digest) &&
		    digest == EAS_SYNC_DIGEST_UNKNOWN);

	eas_sync_generation_skip(next, 3, EAS_SYNC_SKIP_UNREADABLE);
	eas_sync_generation_skip(next, 3, EAS_SYNC_SKIP_STUCK);
	test_assert(array_count(&next->skipped[EAS_SYNC_SKIP_UNREADABLE]) == 0);
	test_assert(array_count(&next->skipped[EAS_SYNC_SKIP_STUCK]) == 1);
	test_assert(!eas_sync_generation_has(next, 3, NULL));
	eas_sync_generation_set(test_pool, next, 3, 1);
	test_assert(array_count(&next->skipped[EAS_SYNC_SKIP_STUCK]) == 0);
	test_pool_end();
}

static struct eas_sync_state *test_state_full(void)
{
	struct eas_sync_state *state;
	struct eas_sync_generation *next;
	struct eas_sync_add *add;

	state = eas_sync_state_new(test_pool, NULL, NOW);
	state->options = (const unsigned char *)"\x03\x01\x6a\x00\xff";
	state->options_size = 5;
	state->supported = (const unsigned char *)"\x03\x01\x6a\x00";
	state->supported_size = 4;
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	next = test_answer(state, 10, 20, 1);
	next->uid_validity = 4294967295U;
	next->uid_next = 31;
	next->messages = 23;
	next->highest_modseq = (uint64_t)-1;
	next->filter_type = 5;
	next->window_start = NOW;
	eas_sync_generation_set(test_pool, next, 1, 1);
	eas_sync_generation_set(test_pool, next, 30, 0xffffff00);
	seq_range_array_add_range(&next->left_new, 2, 4);
	(void)seq_range_array_add(&next->left_changed, 12);
	eas_sync_generation_skip(next, 9, EAS_SYNC_SKIP_UNREADABLE);
	add = array_append_space(&next->adds);
	add->client_id = "c1";
	add->server_id = "abcdefghijklmnop:30";
	eas_sync_loop_repeated(&state->loop, 1, 7);
	return state;
}

static void test_eas_sync_state_codec(void)
{
	struct eas_sync_state *state, *copy;
	buffer_t *buf, *buf2;
	const char *error;
	uint32_t digest;

	test_pool_begin("sync state: bytes and back");
	state = test_state_full();
	buf = buffer_create_dynamic(test_pool, 128);
	buf2 = buffer_create_dynamic(test_pool, 128);
	eas_sync_state_encode(buf, state);
	test_assert(eas_sync_state_decode(test_pool, EAS_SYNC_STATE_FORMAT, buf->data, buf->used,
					  &copy, &error) == 0);
	test_assert(copy->instance == state->instance && copy->created == NOW);
	test_assert(copy->options_size == 5 &&
		    memcmp(copy->options, state->options, 5) == 0);
	test_assert(copy->supported_size == 4 &&
		    memcmp(copy->supported, state->supported, 4) == 0);
	test_assert(copy->loop.alone_uid == 7 && copy->loop.alone_count == 1);
	test_assert(copy->confirmed != NULL && known_count(copy->confirmed) == 0);
	test_assert(copy->pending->uid_validity == 4294967295U);
	test_assert(copy->pending->highest_modseq == (uint64_t)-1);
	test_assert(known_count(copy->pending) == 13);
	test_assert(eas_sync_generation_has(copy->pending, 30, &digest) &&
		    digest == 0xffffff00);
	test_assert(seq_range_count(&copy->pending->left_new) == 3);
	test_assert_strcmp(eas_sync_state_find_add(copy, "c1"), "abcdefghijklmnop:30");
	eas_sync_state_encode(buf2, copy);
	test_assert(buffer_cmp(buf, buf2));
	test_pool_end();
}

static void test_eas_sync_state_codec_damage(void)
{
	struct eas_sync_state *copy;
	buffer_t *buf;
	const char *error;
	unsigned char *data;
	size_t i;

	test_pool_begin("sync state: damaged bytes are refused or are another state, never a crash");
	buf = buffer_create_dynamic(test_pool, 128);
	eas_sync_state_encode(buf, test_state_full());
	for (i = 0; i < buf->used; i++) {
		/* in a block of its own, so that a read past the end is seen */
		data = i_malloc(i + 1);
		memcpy(data, buf->data, i);
		test_assert_idx(eas_sync_state_decode(test_pool, EAS_SYNC_STATE_FORMAT, data, i,
						      &copy, &error) < 0, i);
		i_free(data);
	}
	for (i = 0; i < buf->used; i++) {
		data = buffer_get_modifiable_data(buf, NULL);
		data[i] ^= 0xff;
		(void)eas_sync_state_decode(test_pool, EAS_SYNC_STATE_FORMAT, data, buf->used,
					    &copy, &error);
		data[i] ^= 0xff;
	}
	buffer_append_c(buf, 0);
	test_assert(eas_sync_state_decode(test_pool, EAS_SYNC_STATE_FORMAT, buf->data, buf->used,
					  &copy, &error) < 0);
	test_pool_end();
}

static void test_eas_sync_drafts(void)
{
	struct eas_sync_state *state, *copy;
	const char *error;
	buffer_t *buf;
	uint32_t uid, digest;

	test_pool_begin("sync state: a changed draft keeps its ServerId");
	state = test_state_full();
	buf = buffer_create_dynamic(test_pool, 128);
	eas_sync_state_encode(buf, state);
	state->supported_size = 0;
	buffer_set_used_size(buf, 0);
	eas_sync_state_encode(buf, state);
	/* as it was written before there was Supported, and before there were drafts: without
	   the lengths of these */
	test_assert(eas_sync_state_decode(test_pool, 2, buf->data, buf->used - 1,
					  &copy, &error) == 0);
	test_assert(copy->supported_size == 0);
	test_assert(eas_sync_state_decode(test_pool, EAS_SYNC_STATE_FORMAT_OLDEST,
					  buf->data, buf->used - 2, &copy, &error) == 0);
	test_assert(array_count(&copy->drafts) == 0);

	eas_sync_generation_set(test_pool, state->pending, 40, 3);
	test_assert(eas_sync_draft_set(state, 40, 40, 1));
	test_assert(eas_sync_draft_set(state, 40, 41, (uint64_t)-1));
	eas_sync_generation_replace(test_pool, state->pending, 40, 41);
	eas_sync_generation_replace(test_pool, state->pending, 77, 78);
	buffer_set_used_size(buf, 0);
	eas_sync_state_encode(buf, state);
	test_assert(eas_sync_state_decode(test_pool, EAS_SYNC_STATE_FORMAT,
					  buf->data, buf->used, &copy, &error) == 0);
	test_assert(eas_sync_draft_get_uid(copy, 40) == 41);
	test_assert(eas_sync_draft_get_id_uid(copy, 41) == 40);
	test_assert(eas_sync_draft_get_uid(copy, 7) == 7);
	test_assert(eas_sync_draft_find(copy, 1) == NULL);
	test_assert(eas_sync_draft_find(copy, (uint64_t)-1)->uid == 41);
	test_assert(eas_sync_generation_has(copy->pending, 41, &digest) && digest == 3);
	test_assert(!eas_sync_generation_has(copy->pending, 40, NULL));
	test_assert(!eas_sync_generation_has(copy->pending, 78, NULL));

	/* those nobody would miss make room, the others stay */
	for (uid = 1000; uid < 1000 + EAS_SYNC_MAX_DRAFTS; uid++)
		test_assert_idx(eas_sync_draft_set(copy, uid, uid, uid), uid);
	test_assert(array_count(&copy->drafts) == EAS_SYNC_MAX_DRAFTS);
	test_assert(eas_sync_draft_get_uid(copy, 40) == 41);
	test_assert(eas_sync_draft_find(copy, 1000) == NULL);
	test_pool_end();
}

static void test_eas_sync_state_size(void)
{
	struct eas_sync_state *state;
	struct eas_sync_generation *next;
	buffer_t *buf;
	uint32_t uid;

	test_pool_begin("sync state: 50,000 mails take some hundred bytes");
	state = eas_sync_state_new(test_pool, NULL, NOW);
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	next = eas_sync_state_next(state);
	for (uid = 1; uid <= 50000; uid++)
		eas_sync_generation_set(test_pool, next, uid, uid % 500 == 0 ? 0 : 1);
	state->pending = next;
	buf = buffer_create_dynamic(test_pool, 1024);
	eas_sync_state_encode(buf, state);
	test_assert(buf->used < 1000);
	test_pool_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_sync_state_generations,
		test_eas_sync_state_join,
		test_eas_sync_state_loop,
		test_eas_sync_state_adds,
		test_eas_sync_generation_groups,
		test_eas_sync_state_codec,
		test_eas_sync_state_codec_damage,
		test_eas_sync_drafts,
		test_eas_sync_state_size,
		NULL
	};
	return test_run(test_functions);
}
