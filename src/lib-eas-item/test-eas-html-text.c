/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "test-common.h"
#include "eas-html-text.h"

static const struct {
	const char *html;
	enum eas_html_text_flags flags;
	const char *text;
} html_tests[] = {
	{ "", 0, "" },
	{ "   \r\n ", 0, "" },
	{ "a", 0, "a\r\n" },
	{ "  a \t\r\n b  ", 0, "a b\r\n" },
	{ "a<br>b<BR/>c", 0, "a\r\nb\r\nc\r\n" },
	{ "a<br><br><br><br><br>b", 0, "a\r\n\r\n\r\nb\r\n" },
	{ "<p>a</p><p>b</p>", 0, "a\r\n\r\nb\r\n" },
	{ "<p>a<div>b</div></p>c", 0, "a\r\nb\r\n\r\nc\r\n" },
	{ "<div><div><div>a</div></div></div>b", 0, "a\r\nb\r\n" },
	{ "<b>bo</b>ld <i>it</i>", 0, "bold it\r\n" },
	{ "<ul><li>a<li>b</ul>c", 0, "* a\r\n* b\r\n\r\nc\r\n" },
	{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", 0,
	  "a\tb\r\nc\r\n" },
	{ "a<hr>b", 0, "a\r\n----------\r\nb\r\n" },
	{ "a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e", 0,
	  "a\r\n> b\r\n> c\r\n> > d\r\ne\r\n" },
	{ "</blockquote>a", 0, "a\r\n" },
	{ "<pre>a  b\n\n c</pre>d  e", 0, "a  b\r\n\r\n c\r\nd e\r\n" },
	/* entities */
	{ "&lt;&gt;&amp;&quot;&#65;&#x42;&#X43;&euro;", 0, "<>&\"ABC\xe2\x82\xac\r\n" },
	{ "a&nbsp;&nbsp;b", 0, "a b\r\n" },
	{ "AT&T & &unknown; &#0; &#xffffffff; &", 0, "AT&T & &unknown; &#xffffffff; &\r\n" },
	{ "&amp", 0, "&\r\n" },
	{ "a&zwnj;&#8203;&shy;b", 0, "ab\r\n" },
	/* hidden */
	{ "<head><title>t</title><style>p { a<b }</style></head>x", 0, "x\r\n" },
	{ "<script>if (a < b) { '</b>' } </SCRIPT >x", 0, "x\r\n" },
	{ "<script>never ends", 0, "" },
	{ "<!-- a > b -- c -->x", 0, "x\r\n" },
	{ "<!-->x", 0, "x\r\n" },
	{ "<!DOCTYPE html><?php x ?>x", 0, "x\r\n" },
	{ "<!--[if mso]><p>y</p><![endif]-->x", 0, "x\r\n" },
	{ "a<!-- never ends", 0, "a\r\n" },
	/* markup that is none */
	{ "1 < 2 <> </ 3 <4", 0, "1 < 2 <> </ 3 <4\r\n" },
	{ "a<b", 0, "a\r\n" },
	{ "<img alt=\"a > b\" src='>'>c", 0, "c\r\n" },
	{ "<p title=unquoted>x</p =>y", 0, "x\r\n\r\ny\r\n" },
	{ "<p = = ''\"<>x", 0, "x\r\n" },
	/* links */
	{ "<a href=\"https://x/\">l</a>.", 0, "l.\r\n" },
	{ "<a href=\"https://x/?a=1&amp;b\">l</a>.", EAS_HTML_TEXT_FLAG_LINKS,
	  "l <https://x/?a=1&b>.\r\n" },
	{ "<a href='http://x/'>http://x/</a>", EAS_HTML_TEXT_FLAG_LINKS, "http://x/\r\n" },
	{ "<a href=mailto:x>l</a><a name=y>m</a>", EAS_HTML_TEXT_FLAG_LINKS, "lm\r\n" },
	{ "<img alt='a picture'>", EAS_HTML_TEXT_FLAG_LINKS, "a picture\r\n" },
	{ "<img alt='a picture'>", 0, "" },
};

