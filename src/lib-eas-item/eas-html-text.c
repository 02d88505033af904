/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "unichar.h"
#include "eas-html-text.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>

#define HTML_MAX_NAME 16
#define HTML_MAX_ENTITY 32
#define HTML_MAX_VALUE 2048
#define HTML_MAX_QUOTE_DEPTH 10
#define HTML_MAX_BREAKS 3

enum html_state {
	HTML_TEXT,
	/* behind '&' */
	HTML_ENTITY,
	/* behind '<' */
	HTML_TAG_OPEN,
	HTML_TAG_NAME,
	/* inside a tag, between attributes */
	HTML_TAG_INSIDE,
	HTML_ATTR_NAME,
	HTML_ATTR_EQUALS,
	HTML_ATTR_VALUE,
	/* "<!...>", "<?...>" */
	HTML_DECLARATION,
	HTML_COMMENT
};

enum html_effect {
	HTML_EFFECT_NONE = 0,
	HTML_EFFECT_BREAK,
	HTML_EFFECT_PARAGRAPH,
	HTML_EFFECT_NEWLINE,
	HTML_EFFECT_CELL,
	HTML_EFFECT_ITEM,
	HTML_EFFECT_RULE,
	HTML_EFFECT_QUOTE,
	HTML_EFFECT_PREFORMATTED,
	HTML_EFFECT_HIDDEN,
	HTML_EFFECT_LINK,
	HTML_EFFECT_IMAGE
};

static const struct html_tag {
	const char *name;
	enum html_effect effect;
} html_tags[] = {
#define EAS_HTML_TAG(name, effect) { name, HTML_EFFECT_##effect },
#include "eas-html-tags.def"
#undef EAS_HTML_TAG
};

struct eas_html_text {
	enum eas_html_text_flags flags;
	enum html_state state;

	char name[HTML_MAX_NAME + 1];
	size_t name_len;
	char attr[HTML_MAX_NAME + 1];
	size_t attr_len;
	char entity[HTML_MAX_ENTITY + 1];
	size_t entity_len;
	/* href of the link or alt of the image in the open tag */
	string_t *value;
	/* of the link whose text is being written */
	string_t *link;
	/* '"', '\'' or 0 */
	char value_quote;
	/* last two characters in a comment */
	unsigned int comment_dashes;
	/* name of the element whose content is hidden; "" = none */
	char hidden[HTML_MAX_NAME + 1];

	unsigned int quote_depth;
	/* line ends due before the next character */
	unsigned int breaks;
	bool pre:1, closing:1, have_output:1, line_open:1, space:1, tab:1;
	bool value_wanted:1, value_full:1;
};

static bool html_is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

struct eas_html_text *eas_html_text_init(enum eas_html_text_flags flags)
{
	struct eas_html_text *html;

	html = i_new(struct eas_html_text, 1);
	html->flags = flags;
	html->value = str_new(default_pool, 128);
	html->link = str_new(default_pool, 128);
	return html;
}

void eas_html_text_deinit(struct eas_html_text **_html)
{
	struct eas_html_text *html = *_html;

	if (html == NULL)
		return;
	*_html = NULL;
	str_free(&html->value);
	str_free(&html->link);
	i_free(html);
}

static const struct html_tag *html_tag_find(const char *name)
{
	int idx, left = 0, right = N_ELEMENTS(html_tags) - 1, ret;

	while (left <= right) {
		idx = (left + right) / 2;
		ret = strcmp(name, html_tags[idx].name);
		if (ret == 0)
			return &html_tags[idx];
		if (ret < 0)
			right = idx - 1;
		else
			left = idx + 1;
	}
	return NULL;
}

/*
 * Output
 */

static void html_break(struct eas_html_text *html, unsigned int lines)
{
	/* an element at the very start makes no empty lines */
	if (html->have_output)
		html->breaks = I_MAX(html->breaks, lines);
	html->space = html->tab = FALSE;
}

