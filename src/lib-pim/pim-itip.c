/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "pim-event.h"
#include "pim-itip.h"
#include "pim-mime.h"
#include "pim-text.h"
#include "pim-time.h"
#include "pim-tree.h"

static const char *const method_names[] = {
	[PIM_ITIP_OTHER] = NULL,
	[PIM_ITIP_REQUEST] = "REQUEST",
	[PIM_ITIP_REPLY] = "REPLY",
	[PIM_ITIP_CANCEL] = "CANCEL",
	[PIM_ITIP_COUNTER] = "COUNTER",
	[PIM_ITIP_DECLINECOUNTER] = "DECLINECOUNTER",
	[PIM_ITIP_PUBLISH] = "PUBLISH",
};

const char *pim_itip_method_name(enum pim_itip_method method)
{
	return method_names[method];
}

static enum pim_itip_method method_parse(const char *name)
{
	for (unsigned int i = PIM_ITIP_REQUEST; i < N_ELEMENTS(method_names); i++) {
		if (strcasecmp(name, method_names[i]) == 0)
			return i;
	}
	return PIM_ITIP_OTHER;
}

static struct pim_component *main_event(const struct pim_component *root)
{
	struct pim_component *first = pim_component_find(root, "VEVENT"), *event;

	for (event = first; event != NULL; event = pim_component_find_next(event)) {
		if (pim_property_find(event, "RECURRENCE-ID") == NULL)
			return event;
	}
	return first;
}

static bool has_too_many_events(const struct pim_component *root)
{
	const struct pim_component *event = pim_component_find(root, "VEVENT");
	unsigned int count = 0;

	for (; event != NULL; event = pim_component_find_next(event)) {
		if (++count > PIM_ITIP_MAX_EVENTS)
			return TRUE;
	}
	return FALSE;
}

int pim_itip_read(pool_t pool, const unsigned char *data, size_t size,
		  struct pim_itip *itip_r, const char **error_r)
{
	const char *method, *stamp;
	struct pim_time time;

	i_zero(itip_r);
	if (size > PIM_ITIP_MAX_BYTES) {
		*error_r = "The calendar is too long";
		return -1;
	}
	if (pim_tree_parse(pool, data, size, &itip_r->root, error_r) < 0)
		return -1;
	if (has_too_many_events(itip_r->root)) {
		*error_r = "The calendar has too many events";
		return -1;
	}
	method = pim_component_get(itip_r->root, "METHOD");
	itip_r->event = main_event(itip_r->root);
	if (method == NULL || itip_r->event == NULL)
		return 0;
	itip_r->method = method_parse(method);
	itip_r->uid = p_strdup_empty(pool,
		pim_component_get_text(itip_r->event, "UID"));
	if (itip_r->uid == NULL)
		return 0;
	itip_r->sequence = pim_itip_sequence(itip_r->event);
	stamp = pim_component_get(itip_r->event, "DTSTAMP");
	if (stamp != NULL && pim_time_parse(stamp, NULL, &time))
		itip_r->stamp_utc = pim_time_to_utc(&time, NULL);
	return 1;
}

int pim_itip_read_message(pool_t pool, const struct pim_mime *mime,
			  struct pim_itip *itip_r, const char **error_r)
{
	const struct pim_mime_part *part, *found = NULL;
	buffer_t *text;
	int ret;

	array_foreach(&mime->parts, part) {
		if (!pim_mime_part_is_leaf(part))
			continue;
		if (strcmp(part->content_type, "text/calendar") == 0) {
			found = part;
			break;
		}
		if (strcmp(part->content_type, "application/ics") == 0 &&
		    found == NULL)
			found = part;
	}
	if (found == NULL)
		return 0;
	text = buffer_create_dynamic(default_pool, 4096);
	pim_mime_part_decode(mime, found, TRUE, text);
	ret = pim_itip_read(pool, text->data, text->used, itip_r, error_r);
	buffer_free(&text);
	return ret;
}

/* One that can stand in a header as it is. */
static bool is_address(const char *address)
{
	for (; *address != '\0'; address++) {
		if ((unsigned char)*address <= 0x20 || *address == 0x7f ||
		    strchr("<>,;\"\\", *address) != NULL)
			return FALSE;
	}
	return TRUE;
}

const char *pim_itip_address(const struct pim_property *property)
{
	const char *address = property->value, *email;

	if (strncasecmp(address, "mailto:", 7) == 0)
		address += 7;
	else if ((email = pim_param_get(property, "EMAIL")) != NULL)
		address = email;
	address = t_str_trim(address, " \t<>");
	return strchr(address, '@') == NULL || !is_address(address) ? "" :
		t_str_lcase(address);
}

static bool address_is_any(const char *address, const char *const *addresses)
{
	for (; *addresses != NULL; addresses++) {
		if (strcasecmp(address, *addresses) == 0)
			return TRUE;
	}
	return FALSE;
}

struct pim_property *
pim_itip_find_attendee(const struct pim_component *event,
		       const char *const *addresses)
{
	struct pim_property *property = pim_property_find(event, "ATTENDEE");
	bool found = FALSE;

	for (; property != NULL; property = pim_property_find_next(property)) {
		T_BEGIN {
			found = address_is_any(pim_itip_address(property),
					       addresses);
		} T_END;
		if (found)
			break;
	}
	return property;
}

bool pim_itip_is_organizer(const struct pim_component *event,
			   const char *const *addresses)
{
	const struct pim_property *property =
		pim_property_find(event, "ORGANIZER");

	return property != NULL &&
		address_is_any(pim_itip_address(property), addresses);
}

unsigned int pim_itip_sequence(const struct pim_component *event)
{
	const char *value = pim_component_get(event, "SEQUENCE");
	unsigned int sequence;

	return value == NULL || str_to_uint(value, &sequence) < 0 ? 0 : sequence;
}

bool pim_itip_get_instance(const struct pim_component *event, int64_t *utc_r)
{
	const struct pim_property *property =
		pim_property_find(event, "RECURRENCE-ID");
	struct pim_time time;
	bool ok = FALSE;

	if (property == NULL)
		return FALSE;
	T_BEGIN {
		/* a zone that came along is needed just here */
		ok = pim_event_get_time(pool_datastack_create(), event, property,
					&time);
		if (ok)
			*utc_r = pim_time_to_utc(&time, NULL);
	} T_END;
	return ok;
}
