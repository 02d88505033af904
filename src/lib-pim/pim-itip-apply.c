/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a message about a meeting changes in a calendar. */

#include "lib.h"
#include "array.h"
#include "pim-event.h"
#include "pim-itip.h"
#include "pim-recurrence.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "pim-vtimezone.h"

/* An attendee's own, which no invitation changes. */
static const char *const own_properties[] = {
	"CATEGORIES", "CLASS", "CREATED", "TRANSP",
	"X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-REPLYTIME"
};

static const struct {
	const char *partstat, *status, *transp, *busy;
} partstat_effects[] = {
	{ "ACCEPTED", "CONFIRMED", "OPAQUE", "BUSY" },
	{ "TENTATIVE", "TENTATIVE", "OPAQUE", "TENTATIVE" },
	{ "DECLINED", NULL, "TRANSPARENT", "FREE" },
};

struct pim_object *pim_itip_new_object(pool_t pool, const struct pim_itip *itip,
				       enum pim_format format)
{
	struct pim_object *object =
		pim_object_new(pool, PIM_KIND_EVENT, format, itip->uid);
	const struct pim_component *child;

	pim_component_remove(pim_object_main(object));
	for (child = itip->root->components_head; child != NULL;
	     child = child->next)
		pim_component_append(object->root, pim_component_copy(pool, child));
	return object;
}

static struct pim_component *
find_event(const struct pim_object *object, bool has_instance, int64_t instance)
{
	struct pim_component *event = pim_component_find(object->root, "VEVENT");

	for (; event != NULL; event = pim_component_find_next(event)) {
		int64_t utc;
		bool is_instance = pim_itip_get_instance(event, &utc);

		if (is_instance == has_instance &&
		    (!has_instance || utc == instance))
			return event;
	}
	return NULL;
}

struct pim_component *
pim_itip_find_event(const struct pim_object *object,
		    const struct pim_component *event)
{
	int64_t instance = 0;
	bool has_instance = pim_itip_get_instance(event, &instance);

	return find_event(object, has_instance, instance);
}

/* A message need not have them: then it is when and as long as the instance would be. */
static void
complete_times(struct pim_object *object, const struct pim_component *master,
	       struct pim_component *override)
{
	struct pim_event_times times;
	struct pim_property *start;
	struct pim_time end;

	if (pim_property_find(override, "DTSTART") == NULL) {
		start = pim_property_add_copy(object->pool, override,
			pim_property_find(override, "RECURRENCE-ID"));
		start->name = "DTSTART";
	}
	start = pim_property_find(override, "DTSTART");
	if (pim_property_find(override, "DTEND") != NULL ||
	    pim_property_find(override, "DURATION") != NULL ||
	    !pim_event_get_times(object->pool, master, &times) ||
	    !pim_event_get_time(object->pool, override, start, &end))
		return;
	end.wall += times.end.wall - times.start.wall;
	pim_event_set_time(object->pool, override, "DTEND", &end);
}

/* It is about one instance, and cannot be told which. */
static bool is_of_unknown_instance(const struct pim_component *event)
{
	int64_t utc;

	return pim_property_find(event, "RECURRENCE-ID") != NULL &&
		!pim_itip_get_instance(event, &utc);
}

/* Does the series have the occurrence that event is about? */
static bool
series_has(struct pim_object *object, const struct pim_component *master,
	   const struct pim_component *event)
{
	const struct pim_property *id = pim_property_find(event, "RECURRENCE-ID");
	struct pim_series *series = pim_event_get_series(object->pool, master, NULL);
	struct pim_event_times times;
	struct pim_occurrence occurrence;
	struct pim_time instance;

	return series != NULL && id != NULL &&
		pim_event_get_times(object->pool, master, &times) &&
		pim_event_get_time(object->pool, event, id, &instance) &&
		pim_series_find(series, pim_event_id_wall(&instance, &times.start),
				&occurrence);
}

/* Of event, which is in object or is to be: the override that does not exist yet is a copy of the master. NULL = there is no such
   occurrence. */
