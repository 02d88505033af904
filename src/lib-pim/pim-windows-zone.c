/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-windows-zone.h"

struct pim_windows_zone {
	const char *name, *zone;
	/* separated by spaces */
	const char *others;
};

#define PIM_WINDOWS_ZONE(name, zone, others) { name, zone, others },
static const struct pim_windows_zone pim_windows_zones[] = {
#include "pim-windows-zones.def"
};

const char *pim_windows_zone_find(const char *windows_name)
{
	for (unsigned int i = 0; i < N_ELEMENTS(pim_windows_zones); i++) {
		if (strcasecmp(pim_windows_zones[i].name, windows_name) == 0)
			return pim_windows_zones[i].zone;
	}
	return NULL;
}

static bool pim_windows_zone_has(const struct pim_windows_zone *row, const char *zone_name)
{
	size_t len = strlen(zone_name);
	const char *p = row->others;

	if (strcmp(row->zone, zone_name) == 0)
		return TRUE;
	while (*p != '\0') {
		size_t word_len = strcspn(p, " ");

		if (word_len == len && memcmp(p, zone_name, len) == 0)
			return TRUE;
		p += word_len;
		if (*p == ' ')
			p++;
	}
	return FALSE;
}

const char *pim_windows_zone_name(const char *zone_name)
{
	for (unsigned int i = 0; i < N_ELEMENTS(pim_windows_zones); i++) {
		if (pim_windows_zone_has(&pim_windows_zones[i], zone_name))
			return pim_windows_zones[i].name;
	}
	return NULL;
}

const char *pim_windows_zone_get(unsigned int idx)
{
	return idx < N_ELEMENTS(pim_windows_zones) ? pim_windows_zones[idx].zone : NULL;
}
