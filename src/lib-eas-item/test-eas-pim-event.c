/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "test-common.h"
#include "wbxml-dump.h"
#include "wbxml-tree.h"
#include "pim-tree.h"
#include "pim-object.h"
#include "pim-zone.h"
#include "eas-body.h"
#include "eas-tag.h"
#include "test-eas-text.h"
#include "test-eas-pim-event.h"

pool_t test_pool;
static const char *const test_addresses[] = { "me@example.com", "i@example.com", NULL };
static const struct eas_body_options test_body = {
	.version = EAS_VERSION_14_1,
	.preferences = { { .type = EAS_BODY_TYPE_TEXT, .truncation_size = UOFF_T_MAX } },
	.preferences_count = 1
};

struct pim_object *test_object(const char *lines)
{
	string_t *text = t_str_new(1024);
	struct pim_object *object;
	const char *const *line, *error;

	str_append(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u1\r\n");
	for (line = t_strsplit(lines, "\n"); *line != NULL; line++) {
		if (**line == '\0')
			continue;
		if (strcmp(*line, "--") == 0)
			str_append(text, "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:u1\r\n");
		else
			str_printfa(text, "%s\r\n", *line);
	}
	str_append(text, "END:VEVENT\r\nEND:VCALENDAR\r\n");
	object = p_new(test_pool, struct pim_object, 1);
	object->pool = test_pool;
	object->kind = PIM_KIND_EVENT;
	object->format = PIM_FORMAT_KOLAB3;
	object->uid = "u1";
	object->kept_headers = "";
	p_array_init(&object->parts, test_pool, 4);
	if (pim_tree_parse(test_pool, str_data(text), str_len(text), &object->root, &error) < 0)
		i_fatal("test event: %s", error);
	return object;
}

void test_context(struct eas_pim_context *ctx, struct pim_object *object,
		  enum eas_version version)
{
	i_zero(ctx);
	ctx->pool = test_pool;
	ctx->class = EAS_CLASS_CALENDAR;
	ctx->version = version;
	ctx->body = &test_body;
	ctx->addresses = test_addresses;
	ctx->item_id = "folder:item";
	ctx->user_zone = pim_zone_find("Europe/Berlin");
	ctx->now = TEST_NOW;
	ctx->object = object;
}

const struct wbxml_node *test_data(const char *lines)
{
	string_t *text = t_str_new(512);
	const char *const *line;

	str_append(text, "ApplicationData\n");
	for (line = t_strsplit(lines, "\n"); *line != NULL; line++) {
		if (**line == '\0')
			continue;
		str_append(text, "  ");
		if (**line != ' ' && strchr(t_strcut(*line, ' '), ':') == NULL)
			str_append(text, "Calendar:");
		str_printfa(text, "%s\n", *line);
	}
	return test_eas_text_tree(test_pool, str_c(text))->root;
}

static const char *test_unfold(const char *text)
{
	string_t *dest = t_str_new(1024);

	for (; *text != '\0'; text++) {
		if (strncmp(text, "\r\n ", 3) == 0)
			text += 2;
		else if (*text != '\r')
			str_append_c(dest, *text);
	}
	return str_c(dest);
}

const char *test_tree(const struct pim_object *object)
{
	string_t *text = t_str_new(1024);

	pim_tree_write(text, object->root);
	return test_unfold(str_c(text));
}

static bool line_is_time_stamp(const char *line)
{
	return strncmp(line, "DTSTAMP", 7) == 0 || strncmp(line, "LAST-MODIFIED", 13) == 0 ||
		strncmp(line, "CREATED", 7) == 0;
}

static void append_missing(string_t *dest, char sign, const char *const *lines,
			   const char *const *others)
{
	const char *const *other;
	ARRAY_TYPE(const_string) left;
	bool found;
	unsigned int i, count;

	t_array_init(&left, 64);
	for (other = others; *other != NULL; other++)
		array_push_back(&left, other);
	for (; *lines != NULL; lines++) {
		other = array_get(&left, &count);
		found = FALSE;
		for (i = 0; i < count && !found; i++) {
			if (strcmp(other[i], *lines) == 0) {
				array_delete(&left, i, 1);
				found = TRUE;
			}
		}
		if (!found && !line_is_time_stamp(*lines))
			str_printfa(dest, "%c%s\n", sign, *lines);
	}
}

const char *test_diff(const char *before, const char *after)
{
	const char *const *old = t_strsplit(before, "\n"), *const *new = t_strsplit(after, "\n");
	string_t *dest = t_str_new(256);

	append_missing(dest, '-', old, new);
	append_missing(dest, '+', new, old);
	return str_c(dest);
}

void test_expect(const char *name, const char *wanted, const char *got)
{
	if (strcmp(wanted, got) != 0) {
		test_out_reason(name, FALSE, t_strdup_printf("wanted:\n%s\ngot:\n%s", wanted, got));
	}
}

static const char *node_dump(const struct wbxml_node *node)
{
	static const struct wbxml_dump_names names = { eas_tag_get_name, eas_page_get_name };
	string_t *text = t_str_new(256);

	wbxml_dump(text, node, &names, 0, NULL);
	return str_c(text);
}

const char *test_shown(struct eas_pim_context *ctx, wbxml_tag_t tag)
{
	const struct wbxml_node *node = wbxml_node_child(eas_item_pim_project(ctx, test_pool), tag);

	return node == NULL ? "" : node_dump(node);
}

const char *test_shown_value(struct eas_pim_context *ctx, wbxml_tag_t tag)
{
	const struct wbxml_node *node = wbxml_node_child(eas_item_pim_project(ctx, test_pool), tag);

	return node == NULL ? "none" : node->value;
}

void test_patches(const struct patch_test *tests, unsigned int count)
{
	/* what is not sent is not there to be deleted */
	ARRAY_TYPE(wbxml_tag) supported;
	struct eas_pim_context ctx;
	struct pim_object *object;
	const char *before, *after, *error;
	unsigned int i;
	bool changed;
	int ret;

	for (i = 0; i < count; i++) T_BEGIN {
		t_array_init(&supported, 1);
		object = test_object(tests[i].event);
		before = test_tree(object);
		test_context(&ctx, object, tests[i].version);
		ctx.supported = &supported;
		ret = eas_item_pim_patch(&ctx, test_data(tests[i].data), &changed, &error);
		after = test_tree(object);
		if (tests[i].diff == NULL) {
			test_assert_idx(ret < 0, i);
			test_expect(t_strdup_printf("%u refused", i), before, after);
		} else {
			test_assert_idx(ret == 0, i);
			test_expect(t_strdup_printf("%u", i), tests[i].diff,
				    ret < 0 ? error : test_diff(before, after));
			test_assert_idx(changed == (*tests[i].diff != '\0'), i);
		}
	} T_END;
}

int test_event_main(void (*const test_functions[])(void))
{
	int ret;

	test_pool = pool_alloconly_create("test calendar", 65536);
	ret = test_run(test_functions);
	pool_unref(&test_pool);
	return ret;
}