static struct pim_component *
get_override(struct pim_object *object, const struct pim_component *event)
{
	struct pim_component *master = find_event(object, FALSE, 0), *override;
	static const char *const series[] = {
		"RRULE", "RDATE", "EXDATE", "EXRULE", "DTSTART", "DTEND", "DURATION",
		"RECURRENCE-ID"
	};
	static const char *const taken[] = {
		"RECURRENCE-ID", "DTSTART", "DTEND", "DURATION"
	};

	if (master == NULL || !series_has(object, master, event))
		return NULL;
	override = pim_component_copy(object->pool, master);
	for (unsigned int i = 0; i < N_ELEMENTS(series); i++)
		pim_property_remove_all(override, series[i]);
	for (unsigned int i = 0; i < N_ELEMENTS(taken); i++) {
		const struct pim_property *property =
			pim_property_find(event, taken[i]);

		if (property != NULL) {
			pim_vtimezone_take(object->pool, event, master,
				pim_property_add_copy(object->pool, override, property));
		}
	}
	pim_component_append(object->root, override);
	complete_times(object, master, override);
	return override;
}

static void
keep_own(struct pim_object *object, const struct pim_component *old,
	 struct pim_component *event)
{
	const struct pim_component *child;
	const struct pim_property *property;

	for (unsigned int i = 0; i < N_ELEMENTS(own_properties); i++) {
		property = pim_property_find(old, own_properties[i]);
		if (property == NULL)
			continue;
		pim_property_remove_all(event, own_properties[i]);
		pim_property_add_copy(object->pool, event, property);
	}
	for (property = old->properties_head; property != NULL;
	     property = property->next) {
		if (strncasecmp(property->name, "X-EAS-", 6) == 0)
			pim_property_add_copy(object->pool, event, property);
	}
	while (event->components_head != NULL)
		pim_component_remove(event->components_head);
	for (child = old->components_head; child != NULL; child = child->next) {
		pim_component_append(event,
			pim_component_copy(object->pool, child));
	}
}

static bool is_newer(const struct pim_component *old, const struct pim_component *event)
{
	unsigned int old_sequence = pim_itip_sequence(old);
	unsigned int sequence = pim_itip_sequence(event);
	const char *old_stamp = pim_component_get(old, "DTSTAMP");
	const char *stamp = pim_component_get(event, "DTSTAMP");

	if (sequence != old_sequence)
		return sequence > old_sequence;
	return old_stamp == NULL || stamp == NULL || strcmp(stamp, old_stamp) > 0;
}

/* old: NULL = there is none yet */
static struct pim_component *
replace_event(struct pim_object *object, struct pim_component *old,
	      const struct pim_component *event)
{
	struct pim_component *copy = pim_component_copy(object->pool, event);
	struct pim_property *property;

	for (property = copy->properties_head; property != NULL; property = property->next) T_BEGIN {
		pim_vtimezone_take(object->pool, event, object->root, property);
	} T_END;
	if (old != NULL) {
		keep_own(object, old, copy);
		pim_component_remove(old);
	}
	pim_component_append(object->root, copy);
	return copy;
}

bool pim_itip_apply_request(struct pim_object *object, const struct pim_itip *itip)
{
	struct pim_component *event, *old;
	bool changed = FALSE;

	for (event = pim_component_find(itip->root, "VEVENT"); event != NULL;
	     event = pim_component_find_next(event)) {
		old = pim_itip_find_event(object, event);
		if (is_of_unknown_instance(event) ||
		    (old != NULL && !is_newer(old, event)))
			continue;
		(void)replace_event(object, old, event);
		changed = TRUE;
	}
	return changed;
}

static void
keep_answer(struct pim_object *object, const char *const *own,
	    const struct pim_component *old, struct pim_component *event)
{
	const struct pim_property *answer = pim_itip_find_attendee(old, own);
	struct pim_property *attendee = pim_itip_find_attendee(event, own);
	const char *partstat = answer == NULL ? NULL :
		pim_param_get(answer, "PARTSTAT");

	if (partstat == NULL || attendee == NULL)
		return;
	pim_param_set(object->pool, attendee, "PARTSTAT", partstat);
	pim_param_set(object->pool, attendee, "RSVP",
		      pim_param_get(answer, "RSVP"));
}

/* Those of the mail are among them. */
static void
keep_days_off(struct pim_object *object, const struct pim_component *old,
	      struct pim_component *event)
{
	const struct pim_property *exdate = pim_property_find(old, "EXDATE");

	pim_property_remove_all(event, "EXDATE");
	for (; exdate != NULL; exdate = pim_property_find_next(exdate))
		pim_property_add_copy(object->pool, event, exdate);
}

