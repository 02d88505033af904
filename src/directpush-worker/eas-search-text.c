/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "strnum.h"
#include "unichar.h"
#include "directpush-compat.h"
#include "eas-search-text.h"

#define RANGE_MAX 999

static const struct {
	const char *name;
	enum eas_search_field fields;
} search_fields[] = {
	{ "from", EAS_SEARCH_FIELD_FROM },
	{ "to", EAS_SEARCH_FIELD_TO },
	{ "cc", EAS_SEARCH_FIELD_CC },
	{ "bcc", EAS_SEARCH_FIELD_BCC },
	{ "recipients", EAS_SEARCH_FIELD_TO | EAS_SEARCH_FIELD_CC | EAS_SEARCH_FIELD_BCC },
	{ "participants", EAS_SEARCH_FIELD_FROM | EAS_SEARCH_FIELD_TO |
	  EAS_SEARCH_FIELD_CC | EAS_SEARCH_FIELD_BCC },
	{ "subject", EAS_SEARCH_FIELD_SUBJECT },
	{ "body", EAS_SEARCH_FIELD_BODY }
};

/* what phones make of a typed quote */
static const char *const search_quotes[] = { "\"", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e" };

struct search_text_parser {
	pool_t pool;
	const char *p;
	ARRAY_TYPE(eas_search_term) *terms;
	/* of the term that comes next */
	struct eas_search_term next;
};

static size_t quote_length(const char *p)
{
	for (unsigned int i = 0; i < N_ELEMENTS(search_quotes); i++) {
		if (str_begins_with(p, search_quotes[i]))
			return strlen(search_quotes[i]);
	}
	return 0;
}

static bool is_space(char c)
{
	/* parentheses hold together what we do not take apart */
	return (unsigned char)c <= ' ' || c == '\x7f' || c == '(' || c == ')';
}

/* The next word or phrase, NULL at the end. */
static const char *next_word(struct search_text_parser *parser, bool *quoted_r)
{
	const char *start;
	const char *word;
	size_t quote;

	while (*parser->p != '\0' && is_space(*parser->p))
		parser->p++;
	if (*parser->p == '\0')
		return NULL;
	quote = quote_length(parser->p);
	*quoted_r = quote > 0;
	parser->p += quote;
	start = parser->p;
	while (*parser->p != '\0' && quote_length(parser->p) == 0 &&
	       (*quoted_r || !is_space(*parser->p)))
		parser->p++;
	word = t_strdup_until(start, parser->p);
	if (*quoted_r)
		parser->p += quote_length(parser->p);
	return word;
}

static void add_term(struct search_text_parser *parser, const char *text)
{
	text = t_str_trim(text, " \t\r\n");
	if (*text == '\0')
		return;
	parser->next.text = p_strdup(parser->pool, text);
	/* nothing to be instead of */
	if (array_count(parser->terms) == 0)
		parser->next.or_previous = FALSE;
	array_push_back(parser->terms, &parser->next);
	i_zero(&parser->next);
}

static bool is_operator(struct search_text_parser *parser, const char *word)
{
	if (strcmp(word, "AND") == 0)
		return TRUE;
	if (strcmp(word, "OR") == 0) {
		parser->next.or_previous = TRUE;
		return TRUE;
	}
	if (strcmp(word, "NOT") == 0) {
		parser->next.match_not = TRUE;
		return TRUE;
	}
	return FALSE;
}

/* What follows "name:" in the word, or the word. */
static const char *take_field(struct search_text_parser *parser, const char *word)
{
	size_t len = strcspn(word, ":=");

	for (unsigned int i = 0; word[len] != '\0' && i < N_ELEMENTS(search_fields); i++) {
		if (strlen(search_fields[i].name) == len &&
		    strncasecmp(search_fields[i].name, word, len) == 0) {
			parser->next.fields = search_fields[i].fields;
			return word + len + 1;
		}
	}
	return word;
}

static void parse_word(struct search_text_parser *parser, const char *word)
{
	size_t len;

	if (is_operator(parser, word))
		return;
	if (*word == '-' && word[1] != '\0') {
		parser->next.match_not = TRUE;
		word++;
	}
	word = take_field(parser, word);
	/* beginnings of words are found anyhow */
	len = strlen(word);
	while (len > 0 && word[len-1] == '*')
		len--;
	add_term(parser, t_strndup(word, len));
}

int eas_search_text_parse(pool_t pool, const char *text,
			  ARRAY_TYPE(eas_search_term) *terms, const char **error_r)
{
	struct search_text_parser parser = {
		.pool = pool, .p = text, .terms = terms
	};
	unsigned int old_count = array_count(terms);
	const char *word;
	bool quoted;

	if (strlen(text) > EAS_SEARCH_TEXT_MAX_BYTES || !uni_utf8_str_is_valid(text)) {
		*error_r = "Text to search for is too long or not UTF-8";
		return -1;
	}
	while ((word = next_word(&parser, &quoted)) != NULL) {
		if (quoted)
			add_term(&parser, word);
		else
			parse_word(&parser, word);
	}
	if (array_count(terms) == old_count) {
		*error_r = "There is nothing to search for";
		return -1;
	}
	if (array_count(terms) > EAS_SEARCH_TEXT_MAX_TERMS) {
		*error_r = "Too many words to search for";
		return -1;
	}
	return 0;
}

int eas_search_range_parse(const char *text, unsigned int *first_r, unsigned int *last_r)
{
	const char *dash = strchr(text, '-');

	if (dash == NULL || str_to_uint(t_strdup_until(text, dash), first_r) < 0 ||
	    str_to_uint(dash + 1, last_r) < 0 || *first_r > *last_r || *last_r > RANGE_MAX)
		return -1;
	return 0;
}
