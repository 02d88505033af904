/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "lib.h"
#include "llist.h"
#include "str.h"
#include "pim-tree.h"

struct pim_component *pim_component_new(pool_t pool, const char *name)
{
	struct pim_component *component = p_new(pool, struct pim_component, 1);

	component->name = p_strdup(pool, name);
	return component;
}

bool pim_component_is(const struct pim_component *component, const char *name)
{
	return strcasecmp(component->name, name) == 0;
}

void pim_component_append(struct pim_component *parent,
			  struct pim_component *child)
{
	child->parent = parent;
	DLLIST2_APPEND(&parent->components_head, &parent->components_tail,
		       child);
}

void pim_component_remove(struct pim_component *child)
{
	DLLIST2_REMOVE(&child->parent->components_head,
		       &child->parent->components_tail, child);
	child->parent = NULL;
}

struct pim_component *
pim_component_copy(pool_t pool, const struct pim_component *src)
{
	struct pim_component *dest = pim_component_new(pool, src->name);
	const struct pim_property *property;
	const struct pim_component *child;

	for (property = src->properties_head; property != NULL;
	     property = property->next)
		pim_property_add_copy(pool, dest, property);
	for (child = src->components_head; child != NULL; child = child->next)
		pim_component_append(dest, pim_component_copy(pool, child));
	return dest;
}

static struct pim_component *
component_find_from(struct pim_component *component, const char *name)
{
	for (; component != NULL; component = component->next) {
		if (pim_component_is(component, name))
			break;
	}
	return component;
}

struct pim_component *
pim_component_find(const struct pim_component *parent, const char *name)
{
	return component_find_from(parent->components_head, name);
}

struct pim_component *
pim_component_find_next(const struct pim_component *component)
{
	return component_find_from(component->next, component->name);
}

bool pim_property_is(const struct pim_property *property, const char *name)
{
	return strcasecmp(property->name, name) == 0;
}

static struct pim_property *
property_find_from(struct pim_property *property, const char *name)
{
	for (; property != NULL; property = property->next) {
		if (pim_property_is(property, name))
			break;
	}
	return property;
}

struct pim_property *
pim_property_find(const struct pim_component *component, const char *name)
{
	return property_find_from(component->properties_head, name);
}

struct pim_property *pim_property_find_next(const struct pim_property *property)
{
	return property_find_from(property->next, property->name);
}

struct pim_property *
pim_property_add(pool_t pool, struct pim_component *component,
		 const char *name, const char *value)
{
	struct pim_property *property = p_new(pool, struct pim_property, 1);

	property->name = p_strdup(pool, name);
	property->value = p_strdup(pool, value);
	DLLIST2_APPEND(&component->properties_head,
		       &component->properties_tail, property);
	return property;
}

struct pim_property *
pim_property_add_copy(pool_t pool, struct pim_component *component,
		      const struct pim_property *src)
{
	struct pim_property *dest =
		pim_property_add(pool, component, src->name, src->value);
	const struct pim_param *param;

	dest->group = p_strdup(pool, src->group);
	dest->encoded = p_strdup(pool, src->encoded);
	dest->decoded = p_strdup(pool, src->decoded);
	for (param = src->params_head; param != NULL; param = param->next) {
		struct pim_param *copy = p_new(pool, struct pim_param, 1);

		copy->name = p_strdup(pool, param->name);
		copy->value = p_strdup(pool, param->value);
		copy->bare = param->bare;
		DLLIST2_APPEND(&dest->params_head, &dest->params_tail, copy);
	}
	return dest;
}

void pim_property_remove(struct pim_component *component,
			 struct pim_property *property)
{
	DLLIST2_REMOVE(&component->properties_head,
		       &component->properties_tail, property);
}

void pim_property_remove_all(struct pim_component *component, const char *name)
{
	struct pim_property *property;

	while ((property = pim_property_find(component, name)) != NULL)
		pim_property_remove(component, property);
}

void pim_property_set(pool_t pool, struct pim_component *component,
		      const char *name, const char *value)
{
	struct pim_property *property = pim_property_find(component, name);

	if (value == NULL) {
		if (property != NULL)
			pim_property_remove(component, property);
	} else if (property == NULL)
		pim_property_add(pool, component, name, value);
	else if (strcmp(property->value, value) != 0)
		property->value = p_strdup(pool, value);
}

const char *
pim_component_get(const struct pim_component *component, const char *name)
{
	const struct pim_property *property = pim_property_find(component, name);

	return property == NULL ? NULL : property->value;
}
