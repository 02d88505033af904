/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Series that the schema has no words for: rules with BYSETPOS, which libkolabxml would read without it, and dates of
   several kinds, of which one element holds one. */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-event.h"
#include "pim-recurrence.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

/* Dates that stand for a rule: these many after the object was last changed, ... */
#define KOLAB_RULE_DATES 60
/* ... and these many in all. */
#define KOLAB_RULE_MAX_DATES 400

static bool series_rule_fits(const char *rule)
{
	rule = t_str_ucase(rule);
	return strstr(rule, "BYSETPOS") == NULL && strstr(rule, "RSCALE") == NULL && strstr(rule, "SKIP") == NULL;
}

/* Of what was written: the same as long as nobody changes start or dates. */
static const char *series_digest(const struct pim_component *component)
{
	const char *start = pim_component_get(component, "DTSTART");
	const char *dates = pim_component_get(component, "RDATE");
	struct kolab_time time;

	if (start == NULL || dates == NULL || !kolab_time_parse(start, &time))
		return NULL;
	return kolab_digest(t_strconcat(kolab_time_ical(&time), "\n", dates, NULL));
}

static const char *
series_dates(const struct pim_series *series, const struct pim_time *start, int64_t changed_utc)
{
	string_t *dates = t_str_new(1024);
	struct pim_series_iter *iter;
	struct pim_occurrence occurrence;
	struct pim_time time = *start;
	unsigned int count = 0, later = 0;

	iter = pim_series_iter_init(series, INT64_MIN / 2, PIM_TIME_NEVER);
	while (later < KOLAB_RULE_DATES && count < KOLAB_RULE_MAX_DATES &&
	       pim_series_iter_next(iter, &occurrence)) {
		/* the first is DTSTART */
		if (occurrence.id_wall == start->wall)
			continue;
		time.wall = occurrence.id_wall;
		str_printfa(dates, "%s%s", count == 0 ? "" : ",", pim_time_format(&time));
		count++;
		if (occurrence.start_utc > changed_utc)
			later++;
	}
	pim_series_iter_deinit(&iter);
	return str_c(dates);
}

void kolab_rule_prepare(pool_t pool, struct pim_component *left, struct pim_component *held, struct kolab_node *customs)
{
	struct pim_property *rule = pim_property_find(left, "RRULE"), *dates;
	const char *stamp = pim_component_get(left, "DTSTAMP"), *value;
	struct pim_event_times times;
	const struct pim_series *series;
	struct pim_time changed;

	if (rule == NULL || rule->params_head != NULL || strcmp(rule->name, "RRULE") != 0 ||
	    pim_property_find_next(rule) != NULL || series_rule_fits(rule->value) ||
	    !pim_event_get_times(pool, left, &times))
		return;
	kolab_property_hold(left, held, "RDATE");
	series = pim_event_get_pattern(pool, left, NULL);
	if (series == NULL)
		return;
	if (stamp == NULL || !pim_time_parse(stamp, NULL, &changed))
		changed = times.start;
	value = series_dates(series, &times.start, pim_time_to_utc(&changed, NULL));
	if (value[0] == '\0')
		return;
	dates = pim_property_add(pool, left, "RDATE", value);
	pim_event_time_params(pool, dates, &times.start);
	kolab_custom_add(pool, customs, KOLAB_CUSTOM_RRULE, rule->value);
	kolab_custom_add(pool, customs, KOLAB_CUSTOM_RRULE_OF, series_digest(left));
	pim_property_remove(left, rule);
}

void kolab_rule_apply(pool_t pool, struct pim_component *component, const struct kolab_node *parent, const char *digest)
{
	const struct kolab_node *node;
	struct pim_property *dates = pim_property_find(component, "RDATE");

	/* somebody else changed the dates, or made a rule: they are what holds */
	if (null_strcmp(series_digest(component), digest) != 0 || pim_property_find(component, "RRULE") != NULL)
		return;
	for (node = parent->head; node != NULL; node = node->next) {
		const char *value = kolab_node_text(node, "value");

		if (strcmp(node->name, KOLAB_CUSTOM) != 0 || value == NULL ||
		    null_strcmp(kolab_node_text(node, "identifier"), KOLAB_CUSTOM_RRULE) != 0)
			continue;
		dates->name = "RRULE";
		dates->value = p_strdup(pool, t_strcut(value, '\n'));
		dates->params_head = dates->params_tail = NULL;
		return;
	}
}

/* Can the values of all stand in one element? */
static bool series_dates_agree(const struct pim_property *first)
{
	const struct pim_property *property;
	size_t length = strlen(t_strcut(first->value, ','));

	for (property = first; property != NULL; property = pim_property_find_next(property)) {
		const char *const *value = t_strsplit(property->value, ",");

		if (null_strcmp(pim_param_get(property, "TZID"), pim_param_get(first, "TZID")) != 0)
			return FALSE;
		for (; *value != NULL; value++) {
			if (strlen(*value) != length)
				return FALSE;
		}
	}
	return TRUE;
}

/* All values of property, as times of the kind that start is. FALSE: one is no time. */
static bool
series_dates_convert(pool_t pool, struct pim_component *left, const struct pim_property *property,
		     const struct pim_time *start, string_t *dest)
{
	struct pim_property single = *property;
	struct pim_time time, same = *start;

	for (const char *const *value = t_strsplit(property->value, ","); *value != NULL; value++) {
		single.value = *value;
		if (!pim_event_get_time(pool, left, &single, &time))
			return FALSE;
		same.wall = pim_event_id_wall(&time, start);
		str_printfa(dest, "%s%s", str_len(dest) == 0 ? "" : ",", pim_time_format(&same));
	}
	return TRUE;
}

void kolab_dates_prepare(pool_t pool, struct pim_component *left, struct kolab_node *customs)
{
	struct pim_property *property = pim_property_find(left, "EXDATE"), *merged;
	const struct pim_property *start = pim_property_find(left, "DTSTART");
	const char *tzid = start == NULL ? NULL : pim_param_get(start, "TZID");
	struct pim_component *original, *back;
	string_t *values = t_str_new(256);
	struct pim_event_times times;

	if (property == NULL || series_dates_agree(property) || !pim_event_get_times(pool, left, &times) ||
	    (tzid != NULL && null_strcmp(kolab_zone_encode(tzid), tzid) != 0))
		return;
	for (; property != NULL; property = pim_property_find_next(property)) {
		if (!series_dates_convert(pool, left, property, &times.start, values))
			return;
	}
	original = pim_component_new(pool, left->name);
	kolab_property_hold(left, original, "EXDATE");
	merged = pim_property_add(pool, left, "EXDATE", str_c(values));
	pim_event_time_params(pool, merged, &times.start);
	back = pim_component_new(pool, left->name);
	(void)pim_property_add_copy(pool, back, merged);
	kolab_record_properties(pool, customs, original, back);
}
