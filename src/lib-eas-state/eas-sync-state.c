/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "randgen.h"
#include "eas-sync-state.h"

static struct eas_sync_generation *generation_new(pool_t pool, uint32_t counter)
{
	struct eas_sync_generation *generation;
	unsigned int i;

	generation = p_new(pool, struct eas_sync_generation, 1);
	generation->counter = counter;
	p_array_init(&generation->groups, pool, 4);
	p_array_init(&generation->left_new, pool, 4);
	p_array_init(&generation->left_changed, pool, 4);
	p_array_init(&generation->left_outside, pool, 4);
	for (i = 0; i < EAS_SYNC_SKIP_REASONS; i++)
		p_array_init(&generation->skipped[i], pool, 1);
	p_array_init(&generation->adds, pool, 1);
	return generation;
}

struct eas_sync_state *
eas_sync_state_new(pool_t pool, const struct eas_sync_state *old, time_t now)
{
	struct eas_sync_state *state;

	state = p_new(pool, struct eas_sync_state, 1);
	state->pool = pool;
	state->created = now;
	do {
		state->instance = i_rand();
	} while (state->instance == 0 ||
		 (old != NULL && state->instance == old->instance));
	p_array_init(&state->drafts, pool, 1);
	state->pending = generation_new(pool, 1);

	if (old != NULL && old->pending != NULL && old->confirmed != NULL) {
		/* a phone that gives up on an answer hides the loop it was in
		   by starting again (quirk 4) */
		state->loop = old->loop;
	}
	return state;
}

bool eas_sync_state_can_join(const struct eas_sync_state *state, time_t now)
{
	const struct eas_sync_generation *certain =
		state->confirmed != NULL ? state->confirmed : state->pending;

	return certain->counter == 1 && state->created <= now &&
		now - state->created <= EAS_SYNC_JOIN_SECS;
}

struct eas_sync_key
eas_sync_state_key(const struct eas_sync_state *state,
		   const struct eas_sync_generation *generation)
{
	struct eas_sync_key key = {
		.instance = state->instance,
		.counter = generation->counter
	};
	return key;
}

struct eas_sync_key eas_sync_state_first_key(const struct eas_sync_state *state)
{
	struct eas_sync_key key = { .instance = state->instance, .counter = 1 };

	return key;
}

enum eas_sync_key_match
eas_sync_state_match(const struct eas_sync_state *state, const struct eas_sync_key *key)
{
	if (key->instance != state->instance)
		return EAS_SYNC_KEY_UNKNOWN;
	if (state->pending != NULL && key->counter == state->pending->counter)
		return EAS_SYNC_KEY_NEXT;
	if (state->confirmed != NULL && key->counter == state->confirmed->counter)
		return EAS_SYNC_KEY_AGAIN;
	return EAS_SYNC_KEY_UNKNOWN;
}

const struct eas_sync_generation *
eas_sync_state_find(const struct eas_sync_state *state, const struct eas_sync_key *key)
{
	switch (eas_sync_state_match(state, key)) {
	case EAS_SYNC_KEY_NEXT:
		return state->pending;
	case EAS_SYNC_KEY_AGAIN:
		return state->confirmed;
	case EAS_SYNC_KEY_UNKNOWN:
		break;
	}
	return NULL;
}

const struct eas_sync_generation *
eas_sync_state_latest(const struct eas_sync_state *state)
{
	return state->pending != NULL ? state->pending : state->confirmed;
}

static bool sync_state_count_repeat(struct eas_sync_state *state)
{
	ARRAY_TYPE(seq_range) told, before;
	const struct seq_range *first;
	unsigned int count;

	if (state->pending == NULL)
		return FALSE;
	t_array_init(&told, 8);
	t_array_init(&before, 8);
	eas_sync_generation_known(state->pending, &told);
	eas_sync_generation_known(state->confirmed, &before);
	(void)seq_range_array_remove_seq_range(&told, &before);
	count = seq_range_count(&told);
	if (count > 0) {
		first = array_front(&told);
		eas_sync_loop_repeated(&state->loop, count, first->seq1);
	}
	return count > 0;
}

bool eas_sync_state_confirm(struct eas_sync_state *state, enum eas_sync_key_match match)
{
	bool changed;

	i_assert(match != EAS_SYNC_KEY_UNKNOWN);
	if (match == EAS_SYNC_KEY_AGAIN) {
		T_BEGIN {
			changed = sync_state_count_repeat(state);
		} T_END;
		return changed;
	}
	state->confirmed = state->pending;
	state->pending = NULL;
	eas_sync_loop_confirmed(&state->loop);
	return TRUE;
}

static void
generation_copy_groups(pool_t pool, struct eas_sync_generation *dest,
		       const struct eas_sync_generation *src)
{
	const struct eas_sync_group *group;
	struct eas_sync_group *copy;

	array_foreach(&src->groups, group) {
		copy = array_append_space(&dest->groups);
		copy->digest = group->digest;
		p_array_init(&copy->uids, pool, array_count(&group->uids) + 4);
		array_append_array(&copy->uids, &group->uids);
	}
}

struct eas_sync_generation *eas_sync_state_next(struct eas_sync_state *state)
{
	const struct eas_sync_generation *src = state->confirmed;
	struct eas_sync_generation *dest;
	unsigned int i;

