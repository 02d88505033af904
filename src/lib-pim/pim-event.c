/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "pim-duration.h"
#include "pim-recurrence.h"
#include "pim-vtimezone.h"
#include "pim-zone.h"
#include "pim-event.h"

/*
 * Times
 */

const struct pim_zone *
pim_event_find_zone(pool_t pool, const struct pim_component *component, const char *tzid)
{
	const struct pim_zone *zone = pim_zone_find(tzid);

	return zone != NULL ? zone : pim_vtimezone_find(pool, component, tzid);
}

static bool event_parse_time(pool_t pool, const struct pim_component *component,
			     const struct pim_property *property, const char *value,
			     struct pim_time *time_r)
{
	const char *tzid = pim_param_get(property, "TZID");

	return pim_time_parse(value, tzid == NULL ? NULL :
			      pim_event_find_zone(pool, component, tzid), time_r);
}

bool pim_event_get_time(pool_t pool, const struct pim_component *component,
			const struct pim_property *property, struct pim_time *time_r)
{
	return event_parse_time(pool, component, property, property->value, time_r);
}

static void event_add_duration(struct pim_time *time, int64_t days_secs, int64_t time_secs)
{
	/* RFC 5545 3.3.6: days are days on the clock, the rest is real time */
	time->wall += days_secs;
	if (time->zone == NULL)
		time->wall += time_secs;
	else if (time_secs != 0)
		time->wall = pim_zone_to_wall(time->zone, pim_zone_to_utc(time->zone, time->wall) +
					      time_secs);
}

static bool event_get_end(pool_t pool, const struct pim_component *component,
			  struct pim_event_times *times)
{
	const struct pim_property *property;
	int64_t days_secs, time_secs;

	times->end = times->start;
	property = pim_property_find(component, "DTEND");
	if (property != NULL && pim_event_get_time(pool, component, property, &times->end)) {
		times->end_kind = PIM_EVENT_END_DTEND;
		return times->end.is_date == times->start.is_date;
	}
	times->end = times->start;
	property = pim_property_find(component, "DURATION");
	if (property != NULL &&
	    pim_duration_parse(property->value, &days_secs, &time_secs)) {
		times->end_kind = PIM_EVENT_END_DURATION;
		event_add_duration(&times->end, days_secs,
				   times->start.is_date ? 0 : time_secs);
		return TRUE;
	}
	times->end_kind = PIM_EVENT_END_NONE;
	return FALSE;
}

static bool event_is_marked_all_day(const struct pim_component *component)
{
	const char *value = pim_component_get(component, "X-MICROSOFT-CDO-ALLDAYEVENT");

	return value != NULL && strcasecmp(value, "TRUE") == 0;
}

/* Whole days around the times. */
static void event_make_dates(struct pim_event_times *times)
{
	int64_t start = pim_days_of_wall(times->start.wall);
	int64_t end = pim_days_of_wall(times->end.wall + PIM_DAY_SECS - 1);

	times->start = (struct pim_time){ .wall = start * PIM_DAY_SECS, .is_date = TRUE };
	times->end = (struct pim_time){ .wall = end * PIM_DAY_SECS, .is_date = TRUE };
}

bool pim_event_get_times(pool_t pool, const struct pim_component *component,
			 struct pim_event_times *times_r)
{
	const struct pim_property *property = pim_property_find(component, "DTSTART");
	bool have_end;

	i_zero(times_r);
	if (property == NULL || !pim_event_get_time(pool, component, property, &times_r->start))
		return FALSE;
	have_end = event_get_end(pool, component, times_r);
	if (!times_r->start.is_date && have_end && event_is_marked_all_day(component))
		event_make_dates(times_r);
	if (times_r->start.is_date) {
		if (!have_end || times_r->end.wall <= times_r->start.wall) {
			times_r->end = times_r->start;
			times_r->end.wall += PIM_DAY_SECS;
		}
	} else if (!have_end || pim_time_to_utc(&times_r->end, NULL) <
				pim_time_to_utc(&times_r->start, NULL)) {
		times_r->end = times_r->start;
	}
	return TRUE;
}

