/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* RRULE of a task as Recurrence. A rule the protocol has no words for is not shown and stays, until the device says a
   Recurrence of its own. That a task comes again only some time after it was done (Regenerate) has no word in
   iCalendar: it stands beside the rule, which others see. The device itself makes the next task.

   MS-ASTASK "Recurrence" (2.2.2.20) */

#include "lib.h"
#include "str.h"
#include "wbxml-writer.h"
#include "pim-event.h"
#include "pim-tree.h"
#include "pim-zone.h"
#include "eas-recurrence.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-task-private.h"

#define REGENERATE_PROPERTY "X-EAS-REGENERATE"
#define DEAD_OCCUR_PROPERTY "X-EAS-DEADOCCUR"

static const struct {
	wbxml_tag_t tag;
	enum eas_recurrence_field field;
	size_t offset;
	enum eas_version since;
} recurrence_fields[] = {
#define FIELD(ident, member, since) \
	{ EAS_TAG_TASKS_##ident, EAS_RECURRENCE_HAS_##ident, \
	  offsetof(struct eas_recurrence, member), EAS_VERSION_##since }
	FIELD(OCCURRENCES, occurrences, ANY),
	FIELD(INTERVAL, interval, ANY),
	FIELD(DAY_OF_WEEK, day_of_week, ANY),
	FIELD(DAY_OF_MONTH, day_of_month, ANY),
	FIELD(WEEK_OF_MONTH, week_of_month, ANY),
	FIELD(MONTH_OF_YEAR, month_of_year, ANY),
	FIELD(CALENDAR_TYPE, calendar_type, 14_0),
	FIELD(IS_LEAP_MONTH, is_leap_month, 14_0),
	FIELD(FIRST_DAY_OF_WEEK, first_day_of_week, 14_1)
#undef FIELD
};

/* A Recurrence of a task: what a calendar's has, and this. */
struct task_recurrence {
	struct eas_recurrence rule;
	/* as sent; 0 = it does not say */
	time_t start;
	bool has_start;
	unsigned int regenerate, dead_occur;
};

/*
 * Of the object
 */

static bool task_get_start(const struct eas_pim_context *ctx,
			   const struct pim_component *todo, struct pim_time *start_r)
{
	return eas_pim_task_get_time(ctx, todo, "DTSTART", start_r) ||
		eas_pim_task_get_time(ctx, todo, "DUE", start_r);
}

static bool task_get_rule(const struct eas_pim_context *ctx,
			  const struct pim_component *todo, struct pim_rrule *rule_r,
			  struct pim_time *start_r)
{
	const struct pim_property *rrule = pim_property_find(todo, "RRULE");
	const char *error;

	return rrule != NULL && pim_property_find_next(rrule) == NULL &&
		pim_property_find(todo, "RDATE") == NULL &&
		task_get_start(ctx, todo, start_r) &&
		pim_rrule_parse(rrule->value, rule_r, &error) == 0;
}

static unsigned int task_get_uint(const struct pim_component *todo, const char *name)
{
	const char *value = pim_component_get(todo, name);
	unsigned int number;

	return value != NULL && eas_uint_parse(value, &number) == 0 ? number : 0;
}

/*
 * Writing
 */

/* Which elements stand where nothing needs them: those are left out. MS-ASTASK "CalendarType" (2.2.2.4),
   "FirstDayOfWeek" (2.2.2.13) */
static bool field_is_shown(const struct eas_recurrence *rule, enum eas_recurrence_field field)
{
	switch (field) {
	case EAS_RECURRENCE_HAS_CALENDAR_TYPE:
	case EAS_RECURRENCE_HAS_IS_LEAP_MONTH:
		return rule->type >= EAS_RECURRENCE_MONTHLY;
	case EAS_RECURRENCE_HAS_FIRST_DAY_OF_WEEK:
		return rule->type == EAS_RECURRENCE_WEEKLY;
	default:
		return TRUE;
	}
}

static void fields_write(struct eas_pim_context *ctx, const struct eas_recurrence *rule,
			 struct wbxml_writer *writer)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(recurrence_fields); i++) {
		if ((rule->fields & recurrence_fields[i].field) == 0 ||
		    ctx->version < recurrence_fields[i].since ||
		    !field_is_shown(rule, recurrence_fields[i].field))
			continue;
		wbxml_writer_element_uint(writer, recurrence_fields[i].tag,
			*(const unsigned int *)CONST_PTR_OFFSET(rule, recurrence_fields[i].offset));
	}
}

/* Up to 14.1 in UTC, then on the local clock (quirk 108). */
static int64_t start_to_sent(const struct eas_pim_context *ctx, const struct pim_time *start)
{
	if (start->is_date || ctx->version >= EAS_VERSION_16_0)
		return start->wall;
	return eas_pim_task_time_to_utc(ctx, start);
}

