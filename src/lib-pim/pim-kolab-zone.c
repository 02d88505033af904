/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Time zones as Kolab's readers know them: by names of the tz database. */

#include "lib.h"
#include "pim-event.h"
#include "pim-vtimezone.h"
#include "pim-windows-zone.h"
#include "pim-zone.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

/* Around the event, at which clocks are compared */
#define ZONE_SAMPLES 12
#define ZONE_SAMPLE_SECS (30 * PIM_DAY_SECS)

struct kolab_zone_alias {
	const char *name, *old_name;
};
#define KOLAB_ZONE(name, old_name) { name, old_name },
static const struct kolab_zone_alias zone_aliases[] = {
#include "pim-kolab-zones.def"
};
#undef KOLAB_ZONE

static const char *zone_old_name(const struct pim_zone *zone)
{
	const char *name = pim_zone_get_name(zone);

	for (unsigned int i = 0; i < N_ELEMENTS(zone_aliases); i++) {
		if (strcmp(zone_aliases[i].name, name) == 0)
			return zone_aliases[i].old_name;
	}
	return name;
}

const char *kolab_zone_encode(const char *tzid)
{
	const struct pim_zone *zone = pim_zone_find(tzid);

	return zone == NULL ? NULL : zone_old_name(zone);
}

/* When what is in that zone begins: the first time of it. */
static bool zone_get_begin(const struct pim_component *calendar, const char *tzid,
			   const struct pim_zone *zone, int64_t *utc_r)
{
	const struct pim_component *component;
	const struct pim_property *property;
	struct pim_time time;

	for (component = calendar->components_head; component != NULL; component = component->next) {
		for (property = component->properties_head; property != NULL; property = property->next) {
			const char *own = pim_param_get(property, "TZID");

			if (own != NULL && strcmp(own, tzid) == 0 && pim_time_parse(property->value, zone, &time)) {
				*utc_r = pim_time_to_utc(&time, NULL);
				return TRUE;
			}
		}
	}
	return FALSE;
}

/* At how many of the samples do both clocks show the same? 0 = not when it begins. */
static unsigned int zone_count_equal(const struct pim_zone *a, const struct pim_zone *b, int64_t utc)
{
	unsigned int count = 0;

	if (pim_zone_offset(a, utc) != pim_zone_offset(b, utc))
		return 0;
	for (int i = -ZONE_SAMPLES; i <= ZONE_SAMPLES; i++) {
		int64_t sample = utc + i * ZONE_SAMPLE_SECS;

		if (pim_zone_offset(a, sample) == pim_zone_offset(b, sample))
			count++;
	}
	return count;
}

static const struct pim_zone *zone_find_nearest(const struct pim_zone *zone, int64_t utc)
{
	const struct pim_zone *other, *best = NULL;
	unsigned int i, count, best_count = 0;
	const char *name;

	for (i = 0; (name = pim_windows_zone_get(i)) != NULL; i++) {
		/* the best known first */
		other = pim_zone_find(name);
		if (other != NULL && (count = zone_count_equal(other, zone, utc)) > best_count) {
			best = other;
			best_count = count;
		}
	}
	for (i = 0; (other = pim_zone_get(i)) != NULL; i++) {
		if ((count = zone_count_equal(other, zone, utc)) > best_count) {
			best = other;
			best_count = count;
		}
	}
	return best;
}

static const char *zone_nearest_name(const struct pim_component *calendar, const char *tzid)
{
	pool_t pool = pool_alloconly_create(MEMPOOL_GROWING"kolab zone", 4096);
	const struct pim_zone *zone = pim_vtimezone_find(pool, calendar, tzid), *nearest = NULL;
	int64_t utc;

	if (zone != NULL && zone_get_begin(calendar, tzid, zone, &utc))
		nearest = zone_find_nearest(zone, utc);
	pool_unref(&pool);
	return nearest == NULL ? NULL : zone_old_name(nearest);
}

const char *kolab_zone_nearest(pool_t pool, struct kolab_zones *zones, const char *tzid)
{
	if (zones->tzid == NULL || strcmp(zones->tzid, tzid) != 0) {
		zones->tzid = p_strdup(pool, tzid);
		zones->name = zone_nearest_name(zones->calendar, tzid);
	}
	return zones->name;
}
