/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "test-common.h"
#include "pim-object.h"
#include "wbxml-tree.h"
#include "eas-body.h"
#include "eas-pim-merge.h"
#include "test-eas-pim-event.h"

#define BASE START "DURATION:PT1H\nSUMMARY:Plan\nLOCATION:Room 1\n"
#define NEW_PLACE START "DURATION:PT1H\nSUMMARY:Plan\nLOCATION:Room 2\nX-NEW:of theirs\n"
#define NEW_NAME START "DURATION:PT1H\nSUMMARY:Theirs\nLOCATION:Room 1\n"
#define LATER "DTSTART;TZID=Europe/Berlin:20260330T110000\nDURATION:PT1H\nSUMMARY:Plan\nLOCATION:Room 1\n"
#define TEXT START "DURATION:PT1H\nSUMMARY:Plan\nDESCRIPTION:a long text\n"
#define NEW_TEXT START "DURATION:PT1H\nSUMMARY:Plan\nDESCRIPTION:another long text\n"
#define SERIES START "DURATION:PT1H\nSUMMARY:Plan\nRRULE:FREQ=DAILY;COUNT=5\n"
#define TAGS START "DURATION:PT1H\nSUMMARY:Plan\nCATEGORIES:A,B\n"

/* the item as a device of 14.1 was shown BASE */
#define WHOLE "StartTime \"20260330T070000Z\"\nEndTime \"20260330T080000Z\"\n" \
	"AllDayEvent \"0\"\nBusyStatus \"2\"\nSensitivity \"0\"\nMeetingStatus \"0\"\n"
#define PLAN "Subject \"Plan\"\n"
#define MY_BODY(text) "AirSyncBase:Body\n  Type \"1\"\n  Data \"" text "\"\n"
#define ROOM_1 "Location \"Room 1\"\n"

