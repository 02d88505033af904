/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Kolab v2: no namespaces, no zones (times are UTC), no exceptions but days left out. Elements without a meaning to
   a phone are passed over: nothing is ever written from this tree. */

#include "lib.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

enum kolab2_how {
	KOLAB2_TEXT,
	KOLAB2_PLAIN,
	KOLAB2_UPPER,
	KOLAB2_LIST,
	KOLAB2_NUMBER,
	KOLAB2_UTC,
	KOLAB2_TIME,
	KOLAB2_END,
	KOLAB2_DAY,
};

struct kolab2_row {
	/* bits of enum pim_kind */
	unsigned int kinds;
	const char *element, *property;
	enum kolab2_how how;
};

#define KIND(kind) (1U << PIM_KIND_##kind)
#define KOLAB2_ROW(kinds, element, property, how) { kinds, element, property, KOLAB2_##how },
static const struct kolab2_row kolab2_rows[] = {
#include "pim-kolab2.def"
};
#undef KOLAB2_ROW

struct kolab2_word {
	const char *table, *word, *text;
};
#define KOLAB2_WORD(table, word, text) { #table, word, text },
static const struct kolab2_word kolab2_words[] = {
#include "pim-kolab2-words.def"
};
#undef KOLAB2_WORD

static const struct {
	const char *root, *component;
} kolab2_kinds[] = {
	[PIM_KIND_EVENT] = { "event", "VEVENT" },
	[PIM_KIND_CONTACT] = { "contact", NULL },
	[PIM_KIND_TASK] = { "task", "VTODO" },
	[PIM_KIND_NOTE] = { "note", "VJOURNAL" },
};

/* The text of a word in node's child, NULL = there is none, or another. */
static const char *kolab2_word(const char *table, const char *word)
{
	for (unsigned int i = 0; word != NULL && i < N_ELEMENTS(kolab2_words); i++) {
		if (strcmp(kolab2_words[i].table, table) == 0 && strcasecmp(kolab2_words[i].word, word) == 0)
			return kolab2_words[i].text;
	}
	return NULL;
}

static struct pim_property *
kolab2_add_text(pool_t pool, struct pim_component *component, const char *name, const char *text)
{
	return pim_property_add(pool, component, name, pim_text_escape(text));
}

static void
kolab2_add_time(pool_t pool, struct pim_component *component, const struct kolab2_row *row, const char *text)
{
	struct kolab_time time;
	struct pim_property *property;

	if (!kolab_time_parse(text, &time))
		return;
	if (time.date_only && row->how == KOLAB2_END)
		kolab_time_add_days(&time, 1);
	time.utc = TRUE;
	property = pim_property_add(pool, component, row->property, kolab_time_ical(&time));
	if (time.date_only && row->how != KOLAB2_DAY)
		pim_param_add(pool, property, "VALUE", "DATE");
}

static const char *kolab2_list(const char *text)
{
	const char *const *items = t_strsplit(text, ",");
	string_t *list = t_str_new(128);

	for (; *items != NULL; items++) {
		const char *item = t_str_trim(*items, " \t\r\n");

		if (item[0] != '\0')
			str_printfa(list, "%s%s", str_len(list) == 0 ? "" : ",", pim_text_escape(item));
	}
	return str_c(list);
}

static void
kolab2_row_decode(pool_t pool, const struct kolab2_row *row, const char *text, struct pim_component *component)
{
	switch (row->how) {
	case KOLAB2_TEXT:
		(void)kolab2_add_text(pool, component, row->property, text);
		break;
	case KOLAB2_PLAIN:
		(void)pim_property_add(pool, component, row->property, t_strcut(text, '\n'));
		break;
	case KOLAB2_UPPER:
		(void)kolab2_add_text(pool, component, row->property, t_str_ucase(text));
		break;
	case KOLAB2_LIST:
		(void)pim_property_add(pool, component, row->property, kolab2_list(text));
		break;
	case KOLAB2_NUMBER:
		if (kolab_integer_is_valid(text, 0, INT_MAX))
			(void)pim_property_add(pool, component, row->property, text);
		break;
	case KOLAB2_UTC:
	case KOLAB2_TIME:
	case KOLAB2_END:
	case KOLAB2_DAY:
		kolab2_add_time(pool, component, row, text);
		break;
	}
}

