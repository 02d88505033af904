/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "pim-event.h"
#include "pim-rrule.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "eas-meeting-type.h"

/* what may change without asking again */
static const char *const text_properties[] = {
	"SUMMARY", "LOCATION", "DESCRIPTION"
};

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

static bool time_equals(const struct pim_time *a, const struct pim_time *b)
{
	return a->is_date == b->is_date &&
		pim_time_to_utc(a, NULL) == pim_time_to_utc(b, NULL);
}

static bool get_rule(const struct pim_component *event, struct pim_rrule *rule_r)
{
	const char *value = pim_component_get(event, "RRULE"), *error;

	i_zero(rule_r);
	return value != NULL && pim_rrule_parse(value, rule_r, &error) == 0;
}

static bool rule_equals(const struct pim_component *a, const struct pim_component *b)
{
	struct pim_rrule rule_a, rule_b;
	bool has_a = get_rule(a, &rule_a), has_b = get_rule(b, &rule_b);

	return has_a == has_b && (!has_a || pim_rrule_equals(&rule_a, &rule_b));
}

static unsigned int count_days_off(const struct pim_component *event)
{
	const struct pim_property *exdate = pim_property_find(event, "EXDATE");
	unsigned int count = 0;

	for (; exdate != NULL; exdate = pim_property_find_next(exdate))
		count += str_array_length(t_strsplit(exdate->value, ","));
	return count;
}

/* Is it still when it was? An instance without a VEVENT of its own was when its RECURRENCE-ID says. */
static bool is_same_time(const struct eas_meeting_facts *facts)
{
	const struct pim_component *event = facts->itip->event, *entry = facts->entry;
	const struct pim_property *id = pim_property_find(event, "RECURRENCE-ID");
	pool_t pool = pool_datastack_create();
	struct pim_event_times times, entry_times;
	struct pim_time instance;

	if (!pim_event_get_times(pool, event, &times) ||
	    !pim_event_get_times(pool, entry, &entry_times))
		return FALSE;
	if (id != NULL && pim_property_find(entry, "RECURRENCE-ID") == NULL) {
		return pim_event_get_time(pool, event, id, &instance) &&
			time_equals(&times.start, &instance) &&
			pim_event_duration(&times, NULL) ==
				pim_event_duration(&entry_times, NULL);
	}
	return time_equals(&times.start, &entry_times.start) &&
		time_equals(&times.end, &entry_times.end) &&
		rule_equals(event, entry) &&
		count_days_off(event) == count_days_off(entry);
}

static bool is_same_text(const struct eas_meeting_facts *facts)
{
	for (unsigned int i = 0; i < N_ELEMENTS(text_properties); i++) {
		const char *text = pim_component_get_text(facts->itip->event,
							  text_properties[i]);
		const char *entry = pim_component_get_text(facts->entry,
							   text_properties[i]);

		if (strcmp(text == NULL ? "" : text, entry == NULL ? "" : entry) != 0)
			return FALSE;
	}
	return TRUE;
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
	return is_answered(facts) && is_same_time(facts) && !is_same_text(facts);
}

static bool is_full_update(const struct eas_meeting_facts *facts)
{
	return facts->itip->sequence > 0 || facts->seen ||
		(facts->entry != NULL && !is_same_time(facts));
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
