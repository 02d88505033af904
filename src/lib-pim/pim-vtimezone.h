/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_VTIMEZONE_H
#define PIM_VTIMEZONE_H

/* The VTIMEZONEs that a calendar for others must have, for programs that do not know its zones by their names; and those that came
   with an object, for us if we do not.

   RFC 5545 "Time Zone Component" (3.6.5) */

struct pim_component;
struct pim_property;
struct pim_zone;

/* STANDARD and DAYLIGHT of one that is read. */
#define PIM_VTIMEZONE_MAX_OBSERVANCES 100
/* Rules without end are followed until then. */
#define PIM_VTIMEZONE_LAST_YEAR 2100

/* Add one for each TZID in the VEVENTs of root that is a zone of the system and has none yet, before all else. */
void pim_vtimezone_add_missing(pool_t pool, struct pim_component *root);

/* The one with this TZID in the object of component; NULL = there is none. */
struct pim_component *pim_vtimezone_get(const struct pim_component *component, const char *tzid);
/* Add one for a zone, whatever it is, to the object of component: with its rules, or with its changes from a year on. NULL = it is UTC,
   or there is one of its name. */
struct pim_component *pim_vtimezone_add(pool_t pool, const struct pim_component *component, const struct pim_zone *zone, int year);

/* Of a property copied out of the object of from, for that of component: its TZID means there what it meant. The VTIMEZONE comes along if it is no
   zone of the system; under another name if that one has another of its name. */
void pim_vtimezone_take(pool_t pool, const struct pim_component *from,
			const struct pim_component *component,
			struct pim_property *property);

/* The zone of the VTIMEZONE with this TZID in the object of component, in pool: the system's if its X-LIC-LOCATION names one, else as
   it describes itself. NULL = there is none, or it cannot be read. TZID itself is not looked up: pim_zone_find(). */
const struct pim_zone *pim_vtimezone_find(pool_t pool, const struct pim_component *component, const char *tzid);

#endif
