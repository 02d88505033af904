/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/fixtures/pim-items/NAME.item: an object, how it is shown, what a device makes of it, and what the object is then. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "test-common.h"
#include "directpush-compat.h"
#include "pim-tree.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "test-eas-pim.h"
#include "../lib-eas/test-eas-text.h"

#define SECTION "--- "

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
	ARRAY_TYPE(wbxml_tag) *tags = p_new(test_pim_pool, ARRAY_TYPE(wbxml_tag), 1);
	const char *const *name, *const *part;
	unsigned int page;
	wbxml_tag_t tag;

	p_array_init(tags, test_pim_pool, 4);
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

	if (pim_tree_parse(test_pim_pool, (const unsigned char *)text, strlen(text), &root, &error) < 0)
		i_fatal("%s: %s", name, error);
	return root;
}

static void fixture_show(const struct fixture *fixture, struct eas_pim_context *ctx)
{
	const char *shown = test_pim_dump(eas_item_pim_project(ctx, test_pim_pool));

	if (strcmp(t_str_rtrim(shown, "\n"), t_str_rtrim(fixture->shown, "\n")) != 0)
		i_error("%s: shown:\n%s", fixture->name, shown);
	test_assert_strcmp(t_str_rtrim(shown, "\n"), t_str_rtrim(fixture->shown, "\n"));
}

static void fixture_change(const struct fixture *fixture, struct eas_pim_context *ctx)
{
	const struct wbxml_tree *data = test_eas_text_tree(test_pim_pool, fixture->change);
	const char *before = test_pim_tree_text(ctx->object->root);
	const char *error = NULL, *after, *expected;
	bool changed = FALSE;
	int ret;

	if (fixture->object != NULL)
		ret = eas_item_pim_patch(ctx, data->root, &changed, &error);
	else
		ret = eas_item_pim_fill(ctx, data->root, &error);
	after = test_pim_tree_text(ctx->object->root);
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
		test_pim_tree_text(test_tree(fixture->name, fixture->after));
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
	test_pim_context_init(&ctx, fixture.class, fixture.version, &fixture.body);
	ctx.quirks = fixture.quirks;
	ctx.supported = fixture.supported;
	ctx.object = pim_object_new(test_pim_pool, test_pim_kind(fixture.class), fixture.format, "new");
	if (fixture.object != NULL)
		ctx.object->root = test_tree(name, fixture.object);
	if (fixture.shown != NULL)
		fixture_show(&fixture, &ctx);
	if (fixture.change != NULL)
		fixture_change(&fixture, &ctx);
	test_end();
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
	test_pim_context_init(&ctx, EAS_CLASS_CONTACTS, EAS_VERSION_14_1, &body);
	ctx.object = pim_object_new(test_pim_pool, PIM_KIND_CONTACT, PIM_FORMAT_RAW, "x");
	data = p_new(test_pim_pool, struct wbxml_node, 1);
	data->tag = EAS_TAG_AIRSYNC_APPLICATION_DATA;
	data->value = "";
	(void)test_pim_node_add(data, EAS_TAG_CONTACTS_PICTURE, p_strdup(test_pim_pool, str_c(picture)));
	test_assert(eas_item_pim_patch(&ctx, data, &changed, &error) == 0 && changed);
	test_assert(wbxml_node_child(eas_item_pim_project(&ctx, test_pim_pool),
				     EAS_TAG_CONTACTS_PICTURE) != NULL);

	str_append(picture, "AAAA");
	data->first_child->value = p_strdup(test_pim_pool, str_c(picture));
	data->first_child->value_size = str_len(picture);
	test_assert(eas_item_pim_patch(&ctx, data, &changed, &error) == -1);
	test_assert(str_begins_with(error, "Picture: longer than 48 kB"));

	/* a stored one is kept, and not shown */
	pim_property_set(test_pim_pool, ctx.object->root, "PHOTO", p_strdup(test_pim_pool, str_c(picture)));
	test_assert(wbxml_node_child(eas_item_pim_project(&ctx, test_pim_pool),
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

	if (test_pim_files_each(folder, ".item", test_fixture_file) == 0)
		i_fatal("%s: no fixtures", folder);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_item_pim_fixtures,
		test_eas_item_pim_picture_size,
		NULL
	};
	int ret;

	test_pim_pool = pool_alloconly_create("test eas item pim", 1024*1024);
	ret = test_run(test_functions);
	pool_unref(&test_pim_pool);
	return ret;
}
