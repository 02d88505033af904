/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/fixtures/pim-items/NAME.item: an object, how it is shown, what a device makes of it, and what the object is then.
   And each sample of other programs with each element changed alone. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "istream.h"
#include "str.h"
#include "test-common.h"
#include "directpush-compat.h"
#include "pim-object.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "eas-pim-class.h"
#include "../lib-eas/test-eas-text.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#define TEST_NOW 1768464000
#define SECTION "--- "

static pool_t pool;

static const struct eas_pim_class *const classes[] = {
	&eas_pim_class_contact, &eas_pim_class_note, &eas_pim_class_task
};

static const struct eas_pim_class *test_class(enum eas_class class)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(classes); i++) {
		if (classes[i]->class == class)
			return classes[i];
	}
	return NULL;
}

static enum pim_kind test_kind(enum eas_class class)
{
	switch (class) {
	case EAS_CLASS_CONTACTS:
		return PIM_KIND_CONTACT;
	case EAS_CLASS_TASKS:
		return PIM_KIND_TASK;
	case EAS_CLASS_NOTES:
		return PIM_KIND_NOTE;
	default:
		return PIM_KIND_EVENT;
	}
}

/* Without the lines that each change writes anew. */
static const char *test_tree_text(const struct pim_component *root)
{
	string_t *text = t_str_new(1024), *kept = t_str_new(1024);
	const char *const *line;
	bool drop = FALSE;

	pim_tree_write(text, root);
	for (line = t_strsplit(str_c(text), "\r\n"); *line != NULL; line++) {
		if (**line == '\0')
			continue;
		if (**line != ' ') {
			drop = str_begins_with(*line, "REV:") ||
				str_begins_with(*line, "DTSTAMP:") ||
				str_begins_with(*line, "CREATED:") ||
				str_begins_with(*line, "PRODID:") ||
				str_begins_with(*line, "LAST-MODIFIED:");
		}
		if (!drop)
			str_printfa(kept, "%s\n", *line);
	}
	return str_c(kept);
}

static void test_context_init(struct eas_pim_context *ctx, enum eas_class class,
			      enum eas_version version, const struct eas_body_options *body)
{
	i_zero(ctx);
	ctx->pool = pool;
	ctx->class = class;
	ctx->version = version;
	ctx->body = body;
	ctx->item_id = "folder:item";
	ctx->now = TEST_NOW;
}

static const char *test_dump(struct wbxml_node *root)
{
	struct wbxml_tree tree = { .root = root };

	return test_eas_text_dump(&tree);
}

static struct wbxml_node *node_add(struct wbxml_node *parent, wbxml_tag_t tag, const char *value)
{
	struct wbxml_node *node = p_new(pool, struct wbxml_node, 1);

	node->tag = tag;
	node->value = value;
	node->value_size = strlen(value);
	node->parent = parent;
	if (parent->last_child == NULL)
		parent->first_child = node;
	else
		parent->last_child->next = node;
	parent->last_child = node;
	return node;
}

/*
 * Fixtures
 */

struct fixture {
	enum eas_class class;
	enum eas_version version;
	enum eas_quirk quirks;
	enum pim_format format;
	const ARRAY_TYPE(wbxml_tag) *supported;
	struct eas_body_options body;
	const char *name, *object, *shown, *change, *after, *refused;
};

static const ARRAY_TYPE(wbxml_tag) *supported_parse(const char *names)
{
	ARRAY_TYPE(wbxml_tag) *tags = p_new(pool, ARRAY_TYPE(wbxml_tag), 1);
	const char *const *name, *const *part;
	unsigned int page;
	wbxml_tag_t tag;

	p_array_init(tags, pool, 4);
	for (name = t_strsplit_spaces(names, " "); *name != NULL; name++) {
		part = t_strsplit(*name, ":");
		if (eas_page_find_name(part[0], &page) < 0)
			i_fatal("unknown page: %s", *name);
		tag = eas_tag_find_name(page, part[1]);
		array_push_back(tags, &tag);
	}
	return tags;
}

