/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-tree.h"

/* Without quotes and the escapes of RFC 6868. In the data stack, or value itself. */
static const char *param_unquote(const char *value)
{
	string_t *str;

	if (strpbrk(value, "\"^") == NULL)
		return value;
	str = t_str_new(strlen(value));
	for (; *value != '\0'; value++) {
		if (*value == '"')
			continue;
		if (*value == '^' && strchr("n'^", value[1]) != NULL &&
		    value[1] != '\0') {
			value++;
			str_append_c(str, *value == 'n' ? '\n' :
				     *value == '\'' ? '"' : '^');
		} else {
			str_append_c(str, *value);
		}
	}
	return str_c(str);
}

static const char *param_quote(const char *text)
{
	string_t *str = t_str_new(strlen(text) + 2);
	bool quoted = strpbrk(text, ",;:") != NULL;

	if (quoted)
		str_append_c(str, '"');
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '^':
			str_append(str, "^^");
			break;
		case '"':
			str_append(str, "^'");
			break;
		case '\n':
			str_append(str, "^n");
			break;
		default:
			if ((unsigned char)*text >= 0x20 || *text == '\t')
				str_append_c(str, *text);
		}
	}
	if (quoted)
		str_append_c(str, '"');
	return str_c(str);
}

static struct pim_param *
param_find(const struct pim_property *property, const char *name)
{
	struct pim_param *param;

	for (param = property->params_head; param != NULL; param = param->next) {
		if (strcasecmp(param->name, name) == 0 && !param->bare)
			break;
	}
	return param;
}

const char *pim_param_get(const struct pim_property *property, const char *name)
{
	const struct pim_param *param = param_find(property, name);

	return param == NULL ? NULL : param_unquote(param->value);
}

static bool list_has(const char *list, const char *value)
{
	bool found = FALSE;

	T_BEGIN {
		const char *const *item =
			t_strsplit(param_unquote(list), ",");

		for (; *item != NULL && !found; item++)
			found = strcasecmp(*item, value) == 0;
	} T_END;
	return found;
}

bool pim_param_has(const struct pim_property *property, const char *name,
		   const char *value)
{
	const struct pim_param *param;
	bool is_type = strcasecmp(name, "TYPE") == 0;

	for (param = property->params_head; param != NULL; param = param->next) {
		if (param->bare) {
			if (is_type && strcasecmp(param->name, value) == 0)
				return TRUE;
		} else if (strcasecmp(param->name, name) == 0) {
			if (list_has(param->value, value))
				return TRUE;
		}
	}
	return FALSE;
}

void pim_param_add(pool_t pool, struct pim_property *property, const char *name,
		   const char *value)
{
	struct pim_param *param = p_new(pool, struct pim_param, 1);

	param->name = p_strdup(pool, name);
	T_BEGIN {
		param->value = p_strdup(pool, param_quote(value));
	} T_END;
	DLLIST2_APPEND(&property->params_head, &property->params_tail, param);
}

void pim_param_set(pool_t pool, struct pim_property *property, const char *name,
		   const char *value)
{
	struct pim_param *param = param_find(property, name);

	if (param != NULL && value != NULL) {
		/* stays where it is */
		T_BEGIN {
			if (strcmp(param_unquote(param->value), value) != 0) {
				param->value =
					p_strdup(pool, param_quote(value));
			}
		} T_END;
	} else if (value != NULL) {
		pim_param_add(pool, property, name, value);
		return;
	}
	/* the others, or all */
	while (param != NULL) {
		struct pim_param *next = param->next;

		if (strcasecmp(param->name, name) == 0 && !param->bare &&
		    (value == NULL || param != param_find(property, name))) {
			DLLIST2_REMOVE(&property->params_head,
				       &property->params_tail, param);
		}
		param = next;
	}
}
