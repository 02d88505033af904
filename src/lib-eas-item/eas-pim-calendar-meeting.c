/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "wbxml-writer.h"
#include "pim-tree.h"
#include "pim-text.h"
#include "eas-value.h"
#include "eas-pim-row.h"
#include "eas-pim-calendar-private.h"

/* Who invites whom, and what the user said to it. The organizer's word counts: a device of somebody who is invited
   can't make itself the organizer, nor answer for others (quirk 72). */

const char *calendar_get_address(const struct pim_property *property)
{
	const char *value = property->value;
	size_t len;

	if (strncasecmp(value, "mailto:", 7) == 0)
		value += 7;
	else if (strchr(value, '@') == NULL)
		value = pim_param_get(property, "EMAIL");
	if (value == NULL)
		return NULL;
	len = strlen(value);
	/* Kolab's way, where it has come here by other ways */
	if (len > 2 && value[0] == '<' && value[len - 1] == '>')
		value = t_strndup(value + 1, len - 2);
	return *value == '\0' ? NULL : value;
}

bool calendar_is_own_address(const struct eas_pim_context *ctx, const char *address)
{
	return address != NULL && ctx->addresses != NULL &&
		str_array_icase_find(ctx->addresses, address);
}

static const char *own_address(const struct eas_pim_context *ctx)
{
	return ctx->addresses == NULL ? NULL : ctx->addresses[0];
}

static const char *organizer_address(const struct pim_component *component)
{
	const struct pim_property *organizer = pim_property_find(component, "ORGANIZER");

	return organizer == NULL ? NULL : calendar_get_address(organizer);
}

bool calendar_is_organizer(const struct eas_pim_context *ctx,
			   const struct pim_component *component)
{
	const char *address = organizer_address(component);

	return address == NULL || calendar_is_own_address(ctx, address);
}

bool calendar_is_meeting(const struct eas_pim_context *ctx,
			 const struct pim_component *component)
{
	return pim_property_find(component, "ATTENDEE") != NULL ||
		!calendar_is_organizer(ctx, component);
}

static const struct pim_property *
own_attendee(const struct eas_pim_context *ctx, const struct pim_component *component)
{
	const struct pim_property *attendee = pim_property_find(component, "ATTENDEE");

	while (attendee != NULL &&
	       !calendar_is_own_address(ctx, calendar_get_address(attendee)))
		attendee = pim_property_find_next(attendee);
	return attendee;
}

void calendar_bump_sequence(struct eas_pim_context *ctx, struct pim_component *component)
{
	const char *value = pim_component_get(component, "SEQUENCE");
	unsigned int sequence = 0;

	if (ctx->filling || !calendar_is_meeting(ctx, component) ||
	    !calendar_is_organizer(ctx, component))
		return;
	if (value != NULL && str_to_uint(value, &sequence) < 0)
		return;
	pim_property_set(ctx->pool, component, "SEQUENCE", t_strdup_printf("%u", sequence + 1));
}

/*
 * Organizer
 */

static void organizer_email_write(struct eas_pim_context *ctx,
				  const struct eas_pim_property *row,
				  const struct pim_component *component,
				  struct wbxml_writer *writer)
{
	const char *address = organizer_address(component);

	/* without, some take an appointment for somebody else's meeting (quirk 80) */
	eas_pim_write_text(writer, row->tag, address != NULL ? address : own_address(ctx));
}

static void organizer_name_write(struct eas_pim_context *ctx,
				 const struct eas_pim_property *row,
				 const struct pim_component *component,
				 struct wbxml_writer *writer)
{
	const struct pim_property *organizer = pim_property_find(component, "ORGANIZER");
	const char *name = NULL;

	if (organizer != NULL)
		name = pim_param_get(organizer, "CN");
	if (name == NULL || *name == '\0')
		name = organizer_address(component);
	eas_pim_write_text(writer, row->tag, name != NULL ? name : own_address(ctx));
}