static void recurrence_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			     const struct pim_component *todo, struct wbxml_writer *writer)
{
	struct eas_recurrence recurrence;
	struct pim_rrule rule;
	struct pim_time start;

	if (!task_get_rule(ctx, todo, &rule, &start) ||
	    eas_recurrence_from_rrule(&rule, &start, &recurrence) == EAS_RECURRENCE_FIT_NONE)
		return;
	wbxml_writer_start(writer, row->tag);
	wbxml_writer_element_uint(writer, EAS_TAG_TASKS_TYPE, recurrence.type);
	wbxml_writer_element(writer, EAS_TAG_TASKS_START,
			     eas_date_format(start_to_sent(ctx, &start)));
	if ((recurrence.fields & EAS_RECURRENCE_HAS_UNTIL) != 0) {
		wbxml_writer_element(writer, EAS_TAG_TASKS_UNTIL,
				     eas_date_format(recurrence.until_utc));
	}
	fields_write(ctx, &recurrence, writer);
	wbxml_writer_element_uint(writer, EAS_TAG_TASKS_REGENERATE,
				  task_get_uint(todo, REGENERATE_PROPERTY));
	wbxml_writer_element_uint(writer, EAS_TAG_TASKS_DEAD_OCCUR,
				  task_get_uint(todo, DEAD_OCCUR_PROPERTY));
	wbxml_writer_end(writer, row->tag);
}

/*
 * Reading
 */

static int node_get_uint(struct eas_pim_context *ctx, const struct wbxml_node *parent,
			 wbxml_tag_t tag, unsigned int max, unsigned int *value_r)
{
	const struct wbxml_node *node = wbxml_node_child(parent, tag);

	if (eas_pim_node_is_empty(node))
		return 0;
	if (eas_uint_parse_range(node->value, 0, max, value_r) < 0)
		return eas_pim_refuse(ctx, node, "out of range");
	return 1;
}

static int node_get_date(struct eas_pim_context *ctx, const struct wbxml_node *parent,
			 wbxml_tag_t tag, time_t *time_r)
{
	const struct wbxml_node *node = wbxml_node_child(parent, tag);

	if (eas_pim_node_is_empty(node))
		return 0;
	if (eas_date_parse(node->value, time_r) < 0)
		return eas_pim_refuse(ctx, node, "no date");
	return 1;
}

static int fields_read(struct eas_pim_context *ctx, const struct wbxml_node *node,
		       struct eas_recurrence *rule)
{
	unsigned int i, *value;
	int ret;

	ret = node_get_uint(ctx, node, EAS_TAG_TASKS_TYPE, UINT_MAX, &rule->type);
	if (ret > 0)
		rule->fields |= EAS_RECURRENCE_HAS_TYPE;
	for (i = 0; i < N_ELEMENTS(recurrence_fields) && ret >= 0; i++) {
		value = PTR_OFFSET(rule, recurrence_fields[i].offset);
		ret = node_get_uint(ctx, node, recurrence_fields[i].tag, UINT_MAX, value);
		if (ret > 0)
			rule->fields |= recurrence_fields[i].field;
	}
	return ret < 0 ? -1 : 0;
}

static int recurrence_read(struct eas_pim_context *ctx, const struct wbxml_node *node,
			   struct task_recurrence *recurrence_r)
{
	time_t until = 0;
	int ret;

	i_zero(recurrence_r);
	if (fields_read(ctx, node, &recurrence_r->rule) < 0)
		return -1;
	ret = node_get_date(ctx, node, EAS_TAG_TASKS_UNTIL, &until);
	if (ret < 0)
		return -1;
	/* Occurrences counts. MS-ASTASK "Occurrences and Until Elements" (3.2.5.3.4) */
	if (ret > 0 && (recurrence_r->rule.fields & EAS_RECURRENCE_HAS_OCCURRENCES) == 0) {
		recurrence_r->rule.fields |= EAS_RECURRENCE_HAS_UNTIL;
		recurrence_r->rule.until_utc = until;
	}
	ret = node_get_date(ctx, node, EAS_TAG_TASKS_START, &recurrence_r->start);
	if (ret < 0)
		return -1;
	recurrence_r->has_start = ret > 0;
	return node_get_uint(ctx, node, EAS_TAG_TASKS_REGENERATE, 1,
			     &recurrence_r->regenerate) < 0 ||
		node_get_uint(ctx, node, EAS_TAG_TASKS_DEAD_OCCUR, UINT8_MAX,
			      &recurrence_r->dead_occur) < 0 ? -1 : 0;
}

/* Types (bits) that an element may stand with; with others it is an error. MS-ASTASK "DayOfMonth" (2.2.2.9),
   "DayOfWeek" (2.2.2.10), "WeekOfMonth" (2.2.2.33), "CalendarType" (2.2.2.4) */
