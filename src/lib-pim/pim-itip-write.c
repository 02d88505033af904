/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Messages about a meeting, to be sent. */

#include "lib.h"
#include "array.h"
#include "llist.h"
#include "message-date.h"
#include "str.h"
#include "strescape.h"
#include "pim-event.h"
#include "pim-itip.h"
#include "pim-object-private.h"
#include "pim-text.h"
#include "pim-tree.h"
#include "pim-vtimezone.h"

#define ITIP_PRODID "-//Direct Push for Dovecot//EN"

/* what an answer repeats of the event. RFC 5546 "REPLY" (3.2.3) */
static const char *const answer_properties[] = {
	"UID", "SEQUENCE", "RECURRENCE-ID", "ORGANIZER", "DTSTART", "DTEND",
	"DURATION", "SUMMARY", "LOCATION"
};

/* what is nobody's business */
static bool is_private(const struct pim_property *property)
{
	return strncasecmp(property->name, "X-EAS-", 6) == 0 ||
		pim_property_is(property, "CATEGORIES") ||
		pim_property_is(property, "X-MICROSOFT-CDO-REPLYTIME") ||
		(pim_property_is(property, "ATTACH") &&
		 strncasecmp(property->value, "cid:", 4) == 0);
}

static void remove_private(struct pim_property *property)
{
	struct pim_param *param, *next;

	for (param = property->params_head; param != NULL; param = next) {
		next = param->next;
		if (strncasecmp(param->name, "X-EAS-", 6) == 0) {
			DLLIST2_REMOVE(&property->params_head,
				       &property->params_tail, param);
		}
	}
}

static struct pim_component *
new_calendar(pool_t pool, enum pim_itip_method method)
{
	struct pim_component *root = pim_component_new(pool, "VCALENDAR");

	pim_property_add(pool, root, "VERSION", "2.0");
	pim_property_add(pool, root, "PRODID", ITIP_PRODID);
	pim_property_add(pool, root, "METHOD", pim_itip_method_name(method));
	return root;
}

/* How Outlook and Exchange tell in a proposal when the meeting is on. */
static void keep_original_time(pool_t pool, struct pim_component *event,
			       const char *from, const char *name)
{
	const struct pim_property *property = pim_property_find(event, from);
	struct pim_time time;

	if (property == NULL || !pim_event_get_time(pool, event, property, &time))
		return;
	if (time.is_date)
		pim_property_add_copy(pool, event, property)->name = name;
	else {
		pim_property_add(pool, event, name,
				 pim_object_stamp(pim_time_to_utc(&time, NULL)));
	}
}

static void
set_proposed(pool_t pool, struct pim_component *event,
	     const struct pim_itip_answer *answer)
{
	keep_original_time(pool, event, "DTSTART", "X-MS-OLK-ORIGINALSTART");
	keep_original_time(pool, event, "DTEND", "X-MS-OLK-ORIGINALEND");
	pim_property_remove_all(event, "DTSTART");
	pim_property_remove_all(event, "DTEND");
	pim_property_remove_all(event, "DURATION");
	pim_property_add(pool, event, "DTSTART", answer->proposed_start);
	pim_property_add(pool, event, "DTEND", answer->proposed_end);
}

struct pim_component *
pim_itip_new_answer(pool_t pool, const struct pim_component *event,
		    const struct pim_itip_answer *answer)
{
	bool counter = answer->proposed_start != NULL &&
		answer->proposed_end != NULL;
	struct pim_component *root = new_calendar(pool,
		counter ? PIM_ITIP_COUNTER : PIM_ITIP_REPLY);
	struct pim_component *reply = pim_component_new(pool, "VEVENT");
	const struct pim_property *property;
	struct pim_property *attendee;

	pim_component_append(root, reply);
	for (unsigned int i = 0; i < N_ELEMENTS(answer_properties); i++) {
		property = pim_property_find(event, answer_properties[i]);
		if (property != NULL) {
			pim_vtimezone_take(pool, event, root,
				pim_property_add_copy(pool, reply, property));
		}
	}
	pim_property_add(pool, reply, "DTSTAMP", pim_object_stamp(answer->now));
	if (counter)
		set_proposed(pool, reply, answer);
	attendee = pim_property_add(pool, reply, "ATTENDEE",
		t_strconcat("mailto:", answer->address, NULL));
	if (answer->name != NULL)
		pim_param_set(pool, attendee, "CN", answer->name);
	pim_param_set(pool, attendee, "PARTSTAT", answer->partstat);
	if (answer->comment != NULL && *answer->comment != '\0')
		pim_component_set_text(pool, reply, "COMMENT", answer->comment);
	pim_vtimezone_add_missing(pool, root);
	return root;
}

