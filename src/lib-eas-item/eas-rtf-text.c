/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "charset-utf8.h"
#include "str.h"
#include "strnum.h"
#include "unichar.h"
#include "eas-tnef-private.h"
#include "eas-rtf-text.h"

#include <ctype.h>

/* deeper groups are not looked at */
#define RTF_MAX_DEPTH 64
#define RTF_MAX_WORD 32
#define RTF_CHARSET "windows-1252"
#define RTF_BEGIN "{\\rtf"

/* what is no text of the document */
static const char *const skipped_words[] = {
	"*", "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header",
	"footer", NULL
};

/* what stands for a character */
static const struct {
	const char *word;
	unichar_t chr;
} character_words[] = {
	{ "par", '\n' }, { "line", '\n' }, { "sect", '\n' }, { "page", '\n' },
	{ "row", '\n' }, { "tab", '\t' }, { "cell", '\t' }, { "emdash", 0x2014 },
	{ "endash", 0x2013 }, { "bullet", 0x2022 }, { "lquote", 0x2018 },
	{ "rquote", 0x2019 }, { "ldblquote", 0x201c }, { "rdblquote", 0x201d },
	{ "~", 0xa0 }, { "_", 0x2011 },
};

struct rtf_group {
	bool skipped;
	/* characters that follow a \u for those who do not know it */
	unsigned int uc;
};

struct rtf_reader {
	const char *pos;
	struct rtf_group groups[RTF_MAX_DEPTH];
	unsigned int depth;
	/* of these still to come */
	unsigned int uc_left;
	/* first half of a character beyond U+FFFF */
	unichar_t surrogate;
	string_t *dest;
};

static struct rtf_group *rtf_group(struct rtf_reader *rtf)
{
	return &rtf->groups[I_MIN(rtf->depth, RTF_MAX_DEPTH - 1)];
}

static void rtf_character(struct rtf_reader *rtf, unichar_t chr)
{
	if (!rtf_group(rtf)->skipped && uni_is_valid_ucs4(chr) && chr != 0)
		uni_ucs4_to_utf8_c(chr, rtf->dest);
}

static void rtf_byte(struct rtf_reader *rtf, unsigned char c)
{
	const char bytes[] = { c, '\0' };
	enum charset_result result;

	if (rtf->uc_left > 0)
		rtf->uc_left--;
	else if (c < 0x80)
		rtf_character(rtf, c);
	else if (!rtf_group(rtf)->skipped) {
		(void)charset_to_utf8_str(RTF_CHARSET, NULL, bytes, rtf->dest, &result);
	}
}

static void rtf_open(struct rtf_reader *rtf)
{
	struct rtf_group group = *rtf_group(rtf);

	rtf->depth++;
	if (rtf->depth >= RTF_MAX_DEPTH)
		group.skipped = TRUE;
	*rtf_group(rtf) = group;
}

static void rtf_unicode(struct rtf_reader *rtf, int number)
{
	unichar_t chr = number & 0xffff;

	rtf->uc_left = rtf_group(rtf)->uc;
	if (UTF16_VALID_HIGH_SURROGATE(chr)) {
		rtf->surrogate = chr;
		return;
	}
	if (UTF16_VALID_LOW_SURROGATE(chr) && rtf->surrogate != 0)
		chr = uni_join_surrogate(rtf->surrogate, chr);
	rtf->surrogate = 0;
	rtf_character(rtf, chr);
}

static void rtf_word(struct rtf_reader *rtf, const char *word, const char *number_str)
{
	int number = 0;

	if (str_to_int(number_str, &number) < 0)
		number = 0;
	if (str_array_find(skipped_words, word))
		rtf_group(rtf)->skipped = TRUE;
	else if (strcmp(word, "u") == 0)
		rtf_unicode(rtf, number);
	else if (strcmp(word, "uc") == 0)
		rtf_group(rtf)->uc = number < 0 || number > 8 ? 1 : number;
	for (unsigned int i = 0; i < N_ELEMENTS(character_words); i++) {
		if (strcmp(character_words[i].word, word) == 0)
			rtf_character(rtf, character_words[i].chr);
	}
}

/* \word, \word-1 and a space that belongs to it. No data stack: dest may be there, and grow. */
static void rtf_read_word(struct rtf_reader *rtf)
{
	char word[RTF_MAX_WORD + 1], number[RTF_MAX_WORD + 1];
	size_t length = 0;

	while (i_isalpha(*rtf->pos) && length < RTF_MAX_WORD)
		word[length++] = *rtf->pos++;
	word[length] = '\0';
	length = 0;
	if (*rtf->pos == '-')
		number[length++] = *rtf->pos++;
	while (i_isdigit(*rtf->pos) && length < RTF_MAX_WORD)
		number[length++] = *rtf->pos++;
	number[length] = '\0';
	if (*rtf->pos == ' ')
		rtf->pos++;
	rtf_word(rtf, word, number);
}

static unsigned int rtf_hex(char c)
{
	return i_isdigit(c) ? c - '0' : (i_toupper(c) - 'A' + 10) & 0x0f;
}

/* After a backslash. */
static void rtf_control(struct rtf_reader *rtf)
{
	char c = *rtf->pos;

	if (i_isalpha(c))
		rtf_read_word(rtf);
	else if (c == '\'' && i_isxdigit(rtf->pos[1]) && i_isxdigit(rtf->pos[2])) {
		rtf_byte(rtf, rtf_hex(rtf->pos[1]) << 4 | rtf_hex(rtf->pos[2]));
		rtf->pos += 3;
	} else if (c != '\0') {
		rtf->pos++;
		if (strchr("\\{}", c) != NULL)
			rtf_byte(rtf, c);
		else if (c == '\r' || c == '\n')
			rtf_character(rtf, '\n');
		else
			rtf_word(rtf, (const char []){ c, '\0' }, "");
	}
}

static void rtf_read(struct rtf_reader *rtf)
{
	while (*rtf->pos != '\0') {
		char c = *rtf->pos++;

		if (c == '\\')
			rtf_control(rtf);
		else if (c == '{')
			rtf_open(rtf);
		else if (c == '}' && rtf->depth > 0)
			rtf->depth--;
		else if (c != '}' && c != '\r' && c != '\n')
			rtf_byte(rtf, c);
	}
}

bool eas_rtf_text(const char *data, string_t *dest)
{
	struct rtf_reader rtf = { .dest = dest };
	buffer_t *bytes = buffer_create_dynamic(default_pool, strlen(data) + 1);
	buffer_t *text = buffer_create_dynamic(default_pool, strlen(data) + 1);
	bool ok;

	ok = base64_scheme_decode(&base64_scheme, 0, data, strlen(data), bytes) >= 0;
	if (ok && bytes->used >= strlen(RTF_BEGIN) &&
	    memcmp(bytes->data, RTF_BEGIN, strlen(RTF_BEGIN)) == 0)
		buffer_append_buf(text, bytes, 0, SIZE_MAX);
	else
		ok = ok && eas_tnef_rtf_decompress(bytes->data, bytes->used, text);
	rtf.pos = str_c(text);
	ok = ok && strncmp(rtf.pos, RTF_BEGIN, strlen(RTF_BEGIN)) == 0;
	if (ok) {
		rtf.groups[0].uc = 1;
		rtf_read(&rtf);
	}
	buffer_free(&text);
	buffer_free(&bytes);
	return ok;
}
