/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What attendees are told when the organizer's device changes a meeting. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "pim-event.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "pim-zone.h"
#include "eas-cmd.h"
#include "eas-user.h"
#include "eas-meeting.h"

struct meeting_news {
	struct eas_meeting_change *change;
	pool_t pool;
	/* NULL = there was none, there is none any more */
	const struct pim_object *before, *after;
	const char *const *own;
};

static bool is_told(const struct meeting_news *news, const struct pim_property *attendee,
		    const char *address)
{
	const char *agent = pim_param_get(attendee, "SCHEDULE-AGENT");

	return *address != '\0' && !str_array_icase_find(news->own, address) &&
		(agent == NULL || strcasecmp(agent, "SERVER") == 0);
}

static bool
array_has(const ARRAY_TYPE(const_string) *addresses, const char *address)
{
	const char *const *item;

	array_foreach(addresses, item) {
		if (strcasecmp(*item, address) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Who is invited to event, without the user. One without an address can't be told (quirk 77). object, event: NULL = nobody */
static void
get_attendees(const struct meeting_news *news, const struct pim_object *object,
	      const struct pim_component *event, ARRAY_TYPE(const_string) *addresses)
{
	const struct pim_property *attendee;

	t_array_init(addresses, 8);
	if (object == NULL || event == NULL ||
	    !pim_itip_is_organizer(pim_object_main(object), news->own))
		return;
	for (attendee = pim_property_find(event, "ATTENDEE"); attendee != NULL;
	     attendee = pim_property_find_next(attendee)) {
		const char *address = pim_itip_address(attendee);

		if (is_told(news, attendee, address) &&
		    !array_has(addresses, address))
			array_push_back(addresses, &address);
	}
}

/* Those of addresses that are among others, or that are not. */
static void
pick(const ARRAY_TYPE(const_string) *addresses,
     const ARRAY_TYPE(const_string) *others, bool among,
     ARRAY_TYPE(const_string) *picked)
{
	const char *const *address;

	t_array_init(picked, 8);
	array_foreach(addresses, address) {
		if (array_has(others, *address) == among)
			array_push_back(picked, address);
	}
}

static void
tell(struct meeting_news *news, enum pim_itip_method method,
     struct pim_component *calendar, ARRAY_TYPE(const_string) *to)
{
	const struct pim_component *event = pim_component_find(calendar, "VEVENT");
	const char *title = pim_component_get_text(event, "SUMMARY");
	const char *text = pim_component_get_text(event, "DESCRIPTION");
	struct eas_meeting_mail mail = {
		.method = method, .calendar = calendar, .text = text == NULL ? "" : text
	};

	if (array_is_empty(to))
		return;
	if (title == NULL)
		title = "";
	mail.subject = method == PIM_ITIP_CANCEL ?
		t_strconcat("Canceled: ", title, NULL) : title;
	array_append_zero(to);
	array_pop_back(to);
	mail.to = array_front(to);
	eas_meeting_post(news->change, &mail);
}

/* What it says, without the days that were taken out: of these others are told. instance: as for pim_itip_new_message() */
static uint64_t message_digest(struct meeting_news *news, const struct pim_object *object,
			       const struct pim_component *instance)
{
	struct pim_component *message = pim_itip_new_message(news->pool, object,
		PIM_ITIP_REQUEST, instance, ioloop_time), *event;

	for (event = pim_component_find(message, "VEVENT"); event != NULL;
	     event = pim_component_find_next(event)) {
		pim_property_remove_all(event, "EXDATE");
		pim_property_remove_all(event, "SEQUENCE");
	}
	return pim_tree_digest(message);
}

/* Those of old that are not in new are told that it is off. instance: as for pim_itip_new_message() */
static void tell_removed(struct meeting_news *news, const struct pim_component *instance,
			 const ARRAY_TYPE(const_string) *old,
			 const ARRAY_TYPE(const_string) *new)
{
	ARRAY_TYPE(const_string) gone;

	pick(old, new, FALSE, &gone);
	if (!array_is_empty(&gone)) {
		tell(news, PIM_ITIP_CANCEL, pim_itip_new_message(news->pool,
			news->before, PIM_ITIP_CANCEL, instance, ioloop_time), &gone);
	}
}

static bool has_exdate(const struct pim_component *event, const char *value)
{
	const struct pim_property *exdate = pim_property_find(event, "EXDATE");

	for (; exdate != NULL; exdate = pim_property_find_next(exdate)) {
		if (strstr(exdate->value, value) != NULL)
			return TRUE;
	}
	return FALSE;
}

static void tell_instance_off(struct meeting_news *news, const struct pim_property *exdate,
			     const char *value, ARRAY_TYPE(const_string) *to)
{
	struct pim_object before = *news->before;
	struct pim_property one = *exdate;
	struct pim_component *instance;
	struct pim_time time;

	one.value = value;
	before.root = pim_component_copy(news->pool, news->before->root);
	if (!pim_event_get_time(news->pool, pim_object_main(&before), &one, &time))
		return;
	instance = eas_meeting_get_instance(&before, pim_time_to_utc(&time, NULL));
	if (instance != NULL) {
		tell(news, PIM_ITIP_CANCEL, pim_itip_new_message(news->pool, &before,
			PIM_ITIP_CANCEL, instance, ioloop_time), to);
	}
}

static void tell_instances_off(struct meeting_news *news, ARRAY_TYPE(const_string) *to)
{
	const struct pim_component *old = pim_object_main(news->before);
	const struct pim_property *exdate =
		pim_property_find(pim_object_main(news->after), "EXDATE");
	const char *const *value;

	for (; exdate != NULL; exdate = pim_property_find_next(exdate)) {
		for (value = t_strsplit(exdate->value, ","); *value != NULL; value++) {
			if (!has_exdate(old, *value))
				tell_instance_off(news, exdate, *value, to);
		}
	}
}

/* old, new: who is invited to the series, before and after */
static void tell_series(struct meeting_news *news, const ARRAY_TYPE(const_string) *old,
			ARRAY_TYPE(const_string) *new)
{
	tell_removed(news, NULL, old, new);
	if (array_is_empty(new))
		return;
	if (news->before != NULL) {
		tell_instances_off(news, new);
		if (message_digest(news, news->before, NULL) ==
		    message_digest(news, news->after, NULL))
			return;
	}
	tell(news, PIM_ITIP_REQUEST, pim_itip_new_message(news->pool,
		news->after, PIM_ITIP_REQUEST, NULL, ioloop_time), new);
}

/* Who is invited to this day and not to the series hears of the day. before, after: NULL = it is not on its own; old, new as for
   tell_series(). RFC 6638 3.2.6 */
static void tell_guests(struct meeting_news *news, const struct pim_component *before,
			const struct pim_component *after,
			const ARRAY_TYPE(const_string) *old,
			const ARRAY_TYPE(const_string) *new)
{
	ARRAY_TYPE(const_string) all_before, all_after, guests_before, guests, told;

	get_attendees(news, news->before, before, &all_before);
	get_attendees(news, news->after, after, &all_after);
	pick(&all_before, old, FALSE, &guests_before);
	pick(&all_after, new, FALSE, &guests);
	array_append_array(&all_after, new);
	tell_removed(news, before, &guests_before, &all_after);
	if (before == NULL || after == NULL ||
	    message_digest(news, news->before, before) !=
	    message_digest(news, news->after, after))
		told = guests;
	else {
		/* those who were told that the series is off */
		pick(&guests, old, TRUE, &told);
	}
	if (!array_is_empty(&told)) {
		tell(news, PIM_ITIP_REQUEST, pim_itip_new_message(news->pool,
			news->after, PIM_ITIP_REQUEST, after, ioloop_time), &told);
	}
}

/* Days that are no longer on their own, then those that are. */
static void tell_days(struct meeting_news *news, const ARRAY_TYPE(const_string) *old,
		      const ARRAY_TYPE(const_string) *new)
{
	const struct pim_component *event;

	event = news->before == NULL ? NULL :
		pim_component_find(news->before->root, "VEVENT");
	for (; event != NULL; event = pim_component_find_next(event)) T_BEGIN {
		if (event != pim_object_main(news->before) &&
		    (news->after == NULL ||
		     pim_itip_find_event(news->after, event) == NULL))
			tell_guests(news, event, NULL, old, new);
	} T_END;
	event = news->after == NULL ? NULL :
		pim_component_find(news->after->root, "VEVENT");
	for (; event != NULL; event = pim_component_find_next(event)) T_BEGIN {
		if (event != pim_object_main(news->after)) {
			tell_guests(news, news->before == NULL ? NULL :
				    pim_itip_find_event(news->before, event),
				    event, old, new);
		}
	} T_END;
}

static void tell_news(struct meeting_news *news)
{
	ARRAY_TYPE(const_string) old, new;

	get_attendees(news, news->before, news->before == NULL ? NULL :
		      pim_object_main(news->before), &old);
	get_attendees(news, news->after, news->after == NULL ? NULL :
		      pim_object_main(news->after), &new);
	tell_series(news, &old, &new);
	tell_days(news, &old, &new);
}

void eas_meeting_post_news(struct eas_meeting_change *change,
			   const struct pim_object *before,
			   const struct pim_object *after)
{
	struct meeting_news news = {
		.change = change, .before = before, .after = after,
		.own = eas_user_get_addresses(change->ctx->user)
	};

	if (!eas_meeting_is_ours_to_tell(change->ctx))
		return;
	news.pool = pool_alloconly_create("eas meeting news", 16*1024);
	T_BEGIN {
		tell_news(&news);
	} T_END;
	pool_unref(&news.pool);
}

/*
 * Another time
 */

static void ask_again(struct meeting_news *news, struct pim_component *event)
{
	bool ours = eas_meeting_is_ours_to_tell(news->change->ctx);
	struct pim_property *attendee = pim_property_find(event, "ATTENDEE");

	for (; attendee != NULL; attendee = pim_property_find_next(attendee)) {
		pim_param_set(news->pool, attendee, PIM_ITIP_PROPOSED_PARAM, NULL);
		if (!ours || str_array_icase_find(news->own, pim_itip_address(attendee)) ||
		    pim_param_has(attendee, "PARTSTAT", "NEEDS-ACTION"))
			continue;
		pim_param_set(news->pool, attendee, "PARTSTAT", "NEEDS-ACTION");
		pim_param_set(news->pool, attendee, "RSVP", "TRUE");
	}
}

void eas_meeting_ask_again(struct eas_meeting_change *change,
			   const struct pim_object *before, struct pim_object *after)
{
	struct meeting_news news = {
		.change = change, .pool = after->pool,
		.own = eas_user_get_addresses(change->ctx->user)
	};
	struct pim_component *event, *old;

	if (!pim_itip_is_organizer(pim_object_main(after), news.own))
		return;
	for (event = pim_component_find(after->root, "VEVENT"); event != NULL;
	     event = pim_component_find_next(event)) {
		old = pim_itip_find_event(before, event);
		if (old != NULL && pim_itip_sequence(event) > pim_itip_sequence(old))
			ask_again(&news, event);
	}
}
