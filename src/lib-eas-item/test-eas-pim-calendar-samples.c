/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "wbxml-tree.h"
#include "pim-tree.h"
#include "pim-object.h"
#include "pim-kolab.h"
#include "pim-zone.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-class.h"
#include "test-eas-file.h"
#include "test-eas-text.h"
#include "test-eas-pim-oracle.h"

/* Messages that other programs have written: what a device sends back as it was shown changes nothing, what it changes changes
   nothing else, and Kolab's programs read what has become of them. */

/* 2026-03-01 12:00:00 UTC */
#define NOW 1772366400

static const char *const test_addresses[] = { "anna@example.org", NULL };
static const enum eas_version test_versions[] = {
	EAS_VERSION_12_1, EAS_VERSION_14_0, EAS_VERSION_14_1, EAS_VERSION_16_0, EAS_VERSION_16_1
};
static unsigned int test_events, test_unread;

/* The XML part alone, without the message around it. */
static struct pim_object *sample_read_kolab(pool_t pool, const char *path)
{
	const buffer_t *xml = test_eas_file_read(path);
	struct pim_object *object = p_new(pool, struct pim_object, 1);
	const char *error;

	object->pool = pool;
	object->kind = PIM_KIND_EVENT;
	object->format = PIM_FORMAT_KOLAB3;
	object->kept_headers = "";
	p_array_init(&object->parts, pool, 1);
	if (pim_kolab_decode(pool, PIM_KIND_EVENT, xml->data, xml->used, &object->root,
			     &error) < 0)
		return NULL;
	object->uid = pim_component_get(pim_object_main(object), "UID");
	return object;
}

static struct pim_object *sample_read(pool_t pool, const char *path)
{
	struct istream *input;
	struct pim_object *object = NULL;
	const char *error;

	if (strstr(path, ".xml") != NULL)
		return strstr(path, "-ev-") == NULL ? NULL : sample_read_kolab(pool, path);
	input = i_stream_create_file(path, 64*1024);
	if (pim_object_read(pool, input, PIM_KIND_EVENT, &object, &error) <= 0)
		object = NULL;
	i_stream_unref(&input);
	return object;
}

static const struct eas_body_options test_body = {
	.version = EAS_VERSION_14_1,
	.preferences = { { .type = EAS_BODY_TYPE_TEXT, .truncation_size = 1024 } },
	.preferences_count = 1
};

static void sample_context(struct eas_pim_context *ctx, pool_t pool,
			   struct pim_object *object, enum eas_version version)
{
	i_zero(ctx);
	ctx->pool = pool;
	ctx->class = EAS_CLASS_CALENDAR;
	ctx->version = version;
	ctx->body = &test_body;
	ctx->addresses = test_addresses;
	ctx->item_id = "folder:item";
	ctx->now = NOW;
	ctx->object = object;
}

static const char *object_text(const struct pim_object *object)
{
	string_t *text = t_str_new(4096), *unfolded = t_str_new(4096);
	const char *p;

	pim_tree_write(text, object->root);
	for (p = str_c(text); *p != '\0'; p++) {
		if (strncmp(p, "\r\n ", 3) == 0)
			p += 2;
		else if (*p != '\r')
			str_append_c(unfolded, *p);
	}
	return str_c(unfolded);
}

/*
 * Sent back as it was shown
 */

static void sample_echo(const char *path, enum eas_version version)
{
	pool_t pool = pool_alloconly_create("sample", 65536);
	struct pim_object *object = sample_read(pool, path);
	struct eas_pim_context ctx;
	const struct wbxml_node *shown;
	const char *before, *error = "";
	bool changed = FALSE;
	int ret;

	before = object_text(object);
	sample_context(&ctx, pool, object, version);
	shown = eas_item_pim_project(&ctx, pool);
	ret = eas_item_pim_patch(&ctx, shown, &changed, &error);
	if (ret < 0 || changed || strcmp(before, object_text(object)) != 0) {
		test_out_reason(t_strdup_printf("%s %s", path, eas_version_get_name(version)), FALSE,
				ret < 0 ? error : object_text(object));
	}
	pool_unref(&pool);
}

/*
 * One change
 */

#define TIMES "DTSTART", "DTEND", "DURATION", "SEQUENCE", "EXDATE", "RECURRENCE-ID", "RRULE", "BEGIN", "END"
/* on the clock of nobody */
#define OWN_ZONE \
	"av///00AaQBuAGUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAkAAAAC" \
	"AAMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAQAAAACAAIAAAAAAAAAxP///w=="

