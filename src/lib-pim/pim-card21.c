/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Quoted-printable values of vCard 2.1, as old programs write them. In the tree they stand as those of later versions do, and
   what nobody changes is written as it was.

   vCard 2.1 "Encoding" (2.1.3), "Character Set" (2.1.4) */

#include "lib.h"
#include "charset-utf8.h"
#include "str.h"
#include "unichar.h"
#include "pim-card21.h"
#include "pim-tree.h"

bool pim_card21_is_encoding(const struct pim_param *param)
{
	const char *word = param->bare ? param->name : param->value;

	return strcasecmp(word, "QUOTED-PRINTABLE") == 0 &&
		(param->bare || strcasecmp(param->name, "ENCODING") == 0);
}

static bool is_encoded(const struct pim_property *property)
{
	const struct pim_param *param;

	for (param = property->params_head; param != NULL; param = param->next) {
		if (pim_card21_is_encoding(param))
			return TRUE;
	}
	return FALSE;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
		c >= 'A' && c <= 'F' ? c - 'A' + 10 :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A backslash of 2.1 stands for itself, but before the semicolon that is no separator: 2.1.2. */
static bool is_raw_backslash(const char *value)
{
	return value[0] == '\\' && value[1] != ';';
}

/* What was encoded is no separator. */
static void append_decoded(string_t *dest, unsigned char c)
{
	switch (c) {
	case '\r':
	case '\0':
		break;
	case '\n':
		str_append(dest, "\\n");
		break;
	case ',':
	case ';':
	case '\\':
		str_append_c(dest, '\\');
		/* fall through */
	default:
		str_append_c(dest, c);
	}
}

static void decode_bytes(const char *value, string_t *dest)
{
	for (; *value != '\0'; value++) {
		int high = *value != '=' ? -1 : hex_digit(value[1]);
		int low = high < 0 ? -1 : hex_digit(value[2]);

		if (low < 0) {
			if (is_raw_backslash(value))
				str_append_c(dest, '\\');
			str_append_c(dest, *value);
		} else {
			append_decoded(dest, high << 4 | low);
			value += 2;
		}
	}
}

/* Of a charset nobody knows, what is no UTF-8 is replaced. */
static const char *to_utf8(const struct pim_property *property, const char *text)
{
	const char *charset = pim_param_get(property, "CHARSET");
	string_t *utf8 = t_str_new(strlen(text) + 16);
	enum charset_result result;

	if (charset != NULL &&
	    charset_to_utf8_str(charset, NULL, text, utf8, &result) == 0 &&
	    result == CHARSET_RET_OK)
		return str_c(utf8);
	str_truncate(utf8, 0);
	return uni_utf8_get_valid_data((const unsigned char *)text, strlen(text), utf8) ?
		text : str_c(utf8);
}

void pim_card21_decode(pool_t pool, struct pim_component *card)
{
	struct pim_property *property = card->properties_head;

	for (; property != NULL; property = property->next) T_BEGIN {
		if (is_encoded(property)) {
			string_t *text = t_str_new(strlen(property->value) + 1);

			decode_bytes(property->value, text);
			property->encoded = property->value;
			property->decoded = p_strdup(pool,
				to_utf8(property, str_c(text)));
			property->value = property->decoded;
		}
	} T_END;
}

/* In 2.1 only the semicolon has a backslash; whatever else has one here stands encoded, for itself. */
static void append_escaped(string_t *dest, char c)
{
	switch (c) {
	case 'n':
	case 'N':
		str_append(dest, "=0D=0A");
		break;
	case ';':
		str_append(dest, "\\;");
		break;
	default:
		str_printfa(dest, "=%02X", (unsigned char)c);
	}
}

void pim_card21_encode(string_t *dest, const char *value)
{
	for (; *value != '\0'; value++) {
		if (value[0] == '\\' && value[1] != '\0') {
			append_escaped(dest, *++value);
		} else if (*value == '=' || (unsigned char)*value < 0x20 ||
			   (unsigned char)*value >= 0x7f) {
			str_printfa(dest, "=%02X", (unsigned char)*value);
		} else {
			str_append_c(dest, *value);
		}
	}
}
