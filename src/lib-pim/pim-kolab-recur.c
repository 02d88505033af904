/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RRULE <-> the element recur. libkolabxml reads it without BYSETPOS, so a rule with that is no rule here. */

#include "lib.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

enum recur_kind {
	RECUR_FREQ,
	RECUR_UNTIL,
	RECUR_INTEGER,
	RECUR_DAY,
	RECUR_WEEKDAY,
};

struct recur_part {
	const char *element;
	enum recur_kind kind;
	int min, max;
	bool list;
};

/* In the schema's order. iCalendar-valtypes.xsd of Kolab, "RecurType" */
static const struct recur_part recur_parts[] = {
	{ "freq",       RECUR_FREQ,       0,       0, FALSE },
	{ "until",      RECUR_UNTIL,      0,       0, FALSE },
	{ "count",      RECUR_INTEGER,    1, INT_MAX, FALSE },
	{ "interval",   RECUR_INTEGER,    1, INT_MAX, FALSE },
	{ "bysecond",   RECUR_INTEGER,    0,      60, TRUE  },
	{ "byminute",   RECUR_INTEGER,    0,      59, TRUE  },
	{ "byhour",     RECUR_INTEGER,    0,      23, TRUE  },
	{ "byday",      RECUR_DAY,        0,       0, TRUE  },
	{ "byyearday",  RECUR_INTEGER, -366,     366, TRUE  },
	{ "bymonthday", RECUR_INTEGER,  -31,      31, TRUE  },
	{ "byweekno",   RECUR_INTEGER,  -53,      53, TRUE  },
	{ "bymonth",    RECUR_INTEGER,    1,      12, TRUE  },
	{ "wkst",       RECUR_WEEKDAY,    0,       0, FALSE },
};

static bool recur_is_weekday(const char *text)
{
	return kolab_list_find("SU MO TU WE TH FR SA", text) != NULL;
}

static bool recur_add(pool_t pool, struct kolab_node *recur, const struct recur_part *part, const char *text)
{
	struct kolab_time time;
	const char *day;

	switch (part->kind) {
	case RECUR_FREQ:
		text = kolab_list_find("SECONDLY MINUTELY HOURLY DAILY WEEKLY MONTHLY YEARLY", text);
		if (text == NULL)
			return FALSE;
		break;
	case RECUR_UNTIL:
		if (!kolab_time_parse(text, &time))
			return FALSE;
		kolab_value_add(pool, kolab_node_add(pool, recur, part->element, NULL),
				time.date_only ? "date" : "date-time", kolab_time_xml(&time));
		return TRUE;
	case RECUR_INTEGER:
		if (!kolab_integer_is_valid(text, part->min, part->max))
			return FALSE;
		break;
	case RECUR_DAY:
		day = text + strspn(text, "+-0123456789");
		if (!recur_is_weekday(day) ||
		    (day > text && !kolab_integer_is_valid(t_strdup_until(text, day), -53, 53)))
			return FALSE;
		text = t_str_ucase(text);
		break;
	case RECUR_WEEKDAY:
		if (!recur_is_weekday(text))
			return FALSE;
		text = t_str_ucase(text);
		break;
	}
	kolab_value_add(pool, recur, part->element, text);
	return TRUE;
}

/* The value of the part in "FREQ=WEEKLY;BYDAY=MO", NULL = none */
static const char *recur_find(const char *const *rule, const char *name)
{
	size_t length = strlen(name);

	for (; *rule != NULL; rule++) {
		if (strncasecmp(*rule, name, length) == 0 && (*rule)[length] == '=')
			return *rule + length + 1;
	}
	return NULL;
}

static bool
kolab_recur_encode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct pim_property *property, struct kolab_node *node)
{
	const char *const *rule = t_strsplit(property->value, ";");
	struct kolab_node *recur = kolab_node_add(pool, node, "recur", NULL);
	unsigned int known = 0;

	for (unsigned int i = 0; i < N_ELEMENTS(recur_parts); i++) {
		const struct recur_part *part = &recur_parts[i];
		const char *text = recur_find(rule, part->element), *const *item;

		if (text == NULL)
			continue;
		known++;
		if (!part->list) {
			if (!recur_add(pool, recur, part, text))
				return FALSE;
			continue;
		}
		for (item = t_strsplit(text, ","); *item != NULL; item++) {
			if (!recur_add(pool, recur, part, *item))
				return FALSE;
		}
	}
	return known == str_array_length(rule) && kolab_node_find(recur, "freq") != NULL &&
		(kolab_node_find(recur, "until") == NULL || kolab_node_find(recur, "count") == NULL);
}

static const char *recur_text(const struct kolab_node *part)
{
	const char *text = kolab_value_text(part);
	struct kolab_time time;

	if (strcmp(part->name, "until") == 0 && kolab_time_parse(text, &time))
		return kolab_time_ical(&time);
	return t_strcut(text, '\n');
}

static bool
kolab_recur_decode(pool_t pool, const struct kolab_row *row ATTR_UNUSED,
		   const struct kolab_node *node, struct pim_property *property)
{
	const struct kolab_node *recur = kolab_node_find(node, "recur"), *part;
	string_t *rule = t_str_new(128);

	if (recur == NULL)
		return FALSE;
	for (part = recur->head; part != NULL; part = part->next) {
		str_printfa(rule, "%s%s=%s", part == recur->head ? "" : ";",
			    t_str_ucase(part->name), recur_text(part));
		while (part->next != NULL && strcmp(part->next->name, part->name) == 0) {
			part = part->next;
			str_printfa(rule, ",%s", recur_text(part));
		}
	}
	property->value = p_strdup(pool, str_c(rule));
	return str_len(rule) > 0;
}

const struct kolab_type kolab_type_recur = { kolab_recur_encode, kolab_recur_decode };
