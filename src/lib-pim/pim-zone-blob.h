/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_ZONE_BLOB_H
#define PIM_ZONE_BLOB_H

/* TIME_ZONE_INFORMATION, the 172 bytes with which Windows and phones tell a time zone: one pair of rules, and no name
   that can be relied on. Base64 around it is the caller's.

   A zone is told by the rules of one year; many zones have the same. So a blob names a group of zones, and which of
   them is meant has to be guessed (docs/decisions/103).

   MS-ASDTYPE "TimeZone" (2.7.4); MS-DTYP "SYSTEMTIME" (2.3.13) */

#include "pim-zone.h"

#define PIM_ZONE_BLOB_SIZE 172
/* of UTF-16 */
#define PIM_ZONE_BLOB_NAME_CHARS 32
#define PIM_ZONE_BLOB_MAX_BIAS_MINUTES (PIM_ZONE_MAX_OFFSET_SECS / 60)

/* SYSTEMTIME: wYear wMonth wDayOfWeek wDay wHour wMinute wSecond wMilliseconds, 16 bits each. Year 0: day is the week
   (1-5, 5 = last) in which that weekday is meant, each year. Else it is the day of that month in that year. */
struct pim_zone_blob_date {
	/* month 0 = there is no change */
	unsigned int year, month, weekday, day, hour, minute, second, msecs;
};

struct pim_zone_blob {
	/* minutes west of UTC; the others are added to it */
	int bias, standard_bias, daylight_bias;
	/* UTF-8, at most 32 characters of UTF-16; "" = none */
	const char *standard_name, *daylight_name;
	/* when standard time begins, on the clock of daylight time; and the other way round */
	struct pim_zone_blob_date standard, daylight;
};

struct pim_zone_hints {
	/* of the object as it is stored; NULL = none */
	const struct pim_zone *current;
	/* the user's own zone, the one this device had last, …; best first */
	const struct pim_zone *const *likely;
	unsigned int likely_count;
	/* of the object, and now: phones tell the rules of either */
	int year, this_year;
};

/* Bytes -> blob; names live in pool. FALSE = not of 172 bytes, or with months, hours, offsets that don't exist:
   *error_r is a sentence. */
bool pim_zone_blob_parse(pool_t pool, const void *data, size_t size, struct pim_zone_blob *blob_r,
			 const char **error_r);
/* Append PIM_ZONE_BLOB_SIZE bytes. */
void pim_zone_blob_write(buffer_t *dest, const struct pim_zone_blob *blob);

/* The rules a zone has in a year. Standard is the clock with the smaller offset, also in Dublin. Exact for each
   instant of that year, unless the zone has more than two changes in it, or a third offset: then the pair that is wrong
   for the shortest time. In a year with one change the other one stands at New Year, and its first hours may be off by
   the difference. Names are Windows', if it has one. For a series that goes on give the year it goes on in. Data stack. */
void pim_zone_blob_from_zone(const struct pim_zone *zone, int year, struct pim_zone_blob *blob_r);
/* The zone that changes as the blob says, every year. */
struct pim_zone *pim_zone_blob_to_zone(pool_t pool, const char *name, const struct pim_zone_blob *blob);

/* Does the zone have these rules in a year? Names don't count, nor whether a day is called its fourth or last Sunday
   in a month in which it is both. */
bool pim_zone_blob_is_zone(const struct pim_zone_blob *blob, const struct pim_zone *zone, int year);
/* The zone of the system that is meant; NULL = no zone has such rules, neither in the object's year nor now. The first
   of: the object's, a likely one, the one of its Windows name, of Windows' main zones, of all zones. */
const struct pim_zone *pim_zone_blob_find(const struct pim_zone_blob *blob, const struct pim_zone_hints *hints);

#endif
