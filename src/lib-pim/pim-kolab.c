/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

#define KOLAB_ROW(element, property, type, max, flags, values) \
	{ element, property, &kolab_type_##type, max, flags, values },
static const struct kolab_row event_rows[] = {
#include "pim-kolab-event.def"
};
static const struct kolab_row task_rows[] = {
#include "pim-kolab-task.def"
};
static const struct kolab_row alarm_rows[] = {
#include "pim-kolab-alarm.def"
};
static const struct kolab_row contact_rows[] = {
#include "pim-kolab-contact.def"
};
static const struct kolab_row affiliation_rows[] = {
#include "pim-kolab-affiliation.def"
};
static const struct kolab_row note_rows[] = {
#include "pim-kolab-note.def"
};
#undef KOLAB_ROW

#define KOLAB_ROWS(name, params) \
	const struct kolab_rows kolab_##name##_rows = { name##_rows, N_ELEMENTS(name##_rows), params, NULL }
KOLAB_ROWS(event, KOLAB_PARAMS_CALENDAR);
KOLAB_ROWS(task, KOLAB_PARAMS_CALENDAR);
KOLAB_ROWS(alarm, KOLAB_PARAMS_CALENDAR);
KOLAB_ROWS(contact, KOLAB_PARAMS_CARD);
KOLAB_ROWS(affiliation, KOLAB_PARAMS_CARD);
KOLAB_ROWS(note, KOLAB_PARAMS_NONE);

/* Where the object lies in the XML, and in the tree. */
struct kolab_kind {
	/* outermost element with its namespace, and what it holds */
	const char *root, *attributes, *element;
	/* component within VCALENDAR; NULL = the VCARD is all */
	const char *component;
	const struct kolab_rows *rows;
};
static const struct kolab_kind kolab_kinds[] = {
	[PIM_KIND_EVENT] = {
		"icalendar", "xmlns=\"urn:ietf:params:xml:ns:icalendar-2.0\"",
		"vevent", "VEVENT", &kolab_event_rows
	},
	[PIM_KIND_TASK] = {
		"icalendar", "xmlns=\"urn:ietf:params:xml:ns:icalendar-2.0\"",
		"vtodo", "VTODO", &kolab_task_rows
	},
	[PIM_KIND_CONTACT] = {
		"vcards", "xmlns=\"urn:ietf:params:xml:ns:vcard-4.0\"",
		"vcard", NULL, &kolab_contact_rows
	},
	[PIM_KIND_NOTE] = {
		"note", "xmlns=\"http://kolab.org\" version=\"3.0\"",
		NULL, "VJOURNAL", &kolab_note_rows
	},
};

static void
kolab_calendar_line_decode(pool_t pool, const struct kolab_node *properties, struct pim_component *calendar)
{
	const struct kolab_node *node;
	struct pim_property *property;
	const char *value;

	for (node = properties->head; node != NULL; node = node->next) {
		value = kolab_node_text(node, "value");
		if (strcmp(node->name, KOLAB_CUSTOM) != 0 || value == NULL ||
		    null_strcmp(kolab_node_text(node, "identifier"), KOLAB_CUSTOM_CALENDAR) != 0)
			continue;
		if (strncmp(value, "+\n", 2) == 0) {
			kolab_record_apply_component(pool, calendar, value);
			continue;
		}
		property = kolab_line_parse(pool, calendar, value);
		if (property != NULL && pim_property_is(property, "VERSION") &&
		    pim_property_find(calendar, "VERSION") != property)
			pim_property_remove(calendar, pim_property_find(calendar, "VERSION"));
	}
}

static void
kolab_instance_decode(pool_t pool, const struct kolab_kind *kind,
		      const struct kolab_node *node, struct pim_component *calendar)
{
	const struct kolab_node *properties = kolab_node_find(node, "properties");
	const struct kolab_node *components = kolab_node_find(node, "components"), *child;
	struct pim_component *component = pim_component_new(pool, kind->component);

	pim_component_append(calendar, component);
	if (properties != NULL)
		kolab_properties_decode(pool, kind->rows, properties, component);
	if (components != NULL) {
		for (child = components->head; child != NULL; child = child->next)
			kolab_component_decode(pool, child, component);
	}
	if (properties != NULL) {
		kolab_customs_decode(pool, kind->rows, properties, component);
		kolab_calendar_line_decode(pool, properties, calendar);
	}
}

static struct pim_component *kolab_calendar_new(pool_t pool)
{
	struct pim_component *calendar = pim_component_new(pool, "VCALENDAR");

	(void)pim_property_add(pool, calendar, "VERSION", "2.0");
	return calendar;
}

static bool
kolab_calendar_decode(pool_t pool, const struct kolab_kind *kind,
		      const struct kolab_node *xml, struct pim_component **root_r)
{
	const struct kolab_node *vcalendar = kolab_node_find(xml, "vcalendar"), *components, *properties, *node;
	bool found = FALSE;

	if (vcalendar == NULL)
		return FALSE;
	*root_r = kolab_calendar_new(pool);
	properties = kolab_node_find(vcalendar, "properties");
	if (properties != NULL) {
		for (node = properties->head; node != NULL; node = node->next) {
			if (strcmp(node->name, "version") != 0)
				kolab_property_decode(pool, &kolab_alarm_rows, node, *root_r);
		}
	}
	components = kolab_node_find(vcalendar, "components");
	if (components == NULL)
		return FALSE;
	for (node = components->head; node != NULL; node = node->next) {
		if (strcmp(node->name, kind->element) == 0) {
			kolab_instance_decode(pool, kind, node, *root_r);
			found = TRUE;
		} else {
			kolab_component_decode(pool, node, *root_r);
		}
	}
	return found;
}

static bool
kolab_contact_decode(pool_t pool, const struct kolab_kind *kind,
		     const struct kolab_node *xml, struct pim_component **root_r)
{
	const struct kolab_node *vcard = kolab_node_find(xml, kind->element), *node;
	struct pim_component *card;
	struct pim_property *version, *property;

	if (vcard == NULL)
		return FALSE;
	*root_r = card = pim_component_new(pool, "VCARD");
	version = pim_property_add(pool, card, "VERSION", "4.0");
	kolab_properties_decode(pool, kind->rows, vcard, card);
	/* it is the default, and every contact has it */
	property = pim_property_find(card, "KIND");
	if (property != NULL && strcmp(property->value, "individual") == 0)
		pim_property_remove(card, property);
	kolab_customs_decode(pool, kind->rows, vcard, card);
	if (pim_property_find_next(version) != NULL)
		pim_property_remove(card, version);
	node = kolab_node_find(vcard, "kind");
	return node == NULL || strcasecmp(kolab_value_text(node), "group") != 0;
}

static bool
kolab_note_decode(pool_t pool, const struct kolab_kind *kind,
		  const struct kolab_node *xml, struct pim_component **root_r)
{
	struct pim_component *journal = pim_component_new(pool, kind->component);

	*root_r = kolab_calendar_new(pool);
	pim_component_append(*root_r, journal);
	kolab_properties_decode(pool, kind->rows, xml, journal);
	kolab_customs_decode(pool, kind->rows, xml, journal);
	kolab_calendar_line_decode(pool, xml, *root_r);
	return TRUE;
}

int pim_kolab_decode(pool_t pool, enum pim_kind kind_id, const unsigned char *xml, size_t size,
		     struct pim_component **root_r, const char **error_r)
{
	const struct kolab_kind *kind = &kolab_kinds[kind_id];
	struct kolab_node *node;
	bool found = FALSE;

	i_assert(kind_id < N_ELEMENTS(kolab_kinds));
	*root_r = NULL;
	if (kolab_xml_parse(pool, xml, size, &node, error_r) < 0)
		return -1;
	if (strcmp(node->name, kind->root) == 0) {
		if (kind->element == NULL)
			found = kolab_note_decode(pool, kind, node, root_r);
		else if (kind->component == NULL)
			found = kolab_contact_decode(pool, kind, node, root_r);
		else
			found = kolab_calendar_decode(pool, kind, node, root_r);
	}
	if (!found) {
		*error_r = t_strdup_printf("There is no %s in it",
					   kind->element == NULL ? kind->root : kind->element);
		return -1;
	}
	return 0;
}

static void kolab_left_encode(pool_t pool, const struct pim_component *left, struct kolab_node *customs)
{
	const struct pim_property *property;

	for (property = left->properties_head; property != NULL; property = property->next)
		kolab_custom_encode(pool, customs, property);
}

static void kolab_customs_move(struct kolab_node *customs, struct kolab_node *parent)
{
	struct kolab_node *node, *next;

	for (node = customs->head; node != NULL; node = next) {
		next = node->next;
		node->next = NULL;
		kolab_node_append(parent, node);
	}
}

/* What stands beside the instances: in the first of them. */
static void
kolab_calendar_encode_rest(pool_t pool, const struct kolab_kind *kind,
			   const struct pim_component *calendar, struct kolab_node *customs)
{
	const struct pim_property *property;
	const struct pim_component *child;

	for (property = calendar->properties_head; property != NULL; property = property->next) {
		string_t *line = t_str_new(128);

		if (pim_property_is(property, "PRODID") || pim_property_is(property, "X-KOLAB-VERSION") ||
		    (strcmp(property->name, "VERSION") == 0 && strcmp(property->value, "2.0") == 0 &&
		     property->params_head == NULL))
			continue;
		kolab_line_append(line, property, TRUE);
		kolab_custom_add(pool, customs, KOLAB_CUSTOM_CALENDAR, str_c(line));
	}
	for (child = calendar->components_head; child != NULL; child = child->next) {
		if (!pim_component_is(child, kind->component))
			kolab_record_component(pool, customs, KOLAB_CUSTOM_CALENDAR, child, NULL);
	}
}

static int
kolab_instance_encode(pool_t pool, const struct kolab_kind *kind, const struct pim_component *component,
		      const struct pim_component *rest, struct kolab_zones *zones,
		      struct kolab_node *node, const char **error_r)
{
	struct pim_component *left = kolab_component_clean(pool, component);
	struct pim_component *held = pim_component_new(pool, "X");
	struct kolab_node *customs = kolab_node_add(pool, NULL, "customs", NULL), *properties = node;
	struct kolab_rows rows = *kind->rows;

	if (pim_component_get(left, "UID") == NULL || pim_component_get(left, "UID")[0] == '\0') {
		*error_r = "It has no UID";
		return -1;
	}
	if (kind->element != NULL && kind->component != NULL)
		properties = kolab_node_add(pool, node, "properties", NULL);
	kolab_prepare(pool, kind->rows, left, held, customs);
	rows.zones = zones;
	kolab_properties_encode(pool, &rows, 0, left, properties, customs);
	kolab_components_encode(pool, component, properties == node ? NULL : node, customs);
	if (rest != NULL)
		kolab_calendar_encode_rest(pool, kind, rest, customs);
	kolab_left_encode(pool, held, customs);
	kolab_left_encode(pool, left, customs);
	kolab_customs_move(customs, properties);
	return 0;
}

static void
kolab_calendar_text_encode(pool_t pool, const struct pim_component *calendar,
			   struct kolab_node *properties, const char *element,
			   const char *property, const char *fallback)
{
	const char *text = pim_component_get_text(calendar, property);

	if (text == NULL || text[0] == '\0')
		text = fallback;
	kolab_value_add(pool, kolab_node_add(pool, properties, element, NULL), "text", text);
}

static int
kolab_calendar_encode(pool_t pool, const struct kolab_kind *kind,
		      const struct pim_component *root, struct kolab_node *xml, const char **error_r)
{
	struct pim_component *calendar = kolab_component_clean(pool, root);
	struct kolab_node *vcalendar = kolab_node_add(pool, xml, "vcalendar", NULL);
	struct kolab_node *properties = kolab_node_add(pool, vcalendar, "properties", NULL);
	struct kolab_node *components = kolab_node_add(pool, vcalendar, "components", NULL);
	struct kolab_zones zones = { .calendar = root };
	const struct pim_component *component;

	kolab_calendar_text_encode(pool, calendar, properties, "prodid", "PRODID", KOLAB_PRODID);
	kolab_calendar_text_encode(pool, calendar, properties, "version", "", "2.0");
	kolab_calendar_text_encode(pool, calendar, properties, "x-kolab-version",
				   "X-KOLAB-VERSION", KOLAB_VERSION);
	component = pim_component_find(root, kind->component);
	if (component == NULL) {
		*error_r = t_strdup_printf("There is no %s in it", kind->component);
		return -1;
	}
	for (; component != NULL; component = pim_component_find_next(component)) {
		const struct pim_component *rest = components->head == NULL ? root : NULL;
		struct kolab_node *node = kolab_node_add(pool, components, kind->element, NULL);

		if (kolab_instance_encode(pool, kind, component, rest, &zones, node, error_r) < 0)
			return -1;
	}
	return 0;
}

static int
kolab_single_encode(pool_t pool, const struct kolab_kind *kind,
		    const struct pim_component *root, struct kolab_node *xml, const char **error_r)
{
	const struct pim_component *component = root, *rest = NULL;
	struct kolab_zones zones = { .calendar = root };
	struct kolab_node *node = xml;

	if (kind->component != NULL) {
		component = pim_component_find(root, kind->component);
		rest = root;
	} else if (pim_component_is(root, "VCARD")) {
		node = kolab_node_add(pool, xml, kind->element, NULL);
	} else {
		component = NULL;
	}
	if (component == NULL) {
		*error_r = t_strdup_printf("There is no %s in it",
					   kind->component == NULL ? "VCARD" : kind->component);
		return -1;
	}
	return kolab_instance_encode(pool, kind, component, rest, &zones, node, error_r);
}

int pim_kolab_encode(string_t *dest, enum pim_kind kind_id, const struct pim_component *root, const char **error_r)
{
	const struct kolab_kind *kind = &kolab_kinds[kind_id];
	pool_t pool = pool_alloconly_create(MEMPOOL_GROWING"kolab encode", 16 * 1024);
	struct kolab_node *xml = kolab_node_add(pool, NULL, kind->root, NULL);
	int ret;

	i_assert(kind_id < N_ELEMENTS(kolab_kinds));
	xml->attributes = kind->attributes;
	if (kind->element != NULL && kind->component != NULL)
		ret = kolab_calendar_encode(pool, kind, root, xml, error_r);
	else
		ret = kolab_single_encode(pool, kind, root, xml, error_r);
	if (ret == 0) {
		str_append(dest, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?>\n");
		kolab_xml_write(dest, xml, 0);
	} else {
		*error_r = t_strdup(*error_r);
	}
	pool_unref(&pool);
	return ret;
}