static void fixture_option(struct fixture *fixture, const char *line)
{
	const char *value = strchr(line, ' ');
	struct eas_body_preference *pref;

	value = value == NULL ? "" : value + 1;
	if (str_begins_with(line, "class ")) {
		fixture->class = eas_class_find(value);
	} else if (str_begins_with(line, "version ")) {
		if (eas_version_parse(value, &fixture->version) < 0)
			i_fatal("%s: unknown version", fixture->name);
	} else if (str_begins_with(line, "supported")) {
		fixture->supported = supported_parse(value);
	} else if (str_begins_with(line, "quirk empty-picture")) {
		fixture->quirks |= EAS_QUIRK_EMPTY_PICTURE;
	} else if (strcmp(line, "format kolab3") == 0) {
		fixture->format = PIM_FORMAT_KOLAB3;
	} else if (str_begins_with(line, "body ")) {
		/* TYPE [SIZE] */
		pref = &fixture->body.preferences[fixture->body.preferences_count++];
		pref->type = *value - '0';
		pref->truncation_size = UOFF_T_MAX;
		if (value[1] == ' ')
			pref->truncation_size = strtoul(value + 2, NULL, 10);
	} else if (*line != '\0' && *line != '#') {
		i_fatal("%s: unknown option: %s", fixture->name, line);
	}
}

static void fixture_parse(const char *name, const char *text, struct fixture *fixture_r)
{
	const char *const *line, **section = NULL;
	string_t *content = NULL;

	i_zero(fixture_r);
	fixture_r->name = name;
	fixture_r->format = PIM_FORMAT_RAW;
	for (line = t_strsplit(text, "\n"); *line != NULL; line++) {
		if (!str_begins_with(*line, SECTION)) {
			if (section == NULL)
				fixture_option(fixture_r, *line);
			else
				str_printfa(content, "%s\n", *line);
			if (section != NULL)
				*section = str_c(content);
			continue;
		}
		content = t_str_new(1024);
		section = strcmp(*line, SECTION"object") == 0 ? &fixture_r->object :
			strcmp(*line, SECTION"shown") == 0 ? &fixture_r->shown :
			strcmp(*line, SECTION"change") == 0 ? &fixture_r->change :
			strcmp(*line, SECTION"refused") == 0 ? &fixture_r->refused :
			&fixture_r->after;
	}
	fixture_r->body.version = fixture_r->version;
}

static struct pim_component *test_tree(const char *name, const char *text)
{
	struct pim_component *root;
	const char *error;

	if (pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &root, &error) < 0)
		i_fatal("%s: %s", name, error);
	return root;
}

static void fixture_show(const struct fixture *fixture, struct eas_pim_context *ctx)
{
	const char *shown = test_dump(eas_item_pim_project(ctx, pool));

	if (strcmp(t_str_rtrim(shown, "\n"), t_str_rtrim(fixture->shown, "\n")) != 0)
		i_error("%s: shown:\n%s", fixture->name, shown);
	test_assert_strcmp(t_str_rtrim(shown, "\n"), t_str_rtrim(fixture->shown, "\n"));
}

static void fixture_change(const struct fixture *fixture, struct eas_pim_context *ctx)
{
	const struct wbxml_tree *data = test_eas_text_tree(pool, fixture->change);
	const char *before = test_tree_text(ctx->object->root);
	const char *error = NULL, *after, *expected;
	bool changed = FALSE;
	int ret;

	if (fixture->object != NULL)
		ret = eas_item_pim_patch(ctx, data->root, &changed, &error);
	else
		ret = eas_item_pim_fill(ctx, data->root, &error);
	after = test_tree_text(ctx->object->root);
	if (fixture->refused != NULL) {
		test_assert(ret == -1);
		test_assert_strcmp(error, t_str_rtrim(fixture->refused, "\n"));
		test_assert_strcmp(after, before);
		return;
	}
	if (ret < 0)
		i_error("%s: %s", fixture->name, error);
	test_assert(ret == 0);
	expected = fixture->after == NULL ? before :
		test_tree_text(test_tree(fixture->name, fixture->after));
	if (strcmp(after, expected) != 0)
		i_error("%s: after:\n%s", fixture->name, after);
	test_assert_strcmp(after, expected);
	if (fixture->object != NULL)
		test_assert(changed == (fixture->after != NULL));
}

static void test_fixture(const char *name, const char *text)
{
	struct eas_pim_context ctx;
	struct fixture fixture;

	test_begin(t_strconcat("eas item pim: ", name, NULL));
	fixture_parse(name, text, &fixture);
	test_context_init(&ctx, fixture.class, fixture.version, &fixture.body);
	ctx.quirks = fixture.quirks;
	ctx.supported = fixture.supported;
	ctx.object = pim_object_new(pool, test_kind(fixture.class), fixture.format, "new");
	if (fixture.object != NULL)
		ctx.object->root = test_tree(name, fixture.object);
	if (fixture.shown != NULL)
		fixture_show(&fixture, &ctx);
	if (fixture.change != NULL)
		fixture_change(&fixture, &ctx);
	test_end();
}

