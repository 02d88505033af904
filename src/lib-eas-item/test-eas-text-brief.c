/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "test-common.h"
#include "eas-text-brief.h"

static const struct {
	const char *in, *out;
} tests[] = {
	{ "Click here <https://x.example/a?b=c> now", "Click here  now" },
	{ "Picture [cid:image001.png@01D] and [http://x/]", "Picture  and " },
	{ "Write <mailto:bob@example.net>", "Write " },
	{ "Bob <bob@example.net> [sic] <3 <", "Bob <bob@example.net> [sic] <3 <" },
	{ "<https://x with a space>", "<https://x with a space>" },
	{ "<<HTTP://X/>>", "<>" },
	{ "<https://never ends", "<https://never ends" },
	{ "<cid:", "<cid:" },
	{ "", "" }
};

static const char *brief(const char *in, size_t piece)
{
	struct eas_text_brief *brief = eas_text_brief_init();
	string_t *out = t_str_new(64);
	size_t size = strlen(in);

	for (size_t pos = 0; pos < size; pos += piece) {
		eas_text_brief_more(brief, (const unsigned char *)in + pos,
				    I_MIN(piece, size - pos), out);
	}
	eas_text_brief_finish(brief, out);
	eas_text_brief_deinit(&brief);
	return str_c(out);
}

static void test_text_brief(void)
{
	test_begin("text brief: links go, all else stays, whatever the pieces");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(brief(tests[i].in, 1), tests[i].out, i);
		test_assert_strcmp_idx(brief(tests[i].in, 3), tests[i].out, i);
		test_assert_strcmp_idx(brief(tests[i].in, 1000), tests[i].out, i);
	}
	test_end();
}

static void test_text_brief_bounded(void)
{
	string_t *in = t_str_new(EAS_TEXT_BRIEF_MAX_LINK_BYTES * 2);

	test_begin("text brief: what is too long for a link is none");
	str_append(in, "<https://");
	for (unsigned int i = 0; i < EAS_TEXT_BRIEF_MAX_LINK_BYTES; i++)
		str_append_c(in, 'a');
	str_append_c(in, '>');
	test_assert_strcmp(brief(str_c(in), 1000), str_c(in));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_text_brief,
		test_text_brief_bounded,
		NULL
	};
	return test_run(test_functions);
}
