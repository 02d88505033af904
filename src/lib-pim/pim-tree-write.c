/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "pim-card21.h"
#include "pim-tree.h"

#include <ctype.h>

/* without CRLF */
#define PIM_LINE_BYTES 75

#define FNV_64_BASIS 0xcbf29ce484222325ULL
#define FNV_64_PRIME 0x100000001b3ULL

/* not what an object says, but when and by whom it was written */
static const char *const digest_skips[] = {
	"DTSTAMP", "LAST-MODIFIED", "REV", "CREATED", "PRODID",
	"X-KOLAB-VERSION"
};

static void append_value(string_t *line, const char *value)
{
	for (;;) {
		size_t len = strcspn(value, "\r\n");

		str_append_data(line, value, len);
		if (value[len] == '\0')
			break;
		if (value[len] == '\n')
			str_append(line, "\\n");
		value += len + 1;
	}
}

static void append_folded(string_t *dest, const string_t *line)
{
	const unsigned char *data = str_data(line);
	size_t left = str_len(line), max = PIM_LINE_BYTES;

	while (left > max) {
		size_t len = max;

		/* not within a character */
		while (len > max - 4 && (data[len] & 0xc0) == 0x80)
			len--;
		if ((data[len] & 0xc0) == 0x80)
			len = max;
		str_append_data(dest, data, len);
		str_append(dest, "\r\n ");
		data += len;
		left -= len;
		/* the space counts */
		max = PIM_LINE_BYTES - 1;
	}
	str_append_data(dest, data, left);
	str_append(dest, "\r\n");
}

/* A value of a vCard 2.1 that was changed is UTF-8 now, whatever it was. */
static bool is_old_charset(const struct pim_property *property, const struct pim_param *param)
{
	return property->encoded != NULL && strcasecmp(param->name, "CHARSET") == 0 &&
		strcmp(property->value, property->decoded) != 0;
}

static void property_value(string_t *line, const struct pim_property *property)
{
	if (property->encoded == NULL)
		append_value(line, property->value);
	else if (strcmp(property->value, property->decoded) == 0)
		append_value(line, property->encoded);
	else
		pim_card21_encode(line, property->value);
}

static void property_line(string_t *line, const struct pim_property *property)
{
	const struct pim_param *param;

	str_truncate(line, 0);
	if (property->group != NULL) {
		append_value(line, property->group);
		str_append_c(line, '.');
	}
	append_value(line, property->name);
	for (param = property->params_head; param != NULL; param = param->next) {
		str_append_c(line, ';');
		append_value(line, param->name);
		if (!param->bare) {
			str_append_c(line, '=');
			append_value(line, is_old_charset(property, param) ? "UTF-8" :
				     param->value);
		}
	}
	if (*property->name != '\0')
		str_append_c(line, ':');
	property_value(line, property);
}

static void
component_write(string_t *dest, string_t *line,
		const struct pim_component *component)
{
	const struct pim_property *property;
	const struct pim_component *child;

	str_printfa(dest, "BEGIN:%s\r\n", component->name);
	for (property = component->properties_head; property != NULL;
	     property = property->next) {
		property_line(line, property);
		append_folded(dest, line);
	}
	for (child = component->components_head; child != NULL;
	     child = child->next)
		component_write(dest, line, child);
	str_printfa(dest, "END:%s\r\n", component->name);
}

void pim_tree_write(string_t *dest, const struct pim_component *root)
{
	string_t *line = str_new(default_pool, 1024);

	component_write(dest, line, root);
	str_free(&line);
}

static uint64_t digest_str(uint64_t digest, const char *str, char end)
{
	for (; *str != '\0'; str++)
		digest = (digest ^ (unsigned char)*str) * FNV_64_PRIME;
	return (digest ^ (unsigned char)end) * FNV_64_PRIME;
}

static uint64_t digest_name(uint64_t digest, const char *name)
{
	for (; *name != '\0'; name++)
		digest = (digest ^ (unsigned char)i_toupper(*name)) * FNV_64_PRIME;
	return (digest ^ '\n') * FNV_64_PRIME;
}

static bool digest_wants(const struct pim_property *property)
{
	for (unsigned int i = 0; i < N_ELEMENTS(digest_skips); i++) {
		if (pim_property_is(property, digest_skips[i]))
			return FALSE;
	}
	return TRUE;
}

static uint64_t digest_property(const struct pim_property *property)
{
	uint64_t digest = FNV_64_BASIS;
	const struct pim_param *param;

	if (property->group != NULL)
		digest = digest_str(digest, property->group, '.');
	digest = digest_name(digest, property->name);
	for (param = property->params_head; param != NULL; param = param->next) {
		digest = digest_name(digest, param->name);
		digest = digest_str(digest, param->value, ';');
	}
	return digest_str(digest, property->value, ':');
}

/* A sum: other forms of storage have another order. */
static uint64_t digest_component(const struct pim_component *component)
{
	const struct pim_property *property;
	const struct pim_component *child;
	uint64_t sum = 0;

	for (property = component->properties_head; property != NULL;
	     property = property->next) {
		if (digest_wants(property))
			sum += digest_property(property);
	}
	for (child = component->components_head; child != NULL;
	     child = child->next)
		sum += digest_component(child);
	return digest_name((FNV_64_BASIS ^ sum) * FNV_64_PRIME, component->name);
}

uint64_t pim_tree_digest(const struct pim_component *root)
{
	return digest_component(root);
}
