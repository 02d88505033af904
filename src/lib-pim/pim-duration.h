/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_DURATION_H
#define PIM_DURATION_H

/* Values of the type DURATION. RFC 5545 "Duration" (3.3.6) */

/* Longer ones are refused. */
#define PIM_DURATION_MAX_SECS (INT64_C(400)*366*86400)

/* "P1DT2H", "-PT15M", "P2W" -> seconds of days and of time. Also P1W2D and PT1440M, which others write.
   Returns FALSE if it is none. */
bool pim_duration_parse(const char *value, int64_t *days_secs_r, int64_t *time_secs_r);
/* In the data stack: weeks never, days only if there is nothing else: "P2D", "PT90M", "-PT15M", "PT0S". */
const char *pim_duration_format(int64_t secs);
/* The same, but without days: "-PT1440M". */
const char *pim_duration_format_minutes(int64_t minutes);

#endif