static bool
update_event(struct pim_object *object, const struct pim_component *event,
	     const char *const *own, bool may_keep_answer)
{
	struct pim_component *old = pim_itip_find_event(object, event);
	/* a day that is not on its own yet was answered with the series */
	const struct pim_component *answered = old != NULL ? old :
		find_event(object, FALSE, 0);
	unsigned int sequence = pim_itip_sequence(event);
	bool same_time = answered != NULL && pim_itip_is_same_time(event, answered);
	struct pim_component *copy;

	if (old != NULL && sequence < pim_itip_sequence(old))
		return FALSE;
	if (old != NULL && sequence == pim_itip_sequence(old)) {
		if (same_time && pim_itip_is_same_text(event, old))
			return FALSE;
		may_keep_answer = TRUE;
	}
	/* a day that was declined with what the calendar has */
	if (old == NULL && answered != NULL &&
	    (may_keep_answer || sequence <= pim_itip_sequence(answered)) &&
	    pim_itip_is_day_off(event, answered))
		return FALSE;
	copy = replace_event(object, old, event);
	if (same_time && may_keep_answer) {
		keep_answer(object, own, answered, copy);
		if (old != NULL)
			keep_days_off(object, old, copy);
	}
	return TRUE;
}

bool pim_itip_apply_update(struct pim_object *object, const struct pim_itip *itip,
			   const char *const *own, bool may_keep_answer)
{
	const struct pim_component *event;
	bool changed = FALSE;

	for (event = pim_component_find(itip->root, "VEVENT"); event != NULL;
	     event = pim_component_find_next(event)) T_BEGIN {
		if (!is_of_unknown_instance(event) &&
		    update_event(object, event, own, may_keep_answer))
			changed = TRUE;
	} T_END;
	return changed;
}

/* When an attendee answered last: mails may be seen in any order, and again. */
#define REPLY_STAMP_PARAM "X-EAS-REPLY-STAMP"

/* proposed: the times the attendee would like better; NULL = none */
static bool
set_attendee(struct pim_object *object, struct pim_component *event,
	     const struct pim_property *answer, const char *stamp,
	     const char *proposed)
{
	const char *const addresses[] = { pim_itip_address(answer), NULL };
	const char *partstat = pim_param_get(answer, "PARTSTAT");
	struct pim_property *attendee;
	const char *old_stamp;

	attendee = *addresses[0] == '\0' ? NULL :
		pim_itip_find_attendee(event, addresses);
	if (attendee == NULL || partstat == NULL ||
	    (null_strcmp(pim_param_get(attendee, "PARTSTAT"), partstat) == 0 &&
	     null_strcmp(pim_param_get(attendee, PIM_ITIP_PROPOSED_PARAM),
			 proposed) == 0))
		return FALSE;
	old_stamp = pim_param_get(attendee, REPLY_STAMP_PARAM);
	if (stamp != NULL && old_stamp != NULL && strcmp(stamp, old_stamp) < 0)
		return FALSE;
	pim_param_set(object->pool, attendee, "PARTSTAT", partstat);
	pim_param_set(object->pool, attendee, "RSVP", NULL);
	pim_param_set(object->pool, attendee, REPLY_STAMP_PARAM, stamp);
	pim_param_set(object->pool, attendee, PIM_ITIP_PROPOSED_PARAM, proposed);
	return TRUE;
}

static bool
apply_answer(struct pim_object *object, const struct pim_component *event,
	     const struct pim_property *answer, const char *proposed)
{
	const char *const addresses[] = {
		answer == NULL ? "" : pim_itip_address(answer), NULL };
	struct pim_component *target = pim_itip_find_event(object, event);
	const struct pim_component *master;

	/* an answer is of one attendee */
	if (answer == NULL || *addresses[0] == '\0' || is_of_unknown_instance(event))
		return FALSE;
	if (target == NULL) {
		master = find_event(object, FALSE, 0);
		if (master == NULL ||
		    pim_itip_find_attendee(master, addresses) == NULL)
			return FALSE;
		if ((target = get_override(object, event)) == NULL)
			return FALSE;
	} else if (pim_itip_sequence(event) < pim_itip_sequence(target) &&
		   pim_property_find(event, "SEQUENCE") != NULL) {
		/* to a version that was changed since */
		return FALSE;
	}
	return set_attendee(object, target, answer,
			    pim_component_get(event, "DTSTAMP"), proposed);
}

bool pim_itip_apply_reply(struct pim_object *object, const struct pim_itip *itip)
{
	const struct pim_component *event;
	bool changed = FALSE;

	for (event = pim_component_find(itip->root, "VEVENT"); event != NULL;
	     event = pim_component_find_next(event)) T_BEGIN {
		if (apply_answer(object, event,
				 pim_property_find(event, "ATTENDEE"), NULL))
			changed = TRUE;
	} T_END;
	return changed;
}

