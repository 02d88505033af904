/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "pim-duration.h"
#include "eas-value.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar-private.h"

/* Reminder: the one alarm of several that EAS has a word for. The others stay what they are.
   RFC 5545 "Alarm Component" (3.6.6) */

static bool alarm_action_is(const struct pim_component *alarm, const char *action)
{
	const char *value = pim_component_get(alarm, "ACTION");

	return value != NULL && strcasecmp(value, action) == 0;
}

/* How long before the start. FALSE = after it, from the end, or not to be read. */
static bool alarm_get_minutes(struct eas_pim_context *ctx, const struct pim_component *event,
			      const struct pim_component *alarm, int64_t *minutes_r)
{
	const struct pim_property *trigger = pim_property_find(alarm, "TRIGGER");
	struct pim_event_times times;
	struct pim_time when;
	int64_t days_secs, time_secs, secs;

	if (trigger == NULL || pim_param_has(trigger, "RELATED", "END"))
		return FALSE;
	if (pim_duration_parse(trigger->value, &days_secs, &time_secs)) {
		secs = -(days_secs + time_secs);
	} else {
		if (!pim_event_get_time(ctx->pool, alarm, trigger, &when) ||
		    !pim_event_get_times(ctx->pool, event, &times))
			return FALSE;
		secs = pim_time_to_utc(&times.start, calendar_floating_zone(ctx)) -
			pim_time_to_utc(&when, NULL);
	}
	if (secs < 0)
		return FALSE;
	*minutes_r = secs / 60;
	return TRUE;
}

static struct pim_component *
alarm_find(struct eas_pim_context *ctx, const struct pim_component *event,
	   const char *action, int64_t *minutes_r)
{
	struct pim_component *alarm = pim_component_find(event, "VALARM"), *found = NULL;
	int64_t minutes;

	for (; alarm != NULL; alarm = pim_component_find_next(alarm)) {
		if (alarm_action_is(alarm, action) &&
		    alarm_get_minutes(ctx, event, alarm, &minutes) &&
		    (found == NULL || minutes < *minutes_r)) {
			found = alarm;
			*minutes_r = minutes;
		}
	}
	return found;
}

/* The last one before the start. */
static struct pim_component *
reminder_find(struct eas_pim_context *ctx, const struct pim_component *event,
	      int64_t *minutes_r)
{
	struct pim_component *alarm = alarm_find(ctx, event, "DISPLAY", minutes_r);

	return alarm != NULL ? alarm : alarm_find(ctx, event, "AUDIO", minutes_r);
}

static void reminder_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			   const struct pim_component *component, struct wbxml_writer *writer)
{
	int64_t minutes;

	if (reminder_find(ctx, component, &minutes) != NULL)
		wbxml_writer_element_uint(writer, row->tag, minutes);
}

static void reminder_add(struct eas_pim_context *ctx, struct pim_component *event,
			 const char *trigger)
{
	struct pim_component *alarm = pim_component_new(ctx->pool, "VALARM");
	const char *summary = pim_component_get(event, "SUMMARY");

	pim_property_add(ctx->pool, alarm, "ACTION", "DISPLAY");
	/* required, and some drop alarms without */
	pim_property_add(ctx->pool, alarm, "DESCRIPTION",
			 summary == NULL || *summary == '\0' ? "Reminder" : summary);
	pim_property_add(ctx->pool, alarm, "TRIGGER", trigger);
	pim_component_append(event, alarm);
}

static int reminder_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
			struct pim_component *component, const struct wbxml_node *node)
{
	struct pim_component *alarm;
	struct pim_property *trigger;
	const char *value;
	int64_t minutes;
	uint32_t wanted;

	alarm = reminder_find(ctx, component, &minutes);
	if (node == NULL) {
		if (alarm != NULL)
			pim_component_remove(alarm);
		return 0;
	}
	if (str_to_uint32(node->value, &wanted) < 0 ||
	    wanted > PIM_DURATION_MAX_SECS / 60)
		return eas_pim_refuse(ctx, node, "no number of minutes");
	value = pim_duration_format_minutes(-(int64_t)wanted);
	if (alarm == NULL) {
		reminder_add(ctx, component, value);
	} else if (minutes != wanted) {
		pim_property_set(ctx->pool, alarm, "TRIGGER", value);
		trigger = pim_property_find(alarm, "TRIGGER");
		if (pim_param_has(trigger, "VALUE", "DATE-TIME"))
			pim_param_set(ctx->pool, trigger, "VALUE", NULL);
		pim_param_set(ctx->pool, trigger, "TZID", NULL);
	}
	return 0;
}

const struct eas_pim_type calendar_type_reminder = { reminder_write, reminder_set, NULL };