static void
kolab2_person_decode(pool_t pool, const struct kolab_node *node, const char *name, struct pim_component *component)
{
	const char *address = kolab_node_text(node, "smtp-address");
	const char *cn = kolab_node_text(node, "display-name");
	const char *status = kolab2_word("answer", kolab_node_text(node, "status"));
	const char *role = kolab2_word("role", kolab_node_text(node, "role"));
	struct pim_property *property;

	if (address == NULL || address[0] == '\0')
		return;
	property = pim_property_add(pool, component, name, t_strconcat("mailto:", t_strcut(address, '\n'), NULL));
	if (cn != NULL && cn[0] != '\0')
		pim_param_add(pool, property, "CN", cn);
	if (strcmp(name, "ATTENDEE") != 0)
		return;
	pim_param_add(pool, property, "PARTSTAT", status == NULL ? "NEEDS-ACTION" : status);
	if (role != NULL)
		pim_param_add(pool, property, "ROLE", role);
	if (null_strcmp(kolab_node_text(node, "role"), "resource") == 0)
		pim_param_add(pool, property, "CUTYPE", "RESOURCE");
	if (null_strcmp(kolab_node_text(node, "request-response"), "true") == 0)
		pim_param_add(pool, property, "RSVP", "TRUE");
}

/* Minutes before the start */
static void
kolab2_alarm_decode(pool_t pool, const char *minutes, struct pim_component *component)
{
	struct pim_component *alarm;

	if (!kolab_integer_is_valid(minutes, 0, 525600))
		return;
	alarm = pim_component_new(pool, "VALARM");
	pim_component_append(component, alarm);
	(void)pim_property_add(pool, alarm, "ACTION", "DISPLAY");
	(void)pim_property_add(pool, alarm, "DESCRIPTION", "Reminder");
	(void)pim_property_add(pool, alarm, "TRIGGER", t_strdup_printf("-PT%sM", minutes));
}

/* ";BYDAY=MO,TU", each with the number in front */
static void kolab2_append_days(string_t *rule, const struct kolab_node *node, const char *number)
{
	unsigned int count = 0;

	for (const struct kolab_node *child = node->head; child != NULL; child = child->next) {
		const char *day = strcmp(child->name, "day") != 0 ? NULL :
			kolab2_word("day", kolab_value_text(child));

		if (day != NULL)
			str_printfa(rule, "%s%s%s", count++ == 0 ? ";BYDAY=" : ",", number, day);
	}
}

static void kolab2_append_range(string_t *rule, const struct kolab_node *node)
{
	const struct kolab_node *range = kolab_node_find(node, "range");
	const char *type = range == NULL ? NULL : kolab_node_attribute(range, "type"), *text;
	struct kolab_time time;

	if (type == NULL)
		return;
	text = kolab_value_text(range);
	if (strcmp(type, "number") == 0 && kolab_integer_is_valid(text, 1, INT_MAX))
		str_printfa(rule, ";COUNT=%s", text);
	else if (strcmp(type, "date") == 0 && kolab_time_parse(text, &time))
		str_printfa(rule, ";UNTIL=%s", kolab_time_ical(&time));
}

/* Days left out; of a timed series, at its time. */
static void
kolab2_exclusions_decode(pool_t pool, const struct kolab_node *node, struct pim_component *component)
{
	const char *start_value = pim_component_get(component, "DTSTART");
	struct kolab_time start, time;
	struct pim_property *property;

	if (start_value == NULL || !kolab_time_parse(start_value, &start))
		return;
	for (const struct kolab_node *child = node->head; child != NULL; child = child->next) {
		if (strcmp(child->name, "exclusion") != 0 || !kolab_time_parse(kolab_value_text(child), &time))
			continue;
		start.year = time.year;
		start.month = time.month;
		start.day = time.day;
		property = pim_property_add(pool, component, "EXDATE", kolab_time_ical(&start));
		if (start.date_only)
			pim_param_add(pool, property, "VALUE", "DATE");
	}
}

