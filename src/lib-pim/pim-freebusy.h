/* SPDX-License-Identifier: LGPL-2.1-or-later */

#ifndef PIM_FREEBUSY_H
#define PIM_FREEBUSY_H

/* When somebody has time: events -> one digit for each half hour. Whose calendars may be asked, and by whom, is the
   caller's.

   MS-ASCMD "MergedFreeBusy" (2.2.3.107) */

struct pim_component;
struct pim_zone;
struct pim_freebusy;

#define PIM_FREEBUSY_SLOT_SECS 1800
/* MergedFreeBusy has at most 32 kB */
#define PIM_FREEBUSY_MAX_SLOTS 32768

enum pim_freebusy_status {
	PIM_FREEBUSY_FREE = 0,
	PIM_FREEBUSY_TENTATIVE = 1,
	PIM_FREEBUSY_BUSY = 2,
	PIM_FREEBUSY_OUT_OF_OFFICE = 3,
	PIM_FREEBUSY_NO_DATA = 4
};

/* Half hours from from_utc on, all free; the last may be shorter. NULL = none, or too many. */
struct pim_freebusy *pim_freebusy_init(pool_t pool, int64_t from_utc, int64_t until_utc);
/* What one event (with its siblings, the overrides) takes: of two in a half hour the higher digit stays. Free time,
   cancelled events and those that the owner has declined take nothing; what the owner has not answered is tentative.
   floating: where floating times and dates are, NULL = UTC. addresses: the owner's, lowercase, NULL-terminated. */
void pim_freebusy_add(struct pim_freebusy *freebusy, const struct pim_component *main,
		      const struct pim_zone *floating, const char *const *addresses);
/* A span of one status. */
void pim_freebusy_add_span(struct pim_freebusy *freebusy, int64_t start_utc, int64_t end_utc,
			   enum pim_freebusy_status status);
/* "0022310…" in the pool of freebusy */
const char *pim_freebusy_digits(const struct pim_freebusy *freebusy);

/* What one VEVENT takes. X-MICROSOFT-CDO-BUSYSTATUS counts while TRANSP and STATUS do not say otherwise. */
enum pim_freebusy_status
pim_freebusy_status(const struct pim_component *event, const char *const *addresses);

#endif
