/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "llist.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "pim-vtimezone.h"
#include "pim-zone.h"

/* When a rule begins that is told as one that was always there. */
#define RULE_FIRST_YEAR 1970
/* Changes that follow no rule of weekdays are listed, so many years from the event on. */
#define LISTED_YEARS 10
#define LISTED_MAX_A_YEAR 8

static const char *const weekdays[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };

static const char *offset_format(int offset)
{
	unsigned int abs = offset < 0 ? -offset : offset;
	const char *text = t_strdup_printf("%c%02u%02u", offset < 0 ? '-' : '+',
					   abs / 3600, abs / 60 % 60);

	return abs % 60 == 0 ? text : t_strdup_printf("%s%02u", text, abs % 60);
}

static void
add_observance(pool_t pool, struct pim_component *zone, const char *name,
	       int64_t wall, int from, int to, const char *rrule)
{
	struct pim_component *observance = pim_component_new(pool, name);
	const struct pim_time start = { .wall = wall };

	pim_property_add(pool, observance, "DTSTART", pim_time_format(&start));
	pim_property_add(pool, observance, "TZOFFSETFROM", offset_format(from));
	pim_property_add(pool, observance, "TZOFFSETTO", offset_format(to));
	if (rrule != NULL)
		pim_property_add(pool, observance, "RRULE", rrule);
	pim_component_append(zone, observance);
}

/* A rule that RRULE can say. */
static bool rule_is_simple(const struct pim_zone_rule *rule)
{
	return rule->kind == PIM_ZONE_RULE_WEEKDAY && rule->secs >= 0 &&
		rule->secs < PIM_DAY_SECS;
}

static const char *rule_format(const struct pim_zone_rule *rule)
{
	return t_strdup_printf("FREQ=YEARLY;BYMONTH=%u;BYDAY=%d%s", rule->month,
			       rule->week == 5 ? -1 : (int)rule->week,
			       weekdays[rule->weekday]);
}

static void
add_rules(pool_t pool, struct pim_component *zone, const struct pim_zone_rules *rules)
{
	add_observance(pool, zone, "STANDARD",
		       pim_zone_rule_wall(&rules->end, RULE_FIRST_YEAR),
		       rules->summer_offset, rules->winter_offset,
		       rule_format(&rules->end));
	add_observance(pool, zone, "DAYLIGHT",
		       pim_zone_rule_wall(&rules->begin, RULE_FIRST_YEAR),
		       rules->winter_offset, rules->summer_offset,
		       rule_format(&rules->begin));
}

static void
add_changes(pool_t pool, struct pim_component *component,
	    const struct pim_zone *zone, int year)
{
	struct pim_zone_change changes[LISTED_MAX_A_YEAR];
	const struct pim_civil first = { .year = year, .month = 1, .day = 1 };
	int64_t begin = pim_wall_from_civil(&first);
	int offset = pim_zone_offset(zone, begin);

	add_observance(pool, component, "STANDARD", begin, offset, offset, NULL);
	for (int y = year; y < year + LISTED_YEARS; y++) {
		unsigned int count =
			pim_zone_get_changes(zone, y, changes, N_ELEMENTS(changes));

		for (unsigned int i = 0; i < count; i++) {
			add_observance(pool, component,
				changes[i].offset_after > changes[i].offset_before ?
				"DAYLIGHT" : "STANDARD",
				changes[i].utc + changes[i].offset_before,
				changes[i].offset_before, changes[i].offset_after,
				NULL);
		}
	}
}

static struct pim_component *
vtimezone_new(pool_t pool, const char *tzid, const struct pim_zone *zone, int year)
{
	struct pim_component *component = pim_component_new(pool, "VTIMEZONE");
	const struct pim_zone_rules *rules = pim_zone_get_rules(zone);
	const struct pim_civil epoch = { .year = RULE_FIRST_YEAR, .month = 1, .day = 1 };

	pim_property_add(pool, component, "TZID", tzid);
	if (rules == NULL || (rules->has_changes &&
			      (!rule_is_simple(&rules->begin) ||
			       !rule_is_simple(&rules->end))))
		add_changes(pool, component, zone, year);
	else if (rules->has_changes)
		add_rules(pool, component, rules);
	else {
		add_observance(pool, component, "STANDARD",
			       pim_wall_from_civil(&epoch), rules->winter_offset,
			       rules->winter_offset, NULL);
	}
	return component;
}

