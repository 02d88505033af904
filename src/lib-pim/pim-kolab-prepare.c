/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Before the rows: what a reader demands is added to the copy, what it would take for something else is held back. */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"

/* Nothing better is known about when it was made. */
#define KOLAB_TIME_UNKNOWN "19700101T000000Z"

static void prepare_hold(struct pim_component *left, struct pim_component *held, struct pim_property *property)
{
	pim_property_remove(left, property);
	property->prev = property->next = NULL;
	DLLIST2_APPEND(&held->properties_head, &held->properties_tail, property);
}

void kolab_property_hold(struct pim_component *left, struct pim_component *held, const char *name)
{
	struct pim_property *property;

	while ((property = pim_property_find(left, name)) != NULL)
		prepare_hold(left, held, property);
}

/* A time in UTC that the schema demands: own, or else the other's. */
static void
prepare_stamp(pool_t pool, struct pim_component *left, struct pim_component *held,
	      const char *name, const char *other)
{
	struct pim_property *property = pim_property_find(left, name);
	const char *value = pim_component_get(left, other);
	struct kolab_time time;

	if (property != NULL) {
		if (kolab_time_parse(property->value, &time) && time.utc)
			return;
		prepare_hold(left, held, property);
	}
	if (value == NULL || !kolab_time_parse(value, &time) || !time.utc)
		value = KOLAB_TIME_UNKNOWN;
	(void)pim_property_add(pool, left, name, value);
}

/* Start and end must both be dates or both be times. */
static void
prepare_end(struct pim_component *left, struct pim_component *held, const char *name)
{
	const struct pim_property *start = pim_property_find(left, "DTSTART");
	struct pim_property *end = pim_property_find(left, name);
	struct kolab_time start_time, end_time;

	if (start == NULL || end == NULL || !kolab_time_parse(start->value, &start_time) ||
	    !kolab_time_parse(end->value, &end_time))
		return;
	if (start_time.date_only != end_time.date_only)
		prepare_hold(left, held, end);
}

static void
prepare_incidence(pool_t pool, struct pim_component *left, struct pim_component *held, struct kolab_node *customs)
{
	prepare_stamp(pool, left, held, "CREATED", "DTSTAMP");
	prepare_stamp(pool, left, held, "DTSTAMP", "LAST-MODIFIED");
	prepare_end(left, held, "DTEND");
	prepare_end(left, held, "DUE");
	kolab_rule_prepare(pool, left, held, customs);
	kolab_dates_prepare(pool, left, customs);
}

static void
prepare_note(pool_t pool, struct pim_component *left, struct pim_component *held)
{
	prepare_stamp(pool, left, held, "CREATED", "DTSTAMP");
	prepare_stamp(pool, left, held, "LAST-MODIFIED", "DTSTAMP");
}

/* The name to show: it must not be missing. */
static const char *prepare_card_name(const struct pim_component *left)
{
	static const char *const names[] = { "NICKNAME", "ORG", "EMAIL", "TEL", NULL };
	const char *value = pim_component_get(left, "N"), *const *fields;

	if (value != NULL) {
		fields = pim_value_split(value, ';');
		value = t_strdup_printf("%s %s", fields[1] == NULL ? "" : pim_text_unescape(fields[1]),
					pim_text_unescape(fields[0]));
		if (value[0] == ' ')
			value++;
		if (value[0] != '\0')
			return value;
	}
	for (unsigned int i = 0; names[i] != NULL; i++) {
		value = pim_component_get(left, names[i]);
		if (value != NULL && value[0] != '\0')
			return pim_text_unescape(t_strcut(value, ';'));
	}
	return "";
}

/* vCard 3's ENCODING=b;TYPE=JPEG as the data: URI of vCard 4; the old form is not kept. */
static void prepare_data(pool_t pool, struct pim_component *left, const char *name, const char *kind)
{
	struct pim_property *property = pim_property_find(left, name);
	const char *type;

	if (property == NULL || !(pim_param_has(property, "ENCODING", "b") ||
				  pim_param_has(property, "ENCODING", "BASE64")))
		return;
	type = pim_param_get(property, "MEDIATYPE");
	if (type == NULL) {
		type = pim_param_get(property, "TYPE");
		type = t_strconcat(kind, type == NULL ? "jpeg" : t_str_lcase(type), NULL);
	}
	property->value = p_strdup_printf(pool, "data:%s;base64,%s", type, property->value);
	pim_param_set(pool, property, "ENCODING", NULL);
	pim_param_set(pool, property, "TYPE", NULL);
	pim_param_set(pool, property, "MEDIATYPE", NULL);
	if (pim_param_get(property, "VALUE") != NULL)
		pim_param_set(pool, property, "VALUE", NULL);
}

static void
prepare_contact(pool_t pool, struct pim_component *left, struct pim_component *held, struct kolab_node *customs)
{
	struct pim_property *property = pim_property_find(left, "VERSION");

	if (property != NULL && pim_property_find_next(property) == NULL &&
	    strcmp(property->name, "VERSION") == 0 && property->params_head == NULL &&
	    property->group == NULL && strcmp(property->value, "4.0") == 0)
		pim_property_remove(left, property);
	prepare_stamp(pool, left, held, "REV", "CREATED");
	/* the schema wants this one of all, so it says nothing, and isn't read */
	kolab_property_hold(left, held, "KIND");
	(void)pim_property_add(pool, left, "KIND", "individual");
	if (pim_property_find(left, "FN") == NULL) {
		const char *name = pim_text_escape(prepare_card_name(left));
		struct pim_component *back = pim_component_new(pool, "X");

		(void)pim_property_add(pool, left, "FN", name);
		(void)pim_property_add(pool, back, "FN", name);
		/* there was none */
		kolab_record_properties(pool, customs, pim_component_new(pool, "X"), back);
	}
	prepare_data(pool, left, "PHOTO", "image/");
	prepare_data(pool, left, "LOGO", "image/");
}

static void prepare_text(pool_t pool, struct pim_component *left, const char *name, const char *text)
{
	const char *value = pim_component_get(left, name);

	if (value == NULL || value[0] == '\0') {
		pim_property_remove_all(left, name);
		(void)pim_property_add(pool, left, name, text);
	}
}

void kolab_prepare(pool_t pool, const struct kolab_rows *rows,
		   struct pim_component *left, struct pim_component *held, struct kolab_node *customs)
{
	if (rows == &kolab_contact_rows) {
		prepare_text(pool, left, "PRODID", KOLAB_PRODID);
		prepare_text(pool, left, "X-KOLAB-VERSION", KOLAB_VERSION);
		prepare_contact(pool, left, held, customs);
	} else if (rows == &kolab_note_rows) {
		prepare_text(pool, left, "PRODID", KOLAB_PRODID);
		prepare_note(pool, left, held);
	} else {
		prepare_incidence(pool, left, held, customs);
	}
}