static const char *test_file_read(const char *path, size_t *size_r)
{
	struct istream *input = i_stream_create_file(path, 16*1024*1024);
	const unsigned char *data;
	char *text;

	while (i_stream_read(input) > 0) ;
	if (input->stream_errno != 0)
		i_fatal("read(%s) failed: %s", path, i_stream_get_error(input));
	data = i_stream_get_data(input, size_r);
	text = p_malloc(pool, *size_r + 1);
	memcpy(text, data, *size_r);
	i_stream_unref(&input);
	return text;
}

/* Files of the folder whose names end so, in no order. */
static unsigned int
test_files_each(const char *folder, const char *ending,
		void (*callback)(const char *name, const char *text, size_t size))
{
	struct dirent *entry;
	unsigned int count = 0;
	const char *text;
	size_t size, len;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		len = strlen(entry->d_name);
		if (len <= strlen(ending) ||
		    strcmp(entry->d_name + len - strlen(ending), ending) != 0)
			continue;
		T_BEGIN {
			text = test_file_read(t_strconcat(folder, "/", entry->d_name, NULL),
					      &size);
			callback(t_strdup_until(entry->d_name, entry->d_name + len -
						strlen(ending)), text, size);
		} T_END;
		p_clear(pool);
		count++;
	}
	if (closedir(dir) < 0)
		i_fatal("closedir(%s) failed: %m", folder);
	return count;
}

/* One byte more than a picture may have. */
static void test_eas_item_pim_picture_size(void)
{
	struct eas_body_options body = { .version = EAS_VERSION_14_1 };
	struct eas_pim_context ctx;
	struct wbxml_node *data;
	const char *error = NULL;
	string_t *picture = t_str_new(64*1024);
	bool changed;

	test_begin("eas item pim: size of a picture");
	str_append(picture, "/9j/");
	while (str_len(picture) < 48*1024)
		str_append(picture, "AAAA");
	test_context_init(&ctx, EAS_CLASS_CONTACTS, EAS_VERSION_14_1, &body);
	ctx.object = pim_object_new(pool, PIM_KIND_CONTACT, PIM_FORMAT_RAW, "x");
	data = p_new(pool, struct wbxml_node, 1);
	data->tag = EAS_TAG_AIRSYNC_APPLICATION_DATA;
	data->value = "";
	(void)node_add(data, EAS_TAG_CONTACTS_PICTURE, p_strdup(pool, str_c(picture)));
	test_assert(eas_item_pim_patch(&ctx, data, &changed, &error) == 0 && changed);
	test_assert(wbxml_node_child(eas_item_pim_project(&ctx, pool),
				     EAS_TAG_CONTACTS_PICTURE) != NULL);

	str_append(picture, "AAAA");
	data->first_child->value = p_strdup(pool, str_c(picture));
	data->first_child->value_size = str_len(picture);
	test_assert(eas_item_pim_patch(&ctx, data, &changed, &error) == -1);
	test_assert(str_begins_with(error, "Picture: longer than 48 kB"));

	/* a stored one is kept, and not shown */
	pim_property_set(pool, ctx.object->root, "PHOTO", p_strdup(pool, str_c(picture)));
	test_assert(wbxml_node_child(eas_item_pim_project(&ctx, pool),
				     EAS_TAG_CONTACTS_PICTURE) == NULL);
	data->first_child->tag = EAS_TAG_CONTACTS_JOB_TITLE;
	data->first_child->value = "Boss";
	data->first_child->value_size = 4;
	test_assert(eas_item_pim_patch(&ctx, data, &changed, &error) == 0 && changed);
	test_assert(strcmp(pim_component_get(ctx.object->root, "PHOTO"), str_c(picture)) == 0);
	test_end();
}

static void test_fixture_file(const char *name, const char *text, size_t size ATTR_UNUSED)
{
	test_fixture(name, text);
}

static void test_eas_item_pim_fixtures(void)
{
	const char *folder = t_strconcat(getenv("top_srcdir"),
					 "/tests/fixtures/pim-items", NULL);

	if (test_files_each(folder, ".item", test_fixture_file) == 0)
		i_fatal("%s: no fixtures", folder);
}

