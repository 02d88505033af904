/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "imap-seqset.h"
#include "imap-util.h"
#include "test-common.h"
#include "eas-changes.h"

#define DAY_SECS (24*60*60)
#define NOW (1767225600 + 12*60*60)

/* a folder in memory: item i has UID uids[i] */
struct fake_item {
	uint32_t uid, digest;
	uint64_t modseq;
	time_t received;
};

struct fake_folder {
	struct eas_changes_source source;
	ARRAY(struct fake_item) items;
	/* how often single items were looked at */
	unsigned int looks;
	bool broken;
};

static pool_t test_pool;

static unsigned int
fake_count(struct eas_changes_source *source, uint32_t uid1, uint32_t uid2)
{
	struct fake_folder *folder = container_of(source, struct fake_folder, source);
	const struct fake_item *item;
	unsigned int count = 0;

	array_foreach(&folder->items, item) {
		if (item->uid >= uid1 && item->uid <= uid2)
			count++;
	}
	return count;
}

static void
fake_list(struct eas_changes_source *source, uint32_t uid1, uint32_t uid2,
	  ARRAY_TYPE(seq_range) *uids)
{
	struct fake_folder *folder = container_of(source, struct fake_folder, source);
	const struct fake_item *item;

	array_foreach(&folder->items, item) {
		if (item->uid >= uid1 && item->uid <= uid2)
			(void)seq_range_array_add(uids, item->uid);
	}
}

static void
fake_changed(struct eas_changes_source *source, const ARRAY_TYPE(seq_range) *uids,
	     uint64_t modseq, ARRAY_TYPE(seq_range) *changed)
{
	struct fake_folder *folder = container_of(source, struct fake_folder, source);
	const struct fake_item *item;

	array_foreach(&folder->items, item) {
		if (item->modseq > modseq && seq_range_exists(uids, item->uid))
			(void)seq_range_array_add(changed, item->uid);
	}
}

static struct fake_item *fake_find(struct fake_folder *folder, uint32_t uid)
{
	struct fake_item *item;

	array_foreach_modifiable(&folder->items, item) {
		if (item->uid == uid)
			return item;
	}
	return NULL;
}

static int
fake_digest(struct eas_changes_source *source, uint32_t uid, uint32_t *digest_r)
{
	struct fake_folder *folder = container_of(source, struct fake_folder, source);
	const struct fake_item *item = fake_find(folder, uid);

	folder->looks++;
	if (folder->broken)
		return -1;
	if (item == NULL)
		return 0;
	*digest_r = item->digest;
	return 1;
}

static int
fake_received(struct eas_changes_source *source, uint32_t uid, time_t *received_r)
{
	struct fake_folder *folder = container_of(source, struct fake_folder, source);
	const struct fake_item *item = fake_find(folder, uid);

	folder->looks++;
	if (folder->broken)
		return -1;
	if (item == NULL)
		return 0;
	*received_r = item->received;
	return 1;
}

/* UIDs with the same rest by three belong together */
static int
fake_conversation(struct eas_changes_source *source ATTR_UNUSED, uint32_t uid, guid_128_t id_r)
{
	memset(id_r, 1 + uid % 3, GUID_128_SIZE);
	return 1;
}

static void
fake_came(struct eas_changes_source *source, uint64_t modseq, ARRAY_TYPE(seq_range) *uids)
{
	struct fake_folder *folder = container_of(source, struct fake_folder, source);
	const struct fake_item *item;

	array_foreach(&folder->items, item) {
		if (item->modseq > modseq)
			(void)seq_range_array_add(uids, item->uid);
	}
}

static void fake_touch(struct fake_folder *folder, uint32_t uid, uint32_t digest)
{
	struct fake_item *item = fake_find(folder, uid);

	item->digest = digest;
	item->modseq = ++folder->source.header.highest_modseq;
}

static void fake_add(struct fake_folder *folder, uint32_t uid, unsigned int age_days)
{
	struct fake_item *item = array_append_space(&folder->items);

	item->uid = uid;
	item->received = NOW - age_days * DAY_SECS;
	item->modseq = ++folder->source.header.highest_modseq;
	folder->source.header.uid_next = uid + 1;
	folder->source.header.messages++;
}

static void fake_expunge(struct fake_folder *folder, uint32_t uid)
{
	struct fake_item *item = fake_find(folder, uid);

	array_delete(&folder->items, array_ptr_to_idx(&folder->items, item), 1);
	folder->source.header.messages--;
	folder->source.header.highest_modseq++;
}

/* UIDs 1..count, UID n being count-n days old */
static struct fake_folder *fake_folder(unsigned int count)
{
	struct fake_folder *folder = p_new(test_pool, struct fake_folder, 1);
	unsigned int i;

