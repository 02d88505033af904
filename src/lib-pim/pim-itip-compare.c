/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What of an invitation is new to a calendar. */

#include "lib.h"
#include "array.h"
#include "pim-event.h"
#include "pim-itip.h"
#include "pim-rrule.h"
#include "pim-text.h"
#include "pim-tree.h"

/* what may change without asking again */
static const char *const text_properties[] = {
	"SUMMARY", "LOCATION", "DESCRIPTION"
};

static bool time_equals(const struct pim_time *a, const struct pim_time *b)
{
	return a->is_date == b->is_date &&
		pim_time_to_utc(a, NULL) == pim_time_to_utc(b, NULL);
}

static bool get_rule(const struct pim_component *event, struct pim_rrule *rule_r)
{
	const char *value = pim_component_get(event, "RRULE"), *error;

	i_zero(rule_r);
	return value != NULL && pim_rrule_parse(value, rule_r, &error) == 0;
}

static bool rule_equals(const struct pim_component *a, const struct pim_component *b)
{
	struct pim_rrule rule_a, rule_b;
	bool has_a = get_rule(a, &rule_a), has_b = get_rule(b, &rule_b);

	return has_a == has_b && (!has_a || pim_rrule_equals(&rule_a, &rule_b));
}

/* Is what event has off in entry, too? More there are days that the user declined. */
static bool
has_days_off(const struct pim_component *event, const struct pim_component *entry,
	     const struct pim_time *entry_start)
{
	ARRAY_TYPE(pim_wall) days, entry_days;
	const int64_t *day;
	bool has = TRUE;

	if (pim_property_find(event, "EXDATE") == NULL)
		return TRUE;
	i_array_init(&days, 16);
	i_array_init(&entry_days, 16);
	pim_event_get_days_off(pool_datastack_create(), event, entry_start, &days);
	pim_event_get_days_off(pool_datastack_create(), entry, entry_start, &entry_days);
	array_foreach(&days, day) {
		if (array_bsearch(&entry_days, day, pim_wall_cmp) == NULL)
			has = FALSE;
	}
	array_free(&entry_days);
	array_free(&days);
	return has;
}

static bool
is_same_time(const struct pim_component *event, const struct pim_component *entry)
{
	const struct pim_property *id = pim_property_find(event, "RECURRENCE-ID");
	pool_t pool = pool_datastack_create();
	struct pim_event_times times, entry_times;
	struct pim_time instance;

	if (!pim_event_get_times(pool, event, &times) ||
	    !pim_event_get_times(pool, entry, &entry_times))
		return FALSE;
	/* an instance without a VEVENT of its own is when its RECURRENCE-ID says */
	if (id != NULL && pim_property_find(entry, "RECURRENCE-ID") == NULL) {
		return pim_event_get_time(pool, event, id, &instance) &&
			time_equals(&times.start, &instance) &&
			pim_event_duration(&times, NULL) ==
				pim_event_duration(&entry_times, NULL);
	}
	return time_equals(&times.start, &entry_times.start) &&
		time_equals(&times.end, &entry_times.end) &&
		rule_equals(event, entry) &&
		has_days_off(event, entry, &entry_times.start);
}

bool pim_itip_is_same_time(const struct pim_component *event,
			   const struct pim_component *entry)
{
	bool same;

	T_BEGIN {
		same = is_same_time(event, entry);
	} T_END;
	return same;
}

static bool
is_day_off(const struct pim_component *event, const struct pim_component *entry)
{
	const struct pim_property *id = pim_property_find(event, "RECURRENCE-ID");
	pool_t pool = pool_datastack_create();
	struct pim_event_times entry_times;
	ARRAY_TYPE(pim_wall) days;
	struct pim_time instance;
	int64_t wall;
	bool off;

	if (id == NULL || !pim_event_get_time(pool, event, id, &instance) ||
	    !pim_event_get_times(pool, entry, &entry_times))
		return FALSE;
	wall = pim_event_id_wall(&instance, &entry_times.start);
	i_array_init(&days, 16);
	pim_event_get_days_off(pool, entry, &entry_times.start, &days);
	off = array_bsearch(&days, &wall, pim_wall_cmp) != NULL;
	array_free(&days);
	return off;
}

bool pim_itip_is_day_off(const struct pim_component *event,
			 const struct pim_component *entry)
{
	bool off;

	T_BEGIN {
		off = is_day_off(event, entry);
	} T_END;
	return off;
}

bool pim_itip_is_same_text(const struct pim_component *event,
			   const struct pim_component *entry)
{
	bool same = TRUE;

	for (unsigned int i = 0; i < N_ELEMENTS(text_properties) && same; i++) T_BEGIN {
		const char *text = pim_component_get_text(event, text_properties[i]);
		const char *old = pim_component_get_text(entry, text_properties[i]);

		same = strcmp(text == NULL ? "" : text, old == NULL ? "" : old) == 0;
	} T_END;
	return same;
}
