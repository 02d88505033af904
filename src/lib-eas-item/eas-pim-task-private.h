/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_PIM_TASK_PRIVATE_H
#define EAS_PIM_TASK_PRIVATE_H

/* Types of rows of tasks. */

#include "eas-pim-row.h"
#include "pim-time.h"

/* -time.c */
/* StartDate, DueDate, and the same as UTC: idx 0 = local, 1 = UTC; name is the property */
extern const struct eas_pim_type eas_pim_type_task_date;
extern const struct eas_pim_type eas_pim_type_task_reminder_set;
extern const struct eas_pim_type eas_pim_type_task_reminder_time;
/* an instant kept as it is in the property name */
extern const struct eas_pim_type eas_pim_type_task_instant;

/* -recurrence.c */
extern const struct eas_pim_type eas_pim_type_task_recurrence;

/* DTSTART, DUE or another; FALSE = there is none that can be read. */
bool eas_pim_task_get_time(const struct eas_pim_context *ctx,
			   const struct pim_component *todo, const char *name,
			   struct pim_time *time_r);
int64_t eas_pim_task_time_to_utc(const struct eas_pim_context *ctx,
				 const struct pim_time *time);

#endif
