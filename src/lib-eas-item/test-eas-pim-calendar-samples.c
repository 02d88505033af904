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
#include "eas-item-pim.h"
#include "test-eas-file.h"
#include "test-eas-text.h"

/* Messages that other programs have written: what a device sends back as it was shown changes nothing, and what it
   changes changes nothing else. */

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
	ctx->user_name = "Anna";
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

static const struct sample_change {
	/* in the notation of tests/README.md */
	const char *data;
	/* lines that may be others then */
	const char *const names[12];
} sample_changes[] = {
	{ "Calendar:Subject \"quite another\"", { "SUMMARY" } },
	{ "Calendar:BusyStatus \"3\"", { "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "STATUS" } },
	{ "Calendar:BusyStatus \"0\"", { "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "STATUS" } },
	{ "Calendar:Sensitivity \"1\"", { "CLASS", "X-EAS-SENSITIVITY" } },
	{ "Calendar:Reminder \"77\"", { "BEGIN", "END", "ACTION", "DESCRIPTION", "TRIGGER" } },
	{ "Calendar:Categories\n    Category \"quite new\"", { "CATEGORIES" } },
	{ "AirSyncBase:Body\n    Type \"1\"\n    Data \"quite new\"", { "DESCRIPTION", "X-ALT-DESC" } },
	{ "Calendar:StartTime \"20300304T100000Z\"\n  Calendar:EndTime \"20300304T113000Z\"\n  Calendar:AllDayEvent \"0\"",
	  { "DTSTART", "DTEND", "DURATION", "SEQUENCE", "EXDATE", "RECURRENCE-ID", "RRULE" } },
	{ "Calendar:Recurrence\n    Type \"0\"\n    Interval \"5\"",
	  { "RRULE", "RDATE", "EXDATE", "SEQUENCE" } }
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

/* Up to 14.1 exceptions of days that the new series has not are gone: only the main event is looked at. */
static const char *const *text_fixed_lines(const char *text, const struct sample_change *change)
{
	const char *const *line, *end = strstr(text, "END:VEVENT");
	ARRAY_TYPE(const_string) fixed;

	t_array_init(&fixed, 64);
	for (line = t_strsplit(t_strdup_until(text, end), "\n"); *line != NULL; line++) {
		if (!line_may_change(*line, change))
			array_push_back(&fixed, line);
	}
	array_append_zero(&fixed);
	return array_front(&fixed);
}

static void sample_change(const char *path, enum eas_version version,
			  const struct sample_change *change)
{
	pool_t pool = pool_alloconly_create("sample", 65536);
	struct pim_object *object = sample_read(pool, path);
	ARRAY_TYPE(wbxml_tag) supported;
	struct eas_pim_context ctx;
	struct wbxml_tree *tree;
	const char *const *before, *const *after, *error = "";
	unsigned int i;
	bool changed = FALSE;
	int ret;

	t_array_init(&supported, 1);
	before = text_fixed_lines(object_text(object), change);
	sample_context(&ctx, pool, object, version);
	ctx.supported = &supported;
	tree = test_eas_text_tree(pool, t_strdup_printf("ApplicationData\n  %s\n", change->data));
	ret = eas_item_pim_patch(&ctx, tree->root, &changed, &error);
	after = text_fixed_lines(object_text(object), change);
	for (i = 0; before[i] != NULL && after[i] != NULL; i++) {
		if (strcmp(before[i], after[i]) != 0)
			break;
	}
	if (ret < 0 || before[i] != NULL || after[i] != NULL) {
		test_out_reason(t_strdup_printf("%s %s %s", path, eas_version_get_name(version), change->data), FALSE,
				t_strdup_printf("%s: %s -> %s", error, before[i] == NULL ? "" : before[i],
						after[i] == NULL ? "" : after[i]));
	}
	pool_unref(&pool);
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
		for (j = 0; j < N_ELEMENTS(sample_changes); j++)
			sample_change(path, test_versions[i], &sample_changes[j]);
	} T_END;
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
		test_calendar_samples,
		NULL
	};
	return test_run(test_functions);
}
