/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Single content lines: as text and back, compared, cleaned, and their digests. */

#include "lib.h"
#include "hex-binary.h"
#include "sha1.h"
#include "str.h"
#include "unichar.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

void kolab_line_append(string_t *dest, const struct pim_property *property, bool with_value)
{
	if (property->group != NULL)
		str_printfa(dest, "%s.", property->group);
	str_append(dest, property->name);
	for (const struct pim_param *param = property->params_head; param != NULL; param = param->next) {
		str_printfa(dest, ";%s", param->name);
		if (!param->bare)
			str_printfa(dest, "=%s", param->value);
	}
	if (with_value) {
		/* "" is a line that is no content line */
		if (property->name[0] != '\0')
			str_append_c(dest, ':');
		str_append(dest, property->value);
	}
}

struct pim_property *kolab_line_parse(pool_t pool, struct pim_component *component, const char *line)
{
	/* in a VCARD names have groups */
	const char *text = t_strdup_printf("BEGIN:%s\r\n%s\r\nEND:%s\r\n", component->name, line,
					   component->name), *error;
	struct pim_component *parsed;

	if (pim_tree_parse(pool, (const unsigned char *)text, strlen(text), &parsed, &error) < 0 ||
	    parsed->properties_head == NULL || parsed->properties_head->next != NULL ||
	    parsed->components_head != NULL)
		return NULL;
	return pim_property_add_copy(pool, component, parsed->properties_head);
}

const char *kolab_digest(const char *text)
{
	unsigned char digest[SHA1_RESULTLEN];

	sha1_get_digest(text, strlen(text), digest);
	return binary_to_hex(digest, 8);
}

const char *kolab_property_digest(const struct pim_property *property)
{
	string_t *line = t_str_new(256);

	kolab_line_append(line, property, TRUE);
	return kolab_digest(str_c(line));
}

bool kolab_property_equal(const struct pim_property *a, const struct pim_property *b)
{
	const struct pim_param *pa = a->params_head, *pb = b->params_head;

	if (null_strcmp(a->group, b->group) != 0 || strcmp(a->name, b->name) != 0 ||
	    strcmp(a->value, b->value) != 0)
		return FALSE;
	for (; pa != NULL && pb != NULL; pa = pa->next, pb = pb->next) {
		if (strcmp(pa->name, pb->name) != 0 || strcmp(pa->value, pb->value) != 0 ||
		    pa->bare != pb->bare)
			return FALSE;
	}
	return pa == NULL && pb == NULL;
}

/* What XML 1.0 can't hold: "Characters" (2.2) */
static bool kolab_text_is_clean(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p < 0x20 && *p != '\t')
			return FALSE;
		if (*p == 0xef && p[1] == 0xbf && (p[2] == 0xbe || p[2] == 0xbf))
			return FALSE;
	}
	return uni_utf8_str_is_valid(text);
}

static const char *kolab_text_clean(pool_t pool, const char *text)
{
	string_t *valid, *dest;
	const unsigned char *p;

	if (kolab_text_is_clean(text))
		return text;
	valid = t_str_new(strlen(text) + 1);
	if (uni_utf8_get_valid_data((const unsigned char *)text, strlen(text), valid))
		str_append(valid, text);
	dest = t_str_new(str_len(valid) + 32);
	for (p = str_data(valid); p < str_data(valid) + str_len(valid); p++) {
		if (*p == '\n') {
			str_append(dest, "\\n");
		} else if (*p < 0x20 && *p != '\t') {
			str_append(dest, UNICODE_REPLACEMENT_CHAR_UTF8);
		} else if (*p == 0xef && p[1] == 0xbf && (p[2] == 0xbe || p[2] == 0xbf)) {
			str_append(dest, UNICODE_REPLACEMENT_CHAR_UTF8);
			p += 2;
		} else {
			str_append_c(dest, *p);
		}
	}
	return p_strdup(pool, str_c(dest));
}

struct pim_component *kolab_component_clean(pool_t pool, const struct pim_component *src)
{
	struct pim_component *dest = pim_component_new(pool, src->name);
	const struct pim_property *property;

	for (property = src->properties_head; property != NULL; property = property->next) {
		struct pim_property *copy = pim_property_add_copy(pool, dest, property);

		copy->name = kolab_text_clean(pool, copy->name);
		copy->value = kolab_text_clean(pool, copy->value);
		for (struct pim_param *param = copy->params_head; param != NULL; param = param->next)
			param->value = kolab_text_clean(pool, param->value);
	}
	return dest;
}
