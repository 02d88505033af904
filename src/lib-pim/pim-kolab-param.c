/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "llist.h"
#include "str.h"
#include "directpush-compat.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

enum kolab_param_kind {
	KOLAB_PARAM_TEXT,
	KOLAB_PARAM_TEXTS,
	KOLAB_PARAM_URI,
	KOLAB_PARAM_BOOLEAN,
	KOLAB_PARAM_INTEGER,
	KOLAB_PARAM_ADDRESSES,
	KOLAB_PARAM_ZONE,
};

struct kolab_param_row {
	const char *element;
	enum kolab_param_kind kind;
	const char *values;
};

#define KOLAB_PARAM(element, kind, values) { element, KOLAB_PARAM_##kind, values },
static const struct kolab_param_row calendar_params[] = {
#include "pim-kolab-params-calendar.def"
};
static const struct kolab_param_row card_params[] = {
#include "pim-kolab-params-card.def"
};
#undef KOLAB_PARAM

static const char *const kolab_param_types[] = {
	[KOLAB_PARAM_TEXT] = "text",
	[KOLAB_PARAM_TEXTS] = "text",
	[KOLAB_PARAM_URI] = "uri",
	[KOLAB_PARAM_BOOLEAN] = "boolean",
	[KOLAB_PARAM_INTEGER] = "integer",
	[KOLAB_PARAM_ADDRESSES] = "cal-address",
	[KOLAB_PARAM_ZONE] = "text",
};

static const struct kolab_param_row *kolab_param_find(const struct kolab_rows *rows, const char *name)
{
	bool card = rows->params == KOLAB_PARAMS_CARD;
	const struct kolab_param_row *params = card ? card_params : calendar_params;
	unsigned int count = card ? N_ELEMENTS(card_params) : N_ELEMENTS(calendar_params);

	if (rows->params == KOLAB_PARAMS_NONE)
		return NULL;

	for (unsigned int i = 0; i < count; i++) {
		if (strcasecmp(params[i].element, name) == 0)
			return &params[i];
	}
	return NULL;
}

const char *kolab_list_find(const char *list, const char *value)
{
	for (const char *const *item = t_strsplit(list, " "); *item != NULL; item++) {
		if (strcasecmp(*item, value) == 0)
			return *item;
	}
	return NULL;
}

/* RFC 6868: ^n, ^^, ^' */
static const char *kolab_param_unescape(const char *raw, size_t size)
{
	string_t *dest = t_str_new(size + 1);

	for (size_t i = 0; i < size; i++) {
		if (raw[i] != '^' || i + 1 == size || strchr("n^'", raw[i + 1]) == NULL) {
			str_append_c(dest, raw[i]);
			continue;
		}
		i++;
		str_append_c(dest, raw[i] == 'n' ? '\n' : raw[i] == '\'' ? '"' : '^');
	}
	return str_c(dest);
}

const char *const *kolab_param_values(const struct pim_param *param)
{
	ARRAY_TYPE(const_string) values;
	const char *p = param->value, *end;

	t_array_init(&values, 4);
	for (;;) {
		const char *value;

		if (*p == '"' && (end = strchr(p + 1, '"')) != NULL) {
			value = kolab_param_unescape(p + 1, end - p - 1);
			end += 1 + strcspn(end + 1, ",");
		} else {
			end = p + strcspn(p, ",");
			value = kolab_param_unescape(p, end - p);
		}
		array_push_back(&values, &value);
		if (*end == '\0')
			break;
		p = end + 1;
	}
	array_append_zero(&values);
	return array_front(&values);
}

static void kolab_param_append_quoted(string_t *dest, const char *value)
{
	bool quote = strpbrk(value, ",;:") != NULL;

	if (quote)
		str_append_c(dest, '"');
	for (; *value != '\0'; value++) {
		switch (*value) {
		case '^':
			str_append(dest, "^^");
			break;
		case '"':
			str_append(dest, "^'");
			break;
		case '\n':
			str_append(dest, "^n");
			break;
		case '\r':
			break;
		default:
			str_append_c(dest, *value);
		}
	}
	if (quote)
		str_append_c(dest, '"');
}

void kolab_param_add(pool_t pool, struct pim_property *property, const char *name, const char *value)
{
	struct pim_param *param = p_new(pool, struct pim_param, 1);

	param->name = p_strdup(pool, name);
	param->value = p_strdup(pool, value);
	DLLIST2_APPEND(&property->params_head, &property->params_tail, param);
}

