/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "unichar.h"
#include "charset-utf8.h"
#include "message-address.h"
#include "message-header-decode.h"
#include "eas-header-text.h"

#include <ctype.h>

#define HEADER_FALLBACK_CHARSET "windows-1252"
#define HEADER_MAX_ADDRESSES 2000

struct header_decode_context {
	string_t *dest;
	/* decoded bytes of words of one charset */
	buffer_t *bytes;
	/* "" = not encoded */
	char *charset;
};

static void append_in_charset(string_t *dest, const char *charset,
			      const unsigned char *data, size_t size)
{
	struct charset_translation *trans;
	size_t used = size;

	if (size == 0)
		return;
	if (*charset == '\0' || strcasecmp(charset, "us-ascii") == 0 ||
	    charset_to_utf8_begin(charset, NULL, &trans) < 0) {
		if (uni_utf8_data_is_valid(data, size)) {
			buffer_append(dest, data, size);
			return;
		}
		if (charset_to_utf8_begin(HEADER_FALLBACK_CHARSET, NULL, &trans) < 0)
			trans = charset_utf8_to_utf8_begin(NULL);
	}
	(void)charset_to_utf8(trans, data, &used, dest);
	if (used < size)
		buffer_append(dest, UNICODE_REPLACEMENT_CHAR_UTF8,
			      UTF8_REPLACEMENT_CHAR_LEN);
	charset_to_utf8_end(&trans);
}

static void header_decode_flush(struct header_decode_context *ctx)
{
	append_in_charset(ctx->dest, ctx->charset, ctx->bytes->data, ctx->bytes->used);
	buffer_set_used_size(ctx->bytes, 0);
}

static bool header_decode_callback(const unsigned char *data, size_t size,
				   const char *charset, void *context)
{
	struct header_decode_context *ctx = context;
	const char *lang;

	if (charset == NULL)
		charset = "";
	if (strcasecmp(charset, ctx->charset) != 0) {
		header_decode_flush(ctx);
		/* RFC 2231 5: charset*language */
		lang = strchr(charset, '*');
		i_free(ctx->charset);
		ctx->charset = lang == NULL ? i_strdup(charset) :
			i_strdup_until(charset, lang);
	}
	buffer_append(ctx->bytes, data, size);
	return TRUE;
}

/* Control characters and line ends become single spaces; none at either end. */
static const char *header_clean(pool_t pool, const string_t *text)
{
	const unsigned char *data = str_data(text);
	string_t *clean = t_str_new(str_len(text) + 1);
	size_t i;
	bool space = FALSE;

	for (i = 0; i < str_len(text); i++) {
		if (data[i] < 0x20 || data[i] == 0x7f) {
			space = str_len(clean) > 0;
		} else {
			if (space && data[i] != ' ')
				str_append_c(clean, ' ');
			space = FALSE;
			str_append_c(clean, data[i]);
		}
	}
	data = str_data(clean);
	for (i = str_len(clean); i > 0 && data[i - 1] == ' '; i--) ;
	str_truncate(clean, i);
	for (i = 0; str_c(clean)[i] == ' '; i++) ;
	return p_strdup(pool, str_c(clean) + i);
}

const char *eas_header_decode(pool_t pool, const char *value)
{
	struct header_decode_context ctx;

	ctx.dest = t_str_new(128);
	ctx.bytes = t_buffer_create(128);
	ctx.charset = i_strdup("");
	message_header_decode((const unsigned char *)value, strlen(value),
			      header_decode_callback, &ctx);
	header_decode_flush(&ctx);
	i_free(ctx.charset);
	return header_clean(pool, ctx.dest);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = i_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *eas_header_decode_extended(pool_t pool, const char *value)
{
	const char *quote, *text = value, *charset = "";
	buffer_t *bytes = t_buffer_create(strlen(value) + 1);
	string_t *dest = t_str_new(strlen(value) + 1);

	quote = strchr(value, '\'');
	if (quote != NULL && strchr(quote + 1, '\'') != NULL) {
		charset = t_strdup_until(value, quote);
		text = strchr(quote + 1, '\'') + 1;
	}
	for (; *text != '\0'; text++) {
		if (*text == '%' && hex_digit(text[1]) >= 0 &&
		    hex_digit(text[2]) >= 0) {
			buffer_append_c(bytes, hex_digit(text[1]) * 16 +
					hex_digit(text[2]));
			text += 2;
		} else {
			buffer_append_c(bytes, *text);
		}
	}
	append_in_charset(dest, charset, bytes->data, bytes->used);
	return header_clean(pool, dest);
}

/*
 * Addresses
 */

/* Find the end of the address at p: the next comma or semicolon that separates. Dovecot's parser
   gives up at the first that it does not understand, and the others are lost.
   *ats_r: how many '@' there are where an address has one. */
static const char *address_find_end(const char *p, unsigned int *ats_r)
{
	unsigned int comments = 0;
	bool quoted = FALSE, angle = FALSE;

	*ats_r = 0;
	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0' && (quoted || comments > 0))
			p++;
		else if (*p == '"' && comments == 0)
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (*p == '(')
			comments++;
		else if (*p == ')' && comments > 0)
			comments--;
		else if (comments > 0)
			continue;
		else if (*p == '<' || *p == '>')
			angle = *p == '<';
		else if (*p == '@')
			*ats_r += 1;
		else if ((*p == ',' || *p == ';') && !angle)
			break;
	}
	return p;
}