static void
kolab2_recurrence_decode(pool_t pool, const struct kolab_node *node, struct pim_component *component)
{
	const char *cycle = kolab_node_attribute(node, "cycle"), *type = kolab_node_attribute(node, "type");
	const char *number = kolab_node_text(node, "daynumber"), *interval = kolab_node_text(node, "interval");
	const char *month = kolab2_word("month", kolab_node_text(node, "month"));
	string_t *rule = t_str_new(128);

	if (cycle == NULL || kolab_list_find("daily weekly monthly yearly", cycle) == NULL)
		return;
	str_printfa(rule, "FREQ=%s", t_str_ucase(cycle));
	if (interval != NULL && kolab_integer_is_valid(interval, 2, INT_MAX))
		str_printfa(rule, ";INTERVAL=%s", interval);
	if (month != NULL)
		str_printfa(rule, ";BYMONTH=%s", month);
	if (number == NULL || !kolab_integer_is_valid(number, -366, 366))
		kolab2_append_days(rule, node, "");
	else if (null_strcmp(type, "weekday") == 0)
		kolab2_append_days(rule, node, number);
	else if (null_strcmp(type, "yearday") == 0)
		str_printfa(rule, ";BYYEARDAY=%s", number);
	else
		str_printfa(rule, ";BYMONTHDAY=%s", number);
	kolab2_append_range(rule, node);
	(void)pim_property_add(pool, component, "RRULE", str_c(rule));
	kolab2_exclusions_decode(pool, node, component);
}

/* The texts of those children of node, as a structured value. names: NULL-terminated, "" is an empty field. */
static const char *kolab2_fields(const struct kolab_node *node, const char *const *names)
{
	string_t *value = t_str_new(128);

	for (unsigned int i = 0; names[i] != NULL; i++) {
		const char *text = kolab_node_text(node, names[i]);

		if (i > 0)
			str_append_c(value, ';');
		if (text != NULL)
			str_append(value, pim_text_escape(text));
	}
	return str_c(value);
}

static void
kolab2_contact_decode(pool_t pool, const struct kolab_node *node, struct pim_component *card)
{
	static const char *const name_fields[] = {
		"last-name", "given-name", "middle-names", "prefix", "suffix", NULL
	};
	static const char *const address_fields[] = {
		"pobox", "", "street", "locality", "region", "postal-code", "country", NULL
	};
	const char *text, *type = kolab_node_text(node, "type");
	struct pim_property *property = NULL;

	if (strcmp(node->name, "name") == 0) {
		text = kolab_node_text(node, "full-name");
		(void)kolab2_add_text(pool, card, "FN", text == NULL ? "" : text);
		(void)pim_property_add(pool, card, "N", kolab2_fields(node, name_fields));
	} else if (strcmp(node->name, "phone") == 0) {
		text = kolab_node_text(node, "number");
		property = kolab2_add_text(pool, card, "TEL", text == NULL ? "" : text);
		type = kolab2_word("phone", type);
	} else if (strcmp(node->name, "email") == 0) {
		text = kolab_node_text(node, "smtp-address");
		(void)kolab2_add_text(pool, card, "EMAIL", text == NULL ? "" : text);
	} else if (strcmp(node->name, "address") == 0) {
		property = pim_property_add(pool, card, "ADR", kolab2_fields(node, address_fields));
		type = kolab2_word("address", type);
	}
	if (property != NULL && type != NULL)
		kolab_param_add(pool, property, "TYPE", type);
}

static void
kolab2_busy_decode(pool_t pool, const char *text, struct pim_component *component)
{
	const char *busy = kolab2_word("busy", text);

	if (busy == NULL)
		return;
	(void)pim_property_add(pool, component, "TRANSP", strcmp(busy, "FREE") == 0 ? "TRANSPARENT" : "OPAQUE");
	(void)pim_property_add(pool, component, "X-MICROSOFT-CDO-BUSYSTATUS", busy);
	if (strcmp(busy, "TENTATIVE") == 0)
		(void)pim_property_add(pool, component, "STATUS", busy);
}

