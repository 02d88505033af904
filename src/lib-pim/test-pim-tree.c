/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "pim-card21.h"
#include "pim-text.h"
#include "pim-tree.h"

#define EVENT(lines) \
	"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" lines "END:VEVENT\r\nEND:VCALENDAR\r\n"
#define CARD(lines) "BEGIN:VCARD\r\n" lines "END:VCARD\r\n"
#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static pool_t pool;

static struct pim_component *parse(const char *text)
{
	struct pim_component *root = NULL;
	const char *error;

	if (pim_tree_parse(pool, (const void *)text, strlen(text), &root,
			   &error) < 0)
		i_fatal("%s: %s", text, error);
	return root;
}

static const char *write_text(const struct pim_component *root)
{
	string_t *dest = t_str_new(256);

	pim_tree_write(dest, root);
	return str_c(dest);
}

/* these texts are written as they were */
static const char *const lossless_tests[] = {
	EVENT("UID:1\r\nsummary:x\r\nX-Foo;Bar=1;baz=\"a;b:c\",d:e:f;g\r\n"),
	EVENT("DTSTART;TZID=Europe/Berlin:20260101T100000\r\n"
	      "CATEGORIES:A,B\\,C\r\nBEGIN:x-unknown\r\nA:B\r\nEND:x-unknown\r\n"),
	CARD("item1.TEL;HOME;type=cell,VOICE:1\r\nN:a;b;;;\r\nNOTE:\r\n"),
	CARD("this is no content line\r\n:nor this\r\nX;CN=O\"Brien:z\r\n"),
	CARD("NOTE:" SEVENTY "\r\n " TEN "\r\n"),
	CARD("NOTE:" SEVENTY TEN "\r\n" "X:\xc3\xa4\r\n"),
};

static void test_pim_tree_lossless(void)
{
	test_begin("pim tree: order, case and what is unknown stay");
	for (unsigned int i = 0; i < N_ELEMENTS(lossless_tests); i++) T_BEGIN {
		const char *text = write_text(parse(lossless_tests[i]));

		if (i != 5)
			test_assert_strcmp_idx(text, lossless_tests[i], i);
		test_assert_strcmp_idx(write_text(parse(text)), text, i);
	} T_END;
	test_end();
}

static void test_pim_tree_lines(void)
{
	const struct pim_component *root;
	const struct pim_property *property;

	test_begin("pim tree: lines are unfolded and folded between characters");
	root = parse("\xEF\xBB\xBF" "begin:vcard\n\nNOTE:a\n b\n\t c\nend:VCARD");
	test_assert_strcmp(pim_component_get(root, "note"), "ab c");
	root = parse(CARD("NOTE;ENCODING=QUOTED-PRINTABLE:a=\nb=3D\nX:1\n"));
	test_assert_strcmp(pim_component_get(root, "NOTE"), "ab=3D");
	test_assert_strcmp(pim_component_get(root, "X"), "1");
	root = parse(CARD("X:012" SEVENTY "\xe2\x82\xac" "end\r\n"));
	test_assert_strcmp(write_text(root),
		CARD("X:012" SEVENTY "\r\n \xe2\x82\xac" "end\r\n"));
	property = root->properties_head;
	test_assert(strlen(property->value) == 79);
	test_end();
}

static void test_pim_tree_card21(void)
{
	struct pim_component *root;

	test_begin("pim tree: backslashes of vCard 2.1 stand for themselves");
	root = parse(CARD("NOTE;QUOTED-PRINTABLE:C:\\new\\; d=5Cn=0D=0Ae\r\n"));
	pim_card21_decode(pool, root);
	test_assert_strcmp(pim_component_get(root, "NOTE"), "C:\\\\new\\; d\\\\n\\ne");
	test_assert_strcmp(pim_component_get_text(root, "NOTE"), "C:\\new; d\\n\ne");
	test_assert_strcmp(write_text(root),
		CARD("NOTE;QUOTED-PRINTABLE:C:\\new\\; d=5Cn=0D=0Ae\r\n"));
	pim_component_set_text(pool, root, "NOTE", "C:\\new, D:\\;\nE");
	test_assert_strcmp(write_text(root),
		CARD("NOTE;QUOTED-PRINTABLE:C:=5Cnew=2C D:=5C\\;=0D=0AE\r\n"));
	root = parse(write_text(root));
	pim_card21_decode(pool, root);
	test_assert_strcmp(pim_component_get_text(root, "NOTE"), "C:\\new, D:\\;\nE");
	test_end();
}

static void test_pim_tree_injection(void)
{
	struct pim_component *root = parse(CARD("X:1\r\n"));

	test_begin("pim tree: a line feed in a value makes no line");
	pim_property_set(pool, root, "X", "a\r\nEND:VCARD");
	test_assert_strcmp(write_text(root), CARD("X:a\\nEND:VCARD\r\n"));
	test_end();
}

static const struct {
	const char *text, *error;
} bad_tests[] = {
	{ "", "The text has no component" },
	{ "X:1\r\n", "A line stands outside of every component" },
	{ "BEGIN:VCARD\r\nX:1\r\n", "BEGIN:VCARD has no END" },
	{ "BEGIN:A\r\nBEGIN:B\r\nEND:A\r\nEND:B\r\n", "END:A has no BEGIN" },
	{ "BEGIN:A\r\nEND:A\r\nEND:A\r\n", "END:A has no BEGIN" },
	{ "BEGIN:\r\nEND:\r\n", "A component has no name" },
};