static const struct pim_component *component_root(const struct pim_component *component)
{
	while (component->parent != NULL)
		component = component->parent;
	return component;
}

struct pim_component *pim_vtimezone_get(const struct pim_component *component, const char *tzid)
{
	struct pim_component *vtimezone = pim_component_find(component_root(component), "VTIMEZONE");

	for (; vtimezone != NULL; vtimezone = pim_component_find_next(vtimezone)) {
		const char *name = pim_component_get(vtimezone, "TZID");

		if (name != NULL && strcmp(name, tzid) == 0)
			break;
	}
	return vtimezone;
}

/* before all else */
static void
vtimezone_prepend(const struct pim_component *component, struct pim_component *vtimezone)
{
	struct pim_component *root = vtimezone->parent = (struct pim_component *)component_root(component);

	DLLIST2_PREPEND(&root->components_head, &root->components_tail, vtimezone);
}

struct pim_component *
pim_vtimezone_add(pool_t pool, const struct pim_component *component, const struct pim_zone *zone, int year)
{
	struct pim_component *vtimezone;

	if (zone == pim_zone_utc() || pim_vtimezone_get(component, pim_zone_get_name(zone)) != NULL)
		return NULL;
	vtimezone = vtimezone_new(pool, pim_zone_get_name(zone), zone, year);
	vtimezone_prepend(component, vtimezone);
	return vtimezone;
}

void pim_vtimezone_take(pool_t pool, const struct pim_component *from,
			const struct pim_component *component,
			struct pim_property *property)
{
	const char *tzid = pim_param_get(property, "TZID");
	const struct pim_component *vtimezone, *own;
	struct pim_component *copy;
	const char *name = tzid;

	if (tzid == NULL || pim_zone_find(tzid) != NULL ||
	    (vtimezone = pim_vtimezone_get(from, tzid)) == NULL)
		return;
	own = pim_vtimezone_get(component, name);
	if (own != NULL && pim_tree_digest(own) != pim_tree_digest(vtimezone)) {
		/* Outlook calls all of them "Customized Time Zone" */
		name = p_strdup_printf(pool, "%s %016"PRIx64, tzid,
				       pim_tree_digest(vtimezone));
		own = pim_vtimezone_get(component, name);
		pim_param_set(pool, property, "TZID", name);
	}
	if (own == NULL) {
		copy = pim_component_copy(pool, vtimezone);
		pim_property_set(pool, copy, "TZID", name);
		vtimezone_prepend(component, copy);
	}
}

static void
add_for_property(pool_t pool, struct pim_component *root,
		 const struct pim_property *property)
{
	const char *tzid = pim_param_get(property, "TZID");
	const struct pim_zone *zone;
	struct pim_time time;

	if (tzid == NULL || pim_vtimezone_get(root, tzid) != NULL ||
	    (zone = pim_zone_find(tzid)) == NULL ||
	    !pim_time_parse(t_strcut(property->value, ','), NULL, &time))
		return;
	vtimezone_prepend(root, vtimezone_new(pool, tzid, zone, pim_year_of_wall(time.wall)));
}

void pim_vtimezone_add_missing(pool_t pool, struct pim_component *root)
{
	const struct pim_component *event = pim_component_find(root, "VEVENT");
	const struct pim_property *property;

	for (; event != NULL; event = pim_component_find_next(event)) {
		for (property = event->properties_head; property != NULL;
		     property = property->next) T_BEGIN {
			add_for_property(pool, root, property);
		} T_END;
	}
}
