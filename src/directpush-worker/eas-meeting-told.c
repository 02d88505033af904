/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What organizers were told last, by whichever device: the same is not told again. It is not in the calendar, where a
   meeting that was declined is no more. docs/decisions/196 */

#include "lib.h"
#include "array.h"
#include "hex-binary.h"
#include "pim-tree.h"
#include "eas-followups.h"
#include "eas-cmd.h"
#include "eas-user.h"
#include "eas-meeting.h"

void eas_meeting_told_init(struct eas_meeting_told *told_r,
			   const struct pim_component *event, const char *what)
{
	const char *uid = pim_component_get(event, "UID");
	unsigned char hash[EAS_PIM_HASH_SIZE];
	int64_t instance;

	eas_pim_hash_make(uid == NULL ? "" : uid, hash);
	told_r->name = binary_to_hex(hash, sizeof(hash));
	if (pim_itip_get_instance(event, &instance)) {
		told_r->name = t_strdup_printf("%s:%"PRId64, told_r->name,
					       instance);
	}
	told_r->text = t_strdup_printf("%u:%s", pim_itip_sequence(event), what);
	told_r->any_sequence = FALSE;
}

const char *eas_meeting_told_get(struct eas_cmd_context *ctx, const char *name)
{
	struct eas_followups *followups;
	const char *told;

	if (eas_followups_read(ctx->user->state_store, EAS_FOLLOWUPS_ANSWERS,
			       &followups) < 0)
		return NULL;
	told = p_strdup(ctx->pool, eas_followups_find(followups, name));
	eas_followups_free(&followups);
	return told;
}

bool eas_meeting_was_told(struct eas_cmd_context *ctx,
			  const struct eas_meeting_told *told)
{
	const char *last = eas_meeting_told_get(ctx, told->name);

	if (last == NULL)
		return FALSE;
	return told->any_sequence ?
		null_strcmp(strchr(last, ':'), strchr(told->text, ':')) == 0 :
		strcmp(last, told->text) == 0;
}

void eas_meeting_set_told(struct eas_cmd_context *ctx,
			  const struct eas_meeting_told *told)
{
	const struct eas_followup update = {
		.mail_guid = told->name, .text = told->text
	};
	ARRAY_TYPE(eas_followup) updates;

	t_array_init(&updates, 1);
	array_push_back(&updates, &update);
	/* at worst it is told twice */
	(void)eas_followups_update(ctx->user->state_store, EAS_FOLLOWUPS_ANSWERS,
				   &updates);
}