/* 16.x: the user is it. Before: whoever the device says, as long as nobody is. */
static bool organizer_same(struct eas_pim_context *ctx,
			   const struct eas_pim_property *row ATTR_UNUSED,
			   const struct pim_component *component,
			   const struct wbxml_node *shown ATTR_UNUSED,
			   const struct wbxml_node *sent)
{
	return ctx->version >= EAS_VERSION_16_0 || eas_pim_node_is_empty(sent) ||
		(!ctx->filling && pim_property_find(component, "ORGANIZER") != NULL);
}

static int organizer_email_set(struct eas_pim_context *ctx,
			       const struct eas_pim_property *row ATTR_UNUSED,
			       struct pim_component *component, const struct wbxml_node *node)
{
	/* what is no address stands for nobody; the user's own is said where there is a meeting: calendar_meeting_finish() */
	if (node == NULL || strchr(node->value, '@') == NULL ||
	    calendar_is_own_address(ctx, node->value))
		return 0;
	pim_property_set(ctx->pool, component, "ORGANIZER",
			 t_strconcat("mailto:", node->value, NULL));
	return 0;
}

static int organizer_name_set(struct eas_pim_context *ctx,
			      const struct eas_pim_property *row ATTR_UNUSED,
			      struct pim_component *component, const struct wbxml_node *node)
{
	struct pim_property *organizer = pim_property_find(component, "ORGANIZER");

	if (node == NULL || !ctx->filling)
		return 0;
	if (organizer != NULL)
		pim_param_set(ctx->pool, organizer, "CN", node->value);
	else
		ctx->own_name = p_strdup(ctx->pool, node->value);
	return 0;
}

const struct eas_pim_type calendar_type_organizer_email = {
	organizer_email_write, organizer_email_set, organizer_same
};
const struct eas_pim_type calendar_type_organizer_name = {
	organizer_name_write, organizer_name_set, organizer_same
};

void calendar_meeting_finish(struct eas_pim_context *ctx, struct pim_component *component)
{
	struct pim_property *organizer;

	if (pim_property_find(component, "ATTENDEE") == NULL ||
	    pim_property_find(component, "ORGANIZER") != NULL || own_address(ctx) == NULL)
		return;
	/* quirk 78: attendees, and nobody who invites them */
	organizer = pim_property_add(ctx->pool, component, "ORGANIZER",
				     t_strconcat("mailto:", own_address(ctx), NULL));
	if (ctx->own_name != NULL)
		pim_param_set(ctx->pool, organizer, "CN", ctx->own_name);
}

/*
 * MeetingStatus
 */

#define MEETING_STATUS_MEETING 1
#define MEETING_STATUS_RECEIVED 2
#define MEETING_STATUS_CANCELLED 4
#define MEETING_STATUS_FORWARDED 8
#define MEETING_STATUS_PROPERTY "X-EAS-MEETINGSTATUS"

static bool is_cancelled(const struct pim_component *component)
{
	const char *status = pim_component_get(component, "STATUS");

	return status != NULL && strcasecmp(status, "CANCELLED") == 0;
}

static unsigned int meeting_status_get(const struct eas_pim_context *ctx,
				       const struct pim_component *component)
{
	const char *own = pim_component_get(component, MEETING_STATUS_PROPERTY);
	unsigned int status = MEETING_STATUS_MEETING, stored = 0;

	if (!calendar_is_meeting(ctx, component))
		return 0;
	if (!calendar_is_organizer(ctx, component))
		status |= MEETING_STATUS_RECEIVED;
	if (is_cancelled(component))
		status |= MEETING_STATUS_CANCELLED;
	if (own != NULL && str_to_uint(own, &stored) == 0)
		status |= stored & MEETING_STATUS_FORWARDED;
	return status;
}

static void meeting_status_write(struct eas_pim_context *ctx,
				 const struct eas_pim_property *row,
				 const struct pim_component *component,
				 struct wbxml_writer *writer)
{
	wbxml_writer_element_uint(writer, row->tag, meeting_status_get(ctx, component));
}

/* MS-ASCAL "MeetingStatus" (2.2.2.28): none of the bits means anything without the first */
static bool meeting_status_is_valid(unsigned int status)
{
	return status == 0 || (status < 16 && (status & MEETING_STATUS_MEETING) != 0);
}