static void test_pim_tree_bad(void)
{
	const char deep[] = "BEGIN:A\n";
	string_t *text = t_str_new(512);
	struct pim_component *root;
	const char *error;

	test_begin("pim tree: what is no object is refused");
	for (unsigned int i = 0; i < N_ELEMENTS(bad_tests); i++) {
		test_assert_idx(pim_tree_parse(pool,
			(const void *)bad_tests[i].text,
			strlen(bad_tests[i].text), &root, &error) < 0, i);
		test_assert_strcmp_idx(error, bad_tests[i].error, i);
	}
	test_assert(pim_tree_parse(pool, (const void *)"BEGIN:A\0\nEND:A", 15,
				   &root, &error) < 0);
	for (unsigned int i = 0; i <= PIM_TREE_MAX_DEPTH; i++)
		str_append(text, deep);
	test_assert(pim_tree_parse(pool, str_data(text), str_len(text),
				   &root, &error) < 0);
	test_assert_strcmp(error, "Too many components");
	/* cut at every byte: refused, or whole but for the last line end */
	for (size_t size = 0; size + 3 < strlen(lossless_tests[0]); size++) {
		test_assert_idx(pim_tree_parse(pool,
			(const void *)lossless_tests[0], size, &root,
			&error) < 0, size);
	}
	test_end();
}

static void test_pim_tree_params(void)
{
	struct pim_component *root = parse(CARD(
		"TEL;HOME;TYPE=\"cell,fax\";type=x:1\r\n"
		"X;CN=\"a^n^'b^^\";E=:2\r\n"));
	struct pim_property *tel = pim_property_find(root, "tel");
	struct pim_property *x = pim_property_find(root, "X");

	test_begin("pim tree: parameters are read and set");
	test_assert(pim_param_has(tel, "type", "home"));
	test_assert(pim_param_has(tel, "TYPE", "Fax"));
	test_assert(pim_param_has(tel, "TYPE", "x"));
	test_assert(!pim_param_has(tel, "TYPE", "work"));
	test_assert_strcmp(pim_param_get(x, "cn"), "a\n\"b^");
	test_assert_strcmp(pim_param_get(x, "E"), "");
	test_assert(pim_param_get(x, "Y") == NULL);
	pim_param_set(pool, tel, "TYPE", "cell");
	pim_param_add(pool, tel, "TYPE", "pref");
	pim_param_set(pool, x, "CN", "Doe, \"J\"");
	pim_param_set(pool, x, "E", NULL);
	test_assert_strcmp(write_text(root), CARD(
		"TEL;HOME;TYPE=cell;TYPE=pref:1\r\n"
		"X;CN=\"Doe, ^'J^'\":2\r\n"));
	test_assert_strcmp(pim_param_get(x, "CN"), "Doe, \"J\"");
	test_end();
}

static void test_pim_tree_edit(void)
{
	struct pim_component *root = parse(EVENT("A:1\r\nB:2\r\nA:3\r\n"));
	struct pim_component *event = pim_component_find(root, "vevent"), *copy;
	struct pim_property *property;

	test_begin("pim tree: components and properties are found, added, removed");
	property = pim_property_find_next(pim_property_find(event, "a"));
	test_assert_strcmp(property->value, "3");
	test_assert(pim_property_find_next(property) == NULL);
	copy = pim_component_copy(pool, event);
	pim_property_remove(event, property);
	pim_property_set(pool, event, "B", NULL);
	pim_property_set(pool, event, "C", "4");
	pim_property_remove_all(copy, "A");
	pim_component_append(root, copy);
	test_assert(pim_component_find_next(event) == copy);
	test_assert_strcmp(write_text(root), "BEGIN:VCALENDAR\r\n"
		"BEGIN:VEVENT\r\nA:1\r\nC:4\r\nEND:VEVENT\r\n"
		"BEGIN:VEVENT\r\nB:2\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
	pim_component_remove(event);
	test_assert(pim_component_find(root, "VEVENT") == copy);
	test_end();
}

static void test_pim_tree_digest(void)
{
	uint64_t digest = pim_tree_digest(parse(EVENT(
		"UID:1\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:x\r\n")));

	test_begin("pim tree: a digest tells changes, but not when it was written");
	test_assert(digest == pim_tree_digest(parse(EVENT(
		"uid:1\r\nSUMMARY:x\r\nLAST-MODIFIED:20270101T000000Z\r\n"))));
	test_assert(digest != pim_tree_digest(parse(EVENT(
		"UID:1\r\nSUMMARY:X\r\n"))));
	test_assert(digest != pim_tree_digest(parse(EVENT(
		"UID:1\r\nSUMMARY;LANGUAGE=en:x\r\n"))));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_pim_tree_lossless,
		test_pim_tree_lines,
		test_pim_tree_card21,
		test_pim_tree_injection,
		test_pim_tree_bad,
		test_pim_tree_params,
		test_pim_tree_edit,
		test_pim_tree_digest,
		NULL
	};
	int ret;

	pool = pool_alloconly_create("test", 4096);
	ret = test_run(test_functions);
	pool_unref(&pool);
	return ret;
}
