/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Objects of other programs: what comes back as it was shown changes nothing; one element changed changes no line but its
   own, and Kolab's programs read what has become of them. */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "directpush-compat.h"
#include "pim-tree.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "test-eas-pim.h"
#include "test-eas-pim-oracle.h"

#include <stdio.h>

static const enum eas_class sample_classes[] = {
	EAS_CLASS_CONTACTS, EAS_CLASS_NOTES, EAS_CLASS_TASKS
};

static const struct eas_body_preference sample_bodies[] = {
	{ .type = EAS_BODY_TYPE_TEXT, .truncation_size = UOFF_T_MAX },
	{ .type = EAS_BODY_TYPE_TEXT, .truncation_size = 10 },
	{ .type = EAS_BODY_TYPE_HTML, .truncation_size = UOFF_T_MAX },
	{ .type = EAS_BODY_TYPE_HTML, .truncation_size = 40 },
};

/* Lines of a that b has not, each as often: the names of their properties. */
static const char *const *lines_lost(const char *a, const char *b)
{
	const char *const *line = t_strsplit(a, "\n");
	const char **rest = (const char **)t_strsplit(b, "\n");
	ARRAY_TYPE(const_string) names;
	const char *name;
	unsigned int i;

	t_array_init(&names, 8);
	for (; *line != NULL; line++) {
		for (i = 0; rest[i] != NULL; i++) {
			if (strcmp(rest[i], *line) == 0)
				break;
		}
		if (rest[i] != NULL) {
			/* counts once */
			rest[i] = "\n";
			continue;
		}
		name = t_strcut(t_strcut(*line, ':'), ';');
		if (strchr(name, '.') != NULL)
			name = strchr(name, '.') + 1;
		array_push_back(&names, &name);
	}
	array_append_zero(&names);
	return array_front(&names);
}

/* One property a line, so that lines can be compared. */
static const char *test_unfolded(const struct pim_component *root)
{
	string_t *text = t_str_new(1024);
	const char *folded = test_pim_tree_text(root), *p;

	for (p = folded; *p != '\0'; p++) {
		if (p[0] == '\n' && p[1] == ' ')
			p++;
		else
			str_append_c(text, *p);
	}
	return str_c(text);
}

/* What a row may touch */
static bool row_touches(const struct eas_pim_property *row, const char *name)
{
	static const struct {
		const char *row, *names;
	} touches[] = {
		{ "N", "N FN" }, { "ANNIVERSARY", "ANNIVERSARY X-ANNIVERSARY" },
		{ "work", "TEL ADR X-ABLabel" }, { "home", "TEL ADR X-ABLabel" },
		{ "other", "ADR X-ABLabel" },
		{ "spouse", "RELATED X-SPOUSE" }, { "child", "RELATED X-CHILDREN" },
		{ "assistant", "RELATED X-ASSISTANT TEL" },
		{ "manager", "RELATED X-MANAGER" },
		{ "DESCRIPTION", "DESCRIPTION X-ALT-DESC" },
	};
	static const struct {
		wbxml_tag_t tag;
		const char *names;
	} tags[] = {
		{ EAS_TAG_CONTACTS_FILE_AS, "FN X-EAS-FILEAS" },
		{ EAS_TAG_CONTACTS_OFFICE_LOCATION, "ADR X-EAS-OFFICELOCATION" },
		{ EAS_TAG_TASKS_IMPORTANCE, "PRIORITY X-EAS-IMPORTANCE" },
		{ EAS_TAG_TASKS_COMPLETE,
		  "STATUS PERCENT-COMPLETE COMPLETED X-EAS-DATECOMPLETED" },
		{ EAS_TAG_TASKS_DATE_COMPLETED, "COMPLETED X-EAS-DATECOMPLETED" },
		{ EAS_TAG_TASKS_RECURRENCE,
		  "DTSTART RRULE RDATE EXDATE X-EAS-REGENERATE X-EAS-DEADOCCUR" },
		{ EAS_TAG_TASKS_REMINDER_SET,
		  "BEGIN END ACTION DESCRIPTION TRIGGER DURATION REPEAT" },
		{ EAS_TAG_TASKS_REMINDER_TIME, "BEGIN END ACTION DESCRIPTION TRIGGER" },
	};
	const char *const *names;
	unsigned int i;

	if (row->type->set == NULL)
		return FALSE;
	for (i = 0; i < N_ELEMENTS(tags); i++) {
		names = t_strsplit(tags[i].names, " ");
		if (tags[i].tag == row->tag)
			return str_array_icase_find(names, name);
	}
	if (row->name == NULL) {
		return strcmp(name, "CATEGORIES") == 0 || strcmp(name, "CLASS") == 0 ||
			str_begins_with(name, "X-EAS-");
	}
	for (i = 0; i < N_ELEMENTS(touches); i++) {
		names = t_strsplit(touches[i].names, " ");
		if (strcmp(touches[i].row, row->name) == 0)
			return str_array_icase_find(names, name);
	}
	return strcasecmp(name, row->name) == 0 || strcmp(name, "TEL") == 0;
}

