/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "wbxml-writer.h"
#include "pim-itip.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-tag.h"
#include "eas-value.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar-private.h"

/* Attendees, one ATTENDEE each, known by their address. Parameters without an element stay.

   MS-ASCAL "Attendee" (2.2.2.3), "AttendeeStatus" (2.2.2.5), "AttendeeType" (2.2.2.6) */

#define ATTENDEE_TYPE_REQUIRED 1
#define ATTENDEE_TYPE_OPTIONAL 2
#define ATTENDEE_TYPE_RESOURCE 3

static const struct {
	const char *partstat;
	unsigned int status;
} attendee_statuses[] = {
	{ "TENTATIVE", 2 },
	{ "ACCEPTED", 3 },
	{ "DECLINED", 4 },
	{ "NEEDS-ACTION", 5 }
};

static unsigned int attendee_get_status(const struct pim_property *attendee)
{
	const char *partstat = pim_param_get(attendee, "PARTSTAT");
	unsigned int i;

	for (i = 0; partstat != NULL && i < N_ELEMENTS(attendee_statuses); i++) {
		if (strcasecmp(partstat, attendee_statuses[i].partstat) == 0)
			return attendee_statuses[i].status;
	}
	return 0;
}

static const char *partstat_of_status(unsigned int status)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(attendee_statuses); i++) {
		if (attendee_statuses[i].status == status)
			return attendee_statuses[i].partstat;
	}
	return "NEEDS-ACTION";
}

static unsigned int attendee_get_type(const struct pim_property *attendee)
{
	if (pim_param_has(attendee, "CUTYPE", "RESOURCE") ||
	    pim_param_has(attendee, "CUTYPE", "ROOM"))
		return ATTENDEE_TYPE_RESOURCE;
	if (pim_param_has(attendee, "ROLE", "OPT-PARTICIPANT") ||
	    pim_param_has(attendee, "ROLE", "NON-PARTICIPANT"))
		return ATTENDEE_TYPE_OPTIONAL;
	return ATTENDEE_TYPE_REQUIRED;
}

static void attendee_set_type(struct eas_pim_context *ctx, struct pim_property *attendee,
			      unsigned int type)
{
	bool was_resource = attendee_get_type(attendee) == ATTENDEE_TYPE_RESOURCE;

	pim_param_set(ctx->pool, attendee, "ROLE",
		      type == ATTENDEE_TYPE_REQUIRED ? "REQ-PARTICIPANT" :
		      type == ATTENDEE_TYPE_OPTIONAL ? "OPT-PARTICIPANT" : "NON-PARTICIPANT");
	if (type == ATTENDEE_TYPE_RESOURCE || was_resource) {
		pim_param_set(ctx->pool, attendee, "CUTYPE",
			      type == ATTENDEE_TYPE_RESOURCE ? "RESOURCE" : NULL);
	}
}

/* The organizer is often listed among those invited: it is told as OrganizerEmail (quirk 81). Without an address nobody can
   be told at all. */
static bool attendee_is_shown(const struct pim_component *component,
			      const struct pim_property *attendee)
{
	const struct pim_property *organizer = pim_property_find(component, "ORGANIZER");
	const char *address = calendar_get_address(attendee);
	const char *organizer_address = organizer == NULL ? NULL :
		calendar_get_address(organizer);

	return address != NULL &&
		(organizer_address == NULL || strcasecmp(address, organizer_address) != 0);
}

static const struct pim_property *
next_shown(const struct pim_component *component, const struct pim_property *attendee)
{
	while (attendee != NULL && !attendee_is_shown(component, attendee))
		attendee = pim_property_find_next(attendee);
	return attendee;
}

static const char *attendee_get_name(const struct pim_property *attendee)
{
	const char *name = pim_param_get(attendee, "CN");

	return name == NULL || *name == '\0' ? calendar_get_address(attendee) : name;
}

/* "start/end", UTC: what somebody invited would like better */
static void proposal_write(struct eas_pim_context *ctx, const struct pim_property *attendee,
			   struct wbxml_writer *writer)
{
	const char *value = pim_param_get(attendee, PIM_ITIP_PROPOSED_PARAM);
	const char *const *times;
	time_t start, end;