	p_array_init(&folder->items, test_pool, 16);
	folder->source.header.uid_validity = 1;
	folder->source.header.uid_next = 1;
	folder->source.header.highest_modseq = 1;
	folder->source.count = fake_count;
	folder->source.list = fake_list;
	folder->source.changed = fake_changed;
	folder->source.digest = fake_digest;
	folder->source.received = fake_received;
	folder->source.conversation = fake_conversation;
	for (i = 1; i <= count; i++)
		fake_add(folder, i, count - i);
	return folder;
}

static struct eas_sync_state *test_state(void)
{
	struct eas_sync_state *state = eas_sync_state_new(test_pool, NULL, NOW);

	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);
	return state;
}

/* One Sync: find, tell up to window of them, confirm. Returns what was found as
   "gone|outside|changed|new". */
static const char *
test_sync(struct fake_folder *folder, struct eas_sync_state *state,
	  unsigned int filter_type, time_t now, unsigned int window)
{
	struct eas_changes_filter filter;
	struct eas_changes changes;
	struct eas_sync_generation *next;
	const struct eas_changed_item *item;
	ARRAY_TYPE(seq_range) remove, changed;
	struct seq_range_iter iter;
	unsigned int n;
	uint32_t uid;
	string_t *str = t_str_new(64);

	eas_changes_filter_init(&filter, EAS_CLASS_EMAIL, filter_type, now);
	if (eas_changes_find(&folder->source, state->confirmed, &filter,
			     test_pool, &changes) < 0)
		return "failed";
	if (changes.unchanged)
		return "unchanged";
	next = eas_sync_state_next(state);
	eas_changes_remember(&folder->source, &filter, &changes, next);

	t_array_init(&remove, 8);
	seq_range_array_merge(&remove, &changes.gone);
	seq_range_array_merge(&remove, &changes.outside);
	seq_range_array_iter_init(&iter, &remove); n = 0;
	for (; window > 0 && seq_range_array_iter_nth(&iter, n++, &uid); window--)
		eas_sync_generation_remove(next, uid);
	t_array_init(&changed, 8);
	array_foreach(&changes.changed, item) {
		(void)seq_range_array_add(&changed, item->uid);
		if (window == 0)
			continue;
		window--;
		if (item->digest == EAS_DIGEST_HIDDEN) {
			eas_sync_generation_skip(next, item->uid, EAS_SYNC_SKIP_HIDDEN);
		} else {
			eas_sync_generation_set(test_pool, next, item->uid,
						item->digest);
		}
	}
	seq_range_array_iter_init(&iter, &changes.new); n = 0;
	for (; window > 0 && seq_range_array_iter_nth(&iter, n++, &uid); window--) {
		eas_sync_generation_set(test_pool, next, uid,
					fake_find(folder, uid)->digest);
	}
	state->pending = next;
	(void)eas_sync_state_confirm(state, EAS_SYNC_KEY_NEXT);

	imap_write_seq_range(str, &changes.gone);
	str_append_c(str, '|');
	imap_write_seq_range(str, &changes.outside);
	str_append_c(str, '|');
	imap_write_seq_range(str, &changed);
	str_append_c(str, '|');
	imap_write_seq_range(str, &changes.new);
	return str_c(str);
}

static void changes_begin(const char *name)
{
	test_begin(name);
	test_pool = pool_alloconly_create("test changes", 8192);
}

static void changes_end(void)
{
	pool_unref(&test_pool);
	test_end();
}

static void test_eas_changes_simple(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: new, changed, gone");
	folder = fake_folder(5);
	state = test_state();
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||1:5");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	fake_touch(folder, 2, 1);
	fake_expunge(folder, 4);
	fake_add(folder, 9, 0);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "4||2|9");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	/* came and went between two looks */
	fake_add(folder, 10, 0);
	fake_expunge(folder, 10);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	changes_end();
}

static void test_eas_changes_idle_cost(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: nothing new looks at no item, one change at one item");
	folder = fake_folder(1000);
	state = test_state();
	(void)test_sync(folder, state, 0, NOW, 1000);
	folder->looks = 0;
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	test_assert(folder->looks == 0);
	fake_touch(folder, 77, 3);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "||77|");
	test_assert(folder->looks == 1);
	changes_end();
}

static void test_eas_changes_not_shown(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: a newer modseq with the digest shown is nothing");
	folder = fake_folder(5);
	state = test_state();
	(void)test_sync(folder, state, 0, NOW, 100);
	fake_touch(folder, 2, 0);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	changes_end();
}

static void test_eas_changes_window_size(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: what does not fit is found again");
	folder = fake_folder(10);
	state = test_state();
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 4), "|||1:10");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 4), "|||5:10");
	/* one that was told changes, one that was not is expunged */
	fake_touch(folder, 3, 1);
	fake_expunge(folder, 9);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 1), "||3|10");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||10");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");

	fake_expunge(folder, 1);
	fake_expunge(folder, 2);
	fake_touch(folder, 4, 1);
	fake_touch(folder, 5, 1);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 1), "1:2||4:5|");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 1), "2||4:5|");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 1), "||4:5|");
	/* changed back before it was told */
	fake_touch(folder, 5, 0);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 1), "|||");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 1), "unchanged");
	changes_end();
}

