/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Components within an event or task. The schema has alarms of three kinds, each with what it must have; others, and
   other components, are remembered only. */

#include "lib.h"
#include "llist.h"
#include "pim-text.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

static struct pim_component *
alarm_decode(pool_t pool, const struct kolab_node *properties)
{
	struct pim_component *alarm = pim_component_new(pool, "VALARM");

	kolab_properties_decode(pool, &kolab_alarm_rows, properties, alarm);
	return alarm;
}

/* libkolabxml drops an alarm without these. */
static void alarm_complete(pool_t pool, const struct pim_component *parent, struct pim_component *alarm)
{
	const char *action = pim_component_get(alarm, "ACTION");
	const char *summary = pim_component_get(parent, "SUMMARY");

	if (action == NULL || strcasecmp(action, "AUDIO") == 0)
		return;
	if (summary == NULL || summary[0] == '\0')
		summary = "Reminder";
	if (pim_property_find(alarm, "DESCRIPTION") == NULL)
		(void)pim_property_add(pool, alarm, "DESCRIPTION", summary);
	if (strcasecmp(action, "EMAIL") == 0 && pim_property_find(alarm, "SUMMARY") == NULL)
		(void)pim_property_add(pool, alarm, "SUMMARY", summary);
}

static bool alarm_is_valid(const struct kolab_node *properties)
{
	const struct kolab_node *action = kolab_node_find(properties, "action");

	if (action == NULL || kolab_node_find(properties, "trigger") == NULL)
		return FALSE;
	return strcmp(kolab_value_text(action), "EMAIL") != 0 ||
		kolab_node_find(properties, "attendee") != NULL;
}

static void
alarm_encode(pool_t pool, const struct pim_component *parent, const struct pim_component *component,
	     struct kolab_node *nodes, struct kolab_node *customs)
{
	struct pim_component *alarm = kolab_component_clean(pool, component);
	struct kolab_node *properties = kolab_node_add(pool, NULL, "properties", NULL);
	/* remembered as a whole, if at all */
	struct kolab_node *unused = kolab_node_add(pool, NULL, "properties", NULL);

	alarm_complete(pool, parent, alarm);
	kolab_properties_encode(pool, &kolab_alarm_rows, 0, alarm, properties, unused);
	if (!alarm_is_valid(properties)) {
		kolab_record_component(pool, customs, KOLAB_CUSTOM_COMPONENT, component, NULL);
		return;
	}
	kolab_node_append(kolab_node_add(pool, nodes, "valarm", NULL), properties);
	kolab_record_component(pool, customs, KOLAB_CUSTOM_COMPONENT, component, alarm_decode(pool, properties));
}

void kolab_components_encode(pool_t pool, const struct pim_component *component,
			     struct kolab_node *parent, struct kolab_node *customs)
{
	struct kolab_node *nodes = kolab_node_add(pool, NULL, "components", NULL);
	const struct pim_component *child;

	for (child = component->components_head; child != NULL; child = child->next) {
		if (parent != NULL && pim_component_is(child, "VALARM"))
			alarm_encode(pool, component, child, nodes, customs);
		else
			kolab_record_component(pool, customs, KOLAB_CUSTOM_COMPONENT, child, NULL);
	}
	if (nodes->head != NULL)
		kolab_node_append(parent, nodes);
}

/* No rows: everything is read as RFC 6321 says. */
static const struct kolab_rows unknown_rows = { .params = KOLAB_PARAMS_CALENDAR };

void kolab_component_decode(pool_t pool, const struct kolab_node *node, struct pim_component *parent)
{
	bool alarm = strcmp(node->name, "valarm") == 0;
	const struct kolab_node *properties = kolab_node_find(node, "properties");
	const struct kolab_node *components = kolab_node_find(node, "components");
	struct pim_component *component = pim_component_new(pool, t_str_ucase(node->name));

	pim_component_append(parent, component);
	if (properties != NULL) {
		kolab_properties_decode(pool, alarm ? &kolab_alarm_rows : &unknown_rows,
					properties, component);
	}
	if (components == NULL)
		return;
	for (node = components->head; node != NULL; node = node->next)
		kolab_component_decode(pool, node, component);
}