/* "start/end", UTC. FALSE = it does not say when. */
static bool
get_proposed(pool_t pool, const struct pim_component *event, const char **proposed_r)
{
	struct pim_event_times times;

	if (!pim_event_get_times(pool, event, &times))
		return FALSE;
	*proposed_r = p_strdup_printf(pool, "%s/%s",
		pim_object_stamp(pim_time_to_utc(&times.start, NULL)),
		pim_object_stamp(pim_time_to_utc(&times.end, NULL)));
	return TRUE;
}

/* A copy with all that is beside it, such as its zones. */
static struct pim_component *copy_event(pool_t pool, const struct pim_itip *itip)
{
	struct pim_component *root = pim_component_copy(pool, itip->root);
	struct pim_component *copy = root->components_head;
	const struct pim_component *event = itip->root->components_head;

	for (; event != itip->event; event = event->next)
		copy = copy->next;
	return copy;
}

bool pim_itip_apply_counter(struct pim_object *object, const struct pim_itip *itip,
			    const char *address)
{
	static const char *const times[] = { "DTSTART", "DTEND", "DURATION" };
	const char *const addresses[] = { address, NULL };
	struct pim_component *event = copy_event(object->pool, itip);
	const char *proposed;

	if (!get_proposed(object->pool, itip->event, &proposed))
		return FALSE;
	/* the instance stays when it is */
	for (unsigned int i = 0; i < N_ELEMENTS(times); i++)
		pim_property_remove_all(event, times[i]);
	return apply_answer(object, event, pim_itip_find_attendee(event, addresses),
			    proposed);
}

static bool
cancel_event(struct pim_object *object, struct pim_component *target,
	     const struct pim_component *event)
{
	const char *status = pim_component_get(target, "STATUS");

	if ((status != NULL && strcasecmp(status, "CANCELLED") == 0) ||
	    pim_itip_sequence(event) < pim_itip_sequence(target))
		return FALSE;
	pim_property_set(object->pool, target, "STATUS", "CANCELLED");
	pim_property_set(object->pool, target, "TRANSP", "TRANSPARENT");
	pim_property_set(object->pool, target, "X-MICROSOFT-CDO-BUSYSTATUS", NULL);
	if (pim_property_find(event, "SEQUENCE") != NULL) {
		pim_property_set(object->pool, target, "SEQUENCE",
				 pim_component_get(event, "SEQUENCE"));
	}
	return TRUE;
}

bool pim_itip_apply_cancel(struct pim_object *object, const struct pim_itip *itip)
{
	const struct pim_component *event;
	bool changed = FALSE;

	for (event = pim_component_find(itip->root, "VEVENT"); event != NULL;
	     event = pim_component_find_next(event)) {
		struct pim_component *target = pim_itip_find_event(object, event);

		if (is_of_unknown_instance(event))
			continue;
		if (target == NULL &&
		    pim_property_find(event, "RECURRENCE-ID") != NULL)
			target = get_override(object, event);
		if (target != NULL && cancel_event(object, target, event))
			changed = TRUE;
	}
	return changed;
}

void pim_itip_set_partstat(struct pim_object *object, struct pim_component *event,
			   const char *const *addresses, const char *partstat,
			   time_t now)
{
	struct pim_property *attendee = pim_itip_find_attendee(event, addresses);
	pool_t pool = object->pool;

	if (attendee == NULL) {
		/* came by a list, or was forwarded */
		attendee = pim_property_add(pool, event, "ATTENDEE",
			t_strconcat("mailto:", addresses[0], NULL));
	}
	pim_param_set(pool, attendee, "PARTSTAT", partstat);
	pim_param_set(pool, attendee, "RSVP", NULL);
	pim_property_set(pool, event, "X-MICROSOFT-CDO-REPLYTIME",
			 pim_object_stamp(now));
	for (unsigned int i = 0; i < N_ELEMENTS(partstat_effects); i++) {
		if (strcmp(partstat_effects[i].partstat, partstat) != 0)
			continue;
		if (partstat_effects[i].status != NULL) {
			pim_property_set(pool, event, "STATUS",
					 partstat_effects[i].status);
		}
		pim_property_set(pool, event, "TRANSP", partstat_effects[i].transp);
		pim_property_set(pool, event, "X-MICROSOFT-CDO-BUSYSTATUS",
				 partstat_effects[i].busy);
	}
}
