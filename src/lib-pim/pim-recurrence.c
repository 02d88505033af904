/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "sort.h"
#include "pim-recurrence.h"
#include "pim-rrule-iter.h"
#include "pim-zone.h"

/* Wall time and UTC lie this close to each other. */
#define ZONE_SLACK_SECS (2*PIM_DAY_SECS)

struct pim_series {
	struct pim_series_input in;
	const struct pim_zone *zone;
	/* input's override_idx is that of by_id */
	const struct pim_override **by_id, **by_start;
	int64_t first_wall, end_wall;
};

/* one RRULE, or the dates */
struct pim_source {
	const struct pim_rrule *rule;
	struct pim_rrule_iter *iter;
	/* of COUNT */
	unsigned int left;
	bool has_next;
	int64_t next;
};

struct pim_series_iter {
	const struct pim_series *series;
	int64_t from_utc, until_utc;
	struct pim_source sources[PIM_RECURRENCE_MAX_RULES];
	unsigned int rdate_idx, override_idx, returned;
	bool start_given;
	bool has_pending;
	struct pim_occurrence pending;
};

static int pim_wall_cmp(const int64_t *wall1, const int64_t *wall2)
{
	return *wall1 < *wall2 ? -1 : *wall1 > *wall2 ? 1 : 0;
}

static int pim_override_id_cmp(const struct pim_override *const *o1, const struct pim_override *const *o2)
{
	return pim_wall_cmp(&(*o1)->id_wall, &(*o2)->id_wall);
}

static int pim_override_start_cmp(const struct pim_override *const *o1, const struct pim_override *const *o2)
{
	return pim_wall_cmp(&(*o1)->start_utc, &(*o2)->start_utc);
}

static const int64_t *pim_walls_copy(pool_t pool, const int64_t *walls, unsigned int *count)
{
	int64_t *copy;

	*count = I_MIN(*count, PIM_RECURRENCE_MAX_DATES);
	if (*count == 0)
		return NULL;
	copy = p_memdup(pool, walls, *count * sizeof(*walls));
	i_qsort(copy, *count, sizeof(*copy), pim_wall_cmp);
	return copy;
}

static void pim_series_copy_overrides(pool_t pool, struct pim_series *series)
{
	unsigned int count = I_MIN(series->in.override_count, PIM_RECURRENCE_MAX_DATES);

	series->in.override_count = count;
	if (count == 0)
		return;
	series->in.overrides = p_memdup(pool, series->in.overrides, count * sizeof(*series->in.overrides));
	series->by_id = p_new(pool, const struct pim_override *, count);
	series->by_start = p_new(pool, const struct pim_override *, count);
	for (unsigned int i = 0; i < count; i++)
		series->by_id[i] = series->by_start[i] = &series->in.overrides[i];
	i_qsort(series->by_id, count, sizeof(*series->by_id), pim_override_id_cmp);
	i_qsort(series->by_start, count, sizeof(*series->by_start), pim_override_start_cmp);
}

struct pim_series *pim_series_create(pool_t pool, const struct pim_series_input *input)
{
	struct pim_series *series = p_new(pool, struct pim_series, 1);

	series->in = *input;
	series->zone = input->start.is_date || input->start.zone == NULL ? input->floating : input->start.zone;
	if (series->zone == NULL)
		series->zone = pim_zone_utc();
	series->in.rule_count = I_MIN(input->rule_count, PIM_RECURRENCE_MAX_RULES);
	if (series->in.rule_count > 0) {
		series->in.rules = p_memdup(pool, input->rules,
					    series->in.rule_count * sizeof(*input->rules));
	}
	series->in.duration_secs = I_MAX(input->duration_secs, 0);
	series->in.rdates = pim_walls_copy(pool, input->rdates, &series->in.rdate_count);
	series->in.exdates = pim_walls_copy(pool, input->exdates, &series->in.exdate_count);
	pim_series_copy_overrides(pool, series);
	return series;
}

static bool pim_walls_have(const int64_t *walls, unsigned int count, int64_t wall)
{
	return count > 0 && i_bsearch(&wall, walls, count, sizeof(*walls), pim_wall_cmp) != NULL;
}

