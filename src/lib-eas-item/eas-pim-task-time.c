/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Times of a task: when it starts, when it is due, when it reminds. */

#include "lib.h"
#include "wbxml-writer.h"
#include "pim-duration.h"
#include "pim-event.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "pim-object.h"
#include "pim-vtimezone.h"
#include "pim-zone.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-task-private.h"

bool eas_pim_task_get_time(const struct eas_pim_context *ctx,
			   const struct pim_component *todo, const char *name,
			   struct pim_time *time_r)
{
	const struct pim_property *property = pim_property_find(todo, name);

	return property != NULL && pim_event_get_time(ctx->pool, todo, property, time_r);
}

/* A date is the same day for everybody: its midnight is said as if it were UTC. */
int64_t eas_pim_task_time_to_utc(const struct eas_pim_context *ctx,
				 const struct pim_time *time)
{
	return time->is_date ? time->wall : pim_time_to_utc(time, ctx->user_zone);
}

/*
 * StartDate and UtcStartDate, DueDate and UtcDueDate
 */

#define DATE_IDX_LOCAL 0

/* On the user's own clock, which an item in UTC does not show. */
static int64_t time_get_local(const struct eas_pim_context *ctx, const struct pim_time *time)
{
	if (!time->is_date && time->zone == pim_zone_utc() && ctx->user_zone != NULL)
		return pim_zone_to_wall(ctx->user_zone, time->wall);
	return time->wall;
}

static void date_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		       const struct pim_component *todo, struct wbxml_writer *writer)
{
	struct pim_time time;

	if (!eas_pim_task_get_time(ctx, todo, row->name, &time))
		return;
	wbxml_writer_element(writer, row->tag, eas_date_format(row->idx == DATE_IDX_LOCAL ?
		time_get_local(ctx, &time) : eas_pim_task_time_to_utc(ctx, &time)));
}

static wbxml_tag_t date_tag(const struct eas_pim_property *row, bool local)
{
	if (strcmp(row->name, "DUE") == 0)
		return local ? EAS_TAG_TASKS_DUE_DATE : EAS_TAG_TASKS_UTC_DUE_DATE;
	return local ? EAS_TAG_TASKS_START_DATE : EAS_TAG_TASKS_UTC_START_DATE;
}

/* One of the pair. Returns 1, 0 = it is not there, -1 as set(). */
static int date_node_get(struct eas_pim_context *ctx, const struct wbxml_node *data,
			 wbxml_tag_t tag, time_t *time_r)
{
	const struct wbxml_node *node = wbxml_node_child(data, tag);

	if (eas_pim_node_is_empty(node))
		return 0;
	if (eas_date_parse(node->value, time_r) < 0)
		return eas_pim_refuse(ctx, node, "no date");
	return 1;
}

/* The zone without changes in which a clock stands so, as the tz database names it: east is minus. NULL = none. */
static const struct pim_zone *zone_of_offset(time_t offset)
{
	int hours = offset / 3600;

	if (offset == 0 || offset % 3600 != 0 || hours < -12 || hours > 14)
		return NULL;
	return pim_zone_find(t_strdup_printf("Etc/GMT%+d", -hours));
}

/* What the pair says. A task is of a day: at midnight it is a date. Else it is the instant, in the zone it was in,
   or the user's if that is how its clock stands, or one that stands so. */
static void date_make(struct eas_pim_context *ctx, const struct pim_time *old, time_t local,
		      time_t utc, struct pim_time *time_r)
{
	const struct pim_zone *zone = old == NULL || old->is_date ? NULL : old->zone;

	i_zero(time_r);
	if (local % PIM_DAY_SECS == 0) {
		time_r->wall = local;
		time_r->is_date = TRUE;
		return;
	}
	if (zone == NULL && ctx->user_zone != NULL &&
	    pim_zone_to_wall(ctx->user_zone, utc) == local)
		zone = ctx->user_zone;
	if (zone == NULL)
		zone = zone_of_offset(local - utc);
	if (zone == NULL)
		zone = pim_zone_utc();
	time_r->zone = zone;
	time_r->wall = pim_zone_to_wall(zone, utc);
}

static bool date_is_new(const struct eas_pim_context *ctx, wbxml_tag_t tag)
{
	return !eas_pim_node_equal(wbxml_node_child(ctx->shown, tag),
				   wbxml_node_child(ctx->data, tag));
}

static time_t date_local_to_utc(const struct eas_pim_context *ctx, const struct pim_time *old,
				time_t local)
{
	const struct pim_zone *zone = ctx->user_zone;

	if (old != NULL && !old->is_date && old->zone != NULL &&
	    (old->zone != pim_zone_utc() || zone == NULL))
		zone = old->zone;
	return zone == NULL ? local : pim_zone_to_utc(zone, local);
}

