/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "str.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-zone.h"
#include "pim-recurrence.h"
#include "eas-recurrence.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar-private.h"

/* RRULE as Recurrence. What the protocol has no words for is shown as a single item, and the stored rule stays, until the
   device says a Recurrence of its own.

   MS-ASCAL "Recurrence" (2.2.2.37) */

static const struct {
	wbxml_tag_t tag;
	enum eas_recurrence_field field;
	size_t offset;
	enum eas_version since;
} recurrence_fields[] = {
#define FIELD(TAG, FIELD, member, since) \
	{ EAS_TAG_CALENDAR_##TAG, EAS_RECURRENCE_HAS_##FIELD, \
	  offsetof(struct eas_recurrence, member), EAS_VERSION_##since }
	FIELD(TYPE, TYPE, type, ANY),
	FIELD(OCCURRENCES, OCCURRENCES, occurrences, ANY),
	FIELD(INTERVAL, INTERVAL, interval, ANY),
	FIELD(WEEK_OF_MONTH, WEEK_OF_MONTH, week_of_month, ANY),
	FIELD(DAY_OF_WEEK, DAY_OF_WEEK, day_of_week, ANY),
	FIELD(MONTH_OF_YEAR, MONTH_OF_YEAR, month_of_year, ANY),
	FIELD(DAY_OF_MONTH, DAY_OF_MONTH, day_of_month, ANY),
	FIELD(CALENDAR_TYPE, CALENDAR_TYPE, calendar_type, 14_0),
	FIELD(IS_LEAP_MONTH, IS_LEAP_MONTH, is_leap_month, 14_0),
	FIELD(FIRST_DAY_OF_WEEK, FIRST_DAY_OF_WEEK, first_day_of_week, 14_1)
#undef FIELD
};

/* Properties that together say when something is repeated. */
static const char *const repeat_properties[] = { "RRULE", "RDATE", "EXRULE", "EXDATE" };

static bool rule_stands_alone(const struct pim_component *component)
{
	const struct pim_property *rule = pim_property_find(component, "RRULE");

	return rule != NULL && pim_property_find_next(rule) == NULL &&
		pim_property_find(component, "RDATE") == NULL &&
		pim_property_find(component, "EXRULE") == NULL;
}

/* FALSE = it is not repeated, or not so that a Recurrence could say it. */
static bool recurrence_get(const struct eas_pim_context *ctx,
			   const struct pim_component *component,
			   struct eas_recurrence *recurrence_r, struct pim_time *start_r)
{
	struct pim_event_times times;
	struct pim_rrule rule;
	const char *error;

	if (!rule_stands_alone(component) ||
	    !pim_event_get_times(ctx->pool, component, &times) ||
	    pim_rrule_parse(pim_component_get(component, "RRULE"), &rule, &error) < 0)
		return FALSE;
	*start_r = times.start;
	return eas_recurrence_from_rrule(&rule, &times.start, recurrence_r) !=
		EAS_RECURRENCE_FIT_NONE;
}

bool calendar_is_series(const struct eas_pim_context *ctx,
			const struct pim_component *component)
{
	struct eas_recurrence recurrence;
	struct pim_time start;

	return recurrence_get(ctx, component, &recurrence, &start);
}

static void occurrence_get_times(const struct eas_pim_context *ctx,
				 const struct pim_occurrence *occurrence,
				 struct pim_event_times *times)
{
	const struct pim_zone *zone = times->start.zone != NULL ? times->start.zone :
		calendar_floating_zone(ctx);
	int64_t length = times->end.wall - times->start.wall;

	times->start.wall = pim_zone_to_wall(zone, occurrence->start_utc);
	if (times->start.is_date) {
		times->start.wall = pim_days_of_wall(times->start.wall) * PIM_DAY_SECS;
		times->end.wall = times->start.wall + length;
		return;
	}
	times->end = times->start;
	times->end.wall = pim_zone_to_wall(zone, occurrence->end_utc);
}

/* The first occurrence that is not over, or else the last. */
static bool series_find_single(const struct eas_pim_context *ctx,
			       const struct pim_series *series,
			       struct pim_occurrence *occurrence_r)
{
	struct pim_series_iter *iter;
	int64_t first, last;
	bool found;

	iter = pim_series_iter_init(series, ctx->now, PIM_TIME_NEVER);
	found = pim_series_iter_next(iter, occurrence_r);
	pim_series_iter_deinit(&iter);
	if (found || !pim_series_get_range(series, &first, &last))
		return found;
	iter = pim_series_iter_init(series, last - 1, PIM_TIME_NEVER);
	while (pim_series_iter_next(iter, occurrence_r))
		found = TRUE;
	pim_series_iter_deinit(&iter);
	return found;
}

bool calendar_get_single(const struct eas_pim_context *ctx,
			 const struct pim_component *component,
			 struct pim_event_times *times_r)
{
	struct pim_occurrence occurrence;
	struct pim_series *series;
	pool_t pool;
	bool found;

	if (!pim_event_is_recurring(component) || calendar_is_series(ctx, component) ||
	    !pim_event_get_times(ctx->pool, component, times_r))
		return FALSE;
	pool = pool_alloconly_create("calendar single", 4096);
	series = pim_event_get_series(pool, component, calendar_floating_zone(ctx));
	found = series != NULL && series_find_single(ctx, series, &occurrence);
	if (found)
		occurrence_get_times(ctx, &occurrence, times_r);
	pool_unref(&pool);
	return found;
}

/*
 * Telling
 */

static unsigned int *field_value(struct eas_recurrence *recurrence, unsigned int idx)
{
	return PTR_OFFSET(recurrence, recurrence_fields[idx].offset);
}

static void recurrence_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			     const struct pim_component *component, struct wbxml_writer *writer)
{
	struct eas_recurrence recurrence;
	struct pim_time start;
	unsigned int i;

	if (!recurrence_get(ctx, component, &recurrence, &start))
		return;
	wbxml_writer_start(writer, row->tag);
	for (i = 0; i < N_ELEMENTS(recurrence_fields); i++) {
		if ((recurrence.fields & recurrence_fields[i].field) != 0 &&
		    ctx->version >= recurrence_fields[i].since) {
			wbxml_writer_element_uint(writer, recurrence_fields[i].tag,
						  *field_value(&recurrence, i));
		}
	}
	if ((recurrence.fields & EAS_RECURRENCE_HAS_UNTIL) != 0) {
		wbxml_writer_element(writer, EAS_TAG_CALENDAR_UNTIL,
				     eas_date_format_compact(recurrence.until_utc));
	}
	wbxml_writer_end(writer, row->tag);
}