static void test_eas_html_text(void)
{
	test_begin("eas html text");
	for (unsigned int i = 0; i < N_ELEMENTS(html_tests); i++) T_BEGIN {
		const unsigned char *html = (const unsigned char *)html_tests[i].html;
		size_t len = strlen(html_tests[i].html), pos, piece;

		for (piece = 1; piece <= len + 1; piece++) {
			struct eas_html_text *ctx = eas_html_text_init(html_tests[i].flags);
			string_t *dest = t_str_new(128);

			for (pos = 0; pos < len; pos += piece)
				eas_html_text_more(ctx, html + pos,
						   I_MIN(piece, len - pos), dest);
			eas_html_text_finish(ctx, dest);
			eas_html_text_deinit(&ctx);
			test_assert_strcmp_idx(str_c(dest), html_tests[i].text, i);
		}
	} T_END;
	test_end();
}

static void test_eas_html_text_bounds(void)
{
	struct eas_html_text *ctx = eas_html_text_init(EAS_HTML_TEXT_FLAG_LINKS);
	buffer_t *dest = buffer_create_dynamic(default_pool, 1024);
	static const char *const endless[] = {
		"<a href='", "<", "&", "<!--", "<blockquote>", "<p>"
	};
	unsigned int i, j;

	test_begin("eas html text: endless tokens");
	for (i = 0; i < N_ELEMENTS(endless); i++) {
		eas_html_text_more(ctx, (const unsigned char *)endless[i],
				   strlen(endless[i]), dest);
		for (j = 0; j < 100000; j++)
			eas_html_text_more(ctx, (const unsigned char *)"x", 1, dest);
		eas_html_text_more(ctx, (const unsigned char *)"'-->", 4, dest);
	}
	eas_html_text_finish(ctx, dest);
	eas_html_text_deinit(&ctx);
	/* nothing grows but the text itself */
	test_assert(dest->used < 700000);
	buffer_free(&dest);
	test_end();
}

static void test_eas_text_html(void)
{
	static const struct {
		const char *text, *html;
	} tests[] = {
		{ "", "" },
		{ "a & b <c>\r\n", "a &amp; b &lt;c&gt;<br>\r\n" },
		{ "a  b   c", "a &nbsp;b &nbsp;&nbsp;c" },
		{ "a\r\n  b", "a<br>\r\n&nbsp;&nbsp;b" },
		{ " a", "&nbsp;a" },
	};

	test_begin("eas html text: text to html");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const unsigned char *text = (const unsigned char *)tests[i].text;
		size_t len = strlen(tests[i].text), pos, piece;

		for (piece = 1; piece <= len + 1; piece++) {
			string_t *dest = t_str_new(128);

			for (pos = 0; pos < len; pos += piece)
				eas_text_html_append(text + pos, I_MIN(piece, len - pos),
						     pos == 0 ? 0 : text[pos - 1], dest);
			test_assert_strcmp_idx(str_c(dest), tests[i].html, i);
		}
	} T_END;
	test_end();
}

static void test_eas_html_meta(void)
{
	static const struct {
		const char *html, *fixed;
	} tests[] = {
		{ "", "" },
		{ "<p>charset=x", "<p>charset=x" },
		{ "<META charset=\"iso-8859-1\"><p>", "<META charset=\"utf-8\"><p>" },
		{ "<meta http-equiv='Content-Type' content='text/html; Charset=Windows-1252'/>x",
		  "<meta http-equiv='Content-Type' content='text/html; Charset=utf-8'/>x" },
		{ "<meta name=a><meta charset=x>charset=y", "<meta name=a><meta charset=utf-8>charset=y" },
		{ "<meta charset=", "<meta charset=" },
		{ "<meta charset=>", "<meta charset=utf-8>" },
	};

	test_begin("eas html text: charset in meta");
	for (unsigned int i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		string_t *dest = t_str_new(128);

		eas_html_append_utf8_meta((const unsigned char *)tests[i].html,
					  strlen(tests[i].html), dest);
		test_assert_strcmp_idx(str_c(dest), tests[i].fixed, i);
	} T_END;
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_eas_html_text,
		test_eas_html_text_bounds,
		test_eas_html_meta,
		test_eas_text_html,
		NULL
	};
	return test_run(test_functions);
}
