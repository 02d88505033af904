/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "eas-changes.h"

#define DAY_SECS (24*60*60)

#define FILTER_INCOMPLETE 8

/* FilterType -> days. MS-ASCMD "FilterType (Sync)" (2.2.3.68.2) */
static const unsigned int filter_days[] = { 0, 1, 3, 7, 14, 30, 91, 182 };

struct changes_context {
	struct eas_changes_source *source;
	const struct eas_sync_generation *generation;
	const struct eas_changes_filter *filter;
	struct eas_changes *changes;
	/* all the device has */
	ARRAY_TYPE(seq_range) known;
	/* Those with an item younger than the window's begin. Not created before one is asked for. */
	HASH_TABLE(uint8_t *, uint8_t *) conversations;
	/* the oldest item that is asked for its conversation */
	uint32_t conversation_first_uid;
	bool failed;
};

bool eas_changes_filter_is_valid(enum eas_class class, unsigned int filter_type)
{
	switch (class) {
	case EAS_CLASS_CALENDAR:
		return filter_type == 0 || (filter_type >= 4 && filter_type <= 7);
	case EAS_CLASS_TASKS:
		return filter_type == 0 || filter_type == FILTER_INCOMPLETE;
	case EAS_CLASS_CONTACTS:
	case EAS_CLASS_NOTES:
		return TRUE;
	case EAS_CLASS_NONE:
	case EAS_CLASS_EMAIL:
		break;
	}
	return filter_type <= 5;
}

void eas_changes_filter_init(struct eas_changes_filter *filter_r, enum eas_class class,
			     unsigned int filter_type, time_t now)
{
	unsigned int type = filter_type & ~EAS_CHANGES_CONVERSATIONS;

	i_assert(eas_changes_filter_is_valid(class, type));

	i_zero(filter_r);
	if (class == EAS_CLASS_CONTACTS || class == EAS_CLASS_NOTES)
		return;
	filter_r->filter_type = filter_type;
	if (type == FILTER_INCOMPLETE)
		filter_r->window_start = 1;
	else if (filter_days[type] > 0) {
		filter_r->window_start = now - now % DAY_SECS -
			(time_t)filter_days[type] * DAY_SECS;
	}
}

static bool changes_is_unchanged(const struct changes_context *ctx)
{
	const struct eas_changes_header *header = &ctx->source->header;
	const struct eas_sync_generation *gen = ctx->generation;

	return gen->uid_validity == header->uid_validity &&
		gen->uid_next == header->uid_next &&
		gen->messages == header->messages &&
		gen->highest_modseq == header->highest_modseq &&
		gen->filter_type == ctx->filter->filter_type &&
		gen->window_start == ctx->filter->window_start &&
		array_count(&gen->left_new) == 0 &&
		array_count(&gen->left_changed) == 0 &&
		array_count(&gen->left_outside) == 0;
}

/* Halve the range until its items are all there or all gone. */
static void
find_gone(struct changes_context *ctx, uint32_t uid1, uint32_t uid2,
	  ARRAY_TYPE(seq_range) *gone)
{
	unsigned int count = ctx->source->count(ctx->source, uid1, uid2);
	uint32_t middle;

	if (count == uid2 - uid1 + 1)
		return;
	if (count == 0) {
		seq_range_array_add_range(gone, uid1, uid2);
		return;
	}
	middle = uid1 + (uid2 - uid1) / 2;
	find_gone(ctx, uid1, middle, gone);
	find_gone(ctx, middle + 1, uid2, gone);
}

static void
find_gone_set(struct changes_context *ctx, const ARRAY_TYPE(seq_range) *uids,
	      ARRAY_TYPE(seq_range) *gone)
{
	const struct seq_range *range;

	array_foreach(uids, range)
		find_gone(ctx, range->seq1, range->seq2, gone);
}

