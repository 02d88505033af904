/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "numpack.h"
#include "eas-state-decoder.h"
#include "eas-sync-state.h"

/* Numbers are numpack (7 bits a byte, low bits first); a "string" is its length and its
   bytes; a "set" is the number of its ranges, then for each the gap to the end of the
   one before and its length - 1.

     state       instance, created, string options, loop, generations,
                 number of drafts, {id uid, uid, command} (from format 2 on),
                 string supported (from format 3 on)
     loop        repeats, limit, alone uid, alone count
     generations 1 = confirmed | 2 = pending, then each
     generation  counter, uidvalidity, uidnext, messages, modseq, filter type,
                 window start, number of groups, {digest, set},
                 set left_new, set left_changed, set left_outside,
                 set skipped for each reason, number of adds, {string, string} */

enum generation_flags {
	GENERATION_CONFIRMED	= BIT(0),
	GENERATION_PENDING	= BIT(1)
};

static void encode_string(buffer_t *dest, const void *data, size_t size)
{
	numpack_encode(dest, size);
	buffer_append(dest, data, size);
}

static void encode_set(buffer_t *dest, const ARRAY_TYPE(seq_range) *set)
{
	const struct seq_range *range;
	uint32_t prev = 0;

	numpack_encode(dest, array_count(set));
	array_foreach(set, range) {
		numpack_encode(dest, range->seq1 - prev);
		numpack_encode(dest, range->seq2 - range->seq1);
		prev = range->seq2;
	}
}

static void
encode_generation(buffer_t *dest, const struct eas_sync_generation *generation)
{
	const struct eas_sync_group *group;
	const struct eas_sync_add *add;
	unsigned int i;

	numpack_encode(dest, generation->counter);
	numpack_encode(dest, generation->uid_validity);
	numpack_encode(dest, generation->uid_next);
	numpack_encode(dest, generation->messages);
	numpack_encode(dest, generation->highest_modseq);
	numpack_encode(dest, generation->filter_type);
	numpack_encode(dest, generation->window_start);

	numpack_encode(dest, array_count(&generation->groups));
	array_foreach(&generation->groups, group) {
		numpack_encode(dest, group->digest);
		encode_set(dest, &group->uids);
	}
	encode_set(dest, &generation->left_new);
	encode_set(dest, &generation->left_changed);
	encode_set(dest, &generation->left_outside);
	for (i = 0; i < EAS_SYNC_SKIP_REASONS; i++)
		encode_set(dest, &generation->skipped[i]);
	numpack_encode(dest, array_count(&generation->adds));
	array_foreach(&generation->adds, add) {
		encode_string(dest, add->client_id, strlen(add->client_id));
		encode_string(dest, add->server_id, strlen(add->server_id));
	}
}

static void encode_drafts(buffer_t *dest, const struct eas_sync_state *state)
{
	const struct eas_sync_draft *draft;

	numpack_encode(dest, array_count(&state->drafts));
	array_foreach(&state->drafts, draft) {
		numpack_encode(dest, draft->id_uid);
		numpack_encode(dest, draft->uid);
		numpack_encode(dest, draft->command);
	}
}

void eas_sync_state_encode(buffer_t *dest, const struct eas_sync_state *state)
{
	numpack_encode(dest, state->instance);
	numpack_encode(dest, state->created);
	encode_string(dest, state->options, state->options_size);
	numpack_encode(dest, state->loop.repeats);
	numpack_encode(dest, state->loop.limit);
	numpack_encode(dest, state->loop.alone_uid);
	numpack_encode(dest, state->loop.alone_count);

	numpack_encode(dest,
		(state->confirmed != NULL ? GENERATION_CONFIRMED : 0) |
		(state->pending != NULL ? GENERATION_PENDING : 0));
	if (state->confirmed != NULL)
		encode_generation(dest, state->confirmed);
	if (state->pending != NULL)
		encode_generation(dest, state->pending);
	encode_drafts(dest, state);
	encode_string(dest, state->supported, state->supported_size);
}

static const unsigned char *decode_bytes(struct eas_state_decoder *dec, size_t *size_r)
{
	const unsigned char *data;

	*size_r = eas_state_decode_count(dec);
	data = dec->data;
	dec->data += *size_r;
	return data;
}

static const char *decode_string(struct eas_state_decoder *dec)
{
	const unsigned char *data;
	size_t size;

	data = decode_bytes(dec, &size);
	if (memchr(data, '\0', size) != NULL)
		eas_state_decode_fail(dec, "A string has a NUL");
	return p_strndup(dec->pool, data, size);
}

static void decode_set(struct eas_state_decoder *dec, ARRAY_TYPE(seq_range) *set)
{
	unsigned int i, count = eas_state_decode_count(dec);
	struct seq_range *range;
	uint64_t next = 0, gap, length;

	p_array_init(set, dec->pool, count + 4);
	for (i = 0; i < count && dec->error == NULL; i++) {
		gap = eas_state_decode_num32(dec);
		length = eas_state_decode_num32(dec);
		/* ranges that touch would be one: only the first gap may be 1 */
		if (gap == 0 || (i > 0 && gap == 1) ||
		    next + gap + length >= UINT32_MAX) {
			eas_state_decode_fail(dec, "A set is out of order");
			break;
		}
		range = array_append_space(set);
		range->seq1 = next + gap;
		range->seq2 = range->seq1 + length;
		next = range->seq2;
	}
}

