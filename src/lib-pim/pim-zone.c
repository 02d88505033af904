/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-time.h"
#include "pim-zone-private.h"

/* the changes of three years */
#define PIM_ZONE_RULE_CHANGES 6

const char *pim_zone_get_name(const struct pim_zone *zone)
{
	return zone->name;
}

const struct pim_zone_rules *pim_zone_get_rules(const struct pim_zone *zone)
{
	return zone->has_rules ? &zone->rules : NULL;
}

struct pim_zone *pim_zone_from_rules(pool_t pool, const char *name, const struct pim_zone_rules *rules)
{
	struct pim_zone *zone = p_new(pool, struct pim_zone, 1);

	zone->name = p_strdup(pool, name);
	zone->first_offset = rules->winter_offset;
	zone->has_rules = TRUE;
	zone->rules = *rules;
	return zone;
}

struct pim_zone *pim_zone_from_changes(pool_t pool, const char *name, int offset,
				       const struct pim_zone_change *changes, unsigned int count)
{
	struct pim_zone *zone = p_new(pool, struct pim_zone, 1);
	struct pim_zone_transition *transitions;

	i_assert(count <= PIM_ZONE_MAX_TRANSITIONS);
	transitions = p_new(pool, struct pim_zone_transition, count + 1);
	for (unsigned int i = 0; i < count; i++) {
		i_assert(i == 0 || changes[i].utc >= changes[i - 1].utc);
		transitions[i].utc = changes[i].utc;
		transitions[i].offset = changes[i].offset_after;
	}
	zone->name = p_strdup(pool, name);
	zone->first_offset = offset;
	zone->transitions = transitions;
	zone->transition_count = count;
	return zone;
}

static int64_t pim_zone_rule_day(const struct pim_zone_rule *rule, int year)
{
	int64_t first = pim_days_from_civil(year, rule->month == 0 ? 1 : rule->month, 1);
	unsigned int day, last;

	switch (rule->kind) {
	case PIM_ZONE_RULE_WEEKDAY:
		last = pim_days_in_month(year, rule->month);
		day = (rule->weekday + 7 - pim_weekday_of_days(first)) % 7 + (rule->week - 1) * 7;
		return first + (day < last ? day : day - 7);
	case PIM_ZONE_RULE_JULIAN:
		return first + rule->day - (pim_year_is_leap(year) && rule->day >= 60 ? 0 : 1);
	case PIM_ZONE_RULE_YEARDAY:
		return first + rule->day;
	case PIM_ZONE_RULE_DATE:
		return first + rule->day - 1;
	}
	i_unreached();
}

int64_t pim_zone_rule_wall(const struct pim_zone_rule *rule, int year)
{
	return pim_zone_rule_day(rule, year) * PIM_DAY_SECS + rule->secs;
}

/* the two changes of a year by the rules, the earlier one first */
static void pim_zone_rules_changes(const struct pim_zone_rules *rules, int year,
				   struct pim_zone_change changes_r[2])
{
	struct pim_zone_change begin = {
		.utc = pim_zone_rule_wall(&rules->begin, year) - rules->winter_offset,
		.offset_before = rules->winter_offset, .offset_after = rules->summer_offset,
	};
	struct pim_zone_change end = {
		.utc = pim_zone_rule_wall(&rules->end, year) - rules->summer_offset,
		.offset_before = rules->summer_offset, .offset_after = rules->winter_offset,
	};
	bool begins_first = begin.utc <= end.utc;

	changes_r[0] = begins_first ? begin : end;
	changes_r[1] = begins_first ? end : begin;
}

static int pim_zone_rules_offset(const struct pim_zone_rules *rules, int64_t utc)
{
	struct pim_zone_change changes[PIM_ZONE_RULE_CHANGES];
	int year;

	if (!rules->has_changes)
		return rules->winter_offset;
	/* a rule may lead into the year before or after its own */
	year = pim_year_of_wall(utc + rules->winter_offset);
	for (int i = 0; i < 3; i++)
		pim_zone_rules_changes(rules, year - 1 + i, &changes[i * 2]);
	for (unsigned int i = N_ELEMENTS(changes); i > 0; i--) {
		if (changes[i - 1].utc <= utc)
			return changes[i - 1].offset_after;
	}
	return changes[0].offset_before;
}

/* how many transitions have happened */
static unsigned int pim_zone_passed(const struct pim_zone *zone, int64_t utc)
{
	unsigned int low = 0, high = zone->transition_count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (zone->transitions[middle].utc <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int pim_zone_offset(const struct pim_zone *zone, int64_t utc)
{
	unsigned int passed = pim_zone_passed(zone, utc);

	if (passed == zone->transition_count && zone->has_rules)
		return pim_zone_rules_offset(&zone->rules, utc);
	return passed == 0 ? zone->first_offset : zone->transitions[passed - 1].offset;
}

int64_t pim_zone_to_wall(const struct pim_zone *zone, int64_t utc)
{
	return utc + pim_zone_offset(zone, utc);
}

int64_t pim_zone_to_utc(const struct pim_zone *zone, int64_t wall)
{
	int before = pim_zone_offset(zone, wall - PIM_DAY_SECS);
	int after;

	if (pim_zone_offset(zone, wall - before) == before)
		return wall - before;
	after = pim_zone_offset(zone, wall + PIM_DAY_SECS);
	if (pim_zone_offset(zone, wall - after) == after)
		return wall - after;
	return wall - before;
}

unsigned int pim_zone_get_changes(const struct pim_zone *zone, int year, struct pim_zone_change *changes_r,
				  unsigned int max)
{
	int64_t from = pim_days_from_civil(year, 1, 1) * PIM_DAY_SECS;
	int64_t until = pim_days_from_civil(year + 1, 1, 1) * PIM_DAY_SECS;
	struct pim_zone_change change, by_rule[PIM_ZONE_RULE_CHANGES];
	unsigned int i, passed = pim_zone_passed(zone, from - PIM_ZONE_MAX_OFFSET_SECS), count = 0;

	change.offset_before = passed == 0 ? zone->first_offset : zone->transitions[passed - 1].offset;
	for (i = passed; i < zone->transition_count && count < max; i++) {
		change.utc = zone->transitions[i].utc;
		change.offset_after = zone->transitions[i].offset;
		if (change.utc + change.offset_before >= until)
			return count;
		if (change.utc + change.offset_before >= from &&
		    change.offset_before != change.offset_after)
			changes_r[count++] = change;
		change.offset_before = change.offset_after;
	}
	if (!zone->has_rules || !zone->rules.has_changes)
		return count;
	for (int y = 0; y < 3; y++)
		pim_zone_rules_changes(&zone->rules, year - 1 + y, &by_rule[y * 2]);
	for (i = 0; i < N_ELEMENTS(by_rule) && count < max; i++) {
		int64_t wall = by_rule[i].utc + by_rule[i].offset_before;

		if (zone->transition_count > 0 &&
		    by_rule[i].utc <= zone->transitions[zone->transition_count - 1].utc)
			continue;
		if (wall >= from && wall < until)
			changes_r[count++] = by_rule[i];
	}
	return count;
}
