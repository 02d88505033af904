/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A VTIMEZONE -> the zone it describes. */

#include "lib.h"
#include "array.h"
#include "pim-tree.h"
#include "pim-recurrence.h"
#include "pim-zone.h"
#include "pim-vtimezone.h"

#include <ctype.h>

ARRAY_DEFINE_TYPE(pim_zone_change, struct pim_zone_change);
ARRAY_DEFINE_TYPE(pim_rrule, struct pim_rrule);
ARRAY_DEFINE_TYPE(pim_wall, int64_t);

/* +HHMM, -HHMMSS */
static bool pim_offset_parse(const char *text, int *secs_r)
{
	size_t len = strlen(text);
	unsigned int digits[6] = { 0 };

	if ((len != 5 && len != 7) || (*text != '+' && *text != '-'))
		return FALSE;
	for (unsigned int i = 1; i < len; i++) {
		if (!i_isdigit(text[i]))
			return FALSE;
		digits[i - 1] = text[i] - '0';
	}
	*secs_r = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60 +
		digits[4] * 10 + digits[5];
	if (*secs_r > PIM_ZONE_MAX_OFFSET_SECS)
		return FALSE;
	if (*text == '-')
		*secs_r = -*secs_r;
	return TRUE;
}

static void pim_observance_add_rdates(const struct pim_component *observance, ARRAY_TYPE(pim_wall) *walls)
{
	const struct pim_property *property = pim_property_find(observance, "RDATE");
	struct pim_time time;

	for (; property != NULL; property = pim_property_find_next(property)) {
		const char *const *values = t_strsplit(property->value, ",");

		for (; *values != NULL; values++) {
			if (pim_time_parse(*values, NULL, &time) && array_count(walls) < PIM_ZONE_MAX_TRANSITIONS)
				array_push_back(walls, &time.wall);
		}
	}
}

/* UNTIL is UTC there, all else wall time before the change */
static bool pim_observance_get_rules(const struct pim_component *observance, int offset_before,
				     ARRAY_TYPE(pim_rrule) *rules)
{
	const struct pim_property *property = pim_property_find(observance, "RRULE");
	const char *error;

	for (; property != NULL && array_count(rules) < PIM_RECURRENCE_MAX_RULES;
	     property = pim_property_find_next(property)) {
		struct pim_rrule *rule = array_append_space(rules);

		if (pim_rrule_parse(property->value, rule, &error) < 0)
			return FALSE;
		if (rule->until_kind == PIM_UNTIL_UTC) {
			rule->until += offset_before;
			rule->until_kind = PIM_UNTIL_WALL;
		}
	}
	return TRUE;
}

static bool pim_observance_read(pool_t pool, const struct pim_component *observance,
				ARRAY_TYPE(pim_zone_change) *changes)
{
	const int64_t until = pim_days_from_civil(PIM_VTIMEZONE_LAST_YEAR, 1, 1) * PIM_DAY_SECS;
	const char *start = pim_component_get(observance, "DTSTART");
	const char *from = pim_component_get(observance, "TZOFFSETFROM");
	const char *to = pim_component_get(observance, "TZOFFSETTO");
	struct pim_series_input input;
	struct pim_series_iter *iter;
	struct pim_occurrence occurrence;
	struct pim_zone_change change;
	ARRAY_TYPE(pim_rrule) rules;
	ARRAY_TYPE(pim_wall) rdates;

	i_zero(&input);
	if (start == NULL || from == NULL || to == NULL || !pim_offset_parse(from, &change.offset_before) ||
	    !pim_offset_parse(to, &change.offset_after) || !pim_time_parse(start, NULL, &input.start))
		return FALSE;
	/* some say Z, and mean the clock on the wall */
	input.start.zone = NULL;
	p_array_init(&rules, pool, 2);
	p_array_init(&rdates, pool, 4);
	if (!pim_observance_get_rules(observance, change.offset_before, &rules))
		return FALSE;
	pim_observance_add_rdates(observance, &rdates);
	input.rules = array_get(&rules, &input.rule_count);
	input.rdates = array_get(&rdates, &input.rdate_count);
	iter = pim_series_iter_init(pim_series_create(pool, &input), INT64_MIN, until);
	while (array_count(changes) < PIM_ZONE_MAX_TRANSITIONS && pim_series_iter_next(iter, &occurrence)) {
		change.utc = occurrence.id_wall - change.offset_before;
		array_push_back(changes, &change);
	}
	pim_series_iter_deinit(&iter);
	return TRUE;
}

static int pim_zone_change_cmp(const struct pim_zone_change *change1, const struct pim_zone_change *change2)
{
	return change1->utc < change2->utc ? -1 : change1->utc > change2->utc ? 1 : 0;
}

static const struct pim_zone *pim_vtimezone_read(pool_t pool, const struct pim_component *vtimezone, const char *tzid)
{
	ARRAY_TYPE(pim_zone_change) changes;
	const struct pim_component *child;
	const struct pim_zone_change *first;
	unsigned int count, observances = 0;

	p_array_init(&changes, pool, 256);
	for (child = vtimezone->components_head; child != NULL; child = child->next) {
		if (!pim_component_is(child, "STANDARD") && !pim_component_is(child, "DAYLIGHT"))
			continue;
		if (++observances > PIM_VTIMEZONE_MAX_OBSERVANCES || !pim_observance_read(pool, child, &changes))
			return NULL;
	}
	if (array_count(&changes) == 0)
		return NULL;
	array_sort(&changes, pim_zone_change_cmp);
	first = array_get(&changes, &count);
	return pim_zone_from_changes(pool, tzid, first->offset_before, first, count);
}

const struct pim_zone *pim_vtimezone_find(pool_t pool, const struct pim_component *component, const char *tzid)
{
	const struct pim_component *vtimezone = pim_vtimezone_get(component, tzid);
	const struct pim_zone *zone;
	const char *name;

	if (vtimezone == NULL)
		return NULL;
	name = pim_component_get(vtimezone, "X-LIC-LOCATION");
	zone = name == NULL ? NULL : pim_zone_find(name);
	return zone != NULL ? zone : pim_vtimezone_read(pool, vtimezone, tzid);
}