static int date_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		    struct pim_component *todo, const struct wbxml_node *node ATTR_UNUSED)
{
	struct pim_time old, time;
	time_t local = 0, utc = 0;
	int have_local, have_utc;
	bool have_old;

	have_old = eas_pim_task_get_time(ctx, todo, row->name, &old);
	have_local = date_node_get(ctx, ctx->data, date_tag(row, TRUE), &local);
	have_utc = date_node_get(ctx, ctx->data, date_tag(row, FALSE), &utc);
	if (have_local < 0 || have_utc < 0)
		return -1;
	if (have_local == 0 && have_utc == 0) {
		/* a series must start somewhere */
		if (have_old && pim_property_find(todo, "RRULE") == NULL)
			pim_property_set(ctx->pool, todo, row->name, NULL);
		return 0;
	}
	if (have_old && have_local > 0 && have_utc > 0 &&
	    !date_is_new(ctx, date_tag(row, FALSE)) && date_is_new(ctx, date_tag(row, TRUE)))
		have_utc = 0;
	if (have_local == 0)
		local = ctx->user_zone == NULL ? utc : pim_zone_to_wall(ctx->user_zone, utc);
	if (have_utc == 0)
		utc = date_local_to_utc(ctx, have_old ? &old : NULL, local);
	date_make(ctx, have_old ? &old : NULL, local, utc, &time);
	pim_event_set_time(ctx->pool, todo, row->name, &time);
	if (time.zone != NULL && ctx->object->format == PIM_FORMAT_RAW &&
	    (!have_old || old.zone != time.zone))
		(void)pim_vtimezone_add(ctx->pool, todo, time.zone, pim_year_of_wall(time.wall));
	return 0;
}

/* A device that sends half of the pair, or an instant for a day, says the same. */
static bool date_same(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		      const struct pim_component *todo,
		      const struct wbxml_node *shown, const struct wbxml_node *sent)
{
	const struct wbxml_node *local;
	struct pim_time old;
	time_t time;

	if (eas_pim_node_equal(shown, sent))
		return TRUE;
	if (eas_pim_node_is_empty(sent)) {
		return !eas_pim_node_is_empty(wbxml_node_child(ctx->data,
			date_tag(row, row->idx != DATE_IDX_LOCAL)));
	}
	if (row->idx == DATE_IDX_LOCAL)
		return FALSE;
	/* of a date the local half decides */
	local = wbxml_node_child(ctx->data, date_tag(row, TRUE));
	return !eas_pim_node_is_empty(local) &&
		eas_date_parse(local->value, &time) == 0 &&
		eas_pim_task_get_time(ctx, todo, row->name, &old) && old.is_date &&
		old.wall == time;
}

const struct eas_pim_type eas_pim_type_task_date = { date_write, date_set, date_same };

/*
 * An instant
 */

static void instant_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			  const struct pim_component *todo, struct wbxml_writer *writer)
{
	struct pim_time time;

	if (eas_pim_task_get_time(ctx, todo, row->name, &time)) {
		wbxml_writer_element(writer, row->tag,
			eas_date_format(eas_pim_task_time_to_utc(ctx, &time)));
	}
}

static int instant_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
		       struct pim_component *todo, const struct wbxml_node *node)
{
	time_t utc;

	if (node != NULL && eas_date_parse(node->value, &utc) < 0)
		return eas_pim_refuse(ctx, node, "no date");
	pim_property_set(ctx->pool, todo, row->name,
			 node == NULL ? NULL : eas_date_format_compact(utc));
	return 0;
}

const struct eas_pim_type eas_pim_type_task_instant = { instant_write, instant_set, NULL };

/*
 * Reminder: the first alarm that shows something, else the first that sounds. Others stay what they are.
 * RFC 5545 "Alarm Component" (3.6.6)
 */

static bool alarm_get_utc(struct eas_pim_context *ctx, const struct pim_component *todo,
			  const struct pim_component *alarm, int64_t *utc_r)
{
	const struct pim_property *trigger = pim_property_find(alarm, "TRIGGER");
	int64_t days_secs, time_secs;
	struct pim_time time;

	if (trigger == NULL)
		return FALSE;
	if (!pim_duration_parse(trigger->value, &days_secs, &time_secs)) {
		if (!pim_event_get_time(ctx->pool, alarm, trigger, &time))
			return FALSE;
		*utc_r = pim_time_to_utc(&time, NULL);
		return TRUE;
	}
	if (!eas_pim_task_get_time(ctx, todo, pim_param_has(trigger, "RELATED", "END") ?
				   "DUE" : "DTSTART", &time))
		return FALSE;
	*utc_r = pim_time_to_utc(&time, ctx->user_zone) + days_secs + time_secs;
	return TRUE;
}