	if (value == NULL || ctx->version < EAS_VERSION_16_1)
		return;
	times = t_strsplit(value, "/");
	if (str_array_length(times) != 2 || eas_date_parse(times[0], &start) < 0 ||
	    eas_date_parse(times[1], &end) < 0)
		return;
	wbxml_writer_element(writer, EAS_TAG_MEETING_RESPONSE_PROPOSED_START_TIME,
			     eas_date_format_compact(start));
	wbxml_writer_element(writer, EAS_TAG_MEETING_RESPONSE_PROPOSED_END_TIME,
			     eas_date_format_compact(end));
}

static void attendees_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			    const struct pim_component *component, struct wbxml_writer *writer)
{
	const struct pim_property *attendee = pim_property_find(component, "ATTENDEE");

	wbxml_writer_start_optional(writer, row->tag);
	for (attendee = next_shown(component, attendee); attendee != NULL;
	     attendee = next_shown(component, pim_property_find_next(attendee))) {
		wbxml_writer_start(writer, EAS_TAG_CALENDAR_ATTENDEE);
		wbxml_writer_element(writer, EAS_TAG_CALENDAR_EMAIL,
				     calendar_get_address(attendee));
		wbxml_writer_element(writer, EAS_TAG_CALENDAR_NAME, attendee_get_name(attendee));
		wbxml_writer_element_uint(writer, EAS_TAG_CALENDAR_ATTENDEE_STATUS,
					  attendee_get_status(attendee));
		wbxml_writer_element_uint(writer, EAS_TAG_CALENDAR_ATTENDEE_TYPE,
					  attendee_get_type(attendee));
		proposal_write(ctx, attendee, writer);
		wbxml_writer_end(writer, EAS_TAG_CALENDAR_ATTENDEE);
	}
	wbxml_writer_end(writer, row->tag);
}

/*
 * Changing
 */

struct attendee_sent {
	const char *email, *name;
	/* -1 = not said */
	int status, type;
};

static int attendee_parse(struct eas_pim_context *ctx, const struct wbxml_node *node,
			  struct attendee_sent *sent_r)
{
	const struct wbxml_node *child;
	unsigned int number;

	i_zero(sent_r);
	sent_r->status = sent_r->type = -1;
	sent_r->email = wbxml_node_child_value(node, EAS_TAG_CALENDAR_EMAIL);
	sent_r->name = wbxml_node_child_value(node, EAS_TAG_CALENDAR_NAME);
	child = wbxml_node_child(node, EAS_TAG_CALENDAR_ATTENDEE_STATUS);
	if (!eas_pim_node_is_empty(child)) {
		if (eas_uint_parse_range(child->value, 0, 5, &number) < 0 || number == 1)
			return eas_pim_refuse(ctx, child, "not one of its values");
		/* 16.x: it is not the device's to say */
		if (ctx->version < EAS_VERSION_16_0)
			sent_r->status = number;
	}
	child = wbxml_node_child(node, EAS_TAG_CALENDAR_ATTENDEE_TYPE);
	if (!eas_pim_node_is_empty(child)) {
		if (eas_uint_parse_range(child->value, ATTENDEE_TYPE_REQUIRED,
					 ATTENDEE_TYPE_RESOURCE, &number) < 0)
			return eas_pim_refuse(ctx, child, "not one of its values");
		sent_r->type = number;
	}
	return 0;
}

static struct pim_property *attendee_find(struct pim_component *component, const char *email)
{
	struct pim_property *attendee = pim_property_find(component, "ATTENDEE");
	const char *address;

	for (; attendee != NULL; attendee = pim_property_find_next(attendee)) {
		address = calendar_get_address(attendee);
		if (address != NULL && strcasecmp(address, email) == 0)
			return attendee;
	}
	return NULL;
}