static void test_lines(const char *sample, const struct eas_pim_property *row,
		       const char *before, const char *after)
{
	const char *const *name;

	for (name = lines_lost(before, after); *name != NULL; name++) {
		if (!row_touches(row, *name))
			i_error("%s: %s: changed %s", sample, eas_tag_get_name(row->tag), *name);
		test_assert(row_touches(row, *name));
	}
	for (name = lines_lost(after, before); *name != NULL; name++) {
		if (!row_touches(row, *name))
			i_error("%s: %s: added %s", sample, eas_tag_get_name(row->tag), *name);
		test_assert(row_touches(row, *name));
	}
}

static void node_add_copy(struct wbxml_node *parent, const struct wbxml_node *src)
{
	struct wbxml_node *node = test_pim_node_add(parent, src->tag, src->value);
	const struct wbxml_node *child;

	wbxml_node_foreach(src, child)
		node_add_copy(node, child);
}

/* Another legal value of the row's element. */
static void node_add_changed(struct wbxml_node *parent, const struct eas_pim_property *row,
			     const struct wbxml_node *shown)
{
	const struct eas_tag_info *info = eas_tag_find(row->tag);
	const char *value = wbxml_node_child_value(shown, row->tag);
	struct wbxml_node *node;

	switch (row->tag) {
	case EAS_TAG_AIRSYNCBASE_BODY:
		node = test_pim_node_add(parent, row->tag, "");
		(void)test_pim_node_add(node, EAS_TAG_AIRSYNCBASE_TYPE, "1");
		(void)test_pim_node_add(node, EAS_TAG_AIRSYNCBASE_DATA, "quite another text");
		return;
	case EAS_TAG_CONTACTS_PICTURE:
		(void)test_pim_node_add(parent, row->tag, "/9j/4AAQSkZJRgABAQEAYABgAAD/");
		return;
	case EAS_TAG_CONTACTS_CHILDREN:
		(void)test_pim_node_add(test_pim_node_add(parent, row->tag, ""), EAS_TAG_CONTACTS_CHILD, "Kim");
		return;
	case EAS_TAG_TASKS_RECURRENCE:
		node = test_pim_node_add(parent, row->tag, "");
		(void)test_pim_node_add(node, EAS_TAG_TASKS_TYPE, "0");
		(void)test_pim_node_add(node, EAS_TAG_TASKS_START, "2026-01-16T00:00:00.000Z");
		(void)test_pim_node_add(node, EAS_TAG_TASKS_INTERVAL, "17");
		return;
	case EAS_TAG_NOTES_MESSAGE_CLASS:
		(void)test_pim_node_add(parent, row->tag, "IPM.StickyNote.Blue");
		return;
	default:
		break;
	}
	if (info->kind == EAS_TAG_KIND_CONTAINER)
		(void)test_pim_node_add(test_pim_node_add(parent, row->tag, ""), row->idx, "New, one");
	else if (info->kind == EAS_TAG_KIND_DATE)
		(void)test_pim_node_add(parent, row->tag, "1977-07-06T22:00:00.000Z");
	else if (info->kind == EAS_TAG_KIND_BOOL)
		(void)test_pim_node_add(parent, row->tag, null_strcmp(value, "1") == 0 ? "0" : "1");
	else if (info->kind == EAS_TAG_KIND_UINT && null_strcmp(value, "2") == 0)
		(void)test_pim_node_add(parent, row->tag, "0");
	else if (info->kind == EAS_TAG_KIND_UINT)
		(void)test_pim_node_add(parent, row->tag, "2");
	else
		(void)test_pim_node_add(parent, row->tag, "Another; value");
}

/* What was shown, but for one element: changed, or left out. */
static struct wbxml_node *
node_with_change(const struct wbxml_node *shown, const struct eas_pim_property *row,
		 bool remove)
{
	struct wbxml_node *root = p_new(test_pim_pool, struct wbxml_node, 1);
	const struct wbxml_node *child;

	root->tag = EAS_TAG_AIRSYNC_APPLICATION_DATA;
	root->value = "";
	wbxml_node_foreach(shown, child) {
		if (child->tag != row->tag)
			node_add_copy(root, child);
	}
	if (!remove)
		node_add_changed(root, row, shown);
	return root;
}

/* Does its element mean something without another one? */
static bool row_stands_alone(const struct eas_pim_property *row)
{
	switch (row->tag) {
	/* the two of a pair come together, and of one with a time the UTC one counts */
	case EAS_TAG_TASKS_START_DATE:
	case EAS_TAG_TASKS_DUE_DATE:
	case EAS_TAG_TASKS_UTC_START_DATE:
	case EAS_TAG_TASKS_UTC_DUE_DATE:
	case EAS_TAG_TASKS_DATE_COMPLETED:
	case EAS_TAG_TASKS_REMINDER_SET:
	case EAS_TAG_TASKS_REMINDER_TIME:
		return FALSE;
	default:
		return TRUE;
	}
}

