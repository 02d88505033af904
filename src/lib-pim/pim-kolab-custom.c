/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* x-custom entries: (identifier, value). Another program's value is a text; a property with the identifier as its
   name has that text, escaped. What is no text stands as the rest of the content line behind the name, from its first ';' on:
   ";PARAM=a:value", and without parameters with a bare one of ours in front. */

#include "lib.h"
#include "base64.h"
#include "llist.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

#include <ctype.h>

#define CUSTOM_RAW "X-EAS-RAW"
/* of a text that no content line can hold */
#define CUSTOM_BASE64 "X-EAS-BASE64"

void kolab_custom_add(pool_t pool, struct kolab_node *parent, const char *identifier, const char *value)
{
	struct kolab_node *custom = kolab_node_add(pool, parent, KOLAB_CUSTOM, NULL);

	(void)kolab_node_add(pool, custom, "identifier", p_strdup(pool, identifier));
	(void)kolab_node_add(pool, custom, "value", p_strdup(pool, value));
}

static bool custom_is_name(const char *name)
{
	const char *p;

	for (p = name; i_isalnum(*p) || *p == '-'; p++) ;
	return p > name && *p == '\0';
}

/* "[group.]NAME" */
static bool custom_is_identifier(const char *identifier)
{
	const char *dot = strchr(identifier, '.');

	if (dot == NULL)
		return custom_is_name(identifier);
	return custom_is_name(t_strdup_until(identifier, dot)) && custom_is_name(dot + 1);
}

/* Does value, behind a name, read as parameters and value? */
static bool custom_is_rest(pool_t pool, const char *value, struct pim_property **property_r)
{
	struct pim_component *scratch;

	if (value[0] != ';' || strpbrk(value, "\r\n") != NULL)
		return FALSE;
	scratch = pim_component_new(pool, "X");
	*property_r = kolab_line_parse(pool, scratch, t_strconcat("X", value, NULL));
	if (*property_r == NULL || (*property_r)->name[0] == '\0' || (*property_r)->params_head == NULL)
		return FALSE;
	for (const struct pim_param *param = (*property_r)->params_head; param != NULL; param = param->next) {
		if (!custom_is_name(param->name))
			return FALSE;
	}
	return TRUE;
}

static bool custom_encode_base64(const struct pim_property *property, string_t *text)
{
	const struct pim_param *param = property->params_head;

	if (param == NULL || !param->bare || strcmp(param->name, CUSTOM_BASE64) != 0)
		return FALSE;
	return base64_scheme_decode(&base64_scheme, 0, property->value, strlen(property->value), text) >= 0;
}

static bool custom_is_ours(const char *identifier)
{
	static const char *const ours[] = {
		KOLAB_CUSTOM_LINE, KOLAB_CUSTOM_COMPONENT, KOLAB_CUSTOM_CALENDAR,
		KOLAB_CUSTOM_RRULE, KOLAB_CUSTOM_RRULE_OF, NULL
	};

	return str_array_find(ours, identifier);
}

void kolab_custom_encode(pool_t pool, struct kolab_node *parent, const struct pim_property *property)
{
	const struct pim_param *identifier = property->params_head;
	const char *name = property->name, *text;
	string_t *rest = t_str_new(128);
	struct pim_property copy = *property, *parsed;

	if (!custom_is_name(name) || custom_is_ours(name) ||
	    (property->group != NULL && !custom_is_name(property->group))) {
		str_append(rest, "+\n:");
		kolab_line_append(rest, property, TRUE);
		kolab_custom_add(pool, parent, KOLAB_CUSTOM_LINE, str_c(rest));
		return;
	}
	if (strcmp(name, KOLAB_PROPERTY_CUSTOM) == 0 && identifier != NULL &&
	    strcmp(identifier->name, "X-IDENTIFIER") == 0) {
		name = kolab_param_values(identifier)[0];
		copy.params_head = identifier->next;
	} else if (property->group != NULL) {
		name = t_strdup_printf("%s.%s", property->group, name);
	}
	if (custom_encode_base64(&copy, rest)) {
		kolab_custom_add(pool, parent, name, str_c(rest));
		return;
	}
	text = pim_text_unescape(property->value);
	if (copy.params_head == NULL && strcmp(pim_text_escape(text), property->value) == 0 &&
	    !custom_is_rest(pool, text, &parsed)) {
		kolab_custom_add(pool, parent, name, text);
		return;
	}
	copy.group = NULL;
	copy.name = "";
	if (copy.params_head == NULL ||
	    (copy.params_head->bare && strcmp(copy.params_head->name, CUSTOM_RAW) == 0))
		str_append(rest, ";"CUSTOM_RAW);
	kolab_line_append(rest, &copy, FALSE);
	str_printfa(rest, ":%s", copy.value);
	kolab_custom_add(pool, parent, name, str_c(rest));
}

static void custom_decode_value(pool_t pool, struct pim_property *property, const char *value)
{
	struct pim_property *parsed;
	struct pim_param *param;
	const char *escaped = pim_text_escape(value);

	if (custom_is_rest(pool, value, &parsed)) {
		property->value = parsed->value;
		param = parsed->params_head;
		if (param->bare && strcmp(param->name, CUSTOM_RAW) == 0)
			DLLIST2_REMOVE(&parsed->params_head, &parsed->params_tail, param);
		while ((param = parsed->params_head) != NULL) {
			DLLIST2_REMOVE(&parsed->params_head, &parsed->params_tail, param);
			DLLIST2_APPEND(&property->params_head, &property->params_tail, param);
		}
	} else if (strcmp(pim_text_unescape(escaped), value) == 0) {
		property->value = p_strdup(pool, escaped);
	} else {
		string_t *coded = t_str_new(MAX_BASE64_ENCODED_SIZE(strlen(value)));

		base64_encode(value, strlen(value), coded);
		kolab_param_add(pool, property, CUSTOM_BASE64, "");
		property->params_tail->bare = TRUE;
		property->value = p_strdup(pool, str_c(coded));
	}
}

void kolab_custom_decode(pool_t pool, struct pim_component *component, const char *identifier, const char *value)
{
	struct pim_property *property;
	const char *dot;

	if (!custom_is_identifier(identifier)) {
		property = pim_property_add(pool, component, KOLAB_PROPERTY_CUSTOM, "");
		pim_param_add(pool, property, "X-IDENTIFIER", identifier);
	} else {
		dot = strchr(identifier, '.');
		property = pim_property_add(pool, component, dot == NULL ? identifier : dot + 1, "");
		if (dot != NULL)
			property->group = p_strdup_until(pool, identifier, dot);
	}
	custom_decode_value(pool, property, value);
}