/* Is it young enough? One that cannot be dated is. */
static bool changes_is_in_window(struct changes_context *ctx, uint32_t uid)
{
	time_t received;
	int ret;

	if (ctx->filter->window_start == 0)
		return TRUE;
	ret = ctx->source->received(ctx->source, uid, &received);
	if (ret < 0)
		ctx->failed = TRUE;
	return ret <= 0 || received >= ctx->filter->window_start;
}

static void conversations_create(struct changes_context *ctx)
{
	ARRAY_TYPE(seq_range) all;
	struct seq_range_iter iter;
	unsigned int n = 0, count;
	uint32_t uid;

	hash_table_create(&ctx->conversations, default_pool, 0, guid_128_hash, guid_128_cmp);
	t_array_init(&all, 16);
	ctx->source->list(ctx->source, 1, (uint32_t)-1, &all);
	count = seq_range_count(&all);
	seq_range_array_iter_init(&iter, &all);
	if (count > EAS_CHANGES_MAX_CONVERSATION_LOOKS) {
		(void)seq_range_array_iter_nth(&iter,
			count - EAS_CHANGES_MAX_CONVERSATION_LOOKS,
			&ctx->conversation_first_uid);
	}
	while (seq_range_array_iter_nth(&iter, n++, &uid) && !ctx->failed) {
		uint8_t *id = t_malloc_no0(GUID_128_SIZE);

		if (changes_is_in_window(ctx, uid) &&
		    ctx->source->conversation(ctx->source, uid, id) > 0)
			hash_table_update(ctx->conversations, id, id);
	}
}

static bool changes_is_in_conversation(struct changes_context *ctx, uint32_t uid)
{
	guid_128_t id;
	const uint8_t *key = id;

	if (!hash_table_is_created(ctx->conversations))
		conversations_create(ctx);
	return uid >= ctx->conversation_first_uid &&
		ctx->source->conversation(ctx->source, uid, id) > 0 &&
		hash_table_lookup(ctx->conversations, key) != NULL;
}

/* Is it inside the filter? */
static bool changes_is_inside(struct changes_context *ctx, uint32_t uid)
{
	return changes_is_in_window(ctx, uid) ||
		((ctx->filter->filter_type & EAS_CHANGES_CONVERSATIONS) != 0 &&
		 changes_is_in_conversation(ctx, uid));
}

/* Are those inside the filter the same as in the generation, but for new ones and those that
   are gone? In a conversation one that comes or goes takes others with it. */
static bool changes_is_same_filter(const struct changes_context *ctx)
{
	const struct eas_changes_header *header = &ctx->source->header;
	const struct eas_sync_generation *gen = ctx->generation;

	return gen->filter_type == ctx->filter->filter_type &&
		((gen->filter_type & EAS_CHANGES_CONVERSATIONS) == 0 ||
		 (gen->window_start == ctx->filter->window_start &&
		  gen->uid_next == header->uid_next &&
		  gen->messages == header->messages));
}

static void
filter_set(struct changes_context *ctx, const ARRAY_TYPE(seq_range) *uids, bool inside,
	   ARRAY_TYPE(seq_range) *dest)
{
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid;

	if (ctx->filter->window_start == 0) {
		if (inside)
			seq_range_array_merge(dest, uids);
		return;
	}
	seq_range_array_iter_init(&iter, uids);
	while (seq_range_array_iter_nth(&iter, n++, &uid) && !ctx->failed) {
		if (changes_is_inside(ctx, uid) == inside)
			(void)seq_range_array_add(dest, uid);
	}
}