static void
add_event(pool_t pool, struct pim_component *root, const struct pim_component *event,
	  enum pim_itip_method method, time_t now)
{
	struct pim_component *copy = pim_component_new(pool, "VEVENT");
	const struct pim_property *property;

	for (property = event->properties_head; property != NULL;
	     property = property->next) {
		if (!is_private(property)) {
			remove_private(pim_property_add_copy(pool, copy,
							     property));
		}
	}
	pim_property_set(pool, copy, "DTSTAMP", pim_object_stamp(now));
	if (method == PIM_ITIP_CANCEL)
		pim_property_set(pool, copy, "STATUS", "CANCELLED");
	pim_component_append(root, copy);
}

struct pim_component *
pim_itip_new_message(pool_t pool, const struct pim_object *object,
		     enum pim_itip_method method,
		     const struct pim_component *instance, time_t now)
{
	struct pim_component *root = new_calendar(pool, method);
	const struct pim_component *child;

	for (child = object->root->components_head; child != NULL;
	     child = child->next) {
		if (pim_component_is(child, "VTIMEZONE"))
			pim_component_append(root, pim_component_copy(pool, child));
		else if (pim_component_is(child, "VEVENT") &&
			 (instance == NULL || child == instance))
			add_event(pool, root, child, method, now);
	}
	pim_vtimezone_add_missing(pool, root);
	return root;
}

static void write_addresses(const struct pim_itip_mail *mail, string_t *dest)
{
	string_t *from = t_str_new(128);

	if (mail->from_name != NULL && *mail->from_name != '\0') {
		const char *p;

		/* as a quoted string where it is ASCII, else an encoded word */
		for (p = mail->from_name; *p != '\0'; p++) {
			if ((unsigned char)*p >= 0x80)
				break;
		}
		if (*p != '\0')
			str_append(from, mail->from_name);
		else {
			str_append_c(from, '"');
			str_append(from, str_escape(mail->from_name));
			str_append_c(from, '"');
		}
		str_append_c(from, ' ');
	}
	str_printfa(from, "<%s>", mail->from_address);
	pim_object_write_text_field(dest, "From", str_c(from));
	str_append(dest, "To: ");
	for (unsigned int i = 0; mail->to[i] != NULL; i++) {
		if (i > 0)
			str_append(dest, ",\r\n ");
		str_printfa(dest, "<%s>", mail->to[i]);
	}
	str_append(dest, "\r\n");
}

void pim_itip_write_mail(const struct pim_itip_mail *mail, string_t *dest)
{
	const char *boundary = pim_object_new_boundary();
	const char *method = pim_itip_method_name(mail->method);
	string_t *calendar = str_new(default_pool, 4096);

	str_append(dest, "MIME-Version: 1.0\r\n");
	write_addresses(mail, dest);
	pim_object_write_text_field(dest, "Subject", mail->subject);
	if (mail->message_id != NULL)
		str_printfa(dest, "Message-ID: <%s>\r\n", mail->message_id);
	str_printfa(dest, "Date: %s\r\n"
		    "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n"
		    "--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		    message_date_create(mail->now),
		    boundary, boundary);
	pim_object_write_qp(dest, mail->text, strlen(mail->text));
	str_printfa(dest, "\r\n--%s\r\n"
		    "Content-Type: text/calendar; charset=utf-8; method=%s\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		    boundary, method);
	pim_tree_write(calendar, mail->calendar);
	pim_object_write_qp(dest, str_data(calendar), str_len(calendar));
	str_printfa(dest, "\r\n--%s--\r\n", boundary);
	str_free(&calendar);
}

void pim_itip_write_attached(const struct pim_itip_mail *mail, string_t *dest)
{
	const char *boundary = pim_object_new_boundary();
	string_t *calendar = str_new(default_pool, 4096);

	str_append(dest, "MIME-Version: 1.0\r\n");
	pim_object_write_text_field(dest, "Subject", mail->subject);
	str_printfa(dest, "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n\r\n"
		    "--%s\r\nContent-Type: text/calendar; charset=utf-8; method=%s;\r\n"
		    " name=meeting.ics\r\n"
		    "Content-Disposition: attachment; filename=meeting.ics\r\n"
		    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
		    boundary, boundary, pim_itip_method_name(mail->method));
	pim_tree_write(calendar, mail->calendar);
	pim_object_write_qp(dest, str_data(calendar), str_len(calendar));
	str_printfa(dest, "\r\n--%s--\r\n", boundary);
	str_free(&calendar);
}