/*
 * Taking
 */

static int field_parse(struct eas_pim_context *ctx, const struct wbxml_node *node,
		       struct eas_recurrence *recurrence)
{
	unsigned int i;
	bool is_leap;

	if (node->tag == EAS_TAG_CALENDAR_UNTIL) {
		recurrence->fields |= EAS_RECURRENCE_HAS_UNTIL;
		return calendar_node_get_utc(ctx, node, &recurrence->until_utc);
	}
	for (i = 0; i < N_ELEMENTS(recurrence_fields); i++) {
		if (recurrence_fields[i].tag == node->tag)
			break;
	}
	if (i == N_ELEMENTS(recurrence_fields) || ctx->version < recurrence_fields[i].since)
		return 0;
	if ((recurrence->fields & recurrence_fields[i].field) != 0)
		return eas_pim_refuse(ctx, node, "there twice");
	recurrence->fields |= recurrence_fields[i].field;
	if (node->tag == EAS_TAG_CALENDAR_IS_LEAP_MONTH) {
		if (eas_bool_parse(node->value, &is_leap) < 0)
			return eas_pim_refuse(ctx, node, "neither 0 nor 1");
		recurrence->is_leap_month = is_leap ? 1 : 0;
	} else if (eas_uint_parse(node->value, field_value(recurrence, i)) < 0) {
		return eas_pim_refuse(ctx, node, "no number");
	}
	return 0;
}

/* What the version has no element for is as it was. 16.x: so is the Type. */
static void recurrence_inherit(const struct eas_pim_context *ctx,
			       const struct pim_component *component,
			       struct eas_recurrence *sent)
{
	struct eas_recurrence old;
	struct pim_time start;
	unsigned int i;

	if (!recurrence_get(ctx, component, &old, &start))
		return;
	for (i = 0; i < N_ELEMENTS(recurrence_fields); i++) {
		if ((sent->fields & recurrence_fields[i].field) == 0 &&
		    (old.fields & recurrence_fields[i].field) != 0 &&
		    (ctx->version < recurrence_fields[i].since ||
		     (sent->fields & EAS_RECURRENCE_HAS_TYPE) == 0)) {
			sent->fields |= recurrence_fields[i].field;
			*field_value(sent, i) = *field_value(&old, i);
		}
	}
}