	i_assert(src != NULL);
	dest = generation_new(state->pool, src->counter + 1);
	dest->uid_validity = src->uid_validity;
	dest->uid_next = src->uid_next;
	dest->messages = src->messages;
	dest->highest_modseq = src->highest_modseq;
	dest->filter_type = src->filter_type;
	dest->window_start = src->window_start;
	generation_copy_groups(state->pool, dest, src);
	array_append_array(&dest->left_new, &src->left_new);
	array_append_array(&dest->left_changed, &src->left_changed);
	array_append_array(&dest->left_outside, &src->left_outside);
	for (i = 0; i < EAS_SYNC_SKIP_REASONS; i++)
		array_append_array(&dest->skipped[i], &src->skipped[i]);
	return dest;
}

uint32_t eas_sync_state_shown_digest(const struct eas_sync_state *state, uint32_t uid,
				     uint32_t missing)
{
	uint32_t latest, confirmed;

	if (state == NULL ||
	    !eas_sync_generation_has(eas_sync_state_latest(state), uid, &latest))
		return missing;
	if (state->confirmed == NULL ||
	    !eas_sync_generation_has(state->confirmed, uid, &confirmed) ||
	    confirmed == latest)
		return latest;
	return EAS_SYNC_DIGEST_UNKNOWN;
}

void eas_sync_state_item_came(struct eas_sync_state *state, uint32_t uid, uint32_t digest)
{
	if (state->confirmed != NULL)
		eas_sync_generation_set(state->pool, state->confirmed, uid, digest);
	if (state->pending != NULL)
		eas_sync_generation_set(state->pool, state->pending, uid, digest);
}

void eas_sync_state_item_went(struct eas_sync_state *state, uint32_t uid)
{
	if (state->confirmed != NULL)
		eas_sync_generation_remove(state->confirmed, uid);
	if (state->pending != NULL)
		eas_sync_generation_remove(state->pending, uid);
}

static void generation_item_stayed(struct eas_sync_generation *generation, uint32_t uid)
{
	if (generation == NULL || !eas_sync_generation_has(generation, uid, NULL))
		return;
	eas_sync_generation_remove(generation, uid);
	(void)seq_range_array_add(&generation->left_new, uid);
}

void eas_sync_state_item_stayed(struct eas_sync_state *state, uint32_t uid)
{
	generation_item_stayed(state->confirmed, uid);
	generation_item_stayed(state->pending, uid);
}

static const char *
generation_find_add(const struct eas_sync_generation *generation, const char *client_id)
{
	const struct eas_sync_add *add;

	if (generation == NULL)
		return NULL;
	array_foreach(&generation->adds, add) {
		if (strcmp(add->client_id, client_id) == 0)
			return add->server_id;
	}
	return NULL;
}

const char *eas_sync_state_find_add(const struct eas_sync_state *state,
				    const char *client_id)
{
	return generation_find_add(state->pending, client_id);
}

static struct eas_sync_group *
generation_get_group(pool_t pool, struct eas_sync_generation *generation,
		     uint32_t digest)
{
	struct eas_sync_group *group;

	array_foreach_modifiable(&generation->groups, group) {
		if (group->digest == digest)
			return group;
	}
	if (array_count(&generation->groups) >= EAS_SYNC_MAX_GROUPS - 1 &&
	    digest != EAS_SYNC_DIGEST_UNKNOWN) {
		return generation_get_group(pool, generation,
					    EAS_SYNC_DIGEST_UNKNOWN);
	}
	group = array_append_space(&generation->groups);
	group->digest = digest;
	p_array_init(&group->uids, pool, 4);
	return group;
}

void eas_sync_generation_set(pool_t pool, struct eas_sync_generation *generation,
			     uint32_t uid, uint32_t digest)
{
	struct eas_sync_group *group;

	eas_sync_generation_remove(generation, uid);
	group = generation_get_group(pool, generation, digest);
	(void)seq_range_array_add(&group->uids, uid);
}

void eas_sync_generation_remove(struct eas_sync_generation *generation, uint32_t uid)
{
	struct eas_sync_group *group;
	unsigned int i;

	array_foreach_modifiable(&generation->groups, group) {
		if (seq_range_array_remove(&group->uids, uid)) {
			if (array_count(&group->uids) == 0) {
				array_delete(&generation->groups,
					     array_foreach_idx(&generation->groups,
							       group), 1);
			}
			break;
		}
	}
	(void)seq_range_array_remove(&generation->left_new, uid);
	(void)seq_range_array_remove(&generation->left_changed, uid);
	(void)seq_range_array_remove(&generation->left_outside, uid);
	for (i = 0; i < EAS_SYNC_SKIP_REASONS; i++)
		(void)seq_range_array_remove(&generation->skipped[i], uid);
}

bool eas_sync_generation_has(const struct eas_sync_generation *generation,
			     uint32_t uid, uint32_t *digest_r)
{
	const struct eas_sync_group *group;

	array_foreach(&generation->groups, group) {
		if (seq_range_exists(&group->uids, uid)) {
			if (digest_r != NULL)
				*digest_r = group->digest;
			return TRUE;
		}
	}
	return FALSE;
}

void eas_sync_generation_known(const struct eas_sync_generation *generation,
			       ARRAY_TYPE(seq_range) *uids)
{
	const struct eas_sync_group *group;

	array_foreach(&generation->groups, group)
		seq_range_array_merge(uids, &group->uids);
}

void eas_sync_generation_skip(struct eas_sync_generation *generation, uint32_t uid,
			      enum eas_sync_skip_reason reason)
{
	eas_sync_generation_remove(generation, uid);
	(void)seq_range_array_add(&generation->skipped[reason], uid);
}
