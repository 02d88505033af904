/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tasks <-> VTODO. MS-ASTASK "Elements" (2.2.2) */

#include "lib.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-task-private.h"

/*
 * Importance. MS-ASTASK "Importance" (2.2.2.14): what is none of 0..2 comes back as it was sent.
 */

#define IMPORTANCE_NORMAL 1
#define IMPORTANCE_HIGH 2
#define IMPORTANCE_PROPERTY "X-EAS-IMPORTANCE"
/* RFC 5545 "Priority" (3.8.1.9): of 0, 1, 2 */
static const char *const importance_priorities[] = { "9", "5", "1" };

static unsigned int importance_get(const struct pim_component *todo)
{
	const char *value = pim_component_get(todo, IMPORTANCE_PROPERTY);
	unsigned int number;

	if (value != NULL && eas_uint_parse(value, &number) == 0)
		return number;
	value = pim_component_get(todo, "PRIORITY");
	if (value == NULL || eas_uint_parse(value, &number) < 0 || number == 0)
		return IMPORTANCE_NORMAL;
	return number < 5 ? IMPORTANCE_HIGH : (number == 5 ? IMPORTANCE_NORMAL : 0);
}

static void importance_write(struct eas_pim_context *ctx ATTR_UNUSED,
			     const struct eas_pim_property *row,
			     const struct pim_component *todo, struct wbxml_writer *writer)
{
	wbxml_writer_element_uint(writer, row->tag, importance_get(todo));
}

static int importance_set(struct eas_pim_context *ctx,
			  const struct eas_pim_property *row ATTR_UNUSED,
			  struct pim_component *todo, const struct wbxml_node *node)
{
	unsigned int value = IMPORTANCE_NORMAL;

	if (node != NULL && eas_uint_parse_range(node->value, 0, UINT8_MAX, &value) < 0)
		return eas_pim_refuse(ctx, node, "no number");
	pim_property_set(ctx->pool, todo, IMPORTANCE_PROPERTY, NULL);
	if (value > IMPORTANCE_HIGH)
		pim_property_set(ctx->pool, todo, IMPORTANCE_PROPERTY, node->value);
	else if (value != importance_get(todo))
		pim_property_set(ctx->pool, todo, "PRIORITY", importance_priorities[value]);
	return 0;
}

static const struct eas_pim_type type_importance = { importance_write, importance_set, NULL };

/*
 * Complete, DateCompleted
 */

/* COMPLETED, or what programs that have no word for it write beside */
static const char *const completed_names[] = { "COMPLETED", "X-EAS-DATECOMPLETED" };

static bool task_is_complete(const struct pim_component *todo)
{
	const char *status = pim_component_get(todo, "STATUS");
	const char *percent = pim_component_get(todo, "PERCENT-COMPLETE");

	if (status != NULL)
		return strcasecmp(status, "COMPLETED") == 0;
	return pim_component_get(todo, "COMPLETED") != NULL ||
		(percent != NULL && strcmp(percent, "100") == 0);
}

static void complete_write(struct eas_pim_context *ctx ATTR_UNUSED,
			   const struct eas_pim_property *row,
			   const struct pim_component *todo, struct wbxml_writer *writer)
{
	wbxml_writer_element_uint(writer, row->tag, task_is_complete(todo) ? 1 : 0);
}

static void completed_set_time(struct eas_pim_context *ctx, struct pim_component *todo,
			       time_t utc)
{
	const char *name = pim_component_get(todo, completed_names[1]) != NULL ?
		completed_names[1] : completed_names[0];

	pim_property_set(ctx->pool, todo, name, eas_date_format_compact(utc));
}

static int complete_set(struct eas_pim_context *ctx,
			const struct eas_pim_property *row ATTR_UNUSED,
			struct pim_component *todo, const struct wbxml_node *node)
{
	bool complete = FALSE;
	unsigned int i;

	if (node != NULL && eas_bool_parse(node->value, &complete) < 0)
		return eas_pim_refuse(ctx, node, "neither 0 nor 1");
	if (complete == task_is_complete(todo))
		return 0;
	if (complete) {
		pim_property_set(ctx->pool, todo, "STATUS", "COMPLETED");
		pim_property_set(ctx->pool, todo, "PERCENT-COMPLETE", "100");
		completed_set_time(ctx, todo, ctx->now);
		return 0;
	}
	pim_property_set(ctx->pool, todo, "STATUS", "NEEDS-ACTION");
	pim_property_set(ctx->pool, todo, "PERCENT-COMPLETE", NULL);
	for (i = 0; i < N_ELEMENTS(completed_names); i++)
		pim_property_set(ctx->pool, todo, completed_names[i], NULL);
	return 0;
}