/* Elements that a Type must not have beside it: bit n = Type n may. MS-ASCAL "Sync Command Response" (3.2.5.3) */
static const struct {
	enum eas_recurrence_field field;
	unsigned int types;
} recurrence_allowed[] = {
	{ EAS_RECURRENCE_HAS_DAY_OF_MONTH,
	  BIT(EAS_RECURRENCE_MONTHLY) | BIT(EAS_RECURRENCE_YEARLY) },
	{ EAS_RECURRENCE_HAS_DAY_OF_WEEK,
	  BIT(EAS_RECURRENCE_DAILY) | BIT(EAS_RECURRENCE_WEEKLY) |
	  BIT(EAS_RECURRENCE_MONTHLY_NTH) | BIT(EAS_RECURRENCE_YEARLY_NTH) },
	{ EAS_RECURRENCE_HAS_MONTH_OF_YEAR,
	  BIT(EAS_RECURRENCE_YEARLY) | BIT(EAS_RECURRENCE_YEARLY_NTH) },
	{ EAS_RECURRENCE_HAS_WEEK_OF_MONTH,
	  BIT(EAS_RECURRENCE_MONTHLY_NTH) | BIT(EAS_RECURRENCE_YEARLY_NTH) }
};

static const char *recurrence_check(const struct eas_recurrence *recurrence)
{
	const char *error = eas_recurrence_check(recurrence);
	unsigned int i;

	if (error != NULL)
		return error;
	for (i = 0; i < N_ELEMENTS(recurrence_allowed); i++) {
		if ((recurrence->fields & recurrence_allowed[i].field) != 0 &&
		    (recurrence_allowed[i].types & BIT(recurrence->type)) == 0)
			return "an element that its Type must not have";
	}
	return NULL;
}

static int recurrence_parse(struct eas_pim_context *ctx, const struct pim_component *component,
			    const struct wbxml_node *node, struct eas_recurrence *sent_r)
{
	const struct wbxml_node *child;
	const char *error;

	i_zero(sent_r);
	wbxml_node_foreach(node, child) {
		if (!eas_pim_node_is_empty(child) && field_parse(ctx, child, sent_r) < 0)
			return -1;
	}
	/* MS-ASCAL "Sync Command Response" (3.2.5.3) */
	if ((sent_r->fields & EAS_RECURRENCE_HAS_OCCURRENCES) != 0)
		sent_r->fields &= ~EAS_RECURRENCE_HAS_UNTIL;
	if (ctx->version >= EAS_VERSION_16_0 ||
	    (sent_r->fields & EAS_RECURRENCE_HAS_TYPE) != 0)
		recurrence_inherit(ctx, component, sent_r);
	error = recurrence_check(sent_r);
	if (error != NULL) {
		ctx->error = p_strconcat(ctx->pool, "Recurrence: ", error, NULL);
		return -1;
	}
	return 0;
}

static void recurrence_remove(struct eas_pim_context *ctx, struct pim_component *component)
{
	unsigned int i;

	if (!pim_event_is_recurring(component))
		return;
	for (i = 0; i < N_ELEMENTS(repeat_properties); i++)
		pim_property_remove_all(component, repeat_properties[i]);
	calendar_exceptions_remove(component);
	calendar_bump_sequence(ctx, component);
}

static int recurrence_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
			  struct pim_component *component, const struct wbxml_node *node)
{
	struct eas_recurrence sent;
	struct pim_event_times times;
	struct pim_rrule rule;
	string_t *value;

	if (node == NULL) {
		recurrence_remove(ctx, component);
		return 0;
	}
	if (recurrence_parse(ctx, component, node, &sent) < 0 ||
	    calendar_times_default(ctx, component) < 0)
		return -1;
	if (!pim_event_get_times(ctx->pool, component, &times))
		return 0;
	(void)eas_recurrence_to_rrule(&sent, &times.start, &rule);
	value = t_str_new(128);
	pim_rrule_write(value, &rule);
	pim_property_remove_all(component, "RDATE");
	pim_property_remove_all(component, "EXRULE");
	while (pim_property_find(component, "RRULE") != NULL &&
	       pim_property_find_next(pim_property_find(component, "RRULE")) != NULL)
		pim_property_remove(component, pim_property_find(component, "RRULE"));
	pim_property_set(ctx->pool, component, "RRULE", str_c(value));
	calendar_exceptions_prune(ctx, component);
	calendar_bump_sequence(ctx, component);
	return 0;
}

static bool recurrence_same(struct eas_pim_context *ctx,
			    const struct eas_pim_property *row ATTR_UNUSED,
			    const struct pim_component *component,
			    const struct wbxml_node *shown ATTR_UNUSED,
			    const struct wbxml_node *sent)
{
	struct eas_recurrence old, wanted;
	struct pim_time start;

	if (eas_pim_node_is_empty(sent)) {
		/* what it was not told, it can't take away */
		return !calendar_is_series(ctx, component);
	}
	return recurrence_get(ctx, component, &old, &start) &&
		recurrence_parse(ctx, component, sent, &wanted) == 0 &&
		eas_recurrence_equals(&old, &wanted, &start);
}

const struct eas_pim_type calendar_type_recurrence = {
	recurrence_write, recurrence_set, recurrence_same
};