/* 1 is the most urgent of 5, in iCalendar of 9. */
static void
kolab2_priority_decode(pool_t pool, const char *text, struct pim_component *component)
{
	if (kolab_integer_is_valid(text, 1, 5))
		(void)pim_property_add(pool, component, "PRIORITY", dec2str(atoi(text) * 2 - 1));
}

static void
kolab2_element_decode(pool_t pool, enum pim_kind kind, const struct kolab_node *node, struct pim_component *component)
{
	const char *text = kolab_value_text(node), *status = kolab2_word("status", text);

	for (unsigned int i = 0; i < N_ELEMENTS(kolab2_rows); i++) {
		if ((kolab2_rows[i].kinds & (1U << kind)) != 0 && text[0] != '\0' && node->head == NULL &&
		    strcmp(kolab2_rows[i].element, node->name) == 0)
			kolab2_row_decode(pool, &kolab2_rows[i], text, component);
	}
	if (kind == PIM_KIND_CONTACT)
		kolab2_contact_decode(pool, node, component);
	else if (strcmp(node->name, "organizer") == 0)
		kolab2_person_decode(pool, node, "ORGANIZER", component);
	else if (strcmp(node->name, "attendee") == 0)
		kolab2_person_decode(pool, node, "ATTENDEE", component);
	else if (strcmp(node->name, "alarm") == 0)
		kolab2_alarm_decode(pool, text, component);
	else if (strcmp(node->name, "show-time-as") == 0)
		kolab2_busy_decode(pool, text, component);
	else if (strcmp(node->name, "priority") == 0 && kind == PIM_KIND_TASK)
		kolab2_priority_decode(pool, text, component);
	else if (strcmp(node->name, "status") == 0 && status != NULL && kind == PIM_KIND_TASK)
		(void)pim_property_add(pool, component, "STATUS", status);
	else if (strcmp(node->name, "inline-attachment") == 0)
		(void)pim_property_add(pool, component, "ATTACH", t_strconcat("cid:", t_strcut(text, '\n'), NULL));
}

int pim_kolab2_decode(pool_t pool, enum pim_kind kind, const unsigned char *xml, size_t size,
		      struct pim_component **root_r, const char **error_r)
{
	struct pim_component *component;
	const struct kolab_node *node, *recurrence;
	const char *company, *department;
	struct kolab_node *root;

	i_assert(kind < N_ELEMENTS(kolab2_kinds));
	if (kolab_xml_parse(pool, xml, size, &root, error_r) < 0)
		return -1;
	if (strcmp(root->name, kolab2_kinds[kind].root) != 0) {
		*error_r = t_strdup_printf("There is no %s in it", kolab2_kinds[kind].root);
		return -1;
	}
	*root_r = component = pim_component_new(pool, kind == PIM_KIND_CONTACT ? "VCARD" : "VCALENDAR");
	(void)pim_property_add(pool, component, "VERSION", kind == PIM_KIND_CONTACT ? "4.0" : "2.0");
	if (kind != PIM_KIND_CONTACT) {
		component = pim_component_new(pool, kolab2_kinds[kind].component);
		pim_component_append(*root_r, component);
	}
	for (node = root->head; node != NULL; node = node->next)
		kolab2_element_decode(pool, kind, node, component);
	recurrence = kolab_node_find(root, "recurrence");
	if (recurrence != NULL)
		kolab2_recurrence_decode(pool, recurrence, component);
	company = kolab_node_text(root, "organization");
	department = kolab_node_text(root, "department");
	if (kind == PIM_KIND_CONTACT && (company != NULL || department != NULL)) {
		(void)pim_property_add(pool, component, "ORG", t_strdup_printf("%s%s%s",
			company == NULL ? "" : pim_text_escape(company), department == NULL ? "" : ";",
			department == NULL ? "" : pim_text_escape(department)));
	}
	return 0;
}