static const struct merge_test {
	const char *name;
	enum eas_version version;
	const char *base, *now, *data;
	bool client_wins;
	enum eas_pim_merge_result result;
	/* lines that go and come */
	const char *diff;
	bool news;
	/* 0 = none */
	uoff_t truncation_size;
} merge_tests[] = {
	{ "nobody else changed it", EAS_VERSION_14_1, NULL, BASE,
	  WHOLE "Subject \"Mine\"\n" ROOM_1, FALSE, EAS_PIM_MERGE_OK,
	  "-SUMMARY:Plan\n+SUMMARY:Mine\n", FALSE, 0 },
	{ "another element", EAS_VERSION_14_1, BASE, NEW_PLACE,
	  WHOLE "Subject \"Mine\"\n" ROOM_1, FALSE, EAS_PIM_MERGE_OK,
	  "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "another element, in parts", EAS_VERSION_16_1, BASE, NEW_PLACE,
	  "Subject \"Mine\"\n", FALSE, EAS_PIM_MERGE_OK,
	  "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "the device changed nothing", EAS_VERSION_14_1, BASE, NEW_PLACE,
	  WHOLE PLAN ROOM_1, FALSE, EAS_PIM_MERGE_OK, "", TRUE, 0 },
	{ "the same element", EAS_VERSION_14_1, BASE, NEW_NAME,
	  WHOLE "Subject \"Mine\"\n" ROOM_1, FALSE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 0 },
	{ "the same element in parts", EAS_VERSION_16_1, BASE, NEW_NAME,
	  "Subject \"Mine\"\n", FALSE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 0 },
	{ "the same element, and the client wins", EAS_VERSION_14_1, BASE, NEW_NAME,
	  WHOLE "Subject \"Mine\"\n" ROOM_1, TRUE, EAS_PIM_MERGE_OK,
	  "-SUMMARY:Theirs\n+SUMMARY:Mine\n", FALSE, 0 },
	{ "the client wins what it changed only", EAS_VERSION_14_1, BASE, NEW_PLACE,
	  WHOLE "Subject \"Mine\"\n" ROOM_1, TRUE, EAS_PIM_MERGE_OK,
	  "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "both want the same", EAS_VERSION_14_1, BASE, NEW_NAME,
	  WHOLE "Subject \"Theirs\"\n" ROOM_1, FALSE, EAS_PIM_MERGE_OK, "", FALSE, 0 },
	{ "what came does not go because the device does not know it", EAS_VERSION_14_1,
	  START "DURATION:PT1H\nSUMMARY:Plan\n", BASE, WHOLE "Subject \"Mine\"\n", FALSE,
	  EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "what went does not come back", EAS_VERSION_14_1,
	  BASE, START "DURATION:PT1H\nSUMMARY:Plan\n", WHOLE "Subject \"Mine\"\n" ROOM_1, FALSE,
	  EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "only what has no element", EAS_VERSION_14_1, BASE, BASE "X-NEW:of theirs\n",
	  WHOLE "Subject \"Mine\"\n" ROOM_1, FALSE, EAS_PIM_MERGE_OK,
	  "-SUMMARY:Plan\n+SUMMARY:Mine\n", FALSE, 0 },
	{ "another time, and something else", EAS_VERSION_14_1, BASE, LATER,
	  WHOLE "Subject \"Mine\"\n" ROOM_1, FALSE, EAS_PIM_MERGE_OK,
	  "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "begin and end are one", EAS_VERSION_16_1, BASE, LATER,
	  "EndTime \"20260330T083000Z\"\n", FALSE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 0 },
	{ "exceptions of others stay", EAS_VERSION_14_1, SERIES,
	  SERIES "EXDATE;TZID=Europe/Berlin:20260331T090000\n",
	  WHOLE "Subject \"Mine\"\nRecurrence\n  Type \"0\"\n  Interval \"1\"\n  Occurrences \"5\"\n",
	  FALSE, EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "lists have no order", EAS_VERSION_14_1, TAGS,
	  START "DURATION:PT1H\nSUMMARY:Plan\nCATEGORIES:B\n",
	  WHOLE "Subject \"Mine\"\nCategories\n  Category \"A\"\n  Category \"B\"\n",
	  FALSE, EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "a list that both changed", EAS_VERSION_14_1, TAGS,
	  START "DURATION:PT1H\nSUMMARY:Plan\nCATEGORIES:B\n",
	  WHOLE "Subject \"Mine\"\nCategories\n  Category \"A\"\n  Category \"B\"\n  Category \"C\"\n",
	  FALSE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 0 },
	{ "a body as it was", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE "Subject \"Mine\"\nAirSyncBase:Body\n  Type \"1\"\n  Data \"a long text\"\n",
	  FALSE, EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "a body as it was, as HTML", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE "Subject \"Mine\"\nAirSyncBase:Body\n  Type \"2\"\n  Data \"<p>a  long text</p>\"\n",
	  FALSE, EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "a body as it was, cut", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE "Subject \"Mine\"\nAirSyncBase:Body\n  Type \"1\"\n  Truncated \"1\"\n  Data \"a long\"\n",
	  FALSE, EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", TRUE, 0 },
	{ "a body that both changed", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE PLAN "AirSyncBase:Body\n  Type \"1\"\n  Data \"my text\"\n",
	  FALSE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 0 },
	{ "a body that both changed, longer than others are shown", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE PLAN MY_BODY("my own text"), FALSE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 5 },
	{ "a body that both changed, as long as others are shown", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE PLAN MY_BODY("my own text"), FALSE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 11 },
	{ "a longer body, and the client wins", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE PLAN MY_BODY("my own text"), TRUE, EAS_PIM_MERGE_OK,
	  "-DESCRIPTION:another long text\n+DESCRIPTION:my own text\n", FALSE, 10 },
	{ "a body that may be cut does not win", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE PLAN MY_BODY("a long"), TRUE, EAS_PIM_MERGE_CONFLICT, "", FALSE, 7 },
	{ "a body as it is now, cut", EAS_VERSION_14_1, TEXT, NEW_TEXT,
	  WHOLE "Subject \"Mine\"\n" MY_BODY("another"),
	  FALSE, EAS_PIM_MERGE_OK, "-SUMMARY:Plan\n+SUMMARY:Mine\n", FALSE, 8 },
	{ "what is not legal", EAS_VERSION_14_1, BASE, NEW_PLACE,
	  PLAN ROOM_1 "Sensitivity \"9\"\n", FALSE, EAS_PIM_MERGE_NOT_LEGAL, "", FALSE, 0 }
};

static void test_merge(void)
{
	ARRAY_TYPE(eas_element_digest) base;
	struct eas_pim_merge merge;
	enum eas_pim_merge_result result;
	struct eas_pim_context ctx;
	struct eas_body_options body;
	struct pim_object *object;
	const struct merge_test *test;
	const char *before, *error;
	unsigned int i;

	test_begin("merge: what the device changed, beside what others changed");
	for (i = 0; i < N_ELEMENTS(merge_tests); i++) T_BEGIN {
		test = &merge_tests[i];
		t_array_init(&base, 16);
		i_zero(&merge);
		if (test->base != NULL) {
			eas_item_pim_elements(EAS_CLASS_CALENDAR, test_object(test->base), &base);
			merge.base = &base;
		}
		merge.client_wins = test->client_wins;
		object = test_object(test->now);
		before = test_tree(object);
		test_context(&ctx, object, test->version);
		body = *ctx.body;
		if (test->truncation_size != 0)
			body.preferences[0].truncation_size = test->truncation_size;
		ctx.body = &body;
		result = eas_item_pim_merge(&ctx, test_data(test->data), &merge, &error);
		test_assert_idx(result == test->result, i);
		test_expect(test->name, test->diff, test_diff(before, test_tree(object)));
		if (result == EAS_PIM_MERGE_OK) {
			test_assert_idx(merge.news == test->news, i);
			test_assert_idx(merge.changed == (*test->diff != '\0'), i);
		}
	} T_END;
	test_end();
}

static void test_merge_instance(void)
{
	static const struct {
		const char *base, *now;
		enum eas_pim_merge_result result;
		bool changed, news;
	} tests[] = {
		{ NULL, SERIES, EAS_PIM_MERGE_OK, TRUE, FALSE },
		{ SERIES, SERIES "LOCATION:Room\n", EAS_PIM_MERGE_OK, TRUE, TRUE },
		{ SERIES, SERIES "EXDATE;TZID=Europe/Berlin:20260401T090000\n",
		  EAS_PIM_MERGE_CONFLICT, TRUE, TRUE },
		/* it repeats itself */
		{ SERIES, SERIES "EXDATE;TZID=Europe/Berlin:20260331T090000\n",
		  EAS_PIM_MERGE_OK, FALSE, TRUE }
	};
	ARRAY_TYPE(eas_element_digest) base;
	struct eas_pim_merge merge;
	struct eas_pim_context ctx;
	const char *error;
	unsigned int i;

	test_begin("merge: one occurrence is deleted");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		t_array_init(&base, 16);
		i_zero(&merge);
		if (tests[i].base != NULL) {
			eas_item_pim_elements(EAS_CLASS_CALENDAR, test_object(tests[i].base), &base);
			merge.base = &base;
		}
		test_context(&ctx, test_object(tests[i].now), EAS_VERSION_16_1);
		/* 2026-03-31 09:00 in Berlin */
		test_assert_idx(eas_item_pim_merge_instance(&ctx, 1774940400, NULL, &merge, &error) ==
				tests[i].result, i);
		test_assert_idx(merge.changed == tests[i].changed, i);
		test_assert_idx(merge.news == tests[i].news, i);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_merge,
		test_merge_instance,
		NULL
	};

	return test_event_main(test_functions);
}