/* What stands before the next character: line ends, quote marks, one space. */
static void html_write_pending(struct eas_html_text *html, buffer_t *dest)
{
	unsigned int i;

	if (html->breaks > 0) {
		html->line_open = FALSE;
		for (i = 0; i < html->breaks; i++)
			buffer_append(dest, "\r\n", 2);
		html->breaks = 0;
	}
	if (!html->line_open) {
		for (i = 0; i < html->quote_depth; i++)
			buffer_append(dest, "> ", 2);
	} else if (html->tab) {
		buffer_append_c(dest, '\t');
	} else if (html->space) {
		buffer_append_c(dest, ' ');
	}
	html->space = html->tab = FALSE;
	html->line_open = html->have_output = TRUE;
}

static void html_write(struct eas_html_text *html, const void *data, size_t size,
		       buffer_t *dest)
{
	if (size == 0)
		return;
	html_write_pending(html, dest);
	buffer_append(dest, data, size);
}

static void html_write_space(struct eas_html_text *html, unsigned char c, buffer_t *dest)
{
	if (html->pre) {
		if (c == '\n' && html->have_output && html->breaks < HTML_MAX_BREAKS)
			html->breaks++;
		else if (c == ' ' || c == '\t')
			html_write(html, &c, 1, dest);
	} else if (html->line_open) {
		html->space = TRUE;
	}
}

/* Characters that only help a layout: they would fill a preview with nothing. */
static bool html_chr_is_invisible(unichar_t chr)
{
	return chr == 0xad || chr == 0x34f || (chr >= 0x200b && chr <= 0x200f) ||
		chr == 0x2060 || chr == 0xfeff;
}

static void html_write_chr(struct eas_html_text *html, unichar_t chr, buffer_t *dest)
{
	if (chr == 0xa0 || (chr < 0x80 && html_is_space(chr))) {
		html_write_space(html, ' ', dest);
	} else if (chr < 0x20 || html_chr_is_invisible(chr)) {
		/* nothing to be seen */
	} else {
		html_write_pending(html, dest);
		uni_ucs4_to_utf8_c(chr, dest);
	}
}

/*
 * Elements
 */

static void html_link_begin(struct eas_html_text *html)
{
	const char *url = str_c(html->value);

	str_truncate(html->link, 0);
	if ((html->flags & EAS_HTML_TEXT_FLAG_LINKS) == 0 || html->value_full ||
	    (strncasecmp(url, "http://", 7) != 0 &&
	     strncasecmp(url, "https://", 8) != 0))
		return;
	for (; *url != '\0'; url++) {
		str_append_c(html->link, *url);
		/* the only entity that belongs into an address */
		if (strncmp(url, "&amp;", 5) == 0)
			url += 4;
	}
}

static void html_link_end(struct eas_html_text *html, buffer_t *dest)
{
	const unsigned char *text = dest->data;
	size_t len = str_len(html->link);

	if (len == 0)
		return;
	/* not once more behind a link that shows its address */
	if (dest->used < len ||
	    memcmp(text + dest->used - len, str_data(html->link), len) != 0) {
		html->space = html->line_open;
		html_write_pending(html, dest);
		buffer_append_c(dest, '<');
		buffer_append(dest, str_data(html->link), len);
		buffer_append_c(dest, '>');
	}
	str_truncate(html->link, 0);
}

static void html_quote(struct eas_html_text *html)
{
	html_break(html, 1);
	if (!html->closing) {
		if (html->quote_depth < HTML_MAX_QUOTE_DEPTH)
			html->quote_depth++;
	} else if (html->quote_depth > 0) {
		html->quote_depth--;
	}
}