/* One value as the schema takes it, NULL = it does not. */
static const char *
kolab_param_encode_value(pool_t pool, const struct kolab_param_row *param, const struct kolab_rows *rows,
			 const struct kolab_row *row, const char *value)
{
	const char *values = param->values;

	switch (param->kind) {
	case KOLAB_PARAM_TEXTS:
		/* TYPE: what this property of xCard has of them */
		return row->values == NULL ? NULL : kolab_list_find(row->values, value);
	case KOLAB_PARAM_BOOLEAN:
		return strcasecmp(value, "TRUE") == 0 ? "true" :
			strcasecmp(value, "FALSE") == 0 ? "false" : NULL;
	case KOLAB_PARAM_INTEGER:
		return (row->flags & KOLAB_PREF) != 0 && strcmp(value, "1") == 0 ? value : NULL;
	case KOLAB_PARAM_ADDRESSES: {
		const char *address = kolab_address_encode(value, NULL);
		return address != NULL ? address : value;
	}
	case KOLAB_PARAM_ZONE: {
		const char *zone = kolab_zone_encode(value);
		if (zone == NULL && rows->zones != NULL)
			zone = kolab_zone_nearest(pool, rows->zones, value);
		return zone == NULL ? NULL : t_strconcat("/kolab.org/", zone, NULL);
	}
	case KOLAB_PARAM_TEXT:
	case KOLAB_PARAM_URI:
		break;
	}
	return values == NULL ? value : kolab_list_find(values, value);
}

static bool kolab_param_is_for(const struct kolab_param_row *param, const struct kolab_row *row,
			       const struct pim_property *property)
{
	size_t length;

	if (strcmp(param->element, "label") == 0)
		return (row->flags & KOLAB_LABEL) != 0;
	if (strcmp(param->element, "cn") == 0)
		return (row->flags & KOLAB_CN_INSIDE) == 0;
	if (strcmp(param->element, "tzid") == 0) {
		/* UTC has none, dates have none */
		length = strlen(property->value);
		return length > 8 && property->value[length - 1] != 'Z';
	}
	return TRUE;
}

void kolab_params_encode(pool_t pool, const struct kolab_rows *rows, const struct kolab_row *row,
			 const struct pim_property *property, struct kolab_node *node)
{
	struct kolab_node *all = NULL;

	for (const struct pim_param *param = property->params_head; param != NULL; param = param->next) {
		const struct kolab_param_row *param_row = kolab_param_find(rows, param->name);
		struct kolab_node *element = NULL;

		if (param_row == NULL || param->bare || !kolab_param_is_for(param_row, row, property))
			continue;
		for (const char *const *value = kolab_param_values(param); *value != NULL; value++) {
			const char *text = kolab_param_encode_value(pool, param_row, rows, row, *value);

			if (text == NULL)
				continue;
			if (all == NULL)
				all = kolab_node_add(pool, node, "parameters", NULL);
			if (element == NULL)
				element = kolab_node_add(pool, all, param_row->element, NULL);
			else if (param_row->kind != KOLAB_PARAM_TEXTS &&
				 param_row->kind != KOLAB_PARAM_ADDRESSES)
				break;
			(void)kolab_node_add(pool, element, kolab_param_types[param_row->kind],
					     p_strdup(pool, text));
		}
	}
}

/* What it is in the line, raw. */
static void kolab_param_decode_value(string_t *dest, const struct kolab_node *value)
{
	const char *text = value->text == NULL ? "" : value->text, *name;

	if (strcmp(value->name, "cal-address") == 0) {
		const char *address = kolab_address_decode(text, &name);
		/* a name in front has no other place than the coded form */
		kolab_param_append_quoted(dest, name == NULL ? address : text);
	} else if (strcmp(value->name, "boolean") == 0) {
		str_append(dest, t_str_ucase(text));
	} else if (str_begins_with(text, "/kolab.org/") && strcmp(value->parent->name, "tzid") == 0) {
		kolab_param_append_quoted(dest, text + strlen("/kolab.org/"));
	} else {
		kolab_param_append_quoted(dest, text);
	}
}

void kolab_params_decode(pool_t pool, const struct kolab_node *node, struct pim_property *property)
{
	const struct kolab_node *all = kolab_node_find(node, "parameters");
	string_t *dest = t_str_new(64);

	if (all == NULL)
		return;
	for (const struct kolab_node *param = all->head; param != NULL; param = param->next) {
		str_truncate(dest, 0);
		if (param->head == NULL)
			kolab_param_decode_value(dest, param);
		for (const struct kolab_node *value = param->head; value != NULL; value = value->next) {
			if (value != param->head)
				str_append_c(dest, ',');
			kolab_param_decode_value(dest, value);
		}
		kolab_param_add(pool, property, t_str_ucase(param->name), str_c(dest));
	}
}