static bool is_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p == end;
}

struct message_address *eas_header_addresses(pool_t pool, const char *value,
					     bool *complete_r)
{
	struct message_address *first = NULL, **next = &first;
	unsigned int ats, count = 0;
	bool complete = TRUE;
	const char *end;

	for (;; value = end + 1) {
		end = address_find_end(value, &ats);
		if (!is_blank(value, end)) {
			*next = message_address_parse(pool,
				(const unsigned char *)value, end - value,
				HEADER_MAX_ADDRESSES, 0);
			if (*next == NULL || ats > 1)
				complete = FALSE;
			while (*next != NULL)
				next = &(*next)->next;
		}
		if (*end == '\0')
			break;
		if (++count >= HEADER_MAX_ADDRESSES) {
			complete = FALSE;
			break;
		}
	}
	if (complete_r != NULL)
		*complete_r = complete;
	return first;
}

/* "box@domain", or what there is of it; NULL for the marks of a group. */
static const char *address_get_box(const struct message_address *addr)
{
	const char *mailbox = addr->mailbox == NULL ? "" : addr->mailbox;
	const char *domain = addr->domain == NULL ? "" : addr->domain;

	if (addr->domain == NULL || (*mailbox == '\0' && *domain == '\0'))
		return NULL;
	if (*domain == '\0')
		return t_strdup(mailbox);
	return t_strconcat(mailbox, "@", domain, NULL);
}

static void append_quoted(string_t *dest, const char *name)
{
	str_append_c(dest, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"' || *name == '\\')
			str_append_c(dest, '\\');
		str_append_c(dest, *name);
	}
	str_append_c(dest, '"');
}

static const char *address_format(const struct message_address *addr, bool display)
{
	const char *box = address_get_box(addr);
	const char *name = addr->name == NULL ? "" :
		eas_header_decode(pool_datastack_create(), addr->name);
	string_t *str;

	if (box != NULL)
		box = eas_header_decode(pool_datastack_create(), box);
	else if (*name == '\0' || addr->domain == NULL)
		return NULL;
	if (display)
		return *name != '\0' ? name : box;
	if (*name == '\0')
		return box;

	str = t_str_new(128);
	append_quoted(str, name);
	if (box != NULL)
		str_printfa(str, " <%s>", box);
	return str_c(str);
}

static const char *
address_list(pool_t pool, const char *value, const char *separator, size_t max_bytes,
	     bool display)
{
	const struct message_address *addr;
	string_t *dest = t_str_new(256);
	const char *text;

	addr = eas_header_addresses(pool_datastack_create(), value, NULL);
	for (; addr != NULL; addr = addr->next) {
		text = address_format(addr, display);
		if (text == NULL || *text == '\0')
			continue;
		if (str_len(dest) + strlen(separator) + strlen(text) > max_bytes)
			break;
		if (str_len(dest) > 0)
			str_append(dest, separator);
		str_append(dest, text);
	}
	return p_strdup(pool, str_c(dest));
}

const char *eas_header_address_list(pool_t pool, const char *value,
				    const char *separator, size_t max_bytes)
{
	return address_list(pool, value, separator, max_bytes, FALSE);
}

const char *eas_header_display_list(pool_t pool, const char *value, size_t max_bytes)
{
	return address_list(pool, value, "; ", max_bytes, TRUE);
}

const char *eas_header_first_address(pool_t pool, const char *value)
{
	const struct message_address *addr;
	const char *box;

	addr = eas_header_addresses(pool_datastack_create(), value, NULL);
	for (; addr != NULL; addr = addr->next) {
		box = address_get_box(addr);
		if (box != NULL)
			return p_strdup(pool, box);
	}
	return NULL;
}

const char *eas_header_first_message_id(pool_t pool, const char *value)
{
	const char *begin, *end;

	begin = strchr(value, '<');
	end = begin == NULL ? NULL : strchr(begin, '>');
	if (end == NULL || end == begin + 1)
		return NULL;
	return p_strdup_until(pool, begin + 1, end);
}

/* Returns what stands behind one "Re: ", NULL if subject does not begin with one. */
static const char *topic_skip_prefix(const char *subject)
{
	const char *p = subject;
	size_t letters;

	while (i_isalpha(*p))
		p++;
	letters = p - subject;
	if (letters == 0 ||
	    (letters > 3 && strncasecmp(subject, "Antw", letters) != 0))
		return NULL;
	if (*p == '[') {
		for (p++; i_isdigit(*p); p++) ;
		if (*p++ != ']')
			return NULL;
	}
	if (*p++ != ':' || *p != ' ')
		return NULL;
	while (*p == ' ')
		p++;
	return p;
}

const char *eas_header_topic(const char *subject)
{
	const char *next;

	while ((next = topic_skip_prefix(subject)) != NULL)
		subject = next;
	return subject;
}
