/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "pim-text.h"
#include "pim-tree.h"

const char *pim_text_unescape(const char *value)
{
	string_t *str;

	if (strchr(value, '\\') == NULL)
		return value;
	str = t_str_new(strlen(value));
	for (; *value != '\0'; value++) {
		if (*value != '\\') {
			str_append_c(str, *value);
			continue;
		}
		switch (value[1]) {
		case 'n':
		case 'N':
			str_append_c(str, '\n');
			value++;
			break;
		case '\\':
		case ',':
		case ';':
		/* not escaped by the standards, but by some */
		case ':':
		case '"':
			value++;
			/* fall through */
		default:
			str_append_c(str, *value);
		}
	}
	return str_c(str);
}

static bool text_is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f ||
		    *text == '\\' || *text == ',' || *text == ';')
			return FALSE;
	}
	return TRUE;
}

const char *pim_text_escape(const char *text)
{
	string_t *str;

	if (text_is_plain(text))
		return text;
	str = t_str_new(strlen(text) + 16);
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			str_append(str, "\\n");
		else if (*text == '\t')
			str_append_c(str, '\t');
		else if ((unsigned char)*text >= 0x20 && *text != 0x7f) {
			if (strchr("\\,;", *text) != NULL)
				str_append_c(str, '\\');
			str_append_c(str, *text);
		}
	}
	return str_c(str);
}

const char *const *pim_value_split(const char *value, char separator)
{
	ARRAY_TYPE(const_string) fields;
	const char *start = value, *field;

	t_array_init(&fields, 8);
	for (;; value++) {
		if (*value == '\\' && value[1] != '\0')
			value++;
		else if (*value == separator || *value == '\0') {
			field = t_strdup_until(start, value);
			array_push_back(&fields, &field);
			if (*value == '\0')
				break;
			start = value + 1;
		}
	}
	array_append_zero(&fields);
	return array_front(&fields);
}

const char *const *pim_value_texts(const char *value)
{
	ARRAY_TYPE(const_string) texts;
	const char *const *field = pim_value_split(value, ',');

	t_array_init(&texts, 8);
	for (; *field != NULL; field++) {
		const char *text = pim_text_unescape(*field);

		if (*text != '\0')
			array_push_back(&texts, &text);
	}
	array_append_zero(&texts);
	return array_front(&texts);
}

const char *pim_value_join(const char *const *texts, char separator)
{
	string_t *value = t_str_new(128);

	for (unsigned int i = 0; texts[i] != NULL; i++) {
		if (i > 0)
			str_append_c(value, separator);
		str_append(value, pim_text_escape(texts[i]));
	}
	return str_c(value);
}

const char *pim_component_get_text(const struct pim_component *component,
				   const char *name)
{
	const char *value = pim_component_get(component, name);

	return value == NULL ? NULL : pim_text_unescape(value);
}

void pim_component_set_text(pool_t pool, struct pim_component *component,
			    const char *name, const char *text)
{
	T_BEGIN {
		pim_property_set(pool, component, name,
				 text == NULL ? NULL : pim_text_escape(text));
	} T_END;
}
