/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MEETING_TYPE_H
#define EAS_MEETING_TYPE_H

/* What an invitation is to its reader: the first one, an update, or out of date.

   MS-ASEMAIL "MeetingMessageType" (2.2.2.47) */

#include "pim-itip.h"

enum eas_meeting_type {
	/* a cancellation, a proposal */
	EAS_MEETING_TYPE_UNSPECIFIED = 0,
	EAS_MEETING_TYPE_FIRST = 1,
	/* it wants an answer */
	EAS_MEETING_TYPE_FULL_UPDATE = 2,
	/* the answer that was given stands */
	EAS_MEETING_TYPE_INFORMATIONAL = 3,
	/* a newer one came before */
	EAS_MEETING_TYPE_OUTDATED = 4,
	/* of who has sent somebody else */
	EAS_MEETING_TYPE_DELEGATORS_COPY = 5,
	EAS_MEETING_TYPE_DELEGATED = 6
};

struct eas_meeting_facts {
	const struct pim_itip *itip;
	/* of the calendar: the VEVENT that it is about, or of its series; NULL = there is none */
	const struct pim_component *entry;
	/* the user's addresses; NULL-terminated */
	const char *const *own;
	/* the newest invitation to the same that was seen before */
	bool seen;
	unsigned int seen_sequence;
	/* 0 = it did not say */
	time_t seen_stamp_utc;
};

enum eas_meeting_type
eas_meeting_type_get(const struct eas_meeting_facts *facts);

#endif