static void changes_find_new(struct changes_context *ctx)
{
	const struct eas_sync_generation *gen = ctx->generation;
	struct eas_changes *changes = ctx->changes;
	ARRAY_TYPE(seq_range) found, gone;
	unsigned int i;

	t_array_init(&found, 16);
	if (!changes_is_same_filter(ctx) || gen->uid_validity == 0) {
		/* another window: all over again */
		ctx->source->list(ctx->source, 1, (uint32_t)-1, &found);
	} else {
		if (ctx->source->header.uid_next > gen->uid_next) {
			ctx->source->list(ctx->source, gen->uid_next,
					  (uint32_t)-1, &found);
		}
		if (ctx->source->came != NULL)
			ctx->source->came(ctx->source, gen->highest_modseq, &found);
		t_array_init(&gone, 16);
		find_gone_set(ctx, &gen->left_new, &gone);
		if (gen->window_start == ctx->filter->window_start) {
			/* these were found inside already */
			seq_range_array_merge(&changes->new, &gen->left_new);
		} else {
			seq_range_array_merge(&found, &gen->left_new);
		}
		(void)seq_range_array_remove_seq_range(&changes->new, &gone);
		(void)seq_range_array_remove_seq_range(&found, &gone);
	}
	(void)seq_range_array_remove_seq_range(&found, &ctx->known);
	for (i = 0; i < EAS_SYNC_SKIP_REASONS; i++) {
		(void)seq_range_array_remove_seq_range(&found, &gen->skipped[i]);
	}
	filter_set(ctx, &found, TRUE, &changes->new);
}

static void changes_find_outside(struct changes_context *ctx)
{
	const struct eas_sync_generation *gen = ctx->generation;
	struct eas_changes *changes = ctx->changes;
	ARRAY_TYPE(seq_range) here;

	/* What falls out because the young ones of its conversation went falls out when the day is
	   over, with the others. MS-ASCON "Filtering" (3.2.5.6) */
	if (gen->filter_type == ctx->filter->filter_type &&
	    gen->window_start == ctx->filter->window_start &&
	    ctx->source->came == NULL) {
		seq_range_array_merge(&changes->outside, &gen->left_outside);
	} else {
		t_array_init(&here, 16);
		seq_range_array_merge(&here, &ctx->known);
		(void)seq_range_array_remove_seq_range(&here, &changes->gone);
		filter_set(ctx, &here, FALSE, &changes->outside);
	}
	(void)seq_range_array_remove_seq_range(&changes->outside, &changes->gone);
}

/* Items left out may have become readable, or be undeleted: they are new then. */
static void changes_find_skipped(struct changes_context *ctx, uint64_t modseq)
{
	struct eas_changes *changes = ctx->changes;
	ARRAY_TYPE(seq_range) candidates;
	struct seq_range_iter iter;
	unsigned int i, n;
	uint32_t uid, digest;

	for (i = 0; i < EAS_SYNC_SKIP_REASONS && !ctx->failed; i++) {
		t_array_init(&candidates, 4);
		ctx->source->changed(ctx->source, &ctx->generation->skipped[i],
				     modseq, &candidates);
		seq_range_array_iter_init(&iter, &candidates); n = 0;
		while (seq_range_array_iter_nth(&iter, n++, &uid)) {
			int ret = ctx->source->digest(ctx->source, uid, &digest);

			if (ret < 0)
				ctx->failed = TRUE;
			else if (ret > 0 && digest != EAS_DIGEST_HIDDEN &&
				 changes_is_inside(ctx, uid))
				(void)seq_range_array_add(&changes->new, uid);
		}
	}
}

