/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef EAS_MEETING_H
#define EAS_MEETING_H

/* The user's part in meetings: the entry in the calendar that an invitation is about, and the one mail
   that tells the organizer or the attendees. docs/decisions/141 */

#include "eas-pim-folder.h"
#include "pim-itip.h"

struct eas_cmd_context;

/* The calendar meetings go to, open and up to date. Returns 1, 0 = the user has none, -1 = not now (logged). */
int eas_meeting_open_calendar(struct eas_cmd_context *ctx,
			      struct eas_pim_folder **pim_r);

/* The entry with this UID. row_r NULL = there is none. Returns 0, -1 = it cannot be read now. */
int eas_meeting_find(struct eas_pim_folder *pim, const char *uid, pool_t pool,
		     const struct eas_pim_row **row_r,
		     struct pim_object **object_r);

/* The VEVENT of that occurrence; made as a copy of the series where there is none of its own. NULL = there is no such
   occurrence. */
struct pim_component *
eas_meeting_get_instance(struct pim_object *object, time_t instance_utc);
/* Take the occurrence out of the series. */
void eas_meeting_remove_instance(struct pim_object *object,
				 const struct pim_component *instance);

struct eas_meeting_mail {
	enum pim_itip_method method;
	const struct pim_component *calendar;
	/* NULL-terminated */
	const char *const *to;
	const char *subject, *text;
	/* only a repetition of the same has it again */
	const char *key;
};
/* Send it, if it was not sent before. Returns 0, -1 = not now (logged). What is refused for good counts as sent. */
int eas_meeting_send(struct eas_cmd_context *ctx,
		     const struct eas_meeting_mail *mail);
/* "itip:REPLY:uid:sequence:instance:..." Data stack. */
const char *eas_meeting_key(const struct pim_component *event,
			    const char *method, const char *what);

#endif