static const struct pim_override *pim_series_override(const struct pim_series *series, int64_t id_wall)
{
	const struct pim_override key = { .id_wall = id_wall }, *keyp = &key;
	const struct pim_override *const *found;

	if (series->in.override_count == 0)
		return NULL;
	found = i_bsearch(&keyp, series->by_id, series->in.override_count, sizeof(*series->by_id),
			  pim_override_id_cmp);
	return found == NULL ? NULL : *found;
}

static void pim_series_occurrence(const struct pim_series *series, int64_t wall,
				  struct pim_occurrence *occurrence_r)
{
	occurrence_r->id_wall = wall;
	occurrence_r->override_idx = -1;
	occurrence_r->start_utc = pim_zone_to_utc(series->zone, wall);
	/* days have 23, 24 or 25 hours */
	occurrence_r->end_utc = series->in.start.is_date ?
		pim_zone_to_utc(series->zone, wall + series->in.duration_secs) :
		occurrence_r->start_utc + series->in.duration_secs;
}

static void pim_override_occurrence(const struct pim_series *series, const struct pim_override *override,
				    struct pim_occurrence *occurrence_r)
{
	occurrence_r->id_wall = override->id_wall;
	occurrence_r->override_idx = override - series->in.overrides;
	occurrence_r->start_utc = override->start_utc;
	occurrence_r->end_utc = I_MAX(override->end_utc, override->start_utc);
}

/* One rule */

static bool pim_until_has_passed(const struct pim_series *series, const struct pim_rrule *rule, int64_t wall)
{
	switch (rule->until_kind) {
	case PIM_UNTIL_NONE:
		return FALSE;
	case PIM_UNTIL_DATE:
		return pim_days_of_wall(wall) > pim_days_of_wall(rule->until);
	case PIM_UNTIL_WALL:
		break;
	case PIM_UNTIL_UTC:
		if (!series->in.start.is_date)
			return pim_zone_to_utc(series->zone, wall) > rule->until;
		break;
	}
	/* of a date the day is meant, whatever hour it ends at */
	return series->in.start.is_date ? pim_days_of_wall(wall) > pim_days_of_wall(rule->until) :
		wall > rule->until;
}

static void pim_source_next(const struct pim_series *series, struct pim_source *source)
{
	source->has_next = FALSE;
	if (source->rule->count > 0 && source->left == 0)
		return;
	if (!pim_rrule_iter_next(source->iter, &source->next) ||
	    pim_until_has_passed(series, source->rule, source->next))
		return;
	source->left--;
	source->has_next = TRUE;
}

/* All from wall on, and maybe some before. */
static void pim_source_init(const struct pim_series *series, unsigned int idx, int64_t wall,
			    struct pim_source *source_r)
{
	i_zero(source_r);
	source_r->rule = &series->in.rules[idx];
	source_r->iter = pim_rrule_iter_init(source_r->rule, series->in.start.wall);
	source_r->left = source_r->rule->count == 0 ? UINT_MAX :
		I_MIN(source_r->rule->count, PIM_RECURRENCE_MAX_OCCURRENCES);
	if (source_r->rule->count == 0)
		pim_rrule_iter_seek(source_r->iter, wall);
	pim_source_next(series, source_r);
	/* DTSTART is the first of COUNT, also where the rule does not name it */
	if (source_r->rule->count > 0 && (!source_r->has_next || source_r->next != series->in.start.wall)) {
		if (source_r->left == 0)
			source_r->has_next = FALSE;
		source_r->left = source_r->left == 0 ? 0 : source_r->left - 1;
	}
	while (source_r->has_next && source_r->next < wall)
		pim_source_next(series, source_r);
}

static void pim_source_deinit(struct pim_source *source)
{
	pim_rrule_iter_deinit(&source->iter);
}

/* All of them */

static int64_t pim_wall_clamp(int64_t wall)
{
	const int64_t min = pim_days_from_civil(PIM_MIN_YEAR - 1, 1, 1) * PIM_DAY_SECS;
	const int64_t max = pim_days_from_civil(PIM_MAX_YEAR + 2, 1, 1) * PIM_DAY_SECS;

	return I_MAX(min, I_MIN(max, wall));
}

