/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "pim-event.h"
#include "pim-object.h"
#include "pim-recurrence.h"
#include "pim-time.h"
#include "pim-tree.h"
#include "eas-pim-facts.h"

/* An invitation to one instance of a series alone has the series' UID, but is an object of
   its own. */
static const char *
facts_get_uid(const struct pim_object *object, const struct pim_component *main,
	      uint32_t version)
{
	const struct pim_property *instance =
		main == NULL ? NULL : pim_property_find(main, "RECURRENCE-ID");

	if (object->uid == NULL)
		return t_strdup_printf("version %u", version);
	if (instance != NULL)
		return t_strconcat(object->uid, "\n", instance->value, NULL);
	return object->uid;
}

/* To a day, whatever the zone. */
static bool facts_parse_day(const char *value, int64_t *utc_r)
{
	struct pim_time time;

	if (!pim_time_parse(value, NULL, &time))
		return FALSE;
	*utc_r = time.wall;
	return TRUE;
}

static bool
facts_get_day(const struct pim_component *component, const char *name, int64_t *utc_r)
{
	const struct pim_property *property = pim_property_find(component, name);

	return property != NULL && facts_parse_day(property->value, utc_r);
}

/* When the last of a series whose occurrences are counted or named is over. */
static int64_t facts_series_last(const struct pim_component *component)
{
	pool_t pool = pool_alloconly_create("eas pim facts series", 4096);
	const struct pim_series *series = pim_event_get_series(pool, component, NULL);
	int64_t first, last = INT64_MAX;

	if (series != NULL && pim_series_get_range(series, &first, &last) &&
	    last < INT64_MAX - PIM_DAY_SECS)
		last += PIM_DAY_SECS;
	pool_unref(&pool);
	return last;
}

/* When a component's own occurrences are over: a day later at most. */
static int64_t facts_component_last(const struct pim_component *component, int64_t first)
{
	const struct pim_property *rule = pim_property_find(component, "RRULE");
	int64_t last = first, until;
	const char *value;

	if (pim_property_find(component, "RDATE") != NULL)
		return facts_series_last(component);
	if (!facts_get_day(component, "DTEND", &last) &&
	    pim_property_find(component, "DURATION") != NULL)
		return INT64_MAX;
	for (; rule != NULL; rule = pim_property_find_next(rule)) {
		value = t_str_ucase(rule->value);
		if (strstr(value, "COUNT=") != NULL)
			return facts_series_last(component);
		value = strstr(value, "UNTIL=");
		if (value == NULL || !facts_parse_day(t_strcut(value + strlen("UNTIL="), ';'), &until))
			return INT64_MAX;
		last = I_MAX(last, until + (last - first));
	}
	return last > INT64_MAX - 2 * PIM_DAY_SECS ? last : last + 2 * PIM_DAY_SECS;
}

static void facts_make_event(const struct pim_object *object, struct eas_pim_facts *facts)
{
	const struct pim_component *component = pim_component_find(object->root, "VEVENT");
	int64_t first, last;

	facts->first = INT64_MAX;
	for (; component != NULL; component = pim_component_find_next(component)) {
		if (!facts_get_day(component, "DTSTART", &first)) {
			facts->last = INT64_MAX;
			continue;
		}
		last = facts_component_last(component, first);
		facts->first = I_MIN(facts->first, first);
		facts->last = I_MAX(facts->last, last);
	}
}

static void
facts_make_task(const struct pim_component *task, struct eas_pim_facts *facts)
{
	const char *status = pim_component_get(task, "STATUS");
	const char *percent = pim_component_get(task, "PERCENT-COMPLETE");

	facts->last = INT64_MAX;
	/* as Complete is told */
	if (status == NULL) {
		status = pim_property_find(task, "COMPLETED") != NULL ||
			null_strcmp(percent, "100") == 0 ? "COMPLETED" : "";
	}
	if (strcasecmp(status, "COMPLETED") == 0)
		facts->flags |= EAS_PIM_ROW_COMPLETE;
	else if (strcasecmp(status, "CANCELLED") == 0)
		facts->flags |= EAS_PIM_ROW_HIDDEN;
}

void eas_pim_facts_make(const struct pim_object *object, uint32_t version,
			struct eas_pim_facts *facts_r)
{
	const struct pim_component *main = NULL;

	i_zero(facts_r);
	facts_r->digest = pim_tree_digest(object->root);
	switch (object->kind) {
	case PIM_KIND_EVENT:
		main = pim_object_main(object);
		facts_make_event(object, facts_r);
		break;
	case PIM_KIND_TASK:
		facts_make_task(pim_object_main(object), facts_r);
		break;
	case PIM_KIND_NOTE:
		if (object->format == PIM_FORMAT_APPLE_NOTE)
			facts_r->flags |= EAS_PIM_ROW_APPLE;
		break;
	case PIM_KIND_CONTACT:
	case PIM_KIND_OTHER:
		break;
	}
	eas_pim_hash_make(facts_get_uid(object, main, version), facts_r->hash);
}