static const struct {
	enum eas_recurrence_field field;
	unsigned int types;
	const char *error;
} recurrence_places[] = {
	{ EAS_RECURRENCE_HAS_DAY_OF_MONTH, BIT(2) | BIT(5), "DayOfMonth without Type 2 or 5" },
	{ EAS_RECURRENCE_HAS_DAY_OF_WEEK, BIT(0) | BIT(1) | BIT(3) | BIT(6),
	  "DayOfWeek with Type 2 or 5" },
	{ EAS_RECURRENCE_HAS_WEEK_OF_MONTH, BIT(3) | BIT(6), "WeekOfMonth without Type 3 or 6" },
	{ EAS_RECURRENCE_HAS_CALENDAR_TYPE, BIT(2) | BIT(3) | BIT(5) | BIT(6),
	  "CalendarType with Type 0 or 1" },
};

static const char *recurrence_check(const struct task_recurrence *recurrence)
{
	const struct eas_recurrence *rule = &recurrence->rule;
	const char *error = eas_recurrence_check(rule);
	unsigned int i;

	if (error != NULL)
		return error;
	for (i = 0; i < N_ELEMENTS(recurrence_places); i++) {
		if ((rule->fields & recurrence_places[i].field) != 0 &&
		    (recurrence_places[i].types & BIT(rule->type)) == 0)
			return recurrence_places[i].error;
	}
	/* MS-ASTASK "Start Element" (3.2.5.3.3) */
	return recurrence->has_start ? NULL : "there is no Start";
}

/*
 * Setting
 */

static void recurrence_remove(struct eas_pim_context *ctx, struct pim_component *todo)
{
	static const char *const names[] = {
		"RRULE", "RDATE", "EXDATE", REGENERATE_PROPERTY, DEAD_OCCUR_PROPERTY
	};
	struct pim_rrule rule;
	struct pim_time start;
	unsigned int i;

	/* what was not shown was not removed */
	if (!task_get_rule(ctx, todo, &rule, &start))
		return;
	for (i = 0; i < N_ELEMENTS(names); i++)
		pim_property_remove_all(todo, names[i]);
}

/* A series starts where its first task does, if that says so. */
static void task_set_start(struct eas_pim_context *ctx, struct pim_component *todo,
			   time_t sent, struct pim_time *start_r)
{
	if (task_get_start(ctx, todo, start_r) &&
	    pim_property_find(todo, "DTSTART") != NULL)
		return;
	i_zero(start_r);
	start_r->wall = sent;
	if (ctx->version < EAS_VERSION_16_0 && ctx->user_zone != NULL && sent % PIM_DAY_SECS != 0)
		start_r->wall = pim_zone_to_wall(ctx->user_zone, sent);
	start_r->wall = pim_days_of_wall(start_r->wall) * PIM_DAY_SECS;
	start_r->is_date = TRUE;
	pim_event_set_time(ctx->pool, todo, "DTSTART", start_r);
}

static void task_set_uint(struct eas_pim_context *ctx, struct pim_component *todo,
			  const char *name, unsigned int value)
{
	if (value != task_get_uint(todo, name)) {
		pim_property_set(ctx->pool, todo, name,
				 value == 0 ? NULL : t_strdup_printf("%u", value));
	}
}

static void task_set_rule(struct eas_pim_context *ctx, struct pim_component *todo,
			  const struct eas_recurrence *wanted, const struct pim_time *start)
{
	struct eas_recurrence recurrence;
	struct pim_rrule rule;
	struct pim_time old_start;
	string_t *value = t_str_new(64);

	if (task_get_rule(ctx, todo, &rule, &old_start) &&
	    eas_recurrence_from_rrule(&rule, start, &recurrence) != EAS_RECURRENCE_FIT_NONE &&
	    eas_recurrence_equals(&recurrence, wanted, start))
		return;
	(void)eas_recurrence_to_rrule(wanted, start, &rule);
	pim_rrule_write(value, &rule);
	pim_property_remove_all(todo, "RDATE");
	pim_property_set(ctx->pool, todo, "RRULE", str_c(value));
}

static int recurrence_set(struct eas_pim_context *ctx,
			  const struct eas_pim_property *row ATTR_UNUSED,
			  struct pim_component *todo, const struct wbxml_node *node)
{
	struct task_recurrence wanted;
	struct pim_time start;
	const char *error;

	if (node == NULL) {
		recurrence_remove(ctx, todo);
		return 0;
	}
	if (recurrence_read(ctx, node, &wanted) < 0)
		return -1;
	error = recurrence_check(&wanted);
	if (error != NULL)
		return eas_pim_refuse(ctx, node, error);
	task_set_start(ctx, todo, wanted.start, &start);
	task_set_rule(ctx, todo, &wanted.rule, &start);
	task_set_uint(ctx, todo, REGENERATE_PROPERTY, wanted.regenerate);
	task_set_uint(ctx, todo, DEAD_OCCUR_PROPERTY, wanted.dead_occur);
	return 0;
}

const struct eas_pim_type eas_pim_type_task_recurrence = {
	recurrence_write, recurrence_set, NULL
};
