/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_ZONE_H
#define PIM_ZONE_H

/* Time zones: the system's tz database, VTIMEZONEs of objects, and rules that came from elsewhere, all as offsets
   from UTC by instant.

   Zones of the system are read once in a process and live as long as it does; the others live in the pool that is
   given. Pointers to the system's zones can be compared: one name, one pointer. What "standard" is and what
   "daylight", a zone does not say: governments differ, offsets do not. */

#define PIM_ZONE_DIR "/usr/share/zoneinfo"
/* Offsets lie within this of UTC. */
#define PIM_ZONE_MAX_OFFSET_SECS (26*3600)
/* A TZif file; the system's largest has 4 kB. */
#define PIM_ZONE_MAX_FILE_BYTES (64*1024)
#define PIM_ZONE_MAX_TRANSITIONS 4096
#define PIM_ZONE_MAX_NAME 255

struct pim_zone;

/* One of the two changes of each year, by a rule. */
enum pim_zone_rule_kind {
	/* the week-th (5 = last) weekday of a month */
	PIM_ZONE_RULE_WEEKDAY,
	/* day 1-365 of the year, February 29 never counted */
	PIM_ZONE_RULE_JULIAN,
	/* day 0-365 of the year */
	PIM_ZONE_RULE_YEARDAY,
	/* a day of a month */
	PIM_ZONE_RULE_DATE
};

struct pim_zone_rule {
	enum pim_zone_rule_kind kind;
	unsigned int month, week, weekday, day;
	/* after 00:00 of that day on the clock as it was before the change; may be negative, or beyond a day */
	int secs;
};

/* What is repeated each year: from begin on the clock stands at summer, from end on at winter. Without changes
   (has_changes FALSE) always at winter. Seconds east of UTC. */
struct pim_zone_rules {
	int winter_offset, summer_offset;
	bool has_changes;
	struct pim_zone_rule begin, end;
};

struct pim_zone_change {
	/* the first second with the new offset, UTC */
	int64_t utc;
	/* seconds east of UTC */
	int offset_before, offset_after;
};

/* The zone of the system that a TZID means, or NULL. Understood are names of the tz database in any case, such names
   behind a prefix (/kolab.org/Europe/Berlin, /freeassociation.sourceforge.net/Europe/Berlin,
   /citadel.org/20070227_1/Europe/Berlin, /mozilla.org/20050126_1/Europe/Berlin), "UTC" and "GMT", and the names that
   Windows has. A TZID never names a file outside of the database. */
const struct pim_zone *pim_zone_find(const char *tzid);
const struct pim_zone *pim_zone_utc(void);
/* "Europe/Berlin": what to write as TZID. */
const char *pim_zone_get_name(const struct pim_zone *zone);
/* The idx-th zone of the database, in the order of its zone1970.tab; NULL after the last. One that cannot be read is
   left out, the one after it is told instead. */
const struct pim_zone *pim_zone_get(unsigned int idx);

/* Zones that are not the system's. The name is copied. */
struct pim_zone *pim_zone_from_rules(pool_t pool, const char *name, const struct pim_zone_rules *rules);
/* From its changes, ascending, at most PIM_ZONE_MAX_TRANSITIONS; offset holds before the first of them. */
struct pim_zone *pim_zone_from_changes(pool_t pool, const char *name, int offset,
				       const struct pim_zone_change *changes, unsigned int count);
/* A TZif file (RFC 8536, 64-bit data of version 2 and later). NULL = damaged, *error_r says how. */
struct pim_zone *pim_zone_from_tzif(pool_t pool, const char *name, const void *data, size_t size,
				    const char **error_r);

/* Seconds east of UTC at an instant. */
int pim_zone_offset(const struct pim_zone *zone, int64_t utc);
int64_t pim_zone_to_wall(const struct pim_zone *zone, int64_t utc);
/* A wall time that never was (the hour left out in spring) is read with the offset before the gap, one that was twice
   is the first of the two (RFC 5545 3.3.5). */
int64_t pim_zone_to_utc(const struct pim_zone *zone, int64_t wall);

/* The changes of offset whose instant lies in a year (counted by the clock before the change), ascending, at most max.
   Returns how many. */
unsigned int pim_zone_get_changes(const struct pim_zone *zone, int year, struct pim_zone_change *changes_r,
				  unsigned int max);
/* The rules that repeat, or NULL if the zone has none of its own. They need not hold in every year. */
const struct pim_zone_rules *pim_zone_get_rules(const struct pim_zone *zone);
/* The wall time of a rule in a year, on the clock before the change. */
int64_t pim_zone_rule_wall(const struct pim_zone_rule *rule, int year);

#endif