struct pim_series_iter *pim_series_iter_init(const struct pim_series *series, int64_t from_utc, int64_t until_utc)
{
	struct pim_series_iter *iter = i_new(struct pim_series_iter, 1);
	int64_t wall = pim_wall_clamp(pim_wall_clamp(from_utc) - series->in.duration_secs - ZONE_SLACK_SECS);

	iter->series = series;
	iter->from_utc = from_utc;
	iter->until_utc = until_utc;
	for (unsigned int i = 0; i < series->in.rule_count; i++)
		pim_source_init(series, i, wall, &iter->sources[i]);
	while (iter->rdate_idx < series->in.rdate_count && series->in.rdates[iter->rdate_idx] < wall)
		iter->rdate_idx++;
	return iter;
}

void pim_series_iter_deinit(struct pim_series_iter **_iter)
{
	struct pim_series_iter *iter = *_iter;

	*_iter = NULL;
	for (unsigned int i = 0; i < iter->series->in.rule_count; i++)
		pim_source_deinit(&iter->sources[i]);
	i_free(iter);
}

/* the earliest of all sources, each once */
static bool pim_series_iter_next_wall(struct pim_series_iter *iter, int64_t *wall_r)
{
	const struct pim_series *series = iter->series;
	const struct pim_series_input *in = &series->in;
	unsigned int i;
	bool found = !iter->start_given;

	*wall_r = in->start.wall;
	if (iter->rdate_idx < in->rdate_count && (!found || in->rdates[iter->rdate_idx] < *wall_r)) {
		*wall_r = in->rdates[iter->rdate_idx];
		found = TRUE;
	}
	for (i = 0; i < in->rule_count; i++) {
		if (iter->sources[i].has_next && (!found || iter->sources[i].next < *wall_r)) {
			*wall_r = iter->sources[i].next;
			found = TRUE;
		}
	}
	if (!found)
		return FALSE;
	if (*wall_r == in->start.wall)
		iter->start_given = TRUE;
	while (iter->rdate_idx < in->rdate_count && in->rdates[iter->rdate_idx] == *wall_r)
		iter->rdate_idx++;
	for (i = 0; i < in->rule_count; i++) {
		while (iter->sources[i].has_next && iter->sources[i].next == *wall_r)
			pim_source_next(series, &iter->sources[i]);
	}
	return TRUE;
}

static bool pim_series_is_excluded(const struct pim_series *series, int64_t wall)
{
	return pim_walls_have(series->in.exdates, series->in.exdate_count, wall);
}

static bool pim_occurrence_touches(const struct pim_series_iter *iter, const struct pim_occurrence *occurrence)
{
	return occurrence->start_utc < iter->until_utc &&
		(occurrence->end_utc > iter->from_utc || occurrence->start_utc >= iter->from_utc);
}

/* the next that no override and no EXDATE takes away */
static bool pim_series_iter_next_plain(struct pim_series_iter *iter, struct pim_occurrence *occurrence_r)
{
	int64_t wall;

	while (pim_series_iter_next_wall(iter, &wall)) {
		if (pim_series_is_excluded(iter->series, wall) ||
		    pim_series_override(iter->series, wall) != NULL)
			continue;
		pim_series_occurrence(iter->series, wall, occurrence_r);
		if (occurrence_r->start_utc >= iter->until_utc)
			return FALSE;
		if (pim_occurrence_touches(iter, occurrence_r))
			return TRUE;
	}
	return FALSE;
}

static bool pim_series_iter_next_override(struct pim_series_iter *iter, struct pim_occurrence *occurrence_r)
{
	const struct pim_series *series = iter->series;

	for (; iter->override_idx < series->in.override_count; iter->override_idx++) {
		const struct pim_override *override = series->by_start[iter->override_idx];

		pim_override_occurrence(series, override, occurrence_r);
		if (!override->is_cancelled && pim_occurrence_touches(iter, occurrence_r) &&
		    !pim_series_is_excluded(series, override->id_wall))
			return TRUE;
	}
	return FALSE;
}