static const struct eas_pim_type type_complete = { complete_write, complete_set, NULL };

/* There must be one. MS-ASTASK "DateCompleted" (2.2.2.8) */
static void date_completed_write(struct eas_pim_context *ctx,
				 const struct eas_pim_property *row,
				 const struct pim_component *todo, struct wbxml_writer *writer)
{
	static const char *const names[] = {
		"COMPLETED", "X-EAS-DATECOMPLETED", "LAST-MODIFIED", "DTSTAMP"
	};
	struct pim_time time = { .wall = ctx->now };
	unsigned int i;

	if (!task_is_complete(todo))
		return;
	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (eas_pim_task_get_time(ctx, todo, names[i], &time))
			break;
	}
	wbxml_writer_element(writer, row->tag,
			     eas_date_format(eas_pim_task_time_to_utc(ctx, &time)));
}

static int date_completed_set(struct eas_pim_context *ctx,
			      const struct eas_pim_property *row ATTR_UNUSED,
			      struct pim_component *todo, const struct wbxml_node *node)
{
	time_t utc;

	if (node == NULL)
		return 0;
	if (eas_date_parse(node->value, &utc) < 0)
		return eas_pim_refuse(ctx, node, "no date");
	if (task_is_complete(todo))
		completed_set_time(ctx, todo, utc);
	return 0;
}

static const struct eas_pim_type type_date_completed = {
	date_completed_write, date_completed_set, NULL
};

/*
 * The class. Nothing of it can be ghosted; what stays when it is absent: MS-ASTASK 3.2.5.3.1,
 * 3.2.5.3.2, and what a device can hardly mean to remove by saying nothing.
 */

static const struct eas_pim_property task_rows[] = {
#define TASK_ROW(tag, type, flags, name, idx) \
	{ EAS_TAG_##tag, EAS_VERSION_ANY, EAS_VERSION_ANY, flags, &type, name, idx },
	TASK_ROW(TASKS_SUBJECT, eas_pim_type_text, EAS_PIM_KEEP, "SUMMARY", 0)
	TASK_ROW(TASKS_IMPORTANCE, type_importance, EAS_PIM_KEEP, NULL, 0)
	TASK_ROW(TASKS_SENSITIVITY, eas_pim_type_sensitivity, EAS_PIM_KEEP, NULL, 0)
	TASK_ROW(TASKS_UTC_START_DATE, eas_pim_type_task_date, 0, "DTSTART", 1)
	TASK_ROW(TASKS_START_DATE, eas_pim_type_task_date, 0, "DTSTART", 0)
	TASK_ROW(TASKS_UTC_DUE_DATE, eas_pim_type_task_date, 0, "DUE", 1)
	TASK_ROW(TASKS_DUE_DATE, eas_pim_type_task_date, 0, "DUE", 0)
	TASK_ROW(TASKS_RECURRENCE, eas_pim_type_task_recurrence, 0, NULL, 0)
	TASK_ROW(TASKS_COMPLETE, type_complete, EAS_PIM_KEEP, NULL, 0)
	TASK_ROW(TASKS_DATE_COMPLETED, type_date_completed, EAS_PIM_KEEP, NULL, 0)
	TASK_ROW(TASKS_REMINDER_SET, eas_pim_type_task_reminder_set, EAS_PIM_KEEP, NULL, 0)
	TASK_ROW(TASKS_REMINDER_TIME, eas_pim_type_task_reminder_time, EAS_PIM_KEEP, NULL, 0)
	TASK_ROW(TASKS_CATEGORIES, eas_pim_type_categories, 0, NULL, EAS_TAG_TASKS_CATEGORY)
	TASK_ROW(TASKS_ORDINAL_DATE, eas_pim_type_task_instant, EAS_PIM_KEEP,
		 "X-EAS-ORDINALDATE", 0)
	TASK_ROW(TASKS_SUB_ORDINAL_DATE, eas_pim_type_text, EAS_PIM_KEEP,
		 "X-EAS-SUBORDINALDATE", 0)
	TASK_ROW(AIRSYNCBASE_BODY, eas_pim_type_body, EAS_PIM_KEEP, "DESCRIPTION", 0)
	TASK_ROW(AIRSYNCBASE_NATIVE_BODY_TYPE, eas_pim_type_native_body, 0, "DESCRIPTION", 0)
#undef TASK_ROW
};

const struct eas_pim_class eas_pim_class_task = {
	.class = EAS_CLASS_TASKS,
	.rows = task_rows,
	.rows_count = N_ELEMENTS(task_rows)
};
