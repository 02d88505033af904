/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any text is a rule or not; one that is reads the same when written, and expands in order and in bounds. */

#include "lib.h"
#include "str.h"
#include "fuzzer.h"
#include "pim-recurrence.h"
#include "pim-zone.h"

#define FUZZ_OCCURRENCES 50

static void fuzz_expand(pool_t pool, const struct pim_rrule *rule)
{
	struct pim_series_input input = {
		.start = { .wall = 1774751400, .zone = pim_zone_find("Europe/Berlin") },
		.duration_secs = 3600, .rules = rule, .rule_count = 1,
	};
	struct pim_series *series = pim_series_create(pool, &input);
	struct pim_series_iter *iter = pim_series_iter_init(series, input.start.wall, PIM_TIME_NEVER);
	struct pim_occurrence occurrence, found;
	int64_t last_wall = INT64_MIN, first, last;

	for (unsigned int i = 0; i < FUZZ_OCCURRENCES && pim_series_iter_next(iter, &occurrence); i++) {
		i_assert(occurrence.id_wall > last_wall);
		last_wall = occurrence.id_wall;
		if (i < 3)
			i_assert(pim_series_find(series, last_wall, &found) &&
				 found.start_utc == occurrence.start_utc);
	}
	pim_series_iter_deinit(&iter);
	if (pim_series_get_range(series, &first, &last))
		i_assert(first <= last);
}

FUZZ_BEGIN_STR(const char *text)
{
	pool_t pool = pool_alloconly_create("fuzz", 4096);
	struct pim_rrule rule, again;
	const char *error;

	if (pim_rrule_parse(text, &rule, &error) == 0) {
		string_t *str = t_str_new(128);

		pim_rrule_write(str, &rule);
		if (pim_rrule_parse(str_c(str), &again, &error) < 0)
			i_panic("%s: %s", str_c(str), error);
		i_assert(pim_rrule_equals(&rule, &again));
		fuzz_expand(pool, &rule);
	}
	pool_unref(&pool);
}
FUZZ_END