static int meeting_status_set(struct eas_pim_context *ctx,
			      const struct eas_pim_property *row ATTR_UNUSED,
			      struct pim_component *component, const struct wbxml_node *node)
{
	unsigned int wanted = 0, old = meeting_status_get(ctx, component);

	if (node != NULL && (eas_uint_parse(node->value, &wanted) < 0 ||
			     !meeting_status_is_valid(wanted)))
		return eas_pim_refuse(ctx, node, "not one of its values");
	/* Whether it is a meeting, the attendees say. That it is off, its organizer says, but the device of an attendee may
	   have read a cancellation before the server did. */
	if ((old & MEETING_STATUS_MEETING) == 0 || (wanted & MEETING_STATUS_MEETING) == 0)
		return 0;
	if ((wanted & MEETING_STATUS_CANCELLED) != 0 && !is_cancelled(component)) {
		pim_property_set(ctx->pool, component, "STATUS", "CANCELLED");
		calendar_bump_sequence(ctx, component);
	} else if ((wanted & MEETING_STATUS_CANCELLED) == 0 && is_cancelled(component) &&
		   calendar_is_organizer(ctx, component)) {
		pim_property_set(ctx->pool, component, "STATUS", "CONFIRMED");
		calendar_bump_sequence(ctx, component);
	}
	if (((wanted ^ old) & MEETING_STATUS_FORWARDED) != 0) {
		pim_property_set(ctx->pool, component, MEETING_STATUS_PROPERTY,
				 (wanted & MEETING_STATUS_FORWARDED) == 0 ? NULL :
				 t_strdup_printf("%u", wanted));
	}
	return 0;
}

const struct eas_pim_type calendar_type_meeting_status = {
	meeting_status_write, meeting_status_set, NULL
};

/*
 * The user's answer
 */

/* MS-ASCAL "ResponseType" (2.2.2.40) */
static unsigned int response_type_get(const struct eas_pim_context *ctx,
				      const struct pim_component *component)
{
	static const struct {
		const char *partstat;
		unsigned int type;
	} types[] = {
		{ "TENTATIVE", 2 },
		{ "ACCEPTED", 3 },
		{ "DECLINED", 4 }
	};
	const struct pim_property *attendee;
	const char *partstat;
	unsigned int i;

	if (!calendar_is_meeting(ctx, component))
		return 0;
	if (calendar_is_organizer(ctx, component))
		return 1;
	attendee = own_attendee(ctx, component);
	partstat = attendee == NULL ? NULL : pim_param_get(attendee, "PARTSTAT");
	for (i = 0; partstat != NULL && i < N_ELEMENTS(types); i++) {
		if (strcasecmp(partstat, types[i].partstat) == 0)
			return types[i].type;
	}
	return 5;
}

static void response_type_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
				const struct pim_component *component,
				struct wbxml_writer *writer)
{
	wbxml_writer_element_uint(writer, row->tag, response_type_get(ctx, component));
}

static void reply_time_write(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			     const struct pim_component *component,
			     struct wbxml_writer *writer)
{
	const struct pim_property *property = pim_property_find(component, row->name);
	unsigned int type = response_type_get(ctx, component);
	struct pim_time time;

	/* only of an answer. MS-ASCAL "Message Processing Events and Sequencing Rules" (3.2.5) */
	if (property != NULL && type >= 2 && type <= 4 &&
	    pim_event_get_time(ctx->pool, component, property, &time)) {
		wbxml_writer_element(writer, row->tag, eas_date_format_compact(
			pim_time_to_utc(&time, NULL)));
	}
}

const struct eas_pim_type calendar_type_response_type = { response_type_write, NULL, NULL };
const struct eas_pim_type calendar_type_reply_time = { reply_time_write, NULL, NULL };