static struct pim_component *
alarm_find(struct eas_pim_context *ctx, const struct pim_component *todo,
	   const char *action, int64_t *utc_r)
{
	struct pim_component *alarm = pim_component_find(todo, "VALARM");
	const char *value;

	for (; alarm != NULL; alarm = pim_component_find_next(alarm)) {
		value = pim_component_get(alarm, "ACTION");
		if (value != NULL && strcasecmp(value, action) == 0 &&
		    alarm_get_utc(ctx, todo, alarm, utc_r))
			return alarm;
	}
	return NULL;
}

static struct pim_component *
reminder_find(struct eas_pim_context *ctx, const struct pim_component *todo, int64_t *utc_r)
{
	struct pim_component *alarm = alarm_find(ctx, todo, "DISPLAY", utc_r);

	return alarm != NULL ? alarm : alarm_find(ctx, todo, "AUDIO", utc_r);
}

static void reminder_set_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			       const struct pim_component *todo, struct wbxml_writer *writer)
{
	int64_t utc;

	wbxml_writer_element_uint(writer, row->tag,
				  reminder_find(ctx, todo, &utc) != NULL ? 1 : 0);
}

static void reminder_time_write(struct eas_pim_context *ctx,
				const struct eas_pim_property *row,
				const struct pim_component *todo, struct wbxml_writer *writer)
{
	int64_t utc;

	if (reminder_find(ctx, todo, &utc) != NULL)
		wbxml_writer_element(writer, row->tag, eas_date_format(utc));
}

static struct pim_component *reminder_add(struct eas_pim_context *ctx, struct pim_component *todo)
{
	struct pim_component *alarm = pim_component_new(ctx->pool, "VALARM");
	const char *summary = pim_component_get(todo, "SUMMARY");

	pim_property_add(ctx->pool, alarm, "ACTION", "DISPLAY");
	/* required, and some drop alarms without */
	pim_property_add(ctx->pool, alarm, "DESCRIPTION",
			 summary == NULL || *summary == '\0' ? "Reminder" : summary);
	pim_component_append(todo, alarm);
	return alarm;
}

static int reminder_set_set(struct eas_pim_context *ctx,
			    const struct eas_pim_property *row ATTR_UNUSED,
			    struct pim_component *todo, const struct wbxml_node *node)
{
	struct pim_component *alarm;
	unsigned int set = 0;
	int64_t utc;

	if (node != NULL && eas_uint_parse_range(node->value, 0, 1, &set) < 0)
		return eas_pim_refuse(ctx, node, "neither 0 nor 1");
	alarm = reminder_find(ctx, todo, &utc);
	if (set == 0 && alarm != NULL)
		pim_component_remove(alarm);
	return 0;
}

static bool reminder_is_off(const struct eas_pim_context *ctx)
{
	const char *set = wbxml_node_child_value(ctx->data, EAS_TAG_TASKS_REMINDER_SET);

	return set != NULL && strcmp(set, "0") == 0;
}

static int reminder_time_set(struct eas_pim_context *ctx,
			     const struct eas_pim_property *row ATTR_UNUSED,
			     struct pim_component *todo, const struct wbxml_node *node)
{
	struct pim_component *alarm;
	struct pim_property *trigger;
	time_t wanted;
	int64_t utc;

	if (node == NULL)
		return 0;
	if (eas_date_parse(node->value, &wanted) < 0)
		return eas_pim_refuse(ctx, node, "no date");
	/* a time that is kept for later */
	if (reminder_is_off(ctx))
		return 0;
	alarm = reminder_find(ctx, todo, &utc);
	if (alarm == NULL)
		alarm = reminder_add(ctx, todo);
	pim_property_set(ctx->pool, alarm, "TRIGGER", eas_date_format_compact(wanted));
	trigger = pim_property_find(alarm, "TRIGGER");
	pim_param_set(ctx->pool, trigger, "VALUE", "DATE-TIME");
	pim_param_set(ctx->pool, trigger, "RELATED", NULL);
	pim_param_set(ctx->pool, trigger, "TZID", NULL);
	return 0;
}

const struct eas_pim_type eas_pim_type_task_reminder_set = {
	reminder_set_write, reminder_set_set, NULL
};
const struct eas_pim_type eas_pim_type_task_reminder_time = {
	reminder_time_write, reminder_time_set, NULL
};