static const struct sample_change {
	/* one element, and what it does not go without, in the notation of tests/README.md; %s: when the item starts */
	const char *data;
	/* its occurrences follow, or get lines of their own: only the main event is looked at */
	bool series;
	/* lines that may be others then */
	const char *const names[12];
} sample_changes[] = {
	{ "Calendar:Subject \"quite another\"", FALSE, { "SUMMARY" } },
	{ "Calendar:Subject", FALSE, { "SUMMARY" } },
	{ "Calendar:Location \"quite another\"", FALSE, { "LOCATION", "GEO", "X-EAS-LOCATION" } },
	{ "AirSyncBase:Location\n    DisplayName \"another\"\n    City \"Town\"\n    Latitude \"1.5\"\n    Longitude \"2.5\"",
	  FALSE, { "LOCATION", "GEO", "X-EAS-LOCATION" } },
	{ "AirSyncBase:Location", FALSE, { "LOCATION", "GEO", "X-EAS-LOCATION" } },
	{ "Calendar:BusyStatus \"3\"", FALSE, { "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "STATUS" } },
	{ "Calendar:BusyStatus \"0\"", FALSE, { "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "STATUS" } },
	{ "Calendar:Sensitivity \"1\"", FALSE, { "CLASS", "X-EAS-SENSITIVITY" } },
	{ "Calendar:Sensitivity \"3\"", FALSE, { "CLASS", "X-EAS-SENSITIVITY" } },
	{ "Calendar:Reminder \"77\"", FALSE, { "BEGIN", "END", "ACTION", "DESCRIPTION", "TRIGGER" } },
	{ "Calendar:Reminder", FALSE, { "BEGIN", "END", "ACTION", "DESCRIPTION", "TRIGGER", "DURATION", "REPEAT" } },
	{ "Calendar:Categories\n    Category \"quite, new\"", FALSE, { "CATEGORIES" } },
	{ "Calendar:Categories", FALSE, { "CATEGORIES" } },
	{ "AirSyncBase:Body\n    Type \"1\"\n    Data \"quite new\"", FALSE, { "DESCRIPTION", "X-ALT-DESC" } },
	{ "AirSyncBase:Body\n    Type \"2\"\n    Data \"<p>quite <b>new</b></p>\"", FALSE, { "DESCRIPTION", "X-ALT-DESC" } },
	{ "AirSyncBase:NativeBodyType \"2\"", FALSE, { NULL } },
	{ "Calendar:StartTime \"20300304T100000Z\"\n  Calendar:EndTime \"20300304T113000Z\"\n  Calendar:AllDayEvent \"0\"",
	  TRUE, { TIMES } },
	{ "Calendar:StartTime \"20300304T000000Z\"\n  Calendar:EndTime \"20300306T000000Z\"\n  Calendar:AllDayEvent \"1\"",
	  TRUE, { TIMES } },
	{ "Calendar:StartTime \"%s\"\n  Calendar:EndTime \"20400101T000000Z\"", TRUE, { TIMES } },
	{ "Calendar:StartTime \"20300304T100000Z\"\n  Calendar:EndTime \"20300304T113000Z\"\n  Calendar:Timezone \"" OWN_ZONE "\"",
	  TRUE, { TIMES, "TZID" } },
	{ "Calendar:Recurrence\n    Type \"0\"\n    Interval \"5\"", TRUE, { "RRULE", "RDATE", "EXDATE", "SEQUENCE" } },
	{ "Calendar:Recurrence\n    Type \"3\"\n    Interval \"1\"\n    WeekOfMonth \"5\"\n    DayOfWeek \"62\"", TRUE,
	  { "RRULE", "RDATE", "EXDATE", "SEQUENCE" } },
	{ "Calendar:Recurrence", TRUE, { "RRULE", "RDATE", "EXDATE", "SEQUENCE" } },
	{ "Calendar:Exceptions\n    Exception\n      Deleted \"1\"\n      ExceptionStartTime \"%s\"", TRUE, { "EXDATE" } },
	{ "Calendar:Exceptions\n    Exception\n      ExceptionStartTime \"%s\"\n      Subject \"new\"", TRUE, { "EXDATE" } },
	{ "Calendar:Attendees\n    Attendee\n      Email \"new@example.org\"\n      Name \"New; one\"\n      AttendeeType \"2\"",
	  FALSE, { "ATTENDEE", "ORGANIZER", "SEQUENCE" } },
	{ "Calendar:Attendees", FALSE, { "ATTENDEE", "SEQUENCE" } },
	{ "Calendar:OrganizerName \"Somebody\"", FALSE, { NULL } },
	{ "Calendar:OrganizerEmail \"somebody@example.org\"", FALSE, { "ORGANIZER" } },
	{ "Calendar:MeetingStatus \"5\"", FALSE, { "STATUS", "SEQUENCE", "X-EAS-MEETINGSTATUS" } },
	{ "Calendar:ResponseRequested \"1\"", FALSE, { "ATTENDEE" } },
	{ "Calendar:ResponseRequested \"0\"", FALSE, { "ATTENDEE" } },
	{ "Calendar:DisallowNewTimeProposal \"1\"", FALSE, { "X-MICROSOFT-DISALLOW-COUNTER" } },
	{ "AirSyncBase:Attachments\n    Add\n      ClientId \"a1\"\n      DisplayName \"a.txt\"\n      Content hex:61\n      Method \"1\"",
	  FALSE, { "ATTACH" } },
	/* what is the server's to say */
	{ "Calendar:UID \"another\"", FALSE, { NULL } },
	{ "Calendar:ClientUid \"another\"", FALSE, { NULL } },
	{ "Calendar:DtStamp \"20200101T000000Z\"", FALSE, { NULL } },
	{ "Calendar:ResponseType \"3\"", FALSE, { NULL } },
	{ "Calendar:AppointmentReplyTime \"20200101T000000Z\"", FALSE, { NULL } },
	{ "Calendar:OnlineMeetingConfLink \"conf:x\"", FALSE, { NULL } },
	{ "Calendar:OnlineMeetingExternalLink \"https://example.org/\"", FALSE, { NULL } },
};

static bool line_may_change(const char *line, const struct sample_change *change)
{
	static const char *const stamps[] = { "DTSTAMP", "LAST-MODIFIED", "CREATED" };
	const char *name = t_strndup(line, strcspn(line, ";:"));
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(stamps); i++) {
		if (strcasecmp(name, stamps[i]) == 0)
			return TRUE;
	}
	for (i = 0; change->names[i] != NULL; i++) {
		if (strcasecmp(name, change->names[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

static const char *const *text_fixed_lines(const char *text, const struct sample_change *change)
{
	const char *const *line, *begin = text, *end;
	ARRAY_TYPE(const_string) fixed;

	if (change->series) {
		begin = strstr(text, "BEGIN:VEVENT");
		end = strstr(begin, "END:VEVENT");
		text = t_strdup_until(begin, end);
	}
	t_array_init(&fixed, 64);
	for (line = t_strsplit(text, "\n"); *line != NULL; line++) {
		if (!line_may_change(*line, change))
			array_push_back(&fixed, line);
	}
	array_append_zero(&fixed);
	return array_front(&fixed);
}

static void lines_expect_same(const char *told, const char *const *before, const char *const *after)
{
	unsigned int i;

	for (i = 0; before[i] != NULL && after[i] != NULL; i++) {
		if (strcmp(before[i], after[i]) != 0)
			break;
	}
	if (before[i] != NULL || after[i] != NULL) {
		test_out_reason(told, FALSE, t_strdup_printf("%s -> %s", before[i] == NULL ? "" : before[i],
							     after[i] == NULL ? "" : after[i]));
	}
}

/* In the data that a device sends: when the item starts, as it was shown. */
static const char *change_data(struct eas_pim_context *ctx, const struct sample_change *change)
{
	const struct wbxml_node *shown = eas_item_pim_project(ctx, ctx->pool);
	const char *start = strstr(change->data, "%s");

	if (start == NULL)
		return t_strdup_printf("ApplicationData\n  %s\n", change->data);
	return t_strdup_printf("ApplicationData\n  %s%s%s\n", t_strdup_until(change->data, start),
			       wbxml_node_child_value(shown, EAS_TAG_CALENDAR_START_TIME), start + 2);
}

static void sample_change(const char *path, enum eas_version version,
			  const struct sample_change *change)
{
	pool_t pool = pool_alloconly_create("sample", 65536);
	struct pim_object *object = sample_read(pool, path);
	const char *told = t_strdup_printf("%s %s %s", path, eas_version_get_name(version), change->data);
	const char *const *before, *error = "";
	ARRAY_TYPE(wbxml_tag) supported;
	struct eas_pim_context ctx;
	struct wbxml_tree *tree;
	bool changed = FALSE;

	t_array_init(&supported, 1);
	before = text_fixed_lines(object_text(object), change);
	sample_context(&ctx, pool, object, version);
	ctx.supported = &supported;
	tree = test_eas_text_tree(pool, change_data(&ctx, change));
	if (eas_item_pim_patch(&ctx, tree->root, &changed, &error) < 0)
		test_out_reason(told, FALSE, error);
	lines_expect_same(told, before, text_fixed_lines(object_text(object), change));
	if (changed)
		test_oracle_add(told, PIM_KIND_EVENT, object->root);
	pool_unref(&pool);
}

/* Since 16.0: one occurrence, by what it is called. */
static void sample_instance(const char *path, const char *data, const char *name)
{
	const struct sample_change change = { data, TRUE, { name } };
	pool_t pool = pool_alloconly_create("sample", 65536);
	struct pim_object *object = sample_read(pool, path);
	const char *told = t_strdup_printf("%s instance %s", path, name == NULL ? data : name);
	const char *const *before = text_fixed_lines(object_text(object), &change), *error = "";
	struct eas_pim_context ctx;
	const struct wbxml_node *shown;
	time_t start;
	bool changed;
	int ret;

	sample_context(&ctx, pool, object, EAS_VERSION_16_1);
	shown = eas_item_pim_project(&ctx, pool);
	if (wbxml_node_child(shown, EAS_TAG_CALENDAR_RECURRENCE) != NULL &&
	    eas_date_parse(wbxml_node_child_value(shown, EAS_TAG_CALENDAR_START_TIME), &start) == 0) {
		ret = eas_item_pim_patch_instance(&ctx, start, data == NULL ? NULL :
			test_eas_text_tree(pool, t_strdup_printf("ApplicationData\n  %s\n", data))->root, &changed, &error);
		if (ret < 0)
			test_out_reason(told, FALSE, error);
		lines_expect_same(told, before, text_fixed_lines(object_text(object), &change));
		if (ret > 0)
			test_oracle_add(told, PIM_KIND_EVENT, object->root);
	}
	pool_unref(&pool);
}

/* Is there a change of each element? */
static void test_calendar_elements(void)
{
	unsigned int i, j;

	test_begin("calendar: each element is changed in samples");
	for (i = 0; i < eas_pim_class_calendar.rows_count; i++) {
		const struct eas_pim_property *row = &eas_pim_class_calendar.rows[i];
		const char *name = t_strconcat(eas_page_get_name(row->tag >> 8), ":", eas_tag_get_name(row->tag), NULL);

		for (j = 0; j < N_ELEMENTS(sample_changes); j++) {
			if (strstr(sample_changes[j].data, name) != NULL)
				break;
		}
		if (j == N_ELEMENTS(sample_changes))
			test_out(name, FALSE);
	}
	test_end();
}

/* Under valgrind each change is tried in one version, which is another one for each sample. */
static bool sample_is_tried(unsigned int version, unsigned int change)
{
	return getenv("NOVALGRIND") != NULL ||
		(version + change + test_events) % N_ELEMENTS(test_versions) == 0;
}

static void sample_test(const char *path)
{
	pool_t pool = pool_alloconly_create("sample", 65536);
	struct pim_object *object = sample_read(pool, path);
	unsigned int i, j;

	if (object == NULL || object->kind != PIM_KIND_EVENT) {
		test_unread++;
		pool_unref(&pool);
		return;
	}
	pool_unref(&pool);
	test_events++;
	for (i = 0; i < N_ELEMENTS(test_versions); i++) T_BEGIN {
		sample_echo(path, test_versions[i]);
		for (j = 0; j < N_ELEMENTS(sample_changes); j++) {
			if (sample_is_tried(i, j))
				sample_change(path, test_versions[i], &sample_changes[j]);
		}
	} T_END;
	sample_instance(path, NULL, "EXDATE");
	sample_instance(path, "Calendar:Subject \"new\"", NULL);
}

static void sample_test_raw(const char *name)
{
	sample_test(t_strconcat(name, ".eml", NULL));
}

static void sample_test_kolab(const char *name)
{
	sample_test(t_strconcat(name, ".xml", NULL));
}

static void test_calendar_samples(void)
{
	const char *top = getenv("top_srcdir");
	const char *dir = t_strconcat(top == NULL ? "../.." : top, "/../shared/samples/pim/", NULL);

	test_begin("calendar: samples of other programs");
	if (test_eas_file_each(t_strconcat(dir, "raw", NULL), ".eml", sample_test_raw) +
	    test_eas_file_each(t_strconcat(dir, "kolab3", NULL), ".xml", sample_test_kolab) == 0) {
		i_info("SKIPPED: no samples in %s", dir);
	} else {
		i_info("%u events, %u messages that are none", test_events, test_unread);
		test_assert(test_events > 0);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_calendar_elements,
		test_calendar_samples,
		test_oracle,
		NULL
	};

	test_oracle_init();
	return test_run(test_functions);
}