int64_t pim_event_duration(const struct pim_event_times *times,
			   const struct pim_zone *floating)
{
	if (times->start.is_date)
		return times->end.wall - times->start.wall;
	return pim_time_to_utc(&times->end, floating) -
		pim_time_to_utc(&times->start, floating);
}

void pim_event_time_params(pool_t pool, struct pim_property *property,
			   const struct pim_time *time)
{
	pim_param_set(pool, property, "TZID", time->is_date || time->zone == NULL ||
		      time->zone == pim_zone_utc() ? NULL : pim_zone_get_name(time->zone));
	if (time->is_date)
		pim_param_set(pool, property, "VALUE", "DATE");
	else if (pim_param_has(property, "VALUE", "DATE"))
		pim_param_set(pool, property, "VALUE", NULL);
}

void pim_event_set_time(pool_t pool, struct pim_component *component, const char *name,
			const struct pim_time *time)
{
	pim_property_set(pool, component, name, pim_time_format(time));
	pim_event_time_params(pool, pim_property_find(component, name), time);
}

void pim_event_set_end(pool_t pool, struct pim_component *component,
		       const struct pim_event_times *times, const struct pim_zone *floating)
{
	if (pim_year_of_wall(times->end.wall) <= PIM_MAX_YEAR) {
		pim_event_set_time(pool, component, "DTEND", &times->end);
		return;
	}
	pim_property_set(pool, component, "DTEND", NULL);
	pim_property_set(pool, component, "DURATION",
			 pim_duration_format(pim_event_duration(times, floating)));
}

/*
 * Series
 */

bool pim_event_is_recurring(const struct pim_component *component)
{
	return pim_property_find(component, "RRULE") != NULL ||
		pim_property_find(component, "RDATE") != NULL;
}

int64_t pim_event_id_wall(const struct pim_time *id, const struct pim_time *start)
{
	if (start->is_date)
		return pim_days_of_wall(id->wall) * PIM_DAY_SECS;
	if (id->is_date) {
		/* the occurrence of that day */
		return id->wall + (start->wall -
				   pim_days_of_wall(start->wall) * PIM_DAY_SECS);
	}
	if (id->zone == NULL || start->zone == NULL || id->zone == start->zone)
		return id->wall;
	return pim_zone_to_wall(start->zone, pim_zone_to_utc(id->zone, id->wall));
}

static bool
override_get_id(pool_t pool, const struct pim_component *component,
		const struct pim_time *start, int64_t *id_wall_r)
{
	const struct pim_property *property = pim_property_find(component, "RECURRENCE-ID");
	struct pim_time id;

	if (property == NULL || !pim_event_get_time(pool, component, property, &id))
		return FALSE;
	*id_wall_r = pim_event_id_wall(&id, start);
	return TRUE;
}

static struct pim_component *event_first_sibling(const struct pim_component *main)
{
	return main->parent == NULL ? NULL : pim_component_find(main->parent, main->name);
}

struct pim_component *
pim_event_find_override(pool_t pool, const struct pim_component *main,
			const struct pim_time *start, int64_t id_wall)
{
	struct pim_component *component = event_first_sibling(main);
	int64_t wall;

	for (; component != NULL; component = pim_component_find_next(component)) {
		if (component != main &&
		    override_get_id(pool, component, start, &wall) && wall == id_wall)
			return component;
	}
	return NULL;
}


struct series_lists {
	ARRAY(struct pim_rrule) rules;
	ARRAY_TYPE(pim_wall) rdates, exdates;
	ARRAY(struct pim_override) overrides;
};

static void series_add_dates(pool_t pool, const struct pim_component *main, const char *name,
			     const struct pim_time *start, ARRAY_TYPE(pim_wall) *dates)
{
	const struct pim_property *property;
	const char *const *value;
	struct pim_time time;
	int64_t wall;

	for (property = pim_property_find(main, name);
	     property != NULL && array_count(dates) < PIM_RECURRENCE_MAX_DATES;
	     property = pim_property_find_next(property)) T_BEGIN {
		for (value = pim_value_split(property->value, ','); *value != NULL; value++) {
			/* of a PERIOD the begin */
			if (event_parse_time(pool, main, property,
					     t_strcut(*value, '/'), &time)) {
				wall = pim_event_id_wall(&time, start);
				array_push_back(dates, &wall);
			}
		}
	} T_END;
}

