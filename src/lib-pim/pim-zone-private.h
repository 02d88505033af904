/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_ZONE_PRIVATE_H
#define PIM_ZONE_PRIVATE_H

/* What a zone is, for pim-zone*.c. */

#include "pim-zone.h"

struct pim_zone_transition {
	/* from this instant on */
	int64_t utc;
	int offset;
};

struct pim_zone {
	const char *name;
	/* before the first transition */
	int first_offset;
	/* ascending */
	const struct pim_zone_transition *transitions;
	unsigned int transition_count;
	/* after the last of them */
	bool has_rules;
	struct pim_zone_rules rules;
};

struct pim_zone_blob;

/* pim_zone_blob_from_zone() without names. */
void pim_zone_blob_project(const struct pim_zone *zone, int year, struct pim_zone_blob *blob_r);
/* What a blob says, in either order of standard and daylight. */
void pim_zone_blob_get_rules(const struct pim_zone_blob *blob, struct pim_zone_rules *rules_r);
/* The footer of a TZif file: a TZ string as POSIX has it, with RFC 8536's hours of -167 to 167. */
bool pim_zone_rules_parse(const char *text, struct pim_zone_rules *rules_r);

#endif