/*
 * Samples: what comes back as it was shown changes nothing; one element changed changes no line but its own.
 */

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
	const char *folded = test_tree_text(root), *p;

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
	struct wbxml_node *node = node_add(parent, src->tag, src->value);
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
		node = node_add(parent, row->tag, "");
		(void)node_add(node, EAS_TAG_AIRSYNCBASE_TYPE, "1");
		(void)node_add(node, EAS_TAG_AIRSYNCBASE_DATA, "quite another text");
		return;
	case EAS_TAG_CONTACTS_PICTURE:
		(void)node_add(parent, row->tag, "/9j/4AAQSkZJRgABAQEAYABgAAD/");
		return;
	case EAS_TAG_CONTACTS_CHILDREN:
		(void)node_add(node_add(parent, row->tag, ""), EAS_TAG_CONTACTS_CHILD, "Kim");
		return;
	case EAS_TAG_TASKS_RECURRENCE:
		node = node_add(parent, row->tag, "");
		(void)node_add(node, EAS_TAG_TASKS_TYPE, "0");
		(void)node_add(node, EAS_TAG_TASKS_START, "2026-01-16T00:00:00.000Z");
		(void)node_add(node, EAS_TAG_TASKS_INTERVAL, "17");
		return;
	case EAS_TAG_NOTES_MESSAGE_CLASS:
		(void)node_add(parent, row->tag, "IPM.StickyNote.Blue");
		return;
	default:
		break;
	}
	if (info->kind == EAS_TAG_KIND_CONTAINER)
		(void)node_add(node_add(parent, row->tag, ""), row->idx, "New, one");
	else if (info->kind == EAS_TAG_KIND_DATE)
		(void)node_add(parent, row->tag, "1977-07-06T22:00:00.000Z");
	else if (info->kind == EAS_TAG_KIND_BOOL)
		(void)node_add(parent, row->tag, null_strcmp(value, "1") == 0 ? "0" : "1");
	else if (info->kind == EAS_TAG_KIND_UINT && null_strcmp(value, "2") == 0)
		(void)node_add(parent, row->tag, "0");
	else if (info->kind == EAS_TAG_KIND_UINT)
		(void)node_add(parent, row->tag, "2");
	else
		(void)node_add(parent, row->tag, "Another; value");
}

/* What was shown, but for one element: changed, or left out. */
static struct wbxml_node *
node_with_change(const struct wbxml_node *shown, const struct eas_pim_property *row,
		 bool remove)
{
	struct wbxml_node *root = p_new(pool, struct wbxml_node, 1);
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
	ctx->object->root = pim_component_copy(pool, saved);
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
		if (!remove && row->type->set != NULL && row_stands_alone(row)) {
			/* the second of a list without a first is its first */
			now = wbxml_node_child(eas_item_pim_project(ctx, pool), row->tag);
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
	const struct eas_pim_class *class = test_class(ctx->class);
	struct wbxml_node *shown;
	const char *error = "";
	bool changed;
	unsigned int i;

	sample_restore(ctx, saved);
	shown = eas_item_pim_project(ctx, pool);
	test_assert(eas_item_pim_patch(ctx, shown, &changed, &error) == 0);
	if (changed)
		i_error("%s: changed by its echo: %s", name, test_dump(shown));
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

	for (i = 0; i < N_ELEMENTS(classes); i++) {
		input = i_stream_create_from_data(text, size);
		ret = pim_object_read(pool, input, test_kind(classes[i]->class), &object, &error);
		i_stream_unref(&input);
		if (ret <= 0 || object->kind != test_kind(classes[i]->class))
			continue;
		samples_tried++;
		for (j = 0; j < N_ELEMENTS(versions); j++)
			for (k = 0; k < N_ELEMENTS(sample_bodies); k++) {
			i_zero(&body);
			body.version = versions[j];
			body.preferences[body.preferences_count++] = sample_bodies[k];
			test_context_init(&ctx, classes[i]->class, versions[j], &body);
			ctx.object = object;
			test_sample_shown(name, &ctx, pim_component_copy(pool, object->root),
					  k == 0);
		}
	}
}

static void test_eas_item_pim_samples(void)
{
	static const char *const folders[] = { "raw", "kolab3" };
	const char *base = t_strconcat(getenv("top_srcdir"), "/../shared/samples/pim/", NULL);
	unsigned int i;

	test_begin("eas item pim: samples of other programs");
	for (i = 0; i < N_ELEMENTS(folders); i++) T_BEGIN {
		if (test_files_each(t_strconcat(base, folders[i], NULL), ".eml",
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
		test_eas_item_pim_fixtures,
		test_eas_item_pim_picture_size,
		test_eas_item_pim_samples,
		NULL
	};
	int ret;

	pool = pool_alloconly_create("test eas item pim", 1024*1024);
	ret = test_run(test_functions);
	pool_unref(&pool);
	return ret;
}