static void html_element(struct eas_html_text *html, buffer_t *dest)
{
	const struct html_tag *tag = html_tag_find(html->name);

	switch (tag == NULL ? HTML_EFFECT_NONE : tag->effect) {
	case HTML_EFFECT_NONE:
		break;
	case HTML_EFFECT_BREAK:
		html_break(html, 1);
		break;
	case HTML_EFFECT_PARAGRAPH:
		html_break(html, 2);
		break;
	case HTML_EFFECT_NEWLINE:
		if (html->have_output && html->breaks < HTML_MAX_BREAKS)
			html->breaks++;
		html->space = html->tab = FALSE;
		break;
	case HTML_EFFECT_CELL:
		if (!html->closing && html->line_open && html->breaks == 0)
			html->tab = TRUE;
		break;
	case HTML_EFFECT_ITEM:
		html_break(html, 1);
		if (!html->closing) {
			html_write(html, "*", 1, dest);
			html->space = TRUE;
		}
		break;
	case HTML_EFFECT_RULE:
		html_break(html, 1);
		html_write(html, "----------", 10, dest);
		html_break(html, 1);
		break;
	case HTML_EFFECT_QUOTE:
		html_quote(html);
		break;
	case HTML_EFFECT_PREFORMATTED:
		html_break(html, 1);
		html->pre = !html->closing;
		break;
	case HTML_EFFECT_HIDDEN:
		if (!html->closing)
			i_strocpy(html->hidden, html->name, sizeof(html->hidden));
		break;
	case HTML_EFFECT_LINK:
		if (html->closing)
			html_link_end(html, dest);
		else
			html_link_begin(html);
		break;
	case HTML_EFFECT_IMAGE:
		if ((html->flags & EAS_HTML_TEXT_FLAG_LINKS) != 0)
			html_write(html, str_data(html->value),
				   str_len(html->value), dest);
		break;
	}
}

static void html_tag_end(struct eas_html_text *html, buffer_t *dest)
{
	html->state = HTML_TEXT;
	if (html->hidden[0] == '\0')
		html_element(html, dest);
	else
		html->hidden[0] = '\0';
}

/*
 * Tokens
 */

static void html_entity_end(struct eas_html_text *html, bool terminated, buffer_t *dest)
{
	const htmlEntityDesc *desc;
	unichar_t chr = 0;
	bool known = FALSE;

	html->entity[html->entity_len] = '\0';
	if (html->entity[0] == '#') {
		if (html->entity[1] == 'x' || html->entity[1] == 'X')
			known = str_to_uint32_hex(html->entity + 2, &chr) == 0;
		else
			known = str_to_uint32(html->entity + 1, &chr) == 0;
		known = known && uni_is_valid_ucs4(chr);
	} else {
		desc = htmlEntityLookup((const xmlChar *)html->entity);
		if (desc != NULL) {
			chr = desc->value;
			known = TRUE;
		}
	}
	html->state = HTML_TEXT;
	if (html->hidden[0] != '\0')
		return;
	if (known) {
		html_write_chr(html, chr, dest);
		return;
	}
	html_write(html, "&", 1, dest);
	html_write(html, html->entity, html->entity_len, dest);
	if (terminated)
		html_write(html, ";", 1, dest);
}

/* Returns FALSE if c is not part of the entity and must be looked at again. */
static bool html_entity_chr(struct eas_html_text *html, unsigned char c, buffer_t *dest)
{
	if (i_isalnum(c) || (c == '#' && html->entity_len == 0)) {
		if (html->entity_len < HTML_MAX_ENTITY) {
			html->entity[html->entity_len++] = c;
			return TRUE;
		}
	}
	html_entity_end(html, c == ';', dest);
	return c == ';';
}

static bool html_tag_open_chr(struct eas_html_text *html, unsigned char c, buffer_t *dest)
{
	html->name_len = 0;
	str_truncate(html->value, 0);
	html->value_full = FALSE;
	if (c == '/' && !html->closing) {
		html->closing = TRUE;
		return TRUE;
	}
	/* only its own end tag ends a script */
	if (i_isalpha(c) && (html->closing || html->hidden[0] == '\0')) {
		html->state = HTML_TAG_NAME;
		return FALSE;
	}
	if ((c == '!' || c == '?') && html->hidden[0] == '\0') {
		html->state = HTML_DECLARATION;
		html->comment_dashes = 0;
		return TRUE;
	}
	/* a bare '<' */
	html->state = HTML_TEXT;
	if (html->hidden[0] == '\0')
		html_write(html, html->closing ? "</" : "<",
			   html->closing ? 2 : 1, dest);
	return FALSE;
}

static bool html_tag_name_chr(struct eas_html_text *html, unsigned char c)
{
	if (html_is_space(c) || c == '>' || c == '/') {
		html->name[html->name_len] = '\0';
		html->state = html->hidden[0] != '\0' &&
			strcmp(html->hidden, html->name) != 0 ?
			HTML_TEXT : HTML_TAG_INSIDE;
		return FALSE;
	}
	/* a longer name is none of ours */
	if (html->name_len < HTML_MAX_NAME)
		html->name[html->name_len++] = i_tolower(c);
	return TRUE;
}