static void sample_restore(struct eas_pim_context *ctx, const struct pim_component *saved)
{
	ctx->object->root = pim_component_copy(test_pim_pool, saved);
}

static void
test_sample_row(const char *name, struct eas_pim_context *ctx, const struct wbxml_node *shown,
		const struct pim_component *saved, const struct eas_pim_property *row)
{
	const char *before = test_unfolded(saved), *error = "";
	const struct wbxml_node *data, *now;
	bool changed, remove;

	for (remove = FALSE;; remove = TRUE) {
		data = node_with_change(shown, row, remove);
		sample_restore(ctx, saved);
		if (eas_item_pim_patch(ctx, data, &changed, &error) < 0) {
			i_error("%s: %s: %s", name, eas_tag_get_name(row->tag), error);
			test_assert(FALSE);
		}
		test_lines(name, row, before, test_unfolded(ctx->object->root));
		if (changed)
			test_oracle_add(t_strdup_printf("%s: %s", name, eas_tag_get_name(row->tag)), ctx->object->kind, ctx->object->root);
		if (!remove && row->type->set != NULL && row_stands_alone(row)) {
			/* the second of a list without a first is its first */
			now = wbxml_node_child(eas_item_pim_project(ctx, test_pim_pool), row->tag);
			test_assert(changed && (now != NULL || row->idx > 0));
		}
		if (remove)
			break;
	}
}

static void
test_sample_shown(const char *name, struct eas_pim_context *ctx,
		  const struct pim_component *saved, bool rows)
{
	const struct eas_pim_class *class = test_pim_class(ctx->class);
	struct wbxml_node *shown;
	const char *error = "";
	bool changed;
	unsigned int i;

	sample_restore(ctx, saved);
	shown = eas_item_pim_project(ctx, test_pim_pool);
	test_assert(eas_item_pim_patch(ctx, shown, &changed, &error) == 0);
	if (changed)
		i_error("%s: changed by its echo: %s", name, test_pim_dump(shown));
	test_assert(!changed);
	for (i = 0; rows && i < class->rows_count; i++) T_BEGIN {
		if (class->rows[i].since <= ctx->version)
			test_sample_row(name, ctx, shown, saved, &class->rows[i]);
	} T_END;
}

static unsigned int samples_tried;

static void test_sample(const char *name, const char *text, size_t size)
{
	static const enum eas_version versions[] = {
		EAS_VERSION_12_1, EAS_VERSION_14_1, EAS_VERSION_16_1
	};
	struct eas_body_options body;
	struct istream *input;
	struct pim_object *object;
	struct eas_pim_context ctx;
	const char *error;
	unsigned int i, j, k;
	int ret;

	for (i = 0; i < N_ELEMENTS(sample_classes); i++) {
		input = i_stream_create_from_data(text, size);
		ret = pim_object_read(test_pim_pool, input, test_pim_kind(sample_classes[i]), &object, &error);
		i_stream_unref(&input);
		if (ret <= 0 || object->kind != test_pim_kind(sample_classes[i]))
			continue;
		samples_tried++;
		for (j = 0; j < N_ELEMENTS(versions); j++)
			for (k = 0; k < N_ELEMENTS(sample_bodies); k++) {
			i_zero(&body);
			body.version = versions[j];
			body.preferences[body.preferences_count++] = sample_bodies[k];
			test_pim_context_init(&ctx, sample_classes[i], versions[j], &body);
			ctx.object = object;
			test_sample_shown(name, &ctx, pim_component_copy(test_pim_pool, object->root),
					  k == 0);
		}
	}
}

static void test_eas_pim_samples(void)
{
	static const char *const folders[] = { "raw", "kolab3" };
	const char *base = t_strconcat(getenv("top_srcdir"), "/../shared/samples/pim/", NULL);
	unsigned int i;

	test_begin("eas pim samples: echo and single changes");
	for (i = 0; i < N_ELEMENTS(folders); i++) T_BEGIN {
		if (test_pim_files_each(t_strconcat(base, folders[i], NULL), ".eml",
				    test_sample) == 0)
			printf("SKIPPED: %s%s is not there: no sample was tried\n",
			       base, folders[i]);
	} T_END;
	printf("%u samples tried\n", samples_tried);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_pim_samples,
		test_oracle,
		NULL
	};
	int ret;

	test_pim_pool = pool_alloconly_create("test eas pim samples", 1024*1024);
	test_oracle_init();
	ret = test_run(test_functions);
	pool_unref(&test_pim_pool);
	return ret;
}
