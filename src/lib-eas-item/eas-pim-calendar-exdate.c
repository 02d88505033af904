/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "pim-zone.h"
#include "pim-recurrence.h"
#include "eas-pim-calendar-private.h"
#include "eas-pim-calendar-exdate.h"

/* RFC 5545 "Exception Date-Times" (3.8.5.1) */

static bool exdate_parse(struct eas_pim_context *ctx, const struct pim_component *main,
			 const struct pim_property *property, const char *value,
			 const struct pim_time *start, int64_t *id_wall_r)
{
	const char *tzid = pim_param_get(property, "TZID");
	struct pim_time time;

	if (!pim_time_parse(value, tzid == NULL ? NULL :
			    pim_event_find_zone(ctx->pool, main, tzid), &time))
		return FALSE;
	*id_wall_r = pim_event_id_wall(&time, start);
	return TRUE;
}

void calendar_exdate_get(struct eas_pim_context *ctx, const struct pim_component *main,
			 const struct pim_time *start, ARRAY_TYPE(calendar_wall) *walls)
{
	const struct pim_property *property = pim_property_find(main, "EXDATE");
	const char *const *value;
	int64_t wall;

	for (; property != NULL; property = pim_property_find_next(property)) {
		for (value = pim_value_split(property->value, ','); *value != NULL; value++) {
			if (exdate_parse(ctx, main, property, *value, start, &wall))
				array_push_back(walls, &wall);
		}
	}
}

bool calendar_exdate_has(struct eas_pim_context *ctx, const struct pim_component *main,
			 const struct pim_time *start, int64_t id_wall)
{
	ARRAY_TYPE(calendar_wall) walls;
	const int64_t *wall;

	t_array_init(&walls, 16);
	calendar_exdate_get(ctx, main, start, &walls);
	array_foreach(&walls, wall) {
		if (*wall == id_wall)
			return TRUE;
	}
	return FALSE;
}

void calendar_exdate_filter(struct eas_pim_context *ctx, struct pim_component *main,
			    const struct pim_time *start, calendar_exdate_keep_t *keep,
			    const void *context)
{
	struct pim_property *property, *next;
	const char *const *value;
	int64_t wall;
	string_t *kept;
	bool changed;

	for (property = pim_property_find(main, "EXDATE"); property != NULL; property = next) {
		next = pim_property_find_next(property);
		kept = t_str_new(64);
		changed = FALSE;
		for (value = pim_value_split(property->value, ','); *value != NULL; value++) {
			if (exdate_parse(ctx, main, property, *value, start, &wall) &&
			    !keep(wall, context)) {
				changed = TRUE;
				continue;
			}
			if (str_len(kept) > 0)
				str_append_c(kept, ',');
			str_append(kept, *value);
		}
		if (str_len(kept) == 0)
			pim_property_remove(main, property);
		else if (changed)
			property->value = p_strdup(ctx->pool, str_c(kept));
	}
}

static bool keep_others(int64_t wall, const void *context)
{
	const int64_t *removed = context;

	return wall != *removed;
}

void calendar_exdate_remove(struct eas_pim_context *ctx, struct pim_component *main,
			    const struct pim_time *start, int64_t id_wall)
{
	calendar_exdate_filter(ctx, main, start, keep_others, &id_wall);
}

/* A property that has values like this one. */
static bool exdate_is_like(const struct pim_property *property, const struct pim_time *time)
{
	const char *tzid = pim_param_get(property, "TZID");
	bool utc = property->value[0] != '\0' &&
		property->value[strlen(property->value) - 1] == 'Z';

	if (time->is_date || pim_param_has(property, "VALUE", "DATE"))
		return time->is_date && pim_param_has(property, "VALUE", "DATE");
	if (time->zone == NULL || time->zone == pim_zone_utc())
		return tzid == NULL && utc == (time->zone != NULL);
	return tzid != NULL && strcmp(tzid, pim_zone_get_name(time->zone)) == 0;
}

void calendar_exdate_add(struct eas_pim_context *ctx, struct pim_component *main,
			 const struct pim_time *start, int64_t id_wall)
{
	struct pim_property *property;
	struct pim_time time = *start;

	if (calendar_exdate_has(ctx, main, start, id_wall))
		return;
	time.wall = id_wall;
	property = pim_property_find(main, "EXDATE");
	while (property != NULL && !exdate_is_like(property, &time))
		property = pim_property_find_next(property);
	if (property != NULL) {
		property->value = p_strconcat(ctx->pool, property->value, ",",
					      pim_time_format(&time), NULL);
	} else {
		property = pim_property_add(ctx->pool, main, "EXDATE", pim_time_format(&time));
		pim_event_time_params(ctx->pool, property, &time);
	}
}

void calendar_exdate_follow(struct eas_pim_context *ctx, struct pim_component *main,
			    const struct pim_time *old, const struct pim_time *start)
{
	ARRAY_TYPE(calendar_wall) walls;
	const int64_t *wall;

	t_array_init(&walls, 16);
	calendar_exdate_get(ctx, main, old, &walls);
	pim_property_remove_all(main, "EXDATE");
	array_foreach(&walls, wall)
		calendar_exdate_add(ctx, main, start, calendar_follow_wall(*wall, start));
}