static void test_eas_changes_filter(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: filter, its change, and days that pass");
	folder = fake_folder(20);
	state = test_state();
	/* 3 days, from midnight on */
	test_assert_strcmp(test_sync(folder, state, 2, NOW, 100), "|||17:20");
	test_assert_strcmp(test_sync(folder, state, 2, NOW + 60, 100), "unchanged");
	test_assert_strcmp(test_sync(folder, state, 3, NOW, 100), "|||13:16");
	test_assert_strcmp(test_sync(folder, state, 2, NOW, 100), "|13:16||");
	test_assert_strcmp(test_sync(folder, state, 2, NOW, 100), "unchanged");

	test_assert_strcmp(test_sync(folder, state, 2, NOW + DAY_SECS, 100), "|17||");
	test_assert_strcmp(test_sync(folder, state, 2, NOW + DAY_SECS, 100), "unchanged");
	/* an old mail moved here is not shown, a new one is */
	fake_add(folder, 21, 50);
	fake_add(folder, 22, 0);
	test_assert_strcmp(test_sync(folder, state, 2, NOW + DAY_SECS, 100), "|||22");
	/* a change outside the filter is nothing */
	fake_touch(folder, 1, 5);
	test_assert_strcmp(test_sync(folder, state, 2, NOW + DAY_SECS, 100), "|||");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||1:17,21");

	/* a narrower filter in small portions */
	test_assert_strcmp(test_sync(folder, state, 1, NOW, 10), "|1:18,21||");
	test_assert_strcmp(test_sync(folder, state, 1, NOW, 5), "|11:18,21||");
	test_assert_strcmp(test_sync(folder, state, 1, NOW, 100), "|16:18,21||");
	test_assert_strcmp(test_sync(folder, state, 1, NOW, 100), "unchanged");
	changes_end();
}

static void test_eas_changes_hidden(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: an item marked as deleted goes, and comes back");
	folder = fake_folder(3);
	state = test_state();
	(void)test_sync(folder, state, 0, NOW, 100);
	fake_touch(folder, 2, EAS_DIGEST_HIDDEN);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "||2|");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	fake_touch(folder, 2, EAS_DIGEST_HIDDEN);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||");
	fake_touch(folder, 2, 0);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||2");
	test_assert(array_count(&state->confirmed->skipped[EAS_SYNC_SKIP_HIDDEN]) == 0);

	fake_touch(folder, 2, EAS_DIGEST_HIDDEN);
	(void)test_sync(folder, state, 0, NOW, 100);
	fake_expunge(folder, 2);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||");
	test_assert(array_count(&state->confirmed->skipped[EAS_SYNC_SKIP_HIDDEN]) == 0);
	changes_end();
}

static void test_eas_changes_modseq_lost(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;
	struct fake_item *item;

	changes_begin("changes: a lost index costs a look at all, not a resync");
	folder = fake_folder(10);
	state = test_state();
	(void)test_sync(folder, state, 0, NOW, 100);
	array_foreach_modifiable(&folder->items, item)
		item->modseq = 1;
	folder->source.header.highest_modseq = 1;
	fake_find(folder, 7)->digest = 1;
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "||7|");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	changes_end();
}

static void test_eas_changes_own_move(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: an item the device moved itself is no news");
	folder = fake_folder(3);
	state = test_state();
	(void)test_sync(folder, state, 0, NOW, 100);
	fake_add(folder, 4, 0);
	fake_add(folder, 5, 0);
	eas_sync_state_item_came(state, 4, 0);
	fake_expunge(folder, 1);
	eas_sync_state_item_went(state, 1);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||5");
	changes_end();
}

static void test_eas_changes_conversations(void)
{
	const unsigned int type = 5 | EAS_CHANGES_CONVERSATIONS;
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: a conversation is inside as a whole");
	folder = fake_folder(0);
	fake_add(folder, 1, 60);
	fake_add(folder, 2, 60);
	fake_add(folder, 3, 60);
	fake_add(folder, 4, 0);
	state = test_state();
	test_assert_strcmp(test_sync(folder, state, type, NOW, 100), "|||1,4");
	/* one that comes brings the older ones */
	fake_add(folder, 5, 0);
	test_assert_strcmp(test_sync(folder, state, type, NOW, 100), "|||2,5");
	test_assert_strcmp(test_sync(folder, state, type, NOW, 100), "unchanged");
	/* and takes them along when the day is over */
	fake_expunge(folder, 4);
	test_assert_strcmp(test_sync(folder, state, type, NOW, 100), "4|||");
	test_assert_strcmp(test_sync(folder, state, type, NOW + DAY_SECS, 100), "|1||");
	test_assert_strcmp(test_sync(folder, state, 5, NOW + DAY_SECS, 100), "|2||");
	test_assert_strcmp(test_sync(folder, state, type, NOW + DAY_SECS, 100), "|||2");
	changes_end();
}

