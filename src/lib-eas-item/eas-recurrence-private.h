/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef EAS_RECURRENCE_PRIVATE_H
#define EAS_RECURRENCE_PRIVATE_H

/* What both directions of eas-recurrence*.c know. */

#include "eas-recurrence.h"

struct eas_calendar_type {
	unsigned int value;
	/* "" = Gregorian months and days, NULL = no word for it */
	const char *rscale;
};

/* NULL = a value that must not be used */
const struct eas_calendar_type *eas_calendar_type_find(unsigned int value);
/* The first of a calendar; NULL = EAS has none for it. */
const struct eas_calendar_type *eas_calendar_type_find_rscale(const char *rscale);

#endif
