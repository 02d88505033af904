/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which zone does a blob mean? docs/decisions/103 */

#include "lib.h"
#include "pim-windows-zone.h"
#include "pim-time.h"
#include "pim-zone-blob.h"
#include "pim-zone-private.h"

/* 23:59 and 24:00 */
#define PIM_ZONE_MATCH_SLACK_SECS 60

enum pim_zone_match {
	PIM_ZONE_MATCH_NONE = 0,
	/* the same instants in that year */
	PIM_ZONE_MATCH_YEAR = 1,
	/* the same words, so the same instants in other years */
	PIM_ZONE_MATCH_RULES = 2
};

static enum pim_zone_match
pim_zone_match_rule(const struct pim_zone_rule *rule1, const struct pim_zone_rule *rule2, int year)
{
	int64_t difference = pim_zone_rule_wall(rule1, year) - pim_zone_rule_wall(rule2, year);

	if (rule1->kind == rule2->kind && rule1->month == rule2->month && rule1->weekday == rule2->weekday &&
	    rule1->week == rule2->week && abs(rule1->secs - rule2->secs) <= PIM_ZONE_MATCH_SLACK_SECS)
		return PIM_ZONE_MATCH_RULES;
	return difference >= -PIM_ZONE_MATCH_SLACK_SECS && difference <= PIM_ZONE_MATCH_SLACK_SECS ?
		PIM_ZONE_MATCH_YEAR : PIM_ZONE_MATCH_NONE;
}

static enum pim_zone_match
pim_zone_match(const struct pim_zone_rules *rules, const struct pim_zone *zone, int year)
{
	struct pim_zone_rules ours;
	struct pim_zone_blob blob;
	enum pim_zone_match begin, end;

	pim_zone_blob_project(zone, year, &blob);
	pim_zone_blob_get_rules(&blob, &ours);
	if (ours.has_changes != rules->has_changes || ours.winter_offset != rules->winter_offset ||
	    ours.summer_offset != rules->summer_offset)
		return PIM_ZONE_MATCH_NONE;
	if (!ours.has_changes)
		return PIM_ZONE_MATCH_RULES;
	begin = pim_zone_match_rule(&rules->begin, &ours.begin, year);
	end = pim_zone_match_rule(&rules->end, &ours.end, year);
	return I_MIN(begin, end);
}

/* Some programs tell a change by what the clock shows after it: 3:00 in spring, 1:00 or 2:00 in autumn. FALSE = there are
   no changes. */
static bool pim_zone_rules_read_after(struct pim_zone_rules *rules)
{
	int difference = rules->summer_offset - rules->winter_offset;

	rules->begin.secs -= difference;
	rules->end.secs += difference;
	return rules->has_changes;
}

bool pim_zone_blob_is_zone(const struct pim_zone_blob *blob, const struct pim_zone *zone, int year)
{
	struct pim_zone_rules rules;

	pim_zone_blob_get_rules(blob, &rules);
	return pim_zone_match(&rules, zone, year) != PIM_ZONE_MATCH_NONE ||
		(pim_zone_rules_read_after(&rules) && pim_zone_match(&rules, zone, year) != PIM_ZONE_MATCH_NONE);
}

static bool pim_zone_match_years(const struct pim_zone_rules *rules, const struct pim_zone *zone,
				 const struct pim_zone_hints *hints)
{
	return zone != NULL &&
		(pim_zone_match(rules, zone, hints->year) != PIM_ZONE_MATCH_NONE ||
		 (hints->this_year != hints->year &&
		  pim_zone_match(rules, zone, hints->this_year) != PIM_ZONE_MATCH_NONE));
}

/* Windows' main zones, then all: the first with that match in that year */
static const struct pim_zone *
pim_zone_match_any(const struct pim_zone_rules *rules, int year, enum pim_zone_match match)
{
	const struct pim_zone *zone;
	const char *name;
	unsigned int i;

	for (i = 0; (name = pim_windows_zone_get(i)) != NULL; i++) {
		zone = pim_zone_find(name);
		if (zone != NULL && pim_zone_match(rules, zone, year) >= match)
			return zone;
	}
	for (i = 0; (zone = pim_zone_get(i)) != NULL; i++) {
		if (pim_zone_match(rules, zone, year) >= match)
			return zone;
	}
	return NULL;
}

static const struct pim_zone *
pim_zone_match_hints(const struct pim_zone_rules *rules, const char *name, const struct pim_zone_hints *hints)
{
	const struct pim_zone *zone;

	if (pim_zone_match_years(rules, hints->current, hints))
		return hints->current;
	for (unsigned int i = 0; i < hints->likely_count; i++) {
		if (pim_zone_match_years(rules, hints->likely[i], hints))
			return hints->likely[i];
	}
	zone = pim_zone_find(name);
	if (pim_zone_match_years(rules, zone, hints))
		return zone;
	for (enum pim_zone_match match = PIM_ZONE_MATCH_RULES; match >= PIM_ZONE_MATCH_YEAR; match--) {
		zone = pim_zone_match_any(rules, hints->year, match);
		if (zone == NULL && hints->this_year != hints->year)
			zone = pim_zone_match_any(rules, hints->this_year, match);
		if (zone != NULL)
			return zone;
	}
	return NULL;
}

const struct pim_zone *pim_zone_blob_find(const struct pim_zone_blob *blob, const struct pim_zone_hints *hints)
{
	const struct pim_zone *zone;
	struct pim_zone_rules rules;

	pim_zone_blob_get_rules(blob, &rules);
	zone = pim_zone_match_hints(&rules, blob->standard_name, hints);
	return zone != NULL || !pim_zone_rules_read_after(&rules) ? zone :
		pim_zone_match_hints(&rules, blob->standard_name, hints);
}
