/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What an invitation is to the user: that depends on the calendar, and on what came before. Whatever it was when it was
   seen first, it stays, until a newer one makes it an old one. */

#include "lib.h"
#include "pim-tree.h"
#include "eas-followups.h"
#include "eas-user.h"
#include "eas-meeting.h"

#define SEEN_TAKEN "taken"

/* the newest invitation: "SEQUENCE DTSTAMP type", and SEEN_TAKEN */
struct seen {
	unsigned int sequence;
	time_t stamp_utc;
	unsigned int type;
	/* the calendar has it */
	bool taken;
};

static bool seen_parse(const char *text, struct seen *seen_r)
{
	const char *const *fields = text == NULL ? NULL : t_strsplit(text, " ");
	unsigned int count = fields == NULL ? 0 : str_array_length(fields);

	seen_r->taken = count == 4 && strcmp(fields[3], SEEN_TAKEN) == 0;
	return (count == 3 || seen_r->taken) &&
		str_to_uint(fields[0], &seen_r->sequence) == 0 &&
		str_to_time(fields[1], &seen_r->stamp_utc) == 0 &&
		str_to_uint(fields[2], &seen_r->type) == 0 &&
		seen_r->type <= EAS_MEETING_TYPE_DELEGATED;
}

static const char *get_organizer(const struct pim_component *event)
{
	const struct pim_property *organizer = pim_property_find(event, "ORGANIZER");

	return organizer == NULL ? "" : pim_itip_address(organizer);
}

/* The VEVENT of the calendar, unless it is of another organizer's meeting; NULL = none. Returns 0, -1 = it cannot be said
   now (logged). */
static int
find_entry(struct eas_user *user, const struct pim_itip *itip, pool_t pool,
	   const struct pim_component **entry_r)
{
	const struct pim_component *entry;
	const struct eas_pim_row *row;
	struct eas_pim_folder *calendar;
	struct pim_object *object;
	int ret;

	*entry_r = NULL;
	if ((ret = eas_meeting_open_calendar(user, user->event, &calendar)) <= 0)
		return ret;
	ret = eas_meeting_find(calendar, itip->uid, pool, &row, &object);
	if (ret == 0 && row != NULL) {
		entry = pim_itip_find_event(object, itip->event);
		if (entry == NULL)
			entry = pim_object_main(object);
		if (strcmp(get_organizer(entry), get_organizer(itip->event)) == 0)
			*entry_r = entry;
	}
	eas_pim_folder_close(&calendar);
	return ret;
}

static bool seen_is(const struct seen *seen, const struct pim_itip *itip)
{
	return seen->sequence == itip->sequence && seen->stamp_utc == itip->stamp_utc;
}

static void
seen_note(struct eas_user *user, const char *name, const struct pim_itip *itip,
	  unsigned int type, bool taken)
{
	eas_meeting_note_set(user, EAS_FOLLOWUPS_INVITATIONS, name,
		t_strdup_printf("%u %"PRIdTIME_T" %u%s", itip->sequence,
				itip->stamp_utc, type, taken ? " "SEEN_TAKEN : ""));
}

/* name: of the note; NULL = nothing is noted */
static enum eas_meeting_type
get_type(struct eas_user *user, const struct pim_itip *itip, const char *name)
{
	struct eas_meeting_facts facts = {
		.itip = itip, .own = eas_user_get_addresses(user)
	};
	struct seen seen;
	enum eas_meeting_type type;
	pool_t pool;
	bool known;

	facts.seen = name != NULL &&
		seen_parse(eas_meeting_note_get(user, EAS_FOLLOWUPS_INVITATIONS, name),
			   &seen);
	if (facts.seen) {
		if (seen_is(&seen, itip))
			return seen.type;
		facts.seen_sequence = seen.sequence;
		facts.seen_stamp_utc = seen.stamp_utc;
	}
	pool = pool_alloconly_create("eas meeting type", 16*1024);
	known = find_entry(user, itip, pool, &facts.entry) == 0;
	type = eas_meeting_type_get(&facts);
	pool_unref(&pool);
	if (known && name != NULL && type != EAS_MEETING_TYPE_OUTDATED)
		seen_note(user, name, itip, type, FALSE);
	return type;
}

/* The note of this very invitation, if there is one. */
static bool
get_seen(struct eas_user *user, const struct pim_itip *itip, const char **name_r,
	 struct seen *seen_r)
{
	if (itip->method != PIM_ITIP_REQUEST)
		return FALSE;
	*name_r = eas_meeting_note_name(itip->event, get_organizer(itip->event));
	return seen_parse(eas_meeting_note_get(user, EAS_FOLLOWUPS_INVITATIONS, *name_r),
			  seen_r) && seen_is(seen_r, itip);
}

bool eas_meeting_is_taken(struct eas_user *user, const struct pim_itip *itip)
{
	const char *name;
	struct seen seen;
	bool taken;

	T_BEGIN {
		taken = get_seen(user, itip, &name, &seen) && seen.taken;
	} T_END;
	return taken;
}

void eas_meeting_set_taken(struct eas_user *user, const struct pim_itip *itip)
{
	const char *name;
	struct seen seen;

	T_BEGIN {
		if (get_seen(user, itip, &name, &seen) && !seen.taken)
			seen_note(user, name, itip, seen.type, TRUE);
	} T_END;
}

enum eas_meeting_type
eas_meeting_get_type(struct eas_user *user, const struct pim_itip *itip,
		     const char *from)
{
	enum eas_meeting_type type = EAS_MEETING_TYPE_UNSPECIFIED;

	if (itip->method == PIM_ITIP_REQUEST) T_BEGIN {
		const char *organizer = get_organizer(itip->event);

		/* else anybody could make the organizer's updates old ones */
		type = get_type(user, itip, strcasecmp(organizer, from) != 0 ? NULL :
			eas_meeting_note_name(itip->event, organizer));
	} T_END;
	return type;
}