static bool html_attr_is_wanted(struct eas_html_text *html)
{
	html->attr[html->attr_len] = '\0';
	return !html->closing && html->hidden[0] == '\0' &&
		((strcmp(html->name, "a") == 0 && strcmp(html->attr, "href") == 0) ||
		 (strcmp(html->name, "img") == 0 && strcmp(html->attr, "alt") == 0));
}

static bool html_attr_value_chr(struct eas_html_text *html, unsigned char c)
{
	if (html->value_quote != 0 ? c == (unsigned char)html->value_quote :
	    (html_is_space(c) || c == '>')) {
		html->state = HTML_TAG_INSIDE;
		return html->value_quote != 0;
	}
	if (html->value_wanted) {
		if (str_len(html->value) >= HTML_MAX_VALUE)
			html->value_full = TRUE;
		else if (c >= 0x20)
			str_append_c(html->value, c);
	}
	return TRUE;
}

static bool html_attr_chr(struct eas_html_text *html, unsigned char c)
{
	switch (html->state) {
	case HTML_ATTR_NAME:
		if (html_is_space(c) || c == '=' || c == '>' || c == '/') {
			html->value_wanted = html_attr_is_wanted(html);
			html->state = HTML_ATTR_EQUALS;
			return FALSE;
		}
		if (html->attr_len < HTML_MAX_NAME)
			html->attr[html->attr_len++] = i_tolower(c);
		return TRUE;
	case HTML_ATTR_EQUALS:
		if (html_is_space(c))
			return TRUE;
		if (c != '=') {
			html->state = HTML_TAG_INSIDE;
			return FALSE;
		}
		html->state = HTML_ATTR_VALUE;
		html->value_quote = '\1';
		if (html->value_wanted)
			str_truncate(html->value, 0);
		return TRUE;
	case HTML_ATTR_VALUE:
		if (html->value_quote != '\1')
			return html_attr_value_chr(html, c);
		/* the first character behind '=' */
		if (html_is_space(c))
			return TRUE;
		html->value_quote = c == '"' || c == '\'' ? c : 0;
		return html->value_quote != 0;
	default:
		i_unreached();
	}
}

static bool html_tag_inside_chr(struct eas_html_text *html, unsigned char c,
				buffer_t *dest)
{
	if (c == '>') {
		html_tag_end(html, dest);
		return TRUE;
	}
	if (html_is_space(c) || c == '/')
		return TRUE;
	html->attr_len = 0;
	html->state = HTML_ATTR_NAME;
	/* at least one character, so that '=' cannot be looked at for ever */
	html->attr[html->attr_len++] = i_tolower(c);
	return TRUE;
}

static void html_declaration_chr(struct eas_html_text *html, unsigned char c)
{
	if (html->state == HTML_DECLARATION) {
		if (c == '>') {
			html->state = HTML_TEXT;
		} else if (c == '-' && html->comment_dashes < 2) {
			if (++html->comment_dashes == 2) {
				/* "<!-->" is a whole comment */
				html->state = HTML_COMMENT;
			}
		} else {
			html->comment_dashes = 3;
		}
	} else if (c == '>' && html->comment_dashes >= 2) {
		html->state = HTML_TEXT;
	} else if (c == '-') {
		html->comment_dashes++;
	} else {
		html->comment_dashes = 0;
	}
}

/* Text up to the next markup. Returns the bytes used, at least one. */
static size_t html_text_run(struct eas_html_text *html, const unsigned char *data,
			    size_t size, buffer_t *dest)
{
	size_t i = 0, start;

	if (data[0] == '<') {
		html->closing = FALSE;
		html->state = HTML_TAG_OPEN;
		return 1;
	}
	if (data[0] == '&') {
		html->entity_len = 0;
		html->state = HTML_ENTITY;
		return 1;
	}
	while (i < size && data[i] != '<' && data[i] != '&') {
		start = i;
		while (i < size && data[i] > 0x20 && data[i] != '<' && data[i] != '&')
			i++;
		if (html->hidden[0] == '\0')
			html_write(html, data + start, i - start, dest);
		for (; i < size && data[i] <= 0x20; i++) {
			if (html->hidden[0] == '\0')
				html_write_space(html, data[i], dest);
		}
	}
	return i;
}