static void changes_find_changed(struct changes_context *ctx)
{
	const struct eas_sync_generation *gen = ctx->generation;
	struct eas_changes *changes = ctx->changes;
	uint64_t modseq = gen->highest_modseq;
	struct eas_changed_item *item;
	ARRAY_TYPE(seq_range) candidates;
	struct seq_range_iter iter;
	unsigned int n = 0;
	uint32_t uid, digest, shown;

	if (gen->uid_validity == 0)
		return;
	if (ctx->source->header.highest_modseq < modseq) {
		/* The index was lost and counts from the start: look at all (quirk 8).
		   What was shown is known, so only real differences are told. */
		modseq = 0;
	}
	t_array_init(&candidates, 16);
	seq_range_array_merge(&candidates, &gen->left_changed);
	if (ctx->source->header.highest_modseq != gen->highest_modseq) {
		ctx->source->changed(ctx->source, &ctx->known, modseq, &candidates);
		changes_find_skipped(ctx, modseq);
	}
	(void)seq_range_array_remove_seq_range(&candidates, &changes->gone);
	(void)seq_range_array_remove_seq_range(&candidates, &changes->outside);

	seq_range_array_iter_init(&iter, &candidates);
	while (seq_range_array_iter_nth(&iter, n++, &uid) && !ctx->failed) {
		int ret = ctx->source->digest(ctx->source, uid, &digest);

		if (ret < 0)
			ctx->failed = TRUE;
		if (ret <= 0 || !eas_sync_generation_has(gen, uid, &shown) ||
		    shown == digest)
			continue;
		item = array_append_space(&changes->changed);
		item->uid = uid;
		item->digest = digest;
	}
}

int eas_changes_find(struct eas_changes_source *source,
		     const struct eas_sync_generation *generation,
		     const struct eas_changes_filter *filter, pool_t pool,
		     struct eas_changes *changes_r)
{
	struct changes_context ctx = {
		.source = source,
		.generation = generation,
		.filter = filter,
		.changes = changes_r
	};

	i_zero(changes_r);
	p_array_init(&changes_r->gone, pool, 4);
	p_array_init(&changes_r->outside, pool, 4);
	p_array_init(&changes_r->new, pool, 4);
	p_array_init(&changes_r->changed, pool, 4);
	if (changes_is_unchanged(&ctx)) {
		changes_r->unchanged = TRUE;
		return 0;
	}
	i_assert(generation->uid_validity == 0 ||
		 generation->uid_validity == source->header.uid_validity);

	T_BEGIN {
		t_array_init(&ctx.known, 16);
		eas_sync_generation_known(generation, &ctx.known);
		find_gone_set(&ctx, &ctx.known, &changes_r->gone);
		changes_find_outside(&ctx);
		changes_find_changed(&ctx);
		changes_find_new(&ctx);
		if (hash_table_is_created(ctx.conversations))
			hash_table_destroy(&ctx.conversations);
	} T_END;
	return ctx.failed ? -1 : 0;
}

unsigned int eas_changes_count(const struct eas_changes *changes)
{
	return seq_range_count(&changes->gone) + seq_range_count(&changes->outside) +
		seq_range_count(&changes->new) + array_count(&changes->changed);
}

void eas_changes_remember(struct eas_changes_source *source,
			  const struct eas_changes_filter *filter,
			  const struct eas_changes *changes,
			  struct eas_sync_generation *next)
{
	struct changes_context ctx = { .source = source };
	const struct eas_changed_item *item;
	ARRAY_TYPE(seq_range) gone;
	unsigned int i;

	if (changes->unchanged)
		return;
	next->uid_validity = source->header.uid_validity;
	next->uid_next = source->header.uid_next;
	next->messages = source->header.messages;
	next->highest_modseq = source->header.highest_modseq;
	next->filter_type = filter->filter_type;
	next->window_start = filter->window_start;

	array_clear(&next->left_new);
	seq_range_array_merge(&next->left_new, &changes->new);
	array_clear(&next->left_outside);
	seq_range_array_merge(&next->left_outside, &changes->outside);
	seq_range_array_merge(&next->left_outside, &changes->gone);
	array_clear(&next->left_changed);
	array_foreach(&changes->changed, item)
		(void)seq_range_array_add(&next->left_changed, item->uid);

	T_BEGIN {
		t_array_init(&gone, 4);
		for (i = 0; i < EAS_SYNC_SKIP_REASONS; i++) {
			array_clear(&gone);
			find_gone_set(&ctx, &next->skipped[i], &gone);
			(void)seq_range_array_remove_seq_range(&next->skipped[i], &gone);
			(void)seq_range_array_remove_seq_range(&next->skipped[i],
							       &changes->new);
		}
	} T_END;
}
