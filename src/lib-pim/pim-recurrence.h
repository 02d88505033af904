/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_RECURRENCE_H
#define PIM_RECURRENCE_H

/* Which occurrences a series has: DTSTART, RRULE and RDATE, less EXDATE, with the overrides that move some of them.
   Rules are counted on the wall's clock in the zone of DTSTART, then made instants. No rule takes more work than the
   limits below, whatever it says; a window far from the begin costs no more than one close to it (but for COUNT).

   RFC 5545 "Recurrence Rule" (3.3.10), "Recurrence Set" (3.8.5.3). Choices where it is silent: docs/decisions/101. */

#include "pim-rrule.h"

/* Occurrences counted for COUNT, or made for one window. */
#define PIM_RECURRENCE_MAX_OCCURRENCES 200000
/* RRULEs of one series. */
#define PIM_RECURRENCE_MAX_RULES 8
/* RDATEs, EXDATEs and overrides, each. */
#define PIM_RECURRENCE_MAX_DATES 200000

struct pim_override {
	/* RECURRENCE-ID: wall time in the zone of DTSTART (a date: 00:00) */
	int64_t id_wall;
	/* of the override itself */
	int64_t start_utc, end_utc;
	/* CANCELLED, or otherwise not to be found */
	bool is_cancelled;
};

struct pim_series_input {
	struct pim_time start;
	/* where floating times are, NULL = UTC */
	const struct pim_zone *floating;
	/* DTEND - DTSTART: of a timed event in seconds of real time, of a date in days times PIM_DAY_SECS */
	int64_t duration_secs;

	const struct pim_rrule *rules;
	unsigned int rule_count;
	/* wall times in the zone of DTSTART, any order */
	const int64_t *rdates, *exdates;
	unsigned int rdate_count, exdate_count;
	const struct pim_override *overrides;
	unsigned int override_count;
};

struct pim_occurrence {
	/* what its RECURRENCE-ID is or would be: wall time in the zone of DTSTART */
	int64_t id_wall;
	int64_t start_utc, end_utc;
	/* of the input; -1 = as the series says */
	int override_idx;
};

struct pim_series;
struct pim_series_iter;

/* Everything is copied to pool. Never NULL: of what is over a limit the first ones count. */
struct pim_series *pim_series_create(pool_t pool, const struct pim_series_input *input);

/* Occurrences that touch the window [from_utc, until_utc), in the order of their start. One without duration
   touches it if it starts in it. The series must outlive the iterator. */
struct pim_series_iter *pim_series_iter_init(const struct pim_series *series, int64_t from_utc, int64_t until_utc);
/* FALSE = no more, or more than PIM_RECURRENCE_MAX_OCCURRENCES. */
bool pim_series_iter_next(struct pim_series_iter *iter, struct pim_occurrence *occurrence_r);
void pim_series_iter_deinit(struct pim_series_iter **iter);

/* Is there an occurrence with this RECURRENCE-ID (an override with it counts, an EXDATE takes it away)? Then
   *occurrence_r is it. */
bool pim_series_find(const struct pim_series *series, int64_t id_wall, struct pim_occurrence *occurrence_r);

/* Start of the first occurrence and end of the last, for filters by date and indexes; PIM_TIME_NEVER as the end of a
   series that goes on. FALSE = there is none at all. */
bool pim_series_get_range(const struct pim_series *series, int64_t *first_utc_r, int64_t *last_utc_r);

#endif