void eas_html_text_more(struct eas_html_text *html,
			const unsigned char *data, size_t size, buffer_t *dest)
{
	size_t i = 0;
	bool used = TRUE;

	while (i < size) {
		switch (html->state) {
		case HTML_TEXT:
			i += html_text_run(html, data + i, size - i, dest);
			continue;
		case HTML_ENTITY:
			used = html_entity_chr(html, data[i], dest);
			break;
		case HTML_TAG_OPEN:
			used = html_tag_open_chr(html, data[i], dest);
			break;
		case HTML_TAG_NAME:
			used = html_tag_name_chr(html, data[i]);
			break;
		case HTML_TAG_INSIDE:
			used = html_tag_inside_chr(html, data[i], dest);
			break;
		case HTML_ATTR_NAME:
		case HTML_ATTR_EQUALS:
		case HTML_ATTR_VALUE:
			used = html_attr_chr(html, data[i]);
			break;
		case HTML_DECLARATION:
		case HTML_COMMENT:
			html_declaration_chr(html, data[i]);
			used = TRUE;
			break;
		}
		if (used)
			i++;
	}
}

void eas_html_text_finish(struct eas_html_text *html, buffer_t *dest)
{
	if (html->state == HTML_ENTITY)
		html_entity_end(html, FALSE, dest);
	if (html->have_output)
		buffer_append(dest, "\r\n", 2);
}

/* Where str begins in data, ignoring case; NULL if nowhere. */
static const unsigned char *
html_find(const unsigned char *data, const unsigned char *end, const char *str)
{
	size_t len = strlen(str);

	for (; data + len <= end; data++) {
		if (i_memcasecmp(data, str, len) == 0)
			return data;
	}
	return NULL;
}

/* The name of a charset inside this tag, NULL if there is none. */
static const unsigned char *
html_meta_find_charset(const unsigned char *tag, const unsigned char *end)
{
	const unsigned char *name = html_find(tag, end, "charset=");

	if (name == NULL)
		return NULL;
	name += strlen("charset=");
	return name < end && (*name == '"' || *name == '\'') ? name + 1 : name;
}

void eas_html_append_utf8_meta(const unsigned char *data, size_t size, buffer_t *dest)
{
	const unsigned char *end = data + size, *meta, *tag_end, *name, *name_end;

	while ((meta = html_find(data, end, "<meta")) != NULL) {
		tag_end = memchr(meta, '>', end - meta);
		if (tag_end == NULL)
			break;
		name = html_meta_find_charset(meta, tag_end);
		if (name != NULL) {
			for (name_end = name; name_end < tag_end &&
			     (i_isalnum(*name_end) || strchr("-_:.", *name_end) != NULL);
			     name_end++) ;
			buffer_append(dest, data, name - data);
			buffer_append(dest, "utf-8", 5);
			data = name_end;
		}
		buffer_append(dest, data, tag_end - data);
		data = tag_end;
	}
	buffer_append(dest, data, end - data);
}

void eas_text_html_append(const unsigned char *data, size_t size, unsigned char prev,
			  buffer_t *dest)
{
	const char *escaped;
	size_t i, start = 0;

	for (i = 0; i < size; i++) {
		escaped = NULL;
		switch (data[i]) {
		case '<':
			escaped = "&lt;";
			break;
		case '>':
			escaped = "&gt;";
			break;
		case '&':
			escaped = "&amp;";
			break;
		case '\r':
			escaped = "<br>\r";
			break;
		case ' ':
			/* the first of a line, and each behind another */
			if (prev == ' ' || prev == '\n' || prev == 0)
				escaped = "&nbsp;";
			break;
		}
		if (escaped != NULL) {
			buffer_append(dest, data + start, i - start);
			buffer_append(dest, escaped, strlen(escaped));
			start = i + 1;
		}
		prev = data[i];
	}
	buffer_append(dest, data + start, size - start);
}
