/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is known of meetings besides the calendar, where one that was declined is no more: what organizers were told last, by whichever
   device, so that the same is not told again. docs/decisions/196 */

#include "lib.h"
#include "array.h"
#include "hex-binary.h"
#include "pim-tree.h"
#include "eas-followups.h"
#include "eas-user.h"
#include "eas-meeting.h"

const char *eas_meeting_note_name(const struct pim_component *event,
				  const char *organizer)
{
	const char *uid = pim_component_get(event, "UID"), *name;
	unsigned char hash[EAS_PIM_HASH_SIZE];
	int64_t instance;

	eas_pim_hash_make(t_strconcat(uid == NULL ? "" : uid, organizer, NULL), hash);
	name = binary_to_hex(hash, sizeof(hash));
	return !pim_itip_get_instance(event, &instance) ? name :
		t_strdup_printf("%s:%"PRId64, name, instance);
}

const char *eas_meeting_note_get(struct eas_user *user, const char *subject,
				 const char *name)
{
	struct eas_followups *followups;
	const char *text;

	if (eas_followups_read(user->state_store, subject, &followups) < 0)
		return NULL;
	text = t_strdup(eas_followups_find(followups, name));
	eas_followups_free(&followups);
	return text;
}

void eas_meeting_note_set(struct eas_user *user, const char *subject,
			  const char *name, const char *text)
{
	const struct eas_followup update = { .mail_guid = name, .text = text };
	ARRAY_TYPE(eas_followup) updates;

	t_array_init(&updates, 1);
	array_push_back(&updates, &update);
	/* at worst something is told twice */
	(void)eas_followups_update(user->state_store, subject, &updates);
}

void eas_meeting_told_init(struct eas_meeting_told *told_r,
			   const struct pim_component *event, const char *what)
{
	told_r->name = eas_meeting_note_name(event, NULL);
	told_r->text = t_strdup_printf("%u:%s", pim_itip_sequence(event), what);
	told_r->any_sequence = FALSE;
}

bool eas_meeting_was_told(struct eas_user *user, const struct eas_meeting_told *told)
{
	const char *last = eas_meeting_note_get(user, EAS_FOLLOWUPS_ANSWERS, told->name);

	if (last == NULL)
		return FALSE;
	return told->any_sequence ?
		null_strcmp(strchr(last, ':'), strchr(told->text, ':')) == 0 :
		strcmp(last, told->text) == 0;
}
