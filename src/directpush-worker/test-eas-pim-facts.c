/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "test-common.h"
#include "pim-object.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "eas-pim-facts.h"

#define DAY_SECS (24*60*60)
/* 2026-03-30 00:00:00 UTC */
#define MARCH_30 1774828800
#define START "DTSTART;TZID=Europe/Berlin:20260330T090000\n"

static pool_t test_pool;

static struct pim_object *test_object(enum pim_kind kind, const char *lines)
{
	struct pim_object *object =
		pim_object_new(test_pool, kind, PIM_FORMAT_RAW, "uid");
	struct pim_component *main = pim_object_main(object);
	const char *const *line = t_strsplit_spaces(lines, "\n");
	const char *colon, *name;

	for (; *line != NULL; line++) {
		colon = strchr(*line, ':');
		name = t_strdup_until(*line, *line + strcspn(*line, ";:"));
		pim_property_add(test_pool, main, name, colon + 1);
	}
	return object;
}

static void test_facts_event(void)
{
	/* days from MARCH_30; -1 = it goes on for ever */
	static const struct {
		const char *event;
		int first, last;
	} tests[] = {
		{ START, 0, 0 },
		{ START "DTEND;TZID=Europe/Berlin:20260402T090000\n", 0, 3 },
		{ START "RRULE:FREQ=DAILY\n", 0, -1 },
		{ START "RRULE:FREQ=DAILY;UNTIL=20260405T070000Z\n", 0, 6 },
		{ START "RRULE:FREQ=DAILY;COUNT=11\n", 0, 10 },
		{ START "RRULE:FREQ=WEEKLY\nRDATE:20260331T090000\n", 0, -1 },
		{ START "RDATE:20260409T090000\n", 0, 10 }
	};
	struct eas_pim_facts facts;
	unsigned int i;

	test_begin("facts of an event: the days of the first and the last occurrence, or one or two later");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		eas_pim_facts_make(test_object(PIM_KIND_EVENT, tests[i].event), 1, &facts);
		test_assert_idx(facts.first / DAY_SECS == MARCH_30 / DAY_SECS + tests[i].first, i);
		if (tests[i].last < 0) {
			test_assert_idx(facts.last == INT64_MAX, i);
		} else {
			test_assert_idx(facts.last >= MARCH_30 + tests[i].last * DAY_SECS, i);
			test_assert_idx(facts.last <= MARCH_30 + (tests[i].last + 3) * DAY_SECS, i);
		}
	}
	eas_pim_facts_make(test_object(PIM_KIND_EVENT, "SUMMARY:when?\n"), 1, &facts);
	test_assert(facts.last == INT64_MAX);
	test_end();
}

static void test_facts_task(void)
{
	struct eas_pim_facts facts;

	test_begin("facts of a task: done, called off, or neither");
	eas_pim_facts_make(test_object(PIM_KIND_TASK, "STATUS:COMPLETED\n"), 1, &facts);
	test_assert(facts.flags == EAS_PIM_ROW_COMPLETE);
	eas_pim_facts_make(test_object(PIM_KIND_TASK, "STATUS:CANCELLED\n"), 1, &facts);
	test_assert(facts.flags == EAS_PIM_ROW_HIDDEN);
	eas_pim_facts_make(test_object(PIM_KIND_TASK, "STATUS:IN-PROCESS\n"), 1, &facts);
	test_assert(facts.flags == 0);
	test_end();
}

static void test_facts_hash(void)
{
	struct eas_pim_facts facts, other;
	struct pim_object *object = test_object(PIM_KIND_EVENT, START);

	test_begin("facts: one UID is one object; an invitation to one instance alone is another");
	eas_pim_facts_make(object, 1, &facts);
	eas_pim_facts_make(test_object(PIM_KIND_EVENT, START "SUMMARY:New\n"), 2, &other);
	test_assert(memcmp(facts.hash, other.hash, sizeof(facts.hash)) == 0);
	test_assert(facts.digest != other.digest);
	eas_pim_facts_make(test_object(PIM_KIND_EVENT, START "RECURRENCE-ID:20260330T090000\n"),
			   3, &other);
	test_assert(memcmp(facts.hash, other.hash, sizeof(facts.hash)) != 0);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_facts_event,
		test_facts_task,
		test_facts_hash,
		NULL
	};
	int ret;

	test_pool = pool_alloconly_create("test facts", 4096);
	ret = test_run(test_functions);
	pool_unref(&test_pool);
	return ret;
}
