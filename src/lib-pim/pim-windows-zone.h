/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_WINDOWS_ZONE_H
#define PIM_WINDOWS_ZONE_H

/* Names of Windows' time zones <-> names of the tz database, as CLDR pairs them. Only names: whether the rules
   agree is asked of pim-zone-blob.h, whether the system has such a zone of pim-zone.h. */

/* The zone meant by a Windows name such as "W. Europe Standard Time" (any case), where no country is known;
   NULL = not one of Windows' names. */
const char *pim_windows_zone_find(const char *windows_name);
/* The Windows name of a zone such as "Europe/Vienna"; NULL = Windows has none for it. */
const char *pim_windows_zone_name(const char *zone_name);
/* The zone of row idx, in CLDR's order; NULL after the last. */
const char *pim_windows_zone_get(unsigned int idx);

#endif
