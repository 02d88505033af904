/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_RRULE_ITER_H
#define PIM_RRULE_ITER_H

/* The wall times one rule names, without COUNT, UNTIL and zones: for pim-recurrence.c. */

#include "pim-rrule.h"

/* Days or periods looked at, of one iterator. */
#define PIM_RRULE_MAX_WORK 500000

struct pim_rrule_iter;

/* The rule is copied. */
struct pim_rrule_iter *pim_rrule_iter_init(const struct pim_rrule *rule, int64_t start_wall);
/* Go on near wall: what comes next may still be a little earlier. Not back, and not with all rules: then it stays. */
void pim_rrule_iter_seek(struct pim_rrule_iter *iter, int64_t wall);
/* The next one from start_wall on, ascending. FALSE = none until PIM_MAX_YEAR, or work is used up. */
bool pim_rrule_iter_next(struct pim_rrule_iter *iter, int64_t *wall_r);
void pim_rrule_iter_deinit(struct pim_rrule_iter **iter);

/* About how long one interval of the rule lasts. */
int64_t pim_rrule_period_secs(const struct pim_rrule *rule);

#endif
