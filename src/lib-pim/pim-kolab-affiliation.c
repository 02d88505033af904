/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* xCard's <group name="Affiliation">: an employer, with assistant, manager and office. ORG, LOGO and ROLE of the
   first are properties like others; what else stands in a group has its number as a parameter. */

#include "lib.h"
#include "llist.h"
#include "pim-kolab.h"
#include "pim-kolab-private.h"
#include "pim-kolab-types.h"

/* More of them stay x-custom. */
#define KOLAB_MAX_AFFILIATIONS 8

const struct kolab_type kolab_type_group = { NULL, NULL };

/* These are the first one's without saying so. */
static bool affiliation_is_implied(const struct pim_property *property)
{
	static const char *const names[] = { "ORG", "LOGO", "ROLE", "X-ASSISTANT", "X-MANAGER", NULL };

	return str_array_icase_find(names, property->name);
}

static unsigned int affiliation_number(const struct pim_property *property)
{
	const char *param = pim_param_get(property, KOLAB_PARAM_AFFILIATION);
	unsigned int number;

	if (param == NULL)
		return affiliation_is_implied(property) ? 1 : 0;
	return str_to_uint(param, &number) < 0 || number > KOLAB_MAX_AFFILIATIONS ? 0 : number;
}

static void affiliation_move(struct pim_component *from, struct pim_component *to, unsigned int number)
{
	struct pim_property *property, *next;

	for (property = from->properties_head; property != NULL; property = next) {
		next = property->next;
		if (number > 0 && affiliation_number(property) != number)
			continue;
		DLLIST2_REMOVE(&from->properties_head, &from->properties_tail, property);
		DLLIST2_APPEND(&to->properties_head, &to->properties_tail, property);
	}
}

void kolab_affiliation_mark(pool_t pool, struct pim_property *property, unsigned int number)
{
	if (number > 1 || !affiliation_is_implied(property))
		pim_param_add(pool, property, KOLAB_PARAM_AFFILIATION, dec2str(number));
}

void kolab_affiliation_decode(pool_t pool, const struct kolab_node *group, unsigned int number,
			      struct pim_component *component)
{
	struct pim_property *last;

	for (const struct kolab_node *node = group->head; node != NULL; node = node->next) {
		/* there must be one, so it may be empty */
		if (strcmp(node->name, "org") == 0 && node->head != NULL && node->head->next == NULL &&
		    kolab_value_text(node)[0] == '\0')
			continue;
		last = component->properties_tail;
		kolab_property_decode(pool, &kolab_affiliation_rows, node, component);
		if (component->properties_tail != last)
			kolab_affiliation_mark(pool, component->properties_tail, number);
	}
}

/* What a group decodes to has its number; the record is made with it. */
static bool
affiliation_encode(pool_t pool, unsigned int number, struct pim_component *own,
		   struct kolab_node *parent, struct kolab_node *customs)
{
	struct kolab_node *group = kolab_node_add(pool, NULL, "group", NULL), *first, *org;

	group->attributes = "name=\"Affiliation\"";
	kolab_properties_encode(pool, &kolab_affiliation_rows, number, own, group, customs);
	first = group->head;
	if (first == NULL)
		return FALSE;
	if (strcmp(first->name, "org") != 0) {
		org = kolab_node_add(pool, NULL, "org", NULL);
		kolab_value_add(pool, org, "text", "");
		org->next = first;
		org->parent = group;
		group->head = org;
	}
	kolab_node_append(parent, group);
	return TRUE;
}

void kolab_affiliations_encode(pool_t pool, struct pim_component *component,
			       struct kolab_node *parent, struct kolab_node *customs)
{
	unsigned int written = 0;

	for (unsigned int number = 1; number <= KOLAB_MAX_AFFILIATIONS; number++) {
		struct pim_component *own = pim_component_new(pool, "X");

		affiliation_move(component, own, number);
		/* it will be read as the how manieth it stands there */
		if (own->properties_head != NULL &&
		    affiliation_encode(pool, written + 1, own, parent, customs))
			written++;
		/* what is left is none of a group's */
		affiliation_move(own, component, 0);
	}
}