/* Of the organizer: does anybody have to answer? Of somebody invited: the user? */
static bool response_is_requested(const struct eas_pim_context *ctx,
				  const struct pim_component *component)
{
	const struct pim_property *attendee;

	if (!calendar_is_organizer(ctx, component)) {
		attendee = own_attendee(ctx, component);
		return attendee != NULL && pim_param_has(attendee, "RSVP", "TRUE");
	}
	for (attendee = pim_property_find(component, "ATTENDEE"); attendee != NULL;
	     attendee = pim_property_find_next(attendee)) {
		if (pim_param_has(attendee, "RSVP", "TRUE"))
			return TRUE;
	}
	return FALSE;
}

static void response_requested_write(struct eas_pim_context *ctx,
				     const struct eas_pim_property *row,
				     const struct pim_component *component,
				     struct wbxml_writer *writer)
{
	if (calendar_is_meeting(ctx, component)) {
		wbxml_writer_element(writer, row->tag,
				     response_is_requested(ctx, component) ? "1" : "0");
	}
}

static int response_requested_set(struct eas_pim_context *ctx,
				  const struct eas_pim_property *row ATTR_UNUSED,
				  struct pim_component *component,
				  const struct wbxml_node *node)
{
	struct pim_property *attendee;
	bool wanted = FALSE;

	if (node != NULL && eas_bool_parse(node->value, &wanted) < 0)
		return eas_pim_refuse(ctx, node, "neither 0 nor 1");
	if (!calendar_is_organizer(ctx, component) ||
	    wanted == response_is_requested(ctx, component))
		return 0;
	for (attendee = pim_property_find(component, "ATTENDEE"); attendee != NULL;
	     attendee = pim_property_find_next(attendee))
		pim_param_set(ctx->pool, attendee, "RSVP", wanted ? "TRUE" : NULL);
	return 0;
}

const struct eas_pim_type calendar_type_response_requested = {
	response_requested_write, response_requested_set, NULL
};

/*
 * DisallowNewTimeProposal
 */

static bool proposal_is_disallowed(const struct eas_pim_property *row,
				   const struct pim_component *component)
{
	const char *value = pim_component_get(component, row->name);

	return value != NULL && strcasecmp(value, "TRUE") == 0;
}

static void disallow_write(struct eas_pim_context *ctx ATTR_UNUSED,
			   const struct eas_pim_property *row,
			   const struct pim_component *component, struct wbxml_writer *writer)
{
	wbxml_writer_element(writer, row->tag, proposal_is_disallowed(row, component) ? "1" : "0");
}

static int disallow_set(struct eas_pim_context *ctx, const struct eas_pim_property *row,
			struct pim_component *component, const struct wbxml_node *node)
{
	bool wanted = FALSE;

	if (node != NULL && eas_bool_parse(node->value, &wanted) < 0)
		return eas_pim_refuse(ctx, node, "neither 0 nor 1");
	if (!calendar_is_organizer(ctx, component) ||
	    wanted == proposal_is_disallowed(row, component))
		return 0;
	pim_property_set(ctx->pool, component, row->name, wanted ? "TRUE" : NULL);
	return 0;
}

const struct eas_pim_type calendar_type_disallow_proposal = {
	disallow_write, disallow_set, NULL
};

/*
 * Online meetings
 */

static void conf_link_write(struct eas_pim_context *ctx ATTR_UNUSED,
			    const struct eas_pim_property *row,
			    const struct pim_component *component, struct wbxml_writer *writer)
{
	eas_pim_write_text(writer, row->tag, pim_component_get_text(component, row->name));
}

static void external_link_write(struct eas_pim_context *ctx ATTR_UNUSED,
				const struct eas_pim_property *row,
				const struct pim_component *component,
				struct wbxml_writer *writer)
{
	const char *link = pim_component_get_text(component, row->name);

	/* RFC 7986 "CONFERENCE Property" (5.11) */
	if (link == NULL)
		link = pim_component_get(component, "CONFERENCE");
	if (link != NULL && strncasecmp(link, "http", 4) == 0)
		wbxml_writer_element(writer, row->tag, link);
}

const struct eas_pim_type calendar_type_conf_link = { conf_link_write, NULL, NULL };
const struct eas_pim_type calendar_type_external_link = { external_link_write, NULL, NULL };