static void decode_groups(struct eas_state_decoder *dec, struct eas_sync_generation *generation)
{
	unsigned int i, count = eas_state_decode_count(dec);
	struct eas_sync_group *group;

	if (count > EAS_SYNC_MAX_GROUPS)
		eas_state_decode_fail(dec, "There are too many groups");
	p_array_init(&generation->groups, dec->pool, I_MIN(count, EAS_SYNC_MAX_GROUPS));
	for (i = 0; i < count && dec->error == NULL; i++) {
		group = array_append_space(&generation->groups);
		group->digest = eas_state_decode_num32(dec);
		decode_set(dec, &group->uids);
	}
}

static void decode_adds(struct eas_state_decoder *dec, struct eas_sync_generation *generation)
{
	unsigned int i, count = eas_state_decode_count(dec);
	struct eas_sync_add *add;

	if (count > EAS_SYNC_MAX_ADDS)
		eas_state_decode_fail(dec, "There are too many adds");
	p_array_init(&generation->adds, dec->pool, 1);
	for (i = 0; i < count && dec->error == NULL; i++) {
		add = array_append_space(&generation->adds);
		add->client_id = decode_string(dec);
		add->server_id = decode_string(dec);
	}
}

static struct eas_sync_generation *decode_generation(struct eas_state_decoder *dec)
{
	struct eas_sync_generation *generation;
	unsigned int i;

	generation = p_new(dec->pool, struct eas_sync_generation, 1);
	generation->counter = eas_state_decode_num32(dec);
	generation->uid_validity = eas_state_decode_num32(dec);
	generation->uid_next = eas_state_decode_num32(dec);
	generation->messages = eas_state_decode_num32(dec);
	generation->highest_modseq = eas_state_decode_num(dec);
	generation->filter_type = eas_state_decode_num32(dec);
	generation->window_start = eas_state_decode_num(dec);

	decode_groups(dec, generation);
	decode_set(dec, &generation->left_new);
	decode_set(dec, &generation->left_changed);
	decode_set(dec, &generation->left_outside);
	for (i = 0; i < EAS_SYNC_SKIP_REASONS; i++)
		decode_set(dec, &generation->skipped[i]);
	decode_adds(dec, generation);
	return generation;
}

static void decode_generations(struct eas_state_decoder *dec, struct eas_sync_state *state)
{
	unsigned int flags = eas_state_decode_num32(dec);

	if (flags == 0 || flags > (GENERATION_CONFIRMED | GENERATION_PENDING))
		eas_state_decode_fail(dec, "There is no generation");
	if ((flags & GENERATION_CONFIRMED) != 0)
		state->confirmed = decode_generation(dec);
	if ((flags & GENERATION_PENDING) != 0)
		state->pending = decode_generation(dec);
	if (state->confirmed != NULL && state->pending != NULL &&
	    state->pending->counter != state->confirmed->counter + 1)
		eas_state_decode_fail(dec, "The generations do not follow each other");
}

static void decode_drafts(struct eas_state_decoder *dec, struct eas_sync_state *state)
{
	unsigned int i, count = eas_state_decode_count(dec);
	struct eas_sync_draft *draft;

	if (count > EAS_SYNC_MAX_DRAFTS)
		eas_state_decode_fail(dec, "There are too many drafts");
	for (i = 0; i < count && dec->error == NULL; i++) {
		draft = array_append_space(&state->drafts);
		draft->id_uid = eas_state_decode_num32(dec);
		draft->uid = eas_state_decode_num32(dec);
		draft->command = eas_state_decode_num(dec);
	}
}

int eas_sync_state_decode(pool_t pool, unsigned int format, const unsigned char *data, size_t size,
			  struct eas_sync_state **state_r, const char **error_r)
{
	struct eas_state_decoder dec = { .pool = pool, .data = data, .end = data + size };
	struct eas_sync_state *state;
	const unsigned char *options, *supported;

	state = p_new(pool, struct eas_sync_state, 1);
	state->pool = pool;
	state->instance = eas_state_decode_num32(&dec);
	state->created = eas_state_decode_num(&dec);
	options = decode_bytes(&dec, &state->options_size);
	if (state->options_size > 0)
		state->options = p_memdup(pool, options, state->options_size);
	state->loop.repeats = eas_state_decode_num32(&dec);
	state->loop.limit = eas_state_decode_num32(&dec);
	state->loop.alone_uid = eas_state_decode_num32(&dec);
	state->loop.alone_count = eas_state_decode_num32(&dec);
	decode_generations(&dec, state);
	p_array_init(&state->drafts, pool, 1);
	if (format >= 2)
		decode_drafts(&dec, state);
	if (format >= 3) {
		supported = decode_bytes(&dec, &state->supported_size);
		if (state->supported_size > 0) {
			state->supported = p_memdup(pool, supported,
						    state->supported_size);
		}
	}

	if (dec.error == NULL && state->instance == 0)
		dec.error = "There is no instance";
	if (dec.error == NULL && dec.data != dec.end)
		dec.error = "There is more behind the end";
	if (dec.error != NULL) {
		*error_r = dec.error;
		return -1;
	}
	*state_r = state;
	return 0;
}
