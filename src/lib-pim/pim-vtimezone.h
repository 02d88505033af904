/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PIM_VTIMEZONE_H
#define PIM_VTIMEZONE_H

/* The VTIMEZONEs that a calendar for others must have: what it says of its zones, for programs that do not know their names.

   RFC 5545 "Time Zone Component" (3.6.5) */

struct pim_component;

/* Add one for each TZID in the VEVENTs of root that is a zone of the system and has none yet, before all else. */
void pim_vtimezone_add_missing(pool_t pool, struct pim_component *root);

#endif