static void test_eas_changes_broken(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: a folder that cannot be read is no change");
	folder = fake_folder(3);
	state = test_state();
	(void)test_sync(folder, state, 5, NOW, 100);
	fake_touch(folder, 1, 1);
	fake_add(folder, 4, 0);
	folder->broken = TRUE;
	test_assert_strcmp(test_sync(folder, state, 5, NOW, 100), "failed");
	folder->broken = FALSE;
	test_assert_strcmp(test_sync(folder, state, 5, NOW, 100), "||1|4");
	changes_end();
}

/* objects that are rewritten keep their number, and their dates change */
static void test_eas_changes_come_back(void)
{
	struct fake_folder *folder;
	struct eas_sync_state *state;

	changes_begin("changes: items that come back, and dates that change");
	folder = fake_folder(5);
	folder->source.came = fake_came;
	state = test_state();
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||1:5");
	fake_expunge(folder, 2);
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "2|||");
	/* the same number again, told as new */
	fake_add(folder, 2, 0);
	folder->source.header.uid_next = 6;
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||2");
	/* gone and back before anybody looked */
	fake_expunge(folder, 2);
	fake_add(folder, 2, 0);
	folder->source.header.uid_next = 6;
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "|||");
	test_assert_strcmp(test_sync(folder, state, 0, NOW, 100), "unchanged");
	changes_end();

	changes_begin("changes: dates that cross the window's begin");
	folder = fake_folder(40);
	folder->source.came = fake_came;
	state = test_state();
	/* 14 days */
	test_assert_strcmp(test_sync(folder, state, 4, NOW, 100), "|||26:40");
	fake_find(folder, 1)->received = NOW;
	fake_touch(folder, 1, 7);
	test_assert_strcmp(test_sync(folder, state, 4, NOW, 100), "|||1");
	fake_find(folder, 40)->received = NOW - 30 * DAY_SECS;
	fake_touch(folder, 40, 7);
	/* no room to tell it; it is back before there is */
	test_assert_strcmp(test_sync(folder, state, 4, NOW, 0), "|40||");
	fake_find(folder, 40)->received = NOW;
	fake_touch(folder, 40, 8);
	test_assert_strcmp(test_sync(folder, state, 4, NOW, 100), "||40|");
	fake_find(folder, 40)->received = NOW - 30 * DAY_SECS;
	fake_touch(folder, 40, 9);
	test_assert_strcmp(test_sync(folder, state, 4, NOW, 100), "|40||");
	test_assert_strcmp(test_sync(folder, state, 4, NOW, 100), "unchanged");
	changes_end();
}

static void test_eas_changes_filter_types(void)
{
	static const struct {
		enum eas_class class;
		/* one digit a FilterType */
		const char *valid;
	} tests[] = {
		{ EAS_CLASS_EMAIL, "012345" },
		{ EAS_CLASS_CALENDAR, "04567" },
		{ EAS_CLASS_TASKS, "08" },
		{ EAS_CLASS_CONTACTS, "0123456789" },
		{ EAS_CLASS_NOTES, "0123456789" }
	};
	struct eas_changes_filter filter;
	unsigned int i, type;

	test_begin("changes: FilterTypes of the classes");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		for (type = 0; type < 10; type++) {
			test_assert_idx(eas_changes_filter_is_valid(tests[i].class, type) ==
					(strchr(tests[i].valid, '0' + type) != NULL),
					i * 10 + type);
		}
	}
	eas_changes_filter_init(&filter, EAS_CLASS_CALENDAR, 7, NOW);
	test_assert(filter.window_start == NOW - NOW % 86400 - 182 * 86400);
	eas_changes_filter_init(&filter, EAS_CLASS_TASKS, 8, NOW);
	test_assert(filter.window_start == 1);
	eas_changes_filter_init(&filter, EAS_CLASS_CONTACTS, 5, NOW);
	test_assert(filter.window_start == 0 && filter.filter_type == 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_changes_simple,
		test_eas_changes_idle_cost,
		test_eas_changes_not_shown,
		test_eas_changes_window_size,
		test_eas_changes_filter,
		test_eas_changes_hidden,
		test_eas_changes_modseq_lost,
		test_eas_changes_own_move,
		test_eas_changes_conversations,
		test_eas_changes_broken,
		test_eas_changes_come_back,
		test_eas_changes_filter_types,
		NULL
	};
	return test_run(test_functions);
}
