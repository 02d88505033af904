/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-event.h"
#include "pim-itip.h"
#include "pim-recurrence.h"
#include "pim-tree.h"
#include "pim-freebusy.h"

/* Overrides of one event that are asked for what they take; finding each walks through all. */
#define PIM_FREEBUSY_MAX_OVERRIDES 1000

struct pim_freebusy {
	int64_t from_utc, until_utc;
	unsigned int slot_count;
	/* NUL after them */
	char *digits;
};

static bool pim_value_is(const struct pim_component *event, const char *name, const char *value)
{
	const char *found = pim_component_get(event, name);

	return found != NULL && strcasecmp(found, value) == 0;
}

struct pim_freebusy *pim_freebusy_init(pool_t pool, int64_t from_utc, int64_t until_utc)
{
	struct pim_freebusy *freebusy;
	int64_t slots;

	if (until_utc <= from_utc ||
	    (uint64_t)until_utc - (uint64_t)from_utc > (uint64_t)PIM_FREEBUSY_MAX_SLOTS * PIM_FREEBUSY_SLOT_SECS)
		return NULL;
	slots = (until_utc - from_utc + PIM_FREEBUSY_SLOT_SECS - 1) / PIM_FREEBUSY_SLOT_SECS;
	freebusy = p_new(pool, struct pim_freebusy, 1);
	freebusy->from_utc = from_utc;
	freebusy->until_utc = until_utc;
	freebusy->slot_count = slots;
	freebusy->digits = p_malloc(pool, slots + 1);
	memset(freebusy->digits, '0', slots);
	return freebusy;
}

const char *pim_freebusy_digits(const struct pim_freebusy *freebusy)
{
	return freebusy->digits;
}

void pim_freebusy_add_span(struct pim_freebusy *freebusy, int64_t start_utc, int64_t end_utc,
			   enum pim_freebusy_status status)
{
	int64_t start = I_MAX(start_utc, freebusy->from_utc), end = I_MIN(end_utc, freebusy->until_utc);
	unsigned int slot, last;

	if (start >= end)
		return;
	last = (end - 1 - freebusy->from_utc) / PIM_FREEBUSY_SLOT_SECS;
	for (slot = (start - freebusy->from_utc) / PIM_FREEBUSY_SLOT_SECS; slot <= last; slot++) {
		if (freebusy->digits[slot] < '0' + (char)status)
			freebusy->digits[slot] = '0' + (char)status;
	}
}

/* what the event says of itself */
static enum pim_freebusy_status pim_freebusy_own_status(const struct pim_component *event)
{
	if (pim_value_is(event, "STATUS", "CANCELLED") || pim_value_is(event, "TRANSP", "TRANSPARENT"))
		return PIM_FREEBUSY_FREE;
	if (pim_value_is(event, "X-MICROSOFT-CDO-BUSYSTATUS", "OOF"))
		return PIM_FREEBUSY_OUT_OF_OFFICE;
	if (pim_value_is(event, "STATUS", "TENTATIVE") ||
	    pim_value_is(event, "X-MICROSOFT-CDO-BUSYSTATUS", "TENTATIVE"))
		return PIM_FREEBUSY_TENTATIVE;
	/* elsewhere, but there; other programs say opaque or nothing */
	if (pim_value_is(event, "X-MICROSOFT-CDO-BUSYSTATUS", "WORKINGELSEWHERE"))
		return PIM_FREEBUSY_FREE;
	return PIM_FREEBUSY_BUSY;
}

enum pim_freebusy_status
pim_freebusy_status(const struct pim_component *event, const char *const *addresses)
{
	enum pim_freebusy_status status = pim_freebusy_own_status(event);
	const struct pim_property *attendee = pim_itip_find_attendee(event, addresses);
	const char *partstat = attendee == NULL ? NULL : pim_param_get(attendee, "PARTSTAT");

	if (attendee == NULL || status == PIM_FREEBUSY_FREE)
		return status;
	if (partstat != NULL && (strcasecmp(partstat, "DECLINED") == 0 || strcasecmp(partstat, "DELEGATED") == 0))
		return PIM_FREEBUSY_FREE;
	if (partstat == NULL || strcasecmp(partstat, "NEEDS-ACTION") == 0 || strcasecmp(partstat, "TENTATIVE") == 0)
		return I_MIN(status, PIM_FREEBUSY_TENTATIVE);
	return status;
}

static void pim_freebusy_add_series(struct pim_freebusy *freebusy, pool_t pool, const struct pim_component *main,
				    const struct pim_zone *floating, const char *const *addresses)
{
	const struct pim_series *series = pim_event_get_series(pool, main, floating);
	enum pim_freebusy_status main_status = pim_freebusy_status(main, addresses), status;
	const struct pim_component *override;
	struct pim_series_iter *iter;
	struct pim_occurrence occurrence;
	struct pim_event_times times;
	unsigned int overrides = 0;

	if (series == NULL || !pim_event_get_times(pool, main, &times))
		return;
	iter = pim_series_iter_init(series, freebusy->from_utc, freebusy->until_utc);
	while (pim_series_iter_next(iter, &occurrence)) {
		override = occurrence.override_idx < 0 || ++overrides > PIM_FREEBUSY_MAX_OVERRIDES ? NULL :
			pim_event_find_override(pool, main, &times.start, occurrence.id_wall);
		status = override == NULL ? main_status : pim_freebusy_status(override, addresses);
		pim_freebusy_add_span(freebusy, occurrence.start_utc, occurrence.end_utc, status);
	}
	pim_series_iter_deinit(&iter);
}

void pim_freebusy_add(struct pim_freebusy *freebusy, const struct pim_component *main,
		      const struct pim_zone *floating, const char *const *addresses)
{
	pool_t pool = pool_alloconly_create("freebusy event", 4096);

	/* a cancelled series has no occurrences that its overrides could bring back */
	if (!pim_value_is(main, "STATUS", "CANCELLED")) T_BEGIN {
		pim_freebusy_add_series(freebusy, pool, main, floating, addresses);
	} T_END;
	pool_unref(&pool);
}