int pim_wall_cmp(const int64_t *wall1, const int64_t *wall2)
{
	return *wall1 < *wall2 ? -1 : *wall1 > *wall2 ? 1 : 0;
}

void pim_event_get_days_off(pool_t pool, const struct pim_component *component,
			    const struct pim_time *start, ARRAY_TYPE(pim_wall) *days)
{
	series_add_dates(pool, component, "EXDATE", start, days);
	array_sort(days, pim_wall_cmp);
}

static void series_add_overrides(pool_t pool, const struct pim_component *main,
				 const struct pim_time *start,
				 const struct pim_zone *floating, struct series_lists *lists)
{
	const struct pim_component *component = event_first_sibling(main);
	struct pim_event_times times;
	struct pim_override *override;
	const char *status;
	int64_t wall;

	for (; component != NULL && array_count(&lists->overrides) < PIM_RECURRENCE_MAX_DATES;
	     component = pim_component_find_next(component)) {
		if (component == main || !override_get_id(pool, component, start, &wall) ||
		    !pim_event_get_times(pool, component, &times))
			continue;
		status = pim_component_get(component, "STATUS");
		override = array_append_space(&lists->overrides);
		override->id_wall = wall;
		override->start_utc = pim_time_to_utc(&times.start, floating);
		override->end_utc = pim_time_to_utc(&times.end, floating);
		override->is_cancelled = status != NULL &&
			strcasecmp(status, "CANCELLED") == 0;
	}
}

static void series_add_rules(const struct pim_component *main, struct series_lists *lists)
{
	const struct pim_property *property;
	struct pim_rrule rule;
	const char *error;

	for (property = pim_property_find(main, "RRULE");
	     property != NULL && array_count(&lists->rules) < PIM_RECURRENCE_MAX_RULES;
	     property = pim_property_find_next(property)) {
		if (pim_rrule_parse(property->value, &rule, &error) == 0)
			array_push_back(&lists->rules, &rule);
	}
}

static struct pim_series *
event_make_series(pool_t pool, const struct pim_component *main,
		  const struct pim_zone *floating, bool exceptions)
{
	struct pim_event_times times;
	struct pim_series_input input;
	struct pim_series *series;
	struct series_lists lists;

	if (!pim_event_get_times(pool, main, &times))
		return NULL;
	i_array_init(&lists.rules, 2);
	i_array_init(&lists.rdates, 8);
	i_array_init(&lists.exdates, 8);
	i_array_init(&lists.overrides, 8);
	series_add_rules(main, &lists);
	series_add_dates(pool, main, "RDATE", &times.start, &lists.rdates);
	if (exceptions) {
		series_add_dates(pool, main, "EXDATE", &times.start, &lists.exdates);
		series_add_overrides(pool, main, &times.start, floating, &lists);
	}
	i_zero(&input);
	input.start = times.start;
	input.floating = floating;
	input.duration_secs = pim_event_duration(&times, floating);
	input.rules = array_get(&lists.rules, &input.rule_count);
	input.rdates = array_get(&lists.rdates, &input.rdate_count);
	input.exdates = array_get(&lists.exdates, &input.exdate_count);
	input.overrides = array_get(&lists.overrides, &input.override_count);
	series = pim_series_create(pool, &input);
	array_free(&lists.rules);
	array_free(&lists.rdates);
	array_free(&lists.exdates);
	array_free(&lists.overrides);
	return series;
}

struct pim_series *pim_event_get_series(pool_t pool, const struct pim_component *main,
					const struct pim_zone *floating)
{
	return event_make_series(pool, main, floating, TRUE);
}

struct pim_series *pim_event_get_pattern(pool_t pool, const struct pim_component *main,
					 const struct pim_zone *floating)
{
	return event_make_series(pool, main, floating, FALSE);
}