static void attendee_add(struct eas_pim_context *ctx, struct pim_component *component,
			 const struct attendee_sent *sent)
{
	struct pim_property *attendee =
		pim_property_add(ctx->pool, component, "ATTENDEE",
				 t_strconcat("mailto:", sent->email, NULL));

	if (sent->name != NULL && *sent->name != '\0')
		pim_param_set(ctx->pool, attendee, "CN", sent->name);
	attendee_set_type(ctx, attendee, sent->type < 0 ? ATTENDEE_TYPE_REQUIRED : sent->type);
	pim_param_set(ctx->pool, attendee, "PARTSTAT",
		      partstat_of_status(sent->status < 0 ? 0 : sent->status));
	pim_param_set(ctx->pool, attendee, "RSVP", "TRUE");
}

static void attendee_change(struct eas_pim_context *ctx, struct pim_property *attendee,
			    const struct attendee_sent *sent)
{
	if (sent->name != NULL && *sent->name != '\0' &&
	    !eas_pim_text_equal(sent->name, attendee_get_name(attendee)))
		pim_param_set(ctx->pool, attendee, "CN", sent->name);
	if (sent->type >= 0 && attendee_get_type(attendee) != (unsigned int)sent->type)
		attendee_set_type(ctx, attendee, sent->type);
	if (sent->status >= 0 && attendee_get_status(attendee) != (unsigned int)sent->status) {
		pim_param_set(ctx->pool, attendee, "PARTSTAT",
			      partstat_of_status(sent->status));
	}
}

/* Quirk 77: who has no address cannot be invited. */
static bool attendee_is_somebody(const struct attendee_sent *sent)
{
	return sent->email != NULL && *sent->email != '\0';
}

static void attendees_remove_others(struct pim_component *component,
				    const struct attendee_sent *sent, unsigned int count)
{
	struct pim_property *attendee, *next;
	const char *address;
	unsigned int i;

	for (attendee = pim_property_find(component, "ATTENDEE"); attendee != NULL;
	     attendee = next) {
		next = pim_property_find_next(attendee);
		if (!attendee_is_shown(component, attendee))
			continue;
		address = calendar_get_address(attendee);
		for (i = 0; i < count; i++) {
			if (attendee_is_somebody(&sent[i]) &&
			    strcasecmp(sent[i].email, address) == 0)
				break;
		}
		if (i == count)
			pim_property_remove(component, attendee);
	}
}

static int attendees_set(struct eas_pim_context *ctx, const struct eas_pim_property *row ATTR_UNUSED,
			 struct pim_component *component, const struct wbxml_node *node)
{
	ARRAY(struct attendee_sent) list;
	const struct attendee_sent *sent;
	const struct wbxml_node *child;
	struct pim_property *attendee;
	unsigned int i, count;

	t_array_init(&list, 16);
	for (child = node == NULL ? NULL : wbxml_node_child(node, EAS_TAG_CALENDAR_ATTENDEE);
	     child != NULL; child = wbxml_node_next_same(child)) {
		if (attendee_parse(ctx, child, array_append_space(&list)) < 0)
			return -1;
	}
	sent = array_get(&list, &count);
	attendees_remove_others(component, sent, count);
	for (i = 0; i < count; i++) {
		if (!attendee_is_somebody(&sent[i]))
			continue;
		attendee = attendee_find(component, sent[i].email);
		if (attendee == NULL)
			attendee_add(ctx, component, &sent[i]);
		else
			attendee_change(ctx, attendee, &sent[i]);
	}
	return 0;
}

/* Whoever is invited does not say who else is, nor what they answered (quirks 72, 95). Status alone says nothing from
   16.x on, so that it is not compared. */
static bool attendees_same(struct eas_pim_context *ctx,
			   const struct eas_pim_property *row ATTR_UNUSED,
			   const struct pim_component *component,
			   const struct wbxml_node *shown, const struct wbxml_node *sent)
{
	if (!ctx->filling && !calendar_is_organizer(ctx, component))
		return TRUE;
	return eas_pim_node_equal(shown, sent);
}

const struct eas_pim_type calendar_type_attendees = {
	attendees_write, attendees_set, attendees_same
};
