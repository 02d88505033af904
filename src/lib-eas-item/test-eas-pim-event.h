/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_EAS_PIM_EVENT_H
#define TEST_EAS_PIM_EVENT_H

/* For tests of calendar items: events made of lines, what a device is shown of them, what its changes do to the lines. */

#include "eas-item-pim.h"

struct pim_object;
struct wbxml_node;

/* 2026-03-01 12:00:00 UTC */
#define TEST_NOW 1772366400

extern pool_t test_pool;
int test_event_main(void (*const test_functions[])(void));

/* An object whose VEVENTs have these lines, between them a line "--". */
struct pim_object *test_object(const char *lines);
/* Of me@example.com in Berlin, at TEST_NOW. */
void test_context(struct eas_pim_context *ctx, struct pim_object *object,
		  enum eas_version version);
/* The notation of tests/README.md; what stands directly in ApplicationData is of the Calendar page if nothing
   else is said. */
const struct wbxml_node *test_data(const char *lines);
/* The lines of all, unfolded, LF. */
const char *test_tree(const struct pim_object *object);
/* Lines that one has and the other has not, with - and +. */
const char *test_diff(const char *before, const char *after);
/* FAILED, with both, if they differ. */
void test_expect(const char *name, const char *wanted, const char *got);
/* What the device is shown of one element: as text, and its value ("none" if there is none). */
const char *test_shown(struct eas_pim_context *ctx, wbxml_tag_t tag);
const char *test_shown_value(struct eas_pim_context *ctx, wbxml_tag_t tag);

struct patch_test {
	enum eas_version version;
	const char *event;
	const char *data;
	/* lines that go and come; NULL = refused */
	const char *diff;
};
#define P(version, event, data, diff) { EAS_VERSION_##version, event, data, diff }
/* What is not sent is not there to be deleted. */
void test_patches(const struct patch_test *tests, unsigned int count);

#define START "DTSTART;TZID=Europe/Berlin:20260330T090000\n"
#define DAY "DTSTART;VALUE=DATE:20260330\n"
#define ALARM(action, trigger) \
	"BEGIN:VALARM\nACTION:" action "\nTRIGGER" trigger "\nEND:VALARM\n"

#endif
