/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "message-address.h"
#include "message-header-encode.h"
#include "eas-header-text.h"
#include "eas-draft-field.h"

#include <ctype.h>

/* without what could end a line */
static const char *field_clean(const char *value)
{
	char *clean = t_strdup_noconst(value);

	for (char *p = clean; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
	return t_str_trim(clean, " ");
}

static void append_encoded(string_t *dest, const char *text)
{
	string_t *encoded = t_str_new(128);

	message_header_encode(text, encoded);
	str_append_str(dest, encoded);
}

void eas_draft_append_text(string_t *dest, const char *name, const char *value)
{
	value = field_clean(value);
	if (*value == '\0')
		return;
	str_printfa(dest, "%s: ", name);
	append_encoded(dest, value);
	str_append(dest, "\r\n");
}

static bool text_is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return FALSE;
	}
	return TRUE;
}

static void append_quoted(string_t *dest, const char *text)
{
	str_append_c(dest, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			str_append_c(dest, '\\');
		str_append_c(dest, *text);
	}
	str_append_c(dest, '"');
}

static void append_address(string_t *dest, const struct message_address *addr)
{
	if (addr->name != NULL && *addr->name != '\0') {
		if (text_is_ascii(addr->name))
			append_quoted(dest, addr->name);
		else
			append_encoded(dest, addr->name);
		str_append_c(dest, ' ');
	}
	str_printfa(dest, "<%s@%s>", addr->mailbox, addr->domain);
}

void eas_draft_append_addresses(string_t *dest, const char *name, const char *value)
{
	const struct message_address *addr, *first;
	bool complete, begun = FALSE;

	value = field_clean(value);
	first = eas_header_addresses(pool_datastack_create(), value, &complete);
	for (addr = first; addr != NULL && complete; addr = addr->next) {
		if (addr->mailbox == NULL || addr->domain == NULL ||
		    *addr->mailbox == '\0' || *addr->domain == '\0' ||
		    addr->invalid_syntax)
			complete = FALSE;
	}
	if (first == NULL || !complete) {
		eas_draft_append_text(dest, name, value);
		return;
	}
	for (addr = first; addr != NULL; addr = addr->next) {
		if (!begun)
			str_printfa(dest, "%s: ", name);
		else
			str_append(dest, ",\r\n ");
		begun = TRUE;
		append_address(dest, addr);
	}
	str_append(dest, "\r\n");
}

void eas_draft_append_param(string_t *dest, const char *name, const char *value)
{
	value = field_clean(value);
	if (text_is_ascii(value)) {
		str_printfa(dest, ";\r\n %s=", name);
		append_quoted(dest, value);
		return;
	}
	str_printfa(dest, ";\r\n %s*=UTF-8''", name);
	for (; *value != '\0'; value++) {
		if (i_isalnum(*value))
			str_append_c(dest, *value);
		else
			str_printfa(dest, "%%%02X", (unsigned char)*value);
	}
}

const char *eas_draft_content_type(const char *value)
{
	static const char *const types[] = {
		"text/", "image/", "audio/", "video/", "application/", "font/", "model/"
	};
	unsigned int i;

	if (value == NULL)
		return "application/octet-stream";
	for (const char *p = value; *p != '\0'; p++) {
		if (!i_isalnum(*p) && strchr("/-+._", *p) == NULL)
			return "application/octet-stream";
	}
	for (i = 0; i < N_ELEMENTS(types); i++) {
		size_t len = strlen(types[i]);

		if (strncasecmp(value, types[i], len) == 0 && value[len] != '\0' &&
		    strchr(value + len, '/') == NULL)
			return value;
	}
	return "application/octet-stream";
}
