/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-tree.h"
#include "eas-meeting-type.h"

static bool has_partstat(const struct eas_meeting_facts *facts,
			 const struct pim_component *event, const char *partstat)
{
	const struct pim_property *attendee = event == NULL ? NULL :
		pim_itip_find_attendee(event, facts->own);

	return attendee != NULL && pim_param_has(attendee, "PARTSTAT", partstat);
}

static bool is_answered(const struct eas_meeting_facts *facts)
{
	return has_partstat(facts, facts->entry, "ACCEPTED") ||
		has_partstat(facts, facts->entry, "TENTATIVE");
}

/*
 * The types
 */

static bool is_no_invitation(const struct eas_meeting_facts *facts)
{
	return facts->itip->method != PIM_ITIP_REQUEST;
}

static bool is_outdated(const struct eas_meeting_facts *facts)
{
	unsigned int sequence = facts->itip->sequence;
	time_t stamp = facts->itip->stamp_utc;

	if (facts->entry != NULL && pim_itip_sequence(facts->entry) > sequence)
		return TRUE;
	return facts->seen &&
		(facts->seen_sequence > sequence ||
		 (facts->seen_sequence == sequence && stamp != 0 &&
		  facts->seen_stamp_utc > stamp));
}

static bool is_delegators_copy(const struct eas_meeting_facts *facts)
{
	return has_partstat(facts, facts->itip->event, "DELEGATED");
}

static bool is_delegated(const struct eas_meeting_facts *facts)
{
	return has_partstat(facts, facts->entry, "DELEGATED");
}

static bool is_informational(const struct eas_meeting_facts *facts)
{
	return is_answered(facts) &&
		pim_itip_is_same_time(facts->itip->event, facts->entry) &&
		!pim_itip_is_same_text(facts->itip->event, facts->entry);
}

static bool is_full_update(const struct eas_meeting_facts *facts)
{
	return facts->itip->sequence > 0 || facts->seen ||
		(facts->entry != NULL &&
		 !pim_itip_is_same_time(facts->itip->event, facts->entry));
}

/* the first that applies */
static const struct {
	enum eas_meeting_type type;
	bool (*applies)(const struct eas_meeting_facts *facts);
} meeting_types[] = {
	{ EAS_MEETING_TYPE_UNSPECIFIED,		is_no_invitation },
	{ EAS_MEETING_TYPE_OUTDATED,		is_outdated },
	{ EAS_MEETING_TYPE_DELEGATORS_COPY,	is_delegators_copy },
	{ EAS_MEETING_TYPE_DELEGATED,		is_delegated },
	{ EAS_MEETING_TYPE_INFORMATIONAL,	is_informational },
	{ EAS_MEETING_TYPE_FULL_UPDATE,		is_full_update },
};

enum eas_meeting_type eas_meeting_type_get(const struct eas_meeting_facts *facts)
{
	enum eas_meeting_type type = EAS_MEETING_TYPE_FIRST;
	bool applies = FALSE;

	for (unsigned int i = 0; i < N_ELEMENTS(meeting_types) && !applies; i++) T_BEGIN {
		applies = meeting_types[i].applies(facts);
		if (applies)
			type = meeting_types[i].type;
	} T_END;
	return type;
}