bool pim_series_iter_next(struct pim_series_iter *iter, struct pim_occurrence *occurrence_r)
{
	struct pim_occurrence moved;

	if (iter->returned == PIM_RECURRENCE_MAX_OCCURRENCES)
		return FALSE;
	if (!iter->has_pending)
		iter->has_pending = pim_series_iter_next_plain(iter, &iter->pending);
	if (pim_series_iter_next_override(iter, &moved) &&
	    (!iter->has_pending || moved.start_utc < iter->pending.start_utc)) {
		*occurrence_r = moved;
		iter->override_idx++;
	} else if (iter->has_pending) {
		*occurrence_r = iter->pending;
		iter->has_pending = FALSE;
	} else {
		return FALSE;
	}
	iter->returned++;
	return TRUE;
}

bool pim_series_find(const struct pim_series *series, int64_t id_wall, struct pim_occurrence *occurrence_r)
{
	const struct pim_override *override;
	bool found;

	if (pim_series_is_excluded(series, id_wall))
		return FALSE;
	override = pim_series_override(series, id_wall);
	if (override != NULL) {
		pim_override_occurrence(series, override, occurrence_r);
		return !override->is_cancelled;
	}
	found = id_wall == series->in.start.wall ||
		pim_walls_have(series->in.rdates, series->in.rdate_count, id_wall);
	for (unsigned int i = 0; i < series->in.rule_count && !found; i++) {
		struct pim_source source;

		pim_source_init(series, i, id_wall, &source);
		found = source.has_next && source.next == id_wall;
		pim_source_deinit(&source);
	}
	if (found)
		pim_series_occurrence(series, id_wall, occurrence_r);
	return found;
}

/* Range */

static bool pim_series_is_endless(const struct pim_series *series)
{
	for (unsigned int i = 0; i < series->in.rule_count; i++) {
		if (series->in.rules[i].count == 0 && series->in.rules[i].until_kind == PIM_UNTIL_NONE)
			return TRUE;
	}
	return FALSE;
}

/* the latest end of what begins after from */
static bool pim_series_last_after(const struct pim_series *series, int64_t from_utc, int64_t *last_utc_r)
{
	struct pim_series_iter *iter = pim_series_iter_init(series, from_utc, PIM_TIME_NEVER);
	struct pim_occurrence occurrence;
	bool found = FALSE;

	while (pim_series_iter_next(iter, &occurrence)) {
		if (!found || occurrence.end_utc > *last_utc_r)
			*last_utc_r = occurrence.end_utc;
		found = TRUE;
	}
	pim_series_iter_deinit(&iter);
	return found;
}

/* Where the last rule with UNTIL ends; of series without such a rule, where they begin. */
static int64_t pim_series_until(const struct pim_series *series, int64_t *step_r)
{
	int64_t until = series->in.start.wall;

	*step_r = ZONE_SLACK_SECS;
	for (unsigned int i = 0; i < series->in.rule_count; i++) {
		const struct pim_rrule *rule = &series->in.rules[i];

		if (rule->until_kind != PIM_UNTIL_NONE && rule->until > until) {
			until = rule->until;
			*step_r += pim_rrule_period_secs(rule) * 2;
		}
	}
	return until;
}

bool pim_series_get_range(const struct pim_series *series, int64_t *first_utc_r, int64_t *last_utc_r)
{
	struct pim_series_iter *iter = pim_series_iter_init(series, INT64_MIN, PIM_TIME_NEVER);
	struct pim_occurrence occurrence;
	int64_t from, step;
	bool found = pim_series_iter_next(iter, &occurrence);

	pim_series_iter_deinit(&iter);
	if (!found)
		return FALSE;
	*first_utc_r = occurrence.start_utc;
	*last_utc_r = PIM_TIME_NEVER;
	if (pim_series_is_endless(series))
		return TRUE;
	/* from the end back, in steps that grow, until there is one */
	for (from = pim_series_until(series, &step) - step; from > series->in.start.wall; from -= step) {
		if (pim_series_last_after(series, from, last_utc_r))
			return TRUE;
		step *= 4;
	}
	return pim_series_last_after(series, INT64_MIN, last_utc_r);
}
